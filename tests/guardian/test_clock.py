"""Case time: what stands, what jumps, and when a release may act on it."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from guardian.clock import DATE_TOLERANCE, JUMP_TOLERANCE, ClockTrust, DrivenClock, DrivenTime, MachineClock

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Machine:
    """A wall clock and a boot clock that a test moves, together or apart."""

    def __init__(self) -> None:
        self.wall = NOON
        self.boot = 1000.0

    def pass_time(self, span: timedelta) -> None:
        self.wall += span
        self.boot += span.total_seconds()

    def keeper(self) -> ClockTrust:
        return ClockTrust(lambda: self.wall, lambda: self.boot)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def driven(tmp_path: Path) -> Iterator[DrivenTime]:
    time = DrivenTime.create(tmp_path / "time", NOON)
    yield time
    time.close()


def test_the_machines_time_is_aware_utc() -> None:
    assert MachineClock().now().utcoffset() == timedelta(0)


def test_time_that_passes_evenly_stays_trusted(machine: Machine) -> None:
    keeper = machine.keeper()
    assert keeper.trusted()
    machine.pass_time(timedelta(days=3))
    assert keeper.trusted()


@pytest.mark.parametrize("jump", [JUMP_TOLERANCE + SECOND, -JUMP_TOLERANCE - SECOND, timedelta(days=365)])
def test_a_clock_that_jumped_is_not_trusted(machine: Machine, jump: timedelta) -> None:
    """Harm: a suspension lifted a year early because the machine's clock was set wrongly."""
    keeper = machine.keeper()
    keeper.trusted()
    machine.wall += jump
    assert not keeper.trusted()
    machine.pass_time(timedelta(hours=1))
    assert not keeper.trusted()


def test_a_small_correction_does_not_cost_trust(machine: Machine) -> None:
    keeper = machine.keeper()
    keeper.trusted()
    machine.wall += JUMP_TOLERANCE - SECOND
    assert keeper.trusted()


def test_one_space_that_agrees_brings_trust_back(machine: Machine) -> None:
    keeper = machine.keeper()
    keeper.trusted()
    machine.wall += timedelta(hours=2)
    assert not keeper.trusted()
    keeper.observe_server_time("forum", machine.wall + DATE_TOLERANCE)
    assert keeper.trusted()


def test_one_space_that_disagrees_withholds_trust_though_another_agrees(machine: Machine) -> None:
    keeper = machine.keeper()
    keeper.observe_server_time("forum", machine.wall)
    keeper.observe_server_time("github", machine.wall - DATE_TOLERANCE - SECOND)
    assert not keeper.trusted()


def test_a_disagreement_is_over_only_when_a_space_agrees(machine: Machine) -> None:
    keeper = machine.keeper()
    keeper.observe_server_time("github", machine.wall + timedelta(hours=1))
    assert not keeper.trusted()
    keeper.observe_server_time("github", None)
    assert not keeper.trusted()
    keeper.observe_server_time("github", machine.wall)
    assert keeper.trusted()


def test_dates_heard_before_a_jump_do_not_excuse_it(machine: Machine) -> None:
    keeper = machine.keeper()
    keeper.observe_server_time("forum", machine.wall)
    keeper.trusted()
    machine.wall += timedelta(hours=2)
    assert not keeper.trusted()


def test_driven_time_stands_until_it_is_set(driven: DrivenTime) -> None:
    clock = DrivenClock(driven)
    assert clock.now() == clock.now() == NOON
    driven.set(NOON + timedelta(days=28))
    assert clock.now() == NOON + timedelta(days=28)


def test_driven_time_never_goes_back(driven: DrivenTime) -> None:
    driven.set(NOON + SECOND)
    driven.set(NOON)
    assert driven.now() == NOON + SECOND


def test_driven_time_survives_its_writer_and_is_read_by_others(driven: DrivenTime, tmp_path: Path) -> None:
    reader = DrivenTime(tmp_path / "time")
    driven.set(NOON + timedelta(microseconds=1))
    assert reader.now() == NOON + timedelta(microseconds=1)
    reader.close()


async def test_a_sleeper_wakes_when_driven_time_reaches_its_instant(driven: DrivenTime) -> None:
    sleeper = asyncio.create_task(DrivenClock(driven).sleep_until(NOON + timedelta(days=90)))
    await asyncio.sleep(0)
    assert not sleeper.done()
    driven.set(NOON + timedelta(days=90))
    await asyncio.wait_for(sleeper, timeout=5)


async def test_sleeping_until_an_instant_that_is_past_returns_at_once(driven: DrivenTime) -> None:
    await DrivenClock(driven).sleep_until(NOON)
    await MachineClock().sleep_until(NOON - timedelta(days=36500))


def test_a_story_may_distrust_driven_time(driven: DrivenTime) -> None:
    assert DrivenClock(driven).trusted()
    assert not DrivenClock(driven, trust=False).trusted()
