"""Sweeps: every space at once at the start, then in its own time, and one that fails never keeps another."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.ids import SpaceName
from guardian.scheduling.periodic import RETRY_WITHIN, PeriodicTask
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.builders.databases import copy_blank_file
from tests.fakes.clock import START, FrozenClock

DISCORD, FORUM = SpaceName("discord"), SpaceName("forum")
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class TwoSpaces:
    """Two spaces that are swept every hour, and what was swept."""

    units_of_work: SqlUnitOfWorkFactory
    clock: FrozenClock
    swept: list[SpaceName] = field(default_factory=list)
    unseen: set[SpaceName] = field(default_factory=set)
    raising: set[SpaceName] = field(default_factory=set)

    async def sweep(self, name: SpaceName) -> int | None:
        self.swept.append(name)
        if name in self.raising:
            raise RuntimeError("a bug")
        return None if name in self.unseen else 0

    def start(self, *names: SpaceName) -> PeriodicTask:
        """The rounds, as after a start."""
        return PeriodicTask(self.units_of_work, self.clock, names or (DISCORD, FORUM), HOUR, self.sweep)

    def take_swept(self) -> list[SpaceName]:
        """What has been swept since this was asked last."""
        swept, self.swept = sorted(self.swept), []
        return swept


@pytest.fixture
async def sweeps(tmp_path: Path) -> AsyncIterator[TwoSpaces]:
    clock = FrozenClock()
    async with await Database.open(await copy_blank_file(tmp_path / "guardian.sqlite")) as database:
        yield TwoSpaces(
            SqlUnitOfWorkFactory(database, KeyRing.create(tmp_path / "ring", tmp_path / "master"), clock), clock
        )


async def test_every_space_is_swept_at_the_start_and_again_when_its_time_has_come(sweeps: TwoSpaces) -> None:
    rounds = sweeps.start()
    assert await rounds.next_due() == START
    assert await rounds.run_due() == 2
    assert await rounds.next_due() == START + HOUR
    assert (await rounds.run_due(), sweeps.take_swept()) == (0, [DISCORD, FORUM])
    sweeps.clock.advance(HOUR)
    await rounds.run_due()
    assert sweeps.take_swept() == [DISCORD, FORUM]


async def test_a_restart_sweeps_at_once_whatever_was_planned(sweeps: TwoSpaces) -> None:
    """The harm: what was lifted by hand while the service was down would stay lifted until the next round."""
    await sweeps.start().run_due()
    sweeps.take_swept()
    again = sweeps.start()
    assert await again.next_due() == START
    await again.run_due()
    assert sweeps.take_swept() == [DISCORD, FORUM]


@pytest.mark.parametrize("trouble", ["unseen", "raising"])
async def test_a_sweep_that_fails_is_tried_again_soon_and_keeps_no_other(sweeps: TwoSpaces, trouble: str) -> None:
    getattr(sweeps, trouble).add(DISCORD)
    rounds = sweeps.start()
    await rounds.run_due()
    assert sweeps.take_swept() == [DISCORD, FORUM]
    assert await rounds.next_due() == START + RETRY_WITHIN
    sweeps.clock.advance(RETRY_WITHIN)
    getattr(sweeps, trouble).clear()
    await rounds.run_due()
    assert sweeps.take_swept() == [DISCORD]
    assert await rounds.next_due() == START + HOUR


async def test_a_space_that_is_not_configured_any_more_is_not_waited_for(sweeps: TwoSpaces) -> None:
    await sweeps.start().run_due()
    sweeps.take_swept()
    rounds = sweeps.start(FORUM)
    await rounds.run_due()
    sweeps.clock.advance(2 * HOUR)
    await rounds.run_due()
    assert sweeps.take_swept() == [FORUM, FORUM]


async def test_without_any_space_nothing_is_ever_due(sweeps: TwoSpaces) -> None:
    rounds = PeriodicTask(sweeps.units_of_work, sweeps.clock, (), HOUR, sweeps.sweep)
    assert (await rounds.run_due(), await rounds.next_due()) == (0, None)
