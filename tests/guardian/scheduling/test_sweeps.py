"""Sweeps: every space at once at the start, then in its own time, and one that fails never keeps another."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.ids import SpaceName
from guardian.scheduling.sweeps import SOON, Rounds
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.work import Works
from tests.builders.blank import blank_file
from tests.fakes.clock import START, FrozenClock

DISCORD, FORUM = SpaceName("discord"), SpaceName("forum")
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class Sweeps:
    """Two spaces that are swept every hour, and what was swept."""

    works: Works
    clock: FrozenClock
    swept: list[SpaceName] = field(default_factory=list)
    unseen: set[SpaceName] = field(default_factory=set)
    raising: set[SpaceName] = field(default_factory=set)

    async def sweep(self, name: SpaceName) -> int | None:
        self.swept.append(name)
        if name in self.raising:
            raise RuntimeError("a bug")
        return None if name in self.unseen else 0

    def begun(self, *names: SpaceName) -> Rounds:
        """The rounds, as after a start."""
        return Rounds(self.works, self.clock, names or (DISCORD, FORUM), HOUR, self.sweep)

    def taken(self) -> list[SpaceName]:
        """What has been swept since this was asked last."""
        swept, self.swept = sorted(self.swept), []
        return swept


@pytest.fixture
async def sweeps(tmp_path: Path) -> AsyncIterator[Sweeps]:
    clock = FrozenClock()
    async with await Database.open(await blank_file(tmp_path / "guardian.sqlite")) as database:
        yield Sweeps(Works(database, KeyRing.create(tmp_path / "ring", tmp_path / "master"), clock), clock)


async def test_every_space_is_swept_at_the_start_and_again_when_its_time_has_come(sweeps: Sweeps) -> None:
    rounds = sweeps.begun()
    assert await rounds.next_due() == START
    assert await rounds.sweep_due() == 2
    assert await rounds.next_due() == START + HOUR
    assert (await rounds.sweep_due(), sweeps.taken()) == (0, [DISCORD, FORUM])
    sweeps.clock.move(HOUR)
    await rounds.sweep_due()
    assert sweeps.taken() == [DISCORD, FORUM]


async def test_a_restart_sweeps_at_once_whatever_was_planned(sweeps: Sweeps) -> None:
    """The harm: what was lifted by hand while the service was down would stay lifted until the next round."""
    await sweeps.begun().sweep_due()
    sweeps.taken()
    again = sweeps.begun()
    assert await again.next_due() == START
    await again.sweep_due()
    assert sweeps.taken() == [DISCORD, FORUM]


@pytest.mark.parametrize("trouble", ["unseen", "raising"])
async def test_a_sweep_that_fails_is_tried_again_soon_and_keeps_no_other(sweeps: Sweeps, trouble: str) -> None:
    getattr(sweeps, trouble).add(DISCORD)
    rounds = sweeps.begun()
    await rounds.sweep_due()
    assert sweeps.taken() == [DISCORD, FORUM]
    assert await rounds.next_due() == START + SOON
    sweeps.clock.move(SOON)
    getattr(sweeps, trouble).clear()
    await rounds.sweep_due()
    assert sweeps.taken() == [DISCORD]
    assert await rounds.next_due() == START + HOUR


async def test_a_space_that_is_not_configured_any_more_is_not_waited_for(sweeps: Sweeps) -> None:
    await sweeps.begun().sweep_due()
    sweeps.taken()
    rounds = sweeps.begun(FORUM)
    await rounds.sweep_due()
    sweeps.clock.move(2 * HOUR)
    await rounds.sweep_due()
    assert sweeps.taken() == [FORUM, FORUM]


async def test_without_any_space_nothing_is_ever_due(sweeps: Sweeps) -> None:
    rounds = Rounds(sweeps.works, sweeps.clock, (), HOUR, sweeps.sweep)
    assert (await rounds.sweep_due(), await rounds.next_due()) == (0, None)
