"""One click opens the console as anybody, in the sandbox alone: the service itself has no such page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from guardian.sandbox.personas import persona_pages, persona_path
from guardian.web.app import NO_ADDITIONS, Additions, create_app
from guardian.web.health import Health
from guardian.web.webhooks import Webhooks
from tests.builders.community import BRUNO, Community, a_community, everybody


@asynccontextmanager
async def a_browser(community: Community, additions: Additions) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser before the pages of the community, with those additions."""

    async def healthy() -> Health:
        return Health()

    async def nothing(_: object) -> None:
        return None

    app = create_app(
        community.app,
        health=healthy,
        webhooks=Webhooks({}, nothing),
        secure_cookies=False,
        additions=additions,
    )
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://guardian.example") as client:
        yield client


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    async with a_community(tmp_path) as opened:
        yield opened


@pytest.mark.harm("anybody-becomes-a-member")
async def test_the_service_itself_lets_nobody_become_a_member_by_a_click(community: Community) -> None:
    """P-1.5"""
    async with a_browser(community, NO_ADDITIONS) as client:
        answer = await client.get(persona_path(BRUNO))
        assert (answer.status_code, len(client.cookies)) == (404, 0)
        assert (await client.get("/console")).status_code == 401


async def test_in_the_sandbox_one_click_opens_the_console_as_anybody_and_a_bar_switches(community: Community) -> None:
    async with a_browser(community, persona_pages(everybody())) as client:
        shown = await client.get(persona_path(BRUNO), follow_redirects=True)
    assert shown.url.path == "/console"
    for member in everybody():
        assert f'href="{persona_path(member.id)}"' in shown.text


async def test_the_bar_leads_back_to_the_sandboxs_own_first_page_once_there_is_one(community: Community) -> None:
    start_pages: list[str] = []
    async with a_browser(community, persona_pages(everybody(), start_pages)) as client:
        assert (await client.get("/sandbox/console")).status_code == 404
        start_pages.append("http://127.0.0.1:1/sandbox")
        assert (await client.get("/sandbox/console")).headers["location"] == "http://127.0.0.1:1/sandbox"
    async with a_browser(community, NO_ADDITIONS) as client:
        assert (await client.get("/sandbox/console")).status_code == 404
