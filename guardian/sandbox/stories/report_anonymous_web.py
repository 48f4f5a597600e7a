"""Somebody reports on the page, without an account and without a script, and speaks with the group behind their receipt.

Nobody ever learns who they are, and no space has a word of it.
"""

from typing import Final

from guardian.sandbox.browser import Page, Visitor
from guardian.sandbox.checks import letters_to, messages_to
from guardian.sandbox.playing import Story
from guardian.sandbox.studio import Stage, Studio

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


async def play(studio: Studio) -> None:
    """A stranger reports, Nadia answers, the stranger answers back."""
    async with studio.stage() as stage:
        async with Visitor(stage.service.url) as visitor:
            receipt = await _reported(stage, visitor)
        await stage.harness.rest()
        case = await _heard_first(stage)
        await _answered(stage, case)
        seen = await _followed(stage, receipt)
        room = await stage.group.read(stage["nadia"], case)
        stage.checks.check(REPLIED, REPLY in room.text, room.text)
        stage.checks.check(NO_ADDRESS, not any(receipt in (page.url + page.text) for page in seen), receipt)
        _nowhere(stage)


async def _reported(stage: Stage, visitor: Visitor) -> str:
    """The report is in; its receipt."""
    page = await visitor.open("/report")
    stage.say("A stranger opens the report page, in a browser that runs no scripts.")
    form = page.form("Send the report")
    before = [page.text.index(words) for words in ("emergency services first", "could technically read", "(needed)")]
    stage.checks.check(ONE_FIELD, before == sorted(before) and page.text.count("(needed)") == 1, page.text)
    given = {"who": WHO, "when": "last night", "contact_is_safe": "no", "hold_contact": "yes"}
    empty = await visitor.send(page, form, given)
    again = empty.form("Send the report")
    kept = {name: again.values.get(name) for name in given}
    stage.checks.equal(KEPT_FORM, kept, {name: [value] for name, value in given.items()})
    chair = str(stage["nadia"].member)
    filled = {"what_happened": WORDS, "hears_first": [chair]}
    done = await visitor.send(empty, again, filled, files=[SHOT])
    stage.say("They write what happened, choose who hears first, and send it with a picture.")
    repeated = await visitor.send(empty, again, filled, files=[SHOT])
    stage.checks.check(ONCE, done.receipt() == repeated.receipt(), repeated.text)
    return done.receipt()


async def _heard_first(stage: Stage) -> str:
    """Nadia reads it, whom the reporter chose, and opens it to the others."""
    nadia, others = stage["nadia"], [stage["kofi"], stage["yuki"]]
    case = await stage.group.newest_case(nadia)
    knew = [human.key for human in others if case in await stage.group.cases(human)]
    told = [human.key for human in others if any("report" in text for text in messages_to(stage.world, human))]
    stage.checks.check(FIRST, not knew and not told, f"listed for {knew}, told {told}")
    room = await stage.group.read(nadia, case)
    wanted = (WORDS, WHO, SHOT[0], "last night", "not yet", "no account is known")
    stage.checks.check(READ, all(words in room.text for words in wanted), room.text)
    await stage.group.command(nadia, "open-to-all", case=case)
    return case


async def _answered(stage: Stage, case: str) -> None:
    """Nadia writes to the reporter, and Kofi reads it first."""
    nadia, kofi = stage["nadia"], stage["kofi"]
    form = await stage.group.command(nadia, "draft", case=case, kind="answer")
    await stage.group.submit(nadia, form, {"text": ANSWER})
    texts = await stage.group.command(kofi, "read-draft", case=case)
    await stage.group.press(kofi, texts, "Approve text 1")
    await stage.harness.rest()


async def _followed(stage: Stage, receipt: str) -> list[Page]:
    """The reporter reads the answer and answers it; every page that they saw."""
    async with Visitor(stage.service.url) as visitor:
        door = await visitor.open("/follow-up")
        page = await visitor.through(door, receipt)
        stage.say("The stranger types their receipt on the follow-up page.")
        stage.checks.check(ANSWERED, ANSWER in page.text, page.text)
        after = await visitor.send(page, page.form("Send"), {"text": REPLY})
        await stage.harness.rest()
        return [door, page, after]


def _nowhere(stage: Stage) -> None:
    state, people = stage.world.discord.state, stage.world.community.people.values()
    public = [message.content for message in state.messages_in(state.general_id)]
    inboxes = [text for human in people for text in (*messages_to(stage.world, human), *letters_to(stage.world, human))]
    told = [text for text in inboxes if any(words in text for words in (WORDS, WHO, SHOT[0], ANSWER, REPLY))]
    stage.checks.check(NOWHERE, not public and not told and bool(inboxes), f"in the channel {public}, told {told}")


STORY: Final = Story(
    "report-anonymous-web", "a report on the page without account or script, and two-way follow-up", play
)
