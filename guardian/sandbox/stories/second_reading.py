"""A decision whose letter nobody has read waits for a day; then the standard text goes, and the spaces hold it.

Policy: P-5.6.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import forum_messages_to, messages_to
from guardian.sandbox.community import DISCORD, SPACES
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import agree, open_case, skip_feedback
from guardian.sandbox.working_group import SUMMARY

ASKED: Final = "enacting without a letter that was read is refused until a member says so knowingly"
WAITS: Final = "nothing is sent and nothing held while the letter may still be read"
STANDARD: Final = "after a day the standard text goes, without words that nobody has read"
HELD: Final = "and the decision holds in every space"


async def play(context: StoryContext) -> None:
    """Nobody reads the letter to Alder."""
    async with context.open_stage() as stage:
        group, nadia, alder = stage.group, stage["nadia"], stage["alder"]
        case = await open_case(stage, alder, DISCORD)
        await group.propose(nadia, case, "short_suspension", 30)
        await agree(stage, case)
        await skip_feedback(stage, case)
        address = f"/console/cases/{case}/enact"
        refused = await group.at_console(nadia).submit(address, "Enact")
        stage.checks.check(ASKED, refused.status == 422, refused.text[:800])
        await group.at_console(nadia).press(refused, "Enact", {"enact-unread": "yes"})
        await stage.driver.run_until_idle()
        waits = not _letters(stage) and not stage.world.spaces_shut_out_of(alder)
        stage.checks.check(WAITS, waits, "; ".join(_letters(stage)))
        await stage.driver.pass_time(timedelta(hours=24, minutes=1))
        letters = _letters(stage)
        standard = bool(letters) and not any(SUMMARY in text for text in letters)
        stage.checks.check(STANDARD, standard, "; ".join(letters))
        stage.checks.check_equal(HELD, stage.world.spaces_shut_out_of(alder), SPACES)


def _letters(stage: Stage) -> list[str]:
    alder = stage["alder"]
    received = [*messages_to(stage.world, alder), *forum_messages_to(stage.world, alder)]
    return [text for text in received if "decision" in text.casefold()]


STORY: Final = Story("second-reading", "a letter that nobody reads is replaced by the standard text after a day", play)
