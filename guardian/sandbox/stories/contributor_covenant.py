"""A community with the ladder of Contributor Covenant 3: a warning, a cooldown that ends by itself, and what it names them.

Policy: P-11.1, P-6.2.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import find_openings, forum_messages_to, messages_to
from guardian.sandbox.community import DISCORD, SPACES
from guardian.sandbox.config import SandboxOptions
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories.journey import agree, bring_into_force, open_case

COOLDOWN: Final = timedelta(days=7)
HELD: Final = "a suspension of a week, which this ladder has, holds in every space"
NO_EARLY: Final = "no space lets the person in before it is over"
ENDS: Final = "it ends by itself: nobody has to ask to return"
NAMED: Final = "the person never reads of a working group, which this community has not"


async def play(context: StoryContext) -> None:
    """Alder is suspended for a week, and returns without asking."""
    async with context.open_stage(SandboxOptions(policy="contributor-covenant")) as stage:
        group, nadia, alder = stage.group, stage["nadia"], stage["alder"]
        case = await open_case(stage, alder, DISCORD)
        await group.propose(nadia, case, "short_suspension", COOLDOWN.days)
        await agree(stage, case)
        await bring_into_force(stage, case)
        begun = stage.now()
        stage.checks.check_equal(HELD, stage.world.spaces_shut_out_of(alder), SPACES)
        await stage.driver.pass_time(COOLDOWN - timedelta(minutes=1))
        open_ = find_openings(stage.world, alder, begun, stage.now())
        stage.checks.check(NO_EARLY, not open_, "; ".join(open_))
        await stage.driver.pass_time(timedelta(minutes=2))
        stage.checks.check_equal(ENDS, stage.world.spaces_shut_out_of(alder), ())
        letters = [*messages_to(stage.world, alder), *forum_messages_to(stage.world, alder)]
        named = [text for text in letters if "working group" in text]
        stage.checks.check(NAMED, bool(letters) and not named, "; ".join(named))


STORY: Final = Story("contributor-covenant", "a cooldown by another ladder ends by itself", play)
