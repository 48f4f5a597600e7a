"""Reads what the records of all cases are computed from: the statements are as many for ten cases as for ten thousand.

Read `SqlCaseFactsStore.case_facts` first.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Table, select

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
from guardian.cases.report_questions import HANDLED
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
_ByCase = Mapping[CaseId, list[Any]]


class SqlCaseFactsStore(EncryptedSqlStore):
    """Reads the facts of every case together."""

    async def case_facts(self) -> tuple[CaseFacts, ...]:
        """Return the facts of every case, oldest first."""
        names = await self._code_names()
        of_case = {
            "reports": await self._reports(),
            "people": await self._people(),
            "decisions": await self._decisions(),
            "restrictions": await self._restrictions(),
        }
        stated = await self._stated()
        contacted, answered = await self._contacted(), await self._first_answers()
        rows = (await self._connection.execute(select(cases).order_by(cases.c.opened_at, cases.c.id))).all()
        await self._encryption.load_keys(row.audience for row in rows)
        return tuple(
            [
                CaseFacts(
                    case=await self._summary(row),
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
                for row in rows
            ]
        )

    async def confirmed_merges(self) -> tuple[ConfirmedMerge, ...]:
        """Return which records of people were found to be one human's, and in which case."""
        active = select(merges).where(merges.c.confirmed_at.is_not(None), merges.c.ended_at.is_(None))
        rows = await self._connection.execute(active.order_by(merges.c.id))
        return tuple(ConfirmedMerge(PersonId(row.kept_id), PersonId(row.other_id), CaseId(row.case_id)) for row in rows)

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

    async def _code_names(self) -> Mapping[PersonId, str]:
        rows = await self._connection.execute(select(people.c.id, people.c.code_name))
        return {PersonId(row.id): row.code_name for row in rows}

    async def _reports(self) -> _ByCase:
        found: dict[CaseId, list[ReceivedReport]] = defaultdict(list)
        for row in await self._sealed_rows(reports):
            content = await self._open(reports, row)
            handled = content.get("answers", {}).get(HANDLED) == "yes" and not row.danger
            found[row.case_id].append(ReceivedReport(row.received_at, ReportChannel(row.channel), handled))
        return found

    async def _people(self) -> _ByCase:
        reported = select(parties.c.case_id, parties.c.person_id).where(parties.c.role == PartyRole.REPORTED)
        found: dict[CaseId, list[PersonId]] = defaultdict(list)
        for row in await self._connection.execute(reported.where(parties.c.person_id.is_not(None))):
            found[row.case_id].append(PersonId(self._reveal(row.case_id, row.person_id)))
        return found

    async def _decisions(self) -> _ByCase:
        found: dict[CaseId, list[DecidedOutcome]] = defaultdict(list)
        for row in await self._sealed_rows(decisions):
            content = await self._open(decisions, row)
            if not content:
                # Its case is expunged: what it came to is kept as a row of the sheet.
                continue
            consequence = decode_consequence(dict(content))
            if row.enacted_at is not None and consequence.readmit is None:
                person = self._reveal(row.case_id, row.person_id)
                found[row.case_id].append(DecidedOutcome(row.at, consequence.outcome, person, row.by_board))
        return found

    async def _restrictions(self) -> _ByCase:
        joined = sanctions.outerjoin(liftings, liftings.c.sanction_id == sanctions.c.id)
        statement = select(sanctions, liftings.c.cause, liftings.c.effective_from).select_from(joined)
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

    async def _contacted(self) -> frozenset[CaseId]:
        sent = select(drafts.c.case_id).where(drafts.c.to_role == PartyRole.REPORTED, drafts.c.state == DraftState.SENT)
        return frozenset(CaseId(case) for case in (await self._connection.execute(sent)).scalars())

    async def _first_answers(self) -> Mapping[CaseId, datetime]:
        answered = select(deadlines.c.case_id, deadlines.c.completed_at).where(
            deadlines.c.kind == DeadlineKind.FIRST_ANSWER, deadlines.c.completed_at.is_not(None)
        )
        rows = await self._connection.execute(answered.order_by(deadlines.c.completed_at.desc()))
        return {CaseId(row.case_id): row.completed_at for row in rows if row.case_id is not None}

    async def _stated(self) -> Mapping[CaseId, list[StatedRecord]]:
        found: dict[CaseId, list[StatedRecord]] = defaultdict(list)
        for row in await self._sealed_rows(stated_records):
            found[row.case_id].append(self._stated_record(row, await self._open(stated_records, row)))
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

    async def _sealed_rows(self, table: Table) -> Iterable[Row[Any]]:
        """All rows of the table in the order of their ids, with the keys of all of them at hand."""
        rows = (await self._connection.execute(select(table).order_by(table.c.id))).all()
        await self._encryption.load_keys(row.sealed for row in rows)
        return rows

    async def _open(self, table: Table, row: Row[Any]) -> Mapping[str, Any]:
        content = await self._encryption.decrypt_json(table.name, row.id, "sealed", row.sealed)
        return {} if isinstance(content, Expunged) else content
