"""A decision asks the person to make up for what they did: they show it, the group sees to it, and no clock punishes them.

Policy: P-5.2, P-5.6, P-9.3.
"""

from datetime import timedelta
from typing import Final

from guardian.sandbox.checks import people_messaged
from guardian.sandbox.community import DISCORD
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import agree, bring_into_force, open_case
from guardian.sandbox.working_group import SUMMARY

REPAIR: Final = "Write the page for newcomers that you had taken down."
APOLOGY: Final = "Say in your own words what you are sorry for."
REPAIR_WITHIN: Final = timedelta(days=30)
DONE: Final = "The page is back, and it says whom to ask."
READ: Final = "the person reads on their page what is asked of them, and by when"
UNNAMED: Final = "nothing that the person reads names whoever reported it"
REMINDED: Final = "whoever follows it up is reminded at half time, and nobody else"
TOLD: Final = "the group hears that the person says it is done, and reads their words"
MET: Final = "the person reads that it is met"
WAITS: Final = "what is not met waits for the group to look again"
FREE: Final = "and no space restricts the person for it, however long it waits"
RECORDED: Final = "the case document says what was asked and what became of it"


async def play(context: StoryContext) -> None:
    """Alder is asked for two things, and does one of them."""
    async with context.open_stage() as stage:
        group, nadia, tomas, alder = stage.group, stage["nadia"], stage["tomas"], stage["alder"]
        case = await open_case(stage, alder, DISCORD)
        await group.submit_on_page(nadia, case, "Propose", await _asked(stage, case))
        await agree(stage, case)
        await bring_into_force(stage, case)
        receipt = stage.people.receipt_of(alder)
        page = (await stage.people.personal_page(alder, receipt)).text
        stage.checks.check(READ, all(words in page for words in (REPAIR, APOLOGY, "To be shown by")), page[:3000])
        stage.checks.check(UNNAMED, stage["wren"].name not in page and "wren" not in page.casefold(), page[:3000])
        await stage.driver.pass_time(REPAIR_WITHIN / 2 + timedelta(minutes=1))
        near = people_messaged(stage.world, [stage[key] for key in _MEMBERS], "What was asked of the person")
        stage.checks.check_equal(REMINDED, near, {"tomas"})
        await stage.people.submit_personal_form(alder, receipt, "Tell the group", DONE)
        await stage.driver.run_until_idle()
        told = people_messaged(stage.world, [tomas], "something asked of them is done")
        read = (await group.read_case(stage["kofi"], case)).text
        stage.checks.check(TOLD, bool(told) and DONE in read, read[:1500])
        await _check(stage, case, "I have read the page.", "It is met")
        page = (await stage.people.personal_page(alder, receipt)).text
        stage.checks.check(MET, "It is met. Nothing more is to be done." in page, page[:3000])
        await stage.driver.pass_time(timedelta(days=40))
        await _check(stage, case, "Nothing has come in so long.", "It is not met")
        waits = (await group.at_console(stage["kofi"]).open("/console")).text
        stage.checks.check(WAITS, "is not met: look at it again" in waits, waits[:1500])
        await stage.driver.pass_time(timedelta(days=90))
        stage.checks.check_equal(FREE, stage.world.spaces_shut_out_of(alder), ())
        document = (await group.at_console(nadia).open(f"/console/records/cases/{case}/document/group.md")).text
        stage.checks.check(RECORDED, "I have read the page." in document, document[:3000])


_MEMBERS: Final = ("nadia", "tomas", "ines", "kofi", "yuki", "lena")


async def _asked(stage: Stage, case: str) -> dict[str, str]:
    """The proposal: a warning that asks for two things, of which Tomas follows up the first."""
    form = (await stage.group.read_case(stage["nadia"], case)).find_form("Propose", ["propose-asked-1-by"])
    members = {words: value for value, words in form.choices["propose-asked-1-by"]}
    return {
        "propose-outcome": "warning",
        "propose-summary": SUMMARY,
        "propose-asked-1-kind": "repair",
        "propose-asked-1-words": REPAIR,
        "propose-asked-1-days": str(REPAIR_WITHIN.days),
        "propose-asked-1-by": members[stage["tomas"].name],
        "propose-asked-2-kind": "apology",
        "propose-asked-2-words": APOLOGY,
    }


async def _check(stage: Stage, case: str, evidence: str, answer: str) -> None:
    """Tomas says of the first thing that is still asked whether it is met."""
    tomas = stage["tomas"]
    page = await stage.group.read_case(tomas, case)
    await stage.group.at_console(tomas).send(
        page, page.find_forms("It is not met")[0], answer, {"What shows it?": evidence}
    )
    await stage.driver.run_until_idle()


STORY: Final = Story("repair-followed-up", "what a decision asks of the person is followed up by people", play)
