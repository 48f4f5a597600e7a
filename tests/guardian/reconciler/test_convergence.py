"""The reconciler against a model of its own: whatever happens in whatever order, it ends where the decisions say.

The model knows the sanctions and the hands of others, and nothing of plans, looks or records.
"""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardian.ids import PersonId
from guardian.reconciler.loop import Reconciler
from guardian.retry import RetryPolicy
from guardian.sanctions.models import Sanction
from rules.precedence import AccessLevel, Restriction, access_level_of
from tests.builders.reconciler import CALL_TIMEOUT, World, a_world, reverse
from tests.fakes.clock import FrozenClock
from tests.fakes.space import OURS, ActionKind, FakeSpace, Fault

HOUR = timedelta(hours=1)
STRENGTH = {AccessLevel.OPEN: 0, AccessLevel.MUTED: 1, AccessLevel.BARRED: 2}
SPACES = ("signed", "unsigned")
Step = tuple[str, Any, Any]


@dataclass(slots=True)
class Model:
    """What should be: our sanctions with their ends, and who of others stands in which space."""

    clock: FrozenClock
    terms: list[tuple[AccessLevel, datetime, datetime | None]] = field(default_factory=list)
    others: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)

    def wanted(self, space: FakeSpace) -> AccessLevel:
        """What our sanctions ask of the space at this moment."""
        now = self.clock.now()
        running = [level for level, starts, ends in self.terms if starts <= now and (ends is None or now < ends)]
        return max(running, key=STRENGTH.__getitem__, default=AccessLevel.OPEN)

    def watch(self, space: FakeSpace) -> Callable[[ActionKind, str], None]:
        """Hears of each act before it is done, and notes the harm that it would do."""

        def before(kind: ActionKind, native_id: str) -> None:
            if kind is not ActionKind.RELEASE:
                return
            standing = {
                str(observed_restriction.level): observed_restriction
                for observed_restriction in space.accounts[native_id].restrictions.values()
            }
            wanted = self.wanted(space)
            if wanted is AccessLevel.BARRED and set(standing) == {"barred"}:
                self.broken.append(f"{space.name} let somebody in early")
            if (
                wanted is AccessLevel.MUTED
                and AccessLevel.MUTED in space.capabilities.levels
                and "muted" not in standing
            ):
                self.broken.append(f"{space.name} opened a gap")
            if str(space.name) in self.others and "muted" not in standing:
                self.broken.append(f"{space.name} released what somebody else had placed")

        return before


@dataclass(slots=True)
class Play:
    """One run: the world, its one person, and the model beside them."""

    world: World
    model: Model
    person: PersonId
    sanctions: list[Sanction] = field(default_factory=list)

    async def take(self, step: Step) -> None:
        """One thing happens."""
        name, what, where = step
        await getattr(self, f"_{name}")(what, where)

    async def _decide(self, restriction: Restriction, hours: int | None) -> None:
        days = None if hours is None else hours / 24
        sanction = await self.world.a_sanction(self.person, restriction=restriction, days=days)
        self.sanctions.append(sanction)
        self.model.terms.append((access_level_of(restriction), sanction.starts, sanction.ends))

    async def _reverse(self, number: int, _: object) -> None:
        running = [n for n, s in enumerate(self.sanctions) if s.lifting is None]
        if not running:
            return
        at = running[number % len(running)]
        async with self.world.units_of_work.begin() as uow:
            lifting = await reverse(uow, self.sanctions[at], "0192-member", "0192-review")
        self.sanctions[at] = replace(self.sanctions[at], lifting=lifting)
        level, starts, ends = self.model.terms[at]
        now = self.world.clock.now()
        self.model.terms[at] = (level, starts, now if ends is None else min(ends, now))

    async def _pass(self, hours: int, _: object) -> None:
        await self.world.pass_time(HOUR * hours)

    async def _look(self, _: object, __: object) -> None:
        async with self.world.units_of_work.begin() as uow:
            await uow.sanctions.schedule_person(self.person, self.world.clock.now())
        await self.world.run_until_idle()

    async def _trouble(self, trouble: Fault, where: str) -> None:
        self.world.spaces[where].fault = trouble

    async def _ban(self, _: object, where: str) -> None:
        """Somebody of the space's team bars the person, where nothing stands in the way of it."""
        space, native = await self._there(where)
        if AccessLevel.BARRED not in space.access_levels(native):
            space.restrict_manually(native, AccessLevel.BARRED)
            self.model.others.add(where)

    async def _unban(self, _: object, where: str) -> None:
        """Somebody of the team lifts whatever bar there is; the service hears of it and looks, as it would by an event."""
        space, native = await self._there(where)
        if AccessLevel.BARRED in space.access_levels(native):
            space.release_manually(native, AccessLevel.BARRED)
            self.model.others.discard(where)
            trouble, space.fault = space.fault, Fault.NONE
            await self._look(None, None)
            space.fault = trouble

    async def _there(self, where: str) -> tuple[FakeSpace, str]:
        return self.world.spaces[where], await self.world.native_id(self.person, where)


WHERE = st.sampled_from(SPACES)
STEPS = st.one_of(
    st.tuples(
        st.just("decide"),
        st.sampled_from([Restriction.MUTED, Restriction.SUSPENDED, Restriction.BANNED]),
        st.sampled_from([1, 5, 30, 100, None]),
    ),
    st.tuples(st.just("reverse"), st.integers(0, 3), st.none()),
    st.tuples(st.just("pass"), st.sampled_from([1, 4, 26, 80]), st.none()),
    st.tuples(st.just("look"), st.none(), st.none()),
    st.tuples(
        st.just("trouble"),
        st.sampled_from([Fault.NONE, Fault.DOWN, Fault.LOST_ANSWER, Fault.REFUSING, Fault.BLIND]),
        WHERE,
    ),
    st.tuples(st.just("ban"), st.none(), WHERE),
    st.tuples(st.just("unban"), st.none(), WHERE),
)


async def played(folder: Path, steps: Sequence[Step]) -> None:
    """The steps are taken; then all troubles end, and everything is as the model says."""
    clock = FrozenClock()
    signed = FakeSpace(clock, "signed")
    unsigned = FakeSpace(clock, "unsigned", levels=frozenset({AccessLevel.BARRED}), carries_reference=frozenset())
    async with a_world(folder, signed, unsigned, clock=clock) as world:
        # Days pass here: a trouble's retries an hour apart show as much as its retries a quarter of an hour apart.
        world.context = replace(world.context, retry_policy=RetryPolicy(age_share=1.0, max_delay=HOUR * 12))
        world.reconciler = Reconciler(world.context, ceiling=CALL_TIMEOUT)
        model = Model(clock)
        for space in (signed, unsigned):
            space.before_action = model.watch(space)
        play = Play(world, model, await world.a_person(*SPACES))
        for step in steps:
            await play.take(step)
        for space in (signed, unsigned):
            space.fault = Fault.NONE
        await play.take(("look", None, None))
        await world.pass_time(HOUR)
        await _judge(play, (signed, unsigned))


async def _judge(play: Play, spaces: Sequence[FakeSpace]) -> None:
    assert play.model.broken == []
    acts = [len(space.actions) for space in spaces]
    for space in spaces:
        native = await play.world.native_id(play.person, str(space.name))
        expected = {play.model.wanted(space)} & space.capabilities.levels
        if str(space.name) in play.model.others:
            by = space.accounts[native].restrictions[AccessLevel.BARRED].author
            assert by != OURS, "what another placed survives"
            assert space.access_levels(native) - {AccessLevel.BARRED} <= expected
        else:
            assert space.access_levels(native) == expected
    await play.take(("look", None, None))
    assert [len(space.actions) for space in spaces] == acts, "looking again changes nothing"


@pytest.mark.parametrize(
    "steps",
    [
        # A suspension ends while the space is down: it is released when the space is back, and not forgotten.
        [
            ("decide", Restriction.SUSPENDED, 5),
            ("pass", 1, None),
            ("trouble", Fault.DOWN, "signed"),
            ("pass", 26, None),
        ],
        # The answer to a bar is lost, then looks fail, then the decision is reversed.
        [
            ("trouble", Fault.LOST_ANSWER, "unsigned"),
            ("decide", Restriction.BANNED, None),
            ("pass", 1, None),
            ("trouble", Fault.BLIND, "unsigned"),
            ("reverse", 0, None),
            ("pass", 4, None),
        ],
        # A human's bar comes between ours being lifted by hand and the next of ours.
        [
            ("decide", Restriction.SUSPENDED, 30),
            ("pass", 1, None),
            ("trouble", Fault.REFUSING, "signed"),
            ("unban", None, "signed"),
            ("ban", None, "signed"),
            ("pass", 80, None),
        ],
        # A mute follows a bar, and the bar ends first.
        [("decide", Restriction.BANNED, 5), ("decide", Restriction.MUTED, 100), ("pass", 26, None)],
    ],
)
def test_it_ends_where_the_decisions_say(tmp_path: Path, steps: list[Step]) -> None:
    asyncio.run(played(tmp_path, steps))


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, min_size=2, max_size=12))
def test_it_ends_where_the_decisions_say_whatever_happens(steps: list[Step]) -> None:
    with tempfile.TemporaryDirectory(prefix="guardian-model-") as folder:
        asyncio.run(played(Path(folder), steps))
