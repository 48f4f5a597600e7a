"""The work list, on both databases: what is due, who works on whom, and what a late or dead worker can still write."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text

from guardian.errors import Stale
from guardian.ids import AccountId, PersonId, SpaceName, new_id
from guardian.people.models import Person, Trust
from guardian.sanctions.models import CoverageState, WorkItem
from guardian.sanctions.store import Lease
from guardian.storage.backend import Dialect
from guardian.storage.database import Database
from guardian.storage.tables.people import accounts
from guardian.storage.tables.sanctions import work_items
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.builders.sanctions import a_held_work_item, a_work_item, an_intent, day
from tests.builders.statements import statements
from tests.fakes.clock import START

FORUM, DISCORD = SpaceName("forum"), SpaceName("discord")
MINUTE = timedelta(minutes=1)
SYSTEM_NOW = START
"""Wire time is another clock than case time; here it stands still unless a test says otherwise."""


async def somebody(units_of_work: SqlUnitOfWorkFactory) -> PersonId:
    person = Person(PersonId(new_id()), f"quiet {new_id()[-8:]}", START)
    async with units_of_work.begin() as uow:
        await uow.people.add_person(person)
    return person.id


async def a_work_item_of(units_of_work: SqlUnitOfWorkFactory, person: PersonId, **facts: Any) -> WorkItem:
    """A key of the person with an account of its own, in the work list."""
    item = a_work_item(person=person, account=AccountId(new_id()), **facts)
    async with units_of_work.begin() as uow:
        await uow.connection.execute(insert(accounts).values(_account(item)))
        await uow.sanctions.add_work_item(item)
    return item


def _account(item: WorkItem) -> dict[str, Any]:
    """The row that a key points at; nothing here reads what is sealed in it."""
    return {
        "id": item.account,
        "person_id": item.person,
        "space": item.space,
        "trust": Trust.VOUCHED,
        "linked_at": START,
        "linked_by": "service",
        "confirmed_by": None,
        "sealed": b"-",
        "version": 0,
    }


async def stored(units_of_work: SqlUnitOfWorkFactory, item: WorkItem) -> WorkItem:
    async with units_of_work.read() as view:
        found = await view.sanctions.work_item(item.account)
    assert found is not None
    return found


async def claim(
    units_of_work: SqlUnitOfWorkFactory,
    *,
    limit: int = 10,
    system_now: timedelta = timedelta(),
    lasts: timedelta = MINUTE,
) -> list[Lease]:
    now = SYSTEM_NOW + system_now
    async with units_of_work.begin() as uow:
        return list(await uow.sanctions.claim(START, now, f"worker {new_id()}", now + lasts, limit))


# -- keys


async def test_a_key_is_read_back_as_it_was(units_of_work: SqlUnitOfWorkFactory) -> None:
    person = await somebody(units_of_work)
    item = await a_work_item_of(units_of_work, person)
    looked_at = a_held_work_item(
        account=item.account,
        person=person,
        state=CoverageState.BLOCKED,
        failures=3,
        blocked_since=day(1),
        notified_at=day(2),
        detail="the space refuses us",
        needs="a permission",
        observed_at=day(3),
    )
    async with units_of_work.begin() as uow:
        assert await uow.sanctions.save_result(looked_at)
    async with units_of_work.read() as view:
        assert await view.sanctions.work_item(item.account) == looked_at
        assert await view.sanctions.work_items_of(person) == (looked_at,)
        assert await view.sanctions.work_items_in(FORUM, AccountId(""), 100) == (looked_at,)
        assert await view.sanctions.work_items_in(DISCORD, AccountId(""), 100) == ()


async def test_a_key_that_is_there_is_only_looked_at_sooner(units_of_work: SqlUnitOfWorkFactory) -> None:
    item = await a_work_item_of(units_of_work, await somebody(units_of_work), due_at=day(5), detail="kept")
    for asked, expected in ((day(9), day(5)), (day(3), day(3)), (None, day(3))):
        async with units_of_work.begin() as uow:
            await uow.sanctions.add_work_item(replace(item, due_at=asked, detail="lost"))
        assert (await stored(units_of_work, item)).due_at == expected
    assert (await stored(units_of_work, item)).detail == "kept"


async def test_an_account_found_to_be_anothers_takes_its_key_along(units_of_work: SqlUnitOfWorkFactory) -> None:
    item = await a_work_item_of(units_of_work, await somebody(units_of_work))
    other = await somebody(units_of_work)
    async with units_of_work.begin() as uow:
        await uow.sanctions.add_work_item(replace(item, person=other))
    assert (await stored(units_of_work, item)).person == other


async def test_touching_a_person_brings_every_look_forward_and_none_back(units_of_work: SqlUnitOfWorkFactory) -> None:
    person = await somebody(units_of_work)
    never = await a_work_item_of(units_of_work, person, due_at=None)
    late = await a_work_item_of(units_of_work, person, due_at=day(9))
    soon = await a_work_item_of(units_of_work, person, due_at=day(1))
    others = await a_work_item_of(units_of_work, await somebody(units_of_work), due_at=day(9))
    async with units_of_work.begin() as uow:
        await uow.sanctions.schedule_person(person, day(4))
    looks = [(await stored(units_of_work, item)).due_at for item in (never, late, soon, others)]
    assert looks == [day(4), day(4), day(1), day(9)]


async def test_a_touch_during_a_look_keeps_its_own_next_look(units_of_work: SqlUnitOfWorkFactory) -> None:
    item = await a_work_item_of(units_of_work, await somebody(units_of_work))
    async with units_of_work.begin() as uow:
        await uow.sanctions.schedule_account(item.account, START)
    async with units_of_work.begin() as uow:
        assert not await uow.sanctions.save_result(a_held_work_item(account=item.account, person=item.person))
    after = await stored(units_of_work, item)
    assert (after.due_at, after.state) == (START, CoverageState.HELD)


async def test_the_next_look_is_set_where_nobody_touched_the_key(units_of_work: SqlUnitOfWorkFactory) -> None:
    item = await a_work_item_of(units_of_work, await somebody(units_of_work))
    async with units_of_work.begin() as uow:
        assert await uow.sanctions.save_result(a_held_work_item(account=item.account, person=item.person, due_at=None))
    assert (await stored(units_of_work, item)).due_at is None


async def test_keys_with_an_act_that_was_never_proved_are_looked_at_after_a_restart(
    units_of_work: SqlUnitOfWorkFactory,
) -> None:
    person = await somebody(units_of_work)
    unsure = await a_work_item_of(units_of_work, person, due_at=None)
    proved = await a_work_item_of(units_of_work, person, due_at=None)
    done = an_intent(account=proved.account)
    async with units_of_work.begin() as uow:
        await uow.sanctions.add_intent(person, an_intent(account=unsure.account))
        await uow.sanctions.add_intent(person, done)
        await uow.sanctions.close_intent(done.id, START)
        await uow.sanctions.schedule_open_intents(START)
    assert (await stored(units_of_work, unsure)).due_at == START
    assert (await stored(units_of_work, proved)).due_at is None


async def test_blocked_keys_are_told_longest_first(units_of_work: SqlUnitOfWorkFactory) -> None:
    person = await somebody(units_of_work)
    lately, long_ago, well = [await a_work_item_of(units_of_work, person) for _ in range(3)]
    async with units_of_work.begin() as uow:
        await uow.sanctions.save_result(replace(lately, blocked_since=day(2)))
        await uow.sanctions.save_result(replace(long_ago, blocked_since=day(1)))
        await uow.sanctions.save_result(well)
    async with units_of_work.read() as view:
        assert [item.account for item in await view.sanctions.blocked_items()] == [long_ago.account, lately.account]


# -- what is due


async def test_the_next_due_instant_leaves_out_people_who_are_being_worked_on(
    units_of_work: SqlUnitOfWorkFactory,
) -> None:
    busy, idle = await somebody(units_of_work), await somebody(units_of_work)
    await a_work_item_of(units_of_work, busy, due_at=START)
    await a_work_item_of(units_of_work, idle, due_at=day(2))
    await a_work_item_of(units_of_work, idle, due_at=None)
    await claim(units_of_work)
    async with units_of_work.read() as view:
        assert await view.sanctions.next_due(SYSTEM_NOW) == day(2)
        assert await view.sanctions.next_due(SYSTEM_NOW + MINUTE * 2) == START


async def test_nothing_is_due_where_there_are_no_keys(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.read() as view:
        assert await view.sanctions.next_due(SYSTEM_NOW) is None
    assert await claim(units_of_work) == []


async def test_only_due_people_are_claimed_the_longest_due_first_and_each_once(
    units_of_work: SqlUnitOfWorkFactory,
) -> None:
    late, later, not_yet = [await somebody(units_of_work) for _ in range(3)]
    await a_work_item_of(units_of_work, later, due_at=START - MINUTE)
    await a_work_item_of(units_of_work, late, due_at=START)
    await a_work_item_of(units_of_work, late, due_at=START - MINUTE * 2)
    await a_work_item_of(units_of_work, not_yet, due_at=START + MINUTE)
    assert [lease.person for lease in await claim(units_of_work, limit=1)] == [late]
    assert [lease.person for lease in await claim(units_of_work)] == [later]
    assert await claim(units_of_work) == []


async def test_many_workers_at_once_never_get_the_same_person(units_of_work: SqlUnitOfWorkFactory) -> None:
    people = [await somebody(units_of_work) for _ in range(6)]
    for person in people:
        await a_work_item_of(units_of_work, person)
        await a_work_item_of(units_of_work, person)
    shares = await asyncio.gather(*(claim(units_of_work, limit=2) for _ in range(6)))
    assert sorted(lease.person for share in shares for lease in share) == sorted(people)


# -- leases


async def test_a_lease_that_ran_out_is_taken_over_and_a_freed_one_is_not(units_of_work: SqlUnitOfWorkFactory) -> None:
    person = await somebody(units_of_work)
    await a_work_item_of(units_of_work, person)
    [first] = await claim(units_of_work)
    [second] = await claim(units_of_work, system_now=MINUTE * 2)
    assert (first.inherited, second.inherited, second.epoch) == (False, True, first.epoch + 1)
    async with units_of_work.begin() as uow:
        await uow.sanctions.release(second)
    [third] = await claim(units_of_work, system_now=MINUTE * 2)
    assert (third.inherited, third.epoch) == (False, second.epoch + 1)


async def test_a_worker_that_lost_its_lease_writes_nothing(units_of_work: SqlUnitOfWorkFactory) -> None:
    item = await a_work_item_of(units_of_work, await somebody(units_of_work))
    [old] = await claim(units_of_work)
    [new] = await claim(units_of_work, system_now=MINUTE * 2)
    with pytest.raises(Stale):
        await _intend(units_of_work, item, old)
    async with units_of_work.begin() as uow:
        await uow.sanctions.renew(new, SYSTEM_NOW + MINUTE * 9)
        assert await uow.sanctions.open_intents(item.account) == ()


async def _intend(units_of_work: SqlUnitOfWorkFactory, item: WorkItem, lease: Lease) -> None:
    """As a worker does before it acts: the intent, and the lease asked for again, in one transaction."""
    async with units_of_work.begin() as uow:
        await uow.sanctions.add_intent(item.person, an_intent(account=item.account))
        await uow.sanctions.renew(lease, SYSTEM_NOW + MINUTE * 9)


async def test_a_renewed_lease_lasts_longer_and_never_shorter(units_of_work: SqlUnitOfWorkFactory) -> None:
    await a_work_item_of(units_of_work, await somebody(units_of_work))
    [lease] = await claim(units_of_work, lasts=MINUTE * 5)
    async with units_of_work.begin() as uow:
        await uow.sanctions.renew(lease, SYSTEM_NOW + MINUTE)
    assert await claim(units_of_work, system_now=MINUTE * 4) == []
    async with units_of_work.begin() as uow:
        await uow.sanctions.renew(lease, SYSTEM_NOW + MINUTE * 10)
    assert await claim(units_of_work, system_now=MINUTE * 9) == []


async def test_a_freed_lease_cannot_be_renewed(units_of_work: SqlUnitOfWorkFactory) -> None:
    await a_work_item_of(units_of_work, await somebody(units_of_work))
    [lease] = await claim(units_of_work)
    async with units_of_work.begin() as uow:
        await uow.sanctions.release(lease)
    with pytest.raises(Stale):
        async with units_of_work.begin() as uow:
            await uow.sanctions.renew(lease, SYSTEM_NOW + MINUTE)


async def test_a_late_worker_does_not_free_its_successors_lease(units_of_work: SqlUnitOfWorkFactory) -> None:
    await a_work_item_of(units_of_work, await somebody(units_of_work))
    [old] = await claim(units_of_work)
    await claim(units_of_work, system_now=MINUTE * 2)
    async with units_of_work.begin() as uow:
        await uow.sanctions.release(old)
    assert await claim(units_of_work, system_now=MINUTE * 2) == []


async def test_after_a_restart_every_lease_is_over_and_known_to_have_been_held(
    units_of_work: SqlUnitOfWorkFactory,
) -> None:
    await a_work_item_of(units_of_work, await somebody(units_of_work))
    await claim(units_of_work)
    async with units_of_work.begin() as uow:
        assert await uow.sanctions.expire_leases() == 1
    [lease] = await claim(units_of_work)
    assert lease.inherited


# -- the one indexed question


async def many_work_items(units_of_work: SqlUnitOfWorkFactory, count: int = 400) -> None:
    """Far more keys than are due, most of them at rest for good."""
    person = await somebody(units_of_work)
    rows = [replace(a_held_work_item(), person=person, account=AccountId(new_id())) for _ in range(count)]
    async with units_of_work.begin() as uow:
        await uow.connection.execute(insert(accounts), [_account(row) for row in rows])
        await uow.connection.execute(insert(work_items), [_work_item(row, n) for n, row in enumerate(rows)])
        await uow.connection.execute(text("ANALYZE"))


def _work_item(item: WorkItem, number: int) -> dict[str, Any]:
    return {
        "account_id": item.account,
        "person_id": item.person,
        "space": item.space,
        "due_at": None if number % 4 else item.due_at,
        "state": item.state,
        "failures": 0,
        "detail": item.detail,
        "needs": "",
        "version": 0,
    }


async def plan_of(database: Database, asked: tuple[str, Any]) -> str:
    """How the database would answer; on PostgreSQL as with so many rows that reading all is out of the question."""
    statement, parameters = asked
    async with database.read() as connection:
        if database.dialect is Dialect.POSTGRESQL:
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
            rows = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
        else:
            rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return "\n".join(str(row[-1]) for row in rows)


async def test_what_is_due_next_is_answered_by_its_index_alone(
    units_of_work: SqlUnitOfWorkFactory, database: Database
) -> None:
    await many_work_items(units_of_work)
    with statements() as seen:
        async with units_of_work.read() as view:
            await view.sanctions.next_due(SYSTEM_NOW)
    [asked] = [each for each in seen if "work_items" in each[0]]
    assert "ix_work_items_due_at" in await plan_of(database, asked)


async def test_claiming_does_not_read_the_keys_that_are_not_due(
    units_of_work: SqlUnitOfWorkFactory, database: Database
) -> None:
    await many_work_items(units_of_work)
    with statements() as seen:
        await claim(units_of_work)
    [asked] = [each for each in seen if "FROM work_items" in each[0]]
    assert "ix_work_items_due_at" in await plan_of(database, asked)
