"""The only chair hands over: not without saying who follows, who then sees what is open, and reporters hear of it."""

from typing import Final

from guardian.sandbox.runner import Story
from guardian.sandbox.stage import StoryContext
from guardian.sandbox.stories.membership_journey import MEMBERS, OWN, report, told

NOT_ALONE: Final = "the only chair does not leave the group without one"
FOLLOWS: Final = "whoever follows is told, and is chair in that instant"
CONTACT: Final = "the reporter reads that somebody else speaks to them now"
GONE: Final = "the chair who left changes nothing any more"


async def play(context: StoryContext) -> None:
    """Nadia, the only chair and a reporter's contact, steps down; Tomas follows."""
    async with context.open_stage() as stage:
        nadia, tomas = stage["nadia"], stage["tomas"]
        receipt = await report(stage)
        at_console = stage.group.at_console(nadia)
        refused = await at_console.submit(OWN, "Show what it ends")
        stage.checks.check(NOT_ALONE, "would have no chair" in refused.text, refused.text)
        shown = await at_console.submit(OWN, "Show what it ends", {"successor": str(tomas.member)})
        await at_console.press(shown, "Step down")
        await stage.driver.run_until_idle()
        page = await stage.group.at_console(tomas).open(MEMBERS)
        heard = told(stage, "You are a chair")
        stage.checks.check_equal(FOLLOWS, (heard, "Seat somebody" in page.text), ({"tomas"}, True))
        followed = await stage.people.follow_up(receipt)
        stage.checks.check(
            CONTACT, "another contact" in followed.text or "other contact" in followed.text, followed.text
        )
        answer = (await stage.group.command(nadia, "todo")).text
        stage.checks.check(GONE, "/console/sign-in/" not in answer, answer)


STORY: Final = Story(
    "chair-hands-over", "the only chair leaves when somebody follows, and nobody is left without a contact", play
)
