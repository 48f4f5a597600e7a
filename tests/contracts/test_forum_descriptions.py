"""Our descriptions of the forum's operations hold for the emulator's answers and, where it is at hand, the published API."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from jsonschema import Draft202012Validator

from connectors.emulators.forum.server import ForumEmulator
from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.emulators.shared.webhooks import Webhook
from tests.contracts.schemas.descriptions import (
    NOT_RUN,
    PUBLISHED,
    example_of,
    faults_against_published,
    published,
)
from tests.contracts.schemas.forum import DESCRIPTION, OPERATIONS, validate_history

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
FILE = "discourse.json"
with_published = [
    pytest.mark.published,
    pytest.mark.skipif(not (PUBLISHED / FILE).is_file(), reason=NOT_RUN),
]
UNTIL = "2026-04-01T00:00:00Z"
SUSPENSION = {"suspend_until": UNTIL, "reason": "Reference AB12", "message": "You have been suspended."}
SILENCE = {"silenced_till": UNTIL, "reason": "Reference AB12"}
CONVERSATION = {"title": "News", "raw": "Something was decided.", "archetype": "private_message"}
PUBLIC = {"title": "A public matter of mine", "raw": "This is for everybody to read."}


@pytest.fixture
async def forum() -> AsyncIterator[ForumEmulator]:
    """A forum of which every operation that we use has been asked, by an administrator's key."""
    emulator = ForumEmulator(now=lambda: START, enforce_limits=False)
    emulator.add_user("ada", id=50, external_ids={"github": "77"})
    emulator.add_user("bea", id=51)
    emulator.add_user("boss", id=52, admin=True)
    emulator.state.groups["conduct"] = {52}
    await emulator.start()
    headers = {"Api-Key": emulator.add_key("boss"), "Api-Username": "boss"}
    async with aiohttp.ClientSession(emulator.url, headers=headers) as session:
        await _measures(session)
        await _lookups(session)
        await _categories(session)
        await _talk(emulator, session)
        await _letters(emulator, session)
        await _refusals(emulator, session)
    yield emulator
    await emulator.stop()


async def _ask(session: aiohttp.ClientSession, method: str, path: str, **fields: Any) -> Any:
    async with session.request(method, path, json=fields or None, allow_redirects=False) as answer:
        body = await answer.read()
        return await answer.json() if body and "json" in answer.content_type else None


async def _measures(session: aiohttp.ClientSession) -> None:
    for path in ("/admin/users/50.json", "/u/ada.json"):
        await _ask(session, "GET", path)
    await _ask(session, "PUT", "/admin/users/50/suspend.json", **SUSPENSION)
    await _ask(session, "PUT", "/admin/users/50/silence.json", **SILENCE)
    for path in ("/admin/users/50.json", "/u/ada.json", "/admin/users/list/suspended.json"):
        await _ask(session, "GET", path)
    await _ask(session, "PUT", "/admin/users/50/suspend.json", **SUSPENSION)
    await _ask(session, "PUT", "/admin/users/50/unsilence.json")
    await _ask(session, "PUT", "/admin/users/50/unsuspend.json")
    await _ask(session, "POST", "/admin/users/50/log_out.json")


async def _lookups(session: aiohttp.ClientSession) -> None:
    for path in (
        "/u/by-external/github/77.json",
        "/u/ada/emails.json",
        "/admin/logs/staff_action_logs.json",
        "/admin/site_settings.json",
        "/site/settings.json",
        "/site/basic-info.json",
    ):
        await _ask(session, "GET", path)


async def _talk(emulator: ForumEmulator, session: aiohttp.ClientSession) -> None:
    private = await _ask(
        session, "POST", "/posts.json", **CONVERSATION, target_recipients="ada", external_id="notice-1"
    )
    public = await _ask(session, "POST", "/posts.json", **PUBLIC)
    emulator.person("ada").reply(private["topic_id"], "I should like to be heard.")
    for topic in (private["topic_id"], public["topic_id"], "external_id/notice-1"):
        await _ask(session, "GET", f"/t/{topic}.json")
    await _ask(session, "GET", f"/t/{public['topic_id']}/posts.json")
    for path in (f"/posts/{private['id']}.json", "/topics/private-messages/boss.json"):
        await _ask(session, "GET", path)
    await _ask(session, "GET", "/topics/private-messages-sent/boss.json")
    await _ask(session, "PUT", f"/posts/{private['id']}.json", post={"raw": "Something else was decided."})
    await _ask(session, "POST", "/post_actions.json", id=public["id"], post_action_type_id=7, message="See here")
    (item,) = emulator.state.reviewables
    for path in ("/review.json", f"/review/{item}.json"):
        await _ask(session, "GET", path)
    await _ask(session, "PUT", f"/review/{item}/perform/disagree.json", version=0)
    await _ask(session, "DELETE", f"/posts/{private['id']}.json")
    await _ask(session, "DELETE", f"/t/{public['topic_id']}.json")
    await _ask(session, "PUT", "/admin/users/51/anonymize.json")


async def _categories(session: aiohttp.ClientSession) -> None:
    await _ask(session, "GET", "/c/1/show.json")
    await _ask(session, "PUT", "/categories/1.json", name="General", permissions={"everyone": 3, "staff": 1})
    await _ask(session, "PUT", "/categories/1.json", name="General", permissions={"everyone": 1})


async def _letters(emulator: ForumEmulator, session: aiohttp.ClientSession) -> None:
    ada = emulator.person("ada")
    picture = ada.upload("shot.png", b"picture")
    number = ada.send_pm("boss,conduct", "Insults", f"Somebody insulted me. {picture}")
    for path in (f"/t/{number}.json?include_raw=1", "/topics/private-messages-group/boss/conduct.json"):
        await _ask(session, "GET", path)
    await _ask(session, "GET", f"/posts/by_number/{number}/1.json")
    (short,) = emulator.state.uploads
    for path in (f"/uploads/short-url/{short}.png", f"/uploads/default/original/1X/{short}.bin"):
        await _ask(session, "GET", path)
    for enabled in ("true", "false"):
        await _ask(session, "PUT", f"/t/{number}/status.json", status="closed", enabled=enabled)
    for act in ("archive-message", "move-to-inbox"):
        await _ask(session, "PUT", f"/t/{number}/{act}.json")
    emulator.webhook_sender.webhooks.append(
        Webhook("http://127.0.0.1:1/hooks/forum", "s" * 12, frozenset({"user_suspended"}))
    )
    for path in ("/groups/conduct/members.json", "/admin/api/web_hooks.json"):
        await _ask(session, "GET", path)
    emulator.webhook_sender.webhooks.clear()


async def _refusals(emulator: ForumEmulator, session: aiohttp.ClientSession) -> None:
    await _ask(session, "GET", "/u/nobody.json")
    await _ask(session, "PUT", "/admin/users/50/suspend.json", suspend_until=UNTIL)
    await _ask(session, "POST", "/posts.json", **{**CONVERSATION, "raw": "Hi"}, target_recipients="ada")
    for kind in (FaultKind.TOO_MANY, FaultKind.TOO_MANY_SILENT, FaultKind.SERVER_ERROR, FaultKind.NO_PERMISSION):
        emulator.set_fault(Fault(kind=kind, times=1, seconds=2))
        await _ask(session, "GET", "/u/ada.json")


async def test_every_answer_of_the_emulator_is_described(forum: ForumEmulator) -> None:
    assert {exchange.operation for exchange in forum.history.exchanges} == set(OPERATIONS)
    assert validate_history(forum.history) == []


async def test_an_answer_that_lost_a_field_is_noticed(forum: ForumEmulator) -> None:
    exchange = forum.history.calls("user.suspend")[0]
    del exchange.answer["suspension"]["suspended_till"]
    assert [fault for fault in validate_history(forum.history) if "suspended_till" in fault]


async def test_an_answer_without_its_zone_is_noticed(forum: ForumEmulator) -> None:
    exchange = forum.history.calls("user.suspend")[0]
    exchange.answer["suspension"]["suspended_till"] = (START + timedelta(days=1)).replace(tzinfo=None).isoformat()
    assert [fault for fault in validate_history(forum.history) if "suspended_till" in fault]


class TestAgainstThePublishedDescription:
    """Discourse publishes only what is answered when all goes well."""

    pytestmark = with_published

    @pytest.mark.parametrize("name", OPERATIONS)
    def test_our_examples_are_answers_that_it_allows(self, name: str) -> None:
        for status, schema in OPERATIONS[name].answers.items():
            if schema is not None:
                example = example_of(schema)
                assert list(Draft202012Validator(schema).iter_errors(example)) == []
                faults = faults_against_published(DESCRIPTION, published(FILE), name, status, example, partial=True)
                assert list(faults) == []

    async def test_the_emulators_answers_are_such_as_it_allows(self, forum: ForumEmulator) -> None:
        faults = [
            fault
            for exchange in forum.history.exchanges
            if exchange.status is not None and exchange.answer is not None
            for fault in faults_against_published(
                DESCRIPTION, published(FILE), exchange.operation, exchange.status, exchange.answer
            )
        ]
        assert faults == []
        assert {a for a in DESCRIPTION.allowances if a not in DESCRIPTION.used} == set()

    def test_every_operation_that_it_knows_is_there(self) -> None:
        places = [operation.published for operation in OPERATIONS.values() if operation.published]
        assert [place for place in places if place[0] not in published(FILE)["paths"].get(place[1], {})] == []
