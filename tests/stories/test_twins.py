"""Each story has a twin whose mechanism is taken away: it fails in the check that names the harm."""

import io
from dataclasses import dataclass
from pathlib import Path

import pytest

from guardian.sandbox.library import STORIES
from guardian.sandbox.playing import perform
from guardian.sandbox.stories import (
    cross_space_suspension,
    foreign_ban_before,
    named_member_blind,
    outage,
    overlap,
    restart,
    unilateral_overdue,
    unilateral_ratified,
    unilateral_reversed,
)
from guardian.sandbox.telling import Narrator
from tests.builders import sandbox
from tests.builders.sandbox import Sabotage


@dataclass(frozen=True, slots=True)
class Twin:
    """A story, what is taken away, and the check that names the harm."""

    story: str
    sabotage: Sabotage
    harm: str


TWINS = (
    Twin("cross-space-suspension", sandbox.release_dropped_on_github, cross_space_suspension.RETURNS),
    Twin("unilateral-ratified", sandbox.confirmation_ignored, unilateral_ratified.AT_ONCE),
    Twin("unilateral-reversed", sandbox.release_dropped_on_discord, unilateral_reversed.RETURNED),
    Twin("unilateral-overdue", sandbox.nobody_is_told, unilateral_overdue.CHAIR),
    Twin("unilateral-overdue", sandbox.release_dropped_on_the_forum, unilateral_overdue.ENDS),
    Twin("overlap", sandbox.stale_timer(overlap.FIRST_TERM), overlap.SECOND_HOLDS),
    Twin("overlap", sandbox.replaced_by_lifting, overlap.NO_GAP),
    Twin("foreign-ban-before", sandbox.everything_taken_for_ours, foreign_ban_before.OUTLIVES),
    Twin("outage", sandbox.failure_taken_for_done, f"{outage.SHOWN_OPEN} ({outage.FAULTS[0][0]})"),
    Twin("restart", sandbox.started_anew, restart.ONCE),
    Twin("named-member-blind", sandbox.everybody_is_told, named_member_blind.SAME_NOTICES),
)


def test_every_story_has_a_twin() -> None:
    assert {twin.story for twin in TWINS} == set(STORIES)


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: f"{twin.story}-{TWINS.index(twin)}")
async def test_the_twin_fails_in_the_check_that_names_the_harm(twin: Twin, tmp_path: Path) -> None:
    told = io.StringIO()
    outcome = await perform(STORIES[twin.story], tmp_path, Narrator(told), twin.sabotage)
    failed = {check.name for check in outcome.checks if not check.held}
    assert twin.harm in failed, told.getvalue()
