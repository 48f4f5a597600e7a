"""GitHub fails for two days in three ways: the other spaces hold, the total stays open, people are told, then it heals."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from connectors.emulation.faults import FaultKind
from guardian.sandbox.checks import openings, placed_and_lifted, who_was_messaged
from guardian.sandbox.community import DISCORD, FORUM, GITHUB, SPACES
from guardian.sandbox.config import Wishes
from guardian.sandbox.playing import Story
from guardian.sandbox.stories.journey import acted_and_ratified
from guardian.sandbox.studio import Stage, Studio

PHASE: Final = timedelta(hours=16)
SLOW: Final = Wishes(retry_least="1h", retry_share=1.0, retry_most="8h")
"""Slow tries take less of the machine's time, and change nothing of what the story shows."""
OTHERS_HOLD: Final = "the other spaces hold, whatever GitHub does"
SHOWN_OPEN: Final = "the total shows GitHub as open while it is not confirmed"
TOLD: Final = "the members on the case are told that GitHub is blocked"
TOLD_OF_END: Final = "the members on the case are told that it holds now"
HEALED: Final = "once GitHub answers again the restriction is placed there, by itself"
SHOWN_HELD: Final = "the total shows GitHub as held once it is confirmed"
ONCE: Final = "it was placed once, and nothing was lifted anywhere"
FAULTS: Final[tuple[tuple[str, FaultKind, Mapping[str, Any]], ...]] = (
    ("answers 500 to everything", FaultKind.SERVER_ERROR, {"status": 500}),
    ("answers 429", FaultKind.TOO_MANY, {"seconds": 0.05}),
    ("answers 404, as it does where a permission is missing", FaultKind.NO_PERMISSION, {}),
)


async def play(studio: Studio) -> None:
    """Alder is restricted everywhere on the day on which GitHub fails."""
    async with studio.stage(SLOW) as stage:
        alder = stage["alder"]
        _fails(stage, 0)
        case = await acted_and_ratified(stage, alder, timedelta(days=30))
        stage.checks.equal(OTHERS_HOLD, stage.world.where_shut_out(alder), (DISCORD, FORUM))
        begun = stage.now()
        for number in range(len(FAULTS)):
            if number:
                _fails(stage, number)
            await stage.harness.wait(PHASE)
            await _while_it_fails(stage, case, number)
        stage.world.heal(GITHUB)
        stage.say("GitHub answers again")
        await stage.harness.wait(timedelta(hours=9))
        await _healed(stage, case)
        open_ = [each for each in openings(stage.world, alder, begun, stage.now()) if not each.startswith(GITHUB)]
        stage.checks.check(f"{OTHERS_HOLD}, to the end", not open_, "; ".join(open_))


def _fails(stage: Stage, number: int) -> None:
    words, kind, facts = FAULTS[number]
    stage.world.heal(GITHUB)
    stage.world.fault(GITHUB, kind, **facts)
    stage.say(f"GitHub {words}")


async def _while_it_fails(stage: Stage, case: str, number: int) -> None:
    alder, words = stage["alder"], FAULTS[number][0]
    stage.checks.equal(f"{OTHERS_HOLD} ({words})", stage.world.where_shut_out(alder), (DISCORD, FORUM))
    total = await stage.group.total(stage["nadia"], case)
    stage.checks.check(f"{SHOWN_OPEN} ({words})", total.is_open(GITHUB) and total.holds(DISCORD), total.text)
    if number == 0:
        _told(stage, TOLD, "does not hold yet")


async def _healed(stage: Stage, case: str) -> None:
    alder = stage["alder"]
    stage.checks.equal(HEALED, stage.world.where_shut_out(alder), SPACES)
    total = await stage.group.total(stage["nadia"], case)
    stage.checks.check(SHOWN_HELD, total.holds(GITHUB), total.text)
    _told(stage, TOLD_OF_END, "holds now")
    counts = {str(space): placed_and_lifted(stage.world, alder, space) for space in SPACES}
    stage.checks.equal(ONCE, counts, {str(space): (1, 0) for space in SPACES})


def _told(stage: Stage, name: str, words: str) -> None:
    """Whether each member on the case was written to in these words."""
    members = [stage[key] for key in ("nadia", "tomas", "ines", "kofi", "yuki", "lena")]
    stage.checks.equal(name, who_was_messaged(stage.world, members, words), {human.key for human in members})


STORY: Final = Story("outage", "GitHub fails for two days in three ways, then heals", play)
