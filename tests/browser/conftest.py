"""The pages in a real browser: the pages of a community, served on loopback, and Debian's Chromium before it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, async_playwright

from guardian.ids import MemberId
from guardian.people.sign_ins import SignInWay
from guardian.services.sign_in.sessions import open_session
from guardian.web.app import create_app
from guardian.web.health import Health
from guardian.web.server import WebServer, address_of, bind_socket
from guardian.web.webhooks import Webhooks
from tests.builders.community import Community, a_community
from tests.conftest import BROWSERS

SMALL = {"width": 320, "height": 640}


@dataclass(frozen=True, slots=True)
class Screen:
    """Before what somebody sits: how large it is, and whether their browser runs scripts."""

    width: int = 1100
    height: int = 900
    runs_scripts: bool = True


DESK = Screen()
SCREENS = {
    "at a desk": DESK,
    "on a phone": Screen(360, 740),
    "without scripts": Screen(runs_scripts=False),
}
ON_EVERY_SCREEN = pytest.mark.parametrize("browser", list(SCREENS.values()), ids=list(SCREENS), indirect=True)
"""The same journey at each of them: nothing needs width, and nothing a script."""
ARGUMENTS = ["--no-sandbox", "--disable-gpu"]
"""Without a graphics card a browser would draw each frame in software, with both cores."""
CONTRAST = "async () => (await axe.run({runOnly: ['color-contrast']})).violations"
"""What alone can differ between a page in light and the same page in dark."""


@dataclass(slots=True)
class Tab:
    """One tab of a browser, before pages that need no script."""

    page: Page
    url: str
    axe: Axe
    runs_scripts: bool = True

    async def open(self, path: str) -> None:
        """The tab shows the page."""
        await self.page.goto(self.url + path)

    async def follow(self, selector: str) -> None:
        """The tab shows what the link or the button leads to."""
        async with self.page.expect_navigation():
            await self.page.click(selector)

    async def swap(self, selector: str) -> None:
        """The press has changed the content of the page in place: what it answers stands there, and nothing of before.

        Where no script runs, it leads on to the same page.
        """
        if not self.runs_scripts:
            await self.follow(selector)
            return
        await self.page.evaluate("document.getElementById('main').dataset.before = ''")
        await self.page.click(selector)
        await self.page.wait_for_selector("#main:not([data-before])")

    async def words(self) -> str:
        """What can be read on the page."""
        return " ".join((await self.page.inner_text("body")).split())

    async def find_problems(self) -> list[str]:
        """What keeps people from using the page: serious findings of axe, in light and in dark, and anything wider than a
        small screen. Where no script runs, axe cannot look: it has the same pages at the other screens.
        """
        if not self.runs_scripts:
            return []
        found = (await self.axe.run(self.page)).response["violations"]
        await self.page.emulate_media(color_scheme="dark")
        found += await self.page.evaluate(CONTRAST)
        await self.page.emulate_media(color_scheme="light")
        harms = [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found if _is_serious(each["impact"])]
        before = self.page.viewport_size
        await self.page.set_viewport_size({"width": SMALL["width"], "height": SMALL["height"]})
        wide = await self.page.evaluate("document.documentElement.scrollWidth")
        if before is not None:
            await self.page.set_viewport_size(before)
        return [*harms, *([f"wider than a small screen: {wide}"] if wide > SMALL["width"] else [])]


@dataclass(slots=True, kw_only=True)
class Browser(Tab):
    """One tab before the pages of a community."""

    community: Community

    async def sit(self, member: MemberId, path: str = "/console") -> None:
        """The member has the browser now, and the page before them."""
        session = await open_session(self.community.app, member, SignInWay.LINK, is_proven=True)
        await self.page.context.add_cookies([{"name": "guardian-session", "value": session.secret, "url": self.url}])
        await self.open(path)

    async def visit(self, path: str) -> None:
        """The page is opened, and nothing on it keeps anybody out."""
        await self.open(path)
        assert await self.find_problems() == []


def _is_serious(impact: str | None) -> bool:
    return impact in ("serious", "critical")


@pytest_asyncio.fixture(loop_scope="session")
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    """The working group of six, the Board, a moderator, and three spaces."""
    async with a_community(tmp_path) as opened:
        yield opened


@asynccontextmanager
async def serve_pages(community: Community) -> AsyncIterator[str]:
    """Serve the pages of the community on loopback; yields their address."""

    async def health() -> Health:
        return Health()

    async def on_webhook_event(_: object) -> None:
        return None

    made = bind_socket("127.0.0.1", 0)
    app = create_app(community.app, health=health, webhooks=Webhooks({}, on_webhook_event), secure_cookies=False)
    listening = WebServer(app, made)
    address = address_of(made)
    await listening.start()
    yield address
    await listening.stop()


@asynccontextmanager
async def start_chromium() -> AsyncIterator[Chromium]:
    """Start Debian's Chromium without a window, and end it after."""
    path = next(found for name in BROWSERS if (found := shutil.which(name)))
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def served(community: Community) -> AsyncIterator[str]:
    """The address of the pages."""
    async with serve_pages(community) as address:
        yield address


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chromium() -> AsyncIterator[Chromium]:
    """The browser, started once; it keeps nothing of one test for another, since each page has a context of its own."""
    async with start_chromium() as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def browser(
    request: pytest.FixtureRequest, chromium: Chromium, community: Community, served: str
) -> AsyncIterator[Browser]:
    """A tab in a browser that prefers light, at a desk where the test names no other screen."""
    screen: Screen = getattr(request, "param", DESK)
    page = await chromium.new_page(
        color_scheme="light",
        viewport={"width": screen.width, "height": screen.height},
        java_script_enabled=screen.runs_scripts,
    )
    # A machine with much else to do makes a test longer, and no different.
    page.set_default_timeout(90_000)
    yield Browser(page=page, url=served, axe=Axe(), runs_scripts=screen.runs_scripts, community=community)
    await page.close()
