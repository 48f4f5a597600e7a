"""Remembers restrictions that others placed: by a keyed digest, and sealed as far as people are asked about them.

What was taken over is sealed under the key of its person.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, delete, insert, select
from sqlalchemy.exc import IntegrityError

from guardian.errors import Stale
from guardian.ids import AccountId, CaseId, MemberId, PersonId, SpaceName, new_id
from guardian.sanctions.foreign import ForeignHold, ForeignState, digest_of
from guardian.sanctions.values import TakenOver
from guardian.storage.instants import from_microseconds, microseconds
from guardian.storage.keys_store import Scope
from guardian.storage.sealed import Expunged, SealBroken
from guardian.storage.store import SealedStore
from guardian.storage.tables.measures import foreign_holds, foreign_pictures, taken_over
from rules.precedence import Hold

_SCOPE: Final = Scope.of_service("foreign holds")
_KEY_BYTES: Final = 32
_BATCH: Final = 1000


class ForeignStore(SealedStore):
    """The store of the pictures of foreign restrictions."""

    async def key_of(self, space: SpaceName) -> bytes | None:
        """The key of the space's digests, once its first picture stands; None before."""
        row = (
            await self._connection.execute(select(foreign_pictures).where(foreign_pictures.c.space == space))
        ).first()
        if row is None:
            return None
        key = await self._sealer.unseal("foreign_pictures", space, "sealed", row.sealed)
        if isinstance(key, Expunged):
            raise SealBroken("the key of the digests is gone")
        return key

    async def begin(self, space: SpaceName, holds: Iterable[tuple[str, Hold]], now: datetime) -> None:
        """The first picture stands: these holds, by native id, were there before us."""
        key = os.urandom(_KEY_BYTES)
        sealed = await self._sealer.seal(_SCOPE, "foreign_pictures", space, "sealed", key)
        await self._connection.execute(insert(foreign_pictures).values(space=space, taken_at=now, sealed=sealed))
        state = {"space": space, "state": ForeignState.BEFORE_US, "seen_at": now, "version": 0}
        rows = [{"id": new_id(), "digest": digest_of(key, each), "hold": hold, **state} for each, hold in holds]
        for start in range(0, len(rows), _BATCH):
            await self._connection.execute(insert(foreign_holds), rows[start : start + _BATCH])

    async def in_space(self, space: SpaceName) -> Mapping[tuple[str, Hold], ForeignState]:
        """Every hold of the picture, by digest."""
        columns = foreign_holds.c.digest, foreign_holds.c.hold, foreign_holds.c.state
        rows = await self._connection.execute(select(*columns).where(foreign_holds.c.space == space))
        return {(row.digest, Hold(row.hold)): ForeignState(row.state) for row in rows}

    async def find(self, space: SpaceName, native_id: str, hold: Hold) -> ForeignHold | None:
        """What is known of the hold on that account."""
        key = await self.key_of(space)
        if key is None:
            return None
        same = (foreign_holds.c.digest == digest_of(key, native_id)) & (foreign_holds.c.hold == hold)
        found = await self._holds((foreign_holds.c.space == space) & same)
        return found[0] if found else None

    async def foreign(self, hold_id: str) -> ForeignHold | None:
        """The hold of that id."""
        found = await self._holds(foreign_holds.c.id == hold_id)
        return found[0] if found else None

    async def unexplained_by(self, member: MemberId) -> tuple[ForeignHold, ...]:
        """What the member did with a space's own menu and has not explained yet, oldest first."""
        waits = foreign_holds.c.state == ForeignState.UNEXPLAINED
        return await self._holds((foreign_holds.c.by == member) & waits)

    async def of_case(self, case: CaseId) -> ForeignHold | None:
        """The hold that the local matter is about."""
        found = await self._holds(foreign_holds.c.case_id == case)
        return found[0] if found else None

    async def add(self, hold: ForeignHold) -> None:
        """The hold is remembered; Stale where it was noticed a moment ago already."""
        row = {"id": hold.id, "space": hold.space, "digest": hold.digest, "hold": hold.hold, "version": hold.version}
        columns = await self._columns(hold)
        done = await self._connection.execute(
            self._insert(foreign_holds).values(**row, **columns).on_conflict_do_nothing()
        )
        if done.rowcount != 1:
            raise Stale

    async def save(self, hold: ForeignHold) -> ForeignHold:
        """The hold stands as given, one version later; Stale where somebody was quicker."""
        version = await self._change(foreign_holds, hold.id, hold.version, **await self._columns(hold))
        return replace(hold, version=version)

    async def forget(self, space: SpaceName, gone: Iterable[tuple[str, Hold]], seen_before: datetime) -> None:
        """These holds, by digest, are there no more; one that was first seen since `seen_before` stays."""
        for digest, hold in gone:
            same = (foreign_holds.c.digest == digest) & (foreign_holds.c.hold == hold)
            same &= foreign_holds.c.seen_at < seen_before
            await self._connection.execute(delete(foreign_holds).where((foreign_holds.c.space == space) & same))

    async def _holds(self, condition: ColumnElement[bool]) -> tuple[ForeignHold, ...]:
        statement = select(foreign_holds).where(condition).order_by(foreign_holds.c.id)
        return tuple([await self._hold(row) for row in (await self._connection.execute(statement)).all()])

    async def _columns(self, hold: ForeignHold) -> dict[str, Any]:
        said = {
            "native_id": hold.native_id,
            "author": hold.author,
            "placed_at": _written(hold.placed_at),
            "until": _written(hold.until),
        }
        return {
            "state": hold.state,
            "seen_at": hold.seen_at,
            "by": hold.by,
            "case_id": hold.case,
            "sealed": await self._sealer.seal_json(_SCOPE, "foreign_holds", hold.id, "sealed", said),
        }

    async def _hold(self, row: Row[Any]) -> ForeignHold:
        content = (
            {} if row.sealed is None else await self._sealer.unseal_json("foreign_holds", row.id, "sealed", row.sealed)
        )
        said: Mapping[str, Any] = {} if isinstance(content, Expunged) else content
        return ForeignHold(
            row.id,
            SpaceName(row.space),
            row.digest,
            Hold(row.hold),
            ForeignState(row.state),
            row.seen_at,
            said.get("native_id", ""),
            said.get("author"),
            _read(said.get("placed_at")),
            _read(said.get("until")),
            MemberId(row.by) if row.by else None,
            CaseId(row.case_id) if row.case_id else None,
            row.version,
        )


class TakenOverStore(SealedStore):
    """One part of the sanctions room's store: what others placed and is ours to let go."""

    async def taken_over_of(self, account: AccountId) -> tuple[TakenOver, ...]:
        """The restrictions on the account that were taken over and have not gone since, at most one a kind."""
        rows = (await self._connection.execute(select(taken_over).where(taken_over.c.account_id == account))).all()
        return tuple([await self._taken(row) for row in rows])

    async def take_over(self, person: PersonId, taken: TakenOver) -> None:
        """The restriction is ours to let go; Stale where it was taken over already."""
        said = {"author": taken.author, "placed_at": _written(taken.placed_at), "until": _written(taken.until)}
        place = f"{taken.account}.{taken.hold}"
        row = {
            "account_id": taken.account,
            "hold": taken.hold,
            "at": taken.at,
            "by": taken.by,
            "sealed": await self._sealer.seal_json(Scope.of_person(person), "taken_over", place, "sealed", said),
        }
        try:
            await self._connection.execute(insert(taken_over).values(row))
        except IntegrityError as error:
            raise Stale from error

    async def end_taken_over(self, account: AccountId, hold: Hold) -> None:
        """What was taken over is not there any more."""
        same = (taken_over.c.account_id == account) & (taken_over.c.hold == hold)
        await self._connection.execute(delete(taken_over).where(same))

    async def _taken(self, row: Row[Any]) -> TakenOver:
        content = await self._sealer.unseal_json("taken_over", f"{row.account_id}.{row.hold}", "sealed", row.sealed)
        said: Mapping[str, Any] = {} if isinstance(content, Expunged) else content
        return TakenOver(
            AccountId(row.account_id),
            Hold(row.hold),
            row.at,
            row.by,
            _read(said.get("until")),
            said.get("author"),
            _read(said.get("placed_at")),
        )


def _written(instant: datetime | None) -> int | None:
    return None if instant is None else microseconds(instant)


def _read(written: int | None) -> datetime | None:
    return None if written is None else from_microseconds(written)
