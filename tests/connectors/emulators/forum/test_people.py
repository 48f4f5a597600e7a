"""The emulated forum's human side: people, moderators' hands, what is recorded of them, webhooks and the control door."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest

from connectors.emulators.forum.server import ForumEmulator
from connectors.emulators.shared.control import HEADER, Declined
from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.emulators.shared.webhooks import sign
from tests.connectors.emulators.setting import START, CaseTime, WebhookListener

SECRET = "a shared secret"
UNTIL = START + timedelta(days=7)


@pytest.fixture
def time() -> CaseTime:
    return CaseTime()


@pytest.fixture
async def forum(time: CaseTime) -> AsyncIterator[ForumEmulator]:
    emulator = ForumEmulator(now=time)
    emulator.add_user("ada", external_ids={"github": "77"})
    emulator.add_user("bea")
    emulator.add_user("mod", moderator=True)
    await emulator.start()
    yield emulator
    await emulator.stop()


async def test_a_suspended_person_can_neither_read_nor_write(forum: ForumEmulator) -> None:
    ada = forum.person("ada")
    topic = ada.send_pm("bea", "Hello", "How are you today?")
    forum.manual_actions.suspend_by_hand("mod", "ada", UNTIL, "Reference AB12")
    with pytest.raises(Declined, match="cannot log in"):
        ada.inbox()
    with pytest.raises(Declined, match="cannot log in"):
        ada.reply(topic, "One thing more to say.")


async def test_a_message_to_a_suspended_account_is_stored_and_on_record_as_out_of_reach(
    forum: ForumEmulator, time: CaseTime
) -> None:
    forum.manual_actions.suspend_by_hand("mod", "ada", UNTIL, "Reference AB12")
    account = forum.person("ada").account
    forum.person("mod").send_pm("ada", "About you", "You have been suspended.")
    (message,) = forum.history.changes_of("message")
    assert message.after["reachable"] == {account.id: False}
    time.advance(days=7)
    assert [line["title"] for line in forum.person("ada").inbox()] == ["About you"]


async def test_people_without_staff_rights_cannot_write_to_a_suspended_account(forum: ForumEmulator) -> None:
    forum.manual_actions.suspend_by_hand("mod", "ada", UNTIL, "Reference AB12")
    with pytest.raises(Declined, match="cannot send"):
        forum.person("bea").send_pm("ada", "Hello", "How are you today?")


async def test_a_silenced_person_can_write_to_staff_alone(forum: ForumEmulator) -> None:
    forum.manual_actions.silence_by_hand("mod", "ada", UNTIL, "Reference AB12")
    ada = forum.person("ada")
    assert ada.send_pm("mod", "A question", "Why can I not post?")
    with pytest.raises(Declined):
        ada.send_pm("bea", "Hello", "How are you today?")
    with pytest.raises(Declined):
        ada.publish("A public matter of mine", "This is for everybody to read.")


async def test_a_link_in_a_message_makes_the_forum_fetch_it_but_not_inside_code(forum: ForumEmulator) -> None:
    mod = forum.person("mod")
    mod.send_pm("ada", "A link", "Look at https://tracker.example/1 please")
    mod.send_pm("ada", "Code", "Look at `https://tracker.example/2` please")
    assert [c.subject for c in forum.history.changes_of("fetch")] == ["https://tracker.example/1"]


async def test_only_staff_have_hands(forum: ForumEmulator) -> None:
    with pytest.raises(Declined, match="no staff rights"):
        forum.manual_actions.suspend_by_hand("bea", "ada", UNTIL, "Out with you")
    assert not forum.was_suspended(str(forum.person("ada").account.id), START)


async def test_a_renamed_account_is_found_by_its_id_and_no_longer_by_its_old_name(forum: ForumEmulator) -> None:
    ada = forum.person("ada")
    forum.manual_actions.rename("ada", "ada_l")
    assert forum.state.find_user("ada") is None
    assert ada.account.username == "ada_l"
    assert ada.can_log_in()


async def test_anonymizing_cuts_the_links_and_keeps_the_suspension(forum: ForumEmulator) -> None:
    forum.manual_actions.suspend_by_hand("mod", "ada", UNTIL, "Reference AB12")
    account = forum.person("ada").account
    forum.manual_actions.anonymize("mod", "ada")
    assert account.external_ids == {}
    assert forum.state.find_linked("github", "77") is None
    assert forum.was_suspended(str(account.id), START)


async def test_merging_lets_the_suspension_of_the_lost_account_go(forum: ForumEmulator) -> None:
    """A merged account is the other one: what held the first no longer holds the person."""
    forum.manual_actions.suspend_by_hand("mod", "ada", UNTIL, "Reference AB12")
    forum.manual_actions.merge("mod", "ada", "bea")
    assert forum.state.find_user("ada") is None
    assert forum.person("bea").can_log_in()


async def test_webhooks_are_signed_over_the_raw_body(forum: ForumEmulator) -> None:
    async with WebhookListener() as listener:
        forum.add_webhook(listener.url, SECRET)
        forum.manual_actions.suspend_by_hand("mod", "ada", UNTIL, "Reference AB12")
        await forum.webhook_sender.wait_until_idle()
        assert listener.named("X-Discourse-Event") == ["ping", "user_suspended"]
        assert listener.named("X-Discourse-Event-Type") == ["ping", "user"]
        told = listener.received[1]
        assert told.headers["X-Discourse-Event-Signature"] == sign(SECRET, told.body)
        assert json.loads(told.body)["user"]["username"] == "ada"


async def test_a_post_webhook_delivers_private_messages_too_and_without_their_addressees(forum: ForumEmulator) -> None:
    async with WebhookListener() as listener:
        forum.add_webhook(listener.url, events={"post_created"})
        forum.person("ada").send_pm("bea", "Hello", "This is between us two.")
        await forum.webhook_sender.wait_until_idle()
        posts = [
            json.loads(h.body)["post"] for h in listener.received if h.headers["X-Discourse-Event"] == "post_created"
        ]
        assert [p["raw"] for p in posts] == ["This is between us two."]
        assert "allowed_users" not in posts[0]
        assert "X-Discourse-Event-Signature" not in listener.received[-1].headers


async def test_a_redelivery_carries_the_same_event_id(forum: ForumEmulator) -> None:
    async with WebhookListener() as listener:
        forum.add_webhook(listener.url, SECRET)
        await forum.webhook_sender.wait_until_idle()
        forum.webhook_sender.redeliver(forum.webhook_sender.deliveries[0])
        await forum.webhook_sender.wait_until_idle()
        first, second = listener.named("X-Discourse-Event-Id")
        assert first == second


async def test_a_natural_end_sends_no_webhook(forum: ForumEmulator, time: CaseTime) -> None:
    async with WebhookListener() as listener:
        forum.add_webhook(listener.url, SECRET)
        forum.manual_actions.suspend_by_hand("mod", "ada", UNTIL, "Reference AB12")
        time.advance(days=8)
        assert forum.person("ada").can_log_in()
        await forum.webhook_sender.wait_until_idle()
        assert "user_unsuspended" not in listener.named("X-Discourse-Event")


async def test_a_listener_that_misses_an_event_believes_in_a_suspension_that_is_gone(forum: ForumEmulator) -> None:
    async with WebhookListener() as listener:
        forum.add_webhook(listener.url, SECRET)
        forum.set_fault(Fault(kind=FaultKind.MISSED_EVENT, operation="user_unsuspended"))
        forum.manual_actions.suspend_by_hand("mod", "ada", UNTIL, "Reference AB12")
        forum.manual_actions.unsuspend_by_hand("mod", "ada")
        await forum.webhook_sender.wait_until_idle()
        believes = listener.named("X-Discourse-Event")[-1] == "user_suspended"
        assert believes
        assert forum.person("ada").can_log_in()


async def test_a_flag_waits_for_review_and_is_settled_with_the_version_that_was_read(forum: ForumEmulator) -> None:
    topic = forum.state.topics[forum.person("bea").publish("A public matter of mine", "This is for everybody to read.")]
    forum.person("ada").flag(topic.post_ids[0], "This is about me.")
    (item,) = forum.state.reviewables.values()
    headers = {"Api-Key": forum.api_key, "Api-Username": forum.api_username}
    async with aiohttp.ClientSession(forum.url, headers=headers) as session:
        async with session.put(f"/review/{item.id}/perform/agree_and_hide.json") as unversioned:
            assert unversioned.status == 422
        async with session.put(f"/review/{item.id}/perform/agree_and_hide.json?version=5") as outdated:
            assert outdated.status == 409
        async with session.put(f"/review/{item.id}/perform/agree_and_hide.json?version=0") as settled:
            assert settled.status == 200
    assert forum.state.posts[topic.post_ids[0]].hidden


async def test_another_process_reads_acts_and_sets_faults_through_the_control_door(forum: ForumEmulator) -> None:
    async with aiohttp.ClientSession(forum.url, headers={HEADER: forum.control_token}) as session:
        wish = {"by": "mod", "username": "ada", "until": UNTIL.isoformat(), "reason": "Reference AB12"}
        async with session.post("/_control/act", json={"name": "suspend_by_hand", "arguments": wish}) as acted:
            assert acted.status == 200
        async with session.post("/_control/act", json={"name": "inbox", "arguments": {"username": "ada"}}) as refused:
            assert refused.status == 409
        async with session.get("/_control/history?after=0") as history:
            assert [c["what"] for c in (await history.json())["changes"]] == ["suspension"]
        async with session.get("/_control/state") as state:
            assert "ada" in {u["username"] for u in (await state.json())["users"].values()}
        async with session.post("/_control/faults", json={"kind": "server_error", "operation": "user.*"}):
            assert len(forum.faults.active) == 1
        async with session.post("/_control/clear"):
            assert forum.faults.active == []
    assert forum.history.exchanges == []


@pytest.mark.parametrize(
    "wish", [{"name": "no_such_act"}, {"name": "inbox"}, {"name": "read", "arguments": {"username": "ada", "x": 1}}, []]
)
async def test_a_wish_that_makes_no_sense_is_refused(forum: ForumEmulator, wish: object) -> None:
    async with (
        aiohttp.ClientSession(forum.url, headers={HEADER: forum.control_token}) as session,
        session.post("/_control/act", json=wish) as answer,
    ):
        assert answer.status == 400


async def test_the_control_door_is_shut_without_the_token(forum: ForumEmulator) -> None:
    async with aiohttp.ClientSession(forum.url, headers={HEADER: "guess"}) as session:
        answers = await asyncio.gather(*(session.get(f"/_control/{page}") for page in ("state", "history")))
        assert [answer.status for answer in answers] == [403, 403]
