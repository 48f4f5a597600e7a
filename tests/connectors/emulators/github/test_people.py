"""The emulated GitHub's human side: people, owners' hands, webhooks and the control door."""

import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from connectors.emulators.github.server import GithubEmulator
from connectors.emulators.github.state import Role
from connectors.emulators.shared.control import HEADER, Declined
from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.emulators.shared.webhooks import sign
from tests.connectors.emulators.setting import START, CaseTime, WebhookListener, an_app_key


@pytest.fixture
async def hub() -> AsyncIterator[GithubEmulator]:
    emulator = GithubEmulator(now=CaseTime(), private_key_pem=an_app_key())
    emulator.add_member("owner", Role.OWNER, id=1)
    emulator.add_member("ada", id=77)
    emulator.add_team("core", "ada")
    emulator.add_repository("site", collaborators=("bea",))
    await emulator.start()
    yield emulator
    await emulator.stop()


async def test_a_blocked_person_can_write_nothing_in_the_organisation(hub: GithubEmulator) -> None:
    number = hub.person("bea").open_issue("site", "It is broken", "Please mend it")
    hub.manual_actions.block_by_hand("owner", "bea")
    with pytest.raises(Declined, match="blocked"):
        hub.person("bea").comment("site", number, "And another thing")
    with pytest.raises(Declined):
        hub.person("bea").star("site")


async def test_only_owners_have_hands(hub: GithubEmulator) -> None:
    with pytest.raises(Declined, match="no owner"):
        hub.manual_actions.block_by_hand("ada", "bea")
    with pytest.raises(Declined, match="first remove"):
        hub.manual_actions.block_by_hand("owner", "ada")
    assert hub.state.blocks == {}


async def test_a_member_can_leave_without_a_letter(hub: GithubEmulator) -> None:
    ada = hub.person("ada")
    ada.leave()
    assert not ada.is_member()
    assert ada.mails() == []
    assert ada.teams() == []


async def test_what_a_judge_asks_about_the_past_is_answered_from_the_changes(hub: GithubEmulator) -> None:
    time = hub.now
    assert isinstance(time, CaseTime)
    before = time()
    blocked_at = time.advance(hours=1)
    hub.manual_actions.remove_by_hand("owner", "ada")
    hub.manual_actions.block_by_hand("owner", "ada")
    lifted_at = time.advance(hours=1)
    hub.manual_actions.unblock_by_hand("owner", "ada")
    assert [hub.was_member("77", at) for at in (before, blocked_at, lifted_at)] == [True, False, False]
    assert [hub.was_blocked("77", at) for at in (before, blocked_at, lifted_at)] == [False, True, False]


async def test_what_was_there_before_the_first_change_counts(hub: GithubEmulator) -> None:
    hub.manual_actions.block_by_hand("owner", "bea")
    known = GithubEmulator(hub.state, now=CaseTime(), private_key_pem=an_app_key())
    assert known.was_blocked(str(hub.person("bea").account.id), START)
    assert known.was_member("77", START)


async def test_webhooks_are_signed_and_say_who_acted(hub: GithubEmulator) -> None:
    async with WebhookListener() as listener:
        hub.add_webhook(listener.url)
        hub.manual_actions.remove_by_hand("owner", "ada")
        hub.manual_actions.block_by_hand("owner", "ada")
        await hub.webhook_sender.wait_until_idle()
        assert sorted(listener.named("X-GitHub-Event")) == ["membership", "org_block", "organization", "ping"]
        told = next(h for h in listener.received if h.headers["X-GitHub-Event"] == "org_block")
        assert told.headers["X-Hub-Signature-256"] == sign(hub.webhook_secret, told.body)
        payload = json.loads(told.body)
        assert (payload["action"], payload["blocked_user"]["id"], payload["sender"]["login"]) == (
            "blocked",
            77,
            "owner",
        )


async def test_a_redelivery_keeps_its_guid_and_each_delivery_has_its_own(hub: GithubEmulator) -> None:
    async with WebhookListener() as listener:
        hub.add_webhook(listener.url)
        hub.manual_actions.block_by_hand("owner", "bea")
        await hub.webhook_sender.wait_until_idle()
        hub.webhook_sender.redeliver(hub.webhook_sender.deliveries[-1])
        await hub.webhook_sender.wait_until_idle()
        ping, block, again = listener.named("X-GitHub-Delivery")
        assert len({ping, block}) == 2
        assert again == block


async def test_blocks_are_told_only_to_apps_that_see_the_administration(hub: GithubEmulator) -> None:
    del hub.state.permissions["organization_administration"]
    async with WebhookListener() as listener:
        hub.add_webhook(listener.url)
        hub.manual_actions.block_by_hand("owner", "bea")
        await hub.webhook_sender.wait_until_idle()
        assert listener.named("X-GitHub-Event") == ["ping"]


async def test_a_listener_that_misses_an_event_believes_in_a_block_that_is_gone(hub: GithubEmulator) -> None:
    async with WebhookListener() as listener:
        hub.add_webhook(listener.url)
        hub.manual_actions.block_by_hand("owner", "bea")
        hub.set_fault(Fault(kind=FaultKind.MISSED_EVENT, operation="org_block", times=1))
        hub.manual_actions.unblock_by_hand("owner", "bea")
        await hub.webhook_sender.wait_until_idle()
        last = json.loads(listener.received[-1].body)
        assert last["action"] == "blocked"
        assert not hub.was_blocked(str(hub.person("bea").account.id), START)


async def test_a_hook_that_nobody_answers_is_not_tried_again(hub: GithubEmulator) -> None:
    async with WebhookListener() as listener:
        gone = listener.url
    hub.add_webhook(gone)
    await hub.webhook_sender.wait_until_idle()
    assert [d.answers for d in hub.webhook_sender.deliveries] == [[None]]


async def test_another_process_acts_through_the_control_door(hub: GithubEmulator) -> None:
    async with aiohttp.ClientSession(hub.url, headers={HEADER: hub.control_token}) as session:
        wish = {"name": "block_by_hand", "arguments": {"by": "owner", "login": "bea"}}
        async with session.post("/_control/act", json=wish) as acted:
            assert acted.status == 200
        wish = {"name": "block_by_hand", "arguments": {"by": "owner", "login": "ada"}}
        async with session.post("/_control/act", json=wish) as refused:
            assert refused.status == 409
        async with session.post("/_control/act", json={"name": "teams", "arguments": {"login": "ada"}}) as teams:
            assert await teams.json() == {"result": ["core"]}
        async with session.get("/_control/state") as state:
            assert (await state.json())["members"] == {"1": "admin", "77": "member"}
