"""Holds on single things: what another placed stays, what is ours ends, and trouble is told and tried for ever."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.cases.values import Case, CaseKind, CaseState
from guardian.ids import CaseId, SpaceName, new_id
from guardian.sanctions.pace import Pace
from guardian.sanctions.things import HeldThing, ThingState, ThingTools, ThingWork, end_now, keep_due
from guardian.spaces.registry import Mode, Registered, Spaces
from guardian.spaces.things import ThingHold
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.work import Works
from tests.builders.blank import blank_file
from tests.fakes.clock import FrozenClock
from tests.fakes.space import FakeSpace, Trouble
from tests.fakes.things import FakeThings

DAY = timedelta(days=1)
LOCKED = ThingHold.LOCKED
HERE = SpaceName("fake")


@dataclass(slots=True)
class Heard:
    """What was put to people."""

    blocked_: list[str] = field(default_factory=list)
    lifted: list[str] = field(default_factory=list)

    async def blocked(self, work: ThingWork, held: HeldThing) -> None:
        self.blocked_.append(held.id)

    async def lifted_by_hand(self, work: ThingWork, held: HeldThing) -> None:
        self.lifted.append(held.id)


@dataclass(slots=True)
class Issues:
    """One issue, and the loop that keeps what is wanted of it."""

    works: Works
    clock: FrozenClock
    things: FakeThings
    heard: Heard
    tools: ThingTools
    case: CaseId

    async def lock(self, *, days: float = 2) -> str:
        """The issue is to be locked for so long; the loop has turned once."""
        now = self.clock.now()
        held = HeldThing(new_id(), self.case, self.things.known["i1"].thing, LOCKED, now + timedelta(days=days), now)
        async with self.works.begin() as work:
            await work.thing_holds.add(held)
        await keep_due(self.tools)
        return held.id

    async def move(self, by: timedelta) -> None:
        """So much later, the loop turning whenever something is due on the way."""
        end = self.clock.now() + by
        due = await keep_due(self.tools)
        while due is not None and due <= end:
            self.clock.instant = max(due, self.clock.now())
            due = await keep_due(self.tools)
        self.clock.instant = end
        await keep_due(self.tools)

    async def state(self, hold_id: str) -> ThingState:
        """What the last look came to."""
        async with self.works.look() as view:
            held = await view.thing_holds.held(hold_id)
        assert held is not None
        return held.state


@pytest.fixture
async def issues(tmp_path: Path) -> AsyncIterator[Issues]:
    clock, heard, things = FrozenClock(), Heard(), FakeThings(HERE)
    things.add("i1")
    async with await Database.open(await blank_file(tmp_path / "guardian.sqlite")) as database:
        works = Works(database, KeyRing.create(tmp_path / "ring", tmp_path / "master"), clock)
        case = Case(CaseId(new_id()), "plain-otter", CaseKind.LOCAL, CaseState.OPEN, clock.now(), space=HERE)
        async with works.begin() as work:
            await work.cases.add_case(case)
        spaces = Spaces((Registered(FakeSpace(clock, "fake"), Mode.ENFORCE, things),))
        yield Issues(works, clock, things, heard, ThingTools(works, spaces, clock, heard, Pace()), case.id)


async def test_a_lock_holds_for_its_term_and_is_taken_away_once(issues: Issues) -> None:
    held = await issues.lock()
    assert issues.things.held("i1") == {LOCKED}
    await issues.move(2 * DAY)
    assert [deed for deed, _, _ in issues.things.changes] == ["place", "take_away"]
    assert await issues.state(held) is ThingState.RELEASED


async def test_a_lock_that_another_placed_before_outlives_ours(issues: Issues) -> None:
    issues.things.hold_by_hand("i1", LOCKED)
    await issues.lock()
    await issues.move(3 * DAY)
    assert issues.things.held("i1") == {LOCKED}
    assert issues.things.changes == []


async def test_a_lock_that_another_placed_after_ours_was_lifted_is_left(issues: Issues) -> None:
    held = await issues.lock()
    issues.things.lift_by_hand("i1", LOCKED)
    issues.things.hold_by_hand("i1", LOCKED, by="somebody else")
    await issues.move(3 * DAY)
    assert issues.things.held("i1") == {LOCKED}
    assert await issues.state(held) is ThingState.RELEASED


async def test_a_lock_lifted_by_hand_has_ended_and_is_not_put_back(issues: Issues) -> None:
    held = await issues.lock(days=5)
    issues.things.lift_by_hand("i1", LOCKED)
    await issues.move(2 * DAY)
    assert issues.heard.lifted == [held]
    assert issues.things.held("i1") == set()


async def test_an_act_whose_answer_was_lost_is_ours_and_is_let_go_in_time(issues: Issues) -> None:
    issues.things.trouble = Trouble.LOST_ANSWER
    await issues.lock()
    issues.things.trouble = Trouble.NONE
    await issues.move(2 * DAY)
    assert issues.things.held("i1") == set()


@pytest.mark.parametrize("trouble", [Trouble.DOWN, Trouble.REFUSING])
async def test_a_lock_that_cannot_be_let_go_is_told_of_once_and_tried_until_it_is(
    issues: Issues, trouble: Trouble
) -> None:
    held = await issues.lock()
    issues.things.trouble = trouble
    await issues.move(3 * DAY)
    assert issues.heard.blocked_ == [held]
    assert issues.things.held("i1") == {LOCKED}
    issues.things.trouble = Trouble.NONE
    await issues.move(timedelta(hours=1))
    assert issues.things.held("i1") == set()


async def test_nothing_is_let_go_on_a_clock_that_is_not_trusted(issues: Issues) -> None:
    await issues.lock()
    issues.clock.trust = False
    await issues.move(3 * DAY)
    assert issues.things.held("i1") == {LOCKED}


async def test_ending_it_early_lets_go_at_once(issues: Issues) -> None:
    held = await issues.lock()
    async with issues.works.begin() as work:
        await end_now(work, held)
    await keep_due(issues.tools)
    assert issues.things.held("i1") == set()


async def test_a_thing_that_is_gone_asks_for_nothing_more(issues: Issues) -> None:
    held = await issues.lock()
    del issues.things.known["i1"]
    await issues.move(3 * DAY)
    assert await issues.state(held) is ThingState.GONE
