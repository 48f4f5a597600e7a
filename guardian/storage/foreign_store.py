"""Stores foreign restrictions: by a keyed digest, and encrypted as far as people are asked about them.

What was adopted is encrypted under the key of its person. Read `SqlForeignStore` first.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, delete, select
from sqlalchemy.exc import IntegrityError

from guardian.errors import Stale
from guardian.ids import AccountId, CaseId, MemberId, PersonId, SpaceName, new_id
from guardian.sanctions.foreign import ForeignRestriction, ForeignState, digest_native_id
from guardian.sanctions.models import Adoption
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import DecryptionFailed, Expunged
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.measures import adoptions, foreign_baselines, foreign_restrictions
from guardian.storage.utc_datetime import from_microseconds, to_microseconds
from rules.precedence import AccessLevel

_SCOPE: Final = KeyScope.of_service("foreign holds")
_KEY_BYTES: Final = 32
_BATCH: Final = 1000


class SqlForeignStore(EncryptedSqlStore):
    """The store of foreign restrictions, as each space was last observed."""

    async def digest_key(self, space: SpaceName) -> bytes | None:
        """Return the key of the space's digests, once its baseline is recorded; None before."""
        row = (
            await self._connection.execute(select(foreign_baselines).where(foreign_baselines.c.space == space))
        ).first()
        if row is None:
            return None
        key = await self._encryption.decrypt("foreign_baselines", space, "sealed", row.sealed)
        if isinstance(key, Expunged):
            raise DecryptionFailed("the key of the digests is gone")
        return key

    async def baseline_taken_at(self, space: SpaceName) -> datetime | None:
        """Return since when what others do there is an act of today; None before the baseline is recorded."""
        statement = select(foreign_baselines.c.taken_at).where(foreign_baselines.c.space == space)
        found: datetime | None = (await self._connection.execute(statement)).scalar_one_or_none()
        return found

    async def record_baseline(self, space: SpaceName, levels: Iterable[tuple[str, AccessLevel]], now: datetime) -> None:
        """Record that these restrictions, by native id, were there before us."""
        key = os.urandom(_KEY_BYTES)
        encrypted = await self._encryption.encrypt(_SCOPE, "foreign_baselines", space, "sealed", key)
        await self._connection.execute(
            insert(foreign_baselines), {"space": space, "taken_at": now, "sealed": encrypted}
        )
        state = {"space": space, "state": ForeignState.PREEXISTING, "observed_at": now, "version": 0}
        rows = [
            {"id": new_id(), "digest": digest_native_id(key, each), "level": level, **state} for each, level in levels
        ]
        for start in range(0, len(rows), _BATCH):
            await self._connection.execute(insert(foreign_restrictions), rows[start : start + _BATCH])

    async def in_space(self, space: SpaceName) -> Mapping[tuple[str, AccessLevel], ForeignState]:
        """Return the state of every foreign restriction there, by digest and access level."""
        columns = foreign_restrictions.c.digest, foreign_restrictions.c.level, foreign_restrictions.c.state
        rows = await self._connection.execute(select(*columns).where(foreign_restrictions.c.space == space))
        return {(row.digest, AccessLevel(row.level)): ForeignState(row.state) for row in rows}

    async def find(self, space: SpaceName, native_id: str, level: AccessLevel) -> ForeignRestriction | None:
        """Return what is known of the restriction on that account."""
        key = await self.digest_key(space)
        if key is None:
            return None
        same = (foreign_restrictions.c.digest == digest_native_id(key, native_id)) & (
            foreign_restrictions.c.level == level
        )
        found = await self._restrictions((foreign_restrictions.c.space == space) & same)
        return found[0] if found else None

    async def restriction(self, restriction_id: str) -> ForeignRestriction | None:
        """Return the restriction of that id."""
        found = await self._restrictions(foreign_restrictions.c.id == restriction_id)
        return found[0] if found else None

    async def unexplained_by(self, member: MemberId) -> tuple[ForeignRestriction, ...]:
        """Return the member's native actions that they have not explained yet, oldest first."""
        is_unexplained = foreign_restrictions.c.state == ForeignState.UNEXPLAINED
        return await self._restrictions((foreign_restrictions.c.by == member) & is_unexplained)

    async def of_case(self, case: CaseId) -> ForeignRestriction | None:
        """Return the restriction that the local matter is about."""
        found = await self._restrictions(foreign_restrictions.c.case_id == case)
        return found[0] if found else None

    async def add(self, foreign: ForeignRestriction) -> None:
        """Add the restriction; Stale where it was noticed a moment ago already."""
        row = {
            "id": foreign.id,
            "space": foreign.space,
            "digest": foreign.digest,
            "level": foreign.level,
            "version": foreign.version,
        }
        columns = await self._columns(foreign)
        done = await self._connection.execute(
            self._insert(foreign_restrictions).on_conflict_do_nothing(), {**row, **columns}
        )
        if done.rowcount != 1:
            raise Stale

    async def save(self, foreign: ForeignRestriction) -> ForeignRestriction:
        """Save the restriction, one version later; Stale where somebody was quicker."""
        version = await self._change(foreign_restrictions, foreign.id, foreign.version, **await self._columns(foreign))
        return replace(foreign, version=version)

    async def forget(
        self, space: SpaceName, gone: Iterable[tuple[str, AccessLevel]], observed_before: datetime
    ) -> None:
        """Forget these restrictions, by digest, that are gone; one first seen since `observed_before` stays."""
        for digest, level in gone:
            same = (foreign_restrictions.c.digest == digest) & (foreign_restrictions.c.level == level)
            same &= foreign_restrictions.c.observed_at < observed_before
            await self._connection.execute(
                delete(foreign_restrictions).where((foreign_restrictions.c.space == space) & same)
            )

    async def _restrictions(self, condition: ColumnElement[bool]) -> tuple[ForeignRestriction, ...]:
        statement = select(foreign_restrictions).where(condition).order_by(foreign_restrictions.c.id)
        return tuple([await self._restriction(row) for row in (await self._connection.execute(statement)).all()])

    async def _columns(self, foreign: ForeignRestriction) -> dict[str, Any]:
        details = {
            "native_id": foreign.native_id,
            "author": foreign.author,
            "placed_at": _encode_instant(foreign.restricted_at),
            "until": _encode_instant(foreign.until),
        }
        scope = _SCOPE if foreign.case is None else KeyScope.of_case(foreign.case)
        return {
            "state": foreign.state,
            "observed_at": foreign.observed_at,
            "by": foreign.by,
            "case_id": foreign.case,
            "sealed": await self._encryption.encrypt_json(scope, "foreign_restrictions", foreign.id, "sealed", details),
        }

    async def _restriction(self, row: Row[Any]) -> ForeignRestriction:
        content = (
            {}
            if row.sealed is None
            else await self._encryption.decrypt_json("foreign_restrictions", row.id, "sealed", row.sealed)
        )
        details: Mapping[str, Any] = {} if isinstance(content, Expunged) else content
        return ForeignRestriction(
            id=row.id,
            space=SpaceName(row.space),
            digest=row.digest,
            level=AccessLevel(row.level),
            state=ForeignState(row.state),
            observed_at=row.observed_at,
            native_id=details.get("native_id", ""),
            author=details.get("author"),
            restricted_at=_decode_instant(details.get("placed_at")),
            until=_decode_instant(details.get("until")),
            by=MemberId(row.by) if row.by else None,
            case=CaseId(row.case_id) if row.case_id else None,
            version=row.version,
        )


class SqlAdoptionStore(EncryptedSqlStore):
    """The part of the store of sanctions that has the foreign restrictions which are ours to release."""

    async def adoptions_of(self, account: AccountId) -> tuple[Adoption, ...]:
        """Return what was adopted on the account and has not gone since, at most one a level."""
        rows = (await self._connection.execute(select(adoptions).where(adoptions.c.account_id == account))).all()
        return tuple([await self._adoption(row) for row in rows])

    async def add_adoption(self, person: PersonId, adoption: Adoption) -> None:
        """Add the adoption."""
        details = {
            "author": adoption.author,
            "placed_at": _encode_instant(adoption.restricted_at),
            "until": _encode_instant(adoption.until),
        }
        row_id = f"{adoption.account}.{adoption.level}"
        row = {
            "account_id": adoption.account,
            "level": adoption.level,
            "at": adoption.at,
            "by": adoption.by,
            "sealed": await self._encryption.encrypt_json(
                KeyScope.of_person(person), "adoptions", row_id, "sealed", details
            ),
        }
        try:
            await self._connection.execute(insert(adoptions), row)
        except IntegrityError as error:
            raise Stale from error

    async def end_adoption(self, account: AccountId, level: AccessLevel) -> None:
        """Record that what was adopted is not there any more."""
        same = (adoptions.c.account_id == account) & (adoptions.c.level == level)
        await self._connection.execute(delete(adoptions).where(same))

    async def _adoption(self, row: Row[Any]) -> Adoption:
        content = await self._encryption.decrypt_json(
            "adoptions", f"{row.account_id}.{row.level}", "sealed", row.sealed
        )
        details: Mapping[str, Any] = {} if isinstance(content, Expunged) else content
        return Adoption(
            account=AccountId(row.account_id),
            level=AccessLevel(row.level),
            at=row.at,
            by=row.by,
            until=_decode_instant(details.get("until")),
            author=details.get("author"),
            restricted_at=_decode_instant(details.get("placed_at")),
        )


def _encode_instant(instant: datetime | None) -> int | None:
    return None if instant is None else to_microseconds(instant)


def _decode_instant(written: int | None) -> datetime | None:
    return None if written is None else from_microseconds(written)
