"""Nothing reaches the person: heard as far as can be, decided all the same, told by a member, and free to return.

Thorn has one account on Discord, takes no messages, and is known nowhere else. Policy: P-3.5, P-6.2.
"""

from datetime import datetime, timedelta
from typing import Final

from guardian.sandbox.community import DISCORD
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import WHAT, agree, bring_into_force

TERM: Final = timedelta(days=30)
WORDS: Final = "I have read the code with a mentor, and I am sorry."
HOW: Final = "Kofi met them at the local meetup on Monday, read the decision to them, and gave them the receipt."

NOT_HELD_UP: Final = "that nobody can write to the person keeps no safety waiting: the server shuts them out"
SAID: Final = "the group reads that the person could not be told, and each member is asked to tell them in another way"
RECORDED: Final = "a member's word on how they were told ends what is asked, and stands in the case"
OPEN_TO_THEM: Final = "with the receipt that was handed over the person reads the decision and how they return"
NAMES_DAY: Final = "the page says from which day on the person can ask, while it is too early"
IN_TIME: Final = "whoever asks and is answered before the term is over stays out until its very end"
RETURNS: Final = "at that end the server lets the person in, with nobody having to do anything"

_TASK: Final = "Reach the person in another way"


async def play(context: StoryContext) -> None:
    """From a hearing that nobody receives to the end of the term."""
    async with context.open_stage() as stage:
        thorn = _arrive(stage)
        group, nadia = stage.group, stage["nadia"]
        receipt = await stage.people.report(stage["wren"], WHAT, "thorn")
        await stage.driver.run_until_idle()
        case = await group.newest_case(nadia)
        await group.name_person(nadia, case, "thorn", DISCORD)
        await stage.people.make_request(stage["wren"], receipt, "You may contact the reported person")
        await group.say_what_was_reported(nadia, stage["tomas"], case)
        await stage.driver.pass_time(timedelta(days=8))
        await group.propose(nadia, case, "short_suspension", TERM.days)
        await agree(stage, case)
        await bring_into_force(stage, case)
        begun = stage.now()
        stage.checks.check(NOT_HELD_UP, thorn in stage.world.discord.state.bans, "let in")
        receipt = await _tell(stage, case)
        await _return(stage, thorn, receipt, begun + TERM)


def _arrive(stage: Stage) -> str:
    state = stage.world.discord.state
    thorn = state.add_member(state.add_user("thorn"))
    state.close_dms(thorn)
    return thorn


async def _tell(stage: Stage, case: str) -> str:
    """Kofi tells Thorn, and hands a receipt over."""
    kofi = stage.group.at_console(stage["kofi"])
    asked = (await kofi.open("/console")).text
    page = await kofi.open(f"/console/cases/{case}")
    stage.checks.check(SAID, _TASK in asked and "could not be told" in page.text, asked[:2000])
    sanction = next(address for address, _ in page.links if "/console/sanctions/GRD-" in address)
    person = await stage.group.person_of(stage["kofi"], case)
    handed = await stage.group.submit_on_page(stage["kofi"], case, f"Make a receipt for {person}")
    await kofi.submit(sanction, "They have been told", {"told": HOW})
    asked, read = (await kofi.open("/console")).text, (await kofi.open(f"/console/cases/{case}")).text
    stage.checks.check(RECORDED, _TASK not in asked and HOW in read, asked[:2000])
    receipt = handed.text.partition("Receipt: ")[2].split()[0]
    shown = (await stage.people.personal_page(stage["linden"], receipt)).text
    stage.checks.check(OPEN_TO_THEM, "suspen" in shown.casefold(), shown[:3000])
    stage.checks.check(NAMES_DAY, "You can ask from" in shown, shown[:3000])
    return receipt


async def _return(stage: Stage, thorn: str, receipt: str, ends: datetime) -> None:
    """In the last fortnight Thorn asks, and the group grants it: it counts from the end of the term on."""
    group, nadia, banned = stage.group, stage["nadia"], stage.world.discord.state.bans
    await stage.driver.advance(ends - timedelta(days=13))
    await stage.people.submit_personal_form(stage["linden"], receipt, "Ask to return", WORDS)
    await stage.driver.run_until_idle()
    request = await group.newest_case(nadia)
    await group.propose(nadia, request, "return", conditions="Met.", summary="Asked to return.")
    await agree(stage, request)
    await group.enact(nadia, request)
    await stage.driver.advance(ends - timedelta(minutes=5))
    stage.checks.check(IN_TIME, thorn in banned, "let in early")
    await stage.driver.advance(ends + timedelta(minutes=5))
    stage.checks.check(RETURNS, thorn not in banned, "still shut out")


STORY: Final = Story("never-told", "a person whom no message reaches is told by a member, and returns on time", play)
