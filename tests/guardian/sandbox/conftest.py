"""An open sandbox with its pages, and a visitor who clicks."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

import pytest
import pytest_asyncio

from guardian.sandbox.browser import Browser, Form, Page
from guardian.sandbox.interactive import serve_pages
from guardian.sandbox.open_sandbox import OpenSandbox, open_sandbox


@dataclass(slots=True)
class Visitor:
    """Somebody before the sandbox's pages, who follows links and presses buttons."""

    browser: Browser
    url: str
    sandbox: OpenSandbox
    page: Page

    async def open(self, path: str = "") -> Page:
        """Open one of the sandbox's pages."""
        self.page = await self.browser.open(self.url + path)
        return self.page

    async def follow(self, words: str) -> Page:
        """Follow the first link with these words."""
        for address, shown in self.page.links:
            if words in shown:
                self.page = await self.browser.open(address)
                return self.page
        raise LookupError(f"no link {words!r} at {self.page.url}: {[shown for _, shown in self.page.links]}")

    async def press(
        self, button: str, values: Mapping[str, str | Sequence[str]] | None = None, *, near: str = ""
    ) -> Page:
        """Press the button of the first form that has it; `near` is a value that its form carries."""
        for form in self.page.forms:
            is_near = not near or any(near in given for given in form.values.values())
            if is_near and any(button in label for _, _, label in form.buttons):
                self.page = await self.browser.send(self.page, form, values or {}, button)
                return self.page
        raise LookupError(f"no button {button!r} at {self.page.url}: {self.page.text[-600:]}")

    async def send(self, path: str, values: Mapping[str, str], origin: str = "") -> Page:
        """Send a form that the pages do not show, as a program would."""
        form = Form(action=self.url + path, method="post", values={name: [text] for name, text in values.items()})
        return await self.browser.send(self.page, form, {}, Origin=origin or self.url)

    def done_steps(self) -> int:
        """Return how many steps of the way are ticked on the first page."""
        return self.page.text.count("✓")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def visitor(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Visitor]:
    """A visitor in a sandbox that all tests of the module share: each looks after people of its own."""
    async with (
        open_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox,
        serve_pages(sandbox) as url,
        Browser(url) as browser,
    ):
        yield Visitor(browser, url, sandbox, await browser.open(url))
