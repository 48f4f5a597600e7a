"""Reads what waits over all cases together: the number of statements is the same for ten cases and for ten thousand.

Nothing is unsealed but what says who may know of a case or an account. Read `SqlOpenWorkStore.open_work` first.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Row, Select, and_, or_, select

from guardian.cases.case import CaseKind, CaseState
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.drafts import DraftState
from guardian.cases.exclusions import ExclusionKind, status_of_exclusion
from guardian.cases.open_work import ALSO_WHEN_CLOSED, CaseSummary, OpenItem, OpenWork
from guardian.cases.unilateral_acts import ActState
from guardian.ids import CaseId, MemberId, PersonId, SpaceName
from guardian.storage.deadline_store import read_deadline
from guardian.storage.encryption import Expunged
from guardian.storage.open_item_store import SqlOpenItemStore
from guardian.storage.tables.cases import cases, deadlines, exclusions
from guardian.storage.tables.deliberation import acts, drafts
from guardian.storage.tables.people import people
from rules.conflicts import ConflictStatus, stricter

_OF_THE_SERVICE: Final = (
    DeadlineKind.UNREVIEWED_END,
    DeadlineKind.TERM_END,
    DeadlineKind.READMISSION_REMINDER,
    DeadlineKind.MEASURE_END,
    DeadlineKind.EXPUNGE,
    DeadlineKind.RETENTION_REVIEW,
    DeadlineKind.EVENT_OVER,
    DeadlineKind.BOARD_REPORT,
    DeadlineKind.AFFILIATE_REPORT,
    DeadlineKind.TALK,
)
"""What the service does by itself when it is due: nobody is asked for anything."""

_UNDER_REVIEW: Final = (
    ActState.AWAITING_CONFIRMATION,
    ActState.UNREVIEWED,
    ActState.WITH_CHAIR,
    ActState.WITH_BOARD,
)
_SUMMARY: Final[tuple[Column[Any], ...]] = (
    cases.c.id,
    cases.c.code_name,
    cases.c.kind,
    cases.c.state,
    cases.c.opened_at,
    cases.c.board_only,
    cases.c.space,
    cases.c.audience,
)


class SqlOpenWorkStore(SqlOpenItemStore):
    """The store of what waits; its single kinds of items are read in `open_item_store`."""

    async def summaries(self) -> tuple[CaseSummary, ...]:
        """Return every case in brief, oldest first, but those that were joined into another."""
        return await self._summaries(cases.c.joined_into.is_(None))

    async def open_summaries(self, kind: CaseKind | None = None) -> tuple[CaseSummary, ...]:
        """Return every case in brief that is not closed, of that kind or of any, oldest first."""
        is_open = cases.c.state != CaseState.CLOSED
        return await self._summaries(is_open if kind is None else and_(is_open, cases.c.kind == kind))

    async def summaries_of(self, those: Collection[CaseId]) -> tuple[CaseSummary, ...]:
        """Return these cases in brief, oldest first."""
        return await self._summaries(cases.c.id.in_(those))

    async def newest_summaries(self, before: CaseId | None, sought: str, most: int) -> tuple[CaseSummary, ...]:
        """Return so many cases in brief, the newest first, that came before that one and have this in their names."""
        asked: ColumnElement[bool] = cases.c.joined_into.is_(None)
        asked = and_(asked, cases.c.code_name.contains(sought, autoescape=True)) if sought else asked
        asked = and_(asked, cases.c.id < before) if before is not None else asked
        statement = select(*_SUMMARY).where(asked).order_by(cases.c.id.desc()).limit(most)
        return await self._read_summaries(statement)

    async def statuses_of(self, those: Collection[CaseId]) -> Mapping[CaseId, Mapping[MemberId, ConflictStatus]]:
        """Return how everybody stands to each of these cases who is kept out of it."""
        return await self._statuses(exclusions.c.case_id.in_(those))

    async def deadlines_of(self, those: Collection[CaseId]) -> tuple[Deadline, ...]:
        """Return the deadlines of these cases that are not settled, the earliest due first."""
        return await self._deadlines(and_(deadlines.c.next_at.is_not(None), deadlines.c.case_id.in_(those)))

    async def statuses(self) -> Mapping[CaseId, Mapping[MemberId, ConflictStatus]]:
        """Return how everybody stands to each case who is kept out of it."""
        return await self._statuses(exclusions.c.case_id.is_not(None))

    async def case_deadlines(self) -> tuple[Deadline, ...]:
        """Return the deadlines that are not settled, the earliest due first."""
        return await self._deadlines(deadlines.c.next_at.is_not(None))

    async def cases_of_contact(self, member: MemberId) -> frozenset[CaseId]:
        """Return the open cases whose contact is that member."""
        columns = select(cases.c.id, cases.c.contact_id).where(
            cases.c.state != CaseState.CLOSED, cases.c.contact_id.is_not(None)
        )
        rows = await self._connection.execute(columns)
        return frozenset(CaseId(row.id) for row in rows if self._reveal(row.id, row.contact_id) == member)

    async def cases_of_unread_drafts(self, by: str) -> tuple[CaseId, ...]:
        """Return the case of each text by that member that nobody has read yet."""
        columns = select(drafts.c.case_id, drafts.c.by).where(drafts.c.state == DraftState.WRITTEN)
        rows = await self._connection.execute(columns)
        return tuple(CaseId(row.case_id) for row in rows if self._reveal(row.case_id, row.by) == by)

    async def own_acts(self, member: MemberId) -> frozenset[str]:
        """Return the acts of that member that wait for their review or its end."""
        columns = select(acts.c.id, acts.c.case_id, acts.c.by).where(acts.c.state.in_(_UNDER_REVIEW))
        rows = await self._connection.execute(columns)
        return frozenset(row.id for row in rows if self._reveal(row.case_id, row.by) == member)

    async def open_work(self, now: datetime) -> OpenWork:
        """Return what waits for somebody."""
        items = await self.open_items(now)
        waits = _asks_people(now)
        with_work = select(deadlines.c.case_id).where(waits, deadlines.c.case_id.is_not(None))
        named = sorted(_named_cases(items))
        is_open = or_(cases.c.state != CaseState.CLOSED, cases.c.id.in_(with_work), cases.c.id.in_(named))
        chosen = exclusions.c.case_id.in_(select(cases.c.id).where(is_open))
        return OpenWork(
            cases={each.id: each for each in await self._summaries(is_open)},
            statuses=await self._statuses(chosen),
            deadlines=await self._deadlines(waits),
            items=items,
            people=await self._code_names(items),
        )

    async def _summaries(self, condition: ColumnElement[bool]) -> tuple[CaseSummary, ...]:
        return await self._read_summaries(select(*_SUMMARY).where(condition).order_by(cases.c.id))

    async def _read_summaries(self, statement: Select[Any]) -> tuple[CaseSummary, ...]:
        rows = (await self._connection.execute(statement)).all()
        await self._encryption.load_keys(row.audience for row in rows)
        return tuple([await self._summary(row) for row in rows])

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

    async def _statuses(self, condition: ColumnElement[bool]) -> dict[CaseId, dict[MemberId, ConflictStatus]]:
        columns = exclusions.c.case_id, exclusions.c.member_id, exclusions.c.kind
        found: dict[CaseId, dict[MemberId, ConflictStatus]] = defaultdict(dict)
        for row in await self._connection.execute(select(*columns).where(condition, exclusions.c.lifted_at.is_(None))):
            known, member = found[row.case_id], MemberId(self._reveal(row.case_id, row.member_id))
            status = status_of_exclusion(ExclusionKind(row.kind))
            known[member] = stricter(known.get(member, ConflictStatus.CLEAR), status)
        return dict(found)

    async def _deadlines(self, condition: ColumnElement[bool]) -> tuple[Deadline, ...]:
        statement = select(deadlines).where(condition).order_by(deadlines.c.due, deadlines.c.id)
        return tuple(read_deadline(row, self._reveal) for row in await self._connection.execute(statement))

    async def _code_names(self, items: Iterable[OpenItem]) -> dict[PersonId, str]:
        wanted = sorted({each for item in items for each in (item.person, item.other) if each is not None})
        statement = select(people.c.id, people.c.code_name).where(people.c.id.in_(wanted))
        return {PersonId(row.id): row.code_name for row in await self._connection.execute(statement)}


def _asks_people(now: datetime) -> ColumnElement[bool]:
    """Whether a deadline asks somebody for something: a closed case's review only once its day has come."""
    rests = and_(deadlines.c.kind == DeadlineKind.CASE_REVIEW, deadlines.c.due > now)
    return and_(deadlines.c.next_at.is_not(None), deadlines.c.kind.not_in(_OF_THE_SERVICE), ~rests)


def _named_cases(items: Iterable[OpenItem]) -> frozenset[CaseId]:
    """The cases that are needed though they may be closed: where something is left, and what says whose an account is."""
    left = {item.case for item in items if item.case is not None and item.kind in ALSO_WHEN_CLOSED}
    links = [item.link for item in items if item.link is not None]
    return frozenset(left | {each.case for link in links for each in link.case_evidence})
