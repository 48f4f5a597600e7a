"""The sign of life on the wire: what counts as taken, and what as silence."""

from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.heartbeat import Heartbeat


@pytest.mark.parametrize(("status", "taken"), [(200, True), (302, False), (404, False), (500, False)])
async def test_only_a_plain_yes_from_the_address_counts(status: int, taken: bool) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"location": "/elsewhere"})

    app = web.Application()
    app.router.add_get("/ping", answer)
    async with TestServer(app) as server:
        heartbeat = Heartbeat(str(server.make_url("/ping")), timedelta(seconds=5))
        assert await heartbeat.send() is taken
        assert (await heartbeat.check()).ok is taken


async def test_an_address_that_nobody_answers_at_is_a_finding_with_its_remedy() -> None:
    result = await Heartbeat("http://127.0.0.1:9/ping", timedelta(seconds=5)).check()
    assert not result.ok
    assert "heartbeat.url_file" in result.remedy
