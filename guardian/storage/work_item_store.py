"""Stores which work items are due and who works on whose: one indexed question, and a lease a person.

Read `SqlWorkItemStore` first.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, literal, or_, select, update

from guardian.errors import Stale
from guardian.ids import AccountId, PersonId, SpaceName
from guardian.people.models import Trust
from guardian.sanctions.models import Coverage, CoverageState, WorkItem
from guardian.sanctions.store import Lease
from guardian.storage.link_store import load_merged_people
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.people import accounts
from guardian.storage.tables.sanctions import coverage, intents, leases, work_items
from guardian.storage.utc_datetime import UtcDateTime


class SqlWorkItemStore(EncryptedSqlStore):
    """Work items and leases. Writers are one at a time on both databases, so that no claim is given twice."""

    async def coverage_of(self, person: PersonId) -> tuple[Coverage, ...]:
        """Return the person's totals, one a space."""
        rows = await self._rows_at(coverage.c.person_id, person, coverage.c.space)
        return tuple(_read_coverage(row) for row in rows)

    async def read_coverage_ahead(self, people: Collection[PersonId]) -> None:
        """Read the totals of these people together, in a view that only reads, before they are asked for one by one."""
        await self._read_rows_ahead(coverage.c.person_id, people, coverage.c.space)

    async def people_blocked(self) -> frozenset[PersonId]:
        """Return whom a space does not hold though it should."""
        blocked = select(coverage.c.person_id).where(coverage.c.state == CoverageState.BLOCKED)
        return frozenset(PersonId(each) for each in (await self._connection.execute(blocked)).scalars())

    async def add_work_item(self, item: WorkItem) -> None:
        """Add the work item; one that is there already becomes due no later."""
        row = {"account_id": item.account, "person_id": item.person, "space": item.space, **_columns(item)}
        row |= {"version": 0, "bulk_id": item.bulk_id}
        statement = self._insert(work_items).on_conflict_do_nothing()
        if (await self._connection.execute(statement, row)).rowcount != 1 and item.due_at is not None:
            await self._connection.execute(
                update(work_items).where(work_items.c.account_id == item.account), {"person_id": item.person}
            )
            await self.schedule_account(item.account, item.due_at)

    async def add_work_items(self, new_items: Sequence[WorkItem]) -> None:
        """Add the work items of accounts that had none."""
        rows = [
            {
                "account_id": item.account,
                "person_id": item.person,
                "space": item.space,
                **_columns(item),
                "version": 0,
                "bulk_id": item.bulk_id,
            }
            for item in new_items
        ]
        await self._connection.execute(insert(work_items), rows)

    async def schedule_person(self, person: PersonId, at: datetime) -> None:
        """Make all work items of the person due no later than `at`."""
        people = await self.merged_people(person)
        through = select(accounts.c.reached_through).where(
            accounts.c.person_id.in_(people), accounts.c.reached_through.is_not(None)
        )
        theirs = or_(work_items.c.person_id.in_(people), work_items.c.account_id.in_(through))
        await self._connection.execute(update(work_items).where(theirs).values(_due_no_later(at)))

    async def people_reached_through(self, account: AccountId) -> tuple[PersonId, ...]:
        """Return the other people of whom the same account is known, by a link that is reached through this one."""
        links = await self._binding_links(accounts.c.reached_through == account)
        return tuple(dict.fromkeys(person for _, person in links))

    async def _binding_links(self, condition: ColumnElement[bool]) -> list[tuple[AccountId, PersonId]]:
        """The links of the condition that bind, with their people, the oldest first."""
        binds = and_(condition, accounts.c.ended_at.is_(None), accounts.c.trust != Trust.ASSERTED)
        rows = await self._connection.execute(
            select(accounts.c.id, accounts.c.person_id).where(binds).order_by(accounts.c.id)
        )
        return [(AccountId(row.id), PersonId(row.person_id)) for row in rows]

    async def merged_people(self, person: PersonId) -> tuple[PersonId, ...]:
        """Return everybody who is known to be the same human, the person themselves first."""
        return await load_merged_people(self._connection, person)

    async def schedule_account(self, account: AccountId, at: datetime) -> None:
        """Make the account's work item due no later than `at`."""
        through = select(accounts.c.reached_through).where(
            accounts.c.id == account, accounts.c.reached_through.is_not(None)
        )
        theirs = or_(work_items.c.account_id == account, work_items.c.account_id.in_(through))
        await self._connection.execute(update(work_items).where(theirs).values(_due_no_later(at)))

    async def schedule_space(self, space: SpaceName, at: datetime) -> None:
        """Make every work item of the space due no later than `at`."""
        await self._connection.execute(update(work_items).where(work_items.c.space == space).values(_due_no_later(at)))

    async def schedule_open_intents(self, at: datetime) -> None:
        """Make every work item with an open intent due no later than `at`."""
        unsure = select(intents.c.account_id).where(intents.c.closed_at.is_(None))
        await self._connection.execute(
            update(work_items).where(work_items.c.account_id.in_(unsure)).values(_due_no_later(at))
        )

    async def work_item(self, account: AccountId) -> WorkItem | None:
        """Return the account's work item."""
        row = (await self._connection.execute(select(work_items).where(work_items.c.account_id == account))).first()
        return _read(row) if row else None

    async def work_items_of(self, person: PersonId) -> tuple[WorkItem, ...]:
        """Return the person's work items."""
        rows = await self._connection.execute(
            select(work_items).where(work_items.c.person_id == person).order_by(work_items.c.account_id)
        )
        return tuple(_read(row) for row in rows)

    async def work_items_in(self, space: SpaceName, after: AccountId, limit: int) -> tuple[WorkItem, ...]:
        """Return the first work items of the space after that account, in the order of accounts, `limit` at most."""
        there = and_(work_items.c.space == space, work_items.c.account_id > after)
        rows = await self._connection.execute(
            select(work_items).where(there).order_by(work_items.c.account_id).limit(limit)
        )
        return tuple(_read(row) for row in rows)

    async def blocked_items(self) -> tuple[WorkItem, ...]:
        """Return the work items that are blocked."""
        condition = work_items.c.blocked_since.is_not(None)
        rows = await self._connection.execute(select(work_items).where(condition).order_by(work_items.c.blocked_since))
        return tuple(_read(row) for row in rows)

    async def save_result(self, item: WorkItem) -> bool:
        """Save what the reconciliation came to; False where the item was touched since it was read."""
        untouched = work_items.c.version == item.version
        columns = _columns(item)
        columns["due_at"] = case((untouched, _instant_literal(item.due_at)), else_=work_items.c.due_at)
        await self._connection.execute(
            update(work_items).where(work_items.c.account_id == item.account).values(columns)
        )
        row = await self._connection.execute(
            select(work_items.c.version).where(work_items.c.account_id == item.account)
        )
        return bool(row.scalar_one_or_none() == item.version)

    async def next_due(self, system_now: datetime) -> datetime | None:
        """Return when the first work item is due that nobody works on at that system time."""
        idle = or_(leases.c.until.is_(None), leases.c.until < system_now)
        free = and_(work_items.c.due_at.is_not(None), work_items.c.bulk_id.is_(None), idle)
        statement = (
            select(work_items.c.due_at)
            .select_from(work_items.outerjoin(leases, leases.c.person_id == work_items.c.person_id))
            .where(free)
            .order_by(work_items.c.due_at)
            .limit(1)
        )
        due: datetime | None = (await self._connection.execute(statement)).scalar_one_or_none()
        return due

    async def claim(
        self, now: datetime, system_now: datetime, holder: str, until: datetime, limit: int
    ) -> tuple[Lease, ...]:
        """Lease people with due work items to the holder until that system time; never the same to two."""
        free = or_(leases.c.until.is_(None), leases.c.until < system_now)
        statement = (
            select(work_items.c.person_id, leases.c.holder, leases.c.epoch)
            .select_from(work_items.outerjoin(leases, leases.c.person_id == work_items.c.person_id))
            .where(work_items.c.due_at <= now, work_items.c.bulk_id.is_(None), free)
            .group_by(work_items.c.person_id, leases.c.holder, leases.c.epoch)
            .order_by(func.min(work_items.c.due_at))
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
        """Renew the lease; Stale where it is another's by now."""
        mine = and_(leases.c.person_id == lease.person, leases.c.epoch == lease.epoch, leases.c.holder.is_not(None))
        later = case((leases.c.until > until, leases.c.until), else_=_instant_literal(until))
        if (await self._connection.execute(update(leases).where(mine).values(until=later))).rowcount != 1:
            raise Stale

    async def expire_leases(self) -> int:
        """End every lease, its holder being known to be dead; return how many there were."""
        held = leases.c.holder.is_not(None)
        longest_ago = datetime(1970, 1, 1, tzinfo=UTC)
        return (await self._connection.execute(update(leases).where(held).values(until=longest_ago))).rowcount

    async def release(self, lease: Lease) -> None:
        """Give the lease up."""
        mine = and_(leases.c.person_id == lease.person, leases.c.epoch == lease.epoch)
        await self._connection.execute(update(leases).where(mine), {"holder": None, "until": None})


def _due_no_later(at: datetime) -> dict[str, Any]:
    sooner = or_(work_items.c.due_at.is_(None), work_items.c.due_at > at)
    return {
        "due_at": case((sooner, _instant_literal(at)), else_=work_items.c.due_at),
        "version": work_items.c.version + 1,
    }


def _instant_literal(at: datetime | None) -> ColumnElement[datetime | None]:
    """Return the instant as a value of its column's own type: inside an expression it would be taken for another."""
    return literal(at, UtcDateTime())


def _columns(item: WorkItem) -> dict[str, Any]:
    return {
        "due_at": item.due_at,
        "state": item.state,
        "failures": item.failures,
        "blocked_since": item.blocked_since,
        "notified_at": item.notified_at,
        "detail": item.detail,
        "needs": item.needs,
        "observed_at": item.observed_at,
    }


def _read_coverage(row: Row[Any]) -> Coverage:
    return Coverage(
        person=PersonId(row.person_id),
        space=SpaceName(row.space),
        state=CoverageState(row.state),
        since=row.since,
        detail=row.detail,
    )


def _read(row: Row[Any]) -> WorkItem:
    return WorkItem(
        account=AccountId(row.account_id),
        person=PersonId(row.person_id),
        space=SpaceName(row.space),
        due_at=row.due_at,
        state=None if row.state is None else CoverageState(row.state),
        failures=row.failures,
        blocked_since=row.blocked_since,
        notified_at=row.notified_at,
        detail=row.detail,
        needs=row.needs,
        observed_at=row.observed_at,
        version=row.version,
        bulk_id=row.bulk_id,
    )
