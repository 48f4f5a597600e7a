"""GitHub fails for two days in three ways: the other spaces hold, the total stays open, people are told, then it heals."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from connectors.emulators.shared.faults import FaultKind
from guardian.sandbox.checks import count_placed_and_lifted, find_openings, people_messaged
from guardian.sandbox.community import DISCORD, FORUM, GITHUB, SPACES
from guardian.sandbox.config import SandboxOptions
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import act_and_ratify

PHASE: Final = timedelta(hours=16)
SLOW: Final = SandboxOptions(retry_least="1h", retry_share=1.0, retry_most="8h")
"""Slow tries take less of the machine's time, and change nothing of what the story shows."""
OTHERS_HOLD: Final = "the other spaces hold, whatever GitHub does"
SHOWN_OPEN: Final = "the total shows GitHub as open while it is not confirmed"
NOTIFIED: Final = "the members on the case are told that GitHub is blocked"
NOTIFIED_OF_END: Final = "the members on the case are told that it holds now"
RECOVERED: Final = "once GitHub answers again the restriction is placed there, by itself"
SHOWN_HELD: Final = "the total shows GitHub as held once it is confirmed"
ONCE: Final = "it was placed once, and nothing was lifted anywhere"
FAULTS: Final[tuple[tuple[str, FaultKind, Mapping[str, Any]], ...]] = (
    ("answers 500 to everything", FaultKind.SERVER_ERROR, {"status": 500}),
    ("answers 429", FaultKind.TOO_MANY, {"seconds": 0.05}),
    ("answers 404, as it does where a permission is missing", FaultKind.NO_PERMISSION, {}),
)


async def play(context: StoryContext) -> None:
    """Alder is restricted everywhere on the day on which GitHub fails."""
    async with context.open_stage(SLOW) as stage:
        alder = stage["alder"]
        _set_fault(stage, 0)
        case = await act_and_ratify(stage, alder, timedelta(days=30))
        stage.checks.check_equal(OTHERS_HOLD, stage.world.spaces_shut_out_of(alder), (DISCORD, FORUM))
        begun = stage.now()
        for number in range(len(FAULTS)):
            if number:
                _set_fault(stage, number)
            await stage.driver.pass_time(PHASE)
            await _check_while_failing(stage, case, number)
        stage.world.clear_faults(GITHUB)
        stage.narrate("GitHub answers again")
        await stage.driver.pass_time(timedelta(hours=9))
        await _check_recovered(stage, case)
        open_ = [each for each in find_openings(stage.world, alder, begun, stage.now()) if not each.startswith(GITHUB)]
        stage.checks.check(f"{OTHERS_HOLD}, to the end", not open_, "; ".join(open_))


def _set_fault(stage: Stage, number: int) -> None:
    words, kind, facts = FAULTS[number]
    stage.world.clear_faults(GITHUB)
    stage.world.set_fault(GITHUB, kind, **facts)
    stage.narrate(f"GitHub {words}")


async def _check_while_failing(stage: Stage, case: str, number: int) -> None:
    alder, words = stage["alder"], FAULTS[number][0]
    stage.checks.check_equal(f"{OTHERS_HOLD} ({words})", stage.world.spaces_shut_out_of(alder), (DISCORD, FORUM))
    total = await stage.group.coverage(stage["nadia"], case)
    stage.checks.check(f"{SHOWN_OPEN} ({words})", total.is_open(GITHUB) and total.is_held(DISCORD), total.text)
    if number == 0:
        _check_notified(stage, NOTIFIED, "does not hold yet")


async def _check_recovered(stage: Stage, case: str) -> None:
    alder = stage["alder"]
    stage.checks.check_equal(RECOVERED, stage.world.spaces_shut_out_of(alder), SPACES)
    total = await stage.group.coverage(stage["nadia"], case)
    stage.checks.check(SHOWN_HELD, total.is_held(GITHUB), total.text)
    _check_notified(stage, NOTIFIED_OF_END, "holds now")
    counts = {str(space): count_placed_and_lifted(stage.world, alder, space) for space in SPACES}
    stage.checks.check_equal(ONCE, counts, {str(space): (1, 0) for space in SPACES})


def _check_notified(stage: Stage, name: str, words: str) -> None:
    """Whether each member on the case was written to in these words."""
    members = [stage[key] for key in ("nadia", "tomas", "ines", "kofi", "yuki", "lena")]
    stage.checks.check_equal(name, people_messaged(stage.world, members, words), {human.key for human in members})


STORY: Final = Story("outage", "GitHub fails for two days in three ways, then heals", play)
