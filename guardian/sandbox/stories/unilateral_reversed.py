"""One member acts at once; two others reverse it: access returns at once, everywhere, and the person is told."""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import count_placed_and_lifted, forum_messages_to
from guardian.sandbox.community import SPACES
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext

AT_ONCE: Final = "the act holds in every space at once"
STILL_HELD: Final = "one reviewer alone reverses nothing"
RETURNED: Final = "two reviewers reverse it, and access returns at once, everywhere"
NOTIFIED: Final = "the person can read that it is lifted"
ONCE: Final = "each space was restricted once and released once"
NOT_AGAIN: Final = "the same member cannot act on the person alone a second time"


async def play(context: StoryContext) -> None:
    """Kofi acts on Rowan, and the group finds that it was a mistake."""
    async with context.open_stage() as stage:
        rowan, group = stage["rowan"], stage.group
        case = await group.act(stage["kofi"], rowan, "threat", "Somebody sent me a picture of a threat.")
        await stage.driver.run_until_idle()
        stage.checks.check_equal(AT_ONCE, stage.world.spaces_shut_out_of(rowan), SPACES)
        await stage.driver.pass_time(timedelta(hours=5))
        await group.review(stage["yuki"], case, "reverse", reason="The picture shows somebody else's account.")
        await stage.driver.pass_time(timedelta(hours=1))
        stage.checks.check_equal(STILL_HELD, stage.world.spaces_shut_out_of(rowan), SPACES)
        await group.review(stage["lena"], case, "reverse", reason="It was not Rowan.")
        await stage.driver.run_until_idle()
        stage.checks.check_equal(RETURNED, stage.world.spaces_shut_out_of(rowan), ())
        counts = {str(space): count_placed_and_lifted(stage.world, rowan, space) for space in SPACES}
        stage.checks.check_equal(ONCE, counts, {str(space): (1, 1) for space in SPACES})
        received = forum_messages_to(stage.world, rowan)
        stage.checks.check(
            NOTIFIED, any("access has returned" in text.casefold() for text in received), "; ".join(received)
        )
        await stage.driver.pass_time(timedelta(days=1))
        await group.act(stage["kofi"], rowan, "threat", "It looks like the same again.")
        await stage.driver.run_until_idle()
        stage.checks.check_equal(NOT_AGAIN, stage.world.spaces_shut_out_of(rowan), ())


STORY: Final = Story("unilateral-reversed", "one member acts at once; two others reverse it", play)
