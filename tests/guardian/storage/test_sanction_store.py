"""Sanctions, liftings, applications, intents and totals, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from guardian.errors import Stale
from guardian.ids import AccountId, CaseId, MemberId, PersonId, Reference, SanctionId, SpaceName, new_id
from guardian.people.values import KnownAccount, Person, Trust
from guardian.sanctions.values import Authority, Coverage, CoverageState, IntentKind, Lifting, LiftingCause, Prior
from guardian.spaces.port import Account, Belonging, BelongingKind
from guardian.storage.keys_store import Scope
from guardian.storage.work import Works
from rules.brake import Placement
from rules.ladder import Authority as AuthorityKind
from rules.policy import OnTermEnd
from rules.precedence import Hold, Restriction
from rules.telling import Telling
from tests.builders.sanctions import a_sanction, an_application, an_intent, day
from tests.fakes.clock import START

FORUM = SpaceName("forum")
MODERATOR = "77001122"
ROLE = Belonging(BelongingKind.ROLE, "role-4711", "gardener", power=True)


@pytest.fixture
async def person(works: Works) -> PersonId:
    """Somebody known."""
    known = Person(PersonId(new_id()), f"quiet {new_id()[-6:]}", START)
    async with works.begin() as work:
        await work.people.add_person(known)
    return known.id


@pytest.fixture
async def account(works: Works, person: PersonId) -> AccountId:
    """Their account on the forum."""
    known = KnownAccount(AccountId(new_id()), person, Account(FORUM, "41"), "grumbler", Trust.VOUCHED, START, "service")
    async with works.begin() as work:
        await work.people.add_account(known)
    return known.id


def a_lifting(sanction: SanctionId, cause: LiftingCause = LiftingCause.REVERSAL) -> Lifting:
    return Lifting(sanction, day(3), cause, "0192-member", "P-7.3", day(2))


# -- what was decided


async def test_a_sanction_is_read_back_as_it_was(works: Works, person: PersonId) -> None:
    plain = a_sanction(person=person)
    special = a_sanction(
        person=person,
        restriction=Restriction.MUTED,
        ends=None,
        spaces=frozenset({FORUM, SpaceName("discord")}),
        on_term_end=OnTermEnd.AWAIT_READMISSION,
        authority=Authority(AuthorityKind.UNILATERAL, "0192-act"),
        telling=Telling.COULD_NOT,
        holds_from=None,
        provisional=True,
        danger=True,
    )
    async with works.begin() as work:
        await work.sanctions.add_sanction(plain)
        await work.sanctions.add_sanction(special)
    async with works.look() as view:
        assert await view.sanctions.sanction(plain.id) == plain
        assert await view.sanctions.sanction(special.id) == special
        assert await view.sanctions.sanction(SanctionId(new_id())) is None


async def test_sanctions_are_found_by_person_case_and_reference(works: Works, person: PersonId) -> None:
    first, second = a_sanction(person=person), a_sanction(person=person, case=CaseId("0192-other"))
    async with works.begin() as work:
        await work.sanctions.add_sanction(first)
        await work.sanctions.add_sanction(second)
    async with works.look() as view:
        assert await view.sanctions.of_person(person) == (first, second)
        assert await view.sanctions.of_case(second.case) == (second,)
        assert await view.sanctions.by_reference(second.reference) == second
        assert await view.sanctions.by_reference(Reference("GRD-NOBODYS")) is None


async def test_a_sanction_changed_by_two_at_once_is_stale_for_the_second(works: Works, person: PersonId) -> None:
    sanction = a_sanction(person=person, telling=Telling.TO_TELL)
    async with works.begin() as work:
        await work.sanctions.add_sanction(sanction)
    async with works.begin() as work:
        await work.sanctions.save_sanction(a_sanction(id=sanction.id, person=person, telling=Telling.TOLD))
    with pytest.raises(Stale):
        async with works.begin() as work:
            await work.sanctions.save_sanction(a_sanction(id=sanction.id, person=person, telling=Telling.COULD_NOT))
    async with works.look() as view:
        kept = await view.sanctions.sanction(sanction.id)
    assert kept is not None
    assert (kept.telling, kept.version) == (Telling.TOLD, 1)


async def test_a_lifting_is_written_once_and_the_first_one_stands(works: Works, person: PersonId) -> None:
    sanction = a_sanction(person=person)
    first = a_lifting(sanction.id)
    async with works.begin() as work:
        await work.sanctions.add_sanction(sanction)
        await work.sanctions.add_lifting(first)
    with pytest.raises(Stale):
        async with works.begin() as work:
            await work.sanctions.add_lifting(a_lifting(sanction.id, LiftingCause.SUPERSEDED))
    async with works.look() as view:
        kept = await view.sanctions.sanction(sanction.id)
    assert kept is not None
    assert kept.lifting == first


async def test_a_lifted_sanction_is_not_among_the_unlifted(works: Works, person: PersonId) -> None:
    lifted, running = a_sanction(person=person), a_sanction(person=person)
    async with works.begin() as work:
        await work.sanctions.add_sanction(lifted)
        await work.sanctions.add_sanction(running)
        await work.sanctions.add_lifting(a_lifting(lifted.id))
    async with works.look() as view:
        assert await view.sanctions.unlifted() == (running,)


# -- what was done and seen


async def test_an_application_is_read_back_as_it_was(works: Works, person: PersonId, account: AccountId) -> None:
    prior = Prior(Hold.MUTED, day(5), MODERATOR)
    known = an_application(
        account=account, prior=prior, taken=(ROLE,), until=day(9), put_back=(day(1), day(2)), restored=True
    )
    async with works.begin() as work:
        await work.sanctions.save_application(person, known)
    async with works.look() as view:
        assert await view.sanctions.applications_of(account) == (an_application(**_facts(known), version=1),)


def _facts(known: object) -> dict[str, object]:
    names = ("account", "prior", "taken", "until", "put_back", "restored")
    return {name: getattr(known, name) for name in names}


async def test_an_application_changed_by_two_at_once_is_stale_for_the_second(
    works: Works, person: PersonId, account: AccountId
) -> None:
    new = an_application(account=account)
    async with works.begin() as work:
        await work.sanctions.save_application(person, new)
    with pytest.raises(Stale):
        async with works.begin() as work:
            await work.sanctions.save_application(person, new)
    async with works.begin() as work:
        await work.sanctions.save_application(person, an_application(account=account, placed=False, version=1))
    with pytest.raises(Stale):
        async with works.begin() as work:
            await work.sanctions.save_application(person, an_application(account=account, version=1))
    async with works.look() as view:
        [kept] = await view.sanctions.applications_of(account)
    assert (kept.placed, kept.version) == (False, 2)


async def test_an_intent_is_open_until_it_is_closed(works: Works, person: PersonId, account: AccountId) -> None:
    first = an_intent(account=account, prior=Prior(Hold.MUTED, None, MODERATOR), until=day(3))
    second = an_intent(account=account, kind=IntentKind.RELEASE)
    async with works.begin() as work:
        await work.sanctions.add_intent(person, first)
        await work.sanctions.add_intent(person, second)
    async with works.look() as view:
        assert await view.sanctions.open_intents(account) == (first, second)
    async with works.begin() as work:
        await work.sanctions.close_intent(first.id, day(1))
    async with works.look() as view:
        assert await view.sanctions.open_intents(account) == (second,)


async def test_a_reference_that_we_placed_once_is_ours_for_ever_but_no_other_is(
    works: Works, person: PersonId, account: AccountId
) -> None:
    placed = an_intent(account=account, reference=Reference("GRD-PLACED"))
    put_back = an_intent(account=account, kind=IntentKind.RESTORE, reference=Reference("GRD-ANOTHERS"))
    async with works.begin() as work:
        await work.sanctions.add_intent(person, placed)
        await work.sanctions.add_intent(person, put_back)
        await work.sanctions.close_intent(placed.id, day(1))
    async with works.look() as view:
        assert await view.sanctions.references_of(account) == {Reference("GRD-PLACED")}
        assert await view.sanctions.references_of(AccountId(new_id())) == frozenset()


@pytest.mark.parametrize("table", ["applications", "intents"])
async def test_who_restricted_before_us_and_what_was_taken_stand_in_no_plain_column(
    works: Works, person: PersonId, account: AccountId, table: str
) -> None:
    prior = Prior(Hold.MUTED, None, MODERATOR)
    async with works.begin() as work:
        await work.sanctions.save_application(person, an_application(account=account, prior=prior, taken=(ROLE,)))
        await work.sanctions.add_intent(person, an_intent(account=account, prior=prior))
    async with works.look() as view:
        rows = (await view.connection.execute(text(f"SELECT * FROM {table}"))).all()
    assert len(rows) == 1
    assert not any(secret in repr(rows) for secret in (MODERATOR, ROLE.native_id, ROLE.label))


async def test_what_was_placed_can_still_be_released_when_the_persons_key_is_destroyed(
    works: Works, person: PersonId, account: AccountId
) -> None:
    async with works.begin() as work:
        await work.sanctions.save_application(person, an_application(account=account, taken=(ROLE,)))
        await work.sealer.destroy(Scope.of_person(person))
    async with works.look() as view:
        [kept] = await view.sanctions.applications_of(account)
    assert (kept.placed, kept.prior, kept.taken) == (True, Prior(), ())


async def test_a_total_is_replaced_by_the_next(works: Works, person: PersonId) -> None:
    first = Coverage(person, FORUM, CoverageState.OPEN, START, "to be placed")
    elsewhere = Coverage(person, SpaceName("discord"), CoverageState.HELD, START, "held")
    later = Coverage(person, FORUM, CoverageState.HELD, day(1), "held")
    async with works.begin() as work:
        for row in (first, elsewhere, later):
            await work.sanctions.save_coverage(row)
    async with works.look() as view:
        assert await view.sanctions.coverage_of(person) == (elsewhere, later)


async def test_placements_are_counted_from_an_instant_on(works: Works, person: PersonId) -> None:
    minute = timedelta(minutes=1)
    placed = [Placement(person, START + minute * n, put_back=n == 2) for n in range(3)]
    async with works.begin() as work:
        for each in placed:
            await work.sanctions.note_placement(each)
    async with works.look() as view:
        assert await view.sanctions.placements_since(START) == tuple(placed[1:])


async def test_a_yes_to_a_return_holds_until_it_is_withdrawn(works: Works, person: PersonId) -> None:
    async with works.begin() as work:
        assert not await work.sanctions.return_approved(person)
        await work.sanctions.approve_return(person, MemberId("0192-member"), day(1))
        await work.sanctions.approve_return(person, MemberId("0192-other"), day(2))
        assert await work.sanctions.return_approved(person)
        await work.sanctions.withdraw_return(person)
        assert not await work.sanctions.return_approved(person)
