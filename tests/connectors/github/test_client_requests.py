"""What goes out for each call whose request is the library's own: another release of it may ask otherwise."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from github import Auth, GithubException, GithubIntegration

from connectors.emulators.github.server import GithubEmulator
from connectors.github.client import ErrorResponse, GithubClient, GithubConfig

ORG = "/orgs/community"
REPO = "community/garden"


@pytest.mark.parametrize(
    ("call", "method", "path", "body"),
    [
        (lambda g: g.account("5"), "GET", "/user/5", None),
        (lambda g: g.account_by_login("rowan"), "GET", "/users/rowan", None),
        (lambda g: g.account_by_login("helper[bot]"), "GET", "/users/helper[bot]", None),
        (lambda g: g.organization(), "GET", ORG, None),
        (lambda g: g.membership("rowan"), "GET", f"{ORG}/memberships/rowan", None),
        (lambda g: g.membership("helper[bot]"), "GET", f"{ORG}/memberships/helper[bot]", None),
        (lambda g: g.remove("helper[bot]"), "DELETE", f"{ORG}/memberships/helper[bot]", None),
        (lambda g: g.team_membership("a team", "rowan"), "GET", f"{ORG}/teams/a team/memberships/rowan", None),
        (lambda g: g.add_to_team("a", "rowan"), "PUT", f"{ORG}/teams/a/memberships/rowan", {"role": "member"}),
        (lambda g: g.read_comment(REPO, "issues", 4), "GET", f"/repos/{REPO}/issues/4", None),
        (lambda g: g.read_comment(REPO, "issues/comments", 4), "GET", f"/repos/{REPO}/issues/comments/4", None),
        (lambda g: g.read_comment(REPO, "pulls/comments", 4), "GET", f"/repos/{REPO}/pulls/comments/4", None),
        (lambda g: g.delete(REPO, "issues/comments", 4), "DELETE", f"/repos/{REPO}/issues/comments/4", None),
        (lambda g: g.delete(REPO, "pulls/comments", 4), "DELETE", f"/repos/{REPO}/pulls/comments/4", None),
        (
            lambda g: g.query("query($id: ID!) { node(id: $id) { id } }", {"id": "I_1"}, ""),
            "POST",
            "/graphql",
            {"query": "query($id: ID!) { node(id: $id) { id } }", "variables": {"id": "I_1"}},
        ),
    ],
)
async def test_a_method_of_the_library_is_this_one_request(
    github: GithubEmulator, config: GithubConfig, call: Callable[[GithubClient], Any], method: str, path: str, body: Any
) -> None:
    with suppress(ErrorResponse):
        await asyncio.to_thread(call, GithubClient(config))
    token, asked = github.history.exchanges
    assert token.operation == "token.create"
    assert (asked.method, asked.path, asked.query, asked.body) == (method, path, {}, body)
    assert {sent.headers.get("X-GitHub-Api-Version") for sent in (token, asked)} == {"2022-11-28"}


async def test_the_app_asks_for_itself_once_and_without_a_token(github: GithubEmulator, config: GithubConfig) -> None:
    response = await asyncio.to_thread(GithubClient(config).app)
    (asked,) = github.history.exchanges
    assert (asked.method, asked.path, response.status) == ("GET", "/app", 200)


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, "<p>Sign in to the network.</p>"),
        (302, "<p>Moved</p>"),
        (200, "null"),
        (200, ""),
        (502, "{"),
        (404, "<p/>"),
    ],
)
@pytest.mark.parametrize("call", [lambda g: g.remove("rowan"), lambda g: g.membership("rowan"), lambda g: g.app()])
async def test_what_is_not_githubs_own_word_is_never_taken_for_done(
    config: GithubConfig, call: Callable[[GithubClient], Any], status: int, text: str
) -> None:
    """The library's `remove_from_membership` would return as if the member was removed."""

    async def token(_: web.Request) -> web.Response:
        return web.json_response({"token": "t", "expires_at": "2126-01-01T00:00:00Z"}, status=201)

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text=text, content_type="text/html")

    app = web.Application()
    app.router.add_post("/app/installations/{id}/access_tokens", token)
    app.router.add_route("*", "/{rest:.*}", answer)
    async with TestServer(app) as server:
        client = GithubClient(replace(config, api_url=str(server.make_url(""))))
        with pytest.raises(ErrorResponse) as refused:
            await asyncio.to_thread(call, client)
    assert refused.value.status == status


@pytest.mark.harm("answers-of-another-version")
@pytest.mark.parametrize("version", [None, "2026-03-10"])
async def test_a_call_of_no_version_or_of_another_is_refused(
    github: GithubEmulator, config: GithubConfig, version: str | None
) -> None:
    """P-6.1: GitHub answers such a call in another shape some day; an emulator that takes it hides that."""
    auth = Auth.AppAuth(github.app_id, github.private_key_pem)
    integration = GithubIntegration(auth=auth, base_url=github.url, api_version=version)
    with pytest.raises(GithubException) as refused:
        await asyncio.to_thread(integration.get_access_token, config.installation_id)
    assert refused.value.status == 400
