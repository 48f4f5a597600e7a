"""Reads what the records of cases are computed from: the statements hardly grow with how many cases there are.

Read `SqlCaseFactsStore.case_facts` first.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, Row, Select, Table, and_, or_, select

from guardian.cases.case import CaseKind, CaseState, PartyRole
from guardian.cases.case_records import (
    CaseFacts,
    ConfirmedMerge,
    DecidedOutcome,
    ImposedRestriction,
    ReceivedReport,
    StatedRecord,
)
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.drafts import DraftState
from guardian.cases.open_work import CaseSummary
from guardian.cases.reports import ReportChannel
from guardian.ids import CaseId, MemberId, PersonId, SpaceName
from guardian.sanctions.models import LiftingCause, returns_at
from guardian.storage.consequence_codec import decode_consequence
from guardian.storage.encryption import Expunged
from guardian.storage.sanction_store import SANCTIONS
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.cases import cases, deadlines, parties, reports
from guardian.storage.tables.deliberation import decisions, drafts
from guardian.storage.tables.links import merges
from guardian.storage.tables.people import people
from guardian.storage.tables.records import stated_records
from guardian.storage.tables.sanctions import liftings, sanctions
from guardian.storage.tracking_codec import decode_stated
from rules.ladder import AuthorityKind
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import Restriction

_DID_NOT_STAND: Final = (LiftingCause.REVERSAL, LiftingCause.STOPPED, LiftingCause.LAPSED)
_AT_ONCE: Final = 250
"""So many rows are opened with their keys at hand: fewer than there is room for in memory at a time."""

_BRIEF: Final = (
    cases.c.id,
    cases.c.code_name,
    cases.c.kind,
    cases.c.state,
    cases.c.opened_at,
    cases.c.board_only,
    cases.c.space,
    cases.c.audience,
)
_ByCase = Mapping[CaseId, list[Any]]
_Those = Collection[CaseId] | None


class SqlCaseFactsStore(EncryptedSqlStore):
    """Reads the facts of many cases together."""

    async def case_facts(self, those: Collection[CaseId] | None = None) -> tuple[CaseFacts, ...]:
        """Return the facts of these cases, of every case where none are named; the oldest first.

        What was joined into another case is a part of that one, and counts as no case (P-3.1).
        """
        asked = _among(select(*_BRIEF, cases.c.safety_risk, cases.c.closed_at), cases.c.id, those)
        standing = asked.where(cases.c.joined_into.is_(None)).order_by(cases.c.opened_at, cases.c.id)
        rows = (await self._connection.execute(standing)).all()
        if not rows:
            return ()
        of_case = {
            "reports": await self._reports(those),
            "people": await self._people(those),
            "decisions": await self._decisions(those),
            "restrictions": await self._restrictions(those),
        }
        names = await self._code_names({who for found in of_case["people"].values() for who in found}, those)
        stated = await self._stated(those)
        contacted, answered = await self._contacted(those), await self._first_answers(those)
        return tuple(
            [
                CaseFacts(
                    case=brief,
                    safety_risk=row.safety_risk,
                    closed_at=row.closed_at,
                    reports=tuple(of_case["reports"].get(row.id, ())),
                    people={who: names[who] for who in of_case["people"].get(row.id, ()) if who in names},
                    decisions=tuple(of_case["decisions"].get(row.id, ())),
                    restrictions=tuple(of_case["restrictions"].get(row.id, ())),
                    contacted=row.id in contacted,
                    first_answer_at=answered.get(row.id),
                    stated={each.person: each for each in stated.get(row.id, ())},
                )
                async for row, brief in self._summaries(rows)
            ]
        )

    async def newest_cases(
        self, kinds: Collection[CaseKind], before: CaseId | None, most: int
    ) -> tuple[CaseSummary, ...]:
        """Return so many cases of these kinds in brief, the last opened first, that were opened before that one."""
        asked = select(*_BRIEF).where(cases.c.kind.in_(kinds), cases.c.joined_into.is_(None))
        if before is not None:
            opened = select(cases.c.opened_at).where(cases.c.id == before).scalar_subquery()
            asked = asked.where(or_(cases.c.opened_at < opened, and_(cases.c.opened_at == opened, cases.c.id < before)))
        ordered = asked.order_by(cases.c.opened_at.desc(), cases.c.id.desc()).limit(most)
        rows = (await self._connection.execute(ordered)).all()
        return tuple([brief async for _, brief in self._summaries(rows)])

    async def cases_between(self, since: datetime, until: datetime) -> tuple[CaseId, ...]:
        """Return the cases that were opened, or of which a report was received, in `[since, until)`."""
        opened = select(cases.c.id).where(cases.c.opened_at >= since, cases.c.opened_at < until)
        received = select(reports.c.case_id).where(reports.c.received_at >= since, reports.c.received_at < until)
        return tuple(CaseId(case) for case in (await self._connection.execute(opened.union(received))).scalars())

    async def first_opened_at(self) -> datetime | None:
        """Return when the first of all cases was opened; None where there is none."""
        first = select(cases.c.opened_at).order_by(cases.c.opened_at).limit(1)
        return (await self._connection.execute(first)).scalar()

    async def confirmed_merges(self) -> tuple[ConfirmedMerge, ...]:
        """Return which records of people were found to be one human's, and in which case."""
        active = select(merges).where(merges.c.confirmed_at.is_not(None), merges.c.ended_at.is_(None))
        rows = await self._connection.execute(active.order_by(merges.c.id))
        return tuple(ConfirmedMerge(PersonId(row.kept_id), PersonId(row.other_id), CaseId(row.case_id)) for row in rows)

    async def _summaries(self, rows: Sequence[Any]) -> AsyncIterator[tuple[Any, CaseSummary]]:
        for part in _parts(rows):
            await self._encryption.load_keys(row.audience for row in part)
            for row in part:
                yield row, await self._summary(row)

    async def _summary(self, row: Row[Any]) -> CaseSummary:
        return CaseSummary(
            id=CaseId(row.id),
            code_name=row.code_name,
            kind=CaseKind(row.kind),
            state=CaseState(row.state),
            opened_at=row.opened_at,
            board_only=row.board_only,
            space=None if row.space is None else SpaceName(row.space),
            audience=None if row.audience is None else await self._audience(row),
        )

    async def _audience(self, row: Row[Any]) -> tuple[MemberId, ...]:
        chosen = await self._encryption.decrypt_json(cases.name, row.id, "audience", row.audience)
        return () if isinstance(chosen, Expunged) else tuple(MemberId(member) for member in chosen)

    async def _code_names(self, who: Collection[PersonId], those: _Those) -> Mapping[PersonId, str]:
        asked = select(people.c.id, people.c.code_name)
        asked = asked if those is None else asked.where(people.c.id.in_(who))
        return {PersonId(row.id): row.code_name for row in await self._connection.execute(asked)}

    async def _reports(self, those: _Those) -> _ByCase:
        found: dict[CaseId, list[ReceivedReport]] = defaultdict(list)
        columns = reports.c.case_id, reports.c.received_at, reports.c.channel, reports.c.handled, reports.c.danger
        asked = _among(select(*columns), reports.c.case_id, those).order_by(reports.c.id)
        for row in await self._connection.execute(asked):
            received = ReceivedReport(row.received_at, ReportChannel(row.channel), row.handled and not row.danger)
            found[row.case_id].append(received)
        return found

    async def _people(self, those: _Those) -> _ByCase:
        reported = select(parties.c.case_id, parties.c.person_id).where(parties.c.role == PartyRole.REPORTED)
        named = _among(reported.where(parties.c.person_id.is_not(None)), parties.c.case_id, those)
        found: dict[CaseId, list[PersonId]] = defaultdict(list)
        for row in await self._connection.execute(named):
            found[row.case_id].append(PersonId(self._reveal(row.case_id, row.person_id)))
        return found

    async def _decisions(self, those: _Those) -> _ByCase:
        found: dict[CaseId, list[DecidedOutcome]] = defaultdict(list)
        async for row, content in self._opened_rows(decisions, those):
            if not content:
                # Its case is expunged: what it came to is kept as a row of the sheet.
                continue
            consequence = decode_consequence(dict(content))
            if row.enacted_at is not None and consequence.readmit is None:
                person = self._reveal(row.case_id, row.person_id)
                found[row.case_id].append(DecidedOutcome(row.at, consequence.outcome, person, row.by_board))
        return found

    async def _restrictions(self, those: _Those) -> _ByCase:
        joined = sanctions.outerjoin(liftings, liftings.c.sanction_id == sanctions.c.id)
        statement = select(sanctions, liftings.c.cause, liftings.c.effective_from).select_from(joined)
        if those is not None:
            hidden = [each for case in those for each in self._pseudonyms.every(SANCTIONS, case)]
            statement = statement.where(sanctions.c.case_id.in_(hidden))
        found: dict[CaseId, list[ImposedRestriction]] = defaultdict(list)
        for row in await self._connection.execute(statement.order_by(sanctions.c.enacted_at)):
            cause = None if row.cause is None else LiftingCause(row.cause)
            imposed = ImposedRestriction(
                person=PersonId(row.person_id),
                restriction=Restriction(row.restriction),
                authority=AuthorityKind(row.authority_kind),
                stood=cause not in _DID_NOT_STAND,
                until=returns_at(row.ends, OnTermEnd(row.on_term_end), cause, row.effective_from),
            )
            found[self._reveal(SANCTIONS, row.case_id)].append(imposed)
        return found

    async def _contacted(self, those: _Those) -> frozenset[CaseId]:
        sent = select(drafts.c.case_id).where(drafts.c.to_role == PartyRole.REPORTED, drafts.c.state == DraftState.SENT)
        found = await self._connection.execute(_among(sent, drafts.c.case_id, those))
        return frozenset(CaseId(case) for case in found.scalars())

    async def _first_answers(self, those: _Those) -> Mapping[CaseId, datetime]:
        answered = select(deadlines.c.case_id, deadlines.c.completed_at).where(
            deadlines.c.kind == DeadlineKind.FIRST_ANSWER, deadlines.c.completed_at.is_not(None)
        )
        asked = _among(answered, deadlines.c.case_id, those).order_by(deadlines.c.completed_at.desc())
        rows = await self._connection.execute(asked)
        return {CaseId(row.case_id): row.completed_at for row in rows if row.case_id is not None}

    async def _stated(self, those: _Those) -> Mapping[CaseId, list[StatedRecord]]:
        found: dict[CaseId, list[StatedRecord]] = defaultdict(list)
        async for row, content in self._opened_rows(stated_records, those):
            found[row.case_id].append(self._stated_record(row, content))
        return found

    def _stated_record(self, row: Row[Any], content: Mapping[str, Any]) -> StatedRecord:
        return decode_stated(
            content,
            case=CaseId(row.case_id),
            person=self._reveal(row.case_id, row.person_id),
            by=self._reveal(row.case_id, row.by),
            at=row.at,
            version=row.version,
        )

    async def _opened_rows(self, table: Table, those: _Those) -> AsyncIterator[tuple[Row[Any], Mapping[str, Any]]]:
        """The rows of the table in the order of their ids, each with what is sealed in it."""
        asked = _among(select(table), table.c.case_id, those).order_by(table.c.id)
        for part in _parts((await self._connection.execute(asked)).all()):
            await self._encryption.load_keys(row.sealed for row in part)
            for row in part:
                yield row, await self._open(table, row)

    async def _open(self, table: Table, row: Row[Any]) -> Mapping[str, Any]:
        content = await self._encryption.decrypt_json(table.name, row.id, "sealed", row.sealed)
        return {} if isinstance(content, Expunged) else content


def _among(statement: Select[Any], column: Column[Any], those: _Those) -> Select[Any]:
    return statement if those is None else statement.where(column.in_(those))


def _parts(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (rows[start : start + _AT_ONCE] for start in range(0, len(rows), _AT_ONCE))
