"""A space without a connector: two named humans restrict there by hand, and it counts once one of them says so.

Hazel and Linden look after the community's chat; neither is in any group. Hazel is silent. Policy: P-1.3.
"""

import re
from datetime import timedelta
from typing import Final

from guardian.ids import SpaceName
from guardian.sandbox.browser import Browser, Page
from guardian.sandbox.community import Human
from guardian.sandbox.config import SandboxOptions
from guardian.sandbox.mailed_links import mails_to
from guardian.sandbox.runner import Story
from guardian.sandbox.stage import Stage, StoryContext

CHAT: Final = SpaceName("chat")
REASON: Final = "Sends insults to newcomers in the chat, just now."
TERM: Final = timedelta(days=10)
DAY: Final = timedelta(days=1)

ASKED: Final = "one named human is asked by mail, and reads there neither whom it is about nor why"
SHOWN: Final = "the page behind their link shows the account, what to do and by when, and not why"
NOT_YET: Final = "what nobody has confirmed does not count as in force"
SECOND: Final = "after a day of silence a second human is asked"
HELD: Final = "it counts as in force once the second human has confirmed it"
BACK: Final = "somebody who is back counts as inside at once, and it is asked for anew"
IN_TIME: Final = "the release is asked for before the term ends, and not to be done before"
STILL_KEPT: Final = "when the term is over the release is still asked for until somebody has confirmed it"
LET_IN: Final = "once it is confirmed there is nothing more to do"
_LINK: Final = re.compile(r"https?://\S+/asked/\S+")
_SAY_DONE: Final = "It is done"


async def play(context: StoryContext) -> None:
    """Kofi acts on Alder in the chat; silence, a confirmation, a return, and the end of the term."""
    people = tuple(f"{key.title()} <{key}@example.org>" for key in ("hazel", "linden"))
    async with context.open_stage(SandboxOptions(mail_every="7d", manual={str(CHAT): people})) as stage:
        case = await stage.group.act(stage["kofi"], stage["alder"], "ongoing", REASON, space=CHAT)
        await stage.driver.run_until_idle()
        await _ask(stage, case)
        await _confirm(stage, case)
        for key in ("yuki", "lena"):
            await stage.group.review(stage[key], case, "ratify", TERM)
        await _end(stage)


async def _ask(stage: Stage, case: str) -> None:
    """Hazel is asked, and says nothing; after a day Linden is asked too."""
    mails = _asked(stage, stage["hazel"])
    quiet = len(mails) == 1 and not any(word in mails[0].casefold() for word in ("alder", "insult", case))
    stage.checks.check(ASKED, quiet and not _asked(stage, stage["linden"]), "; ".join(mails))
    page = await _open(stage, stage["hazel"])
    told = "alder" in page.text and "keep this account out" in page.text
    stage.checks.check(SHOWN, told and "insult" not in page.text.casefold(), page.text)
    total = await stage.group.coverage(stage["nadia"], case)
    stage.checks.check(NOT_YET, total.is_open(CHAT) and not total.is_held(CHAT), total.text)
    stage.narrate("Hazel does not answer, and a day passes.")
    await stage.driver.pass_time(DAY)
    stage.checks.check(SECOND, len(_asked(stage, stage["linden"])) == 1)


async def _confirm(stage: Stage, case: str) -> None:
    """Linden says that it is done; later, that they are back; then that it is done again."""
    linden, nadia = stage["linden"], stage["nadia"]
    await _answer(stage, linden, _SAY_DONE)
    total = await stage.group.coverage(nadia, case)
    stage.checks.check(HELD, total.is_held(CHAT), total.text)
    before = len(_asked(stage, stage["hazel"]))
    await _answer(stage, linden, "They are back")
    total = await stage.group.coverage(nadia, case)
    asked_anew = len(_asked(stage, stage["hazel"])) == before + 1
    stage.checks.check(BACK, total.is_open(CHAT) and asked_anew, total.text)
    await _answer(stage, stage["hazel"], _SAY_DONE)


async def _end(stage: Stage) -> None:
    """The release is asked for a day ahead; nobody is let in before somebody says so."""
    await stage.driver.pass_time(TERM - DAY + timedelta(hours=1))
    page = await _open(stage, stage["hazel"])
    stage.checks.check(IN_TIME, "let this account back in" in page.text and "not earlier" in page.text, page.text)
    await stage.driver.pass_time(DAY)
    page = await _open(stage, stage["hazel"])
    stage.checks.check(STILL_KEPT, "let this account back in" in page.text and "Thank you" not in page.text, page.text)
    await _answer(stage, stage["hazel"], _SAY_DONE)
    page = await _open(stage, stage["hazel"])
    stage.checks.check(LET_IN, "nothing more to do" in page.text, page.text)


def _asked(stage: Stage, human: Human) -> list[str]:
    return [text for text in mails_to(stage, human) if _LINK.search(text)]


async def _open(stage: Stage, human: Human) -> Page:
    async with Browser(stage.service.url) as browser:
        return await browser.open(_newest_link(stage, human))


async def _answer(stage: Stage, human: Human, button: str) -> None:
    stage.narrate(f"{human.name} opens the page behind their link and presses [{button}]")
    async with Browser(stage.service.url) as browser:
        page = await browser.open(_newest_link(stage, human))
        await browser.send(page, page.find_form(button), {})
    await stage.driver.run_until_idle()


def _newest_link(stage: Stage, human: Human) -> str:
    found = [match.group() for text in _asked(stage, human) for match in _LINK.finditer(text)]
    if not found:
        raise LookupError(f"nothing was asked of {human.name}")
    return found[-1]


STORY: Final = Story("manual-space", "a space without a connector: named humans restrict there by hand", play)
