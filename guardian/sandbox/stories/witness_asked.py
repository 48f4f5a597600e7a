"""A witness is asked, and what they said stands in the case: it counts for the group, and reaches nobody outside it.

Hazel saw what Alder did. A first letter names her; its second reader is shown the name. Policy: P-3.3, P-2.6, P-5.6.
"""

from typing import Final

from guardian.sandbox.checks import forum_messages_to, messages_to
from guardian.sandbox.community import DISCORD
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext
from guardian.sandbox.stories.journey import WHAT, name_target

QUESTION: Final = "Did you see what was written in the help channel?"
SAID: Final = "Yes. They called two newcomers fools, and went on when I asked them to stop."
NAMING: Final = "Hazel saw that you insulted two newcomers in the help channel."
PLAIN: Final = "You insulted newcomers who asked for help."

RECORDED: Final = "what the witness was asked and said stands in the case, for those who may read it"
MARKED: Final = "the witness's name is marked beside the letter before a second member reads it"
SENT: Final = "the person is told what was reported, in words that were read"
PROTECTED: Final = "nothing that the person or a moderator is sent names the witness"


async def play(context: StoryContext) -> None:
    """From the question to the letter."""
    async with context.open_stage() as stage:
        group, nadia = stage.group, stage["nadia"]
        receipt = await stage.people.report(stage["wren"], WHAT, "alder")
        await stage.driver.run_until_idle()
        case = await group.newest_case(nadia)
        await name_target(stage, case, stage["alder"], DISCORD)
        await _ask(stage, case)
        await group.write_text(nadia, case, "hearing-reported", NAMING)
        page = (await group.read_case(stage["tomas"], case)).text
        stage.checks.check(MARKED, "“Hazel” (a name)" in page, page[:3000])
        await group.submit_on_page(stage["tomas"], case, "Withdraw this text")
        await stage.people.make_request(stage["wren"], receipt, "You may contact the reported person")
        await group.say_what_was_reported(nadia, stage["tomas"], case, PLAIN)
        await stage.driver.run_until_idle()
        _check_sent(stage)


async def _ask(stage: Stage, case: str) -> None:
    """Kofi asks Hazel, and writes down what she says."""
    typed = {"inquiry-who": "Hazel Okoro", "inquiry-question": QUESTION, "inquiry-answer": SAID}
    await stage.group.submit_on_page(stage["kofi"], case, "Keep it", typed)
    page = (await stage.group.read_case(stage["yuki"], case)).text
    stage.checks.check(RECORDED, all(text in page for text in ("Hazel Okoro", QUESTION, SAID)), page[-3000:])


def _check_sent(stage: Stage) -> None:
    alder, world = stage["alder"], stage.world
    sent = [*messages_to(world, alder), *forum_messages_to(world, alder)]
    stage.checks.check(SENT, any(PLAIN in text for text in sent), "; ".join(sent))
    others = [text for key in ("oskar", "priya", "marek") for text in messages_to(world, stage[key])]
    named = [text for text in (*sent, *others) if "hazel" in text.casefold()]
    stage.checks.check(PROTECTED, not named, "; ".join(named))


STORY: Final = Story("witness-asked", "a witness is asked, and stays protected", play)
