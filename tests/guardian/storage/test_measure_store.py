"""Measures, holds on things, and restrictions of others: read back as they were written, sealed, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from guardian.cases.intake import new_case
from guardian.cases.measures import Measure, MeasureKind
from guardian.errors import Stale
from guardian.ids import AccountId, PersonId, SpaceName
from guardian.people.values import KnownAccount, Person, Trust
from guardian.sanctions.foreign import ForeignHold, ForeignState, digest_of
from guardian.sanctions.things import HeldThing, ThingState
from guardian.sanctions.values import TakenOver
from guardian.spaces.port import Account
from guardian.spaces.things import Thing, ThingHold
from guardian.storage.work import Works
from rules.measures import MeasureReason
from rules.precedence import Hold
from tests.builders.desk import AMARA, INES
from tests.fakes.clock import START

HERE = SpaceName("discord")
LATER = START + timedelta(days=2)
CASE = new_case("velvet-harbour", START, danger=False)
PERSON = Person(PersonId("p1"), "quiet-otter", START)
ACCOUNT = KnownAccount(AccountId("a1"), PERSON.id, Account(HERE, "4711"), "handle", Trust.EVIDENCED, START, "m1")
THING = Thing(HERE, "issue-7", "https://space.example/issue-7")
MEASURE = Measure(
    "m1", CASE.id, HERE, MeasureKind.LOCKED, INES, START, LATER, MeasureReason.SPAM, "some words", PERSON.id, THING
)
HELD = HeldThing("m1", CASE.id, THING, ThingHold.LOCKED, LATER, START)
NATIVE = "700000000000000044"


async def prepared(works: Works) -> None:
    """The case and the person with one account."""
    async with works.begin() as work:
        await work.cases.add_case(CASE)
        await work.people.add_person(PERSON)
        await work.people.add_account(ACCOUNT)


async def test_a_measure_is_read_back_and_changed_by_its_version(works: Works) -> None:
    await prepared(works)
    async with works.begin() as work:
        await work.measures.add(MEASURE)
        kept = await work.measures.save(replace(MEASURE, ended_at=LATER, ended_by="service"))
    async with works.look() as view:
        assert await view.measures.of_person(PERSON.id) == await view.measures.of_case(CASE.id) == (kept,)
        assert await view.measures.unended(START) == ()
    with pytest.raises(Stale):
        async with works.begin() as work:
            await work.measures.save(MEASURE)


async def test_a_hold_on_a_thing_is_due_until_it_is_over(works: Works) -> None:
    await prepared(works)
    async with works.begin() as work:
        await work.thing_holds.add(HELD)
        assert await work.thing_holds.due(START, 5) == await work.thing_holds.standing() == (HELD,)
        assert await work.thing_holds.next_due() == START
        await work.thing_holds.save(replace(HELD, state=ThingState.RELEASED, next_look=None))
        assert await work.thing_holds.due(LATER, 5) == await work.thing_holds.standing() == ()
        assert await work.thing_holds.next_due() is None


async def test_what_was_taken_over_is_read_back_until_it_is_gone(works: Works) -> None:
    await prepared(works)
    taken = TakenOver(ACCOUNT.id, Hold.BARRED, START, "service", LATER, "77", START)
    async with works.begin() as work:
        await work.sanctions.take_over(PERSON.id, taken)
        assert await work.sanctions.taken_over_of(ACCOUNT.id) == (taken,)
        await work.sanctions.end_taken_over(ACCOUNT.id, Hold.BARRED)
        assert await work.sanctions.taken_over_of(ACCOUNT.id) == ()


async def test_the_first_picture_keeps_digests_and_a_new_hold_what_people_are_asked_about(works: Works) -> None:
    async with works.begin() as work:
        assert await work.foreign.key_of(HERE) is None
        await work.foreign.begin(HERE, [(NATIVE, Hold.BARRED)], START)
        key = await work.foreign.key_of(HERE)
        assert key is not None
        new = ForeignHold(
            "f1", HERE, digest_of(key, "12"), Hold.MUTED, ForeignState.UNEXPLAINED, START, "12", "77", by=AMARA
        )
        await work.foreign.add(new)
    async with works.look() as view:
        before = await view.foreign.find(HERE, NATIVE, Hold.BARRED)
        assert before is not None
        assert (before.state, before.native_id) == (ForeignState.BEFORE_US, "")
        assert await view.foreign.unexplained_by(AMARA) == (await view.foreign.find(HERE, "12", Hold.MUTED),) == (new,)
    with pytest.raises(Stale):
        async with works.begin() as work:
            await work.foreign.add(replace(new, id="f2"))


async def test_what_was_noticed_after_the_pages_were_asked_for_is_not_forgotten_by_them(works: Works) -> None:
    async with works.begin() as work:
        await work.foreign.begin(HERE, [(NATIVE, Hold.BARRED)], START)
        at = list(await work.foreign.in_space(HERE))
        await work.foreign.forget(HERE, at, START)
        assert await work.foreign.find(HERE, NATIVE, Hold.BARRED) is not None
        await work.foreign.forget(HERE, at, LATER)
        assert await work.foreign.find(HERE, NATIVE, Hold.BARRED) is None


async def test_no_id_and_no_words_stand_in_plain(works: Works) -> None:
    await prepared(works)
    async with works.begin() as work:
        await work.measures.add(MEASURE)
        await work.thing_holds.add(HELD)
        await work.foreign.begin(HERE, [(NATIVE, Hold.BARRED)], START)
        found = [
            str(tuple(row))
            for table in ("measures", "thing_holds", "foreign_holds", "foreign_pictures")
            for row in await work.connection.execute(text(f"SELECT * FROM {table}"))
        ]
    assert [row for row in found if any(word in row for word in (NATIVE, "issue-7", "some words"))] == []
