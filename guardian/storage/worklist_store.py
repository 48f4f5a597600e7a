"""Remembers which keys are due and who works on whose: one indexed question, and a lease a person."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, insert, literal, or_, select, update

from guardian.errors import Stale
from guardian.ids import AccountId, PersonId, SpaceName
from guardian.sanctions.stores import Lease
from guardian.sanctions.values import CoverageState, Key
from guardian.storage.instants import UtcInstant
from guardian.storage.link_store import joined_to
from guardian.storage.store import SealedStore
from guardian.storage.tables.sanctions import intents, keys, leases


class WorklistStore(SealedStore):
    """Keys and leases. Writers are one at a time on both databases, so that a claim is never given twice."""

    async def add_key(self, key: Key) -> None:
        """The key is there and looked at no later than it says."""
        row = {"account_id": key.account, "person_id": key.person, "space": key.space, **_columns(key)}
        row |= {"version": 0, "batch": key.batch}
        statement = self._insert(keys).values(row).on_conflict_do_nothing()
        if (await self._connection.execute(statement)).rowcount != 1 and key.next_look is not None:
            await self._connection.execute(
                update(keys).where(keys.c.account_id == key.account).values(person_id=key.person)
            )
            await self.touch_account(key.account, key.next_look)

    async def add_keys(self, many: Sequence[Key]) -> None:
        """The keys are there, of accounts that had none."""
        rows = [
            {
                "account_id": key.account,
                "person_id": key.person,
                "space": key.space,
                **_columns(key),
                "version": 0,
                "batch": key.batch,
            }
            for key in many
        ]
        await self._connection.execute(insert(keys), rows)

    async def touch_person(self, person: PersonId, at: datetime) -> None:
        """All keys of the person, and of whoever is known to be the same human, are looked at no later than `at`."""
        theirs = keys.c.person_id.in_(await self.together(person))
        await self._connection.execute(update(keys).where(theirs).values(_no_later(at)))

    async def together(self, person: PersonId) -> tuple[PersonId, ...]:
        """Everybody who is known to be the same human, the person themselves first."""
        return await joined_to(self._connection, person)

    async def touch_account(self, account: AccountId, at: datetime) -> None:
        """The key is looked at no later than `at`."""
        await self._connection.execute(update(keys).where(keys.c.account_id == account).values(_no_later(at)))

    async def touch_open_intents(self, at: datetime) -> None:
        """Every key with an act that no look has confirmed or refuted yet is looked at no later than `at`."""
        unsure = select(intents.c.account_id).where(intents.c.closed_at.is_(None))
        await self._connection.execute(update(keys).where(keys.c.account_id.in_(unsure)).values(_no_later(at)))

    async def key(self, account: AccountId) -> Key | None:
        """The key of the account."""
        row = (await self._connection.execute(select(keys).where(keys.c.account_id == account))).first()
        return _read(row) if row else None

    async def keys_of(self, person: PersonId) -> tuple[Key, ...]:
        """The keys of all accounts of the person."""
        rows = await self._connection.execute(
            select(keys).where(keys.c.person_id == person).order_by(keys.c.account_id)
        )
        return tuple(_read(row) for row in rows)

    async def keys_in(self, space: SpaceName) -> tuple[Key, ...]:
        """Every key of the space."""
        rows = await self._connection.execute(select(keys).where(keys.c.space == space).order_by(keys.c.account_id))
        return tuple(_read(row) for row in rows)

    async def blocked(self) -> tuple[Key, ...]:
        """The keys that could not be brought to rest, longest first."""
        condition = keys.c.blocked_since.is_not(None)
        rows = await self._connection.execute(select(keys).where(condition).order_by(keys.c.blocked_since))
        return tuple(_read(row) for row in rows)

    async def finish(self, key: Key) -> bool:
        """The look's result is kept; a touch that came during the look keeps its own next look (False)."""
        untouched = keys.c.version == key.version
        columns = _columns(key)
        columns["next_look"] = case((untouched, _instant(key.next_look)), else_=keys.c.next_look)
        await self._connection.execute(update(keys).where(keys.c.account_id == key.account).values(columns))
        row = await self._connection.execute(select(keys.c.version).where(keys.c.account_id == key.account))
        return bool(row.scalar_one_or_none() == key.version)

    async def next_due(self, wire_now: datetime) -> datetime | None:
        """The earliest next look of all keys that nobody works on at the wire instant."""
        idle = or_(leases.c.until.is_(None), leases.c.until < wire_now)
        free = and_(keys.c.next_look.is_not(None), keys.c.batch.is_(None), idle)
        statement = (
            select(keys.c.next_look)
            .select_from(keys.outerjoin(leases, leases.c.person_id == keys.c.person_id))
            .where(free)
            .order_by(keys.c.next_look)
            .limit(1)
        )
        due: datetime | None = (await self._connection.execute(statement)).scalar_one_or_none()
        return due

    async def claim(
        self, now: datetime, wire_now: datetime, holder: str, until: datetime, limit: int
    ) -> tuple[Lease, ...]:
        """People with due keys are leased to the holder until the wire instant `until`; never the same to two."""
        free = or_(leases.c.until.is_(None), leases.c.until < wire_now)
        statement = (
            select(keys.c.person_id, leases.c.holder, leases.c.epoch)
            .select_from(keys.outerjoin(leases, leases.c.person_id == keys.c.person_id))
            .where(keys.c.next_look <= now, keys.c.batch.is_(None), free)
            .group_by(keys.c.person_id, leases.c.holder, leases.c.epoch)
            .order_by(func.min(keys.c.next_look))
            .limit(limit)
        )
        rows = (await self._connection.execute(statement)).all()
        claimed = []
        for row in rows:
            lease = Lease(PersonId(row.person_id), (row.epoch or 0) + 1, row.holder is not None)
            values = {"holder": holder, "until": until, "epoch": lease.epoch}
            insert = self._insert(leases).values(person_id=lease.person, **values)
            await self._connection.execute(
                insert.on_conflict_do_update(index_elements=[leases.c.person_id], set_=values)
            )
            claimed.append(lease)
        return tuple(claimed)

    async def renew(self, lease: Lease, until: datetime) -> None:
        """The lease lasts at least until the wire instant; Stale where it is another's by now."""
        mine = and_(leases.c.person_id == lease.person, leases.c.epoch == lease.epoch, leases.c.holder.is_not(None))
        later = case((leases.c.until > until, leases.c.until), else_=_instant(until))
        if (await self._connection.execute(update(leases).where(mine).values(until=later))).rowcount != 1:
            raise Stale

    async def expire_leases(self) -> int:
        """Every lease is over, its holder being known to be dead; whoever takes the keys over sees that it was held."""
        held = leases.c.holder.is_not(None)
        longest_ago = datetime(1970, 1, 1, tzinfo=UTC)
        return (await self._connection.execute(update(leases).where(held).values(until=longest_ago))).rowcount

    async def free(self, lease: Lease) -> None:
        """Nobody works on the person, unless another has taken over meanwhile."""
        mine = and_(leases.c.person_id == lease.person, leases.c.epoch == lease.epoch)
        await self._connection.execute(update(leases).where(mine).values(holder=None, until=None))


def _no_later(at: datetime) -> dict[str, Any]:
    sooner = or_(keys.c.next_look.is_(None), keys.c.next_look > at)
    return {"next_look": case((sooner, _instant(at)), else_=keys.c.next_look), "version": keys.c.version + 1}


def _instant(at: datetime | None) -> ColumnElement[datetime | None]:
    """The instant as a value of its column's own type: inside an expression it would be taken for another."""
    return literal(at, UtcInstant())


def _columns(key: Key) -> dict[str, Any]:
    return {
        "next_look": key.next_look,
        "state": key.state,
        "failures": key.failures,
        "blocked_since": key.blocked_since,
        "told_at": key.told_at,
        "why": key.why,
        "needs": key.needs,
        "observed_at": key.observed_at,
    }


def _read(row: Row[Any]) -> Key:
    return Key(
        AccountId(row.account_id),
        PersonId(row.person_id),
        SpaceName(row.space),
        row.next_look,
        None if row.state is None else CoverageState(row.state),
        row.failures,
        row.blocked_since,
        row.told_at,
        row.why,
        row.needs,
        row.observed_at,
        row.version,
        row.batch,
    )
