"""A member who broke confidentiality is removed: nothing opens for them from that instant, and nobody is left waiting."""

from typing import Final

from guardian.sandbox.checks import messages_to
from guardian.sandbox.community import Human
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.membership_journey import MEMBERS, group_of, remove, report, told

TOLD: Final = "whoever is removed is told that their place ended"
OTHERS: Final = "the group hears that they left, and not why"
NOTHING_OPENS: Final = "the console that was open shows them nothing any more, nor does a command"
NOTHING_COMES: Final = "they hear nothing of what comes later"
AGAIN: Final = "seated again they are asked for conflicts before they read"


async def play(context: StoryContext) -> None:
    """Nadia removes Kofi, who had a case open; later a report comes, and Kofi is seated again."""
    async with context.open_stage() as stage:
        nadia, kofi = stage["nadia"], stage["kofi"]
        await report(stage)
        case = await stage.group.newest_case(kofi)
        opened = stage.group.at_console(kofi)
        await remove(stage, nadia, kofi, "confidentiality")
        stage.checks.check_equal(TOLD, told(stage, "place here has ended"), {"kofi"})
        others = {human.key for human in group_of(stage)} - {"kofi"}
        heard = (
            told(stage, "Kofi Mensah has left"),
            told(stage, "confidentiality", [h for h in group_of(stage) if h is not kofi]),
        )
        stage.checks.check_equal(OTHERS, heard, (others, set()))
        command = await stage.group.state(kofi, case)
        stage.checks.check(NOTHING_OPENS, await _is_signed_out(stage, kofi, case) and case not in command, command)
        before = len(messages_to(stage.world, kofi))
        await report(stage, "alder")
        stage.checks.check_equal(NOTHING_COMES, len(messages_to(stage.world, kofi)), before)
        await stage.group.at_console(nadia).submit(
            f"{MEMBERS}/{kofi.member}", "Seat them again", {"group": "working_group", "office": "member"}
        )
        await stage.driver.run_until_idle()
        shown = (await opened.open(f"/console/cases/{case}")).status, (await opened.open("/console/membership")).text
        stage.checks.check(AGAIN, shown[0] == 404 and case in shown[1], shown[1])


async def _is_signed_out(stage: Stage, human: Human, case: str) -> bool:
    """Whether the page that was open asks them to sign in, and nothing gives them a link for it."""
    try:
        page = await stage.group.at_console(human).open(f"/console/cases/{case}")
    except LookupError:
        return True
    return case not in page.text


STORY: Final = Story("member-leaves", "whoever is removed reads nothing from that instant, and is told", play)
