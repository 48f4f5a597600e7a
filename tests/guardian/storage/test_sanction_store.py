"""Sanctions, liftings, applications, intents and totals, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from guardian.errors import Stale
from guardian.ids import AccountId, CaseId, MemberId, PersonId, Reference, SanctionId, SpaceName, new_id
from guardian.people.models import LinkedAccount, Person, Trust
from guardian.sanctions.models import Authority, Coverage, CoverageState, IntentKind, Lifting, LiftingCause, Prior
from guardian.spaces.port import Account, Entitlement, EntitlementKind
from guardian.storage.data_key_store import KeyScope
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from rules.brake import PastRestriction
from rules.ladder import AuthorityKind
from rules.notification import NotificationState
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import AccessLevel, Restriction
from tests.builders.sanctions import SPACE, a_sanction, an_enforcement, an_intent, day
from tests.fakes.clock import START

FORUM = SpaceName("forum")
MODERATOR = "77001122"
ROLE = Entitlement(EntitlementKind.ROLE, "role-4711", "gardener", privileged=True)


@pytest.fixture
async def person(units_of_work: SqlUnitOfWorkFactory) -> PersonId:
    """Somebody known."""
    known = Person(PersonId(new_id()), f"quiet {new_id()[-6:]}", START)
    async with units_of_work.begin() as uow:
        await uow.people.add_person(known)
    return known.id


@pytest.fixture
async def account(units_of_work: SqlUnitOfWorkFactory, person: PersonId) -> AccountId:
    """Their account on the forum."""
    known = LinkedAccount(
        id=AccountId(new_id()),
        person=person,
        account=Account(FORUM, "41"),
        handle="grumbler",
        trust=Trust.VOUCHED,
        linked_at=START,
        linked_by="service",
    )
    async with units_of_work.begin() as uow:
        await uow.people.add_account(known)
    return known.id


def a_lifting(sanction: SanctionId, cause: LiftingCause = LiftingCause.REVERSAL) -> Lifting:
    return Lifting(
        sanction=sanction, effective_from=day(3), cause=cause, by="0192-member", authority="P-7.3", recorded_at=day(2)
    )


# -- what was decided


async def test_a_sanction_is_read_back_as_it_was(units_of_work: SqlUnitOfWorkFactory, person: PersonId) -> None:
    plain = a_sanction(person=person)
    special = a_sanction(
        person=person,
        restriction=Restriction.MUTED,
        ends=None,
        spaces=frozenset({FORUM, SpaceName("discord")}),
        on_term_end=OnTermEnd.AWAIT_READMISSION,
        authority=Authority(AuthorityKind.UNILATERAL, "0192-act"),
        notification=NotificationState.COULD_NOT_NOTIFY,
        waits_until=None,
        provisional=True,
        danger=True,
    )
    async with units_of_work.begin() as uow:
        await uow.sanctions.add_sanction(plain)
        await uow.sanctions.add_sanction(special)
    async with units_of_work.read() as view:
        assert await view.sanctions.sanction(plain.id) == plain
        assert await view.sanctions.sanction(special.id) == special
        assert await view.sanctions.sanction(SanctionId(new_id())) is None


async def test_sanctions_are_found_by_person_case_and_reference(
    units_of_work: SqlUnitOfWorkFactory, person: PersonId
) -> None:
    first, second = a_sanction(person=person), a_sanction(person=person, case=CaseId("0192-other"))
    async with units_of_work.begin() as uow:
        await uow.sanctions.add_sanction(first)
        await uow.sanctions.add_sanction(second)
    async with units_of_work.read() as view:
        assert await view.sanctions.of_person(person) == (first, second)
        assert await view.sanctions.of_case(second.case) == (second,)
        assert await view.sanctions.by_reference(second.reference) == second
        assert await view.sanctions.by_reference(Reference("GRD-NOBODYS")) is None


async def test_of_a_raids_many_sanctions_its_case_names_the_one_that_leads(
    units_of_work: SqlUnitOfWorkFactory, person: PersonId
) -> None:
    leader = a_sanction(person=person)
    follower = a_sanction(person=person, leader=leader.id)
    async with units_of_work.begin() as uow:
        await uow.sanctions.add_sanction(leader)
        await uow.sanctions.add_sanction(follower)
    async with units_of_work.read() as view:
        assert await view.sanctions.sanction(follower.id) == follower
        assert await view.sanctions.of_case(leader.case) == (leader,)
        assert await view.raids.followers(leader.id, 5) == (follower.id,)


async def test_a_sanction_changed_by_two_at_once_is_stale_for_the_second(
    units_of_work: SqlUnitOfWorkFactory, person: PersonId
) -> None:
    sanction = a_sanction(person=person, notification=NotificationState.TO_NOTIFY)
    async with units_of_work.begin() as uow:
        await uow.sanctions.add_sanction(sanction)
    async with units_of_work.begin() as uow:
        await uow.sanctions.save_sanction(
            a_sanction(id=sanction.id, person=person, notification=NotificationState.NOTIFIED)
        )
    with pytest.raises(Stale):
        async with units_of_work.begin() as uow:
            await uow.sanctions.save_sanction(
                a_sanction(id=sanction.id, person=person, notification=NotificationState.COULD_NOT_NOTIFY)
            )
    async with units_of_work.read() as view:
        kept = await view.sanctions.sanction(sanction.id)
    assert kept is not None
    assert (kept.notification, kept.version) == (NotificationState.NOTIFIED, 1)


async def test_a_lifting_is_written_once_and_the_first_one_stands(
    units_of_work: SqlUnitOfWorkFactory, person: PersonId
) -> None:
    sanction = a_sanction(person=person)
    first = a_lifting(sanction.id)
    async with units_of_work.begin() as uow:
        await uow.sanctions.add_sanction(sanction)
        await uow.sanctions.add_lifting(first)
    with pytest.raises(Stale):
        async with units_of_work.begin() as uow:
            await uow.sanctions.add_lifting(a_lifting(sanction.id, LiftingCause.SUPERSEDED))
    async with units_of_work.read() as view:
        kept = await view.sanctions.sanction(sanction.id)
    assert kept is not None
    assert kept.lifting == first


async def test_a_lifted_sanction_is_not_among_the_unlifted(
    units_of_work: SqlUnitOfWorkFactory, person: PersonId
) -> None:
    lifted, running = a_sanction(person=person), a_sanction(person=person)
    async with units_of_work.begin() as uow:
        await uow.sanctions.add_sanction(lifted)
        await uow.sanctions.add_sanction(running)
        await uow.sanctions.add_lifting(a_lifting(lifted.id))
    async with units_of_work.read() as view:
        assert await view.sanctions.unlifted() == (running,)


@pytest.mark.harm("a-restart-frees-nobody-for-minutes")
async def test_only_what_a_newly_opened_space_lacks_is_gone_through_and_a_part_at_a_time(
    units_of_work: SqlUnitOfWorkFactory, person: PersonId
) -> None:
    """P-6.5: not what is over, was lifted, has a scope of its own, or has its total already."""
    running, awaiting = (
        a_sanction(person=person),
        a_sanction(person=person, ends=day(1), on_term_end=OnTermEnd.AWAIT_READMISSION),
    )
    over, scoped = a_sanction(person=person, ends=day(1)), a_sanction(person=person, spaces=frozenset({SPACE}))
    lifted = a_sanction(person=person)
    async with units_of_work.begin() as uow:
        await uow.sanctions.add_sanctions([running, awaiting, over, scoped, lifted])
        await uow.sanctions.add_lifting(a_lifting(lifted.id))
        await uow.sanctions.save_coverage(
            Coverage(person=person, space=SPACE, state=CoverageState.HELD, since=START, detail="held")
        )
    async with units_of_work.read() as view:
        both = await view.sanctions.missing_coverage((SPACE, SpaceName("opened")), day(2), 10)
        assert [sanction.id for sanction in both] == [running.id, awaiting.id]
        assert len(await view.sanctions.missing_coverage((SPACE, SpaceName("opened")), day(2), 1)) == 1
        assert await view.sanctions.missing_coverage((SPACE,), day(2), 10) == ()


# -- what was done and seen


async def test_an_application_is_read_back_as_it_was(
    units_of_work: SqlUnitOfWorkFactory, person: PersonId, account: AccountId
) -> None:
    prior = Prior(AccessLevel.MUTED, day(5), MODERATOR)
    known = an_enforcement(
        account=account,
        prior=prior,
        removed_entitlements=(ROLE,),
        until=day(9),
        reapplied_at=(day(1), day(2)),
        restored=True,
    )
    async with units_of_work.begin() as uow:
        await uow.sanctions.save_enforcement(person, known)
    async with units_of_work.read() as view:
        assert await view.sanctions.enforcements_of(account) == (an_enforcement(**_facts(known), version=1),)


def _facts(known: object) -> dict[str, object]:
    names = ("account", "prior", "removed_entitlements", "until", "reapplied_at", "restored")
    return {name: getattr(known, name) for name in names}


async def test_an_application_changed_by_two_at_once_is_stale_for_the_second(
    units_of_work: SqlUnitOfWorkFactory, person: PersonId, account: AccountId
) -> None:
    new = an_enforcement(account=account)
    async with units_of_work.begin() as uow:
        await uow.sanctions.save_enforcement(person, new)
    with pytest.raises(Stale):
        async with units_of_work.begin() as uow:
            await uow.sanctions.save_enforcement(person, new)
    async with units_of_work.begin() as uow:
        await uow.sanctions.save_enforcement(person, an_enforcement(account=account, active=False, version=1))
    with pytest.raises(Stale):
        async with units_of_work.begin() as uow:
            await uow.sanctions.save_enforcement(person, an_enforcement(account=account, version=1))
    async with units_of_work.read() as view:
        [kept] = await view.sanctions.enforcements_of(account)
    assert (kept.active, kept.version) == (False, 2)


async def test_an_intent_is_open_until_it_is_closed(
    units_of_work: SqlUnitOfWorkFactory, person: PersonId, account: AccountId
) -> None:
    first = an_intent(account=account, prior=Prior(AccessLevel.MUTED, None, MODERATOR), until=day(3))
    second = an_intent(account=account, kind=IntentKind.RELEASE)
    async with units_of_work.begin() as uow:
        await uow.sanctions.add_intent(person, first)
        await uow.sanctions.add_intent(person, second)
    async with units_of_work.read() as view:
        assert await view.sanctions.open_intents(account) == (first, second)
    async with units_of_work.begin() as uow:
        await uow.sanctions.close_intent(first.id, day(1))
    async with units_of_work.read() as view:
        assert await view.sanctions.open_intents(account) == (second,)


async def test_a_reference_that_we_placed_once_is_ours_for_ever_but_no_other_is(
    units_of_work: SqlUnitOfWorkFactory, person: PersonId, account: AccountId
) -> None:
    placed = an_intent(account=account, reference=Reference("GRD-PLACED"))
    put_back = an_intent(account=account, kind=IntentKind.RESTORE, reference=Reference("GRD-ANOTHERS"))
    async with units_of_work.begin() as uow:
        await uow.sanctions.add_intent(person, placed)
        await uow.sanctions.add_intent(person, put_back)
        await uow.sanctions.close_intent(placed.id, day(1))
    async with units_of_work.read() as view:
        assert await view.sanctions.references_of(account) == {Reference("GRD-PLACED")}
        assert await view.sanctions.references_of(AccountId(new_id())) == frozenset()


@pytest.mark.parametrize("table", ["enforcements", "intents"])
async def test_who_restricted_before_us_and_what_was_taken_stand_in_no_plain_column(
    units_of_work: SqlUnitOfWorkFactory, person: PersonId, account: AccountId, table: str
) -> None:
    prior = Prior(AccessLevel.MUTED, None, MODERATOR)
    async with units_of_work.begin() as uow:
        await uow.sanctions.save_enforcement(
            person, an_enforcement(account=account, prior=prior, removed_entitlements=(ROLE,))
        )
        await uow.sanctions.add_intent(person, an_intent(account=account, prior=prior))
    async with units_of_work.read() as view:
        rows = (await view.connection.execute(text(f"SELECT * FROM {table}"))).all()
    assert len(rows) == 1
    assert not any(secret in repr(rows) for secret in (MODERATOR, ROLE.native_id, ROLE.label))


async def test_what_was_placed_can_still_be_released_when_the_persons_key_is_destroyed(
    units_of_work: SqlUnitOfWorkFactory, person: PersonId, account: AccountId
) -> None:
    async with units_of_work.begin() as uow:
        await uow.sanctions.save_enforcement(person, an_enforcement(account=account, removed_entitlements=(ROLE,)))
        await uow.encryption.destroy(KeyScope.of_person(person))
    async with units_of_work.read() as view:
        [kept] = await view.sanctions.enforcements_of(account)
    assert (kept.active, kept.prior, kept.removed_entitlements) == (True, Prior(), ())


async def test_a_total_is_replaced_by_the_next(units_of_work: SqlUnitOfWorkFactory, person: PersonId) -> None:
    first = Coverage(person=person, space=FORUM, state=CoverageState.OPEN, since=START, detail="to be placed")
    elsewhere = Coverage(
        person=person, space=SpaceName("discord"), state=CoverageState.HELD, since=START, detail="held"
    )
    later = Coverage(person=person, space=FORUM, state=CoverageState.HELD, since=day(1), detail="held")
    async with units_of_work.begin() as uow:
        for row in (first, elsewhere, later):
            await uow.sanctions.save_coverage(row)
    async with units_of_work.read() as view:
        assert await view.sanctions.coverage_of(person) == (elsewhere, later)


async def test_placements_are_counted_from_an_instant_on(units_of_work: SqlUnitOfWorkFactory, person: PersonId) -> None:
    minute = timedelta(minutes=1)
    placed = [PastRestriction(person, START + minute * n, reapplied=n == 2) for n in range(3)]
    async with units_of_work.begin() as uow:
        for each in placed:
            await uow.sanctions.record_restriction(each)
    async with units_of_work.read() as view:
        assert await view.sanctions.restrictions_since(START) == tuple(placed[1:])


async def test_a_yes_to_a_return_holds_until_it_is_withdrawn(
    units_of_work: SqlUnitOfWorkFactory, person: PersonId
) -> None:
    async with units_of_work.begin() as uow:
        assert not await uow.sanctions.is_reinstatement_approved(person)
        await uow.sanctions.approve_reinstatement(person, MemberId("0192-member"), day(1))
        await uow.sanctions.approve_reinstatement(person, MemberId("0192-other"), day(2))
        assert await uow.sanctions.is_reinstatement_approved(person)
        await uow.sanctions.withdraw_reinstatement(person)
        assert not await uow.sanctions.is_reinstatement_approved(person)
