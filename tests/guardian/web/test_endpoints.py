"""The doors for programs: health without content, and webhooks that are verified, counted once and never believed."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from connectors.forum.webhooks import ForumWebhookVerifier
from connectors.github.webhooks import GithubWebhookVerifier
from guardian.sanctions.models import WorkItem
from guardian.services.context import ReadView
from guardian.services.identity.linking import identify_reported_person
from guardian.spaces.port import Account
from guardian.spaces.webhooks import WebhookVerifier
from guardian.web.health import Health
from guardian.web.webhooks import LARGEST_EVENT
from tests.builders.community import AMARA, FORUM, GITHUB, TEXT, Community
from tests.builders.pages import Pages, open_pages
from tests.connectors.webhook_signatures import sign

SECRET = "a-long-enough-secret"
EVENT = json.dumps({"action": "blocked", "blocked_user": {"id": 4711, "login": "grumbler"}}).encode()


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """One space's way of signing, with an event of its own about an account that it says is restricted."""

    name: str
    signature: str
    delivery: str
    event: tuple[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return f"/hooks/{self.name}"

    def signed(self, body: bytes | None = None, delivery: str = "d1", secret: str = SECRET) -> dict[str, str]:
        """The headers of a delivery of that body."""
        known = sign(secret, self.body if body is None else body)
        return {self.signature: known, self.delivery: delivery, self.event[0]: self.event[1]}


SUSPENDED = json.dumps({"user": {"id": 4711, "username": "grumbler", "suspended_till": "3018-01-01"}}).encode()
SENDERS = (
    WebhookSender("github", "x-hub-signature-256", "x-github-delivery", ("x-github-event", "org_block"), EVENT),
    WebhookSender(
        *("forum", "x-discourse-event-signature", "x-discourse-event-id"),
        ("x-discourse-event", "user_suspended"),
        SUSPENDED,
    ),
)


@pytest.fixture
async def pages(community: Community) -> AsyncIterator[Pages]:
    """The pages with the doors for GitHub and for a forum."""
    inlets: dict[str, WebhookVerifier] = {
        "github": GithubWebhookVerifier(GITHUB, SECRET),
        "forum": ForumWebhookVerifier(FORUM, SECRET),
    }
    async with open_pages(community, inlets) as opened:
        yield opened


def sign_body(body: bytes, delivery: str = "d1", secret: str = SECRET) -> dict[str, str]:
    return {
        "x-hub-signature-256": sign(secret, body),
        "x-github-delivery": delivery,
        "x-github-event": "org_block",
    }


async def send_event(pages: Pages, body: bytes, headers: dict[str, str], path: str = "/hooks/github") -> int:
    return (await pages.client.post(path, content=body, headers=headers)).status_code


async def test_a_signed_event_is_taken_in_once_however_often_it_comes(pages: Pages) -> None:
    assert await send_event(pages, EVENT, sign_body(EVENT)) == 200
    assert await send_event(pages, EVENT, sign_body(EVENT)) == 200
    assert await send_event(pages, EVENT, sign_body(EVENT, delivery="d2")) == 200
    assert pages.webhook_results == [True, False, False]


async def test_a_block_told_of_again_in_the_very_same_words_is_looked_at_again(
    pages: Pages, community: Community
) -> None:
    """A block, its end and the next block within seconds are told of in bodies that are the same to the last byte."""
    community.spaces[GITHUB].add("4711", "grumbler")
    case = await community.a_case()
    await identify_reported_person(community.app, AMARA, case.code_name, GITHUB, "grumbler")
    async with community.units_of_work.read() as view:
        (account,) = await view.people.links_of_account(Account(GITHUB, "4711"))
    later = community.clock.now() + timedelta(days=1)
    item = WorkItem(account=account.id, person=account.person, space=GITHUB, due_at=None)
    for delivery in ("d1", "d2"):
        async with community.units_of_work.begin() as uow:
            await uow.sanctions.add_work_item(item)
            assert await uow.sanctions.save_result(replace(await _known(uow, item), due_at=later))
        await send_event(pages, EVENT, sign_body(EVENT, delivery=delivery))
        async with community.units_of_work.read() as view:
            assert (await _known(view, item)).due_at == community.clock.now()


async def _known(view: ReadView, item: WorkItem) -> WorkItem:
    found = await view.sanctions.work_item(item.account)
    assert found is not None
    return found


async def test_an_id_used_again_for_another_body_is_a_repeat_too(pages: Pages) -> None:
    other = EVENT.replace(b"4711", b"4712")
    await send_event(pages, EVENT, sign_body(EVENT))
    await send_event(pages, other, sign_body(other))
    assert pages.webhook_results == [True, False]


@pytest.mark.parametrize("control", SENDERS, ids=lambda door: door.name)
async def test_an_event_without_the_right_signature_is_turned_away_and_the_log_says_so(
    pages: Pages, control: WebhookSender, capsys: pytest.CaptureFixture[str]
) -> None:
    for headers in ({}, control.signed(secret="another-long-secret"), control.signed(control.body + b" ")):
        assert await send_event(pages, control.body, headers, control.path) == 401
    assert pages.webhook_results == []
    assert capsys.readouterr().out.count("webhook.refused") == 3


@pytest.mark.parametrize("control", SENDERS, ids=lambda door: door.name)
async def test_a_replayed_body_under_a_new_id_is_a_repeat_and_the_log_says_so(
    pages: Pages, control: WebhookSender, capsys: pytest.CaptureFixture[str]
) -> None:
    for delivery in ("d1", "d1", "d2"):
        assert await send_event(pages, control.body, control.signed(delivery=delivery), control.path) == 200
    assert pages.webhook_results == [True, False, False]
    assert capsys.readouterr().out.count("webhook.was_repeated") == 2


@pytest.mark.parametrize("control", SENDERS, ids=lambda door: door.name)
async def test_an_event_about_an_account_that_nobody_knows_here_leads_to_nothing(
    pages: Pages, community: Community, control: WebhookSender
) -> None:
    """Whoever holds the secret could otherwise make us look at anybody, or believe a restriction that is not there."""
    before = await community.journal_acts()
    assert await send_event(pages, control.body, control.signed(), control.path) == 200
    assert await community.journal_acts() == before
    assert [space.actions for space in community.spaces.values() if space.actions] == []


async def test_a_signed_event_that_is_not_in_form_is_turned_away(pages: Pages) -> None:
    assert await send_event(pages, b"{", sign_body(b"{")) == 400
    assert pages.webhook_results == []


async def test_an_event_that_is_too_large_is_turned_away(pages: Pages) -> None:
    body = bytes(LARGEST_EVENT + 1)
    assert await send_event(pages, body, sign_body(body)) == 413


async def test_a_space_without_a_door_is_not_there(pages: Pages) -> None:
    assert await send_event(pages, EVENT, sign_body(EVENT), "/hooks/discord") == 404


async def test_health_says_ages_and_counts_and_nothing_else(pages: Pages, community: Community) -> None:
    await community.a_case()
    pages.health["now"] = Health(
        heartbeats={"outbox": timedelta(seconds=3)}, blocked_items=2, undeliverable_notices=1, clock_trusted=False
    )
    answer = await pages.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "well": True,
        "stale": [],
        "heartbeats": {"outbox": 3.0},
        "blocked_keys": 2,
        "undeliverable_notices": 1,
        "clock_trusted": False,
        "spaces_down": [],
    }
    assert TEXT not in answer.text


async def test_a_loop_that_has_stopped_shows(pages: Pages) -> None:
    pages.health["now"] = Health(heartbeats={"outbox": timedelta(minutes=3), "reconciler": timedelta(seconds=1)})
    answer = await pages.get("/healthz")
    assert (answer.status_code, answer.json()["stale"]) == (503, ["outbox"])


@pytest.mark.harm("odd-event-is-a-fault")
@pytest.mark.parametrize("body", [b"[" * 5_000 + b"]" * 5_000, b"[]", b"not JSON", b'{"user": ' + b"[" * 9_000])
async def test_a_signed_event_that_cannot_be_read_is_refused_and_the_next_is_taken(pages: Pages, body: bytes) -> None:
    signed = {"x-discourse-event-signature": sign(SECRET, body)}
    assert await send_event(pages, body, signed, "/hooks/forum") == 400
    assert await send_event(pages, body, sign_body(body)) == 400
    assert await send_event(pages, EVENT, sign_body(EVENT)) == 200
