"""One member acts at once; two others reverse it: access returns at once, everywhere, and the person is told."""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import letters_to, placed_and_lifted
from guardian.sandbox.community import SPACES
from guardian.sandbox.playing import Story
from guardian.sandbox.studio import Studio

AT_ONCE: Final = "the act holds in every space at once"
STILL_HELD: Final = "one reviewer alone reverses nothing"
RETURNED: Final = "two reviewers reverse it, and access returns at once, everywhere"
TOLD: Final = "the person can read that it is lifted"
ONCE: Final = "each space was restricted once and released once"
NOT_AGAIN: Final = "the same member cannot act on the person alone a second time"


async def play(studio: Studio) -> None:
    """Kofi acts on Rowan, and the group finds that it was a mistake."""
    async with studio.stage() as stage:
        rowan, group = stage["rowan"], stage.group
        case = await group.act(stage["kofi"], rowan, "threat", "Somebody sent me a picture of a threat.")
        await stage.harness.rest()
        stage.checks.equal(AT_ONCE, stage.world.where_shut_out(rowan), SPACES)
        await stage.harness.wait(timedelta(hours=5))
        await group.review(stage["yuki"], case, "reverse", reason="The picture shows somebody else's account.")
        await stage.harness.wait(timedelta(hours=1))
        stage.checks.equal(STILL_HELD, stage.world.where_shut_out(rowan), SPACES)
        await group.review(stage["lena"], case, "reverse", reason="It was not Rowan.")
        await stage.harness.rest()
        stage.checks.equal(RETURNED, stage.world.where_shut_out(rowan), ())
        counts = {str(space): placed_and_lifted(stage.world, rowan, space) for space in SPACES}
        stage.checks.equal(ONCE, counts, {str(space): (1, 1) for space in SPACES})
        letters = letters_to(stage.world, rowan)
        stage.checks.check(TOLD, any("access has returned" in text.casefold() for text in letters), "; ".join(letters))
        await stage.harness.wait(timedelta(days=1))
        await group.act(stage["kofi"], rowan, "threat", "It looks like the same again.")
        await stage.harness.rest()
        stage.checks.equal(NOT_AGAIN, stage.world.where_shut_out(rowan), ())


STORY: Final = Story("unilateral-reversed", "one member acts at once; two others reverse it", play)
