"""Deadlines: instants in plain, and in place of what each is about a pseudonym. What is due next is one indexed question.

Read `SqlDeadlineStore` first.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, select

from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.ids import CaseId
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.cases import deadlines

_ABOUT: Final = "deadlines"


class SqlDeadlineStore(EncryptedSqlStore):
    """The store of deadlines, of cases and of what else is due at an instant."""

    async def add(self, deadline: Deadline) -> None:
        """Store a new deadline, which runs from now."""
        row = {"id": deadline.id, "version": deadline.version, **self._columns(deadline)}
        await self._connection.execute(insert(deadlines), row)

    async def save(self, deadline: Deadline) -> Deadline:
        """Store the deadline as given, one version later; Stale where somebody was quicker."""
        version = await self._change(deadlines, deadline.id, deadline.version, **self._columns(deadline))
        return replace(deadline, version=version)

    async def deadline(self, deadline: str) -> Deadline | None:
        """Return the deadline of that id."""
        row = (await self._connection.execute(select(deadlines).where(deadlines.c.id == deadline))).first()
        return read_deadline(row, self._reveal) if row else None

    async def due(self, now: datetime, limit: int = 100) -> tuple[Deadline, ...]:
        """Return the deadlines whose next instant has come, the longest due first."""
        statement = select(deadlines).where(deadlines.c.next_at <= now)
        rows = await self._connection.execute(statement.order_by(deadlines.c.next_at, deadlines.c.id).limit(limit))
        return tuple(read_deadline(row, self._reveal) for row in rows)

    async def next_due(self) -> datetime | None:
        """Return the next instant at which a deadline is to be acted upon; None while none is."""
        first: datetime | None = (await self._connection.execute(select(func.min(deadlines.c.next_at)))).scalar_one()
        return first

    async def open_for(self, case: CaseId, kind: DeadlineKind | None = None) -> tuple[Deadline, ...]:
        """Return the case's deadlines that are not settled yet, of one kind where it is named, the earliest due first."""
        return await self._open(deadlines.c.case_id == case, kind)

    async def open_about(self, about: str, kind: DeadlineKind | None = None) -> tuple[Deadline, ...]:
        """Return the deadlines about one thing (an act, a sanction, a proposal) that are not settled yet."""
        return await self._open(deadlines.c.about.in_(self._pseudonyms.every(_ABOUT, about)), kind)

    async def _open(self, condition: ColumnElement[bool], kind: DeadlineKind | None) -> tuple[Deadline, ...]:
        statement = select(deadlines).where(condition, deadlines.c.next_at.is_not(None))
        if kind is not None:
            statement = statement.where(deadlines.c.kind == kind)
        rows = await self._connection.execute(statement.order_by(deadlines.c.due, deadlines.c.id))
        return tuple(read_deadline(row, self._reveal) for row in rows)

    def _columns(self, deadline: Deadline) -> dict[str, Any]:
        return {
            "kind": deadline.kind,
            "case_id": deadline.case,
            "since": deadline.since,
            "due": deadline.due,
            "next_at": deadline.next_at,
            "about": self._hide(_ABOUT, deadline.about),
            "stage": deadline.stage,
            "completed_at": deadline.completed_at,
        }


def read_deadline(row: Row[Any], reveal: Callable[[str, str | None], Any]) -> Deadline:
    """Return the deadline of the row; `reveal` says what it is about."""
    return Deadline(
        id=row.id,
        kind=DeadlineKind(row.kind),
        case=row.case_id,
        since=row.since,
        due=row.due,
        next_at=row.next_at,
        about=reveal(_ABOUT, row.about),
        stage=row.stage,
        completed_at=row.completed_at,
        version=row.version,
    )
