"""One member calls the police because somebody threatens to come: an act like any other, and nobody is restricted by it.

Kofi enters what was done, to whom it was said, when, and what came of it; the group looks at it. Policy: P-7.1.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import forum_messages_to, messages_to, people_messaged
from guardian.sandbox.community import FORUM
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext

DONE: Final = "Said that the person wrote to come to the meeting with a knife, and where it takes place."
TOLD: Final = "the police station near the venue, file 17"
OTHERS: Final = ("nadia", "tomas", "ines", "yuki", "lena")
ALL_NOTIFIED: Final = "every other member is told that somebody has acted outside the spaces"
SHOWN: Final = "the others read what was done, to whom it was said, and when"
LATE: Final = "a review that nobody gives goes to the chair"
LEARNS_NOTHING: Final = "the person it was about hears nothing of it, before the review and after it"
RATIFIED: Final = "two others say that they would have done the same"
UNRESTRICTED: Final = "nobody is restricted by it"


async def play(context: StoryContext) -> None:
    """Kofi calls the police; nobody answers in time; then Yuki and Lena do."""
    async with context.open_stage() as stage:
        case = await _enter(stage)
        await stage.driver.pass_time(timedelta(hours=24))
        asked = people_messaged(stage.world, [stage["nadia"]], f"{case}: a review needs you")
        stage.checks.check_equal(LATE, asked, {"nadia"})
        for key in ("yuki", "lena"):
            await stage.group.review(stage[key], case, "ratify")
        await stage.group.review(stage["nadia"], case, "ratify")
        await stage.driver.run_until_idle()
        page = (await stage.group.read_case(stage["nadia"], case)).text
        stage.checks.check(RATIFIED, "ratified" in page, page)
        heard = [*messages_to(stage.world, stage["alder"]), *forum_messages_to(stage.world, stage["alder"])]
        stage.checks.check_equal(LEARNS_NOTHING, heard, [])
        stage.checks.check_equal(UNRESTRICTED, stage.world.spaces_shut_out_of(stage["alder"]), ())


async def _enter(stage: Stage) -> str:
    """Kofi enters it an hour after it was done; the code name of its review."""
    when = stage.now() - timedelta(hours=1)
    typed = {
        "kind": "police",
        "done": DONE,
        "told": TOLD,
        "day": f"{when:%Y-%m-%d}",
        "time": f"{when:%H:%M}",
        "came_of_it": "They send somebody to the venue.",
        "ground": "physical_danger",
        "who": "alder",
        "space": str(FORUM),
    }
    entered = await stage.group.at_console(stage["kofi"]).submit("/console/act/outside", "Enter it", typed)
    await stage.driver.run_until_idle()
    found = [address for address, _ in entered.links if address.startswith("/console/reviews/")]
    if not found:
        raise LookupError(f"nothing was entered: {entered.text}")
    case = found[-1].rpartition("/")[2]
    told = people_messaged(stage.world, [stage[key] for key in OTHERS], f"{case}: somebody has acted alone")
    stage.checks.check_equal(ALL_NOTIFIED, told, set(OTHERS))
    page = (await stage.group.at_console(stage["yuki"]).open(f"/console/reviews/{case}")).text
    stage.checks.check(SHOWN, all(text in page for text in (DONE, TOLD, f"{when:%H:%M}")), page)
    return case


STORY: Final = Story("act-outside-the-spaces", "one member calls the police: an act like any other", play)
