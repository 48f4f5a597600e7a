"""Every address of the API, as its description has them, tried by whom it hides something from, and without the scope.

A new address is tried as soon as it is described; a new parameter has to be named here.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from guardian.cases.exclusions import ExclusionKind
from guardian.ids import MemberId
from guardian.people.api_tokens import TokenScope
from guardian.services.sign_in.api_tokens import issue_token
from guardian.web.api.app import PATH, create_api
from tests.builders.community import BRUNO, Community
from tests.builders.hidden_cases import YARA, ZOE, hidden_world
from tests.builders.pages import Pages, open_pages

MISSING: Final = "00000000-0000-7000-8000-000000000000"
HIDDEN_IDS: Final = {"case": "code", "matter": "matter", "reference": "reference"}
BODIES: Final[dict[str, dict[str, Any]]] = {
    "/tasks/claim": {"kind": "resolve", "case": MISSING},
    "/tasks/release": {"kind": "resolve", "case": MISSING},
    "/cases/{case}/notes": {"text": "We talked about it."},
    "/acts/preview": {"space": "discord", "account": "nobody", "restriction": "muted"},
    "/acts": {"space": "discord", "account_id": "1", "restriction": "muted", "ground": "threat", "reason": "Now."},
    "/acts/{case}/review": {"answer": "reverse"},
    "/measures/preview": {"space": "discord", "on": "nobody", "kind": "muted", "reason": "spam", "hours": 1},
    "/measures": {"space": "discord", "on": "1", "kind": "muted", "reason": "spam", "hours": 1},
    "/matters/{matter}/handled": {"what_was_done": "Talked."},
}
"""What is sent to each address that takes something."""


def addresses(community: Community) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, address and description of everything that is described."""
    for path, item in create_api(community.app).openapi()["paths"].items():
        for method, described in item.items():
            yield method.upper(), path, described


def hidden_paths(path: str, ids: dict[str, list[str]]) -> list[str]:
    """The address with each hidden thing in it in turn."""
    name = path.partition("{")[2].partition("}")[0]
    return [path.replace(f"{{{name}}}", each) for each in ids[HIDDEN_IDS[name]]]


async def a_token(community: Community, by: MemberId, *scopes: TokenScope) -> dict[str, str]:
    """The header of a new token of that member; with every scope unless some are named."""
    issued = await issue_token(
        community.app, by, "a test", frozenset(scopes or TokenScope), community.app.policy.tokens.longest
    )
    return {"authorization": f"Bearer {issued.secret}"}


async def ask(pages: Pages, method: str, path: str, template: str, headers: dict[str, str]) -> httpx2.Response:
    """The answer there, with a body where one is taken."""
    body = BODIES.get(template) if method == "POST" else None
    return await pages.client.request(method, PATH + path, json=body, headers=headers)


@pytest.mark.parametrize("kind", ExclusionKind)
async def test_what_is_hidden_answers_over_the_api_like_what_does_not_exist(
    tmp_path: Path, kind: ExclusionKind
) -> None:
    """P-2.5, P-4.1, P-4.2"""
    async with hidden_world(tmp_path, kind) as world, open_pages(world.community) as pages:
        headers = await a_token(world.community, ZOE)
        ids = {**world.ids, "code": [*world.codes, *world.ids["matter"]]}
        for method, path, _ in addresses(world.community):
            if "{" not in path:
                continue
            name = path.partition("{")[2].partition("}")[0]
            missing = await ask(pages, method, path.replace(f"{{{name}}}", MISSING), path, headers)
            for hidden in hidden_paths(path, ids):
                found = await ask(pages, method, hidden, path, headers)
                assert (found.status_code, found.text) == (missing.status_code, missing.text), f"{method} {hidden}"


async def test_no_list_of_the_api_has_a_word_of_what_is_hidden(tmp_path: Path) -> None:
    """P-4.2; who may know of it finds it there, so that the search can fail."""
    async with hidden_world(tmp_path, ExclusionKind.EXCLUDED) as world, open_pages(world.community) as pages:
        told: dict[MemberId, str] = {}
        for by in (ZOE, YARA):
            headers = await a_token(world.community, by)
            paths = [path for method, path, _ in addresses(world.community) if method == "GET" and "{" not in path]
            told[by] = " ".join([(await ask(pages, "GET", path, path, headers)).text for path in paths])
        known = [code for code in world.codes if code in told[YARA]]
        assert known
        assert [code for code in known if code in told[ZOE]] == []


async def test_every_address_asks_for_a_token_with_its_scope(pages: Pages, community: Community) -> None:
    lacking = {
        scope: await a_token(community, BRUNO, *(each for each in TokenScope if each is not scope))
        for scope in TokenScope
    }
    for method, path, described in addresses(community):
        wanted = [scope for need in described["security"] for scopes in need.values() for scope in scopes]
        nobody = await ask(pages, method, path, path, {})
        assert (nobody.status_code, nobody.json()["status"]) == (401, 401), path
        assert wanted or path == "/token", path
        for scope in wanted:
            answer = await ask(pages, method, path, path, lacking[TokenScope(scope)])
            assert answer.status_code == 403, f"{method} {path}"


async def test_what_is_sent_has_a_ceiling(pages: Pages, community: Community) -> None:
    headers = await a_token(community, BRUNO, TokenScope.TASKS)
    sent = json.dumps({"kind": "resolve", "case": "x" * 300_000}).encode()
    answer = await pages.client.post(
        f"{PATH}/tasks/claim", content=sent, headers={**headers, "content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["title"]) == (413, "Too much")
