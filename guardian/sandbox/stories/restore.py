"""The disk is lost: two envelopes of three bring the newest copy back, and nothing of before is done to anybody again.

Policy: P-1.5.
"""

from typing import Final

from guardian.sandbox.community import SPACES
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.records_journey import make_envelopes, read_records_case, report_on_page

OTHER: Final = "Somebody posts vellichor under every question of newcomers."
BACK: Final = "the cases are read as they stood, and a receipt from before opens"
ONLY_LOOKS: Final = "whoever was let in since the copy is not shut out again: the spaces are only looked at"
SAYS_SO: Final = "the command says that every space begins by only looking"
WORKS: Final = "what comes in from now on is taken in as ever"


async def play(context: StoryContext) -> None:
    """Kofi acts on Rowan, a copy is made, the act is reversed, and the disk is lost."""
    async with context.open_installation() as home:
        envelopes = await make_envelopes(home)
        copy = home.folder / "copies" / "newest"
        copy.parent.mkdir()
        async with home.serve() as stage:
            receipt = await report_on_page(stage, OTHER, "birch")
            case = await stage.group.newest_case(stage["nadia"])
            review = await stage.group.act(stage["kofi"], stage["rowan"], "threat", "A picture of a threat.")
            await stage.driver.run_until_idle()
            await home.run("backup", str(copy))
            await _reverse(stage, review)
        home.lose_disk()
        said = await home.run("restore", str(copy), typed=envelopes)
        context.checks.check(SAYS_SO, "Every space is set to observe" in said, said)
        async with home.serve() as stage:
            shown = await read_records_case(stage, case)
            page = await stage.people.follow_up(receipt)
            stage.checks.check(BACK, "vellichor" in shown and "vellichor" in page.text, shown + page.text)
            stage.checks.check_equal(ONLY_LOOKS, stage.world.spaces_shut_out_of(stage["rowan"]), ())
            await report_on_page(stage, "Somebody else does it as well.", "linden")
            newest = await stage.group.newest_case(stage["nadia"])
            stage.checks.check(WORKS, newest != case, newest)


async def _reverse(stage: Stage, review: str) -> None:
    for key in ("yuki", "lena"):
        await stage.group.review(stage[key], review, "reverse", reason="It was somebody else's account.")
    await stage.driver.run_until_idle()
    if stage.world.spaces_shut_out_of(stage["rowan"]):
        raise LookupError(f"{stage['rowan'].name} is shut out still, of {SPACES}")


STORY: Final = Story("restore", "the disk is lost, and the newest copy comes back by two envelopes", play)
