"""Where the forum ends suspensions itself, a longer one takes the place of a shorter one, and nobody slips in between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.emulators.forum.server import ForumEmulator
from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.forum.space import ForumSpace
from guardian.ids import AccountId, PersonId, SpaceName, new_id
from guardian.people.models import LinkedAccount, Person, Trust
from guardian.reconciler.alerts import Alert
from guardian.reconciler.loop import Reconciler
from guardian.sanctions.imposition import add_account
from guardian.spaces.port import Account
from guardian.spaces.registry import Mode, RegisteredSpace, SpaceRegistry
from rules.ladder import AuthorityKind
from tests.builders.reconciler import CALL_TIMEOUT, World, a_world, with_brake
from tests.connectors.forum.conftest import SpaceWith
from tests.fakes.clock import FrozenClock

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def space(space_with: SpaceWith) -> ForumSpace:
    return space_with(native_end=True)


@asynccontextmanager
async def a_reconciled_world(folder: Path, space: ForumSpace, clock: FrozenClock) -> AsyncIterator[World]:
    """A world whose only space is the forum."""
    async with a_world(folder, clock=clock) as world:
        world.context = replace(world.context, spaces=SpaceRegistry((RegisteredSpace(space, Mode.ENFORCE),)))
        world.reconciler = Reconciler(world.context, ceiling=CALL_TIMEOUT)
        yield world


async def a_person(world: World, forum: ForumEmulator) -> tuple[PersonId, Account]:
    """A person with one account on the forum."""
    person = Person(PersonId(new_id()), "quiet harbour", world.clock.now())
    account = Account(SpaceName("forum"), str(forum.add_user("rowan").id))
    known = LinkedAccount(
        id=AccountId(new_id()),
        person=person.id,
        account=account,
        handle="rowan",
        trust=Trust.VOUCHED,
        linked_at=world.clock.now(),
        linked_by="service",
    )
    async with world.units_of_work.begin() as uow:
        await uow.people.add_person(person)
        await uow.people.add_account(known)
        await add_account(uow, known)
    return person.id, account


async def shut_out_until(world: World, forum: ForumEmulator, account: Account, days: int) -> list[int]:
    """The hours of so many days at which the forum lets the account in."""
    open_at = []
    for hour in range(1, 24 * days):
        await world.pass_time(timedelta(hours=1))
        if not forum.was_suspended(account.native_id, world.clock.now()):
            open_at.append(hour)
    return open_at


async def extended(
    world: World, forum: ForumEmulator, kind: AuthorityKind = AuthorityKind.DECISION
) -> tuple[PersonId, Account]:
    """Ten days are held, and forty are wanted by now."""
    person, account = await a_person(world, forum)
    await world.a_sanction(person, days=10, kind=kind)
    await world.run_until_idle()
    await world.a_sanction(person, days=40, kind=kind)
    return person, account


async def test_a_longer_suspension_replaces_the_native_end_without_letting_anybody_in(
    tmp_path: Path, forum: ForumEmulator, space: ForumSpace, clock: FrozenClock
) -> None:
    """Architecture 5.3: silence, lift, suspend, unsilence; and no knocking at the forum again and again."""
    async with a_reconciled_world(tmp_path, space, clock) as world:
        person, account = await extended(world, forum)
        before = len(forum.history.exchanges)
        assert await shut_out_until(world, forum, account, 12) == []
        assert await world.coverage(person) == {"forum": "held"}
        assert len(forum.history.exchanges) - before < 20
        assert not forum.was_silenced(account.native_id, clock.now())


async def test_a_replacement_that_breaks_off_is_finished_from_the_silence(
    tmp_path: Path, forum: ForumEmulator, space: ForumSpace, clock: FrozenClock
) -> None:
    async with a_reconciled_world(tmp_path, space, clock) as world:
        _, account = await extended(world, forum)
        await world.pass_time(8 * DAY - timedelta(hours=1))
        forum.faults.set(Fault(kind=FaultKind.SERVER_ERROR, operation="user.suspend", times=3))
        await world.pass_time(timedelta(hours=1))
        assert forum.was_silenced(account.native_id, clock.now())
        await world.pass_time(timedelta(hours=1))
        assert forum.was_suspended(account.native_id, clock.now() + 20 * DAY)
        assert not forum.was_silenced(account.native_id, clock.now())


async def test_a_moderators_silence_covers_the_replacement_and_stays(
    tmp_path: Path, forum: ForumEmulator, space: ForumSpace, clock: FrozenClock
) -> None:
    async with a_reconciled_world(tmp_path, space, clock) as world:
        _, account = await extended(world, forum)
        forum.manual_actions.silence_by_hand("morgan", "rowan", clock.now() + 30 * DAY, "noise")
        await world.pass_time(9 * DAY)
        assert forum.was_suspended(account.native_id, clock.now() + 20 * DAY)
        assert forum.was_silenced(account.native_id, clock.now())


@pytest.mark.harm("let-in-while-an-end-is-replaced")
async def test_what_the_silence_did_not_cover_is_not_lifted(
    tmp_path: Path, forum: ForumEmulator, space: ForumSpace, clock: FrozenClock
) -> None:
    """The forum says that it silenced, and did not: only what it logs shows what went wrong in it."""
    async with a_reconciled_world(tmp_path, space, clock) as world:
        _, account = await extended(world, forum)
        clock.instant += 9 * DAY
        forum.state.swallowed = 2
        await world.pass_time(HOUR)
        assert free_moments(forum, account) == []
        assert forum.was_suspended(account.native_id, clock.now() + 20 * DAY)


# -- killed in between

ACTS = ("user.silence", "user.suspend", "user.unsuspend", "user.unsilence")
REPLACEMENT = 4
"""Silence, lift, suspend, unsilence."""


def acts_done(forum: ForumEmulator) -> int:
    """How many changes the forum has been asked for, and has made."""
    return sum(exchange.operation in ACTS and exchange.status == 200 for exchange in forum.history.exchanges)


async def kill_after(world: World, forum: ForumEmulator, acts: int) -> None:
    """The service works on, and is dead once the forum has made so many more changes: it hears of the last no more."""
    until = acts_done(forum) + acts
    working = asyncio.create_task(world.run_until_idle())
    while acts_done(forum) < until and not working.done():
        await asyncio.sleep(0)
    await world.reconciler.stop()
    await asyncio.gather(working, return_exceptions=True)


async def start_anew(world: World) -> None:
    """Another process takes over, as the holder of a lease that has run out, and works until nothing is due."""
    async with world.units_of_work.begin() as uow:
        await uow.sanctions.expire_leases()
    world.reconciler = Reconciler(world.context, ceiling=CALL_TIMEOUT)
    await world.pass_time(HOUR)


def free_moments(forum: ForumEmulator, account: Account) -> list[str]:
    """The changes after which the account was neither suspended nor silenced, since it was suspended first."""
    standing: dict[str, bool] = {}
    free = []
    for change in forum.history.changes:
        if change.subject == account.native_id and change.what in ("suspension", "silence"):
            standing[change.what] = change.after is not None
            free += [] if any(standing.values()) else [f"{change.what} at {change.at}"]
    return free


@pytest.mark.harm("let-in-while-an-end-is-replaced")
@pytest.mark.parametrize("kind", [AuthorityKind.DECISION, AuthorityKind.LOCAL])
@pytest.mark.parametrize("acts", range(REPLACEMENT + 1))
async def test_a_service_killed_while_it_replaces_the_native_end_lets_nobody_in(
    tmp_path: Path, forum: ForumEmulator, space: ForumSpace, clock: FrozenClock, acts: int, kind: AuthorityKind
) -> None:
    """Architecture 5.3: one intent, finished first after a crash. What was lifted in between, we lifted ourselves."""
    async with a_reconciled_world(tmp_path, space, clock) as world:
        _, account = await extended(world, forum, kind)
        clock.instant += 9 * DAY
        await kill_after(world, forum, acts)
        await start_anew(world)
        assert forum.was_suspended(account.native_id, clock.now() + 20 * DAY)
        assert not forum.was_silenced(account.native_id, clock.now())
        assert free_moments(forum, account) == []
        assert [world.alerts.count(alert) for alert in (Alert.LIFTED_MANUALLY, Alert.LIFTED_AGAIN)] == [0, 0]
        assert world.alerts.asked == []


@pytest.mark.harm("let-in-while-an-end-is-replaced")
async def test_the_brake_holds_nothing_back_that_was_being_replaced(
    tmp_path: Path, forum: ForumEmulator, space: ForumSpace, clock: FrozenClock
) -> None:
    """P-7.5: whoever stands under ours already is not restricted anew, though ours is lifted at this moment."""
    async with a_reconciled_world(tmp_path, space, clock) as world:
        _, account = await extended(world, forum)
        clock.instant += 9 * DAY
        await kill_after(world, forum, 2)
        world.context = replace(world.context, policy=with_brake(world.policy, 0))
        await start_anew(world)
        assert forum.was_suspended(account.native_id, clock.now() + 20 * DAY)


@pytest.mark.harm("lifter-never-asked")
@pytest.mark.parametrize(("kind", "held"), [(AuthorityKind.DECISION, True), (AuthorityKind.LOCAL, False)])
async def test_whoever_lifts_by_hand_while_an_end_is_replaced_is_known_for_it(
    tmp_path: Path, forum: ForumEmulator, space: ForumSpace, clock: FrozenClock, kind: AuthorityKind, held: bool
) -> None:
    """Architecture 5.13: what the group decided is put back and asked about, a moderator's own measure ends by it."""
    async with a_reconciled_world(tmp_path, space, clock) as world:
        _, account = await extended(world, forum, kind)
        clock.instant += 9 * DAY
        await kill_after(world, forum, 1)
        forum.manual_actions.unsuspend_by_hand("morgan", "rowan")
        await start_anew(world)
        assert forum.was_suspended(account.native_id, clock.now()) is held
        assert not forum.was_silenced(account.native_id, clock.now())
        assert len(world.alerts.asked) == held
