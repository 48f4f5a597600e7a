"""Measures, holds on things, and restrictions of others: read back as they were written, sealed, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from guardian.cases.measures import Measure, MeasureKind
from guardian.cases.submissions import new_case
from guardian.errors import Stale
from guardian.ids import AccountId, PersonId, SpaceName
from guardian.people.models import LinkedAccount, Person, Trust
from guardian.reconciler.content_store import ContentRestriction, ContentRestrictionState
from guardian.sanctions.foreign import ForeignRestriction, ForeignState, digest_native_id
from guardian.sanctions.models import Adoption
from guardian.spaces.content import ContentRef, ContentRestrictionKind
from guardian.spaces.port import Account
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from rules.measures import MeasureReason
from rules.precedence import AccessLevel
from tests.builders.community import AMARA, INES
from tests.fakes.clock import START

HERE = SpaceName("discord")
LATER = START + timedelta(days=2)
CASE = new_case("velvet-harbour", START, danger=False)
PERSON = Person(PersonId("p1"), "quiet-otter", START)
ACCOUNT = LinkedAccount(
    id=AccountId("a1"),
    person=PERSON.id,
    account=Account(HERE, "4711"),
    handle="handle",
    trust=Trust.EVIDENCED,
    linked_at=START,
    linked_by="m1",
)
CONTENT = ContentRef(HERE, "issue-7", "https://space.example/issue-7")
MEASURE = Measure(
    id="m1",
    case=CASE.id,
    space=HERE,
    kind=MeasureKind.LOCKED,
    by=INES,
    at=START,
    ends=LATER,
    reason=MeasureReason.SPAM,
    words="some words",
    person=PERSON.id,
    content=CONTENT,
)
RESTRICTION = ContentRestriction(
    id="m1", case=CASE.id, content=CONTENT, restriction=ContentRestrictionKind.LOCKED, until=LATER, due_at=START
)
NATIVE = "700000000000000044"


async def prepared(units_of_work: SqlUnitOfWorkFactory) -> None:
    """The case and the person with one account."""
    async with units_of_work.begin() as uow:
        await uow.cases.add_case(CASE)
        await uow.people.add_person(PERSON)
        await uow.people.add_account(ACCOUNT)


async def test_a_measure_is_read_back_and_changed_by_its_version(units_of_work: SqlUnitOfWorkFactory) -> None:
    await prepared(units_of_work)
    async with units_of_work.begin() as uow:
        await uow.measures.add(MEASURE)
        kept = await uow.measures.save(replace(MEASURE, ended_at=LATER, ended_by="service"))
    async with units_of_work.read() as view:
        assert await view.measures.of_person(PERSON.id) == await view.measures.of_case(CASE.id) == (kept,)
        assert await view.measures.unended(START) == ()
    with pytest.raises(Stale):
        async with units_of_work.begin() as uow:
            await uow.measures.save(MEASURE)


async def test_a_hold_on_a_thing_is_due_until_it_is_over(units_of_work: SqlUnitOfWorkFactory) -> None:
    await prepared(units_of_work)
    async with units_of_work.begin() as uow:
        await uow.content_restrictions.add(RESTRICTION)
        assert (
            await uow.content_restrictions.due(START, 5)
            == await uow.content_restrictions.unfinished()
            == (RESTRICTION,)
        )
        assert await uow.content_restrictions.next_due() == START
        await uow.content_restrictions.save(replace(RESTRICTION, state=ContentRestrictionState.RELEASED, due_at=None))
        assert await uow.content_restrictions.due(LATER, 5) == await uow.content_restrictions.unfinished() == ()
        assert await uow.content_restrictions.next_due() is None


async def test_what_was_taken_over_is_read_back_until_it_is_gone(units_of_work: SqlUnitOfWorkFactory) -> None:
    await prepared(units_of_work)
    adoption = Adoption(
        account=ACCOUNT.id,
        level=AccessLevel.BARRED,
        at=START,
        by="service",
        until=LATER,
        author="77",
        restricted_at=START,
    )
    async with units_of_work.begin() as uow:
        await uow.sanctions.add_adoption(PERSON.id, adoption)
        assert await uow.sanctions.adoptions_of(ACCOUNT.id) == (adoption,)
        await uow.sanctions.end_adoption(ACCOUNT.id, AccessLevel.BARRED)
        assert await uow.sanctions.adoptions_of(ACCOUNT.id) == ()


async def test_the_first_picture_keeps_digests_and_a_new_hold_what_people_are_asked_about(
    units_of_work: SqlUnitOfWorkFactory,
) -> None:
    async with units_of_work.begin() as uow:
        assert await uow.foreign.digest_key(HERE) is None
        await uow.foreign.record_baseline(HERE, [(NATIVE, AccessLevel.BARRED)], START)
        key = await uow.foreign.digest_key(HERE)
        assert key is not None
        new = ForeignRestriction(
            id="f1",
            space=HERE,
            digest=digest_native_id(key, "12"),
            level=AccessLevel.MUTED,
            state=ForeignState.UNEXPLAINED,
            observed_at=START,
            native_id="12",
            author="77",
            by=AMARA,
        )
        await uow.foreign.add(new)
    async with units_of_work.read() as view:
        before = await view.foreign.find(HERE, NATIVE, AccessLevel.BARRED)
        assert before is not None
        assert (before.state, before.native_id) == (ForeignState.PREEXISTING, "")
        assert (
            await view.foreign.unexplained_by(AMARA)
            == (await view.foreign.find(HERE, "12", AccessLevel.MUTED),)
            == (new,)
        )
    with pytest.raises(Stale):
        async with units_of_work.begin() as uow:
            await uow.foreign.add(replace(new, id="f2"))


async def test_what_was_noticed_after_the_pages_were_asked_for_is_not_forgotten_by_them(
    units_of_work: SqlUnitOfWorkFactory,
) -> None:
    async with units_of_work.begin() as uow:
        await uow.foreign.record_baseline(HERE, [(NATIVE, AccessLevel.BARRED)], START)
        at = list(await uow.foreign.in_space(HERE))
        await uow.foreign.forget(HERE, at, START)
        assert await uow.foreign.find(HERE, NATIVE, AccessLevel.BARRED) is not None
        await uow.foreign.forget(HERE, at, LATER)
        assert await uow.foreign.find(HERE, NATIVE, AccessLevel.BARRED) is None


async def test_no_id_and_no_words_stand_in_plain(units_of_work: SqlUnitOfWorkFactory) -> None:
    await prepared(units_of_work)
    async with units_of_work.begin() as uow:
        await uow.measures.add(MEASURE)
        await uow.content_restrictions.add(RESTRICTION)
        await uow.foreign.record_baseline(HERE, [(NATIVE, AccessLevel.BARRED)], START)
        found = [
            str(tuple(row))
            for table in ("measures", "content_restrictions", "foreign_restrictions", "foreign_baselines")
            for row in await uow.connection.execute(text(f"SELECT * FROM {table}"))
        ]
    assert [row for row in found if any(word in row for word in (NATIVE, "issue-7", "some words"))] == []
