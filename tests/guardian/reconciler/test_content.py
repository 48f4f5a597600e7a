"""Holds on single things: what another placed stays, what is ours ends, and trouble is told and tried for ever."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.cases.case import Case, CaseKind, CaseState
from guardian.ids import CaseId, SpaceName, new_id
from guardian.reconciler.content import ContentContext, end, reconcile_due
from guardian.reconciler.content_store import ContentRestriction, ContentRestrictionState, ContentUnitOfWork
from guardian.retry import RetryPolicy
from guardian.services.context import UnitOfWork
from guardian.spaces.content import ContentRestrictionKind
from guardian.spaces.registry import Mode, RegisteredSpace, SpaceRegistry
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.builders.databases import copy_blank_file
from tests.fakes.clock import FrozenClock
from tests.fakes.content import FakeContent
from tests.fakes.space import FakeSpace, Fault

DAY = timedelta(days=1)
LOCKED = ContentRestrictionKind.LOCKED
HERE = SpaceName("fake")


@dataclass(slots=True)
class RecordedContentAlerts:
    """What was put to people."""

    blocked_: list[str] = field(default_factory=list)
    lifted: list[str] = field(default_factory=list)

    async def blocked(self, uow: ContentUnitOfWork, restriction: ContentRestriction) -> None:
        self.blocked_.append(restriction.id)

    async def lifted_manually(self, uow: ContentUnitOfWork, restriction: ContentRestriction) -> None:
        self.lifted.append(restriction.id)


@dataclass(slots=True)
class Issues:
    """One issue, and the loop that keeps what is wanted of it."""

    units_of_work: SqlUnitOfWorkFactory
    clock: FrozenClock
    things: FakeContent
    heard: RecordedContentAlerts
    context: ContentContext[UnitOfWork]
    case: CaseId

    async def lock(self, *, days: float = 2) -> str:
        """The issue is to be locked for so long; the loop has turned once."""
        now = self.clock.now()
        restriction = ContentRestriction(
            id=new_id(),
            case=self.case,
            content=self.things.known["i1"].content,
            restriction=LOCKED,
            until=now + timedelta(days=days),
            due_at=now,
        )
        async with self.units_of_work.begin() as uow:
            await uow.content_restrictions.add(restriction)
        await reconcile_due(self.context)
        return restriction.id

    async def move(self, by: timedelta) -> None:
        """So much later, the loop turning whenever something is due on the way."""
        end = self.clock.now() + by
        due = await reconcile_due(self.context)
        while due is not None and due <= end:
            self.clock.instant = max(due, self.clock.now())
            due = await reconcile_due(self.context)
        self.clock.instant = end
        await reconcile_due(self.context)

    async def state(self, hold_id: str) -> ContentRestrictionState:
        """What the last look came to."""
        async with self.units_of_work.read() as view:
            restriction = await view.content_restrictions.restriction(hold_id)
        assert restriction is not None
        return restriction.state


@pytest.fixture
async def issues(tmp_path: Path) -> AsyncIterator[Issues]:
    clock, heard, things = FrozenClock(), RecordedContentAlerts(), FakeContent(HERE)
    things.add("i1")
    async with await Database.open(await copy_blank_file(tmp_path / "guardian.sqlite")) as database:
        units_of_work = SqlUnitOfWorkFactory(database, KeyRing.create(tmp_path / "ring", tmp_path / "master"), clock)
        case = Case(
            id=CaseId(new_id()),
            code_name="plain-otter",
            kind=CaseKind.LOCAL,
            state=CaseState.OPEN,
            opened_at=clock.now(),
            space=HERE,
        )
        async with units_of_work.begin() as uow:
            await uow.cases.add_case(case)
        spaces = SpaceRegistry((RegisteredSpace(FakeSpace(clock, "fake"), Mode.ENFORCE, things),))
        yield Issues(
            units_of_work=units_of_work,
            clock=clock,
            things=things,
            heard=heard,
            context=ContentContext(units_of_work, spaces, clock, heard, RetryPolicy()),
            case=case.id,
        )


async def test_a_lock_holds_for_its_term_and_is_taken_away_once(issues: Issues) -> None:
    held = await issues.lock()
    assert issues.things.restrictions("i1") == {LOCKED}
    await issues.move(2 * DAY)
    assert [deed for deed, _, _ in issues.things.changes] == ["place", "take_away"]
    assert await issues.state(held) is ContentRestrictionState.RELEASED


async def test_a_lock_that_another_placed_before_outlives_ours(issues: Issues) -> None:
    issues.things.restrict_manually("i1", LOCKED)
    await issues.lock()
    await issues.move(3 * DAY)
    assert issues.things.restrictions("i1") == {LOCKED}
    assert issues.things.changes == []


async def test_a_lock_that_another_placed_after_ours_was_lifted_is_left(issues: Issues) -> None:
    held = await issues.lock()
    issues.things.release_manually("i1", LOCKED)
    issues.things.restrict_manually("i1", LOCKED, by="somebody else")
    await issues.move(3 * DAY)
    assert issues.things.restrictions("i1") == {LOCKED}
    assert await issues.state(held) is ContentRestrictionState.RELEASED


async def test_a_lock_lifted_by_hand_has_ended_and_is_not_put_back(issues: Issues) -> None:
    held = await issues.lock(days=5)
    issues.things.release_manually("i1", LOCKED)
    await issues.move(2 * DAY)
    assert issues.heard.lifted == [held]
    assert issues.things.restrictions("i1") == set()


async def test_an_act_whose_answer_was_lost_is_ours_and_is_let_go_in_time(issues: Issues) -> None:
    issues.things.fault = Fault.LOST_ANSWER
    await issues.lock()
    issues.things.fault = Fault.NONE
    await issues.move(2 * DAY)
    assert issues.things.restrictions("i1") == set()


@pytest.mark.harm("content-locked-for-good-by-an-empty-read")
async def test_a_lock_that_does_not_show_at_its_end_is_let_go(issues: Issues) -> None:
    await issues.lock()
    issues.things.fault = Fault.EMPTY
    await issues.move(2 * DAY)
    issues.things.fault = Fault.NONE
    assert issues.things.restrictions("i1") == set()


@pytest.mark.harm("content-open-early-by-an-empty-read")
async def test_a_lock_that_does_not_show_for_a_moment_holds_on(issues: Issues) -> None:
    held = await issues.lock(days=5)
    await issues.move(DAY - timedelta(minutes=1))
    issues.things.fault = Fault.EMPTY
    await issues.move(timedelta(minutes=2))
    issues.things.fault = Fault.NONE
    await issues.move(DAY)
    assert issues.things.restrictions("i1") == {LOCKED}
    assert (issues.heard.lifted, await issues.state(held)) == ([], ContentRestrictionState.HELD)


@pytest.mark.parametrize("trouble", [Fault.DOWN, Fault.REFUSING])
async def test_a_lock_that_cannot_be_let_go_is_told_of_once_and_tried_until_it_is(
    issues: Issues, trouble: Fault
) -> None:
    held = await issues.lock()
    issues.things.fault = trouble
    await issues.move(3 * DAY)
    assert issues.heard.blocked_ == [held]
    assert issues.things.restrictions("i1") == {LOCKED}
    issues.things.fault = Fault.NONE
    await issues.move(timedelta(hours=1))
    assert issues.things.restrictions("i1") == set()


async def test_nothing_is_let_go_on_a_clock_that_is_not_trusted(issues: Issues) -> None:
    await issues.lock()
    issues.clock.trust = False
    await issues.move(3 * DAY)
    assert issues.things.restrictions("i1") == {LOCKED}


async def test_ending_it_early_lets_go_at_once(issues: Issues) -> None:
    held = await issues.lock()
    async with issues.units_of_work.begin() as uow:
        await end(uow, held)
    await reconcile_due(issues.context)
    assert issues.things.restrictions("i1") == set()


async def test_a_thing_that_is_gone_asks_for_nothing_more(issues: Issues) -> None:
    held = await issues.lock()
    del issues.things.known["i1"]
    await issues.move(3 * DAY)
    assert await issues.state(held) is ContentRestrictionState.GONE


@pytest.mark.harm("observe-mode-acts")
async def test_where_the_service_only_observes_nothing_is_locked(issues: Issues) -> None:
    issues.context.spaces.set_mode(HERE, Mode.OBSERVE)
    await issues.lock()
    await issues.move(3 * DAY)
    assert issues.things.changes == []


@pytest.mark.harm("observe-mode-acts")
async def test_where_the_service_only_observes_nothing_is_unlocked_before_it_acts_again(issues: Issues) -> None:
    held = await issues.lock()
    issues.context.spaces.set_mode(HERE, Mode.OBSERVE)
    await issues.move(3 * DAY)
    assert issues.things.restrictions("i1") == {LOCKED}
    issues.context.spaces.set_mode(HERE, Mode.ENFORCE)
    await issues.move(DAY)
    assert issues.things.restrictions("i1") == set()
    assert await issues.state(held) is ContentRestrictionState.RELEASED
