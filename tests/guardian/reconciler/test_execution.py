"""What an answer of a space means for the try that asked for it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.ids import Reference
from guardian.reconciler.actions import Action, Release, Restrict
from guardian.reconciler.execution import deferral, failure_of, wait_for_in_flight
from guardian.reconciler.snapshot import load_snapshot
from guardian.retry import Failure
from guardian.sanctions.models import Prior, ReleaseState
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import Account, Entitlements, Unknown
from rules.precedence import AccessLevel
from tests.builders.reconciler import a_world
from tests.fakes.clock import FrozenClock
from tests.fakes.space import FakeSpace

AFTER = timedelta(seconds=90)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (Done(), None),
        (Already(), None),
        (Unavailable("down", AFTER), Failure("down", cut_off=True, retry_after=AFTER)),
        (Forbidden("Ban Members"), Failure("the space refuses us", "Ban Members")),
        (Gone(), Failure("the account is not there any more")),
        (Rejected("too long"), Failure("too long")),
        (Unknown("limited", AFTER), Failure("limited", retry_after=AFTER)),
        (Unknown("hidden", needs="View Audit Log"), Failure("hidden", "View Audit Log")),
    ],
)
def test_each_answer_is_one_kind_of_failure_or_none(answer: Outcome | Unknown, failure: Failure | None) -> None:
    assert failure_of(answer) == failure


class UnreadableLosses(FakeSpace):
    """A space that is seen, and does not say what a bar would take."""

    async def read_losses(self, account: Account) -> Entitlements | Unknown:
        return Unknown("the list of roles is away")


@pytest.mark.harm("forgets-what-was-taken")
async def test_nothing_is_taken_from_anybody_while_it_is_not_known_what_that_would_be(tmp_path: Path) -> None:
    """P-6.7"""
    clock = FrozenClock()
    async with a_world(tmp_path, UnreadableLosses(clock, "fake"), clock=clock) as world:
        person = await world.a_person()
        await world.a_sanction(person)
        await world.run_until_idle()
        assert await world.restrictions_in(person, "fake") == frozenset()
        assert await world.coverage(person) == {"fake": "blocked"}


RELEASE = Release(AccessLevel.BARRED, Prior())
RESTRICT = Restrict(AccessLevel.BARRED, Reference("GRD-23456789ABCD"), None, Prior())


@pytest.mark.harm("let-in-by-a-clock-that-is-off")
@pytest.mark.parametrize(
    ("action", "trusted", "waits"), [(RELEASE, False, True), (RELEASE, True, False), (RESTRICT, False, False)]
)
async def test_on_a_clock_that_is_not_trusted_nobody_is_let_in_and_whoever_is_to_be_held_is_held(
    tmp_path: Path, action: Action, trusted: bool, waits: bool
) -> None:
    """Architecture 10."""
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        world.clock.trust = trusted
        async with world.units_of_work.read() as view:
            (link,) = await view.people.accounts_of(person)
            snapshot = await load_snapshot(view, link.id)
        assert snapshot is not None
        assert (deferral(world.context, snapshot, action, world.clock.now()) is not None) is waits


@pytest.mark.harm("barred-for-good-by-an-empty-read")
async def test_whoever_was_released_once_and_is_barred_again_is_owed_a_release_again(tmp_path: Path) -> None:
    """P-6.2: were it not, a look that shows nothing would be the end of it."""
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        await world.a_sanction(person, days=1)
        await world.pass_time(timedelta(days=2))
        await world.a_sanction(person)
        await world.run_until_idle()
        async with world.units_of_work.read() as view:
            (link,) = await view.people.accounts_of(person)
            (known,) = await view.sanctions.enforcements_of(link.id)
        assert (known.active, known.release) == (True, ReleaseState.OWED)


@pytest.mark.harm("lifted-ban-stands")
async def test_a_call_that_was_cut_off_is_waited_for_until_it_has_really_returned(tmp_path: Path) -> None:
    """Architecture 5.6: else it would land after the next one."""
    async with a_world(tmp_path) as world:
        person = await world.a_person()
        space, native_id = world.spaces["fake"], await world.native_id(person, "fake")
        space.in_flight.add(native_id)
        waited = []

        async def returns_at_the_third(seconds: float) -> None:
            waited.append(seconds)
            if len(waited) == 3:
                space.in_flight.discard(native_id)

        async with world.units_of_work.read() as view:
            (link,) = await view.people.accounts_of(person)
            snapshot = await load_snapshot(view, link.id)
        assert snapshot is not None
        await wait_for_in_flight(replace(world.context, sleep=returns_at_the_third), space, snapshot)
        assert len(waited) == 3
