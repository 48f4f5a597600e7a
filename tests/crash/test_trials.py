"""Some trials of each kind, in the small: the real service comes to no harm, and one that is broken on purpose does."""

from pathlib import Path

import pytest

from tests.crash.trial_runner import IN_MOTION, Size, TrialResults, run_trials
from tests.crash.wrappers import Sabotage

FEW = Size(residents=12, in_motion=5)


async def figures_of(folder: Path, count: int, seed: int, sabotage: Sabotage, size: Size | None = None) -> TrialResults:
    """What so many trials came to, told to whoever reads the test's output."""
    return await run_trials(folder, count, seed, print, sabotage=sabotage, size=size)


@pytest.mark.wire_time
async def test_a_service_killed_again_and_again_harms_nobody(tmp_path: Path) -> None:
    figures = await figures_of(tmp_path, 3, 3, Sabotage.NOTHING)
    assert figures.notes == []
    assert figures.harms.none
    assert figures.least_in_motion >= IN_MOTION
    assert figures.kills.total() == 3


@pytest.mark.wire_time
async def test_a_service_that_stores_no_intents_never_lets_go_of_what_it_placed(tmp_path: Path) -> None:
    figures = await figures_of(tmp_path, 1, 3, Sabotage.INTENTS_LOST, FEW)
    assert figures.harms.late > 0


@pytest.mark.wire_time
async def test_a_service_that_lifts_in_order_to_place_is_seen_to_let_people_in(tmp_path: Path) -> None:
    figures = await figures_of(tmp_path, 1, 3, Sabotage.PLACED_BY_LIFTING, FEW)
    assert figures.harms.early > 0
