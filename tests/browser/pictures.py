"""`python -m tests.browser.pictures`: makes the pictures of `docs/pictures/` from the pages as they are now."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from playwright.async_api import Browser, BrowserContext

from guardian.cases.case import Case
from guardian.people.sign_ins import SignInWay
from guardian.services.deliberation import proposals
from guardian.services.sign_in.sessions import open_session
from rules.quorum import Answer
from tests.architecture.source import ROOT
from tests.browser.conftest import serve_pages, start_chromium
from tests.builders.community import AMARA, BRUNO, Community, a_community, a_message
from tests.builders.journey import BEHAVIOUR, an_extended_suspension

PICTURES: Final = ROOT / "docs" / "pictures"
SHOWN: Final[Mapping[str, str]] = {"report.png": "/report", "case.png": "/console/cases/{case}"}
"""Each picture with the address of what it shows."""


async def main() -> None:
    """Write each picture to `docs/pictures/`."""
    with TemporaryDirectory() as kept:
        async with a_community(Path(kept)) as community, serve_pages(community) as address, start_chromium() as browser:
            await take_pictures(browser, community, address, PICTURES)


async def take_pictures(browser: Browser, community: Community, address: str, folder: Path) -> None:
    """Write each picture to the folder: a made-up community, and nothing of a machine."""
    folder.mkdir(parents=True, exist_ok=True)
    case = await _case_to_show(community)
    context = await _signed_in(browser, community, address)
    for name, path in SHOWN.items():
        await _take(context, address + path.format(case=case.code_name), folder / name)
    await context.close()


async def _case_to_show(community: Community) -> Case:
    case, person = await community.a_named_case(evidence=(a_message(),))
    consequence = an_extended_suspension(summary=BEHAVIOUR)
    proposal = await proposals.propose(community.app, AMARA, case.code_name, consequence, person)
    await proposals.vote(community.app, BRUNO, proposal.id, Answer.AGREE)
    community.pass_time(timedelta(hours=2))
    return case


async def _signed_in(browser: Browser, community: Community, address: str) -> BrowserContext:
    session = await open_session(community.app, AMARA, SignInWay.LINK, is_proven=True)
    context = await browser.new_context(viewport={"width": 1000, "height": 760}, color_scheme="light", locale="en-GB")
    await context.add_cookies([{"name": "guardian-session", "value": session.secret, "url": address}])
    return context


async def _take(context: BrowserContext, address: str, picture: Path) -> None:
    page = await context.new_page()
    answer = await page.goto(address)
    if answer is None or not answer.ok:
        raise RuntimeError(f"{address} shows no page, so no picture of it is kept")
    await page.screenshot(path=picture)
    await page.close()


if __name__ == "__main__":
    asyncio.run(main())
