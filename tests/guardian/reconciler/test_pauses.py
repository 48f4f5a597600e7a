"""Pauses of whole spaces: what others set is never loosened, what was found comes back, and the end is nobody's memory."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.ids import MemberId, SpaceName, new_id
from guardian.reconciler.pause_store import PauseState, PauseUnitOfWork, SpacePause
from guardian.reconciler.pauses import PauseContext, end, reconcile_due
from guardian.retry import RetryPolicy
from guardian.services.context import UnitOfWork
from guardian.spaces.pauses import OPEN, PauseKind, PauseSetting, PauseTarget
from guardian.spaces.registry import Mode, RegisteredSpace, SpaceRegistry
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from rules.pauses import PauseReason
from tests.builders.databases import copy_blank_file
from tests.fakes.clock import FrozenClock
from tests.fakes.pauses import FakePauses
from tests.fakes.space import FakeSpace, Fault

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HERE = SpaceName("fake")
STRENGTH = 2


@dataclass(slots=True)
class RecordedPauseAlerts:
    """What was put to people."""

    said: list[str] = field(default_factory=list)

    async def blocked(self, uow: PauseUnitOfWork, pause: SpacePause) -> None:
        self.said.append("blocked")

    async def lifted_manually(self, uow: PauseUnitOfWork, pause: SpacePause) -> SpacePause:
        self.said.append("opened by hand")
        return await uow.pauses.save(replace(pause, until=uow.now, ended_at=uow.now, due_at=uow.now))

    async def over(self, uow: PauseUnitOfWork, pause: SpacePause) -> None:
        self.said.append("over")


@dataclass(slots=True)
class Server:
    """One space that can be paused, and the loop that keeps what is wanted of it."""

    units_of_work: SqlUnitOfWorkFactory
    clock: FrozenClock
    port: FakePauses
    alerts: RecordedPauseAlerts
    context: PauseContext[UnitOfWork]
    id: str = ""

    async def pause(self, length: timedelta = 6 * HOUR) -> None:
        """It is to be paused for so long; the loop has turned once."""
        now, self.id = self.clock.now(), new_id()
        pause = SpacePause(
            id=self.id,
            target=PauseTarget(HERE, PauseKind.INVITES),
            strength=STRENGTH,
            by=MemberId(new_id()),
            at=now,
            until=now + length,
            reason=PauseReason.RAID,
            due_at=now,
        )
        async with self.units_of_work.begin() as uow:
            await uow.pauses.add(pause)
        await reconcile_due(self.context)

    async def move(self, by: timedelta) -> None:
        """So much later, the loop turning whenever something is due on the way."""
        end_of_it = self.clock.now() + by
        due = await reconcile_due(self.context)
        while due is not None and due <= end_of_it:
            self.clock.instant = max(due, self.clock.now())
            due = await reconcile_due(self.context)
        self.clock.instant = end_of_it
        await reconcile_due(self.context)

    async def state(self) -> PauseState:
        """What the last look came to."""
        return (await self._read()).state

    async def end(self) -> None:
        """Somebody has ended it before its time."""
        async with self.units_of_work.begin() as uow:
            await end(uow, await self._read(), "somebody")
        await reconcile_due(self.context)

    def in_(self, length: timedelta, strength: int) -> PauseSetting:
        """A setting of so much strength that runs out after so long."""
        return PauseSetting(strength, self.clock.now() + length)

    async def _read(self) -> SpacePause:
        async with self.units_of_work.read() as view:
            pause = await view.pauses.pause(self.id)
        assert pause is not None
        return pause


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    clock, alerts = FrozenClock(), RecordedPauseAlerts()
    port = FakePauses(HERE, clock)
    async with await Database.open(await copy_blank_file(tmp_path / "guardian.sqlite")) as database:
        units_of_work = SqlUnitOfWorkFactory(database, KeyRing.create(tmp_path / "ring", tmp_path / "master"), clock)
        spaces = SpaceRegistry((RegisteredSpace(FakeSpace(clock, "fake"), Mode.ENFORCE, pauses=port),))
        context: PauseContext[UnitOfWork] = PauseContext(units_of_work, spaces, clock, alerts, RetryPolicy())
        yield Server(units_of_work=units_of_work, clock=clock, port=port, alerts=alerts, context=context)


@pytest.mark.harm("pause-never-opened")
async def test_a_pause_opens_on_its_time_and_people_are_told(server: Server) -> None:
    await server.pause()
    assert server.port.shown() == server.in_(6 * HOUR, STRENGTH)
    await server.move(6 * HOUR)
    assert (server.port.shown(), server.alerts.said) == (OPEN, ["over"])


async def test_a_pause_that_outlasts_what_the_space_keeps_is_renewed_without_a_gap(server: Server) -> None:
    await server.pause(3 * DAY)
    for _ in range(2 * 24):
        await server.move(HOUR)
        assert server.port.shown().strength == STRENGTH
    await server.move(DAY)
    assert server.port.shown() == OPEN


@pytest.mark.harm("pause-loosens-stricter")
async def test_what_somebody_else_had_paused_is_left_as_it_is(server: Server) -> None:
    theirs = PauseSetting(3)
    server.port.set_manually(theirs)
    await server.pause()
    assert await server.state() is PauseState.HELD_BY_OTHERS
    await server.move(DAY)
    assert (server.port.shown(), server.port.applied) == (theirs, [])


@pytest.mark.harm("pause-loosens-stricter")
async def test_what_somebody_sets_more_strictly_meanwhile_is_not_opened_with_ours(server: Server) -> None:
    await server.pause()
    theirs = PauseSetting(3)
    server.port.set_manually(theirs)
    await server.end()
    assert server.port.shown() == theirs


@pytest.mark.harm("pause-loosens-stricter")
async def test_what_stood_there_in_a_weaker_form_stands_there_again(server: Server) -> None:
    theirs = PauseSetting(1)
    server.port.set_manually(theirs)
    await server.pause()
    assert server.port.shown().strength == STRENGTH
    await server.move(6 * HOUR)
    assert server.port.shown() == theirs


async def test_what_had_run_out_meanwhile_is_not_set_again(server: Server) -> None:
    server.port.set_manually(server.in_(2 * HOUR, 1))
    await server.pause()
    await server.move(6 * HOUR)
    assert server.port.shown() == OPEN


@pytest.mark.harm("pause-never-opened")
async def test_what_is_given_back_for_longer_than_it_was_found_ends_on_its_own_day(server: Server) -> None:
    """A space that knows whole days alone."""
    server.port.set_manually(server.in_(8 * HOUR, 1))
    server.port.span = DAY
    await server.pause()
    await server.move(7 * HOUR)
    assert server.port.shown().strength == 1
    await server.move(HOUR + timedelta(minutes=1))
    assert server.port.shown() == OPEN


@pytest.mark.harm("pause-never-opened")
async def test_a_space_that_gives_weaker_settings_back_by_its_own_end_gets_them_back(server: Server) -> None:
    """The space has opened ours by itself before we looked: what stood before is still owed."""
    theirs = PauseSetting(1)
    server.port.set_manually(theirs)
    await server.pause()
    server.port.fault = Fault.DOWN
    await server.move(7 * HOUR)
    server.port.fault = Fault.NONE
    await server.move(HOUR)
    assert server.port.shown() == theirs


async def test_whoever_opens_it_by_hand_ends_it(server: Server) -> None:
    await server.pause()
    server.port.set_manually(OPEN)
    await server.move(2 * HOUR)
    assert (server.port.shown(), server.alerts.said) == (OPEN, ["opened by hand", "over"])


@pytest.mark.harm("pause-never-opened")
async def test_one_look_that_shows_nothing_neither_ends_nor_keeps_it(server: Server) -> None:
    await server.pause()
    server.port.fault = Fault.EMPTY
    await server.end()
    server.port.fault = Fault.NONE
    await server.move(HOUR)
    assert server.port.shown() == OPEN


@pytest.mark.harm("pause-never-opened")
async def test_a_call_whose_answer_was_lost_is_ours_to_open(server: Server) -> None:
    server.port.fault = Fault.LOST_ANSWER
    await server.pause()
    server.port.fault = Fault.NONE
    await server.move(7 * HOUR)
    assert (server.port.shown(), server.alerts.said) == (OPEN, ["over"])


async def test_a_space_that_refuses_is_put_to_people_once_and_asked_again(server: Server) -> None:
    server.port.fault = Fault.REFUSING
    await server.pause()
    await server.move(HOUR)
    assert server.alerts.said == ["blocked"]
    server.port.fault = Fault.NONE
    await server.move(HOUR)
    assert server.port.shown().strength == STRENGTH


async def test_nothing_is_opened_by_a_clock_that_is_doubted(server: Server) -> None:
    await server.pause()
    server.clock.trust = False
    await server.move(6 * HOUR + timedelta(minutes=1))
    assert server.port.applied == [server.port.settings[""]]


async def test_what_is_set_for_more_than_the_part_counts_while_it_stands_and_ours_follows_it(server: Server) -> None:
    server.port.set_manually(replace(server.in_(HOUR, 3), is_wider=True))
    await server.pause()
    assert (await server.state(), server.port.applied) == (PauseState.HELD_BY_OTHERS, [])
    await server.move(2 * HOUR)
    assert await server.state() is PauseState.HELD


@pytest.mark.harm("pause-wider-than-asked")
async def test_what_was_set_for_more_than_the_part_is_never_set_again_for_the_part(server: Server) -> None:
    server.port.set_manually(PauseSetting(1, is_wider=True))
    await server.pause()
    assert server.port.shown().strength == STRENGTH
    await server.move(6 * HOUR)
    assert server.port.shown() == OPEN


@pytest.mark.harm("pause-loosens-stricter")
async def test_what_has_come_for_more_than_the_part_is_not_opened_with_ours(server: Server) -> None:
    await server.pause()
    theirs = PauseSetting(STRENGTH, is_wider=True)
    server.port.set_manually(theirs)
    await server.end()
    assert server.port.shown() == theirs
