"""The work list, on both databases: what is due, who works on whom, and what a late or dead worker can still write."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, insert, text

from guardian.errors import Stale
from guardian.ids import AccountId, PersonId, SpaceName, new_id
from guardian.people.values import Person, Trust
from guardian.sanctions.stores import Lease
from guardian.sanctions.values import CoverageState, Key
from guardian.storage.database import Database
from guardian.storage.kinds import Dialect
from guardian.storage.tables.people import accounts
from guardian.storage.tables.sanctions import keys
from guardian.storage.work import Works
from tests.builders.sanctions import a_held_key, a_key, an_intent, day
from tests.fakes.clock import START

FORUM, DISCORD = SpaceName("forum"), SpaceName("discord")
MINUTE = timedelta(minutes=1)
WIRE = START
"""Wire time is another clock than case time; here it stands still unless a test says otherwise."""


async def somebody(works: Works) -> PersonId:
    person = Person(PersonId(new_id()), f"quiet {new_id()[-8:]}", START)
    async with works.begin() as work:
        await work.people.add_person(person)
    return person.id


async def a_key_of(works: Works, person: PersonId, **facts: Any) -> Key:
    """A key of the person with an account of its own, in the work list."""
    key = a_key(person=person, account=AccountId(new_id()), **facts)
    async with works.begin() as work:
        await work.connection.execute(insert(accounts).values(_account(key)))
        await work.sanctions.add_key(key)
    return key


def _account(key: Key) -> dict[str, Any]:
    """The row that a key points at; nothing here reads what is sealed in it."""
    return {
        "id": key.account,
        "person_id": key.person,
        "space": key.space,
        "trust": Trust.VOUCHED,
        "linked_at": START,
        "linked_by": "service",
        "confirmed_by": None,
        "sealed": b"-",
        "version": 0,
    }


async def kept(works: Works, key: Key) -> Key:
    async with works.look() as view:
        found = await view.sanctions.key(key.account)
    assert found is not None
    return found


async def claim(
    works: Works, *, limit: int = 10, wire: timedelta = timedelta(), lasts: timedelta = MINUTE
) -> list[Lease]:
    now = WIRE + wire
    async with works.begin() as work:
        return list(await work.sanctions.claim(START, now, f"worker {new_id()}", now + lasts, limit))


# -- keys


async def test_a_key_is_read_back_as_it_was(works: Works) -> None:
    person = await somebody(works)
    key = await a_key_of(works, person)
    looked_at = a_held_key(
        account=key.account,
        person=person,
        state=CoverageState.BLOCKED,
        failures=3,
        blocked_since=day(1),
        told_at=day(2),
        why="the space refuses us",
        needs="a permission",
        observed_at=day(3),
    )
    async with works.begin() as work:
        assert await work.sanctions.finish(looked_at)
    async with works.look() as view:
        assert await view.sanctions.key(key.account) == looked_at
        assert await view.sanctions.keys_of(person) == (looked_at,)
        assert await view.sanctions.keys_in(FORUM) == (looked_at,)
        assert await view.sanctions.keys_in(DISCORD) == ()


async def test_a_key_that_is_there_is_only_looked_at_sooner(works: Works) -> None:
    key = await a_key_of(works, await somebody(works), next_look=day(5), why="kept")
    for asked, expected in ((day(9), day(5)), (day(3), day(3)), (None, day(3))):
        async with works.begin() as work:
            await work.sanctions.add_key(replace(key, next_look=asked, why="lost"))
        assert (await kept(works, key)).next_look == expected
    assert (await kept(works, key)).why == "kept"


async def test_an_account_found_to_be_anothers_takes_its_key_along(works: Works) -> None:
    key = await a_key_of(works, await somebody(works))
    other = await somebody(works)
    async with works.begin() as work:
        await work.sanctions.add_key(replace(key, person=other))
    assert (await kept(works, key)).person == other


async def test_touching_a_person_brings_every_look_forward_and_none_back(works: Works) -> None:
    person = await somebody(works)
    never = await a_key_of(works, person, next_look=None)
    late = await a_key_of(works, person, next_look=day(9))
    soon = await a_key_of(works, person, next_look=day(1))
    others = await a_key_of(works, await somebody(works), next_look=day(9))
    async with works.begin() as work:
        await work.sanctions.touch_person(person, day(4))
    looks = [(await kept(works, key)).next_look for key in (never, late, soon, others)]
    assert looks == [day(4), day(4), day(1), day(9)]


async def test_a_touch_during_a_look_keeps_its_own_next_look(works: Works) -> None:
    key = await a_key_of(works, await somebody(works))
    async with works.begin() as work:
        await work.sanctions.touch_account(key.account, START)
    async with works.begin() as work:
        assert not await work.sanctions.finish(a_held_key(account=key.account, person=key.person))
    after = await kept(works, key)
    assert (after.next_look, after.state) == (START, CoverageState.HELD)


async def test_the_next_look_is_set_where_nobody_touched_the_key(works: Works) -> None:
    key = await a_key_of(works, await somebody(works))
    async with works.begin() as work:
        assert await work.sanctions.finish(a_held_key(account=key.account, person=key.person, next_look=None))
    assert (await kept(works, key)).next_look is None


async def test_keys_with_an_act_that_was_never_proved_are_looked_at_after_a_restart(works: Works) -> None:
    person = await somebody(works)
    unsure = await a_key_of(works, person, next_look=None)
    proved = await a_key_of(works, person, next_look=None)
    done = an_intent(account=proved.account)
    async with works.begin() as work:
        await work.sanctions.add_intent(person, an_intent(account=unsure.account))
        await work.sanctions.add_intent(person, done)
        await work.sanctions.close_intent(done.id, START)
        await work.sanctions.touch_open_intents(START)
    assert (await kept(works, unsure)).next_look == START
    assert (await kept(works, proved)).next_look is None


async def test_blocked_keys_are_told_longest_first(works: Works) -> None:
    person = await somebody(works)
    lately, long_ago, well = [await a_key_of(works, person) for _ in range(3)]
    async with works.begin() as work:
        await work.sanctions.finish(replace(lately, blocked_since=day(2)))
        await work.sanctions.finish(replace(long_ago, blocked_since=day(1)))
        await work.sanctions.finish(well)
    async with works.look() as view:
        assert [key.account for key in await view.sanctions.blocked()] == [long_ago.account, lately.account]


# -- what is due


async def test_the_next_due_instant_leaves_out_people_who_are_being_worked_on(works: Works) -> None:
    busy, idle = await somebody(works), await somebody(works)
    await a_key_of(works, busy, next_look=START)
    await a_key_of(works, idle, next_look=day(2))
    await a_key_of(works, idle, next_look=None)
    await claim(works)
    async with works.look() as view:
        assert await view.sanctions.next_due(WIRE) == day(2)
        assert await view.sanctions.next_due(WIRE + MINUTE * 2) == START


async def test_nothing_is_due_where_there_are_no_keys(works: Works) -> None:
    async with works.look() as view:
        assert await view.sanctions.next_due(WIRE) is None
    assert await claim(works) == []


async def test_only_due_people_are_claimed_the_longest_due_first_and_each_once(works: Works) -> None:
    late, later, not_yet = [await somebody(works) for _ in range(3)]
    await a_key_of(works, later, next_look=START - MINUTE)
    await a_key_of(works, late, next_look=START)
    await a_key_of(works, late, next_look=START - MINUTE * 2)
    await a_key_of(works, not_yet, next_look=START + MINUTE)
    assert [lease.person for lease in await claim(works, limit=1)] == [late]
    assert [lease.person for lease in await claim(works)] == [later]
    assert await claim(works) == []


async def test_many_workers_at_once_never_get_the_same_person(works: Works) -> None:
    people = [await somebody(works) for _ in range(6)]
    for person in people:
        await a_key_of(works, person)
        await a_key_of(works, person)
    shares = await asyncio.gather(*(claim(works, limit=2) for _ in range(6)))
    assert sorted(lease.person for share in shares for lease in share) == sorted(people)


# -- leases


async def test_a_lease_that_ran_out_is_taken_over_and_a_freed_one_is_not(works: Works) -> None:
    person = await somebody(works)
    await a_key_of(works, person)
    [first] = await claim(works)
    [second] = await claim(works, wire=MINUTE * 2)
    assert (first.taken_over, second.taken_over, second.epoch) == (False, True, first.epoch + 1)
    async with works.begin() as work:
        await work.sanctions.free(second)
    [third] = await claim(works, wire=MINUTE * 2)
    assert (third.taken_over, third.epoch) == (False, second.epoch + 1)


async def test_a_worker_that_lost_its_lease_writes_nothing(works: Works) -> None:
    key = await a_key_of(works, await somebody(works))
    [old] = await claim(works)
    [new] = await claim(works, wire=MINUTE * 2)
    with pytest.raises(Stale):
        await _intend(works, key, old)
    async with works.begin() as work:
        await work.sanctions.renew(new, WIRE + MINUTE * 9)
        assert await work.sanctions.open_intents(key.account) == ()


async def _intend(works: Works, key: Key, lease: Lease) -> None:
    """As a worker does before it acts: the intent, and the lease asked for again, in one transaction."""
    async with works.begin() as work:
        await work.sanctions.add_intent(key.person, an_intent(account=key.account))
        await work.sanctions.renew(lease, WIRE + MINUTE * 9)


async def test_a_renewed_lease_lasts_longer_and_never_shorter(works: Works) -> None:
    await a_key_of(works, await somebody(works))
    [lease] = await claim(works, lasts=MINUTE * 5)
    async with works.begin() as work:
        await work.sanctions.renew(lease, WIRE + MINUTE)
    assert await claim(works, wire=MINUTE * 4) == []
    async with works.begin() as work:
        await work.sanctions.renew(lease, WIRE + MINUTE * 10)
    assert await claim(works, wire=MINUTE * 9) == []


async def test_a_freed_lease_cannot_be_renewed(works: Works) -> None:
    await a_key_of(works, await somebody(works))
    [lease] = await claim(works)
    async with works.begin() as work:
        await work.sanctions.free(lease)
    with pytest.raises(Stale):
        async with works.begin() as work:
            await work.sanctions.renew(lease, WIRE + MINUTE)


async def test_a_late_worker_does_not_free_its_successors_lease(works: Works) -> None:
    await a_key_of(works, await somebody(works))
    [old] = await claim(works)
    await claim(works, wire=MINUTE * 2)
    async with works.begin() as work:
        await work.sanctions.free(old)
    assert await claim(works, wire=MINUTE * 2) == []


async def test_after_a_restart_every_lease_is_over_and_known_to_have_been_held(works: Works) -> None:
    await a_key_of(works, await somebody(works))
    await claim(works)
    async with works.begin() as work:
        assert await work.sanctions.expire_leases() == 1
    [lease] = await claim(works)
    assert lease.taken_over


# -- the one indexed question


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """Every statement that goes to a database meanwhile, with its parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        seen.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def many_keys(works: Works, count: int = 400) -> None:
    """Far more keys than are due, most of them at rest for good."""
    person = await somebody(works)
    rows = [replace(a_held_key(), person=person, account=AccountId(new_id())) for _ in range(count)]
    async with works.begin() as work:
        await work.connection.execute(insert(accounts), [_account(row) for row in rows])
        await work.connection.execute(insert(keys), [_key(row, n) for n, row in enumerate(rows)])
        await work.connection.execute(text("ANALYZE"))


def _key(key: Key, number: int) -> dict[str, Any]:
    return {
        "account_id": key.account,
        "person_id": key.person,
        "space": key.space,
        "next_look": None if number % 4 else key.next_look,
        "state": key.state,
        "failures": 0,
        "why": key.why,
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


async def test_what_is_due_next_is_answered_by_its_index_alone(works: Works, database: Database) -> None:
    await many_keys(works)
    with statements() as seen:
        async with works.look() as view:
            await view.sanctions.next_due(WIRE)
    [asked] = [each for each in seen if "keys" in each[0]]
    assert "ix_keys_due" in await plan_of(database, asked)


async def test_claiming_does_not_read_the_keys_that_are_not_due(works: Works, database: Database) -> None:
    await many_keys(works)
    with statements() as seen:
        await claim(works)
    [asked] = [each for each in seen if "FROM keys" in each[0]]
    assert "ix_keys_due" in await plan_of(database, asked)
