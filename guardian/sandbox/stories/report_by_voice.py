"""Somebody tells a member, who enters it in their words: the teller is the reporter, and a conflict keeps the member out."""

from typing import Final

from guardian.people.models import Group
from guardian.sandbox.browser import RECEIPT
from guardian.sandbox.checks import messages_to, people_messaged
from guardian.sandbox.community import Human
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext

ENTERED: Final = "what a member was told is a report, and every member hears that there is one"
WHO_TOLD: Final = "who told it, when and how to reach them stands with the report, and with nothing on Discord"
HANDED_OVER: Final = "the receipt opens the report's page for whoever told it"
CONCERNED: Final = "a member whom it concerns hears nothing of it, whoever entered it"
OWN_NAME: Final = "a member who enters what is about themselves is kept out, and is shown no receipt"
UNOPENED: Final = "a conflict hands it on: the others learn whom to ask, the one who hands it on sees it no more"

ORAL: Final = "/console/told"
TELLER: Final = "Wren Castillo, this morning on the phone; by mail is fine"
WHAT: Final = "Somebody keeps posting insults under questions of newcomers."
ABOUT_YUKI: Final = "Somebody was shouted at in a meeting."


async def play(context: StoryContext) -> None:
    """Kofi is told something by Wren, then something about Yuki; Tomas about himself; Lena knows the people in hers."""
    async with context.open_stage() as stage:
        await _report_for_wren(stage)
        await _report_about_yuki(stage)
        await _report_about_oneself(stage)
        await _pass_on_unread(stage)


async def _report_for_wren(stage: Stage) -> None:
    kofi, nadia, checks = stage["kofi"], stage["nadia"], stage.checks
    answer = await _report_on_behalf(stage, kofi, TELLER, WHAT, "alder")
    group = stage.world.community.in_group(Group.WORKING_GROUP)
    notified = people_messaged(stage.world, group, "new report")
    checks.check_equal(ENTERED, notified, {human.key for human in group})
    page = await stage.group.read_case(nadia, await stage.group.newest_case(nadia))
    shown = "\n".join([answer, *(text for human in group for text in messages_to(stage.world, human))])
    kept = all(words in page.text for words in (TELLER, WHAT, "told to Kofi Mensah"))
    checks.check(WHO_TOLD, kept and "Wren" not in shown and "insults" not in shown, page.text + shown)
    receipt = RECEIPT.search(answer)
    opened = await stage.people.follow_up(receipt.group() if receipt else "")
    checks.check(HANDED_OVER, WHAT in opened.text, opened.text)


async def _report_about_yuki(stage: Stage) -> None:
    yuki = stage["yuki"]
    before = (await stage.group.count_cases(yuki), len(messages_to(stage.world, yuki)))
    await _report_on_behalf(stage, stage["kofi"], "Hazel, yesterday", ABOUT_YUKI, "", ("Yuki Sato",))
    after = (await stage.group.count_cases(yuki), len(messages_to(stage.world, yuki)))
    heard = await stage.group.count_cases(stage["nadia"]) - before[0]
    stage.checks.check_equal(CONCERNED, (after, heard), (before, 1))


async def _report_about_oneself(stage: Stage) -> None:
    tomas = stage["tomas"]
    before = await stage.group.count_cases(tomas)
    answer = await _report_on_behalf(
        stage, tomas, "Hazel, yesterday", "They say that I was rude to them.", "", ("Tomas Lindgren",)
    )
    stage.checks.check_equal(OWN_NAME, (RECEIPT.search(answer), await stage.group.count_cases(tomas)), (None, before))


async def _pass_on_unread(stage: Stage) -> None:
    lena, nadia = stage["lena"], stage["nadia"]
    before = await stage.group.count_cases(lena)
    typed = {"unread-source": "Linden, today, after the meeting"}
    await stage.group.at_console(lena).submit(ORAL, "Hand it on, unopened", typed)
    await stage.driver.run_until_idle()
    page = await stage.group.read_case(nadia, await stage.group.newest_case(nadia))
    handed_on = "Linden, today" in page.text
    stage.checks.check(UNOPENED, handed_on and await stage.group.count_cases(lena) == before, page.text)


async def _report_on_behalf(
    stage: Stage, by: Human, told_by: str, what: str, who: str, concerns: tuple[str, ...] = ()
) -> str:
    """The member entered what they were told; what they were shown."""
    page = await stage.group.at_console(by).open(ORAL)
    form = page.find_form("Enter it")
    picked = [value for value, label in form.choices["concerns"] if label in concerns]
    typed = {"source": told_by, "what": what, "who": who, "concerns": picked, "safe": "yes"}
    answer = await stage.group.at_console(by).send(page, form, "Enter it", typed)
    await stage.driver.run_until_idle()
    return answer.text


STORY: Final = Story(
    "report-by-voice", "a member enters what somebody told them, and a conflict keeps them out of it", play
)
