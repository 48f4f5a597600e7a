"""Deadlines, in plain: our own ids and instants. What is due next is one indexed question."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select

from guardian.cases.values import Promise, PromiseKind
from guardian.ids import CaseId
from guardian.storage.store import Store
from guardian.storage.tables.cases import promises


class PromiseStore(Store):
    """The store of promises, of cases and of what else runs by a clock."""

    async def add(self, promise: Promise) -> None:
        """The promise runs."""
        row = {"id": promise.id, "version": promise.version, **_columns(promise)}
        await self._connection.execute(insert(promises).values(row))

    async def save(self, promise: Promise) -> Promise:
        """The promise stands as given, one version later; Stale where somebody was quicker."""
        version = await self._change(promises, promise.id, promise.version, **_columns(promise))
        return replace(promise, version=version)

    async def promise(self, promise: str) -> Promise | None:
        """The promise of that id."""
        row = (await self._connection.execute(select(promises).where(promises.c.id == promise))).first()
        return _read(row) if row else None

    async def due(self, now: datetime, limit: int = 100) -> tuple[Promise, ...]:
        """Promises whose next instant has come, the longest due first."""
        statement = select(promises).where(promises.c.next_at <= now)
        rows = await self._connection.execute(statement.order_by(promises.c.next_at, promises.c.id).limit(limit))
        return tuple(_read(row) for row in rows)

    async def next_due(self) -> datetime | None:
        """The next instant at which a promise asks for something; None while none does."""
        first: datetime | None = (await self._connection.execute(select(func.min(promises.c.next_at)))).scalar_one()
        return first

    async def open_for(self, case: CaseId, kind: PromiseKind | None = None) -> tuple[Promise, ...]:
        """The case's promises that are not settled yet, of one kind where it is named, the earliest due first."""
        return await self._open(promises.c.case_id == case, kind)

    async def open_about(self, about: str, kind: PromiseKind | None = None) -> tuple[Promise, ...]:
        """The promises about one thing (an act, a sanction, a proposal) that are not settled yet."""
        return await self._open(promises.c.about == about, kind)

    async def _open(self, condition: ColumnElement[bool], kind: PromiseKind | None) -> tuple[Promise, ...]:
        statement = select(promises).where(condition, promises.c.next_at.is_not(None))
        if kind is not None:
            statement = statement.where(promises.c.kind == kind)
        rows = await self._connection.execute(statement.order_by(promises.c.due, promises.c.id))
        return tuple(_read(row) for row in rows)


def _columns(promise: Promise) -> dict[str, Any]:
    return {
        "kind": promise.kind,
        "case_id": promise.case,
        "since": promise.since,
        "due": promise.due,
        "next_at": promise.next_at,
        "about": promise.about,
        "stage": promise.stage,
        "kept_at": promise.kept_at,
    }


def _read(row: Row[Any]) -> Promise:
    return Promise(
        id=row.id,
        kind=PromiseKind(row.kind),
        case=row.case_id,
        since=row.since,
        due=row.due,
        next_at=row.next_at,
        about=row.about,
        stage=row.stage,
        kept_at=row.kept_at,
        version=row.version,
    )
