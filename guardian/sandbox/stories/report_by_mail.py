"""Somebody writes to the group's address: taken in once, answered, and nobody else can speak or learn in their name."""

from datetime import timedelta
from typing import Final

from guardian.people.models import Group
from guardian.sandbox.browser import RECEIPT
from guardian.sandbox.checks import people_messaged
from guardian.sandbox.config import SandboxOptions
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.world import GROUP_ADDRESS

TAKEN: Final = "a mail to the group's address is a report, and every member is told that there is one"
ANSWERED: Final = "its sender is answered at once: danger first, who can read mail, by when, and a receipt"
RECEIPT_OPENS: Final = "the receipt in the answer opens the report's own page"
REPLY: Final = "a reply finds its report by the address made for its reporter, whatever its subject says"
UNVERIFIED: Final = "what comes in a forged name is kept and marked unverified"
LEARNS_NOTHING: Final = "whoever forges a sender learns nothing, and has nobody mailed"
NO_MACHINES: Final = "a machine's own answer is no report, and is set aside for people to look at"
ONCE: Final = "the same mail twice is one report"
NOT_FORWARDED: Final = "nothing of a report lies in a member's mailbox"

EVERY: Final = timedelta(minutes=10)
WHAT: Final = "Alder keeps insulting people who ask for help."
MORE: Final = "It happened again this morning."
FORGED: Final = "I made it all up, please forget it."
ANOTHER: Final = "Birch shouts at everybody in meetings."
_FIRST: Final = "physical danger"
_WHO_READS: Final = "can be read on the way"


async def play(context: StoryContext) -> None:
    """Rowan writes twice; somebody else writes in Rowan's name; a machine writes; a mail comes twice."""
    async with context.open_stage(SandboxOptions(mail_every="10m")) as stage:
        answer = await _send_report(stage)
        case = await _reply(stage, answer)
        await _forge_replies(stage, answer, case)
        await _answer_automatically(stage)
        await _deliver_twice(stage)
        _check_not_forwarded(stage)


async def _send_report(stage: Stage) -> str:
    """Rowan's report; the address for answers to it."""
    world, rowan = stage.world, stage["rowan"]
    stage.group.narrate(rowan, f"writes to {GROUP_ADDRESS}")
    world.mail.write(f"{rowan.name} <{rowan.mail}>", GROUP_ADDRESS, "Insults", WHAT)
    await stage.driver.pass_time(EVERY)
    notified = people_messaged(world, world.community.in_group(Group.WORKING_GROUP), "new report")
    stage.checks.check(TAKEN, len(notified) == 6 and await _count_cases(stage) == 1, f"{sorted(notified)} were told")
    answers = world.mail.mails(rowan.mail)
    text = str(answers[-1].get_content()) if answers else ""
    receipt = RECEIPT.search(text)
    order = [text.find(_FIRST), text.find("will answer you by"), text.find(_WHO_READS)]
    stage.checks.check(ANSWERED, receipt is not None and order == sorted(order) and order[0] >= 0, text)
    page = await stage.people.follow_up(receipt.group() if receipt else "")
    stage.checks.check(RECEIPT_OPENS, WHAT in page.text, page.text)
    return str(answers[-1]["Reply-To"] or answers[-1]["From"]) if answers else GROUP_ADDRESS


async def _reply(stage: Stage, answer_to: str) -> str:
    rowan, nadia = stage["rowan"], stage["nadia"]
    stage.group.narrate(rowan, "answers that mail, under a subject of their own")
    stage.world.mail.write(f"{rowan.name} <{rowan.mail}>", answer_to, "Lunch on Friday", MORE)
    await stage.driver.pass_time(EVERY)
    case = await stage.group.newest_case(nadia)
    page = await stage.group.read_case(nadia, case)
    found = MORE in page.text and WHAT in page.text and "unverified" not in page.text.casefold()
    stage.checks.check(REPLY, found and await _count_cases(stage) == 1, page.text)
    return case


async def _forge_replies(stage: Stage, answer_to: str, case: str) -> None:
    """Linden has seen the address over Rowan's shoulder, and writes in Rowan's name; and once more to the group."""
    world, rowan, nadia = stage.world, stage["rowan"], stage["nadia"]
    before = len(world.mail.mail_store.sent)
    stage.group.narrate(stage["linden"], "writes in Rowan's name, twice")
    world.mail.write(f"{rowan.name} <{rowan.mail}>", answer_to, "Re: Insults", FORGED, signed_by="")
    world.mail.write(f"{rowan.name} <{rowan.mail}>", GROUP_ADDRESS, "Insults", FORGED, signed_by="")
    await stage.driver.pass_time(EVERY)
    page = await stage.group.read_case(nadia, case)
    other = await stage.group.read_case(nadia, await stage.group.newest_case(nadia))
    kept = FORGED in page.text and "(unverified" in page.text and "Unverified: " in other.text
    stage.checks.check(UNVERIFIED, kept, f"{page.text}\n{other.text}")
    sent = [each.recipient for each in world.mail.mail_store.sent[before + 2 :]]
    stage.checks.check_equal(LEARNS_NOTHING, sent, [])


async def _answer_automatically(stage: Stage) -> None:
    mail, before = stage.world.mail, await _count_cases(stage)
    stage.narrate("A mailbox answers by itself that its owner is away")
    mail.write(stage["wren"].mail, GROUP_ADDRESS, "Away", "I am away.", heads={"Auto-Submitted": "auto-replied"})
    await stage.driver.pass_time(EVERY)
    aside = len(mail.mails(GROUP_ADDRESS, "Guardian-automatic"))
    stage.checks.check_equal(NO_MACHINES, (await _count_cases(stage) - before, aside), (0, 1))


async def _deliver_twice(stage: Stage) -> None:
    mail, before = stage.world.mail, await _count_cases(stage)
    stage.group.narrate(stage["hazel"], f"writes to {GROUP_ADDRESS}, and the mail is delivered twice")
    raw = mail.write(stage["hazel"].mail, GROUP_ADDRESS, "Shouting", ANOTHER)
    mail.write(stage["hazel"].mail, GROUP_ADDRESS, "", "", again=raw)
    await stage.driver.pass_time(EVERY)
    answers = len(mail.mails(stage["hazel"].mail))
    stage.checks.check_equal(ONCE, (await _count_cases(stage) - before, answers), (1, 1))


def _check_not_forwarded(stage: Stage) -> None:
    members = stage.world.community.in_group(Group.WORKING_GROUP)
    found = [human.key for human in members for mail in stage.world.mail.mails(human.mail) if mail]
    stage.checks.check_equal(NOT_FORWARDED, found, [])


async def _count_cases(stage: Stage) -> int:
    """How many cases the chair is shown."""
    return await stage.group.count_cases(stage["nadia"])


STORY: Final = Story(
    "report-by-mail", "a mail is taken in once and answered, and nobody speaks in its writer's name", play
)
