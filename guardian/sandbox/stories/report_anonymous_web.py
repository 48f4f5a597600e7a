"""Somebody reports on the page, without an account and without a script, and speaks with the group behind their receipt.

Nobody ever learns who they are, and no space has a word of it.
"""

from typing import Final

from guardian.sandbox.browser import Browser, Page
from guardian.sandbox.checks import forum_messages_to, messages_to
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext

WORDS: Final = "They write “go home” under every question of somebody new."
WHO: Final = "the account with the owl"
SHOT: Final = ("owl.png", b"\x89PNG\r\n\x1a\n what stood there")
ANSWER: Final = "Thank you. Does it still go on, and may we speak to them?"
REPLY: Final = "It went on this morning. You may speak to them."

ONE_FIELD: Final = "the emergency line and who can read it stand before the form, which asks for one field alone"
KEPT_FORM: Final = "what was typed stands in the form again where something is missing"
READ: Final = "the reading room shows the words, the file and every answer, and knows no account"
ONCE: Final = "the same form sent again is the same report, with the same receipt"
ANSWERED: Final = "the reporter reads the group's answer behind the receipt"
REPLIED: Final = "what the reporter answers reaches the reading room"
NO_ADDRESS: Final = "the receipt stands in no address, and no page shows it again"
FIRST: Final = "only whom the reporter chose hears of it first"
NOWHERE: Final = "no channel and no inbox holds a word of it, and the group's notices only say that something is there"


async def play(context: StoryContext) -> None:
    """A stranger reports, Nadia answers, the stranger answers back."""
    async with context.open_stage() as stage:
        async with Browser(stage.service.url) as browser:
            receipt = await _report(stage, browser)
        await stage.driver.run_until_idle()
        case = await _open_to_all(stage)
        await _answer(stage, case)
        seen = await _follow_up(stage, receipt)
        room = await stage.group.read_case(stage["nadia"], case)
        stage.checks.check(REPLIED, REPLY in room.text, room.text)
        stage.checks.check(NO_ADDRESS, not any(receipt in (page.url + page.text) for page in seen), receipt)
        _check_nowhere(stage)


async def _report(stage: Stage, browser: Browser) -> str:
    """The report is in; its receipt."""
    page = await browser.open("/report")
    stage.narrate("A stranger opens the report page, in a browser that runs no scripts.")
    form = page.find_form("Send the report")
    before = [page.text.index(words) for words in ("emergency services first", "could technically read", "(needed)")]
    stage.checks.check(ONE_FIELD, before == sorted(before) and page.text.count("(needed)") == 1, page.text)
    given = {"who": WHO, "when": "last night", "contact_is_safe": "no", "hold_contact": "yes"}
    empty = await browser.send(page, form, given)
    again = empty.find_form("Send the report")
    kept = {name: again.values.get(name) for name in given}
    stage.checks.check_equal(KEPT_FORM, kept, {name: [value] for name, value in given.items()})
    chair = next(value for value, label in again.choices["hears_first"] if stage["nadia"].name in label)
    filled = {"what_happened": WORDS, "hears_first": [chair]}
    done = await browser.send(empty, again, filled, files=[SHOT])
    stage.narrate("They write what happened, choose who hears first, and send it with a picture.")
    repeated = await browser.send(empty, again, filled, files=[SHOT])
    stage.checks.check(ONCE, done.find_receipt() == repeated.find_receipt(), repeated.text)
    return done.find_receipt()


async def _open_to_all(stage: Stage) -> str:
    """Nadia reads it, whom the reporter chose, and opens it to the others."""
    nadia, others = stage["nadia"], [stage["kofi"], stage["yuki"]]
    case = await stage.group.newest_case(nadia)
    knew = [human.key for human in others if case in await stage.group.list_cases(human)]
    notified = [human.key for human in others if any("report" in text for text in messages_to(stage.world, human))]
    stage.checks.check(FIRST, not knew and not notified, f"listed for {knew}, told {notified}")
    room = await stage.group.read_case(nadia, case)
    wanted = (WORDS, WHO, SHOT[0], "last night", "not yet", "no account is known")
    stage.checks.check(READ, all(words in room.text for words in wanted), room.text)
    await stage.group.submit_on_page(nadia, case, "Open it to every member")
    return case


async def _answer(stage: Stage, case: str) -> None:
    """Nadia writes to the reporter, and Kofi reads it first."""
    nadia, kofi = stage["nadia"], stage["kofi"]
    await stage.group.write_text(nadia, case, "answer-reporter", ANSWER)
    await stage.group.approve_newest_text(kofi, case)
    await stage.driver.run_until_idle()


async def _follow_up(stage: Stage, receipt: str) -> list[Page]:
    """The reporter reads the answer and answers it; every page that they saw."""
    async with Browser(stage.service.url) as browser:
        door = await browser.open("/follow-up")
        page = await browser.open_with_receipt(door, receipt)
        stage.narrate("The stranger types their receipt on the follow-up page.")
        stage.checks.check(ANSWERED, ANSWER in page.text, page.text)
        after = await browser.send(page, page.find_form("Send"), {"text": REPLY})
        await stage.driver.run_until_idle()
        return [door, page, after]


def _check_nowhere(stage: Stage) -> None:
    state, people = stage.world.discord.state, stage.world.community.people.values()
    public = [message.content for message in state.messages_in(state.general_id)]
    inboxes = [
        text for human in people for text in (*messages_to(stage.world, human), *forum_messages_to(stage.world, human))
    ]
    notified = [text for text in inboxes if any(words in text for words in (WORDS, WHO, SHOT[0], ANSWER, REPLY))]
    stage.checks.check(
        NOWHERE, not public and not notified and bool(inboxes), f"in the channel {public}, told {notified}"
    )


STORY: Final = Story(
    "report-anonymous-web", "a report on the page without account or script, and two-way follow-up", play
)
