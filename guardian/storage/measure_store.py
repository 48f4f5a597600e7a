"""Remembers local measures, and holds on single things: why, and on what, is sealed under the key of the case."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select

from guardian.cases.measures import Measure, MeasureKind
from guardian.ids import CaseId, MemberId, PersonId, SpaceName
from guardian.sanctions.things import HeldThing, ThingState
from guardian.spaces.things import Thing, ThingHold
from guardian.storage.keys_store import Scope
from guardian.storage.sealed import Expunged
from guardian.storage.store import SealedStore
from guardian.storage.tables.measures import measures, thing_holds
from rules.measures import MeasureReason

_OVER = (ThingState.RELEASED, ThingState.GONE)


class MeasureStore(SealedStore):
    """The store of local measures."""

    async def add(self, measure: Measure) -> None:
        """The measure is remembered."""
        row = {
            "id": measure.id,
            "case_id": measure.case,
            "space": measure.space,
            "at": measure.at,
            "native": measure.native,
            "version": measure.version,
        }
        await self._connection.execute(insert(measures).values(**row, **await self._columns(measure)))

    async def save(self, measure: Measure) -> Measure:
        """The measure stands as given, one version later; Stale where somebody was quicker."""
        version = await self._change(measures, measure.id, measure.version, **await self._columns(measure))
        return replace(measure, version=version)

    async def measure(self, measure: str) -> Measure | None:
        """The measure of that id."""
        found = await self._measures(measures.c.id == measure)
        return found[0] if found else None

    async def of_case(self, case: CaseId) -> tuple[Measure, ...]:
        """The measures of the matter, oldest first."""
        return await self._measures(measures.c.case_id == case)

    async def of_person(self, person: PersonId) -> tuple[Measure, ...]:
        """The measures on the person, in every space, oldest first."""
        return await self._measures(measures.c.person_id == person)

    async def unended(self, now: datetime) -> tuple[Measure, ...]:
        """Every measure that runs at that instant, oldest first."""
        return await self._measures((measures.c.ends > now) & measures.c.ended_at.is_(None))

    async def _measures(self, condition: ColumnElement[bool]) -> tuple[Measure, ...]:
        rows = (await self._connection.execute(select(measures).where(condition).order_by(measures.c.id))).all()
        await self._sealer.prepare(row.sealed for row in rows)
        return tuple([await self._measure(row) for row in rows])

    async def _columns(self, measure: Measure) -> dict[str, Any]:
        said = {"reason": measure.reason, "words": measure.words, "thing": _written(measure.thing)}
        scope = Scope.of_case(measure.case)
        return {
            "person_id": measure.person,
            "kind": measure.kind,
            "by": measure.by,
            "ends": measure.ends,
            "ended_at": measure.ended_at,
            "ended_by": measure.ended_by,
            "asked_at": measure.asked_at,
            "looked_at": measure.looked_at,
            "sealed": await self._sealer.seal_json(scope, "measures", measure.id, "sealed", said),
        }

    async def _measure(self, row: Row[Any]) -> Measure:
        content = await self._sealer.unseal_json("measures", row.id, "sealed", row.sealed)
        said: Mapping[str, Any] = {} if isinstance(content, Expunged) else content
        return Measure(
            row.id,
            CaseId(row.case_id),
            SpaceName(row.space),
            MeasureKind(row.kind),
            MemberId(row.by),
            row.at,
            row.ends,
            MeasureReason(said.get("reason", MeasureReason.GUIDELINES)),
            said.get("words", ""),
            PersonId(row.person_id) if row.person_id else None,
            _read(SpaceName(row.space), said.get("thing")),
            row.native,
            row.ended_at,
            row.ended_by,
            row.asked_at,
            row.looked_at,
            row.version,
        )


class ThingHoldStore(SealedStore):
    """The store of holds on things."""

    async def add(self, held: HeldThing) -> None:
        """The hold is wanted."""
        row = {
            "id": held.id,
            "case_id": held.case,
            "space": held.thing.space,
            "hold": held.hold,
            "version": held.version,
        }
        await self._connection.execute(insert(thing_holds).values(**row, **await self._columns(held)))

    async def save(self, held: HeldThing) -> HeldThing:
        """The hold stands as given, one version later; Stale where somebody was quicker."""
        version = await self._change(thing_holds, held.id, held.version, **await self._columns(held))
        return replace(held, version=version)

    async def held(self, hold_id: str) -> HeldThing | None:
        """The hold of that id."""
        found = await self._holds(thing_holds.c.id == hold_id)
        return found[0] if found else None

    async def due(self, now: datetime, limit: int) -> tuple[HeldThing, ...]:
        """Holds whose next look has come, the longest due first."""
        rows = await self._connection.execute(
            select(thing_holds).where(thing_holds.c.next_look <= now).order_by(thing_holds.c.next_look).limit(limit)
        )
        return tuple([await self._held(row) for row in rows.all()])

    async def next_due(self) -> datetime | None:
        """The earliest next look; None while nothing waits."""
        found: datetime | None = await self._connection.scalar(select(func.min(thing_holds.c.next_look)))
        return found

    async def standing(self) -> tuple[HeldThing, ...]:
        """Every hold that is not over, oldest first."""
        return await self._holds(thing_holds.c.state.not_in(_OVER))

    async def _holds(self, condition: ColumnElement[bool]) -> tuple[HeldThing, ...]:
        rows = (await self._connection.execute(select(thing_holds).where(condition).order_by(thing_holds.c.id))).all()
        return tuple([await self._held(row) for row in rows])

    async def _columns(self, held: HeldThing) -> dict[str, Any]:
        said = {"thing": _written(held.thing), "placed_by": held.placed_by}
        scope = Scope.of_case(held.case)
        return {
            "until": held.until,
            "state": held.state,
            "next_look": held.next_look,
            "failures": held.failures,
            "blocked_since": held.blocked_since,
            "told_at": held.told_at,
            "why": held.why,
            "sealed": await self._sealer.seal_json(scope, "thing_holds", held.id, "sealed", said),
        }

    async def _held(self, row: Row[Any]) -> HeldThing:
        content = await self._sealer.unseal_json("thing_holds", row.id, "sealed", row.sealed)
        said: Mapping[str, Any] = {} if isinstance(content, Expunged) else content
        space = SpaceName(row.space)
        return HeldThing(
            row.id,
            CaseId(row.case_id),
            _read(space, said.get("thing")) or Thing(space, ""),
            ThingHold(row.hold),
            row.until,
            row.next_look,
            ThingState(row.state),
            said.get("placed_by"),
            row.failures,
            row.blocked_since,
            row.told_at,
            row.why,
            row.version,
        )


def _written(thing: Thing | None) -> list[str] | None:
    return None if thing is None else [thing.native_id, thing.link]


def _read(space: SpaceName, written: list[str] | None) -> Thing | None:
    return None if written is None else Thing(space, written[0], written[1])
