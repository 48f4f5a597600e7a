"""A member at the console: signed in in one browser, reads its pages and fills in their forms. Judges nothing.

Read `ConsoleMember` first.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from guardian.sandbox.browser import Browser, Form, Page
from guardian.sandbox.community import Human

LINK: Final = re.compile(r"https?://\S+/console/sign-in/\S+")
_CASE: Final = re.compile(r"/console/cases/([a-z]+-[a-z]+)$")
_REVIEW: Final = re.compile(r"/console/reviews/([a-z]+-[a-z]+)$")
_SIGNED_OUT: Final = 401
_NOT_THERE: Final = 404

Narrate = Callable[[Human, str], None]
Values = Mapping[str, str | Sequence[str]]


class ConsoleMember:
    """One member in one browser, who signs in wherever a page asks for it.

    `find_link` is how they come by a link that signs them in.
    """

    def __init__(
        self, human: Human, browser: Browser, narrate: Narrate, find_link: Callable[[], Awaitable[str]]
    ) -> None:
        self._human, self._browser, self._narrate, self._find_link = human, browser, narrate, find_link
        self.presses = 0
        """How many buttons they have pressed, besides signing in."""

    async def sign_in(self) -> None:
        """Follow a link, and press its button."""
        link = await self._browser.open(await self._find_link())
        await self._browser.send(link, link.find_form("Sign in"), {})

    async def open(self, address: str) -> Page:
        """Return the page at the address."""
        page = await self._browser.open(address)
        if page.status != _SIGNED_OUT:
            return page
        await self.sign_in()
        return await self._browser.open(address)

    async def list_cases(self) -> tuple[str, ...]:
        """Return the code names of the cases that they may open, newest first."""
        return _names(_CASE, await self.open("/console/cases"))

    async def newest_case(self) -> str:
        """Return the code name of the newest case of their list; LookupError where they are shown none."""
        return self._first(await self.list_cases())

    async def newest_review(self) -> str:
        """Return the code name of the last act that waits to be looked at."""
        return self._first(_names(_REVIEW, await self.open("/console/reviews"))[::-1])

    async def read_case(self, case: str) -> Page:
        """Return the page of the case."""
        self._narrate(self._human, "reads the case on the console")
        return await self.open(f"/console/cases/{case}")

    async def submit(self, address: str, button: str, values: Values | None = None) -> Page:
        """Open the page and send its form that has this button and these fields; return what comes of it.

        A page that is not theirs is what comes of it.
        """
        page = await self.open(address)
        return page if page.status == _NOT_THERE else await self.press(page, button, values)

    async def press(self, page: Page, button: str, values: Values | None = None) -> Page:
        """Press the button on the page, in the form that has these fields."""
        return await self.send(page, page.find_form(button, values or ()), button, values)

    async def send(self, page: Page, form: Form, button: str, values: Values | None = None) -> Page:
        """Send this very form of the page by that button."""
        self._narrate(self._human, f"presses [{button}] on the console")
        self.presses += 1
        return await self._browser.send(page, form, values or {}, button)

    async def upload(self, address: str, button: str, name: str, content: bytes) -> Page:
        """Open the page, choose the file in its form that has this button, and press it."""
        page = await self.open(address)
        self._narrate(self._human, f"chooses {name} and presses [{button}] on the console")
        self.presses += 1
        return await self._browser.send(page, page.find_form(button), {}, button, files=[(name, content)])

    async def close(self) -> None:
        """Close the browser."""
        await self._browser.close()

    def _first(self, names: Sequence[str]) -> str:
        if not names:
            raise LookupError(f"nothing is listed for {self._human.name}")
        return names[0]


def _names(pattern: re.Pattern[str], page: Page) -> tuple[str, ...]:
    return tuple(match.group(1) for address, _ in page.links if (match := pattern.search(address)))
