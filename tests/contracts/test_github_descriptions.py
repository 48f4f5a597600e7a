"""Our descriptions of GitHub's operations hold for the emulator's answers and, where it is at hand, the published API."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from github import Auth
from jsonschema import Draft202012Validator

from connectors.emulators.github.server import API_VERSION, GithubEmulator
from connectors.emulators.github.state import Kind, Role
from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.github import graphql_queries
from tests.connectors.emulators.setting import an_app_key
from tests.contracts.schemas.descriptions import (
    NOT_RUN,
    PUBLISHED,
    example_of,
    faults_against_published,
    published,
)
from tests.contracts.schemas.github import DESCRIPTION, OPERATIONS, validate_history

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
FILE = "github-slim.json"
with_published = [
    pytest.mark.published,
    pytest.mark.skipif(not (PUBLISHED / FILE).is_file(), reason=NOT_RUN),
]
ORG, SITE = "/orgs/community", "/repos/community/site"


@pytest.fixture
async def hub() -> AsyncIterator[GithubEmulator]:
    """A GitHub of which every operation that we use has been asked."""
    emulator = GithubEmulator(now=lambda: START, enforce_limits=False, private_key_pem=an_app_key())
    emulator.add_member("owner", Role.OWNER, id=1)
    emulator.add_member("ada", id=77)
    emulator.add_team("core", "ada")
    emulator.add_repository("site", collaborators=("bea", "col"))
    emulator.state.paid = True
    await emulator.start()
    version = {"X-GitHub-Api-Version": API_VERSION}
    async with aiohttp.ClientSession(emulator.url, headers=version) as session:
        await _as_app(emulator, session)
        session.headers["Authorization"] = f"token {emulator.credentials.issue(None)[0]}"
        await _organization(emulator, session)
        await _issues(session)
        await _reviews(emulator, session)
        await _refusals(emulator, session)
        await _signed_in(emulator, session)
    yield emulator
    await emulator.stop()


async def _ask(session: aiohttp.ClientSession, method: str, path: str, **fields: Any) -> Any:
    async with session.request(method, path, json=fields or None) as answer:
        body = await answer.read()
        return await answer.json() if body and "json" in answer.content_type else None


async def _as_app(emulator: GithubEmulator, session: aiohttp.ClientSession) -> None:
    auth = Auth.AppAuth(emulator.app_id, emulator.private_key_pem)
    session.headers["Authorization"] = f"Bearer {auth.create_jwt()}"
    for path in ("/app", "/app/hook/config", f"/app/installations/{emulator.installation_id}", f"{ORG}/installation"):
        await _ask(session, "GET", path)
    await _ask(session, "POST", f"/app/installations/{emulator.installation_id}/access_tokens")


async def _organization(emulator: GithubEmulator, session: aiohttp.ClientSession) -> None:
    for path in (ORG, "/rate_limit", "/user/77", "/users/ada", f"{ORG}/members", f"{ORG}/members/ada"):
        await _ask(session, "GET", path)
    await _ask(session, "PUT", f"{ORG}/memberships/bea", role="member")
    for path in ("memberships/bea", "memberships/ada", "invitations", "teams", "teams/core", "outside_collaborators"):
        await _ask(session, "GET", f"{ORG}/{path}")
    await _ask(session, "DELETE", f"{ORG}/memberships/bea")
    bea = emulator.person("bea").account.id
    made = await _ask(session, "POST", f"{ORG}/invitations", invitee_id=bea)
    await _ask(session, "PUT", f"{ORG}/teams/core/memberships/bea", role="member")
    for path in (f"invitations/{made['id']}/teams", "teams/core/members", "teams/core/memberships/ada"):
        await _ask(session, "GET", f"{ORG}/{path}")
    await _ask(session, "DELETE", f"{ORG}/invitations/{made['id']}")
    for path in ("teams/core/memberships/ada", "members/ada", "outside_collaborators/col"):
        await _ask(session, "DELETE", f"{ORG}/{path}")
    await _limits(ORG, session)
    await _ask(session, "PUT", f"{ORG}/blocks/ada")
    for path in ("blocks", "blocks/ada", "audit-log"):
        await _ask(session, "GET", f"{ORG}/{path}")
    await _ask(session, "DELETE", f"{ORG}/blocks/ada")


async def _limits(base: str, session: aiohttp.ClientSession) -> None:
    limit, cap = f"{base}/interaction-limits", f"{base}/interaction-limits/pulls/creation-cap"
    await _ask(session, "GET", limit)
    await _ask(session, "PUT", limit, limit="contributors_only", expiry="one_day")
    for method in ("GET", "DELETE"):
        await _ask(session, method, limit)
    await _ask(session, "GET", cap)
    await _ask(session, "PATCH", cap, enabled=False)


async def _issues(session: aiohttp.ClientSession) -> None:
    await _limits(SITE, session)
    await _ask(session, "POST", f"{SITE}/issues", title="Blue Heron", body="A case", labels=["case"])
    made = await _ask(session, "POST", f"{SITE}/issues/1/comments", body="A note")
    for path in ("/installation/repositories", SITE, f"{SITE}/issues", f"{SITE}/issues/1", f"{SITE}/issues/1/comments"):
        await _ask(session, "GET", path)
    await _ask(session, "GET", f"{SITE}/issues/comments/{made['id']}")
    query = "mutation($input: MinimizeCommentInput!) { minimizeComment(input: $input) { clientMutationId } }"
    wish = {"input": {"subjectId": made["node_id"], "classifier": "ABUSE"}}
    await _ask(session, "POST", "/graphql", query=query, variables=wish)
    await _ask(session, "PATCH", f"{SITE}/issues/comments/{made['id']}", body="A better note")
    await _ask(session, "DELETE", f"{SITE}/issues/comments/{made['id']}")
    await _ask(session, "PUT", f"{SITE}/issues/1/lock", lock_reason="too heated")
    await _ask(session, "DELETE", f"{SITE}/issues/1/lock")
    await _ask(session, "PATCH", f"{SITE}/issues/1", state="closed")


async def _reviews(emulator: GithubEmulator, session: aiohttp.ClientSession) -> None:
    col = emulator.person("col")
    number = col.open_issue("site", "A change", "Please look", Kind.PULL)
    first = col.comment("site", number, "This line", review=True)
    col.comment("site", number, "Why?", review=True, reply_to=first)
    lists = ("issues/comments?since=2026-01-01T00:00:00Z&sort=updated", "pulls/comments", f"pulls/comments/{first}")
    for path in (*lists, f"issues/{number}"):
        await _ask(session, "GET", f"{SITE}/{path}")
    await _ask(session, "DELETE", f"{SITE}/pulls/comments/{first}")
    discussion = col.open_issue("site", "A question", "How?", Kind.DISCUSSION)
    col.comment("site", discussion, "Like this")
    query = graphql_queries.DISCUSSIONS
    await _ask(session, "POST", "/graphql", query=query, variables={"owner": "community", "name": "site"})


async def _signed_in(emulator: GithubEmulator, session: aiohttp.ClientSession) -> None:
    known, back = emulator.oauth, "https://guardian.example/back"
    known.callbacks.append(back)
    given = {"client_id": known.client_id, "redirect_uri": back, "state": "s"}
    async with session.get("/login/oauth/authorize", params=given) as page:
        assert "Authorize" in await page.text()
    async with session.post("/login/oauth/authorize", data={**given, "login": "ada"}, allow_redirects=False) as answer:
        code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    asked = {"client_id": known.client_id, "client_secret": known.client_secret, "code": code}
    session.headers["Accept"] = "application/json"
    given = await _ask(session, "POST", "/login/oauth/access_token", **asked)
    session.headers["Authorization"] = f"token {given['access_token']}"
    await _ask(session, "GET", "/user")


async def _refusals(emulator: GithubEmulator, session: aiohttp.ClientSession) -> None:
    await _ask(session, "GET", "/users/nobody")
    await _ask(session, "PUT", f"{ORG}/blocks/owner")
    await _ask(session, "DELETE", f"{ORG}/members/owner")
    for status in (403, 500):
        emulator.set_fault(Fault(kind=FaultKind.TOO_MANY, times=1, status=status, seconds=2))
        await _ask(session, "GET", ORG)
    emulator.set_fault(Fault(kind=FaultKind.SERVER_ERROR, times=1, status=502))
    await _ask(session, "GET", ORG)
    session.headers["Authorization"] = "token wrong"
    await _ask(session, "GET", "/installation/repositories")


async def test_every_answer_of_the_emulator_is_described(hub: GithubEmulator) -> None:
    assert {exchange.operation for exchange in hub.history.exchanges} == set(OPERATIONS)
    assert validate_history(hub.history) == []


async def test_an_answer_that_lost_a_field_is_noticed(hub: GithubEmulator) -> None:
    del hub.history.calls("account.by_id")[0].answer["id"]
    assert [fault for fault in validate_history(hub.history) if "'id'" in fault]


async def test_an_answer_with_a_body_where_none_belongs_is_noticed(hub: GithubEmulator) -> None:
    hub.history.calls("block.put")[0].answer = {"blocked": True}
    assert [fault for fault in validate_history(hub.history) if "no body" in fault]


class TestAgainstThePublishedDescription:
    """GitHub publishes its refusals too."""

    pytestmark = with_published

    @pytest.mark.parametrize("name", OPERATIONS)
    def test_our_examples_are_answers_that_it_allows(self, name: str) -> None:
        for status, schema in OPERATIONS[name].answers.items():
            if schema is not None:
                example = example_of(schema)
                assert list(Draft202012Validator(schema).iter_errors(example)) == []
                faults = faults_against_published(DESCRIPTION, published(FILE), name, status, example, partial=True)
                assert list(faults) == []

    async def test_the_emulators_answers_are_such_as_it_allows(self, hub: GithubEmulator) -> None:
        faults = [
            fault
            for exchange in hub.history.exchanges
            if exchange.status is not None and exchange.answer is not None
            for fault in faults_against_published(
                DESCRIPTION, published(FILE), exchange.operation, exchange.status, exchange.answer
            )
        ]
        assert faults == []

    def test_every_operation_that_it_knows_is_there(self) -> None:
        places = [operation.published for operation in OPERATIONS.values() if operation.published]
        assert [place for place in places if place[0] not in published(FILE)["paths"].get(place[1], {})] == []
