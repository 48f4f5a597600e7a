"""What members read in their mailboxes, and the link there by which somebody without Discord signs in.

Read `sign_in_by_mail` first.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from guardian.sandbox.browser import Browser
from guardian.sandbox.community import Human
from guardian.sandbox.console_member import LINK, ConsoleMember
from guardian.sandbox.stage import Stage


@asynccontextmanager
async def sign_in_by_mail(stage: Stage, human: Human) -> AsyncIterator[ConsoleMember]:
    """Ask for a link by mail, follow it, and stay signed in until the block ends."""
    async with Browser(stage.service.url) as browser:

        async def find_link() -> str:
            stage.group.narrate(human, "asks on the console for a link by mail, and follows it")
            page = await browser.open("/console/sign-in")
            await browser.send(page, page.find_form("Send me a link"), {"address": human.mail})
            await stage.driver.run_until_idle()
            return _mailed_link(stage, human)

        member = ConsoleMember(human, browser, stage.group.narrate, find_link)
        await member.sign_in()
        yield member


def mails_to(stage: Stage, human: Human) -> list[str]:
    """Return what was mailed to them, subject and words, oldest first."""
    return [f"{mail['Subject']}\n{mail.get_content()}" for mail in stage.world.mail.mails(human.mail)]


def _mailed_link(stage: Stage, human: Human) -> str:
    found = [match.group() for text in mails_to(stage, human) for match in LINK.finditer(text)]
    if not found:
        raise LookupError(f"no link was mailed to {human.name}")
    return found[-1]
