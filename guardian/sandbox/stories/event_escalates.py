"""The team of an event passes on what it could not settle: one member enters it, and the group takes it from there.

Policy: P-8.1, P-2.10.
"""

from typing import Final

from guardian.sandbox.browser import RECEIPT
from guardian.sandbox.checks import messages_to, people_messaged
from guardian.sandbox.community import DISCORD, SPACES
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import agree, bring_into_force, skip_hearing

ORAL: Final = "/console/told"
WHAT: Final = "Followed two people around the venue after the team had asked them to stop, and was sent home."
GROUP: Final = ("nadia", "tomas", "ines", "kofi", "yuki", "lena")
NOTIFIED: Final = "every member hears of what the event passed on, without a word of it in the message"
KEPT: Final = "what the team did on the spot stands in the case"
HELD: Final = "what the group decides holds in the spaces online as well"
STATUS: Final = "the team follows how it goes on behind its receipt, without a name"


async def play(context: StoryContext) -> None:
    """Kofi enters it; the group bans the person everywhere."""
    async with context.open_stage() as stage:
        group, nadia, alder = stage.group, stage["nadia"], stage["alder"]
        receipt = await _enter(stage)
        case = await group.newest_case(nadia)
        page = (await group.read_case(nadia, case)).text
        stage.checks.check(KEPT, WHAT in page and "the team of the event" in page, page[:1500])
        await group.name_person(nadia, case, "alder", DISCORD)
        await skip_hearing(stage, case)
        await group.propose(nadia, case, "permanent_ban", summary="Followed people after being asked to stop.")
        await agree(stage, case)
        await bring_into_force(stage, case)
        held = stage.world.spaces_shut_out_of(alder)
        stage.checks.check_equal(HELD, held, SPACES)
        page = (await stage.people.follow_up(receipt)).text
        told = "may not take part any more" in page and "nadia" not in page.casefold() and case not in page
        stage.checks.check(STATUS, told, page[:1500])


async def _enter(stage: Stage) -> str:
    typed = {"source": "the team of the event, by telephone", "what": WHAT, "who": "alder", "safe": "yes"}
    answer = await stage.group.at_console(stage["kofi"]).submit(ORAL, "Enter it", typed)
    await stage.driver.run_until_idle()
    humans = [stage[key] for key in GROUP]
    notified = people_messaged(stage.world, humans, "new report")
    quiet = not any("venue" in text for human in humans for text in messages_to(stage.world, human))
    stage.checks.check(NOTIFIED, notified == set(GROUP) and quiet, str(sorted(notified)))
    found = RECEIPT.search(answer.text)
    if found is None:
        raise LookupError(f"no receipt was given: {answer.text}")
    return found.group()


STORY: Final = Story("event-escalates", "the team of an event passes on what it could not settle", play)
