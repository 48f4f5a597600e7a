"""Stores pauses of whole spaces. Read `SqlPauseStore` first."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from guardian.ids import MemberId, SpaceName
from guardian.reconciler.pause_store import PauseState, SpacePause
from guardian.spaces.pauses import OPEN, PauseKind, PauseSetting, PauseTarget
from guardian.storage.statements import insert
from guardian.storage.store import SqlStore
from guardian.storage.tables.pauses import pauses
from rules.pauses import PauseReason

_OVER = (PauseState.RELEASED, PauseState.GONE)


class SqlPauseStore(SqlStore):
    """The store of pauses."""

    async def add(self, pause: SpacePause) -> None:
        """Store a new pause."""
        row = {
            "id": pause.id,
            "space": pause.target.space,
            "kind": pause.target.kind,
            "part": pause.target.part,
            "label": pause.target.label,
            "strength": pause.strength,
            "by": pause.by,
            "at": pause.at,
            "reason": pause.reason,
            "version": pause.version,
        }
        await self._connection.execute(insert(pauses), {**row, **_columns(pause)})

    async def save(self, pause: SpacePause) -> SpacePause:
        """Store the pause as given, one version later; Stale where somebody was quicker."""
        return replace(pause, version=await self._change(pauses, pause.id, pause.version, **_columns(pause)))

    async def pause(self, pause: str) -> SpacePause | None:
        """Return the pause of that id."""
        found = await self._pauses(pauses.c.id == pause)
        return found[0] if found else None

    async def due(self, now: datetime, limit: int) -> tuple[SpacePause, ...]:
        """Return the pauses that are due, the longest due first."""
        asked = select(pauses).where(pauses.c.due_at <= now).order_by(pauses.c.due_at).limit(limit)
        return tuple(_pause(row) for row in await self._connection.execute(asked))

    async def next_due(self) -> datetime | None:
        """Return when the next one is due; None while nothing waits."""
        found: datetime | None = await self._connection.scalar(select(func.min(pauses.c.due_at)))
        return found

    async def since(self, instant: datetime) -> tuple[SpacePause, ...]:
        """Return every pause that is not over, and those that began since then, oldest first."""
        return await self._pauses(pauses.c.state.not_in(_OVER) | (pauses.c.at >= instant))

    async def _pauses(self, condition: ColumnElement[bool]) -> tuple[SpacePause, ...]:
        asked = select(pauses).where(condition).order_by(pauses.c.at, pauses.c.id)
        return tuple(_pause(row) for row in await self._connection.execute(asked))


def _columns(pause: SpacePause) -> dict[str, Any]:
    return {
        "until": pause.until,
        "state": pause.state,
        "due_at": pause.due_at,
        "found": _encode(pause.found),
        "placed": None if pause.placed is None else _encode(pause.placed),
        "reviewed_by": pause.reviewed_by,
        "reviewed_at": pause.reviewed_at,
        "ended_at": pause.ended_at,
        "ended_by": pause.ended_by,
        "failures": pause.failures,
        "blocked_since": pause.blocked_since,
        "notified_at": pause.notified_at,
        "detail": pause.detail,
    }


def _pause(row: Row[Any]) -> SpacePause:
    return SpacePause(
        id=row.id,
        target=PauseTarget(SpaceName(row.space), PauseKind(row.kind), row.part, row.label),
        strength=row.strength,
        by=MemberId(row.by),
        at=row.at,
        until=row.until,
        reason=PauseReason(row.reason),
        due_at=row.due_at,
        state=PauseState(row.state),
        found=_decode(row.found),
        placed=None if row.placed is None else _decode(row.placed),
        reviewed_by=None if row.reviewed_by is None else MemberId(row.reviewed_by),
        reviewed_at=row.reviewed_at,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        failures=row.failures,
        blocked_since=row.blocked_since,
        notified_at=row.notified_at,
        detail=row.detail,
        version=row.version,
    )


def _encode(setting: PauseSetting) -> str:
    until = setting.until.isoformat() if setting.until else None
    return "" if setting == OPEN else json.dumps([setting.strength, until, setting.detail])


def _decode(written: str) -> PauseSetting:
    if not written:
        return OPEN
    strength, until, detail = json.loads(written)
    return PauseSetting(strength, datetime.fromisoformat(until) if until else None, detail)
