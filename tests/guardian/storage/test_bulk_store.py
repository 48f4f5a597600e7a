"""What has happened meanwhile to the many of a raid, on both databases."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from guardian.cases.case import Case, CaseKind, CaseState
from guardian.cases.raids import Raid, RaidLine, RaidLineCount, RaidLineState, RaidState, count_pending
from guardian.ids import AccountId, CaseId, MemberId, PersonId, Reference, SanctionId, SpaceName
from guardian.people.links import Merge
from guardian.people.models import LinkedAccount, Person, Trust
from guardian.reconciler.bulk_store import NewAccount
from guardian.sanctions.models import Lifting, LiftingCause
from guardian.spaces.port import Account
from guardian.storage.unit_of_work import SqlUnitOfWork, SqlUnitOfWorkFactory
from rules.brake import NamingRaid
from rules.bulk import BulkFacts
from tests.builders.sanctions import a_sanction, a_work_item, day
from tests.fakes.clock import START

FORUM = SpaceName("forum")
CASE = CaseId("0192-case")
LEADER, FOLLOWER = SanctionId("0192-leader"), SanctionId("0192-follower")
WHO, OTHER = PersonId("0192-raider"), PersonId("0192-other")
ACCOUNT = AccountId("0192-raider-account")
LINK = LinkedAccount(
    id=ACCOUNT,
    person=WHO,
    account=Account(FORUM, "41"),
    handle="raider",
    trust=Trust.EVIDENCED,
    linked_at=START,
    linked_by="raid",
)
RAID = Raid(
    id="0192-raid",
    case=CASE,
    act="0192-act",
    person=OTHER,
    reference=Reference("GRD-22223333444"),
    by=MemberId("0192-member"),
    announced_at=START,
    state=RaidState.RUNNING,
    until=day(1),
    leader=LEADER,
)


async def a_raid(uow: SqlUnitOfWork) -> None:
    """One stranger who is restricted in bulk, and the person who stands for the raid."""
    await uow.cases.add_case(
        Case(id=CASE, code_name="some-name", kind=CaseKind.REPORT, state=CaseState.OPEN, opened_at=START)
    )
    await uow.people.add_person(Person(OTHER, "quiet-other", START))
    await uow.sanctions.add_sanction(a_sanction(id=LEADER, person=OTHER, case=CASE))
    follower = a_sanction(id=FOLLOWER, person=WHO, case=CASE, leader=LEADER)
    item = a_work_item(account=ACCOUNT, person=WHO, space=FORUM, due_at=None, bulk_id=RAID.id)
    await uow.bulk.add_accounts([NewAccount(Person(WHO, "quiet-raider", START), LINK, follower, (), item)])
    line = RaidLine(
        id="0192-line",
        raid=RAID.id,
        number=1,
        space=FORUM,
        native_id="41",
        state=RaidLineState.WAITING,
        detail="",
        person=WHO,
        account=ACCOUNT,
    )
    await uow.raids.add(RAID, [line])


async def impose_another(uow: SqlUnitOfWork) -> None:
    await uow.sanctions.add_sanction(a_sanction(person=WHO, case=CASE))


async def lift(uow: SqlUnitOfWork) -> None:
    await uow.sanctions.add_lifting(
        Lifting(
            sanction=FOLLOWER,
            effective_from=START,
            cause=LiftingCause.REVERSAL,
            by="0192-member",
            authority="P-7.3",
            recorded_at=START,
        )
    )


async def unlink(uow: SqlUnitOfWork) -> None:
    account = await uow.people.account(ACCOUNT)
    assert account is not None
    await uow.people.save_account(replace(account, ended_at=START))


A_MERGE = Merge(
    id="0192-merge", kept=OTHER, other=WHO, case=CASE, at=START, by="0192-member", evidence="the same words"
)


async def merge(uow: SqlUnitOfWork) -> None:
    await uow.links.add_merge(replace(A_MERGE, confirmed_at=START))


async def end_raid(uow: SqlUnitOfWork) -> None:
    await uow.raids.save(replace(RAID, until=uow.now))


@pytest.mark.parametrize(
    ("happens", "expected"),
    [
        (impose_another, BulkFacts(has_other_sanction=True)),
        (lift, BulkFacts(is_lifted=True)),
        (unlink, BulkFacts(is_unlinked=True)),
        (merge, BulkFacts(is_merged=True)),
        (end_raid, BulkFacts(is_raid_over=True)),
    ],
)
async def test_what_has_happened_meanwhile_is_read_as_the_fact_that_it_is(
    units_of_work: SqlUnitOfWorkFactory, happens: Callable[[SqlUnitOfWork], Awaitable[None]], expected: BulkFacts
) -> None:
    async with units_of_work.begin() as uow:
        await a_raid(uow)
    async with units_of_work.read() as view:
        assert await view.bulk.facts(FORUM) == {}
    async with units_of_work.begin() as uow:
        await happens(uow)
    async with units_of_work.read() as view:
        assert await view.bulk.facts(FORUM) == {ACCOUNT: expected}


@pytest.mark.harm("merge-that-binds-nobody-counted")
@pytest.mark.parametrize(
    "merge", [A_MERGE, replace(A_MERGE, confirmed_at=START, ended_at=START)], ids=["asked", "over"]
)
async def test_a_merge_that_waits_or_is_over_is_no_fact_of_a_bulk_item(
    units_of_work: SqlUnitOfWorkFactory, merge: Merge
) -> None:
    """P-6.4: two members' yes makes it count, and a split ends it."""
    async with units_of_work.begin() as uow:
        await a_raid(uow)
        await uow.links.add_merge(merge)
    async with units_of_work.read() as view:
        assert await view.bulk.facts(FORUM) == {}


async def test_a_raid_is_found_by_its_state_and_by_whom_it_names(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        await a_raid(uow)
    async with units_of_work.read() as view:
        assert [raid.id for raid in await view.raids.in_states([RaidState.RUNNING])] == [RAID.id]
        assert await view.raids.in_states([RaidState.OVER]) == ()
        assert await view.sanctions.raids_naming(WHO) == (NamingRaid(day(1), is_over=False),)
        assert await view.sanctions.raids_naming(OTHER) == ()


async def test_the_lines_of_a_raid_are_counted_by_state_and_by_whether_their_accounts_were_seen(
    units_of_work: SqlUnitOfWorkFactory,
) -> None:
    async with units_of_work.begin() as uow:
        await a_raid(uow)
    async with units_of_work.read() as view:
        assert await view.raids.line_counts(RAID.id) == (RaidLineCount(RaidLineState.WAITING, observed=False, count=1),)


@pytest.mark.parametrize(
    ("state", "observed", "pending"),
    [
        *((state, observed, True) for state in list(RaidLineState)[:4] for observed in (False, True)),
        (RaidLineState.RETURNED, False, True),
        (RaidLineState.RETURNED, True, False),
        *((state, False, False) for state in (RaidLineState.HELD, RaidLineState.REFUSED, RaidLineState.DROPPED)),
    ],
)
def test_an_account_of_a_raid_is_pending_until_it_was_reconciled_or_its_turn_is_over(
    state: RaidLineState, observed: bool, pending: bool
) -> None:
    assert count_pending([RaidLineCount(state, observed, 3)]) == (3 if pending else 0)
