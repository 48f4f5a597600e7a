"""The doors for programs: health without content, and webhooks that are verified, counted once and never believed."""

import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from connectors.github.inlet import GithubInlet
from guardian.desk.desk import View
from guardian.desk.linking import name_reported
from guardian.sanctions.values import Key
from guardian.web.health import Health
from guardian.web.webhooks import LARGEST_EVENT
from tests.builders.desk import AMARA, GITHUB, TEXT, Community
from tests.builders.pages import Pages, pages_of

SECRET = "a-long-enough-secret"
EVENT = json.dumps({"action": "blocked", "blocked_user": {"id": 4711, "login": "grumbler"}}).encode()


@pytest.fixture
async def pages(community: Community) -> AsyncIterator[Pages]:
    """The pages with a door for GitHub."""
    async with pages_of(community, {"github": GithubInlet(GITHUB, SECRET)}) as opened:
        yield opened


def signed(body: bytes, delivery: str = "d1", secret: str = SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, sha256).hexdigest()
    return {"x-hub-signature-256": f"sha256={digest}", "x-github-delivery": delivery, "x-github-event": "org_block"}


async def knock(pages: Pages, body: bytes, headers: dict[str, str], path: str = "/hooks/github") -> int:
    return (await pages.client.post(path, content=body, headers=headers)).status_code


async def test_a_signed_event_is_taken_in_once_however_often_it_comes(pages: Pages) -> None:
    assert await knock(pages, EVENT, signed(EVENT)) == 200
    assert await knock(pages, EVENT, signed(EVENT)) == 200
    assert await knock(pages, EVENT, signed(EVENT, delivery="d2")) == 200
    assert pages.knocks == [True, False, False]


async def test_a_block_told_of_again_in_the_very_same_words_is_looked_at_again(
    pages: Pages, community: Community
) -> None:
    """A block, its end and the next block within seconds are told of in bodies that are the same to the last byte."""
    community.spaces[GITHUB].add("4711", "grumbler")
    case = await community.a_case()
    await name_reported(community.desk, AMARA, case.code_name, GITHUB, "grumbler")
    async with community.works.look() as view:
        (account,) = await view.people.accounts_in(GITHUB)
    later = community.clock.now() + timedelta(days=1)
    key = Key(account.id, account.person, GITHUB, None)
    for delivery in ("d1", "d2"):
        async with community.works.begin() as work:
            await work.sanctions.add_key(key)
            assert await work.sanctions.finish(replace(await _known(work, key), next_look=later))
        await knock(pages, EVENT, signed(EVENT, delivery=delivery))
        async with community.works.look() as view:
            assert (await _known(view, key)).next_look == community.clock.now()


async def _known(view: View, key: Key) -> Key:
    found = await view.sanctions.key(key.account)
    assert found is not None
    return found


async def test_an_id_used_again_for_another_body_is_a_repeat_too(pages: Pages) -> None:
    other = EVENT.replace(b"4711", b"4712")
    await knock(pages, EVENT, signed(EVENT))
    await knock(pages, other, signed(other))
    assert pages.knocks == [True, False]


@pytest.mark.parametrize("headers", [{}, signed(EVENT, secret="another-long-secret"), signed(EVENT + b" ")])
async def test_an_event_without_the_right_signature_is_turned_away(pages: Pages, headers: dict[str, str]) -> None:
    assert await knock(pages, EVENT, headers) == 401
    assert pages.knocks == []


async def test_a_signed_event_that_is_not_in_form_is_turned_away(pages: Pages) -> None:
    assert await knock(pages, b"{", signed(b"{")) == 400
    assert pages.knocks == []


async def test_an_event_that_is_too_large_is_turned_away(pages: Pages) -> None:
    body = bytes(LARGEST_EVENT + 1)
    assert await knock(pages, body, signed(body)) == 413


async def test_a_space_without_a_door_is_not_there(pages: Pages) -> None:
    assert await knock(pages, EVENT, signed(EVENT), "/hooks/forum") == 404


async def test_health_says_ages_and_counts_and_nothing_else(pages: Pages, community: Community) -> None:
    await community.a_case()
    pages.health["now"] = Health({"outbox": timedelta(seconds=3)}, 2, 1, False)
    answer = await pages.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "well": True,
        "stale": [],
        "heartbeats": {"outbox": 3.0},
        "blocked_keys": 2,
        "undeliverable_notices": 1,
        "clock_trusted": False,
    }
    assert TEXT not in answer.text


async def test_a_loop_that_has_stopped_shows(pages: Pages) -> None:
    pages.health["now"] = Health({"outbox": timedelta(minutes=3), "reconciler": timedelta(seconds=1)})
    answer = await pages.get("/healthz")
    assert (answer.status_code, answer.json()["stale"]) == (503, ["outbox"])
