"""The emulated forum answers the unmodified pydiscourse as a Discourse does, its traps included."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import requests
from pydiscourse import DiscourseClient
from pydiscourse.exceptions import DiscourseClientError

from connectors.emulators.forum.server import ForumEmulator
from connectors.emulators.forum.state import ForumUser
from tests.connectors.emulators.setting import START, CaseTime
from tests.contracts.schemas.forum import validate_history

LATER = START + timedelta(days=30)
FOREVER = "3018-01-01T00:00:00Z"


@pytest.fixture
def time() -> CaseTime:
    return CaseTime()


@pytest.fixture
async def forum(time: CaseTime) -> AsyncIterator[ForumEmulator]:
    """A forum with Ada, a moderator and an administrator; every answer is held against our descriptions."""
    emulator = ForumEmulator(now=time)
    emulator.add_user("ada", external_ids={"github": "77", "discord": "4242"})
    emulator.add_user("mod", moderator=True)
    emulator.add_user("boss", admin=True)
    await emulator.start()
    yield emulator
    await emulator.stop()
    assert validate_history(emulator.history) == []


@pytest.fixture
def client(forum: ForumEmulator) -> DiscourseClient:
    return DiscourseClient(forum.url, forum.api_username, forum.api_key, timeout=5)


@pytest.fixture
def boss(forum: ForumEmulator) -> DiscourseClient:
    return DiscourseClient(forum.url, "boss", forum.add_key("boss"), timeout=5)


@pytest.fixture
def ada(forum: ForumEmulator) -> ForumUser:
    user = forum.state.find_user("ada")
    assert user is not None
    return user


def suspend(
    client: DiscourseClient, user: ForumUser, until: str = FOREVER, reason: str = "Reference AB12", **more: str
) -> object:
    return client._put(f"/admin/users/{user.id}/suspend", suspend_until=until, reason=reason, **more)


def silence(client: DiscourseClient, user: ForumUser, until: str = FOREVER) -> object:
    return client._put(f"/admin/users/{user.id}/silence", silenced_till=until, reason="Reference AB12")


async def test_a_suspension_shuts_the_account_out_and_says_who_made_it(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser
) -> None:
    await asyncio.to_thread(suspend, client, ada)
    page = await asyncio.to_thread(client.user_by_id, ada.id)
    assert page["suspended_by"]["username"] == forum.api_username
    assert forum.was_suspended(str(ada.id), START)
    assert not forum.person("ada").can_log_in()


async def test_the_sentence_of_a_second_suspension_is_lost_to_the_client(
    client: DiscourseClient, ada: ForumUser
) -> None:
    await asyncio.to_thread(suspend, client, ada)
    with pytest.raises(DiscourseClientError, match="Conflict") as refused:
        await asyncio.to_thread(suspend, client, ada)
    assert refused.value.response.status_code == 409
    assert "already suspended by guardian" in refused.value.response.json()["message"]


async def test_lifting_twice_is_one_lifting_and_two_log_lines(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser
) -> None:
    await asyncio.to_thread(suspend, client, ada)
    await asyncio.to_thread(client.unsuspend, ada.id)
    await asyncio.to_thread(client.unsuspend, ada.id)
    assert len(list(forum.history.changes_of("suspension"))) == 2
    assert [line.action for line in forum.state.staff_log].count("unsuspend_user") == 2


async def test_a_suspension_ends_by_itself_without_a_trace(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser, time: CaseTime
) -> None:
    await asyncio.to_thread(suspend, client, ada, "2026-03-02T12:00:00Z")
    recorded = len(forum.history.changes)
    end = time.advance(days=1)
    assert not forum.was_suspended(str(ada.id), end)
    assert forum.was_suspended(str(ada.id), end - timedelta(seconds=1))
    assert "suspended_till" not in await asyncio.to_thread(client.user_by_id, ada.id)
    assert len(forum.history.changes) == recorded


async def test_an_end_without_a_zone_is_read_as_utc(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser
) -> None:
    """pydiscourse's own `suspend` sends an end without a zone, counted from the machine's clock and not from case time."""
    await asyncio.to_thread(suspend, client, ada, "2026-04-01T00:00:00")
    assert ada.suspension is not None
    assert ada.suspension.until == datetime(2026, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize("reason", ["", "x" * 301])
async def test_a_suspension_needs_a_reason_of_at_most_300_characters(
    client: DiscourseClient, ada: ForumUser, reason: str
) -> None:
    with pytest.raises(DiscourseClientError, match="Reason") as refused:
        await asyncio.to_thread(suspend, client, ada, FOREVER, reason)
    assert refused.value.response.status_code == 400


async def test_staff_cannot_be_suspended(forum: ForumEmulator, client: DiscourseClient) -> None:
    mod = forum.state.find_user("mod")
    assert mod is not None
    with pytest.raises(DiscourseClientError) as refused:
        await asyncio.to_thread(suspend, client, mod)
    assert refused.value.response.status_code == 403
    assert not forum.was_suspended(str(mod.id), START)


async def test_an_unknown_account_is_not_found(client: DiscourseClient) -> None:
    with pytest.raises(DiscourseClientError) as refused:
        await asyncio.to_thread(client.user_by_id, 999)
    assert refused.value.response.status_code == 404


async def test_a_silence_keeps_the_account_from_posting_and_cannot_be_made_twice(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser
) -> None:
    await asyncio.to_thread(silence, client, ada)
    with pytest.raises(DiscourseClientError) as refused:
        await asyncio.to_thread(silence, client, ada)
    assert refused.value.response.status_code == 409
    assert forum.was_silenced(str(ada.id), START)
    assert not forum.was_suspended(str(ada.id), START)


async def test_a_silence_that_has_just_run_out_swallows_the_next(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser, time: CaseTime
) -> None:
    await asyncio.to_thread(silence, client, ada, "2026-03-01T13:00:00Z")
    time.advance(hours=1)
    answer = await asyncio.to_thread(silence, client, ada)
    assert isinstance(answer, dict)
    assert answer["silence"]["silenced"] is True
    assert answer["silence"]["silenced_till"] < "2026-03-01T13:00:01"
    assert not forum.was_silenced(str(ada.id), time())


async def test_lifting_a_silence_makes_the_forum_write_to_the_account(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser
) -> None:
    await asyncio.to_thread(silence, client, ada)
    await asyncio.to_thread(client._put, f"/admin/users/{ada.id}/unsilence")
    assert "Account no longer on hold" in [line["title"] for line in forum.person("ada").inbox()]


async def test_the_clients_own_silencing_calls_an_address_that_is_gone(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser
) -> None:
    with pytest.raises(DiscourseClientError) as refused:
        await asyncio.to_thread(client.block, ada.id)
    assert refused.value.response.status_code == 404
    assert not forum.was_silenced(str(ada.id), START)
    forum.history.exchanges.clear()  # the address is none that we describe


async def test_the_reason_is_public_unless_the_site_hides_it(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser
) -> None:
    await asyncio.to_thread(suspend, client, ada)
    assert (await asyncio.to_thread(public_page, forum))["suspend_reason"] == "Reference AB12"
    forum.state.settings["hide_suspension_reasons"] = True
    assert "suspend_reason" not in await asyncio.to_thread(public_page, forum)


async def test_settings_are_for_administrators_but_browsers_get_theirs(
    forum: ForumEmulator, client: DiscourseClient, boss: DiscourseClient
) -> None:
    with pytest.raises(DiscourseClientError):
        await asyncio.to_thread(client.get_site_settings)
    rows = (await asyncio.to_thread(boss.get_site_settings))["site_settings"]
    assert {"hide_suspension_reasons": "false"}.items() <= {r["setting"]: r["value"] for r in rows}.items()
    assert (await asyncio.to_thread(client._get, "/site/settings.json"))["hide_suspension_reasons"] is False


async def test_linked_accounts_show_to_moderators_but_are_searched_by_administrators_alone(
    client: DiscourseClient, boss: DiscourseClient, ada: ForumUser
) -> None:
    assert (await asyncio.to_thread(client.user_by_id, ada.id))["external_ids"] == {"github": "77", "discord": "4242"}
    found = await asyncio.to_thread(boss._get, "/u/by-external/github/77.json")
    assert found["user"]["id"] == ada.id
    with pytest.raises(DiscourseClientError) as refused:
        await asyncio.to_thread(client._get, "/u/by-external/github/77.json")
    assert refused.value.response.status_code == 403
    with pytest.raises(DiscourseClientError) as unknown:
        await asyncio.to_thread(boss._get, "/u/by-external/mastodon/77.json")
    assert unknown.value.response.status_code == 404


async def test_logging_out_is_for_administrators_alone(
    forum: ForumEmulator, client: DiscourseClient, boss: DiscourseClient, ada: ForumUser
) -> None:
    with pytest.raises(DiscourseClientError):
        await asyncio.to_thread(client.log_out, ada.id)
    assert ada.logged_in
    await asyncio.to_thread(boss.log_out, ada.id)
    assert not ada.logged_in


async def test_a_key_without_staff_rights_is_refused(forum: ForumEmulator, ada: ForumUser) -> None:
    own = DiscourseClient(forum.url, "ada", forum.add_key("ada"), timeout=5)
    with pytest.raises(DiscourseClientError) as refused:
        await asyncio.to_thread(own.user_by_id, ada.id)
    assert refused.value.response.status_code == 403


async def test_the_routes_of_the_administration_can_hide_as_on_the_real_site(
    forum: ForumEmulator, ada: ForumUser
) -> None:
    """There a 404 for a key without rights looks like an account that is gone."""
    forum.hides_admin_routes = True
    own = DiscourseClient(forum.url, "ada", forum.add_key("ada"), timeout=5)
    with pytest.raises(DiscourseClientError) as refused:
        await asyncio.to_thread(own.user_by_id, ada.id)
    assert refused.value.response.status_code == 404


@pytest.mark.parametrize(("name", "key"), [("guardian", "wrong"), ("boss", None), ("nobody", None)])
async def test_a_wrong_key_or_one_of_another_account_is_refused(
    forum: ForumEmulator, name: str, key: str | None
) -> None:
    wrong = DiscourseClient(forum.url, name, key or forum.api_key, timeout=5)
    with pytest.raises(DiscourseClientError, match="invalid") as refused:
        await asyncio.to_thread(wrong.user, "ada")
    assert refused.value.response.status_code == 403


async def test_a_suspended_account_loses_its_key(forum: ForumEmulator, client: DiscourseClient, ada: ForumUser) -> None:
    own = DiscourseClient(forum.url, "ada", forum.add_key("ada"), timeout=5)
    await asyncio.to_thread(suspend, client, ada)
    with pytest.raises(DiscourseClientError) as refused:
        await asyncio.to_thread(own.user, "mod")
    assert refused.value.response.status_code == 403


async def test_the_list_of_the_suspended_has_pages_of_a_hundred(
    forum: ForumEmulator, client: DiscourseClient, time: CaseTime
) -> None:
    mod = forum.state.find_user("mod")
    assert mod is not None
    for number in range(105):
        user = forum.add_user(f"person{number}")
        forum.rules.suspend(user, LATER if number else START + timedelta(hours=1), "Reference", mod)
    time.advance(hours=2)
    pages = [await asyncio.to_thread(client.list_users, "suspended", page=page) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [100, 4, 0]
    assert "person0" not in {user["username"] for page in pages for user in page}


async def test_the_staff_log_tells_who_acted_and_is_filtered(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser
) -> None:
    await asyncio.to_thread(suspend, client, ada)
    forum.manual_actions.unsuspend_by_hand("mod", "ada")
    answer = await asyncio.to_thread(
        client._get, "/admin/logs/staff_action_logs.json", action_name="unsuspend_user", target_user="ada"
    )
    assert [line["acting_user"]["username"] for line in answer["staff_action_logs"]] == ["mod"]


async def test_a_message_that_is_too_short_is_refused(client: DiscourseClient) -> None:
    with pytest.raises(DiscourseClientError, match="too short") as refused:
        await asyncio.to_thread(write, client, "Hi")
    assert refused.value.response.status_code == 422


async def test_a_message_under_an_id_of_ours_is_made_once(forum: ForumEmulator, client: DiscourseClient) -> None:
    await asyncio.to_thread(write, client, "Something has been decided.", external_id="notice-1")
    with pytest.raises(DiscourseClientError, match="already been taken"):
        await asyncio.to_thread(write, client, "Something has been decided.", external_id="notice-1")
    found = await asyncio.to_thread(_look_up, forum, client, "notice-1")
    assert found.status_code == 301
    assert found.headers["Location"].endswith(f"/{next(iter(forum.state.topics))}.json")
    assert (await asyncio.to_thread(_look_up, forum, client, "notice-2")).status_code == 404


async def test_a_message_can_be_read_edited_and_answered(forum: ForumEmulator, client: DiscourseClient) -> None:
    post = await asyncio.to_thread(write, client, "Something has been decided.")
    await asyncio.to_thread(client.update_post, post["id"], "Something else has been decided.")
    forum.person("ada").reply(post["topic_id"], "I should like to be heard.")
    topic = await asyncio.to_thread(client.topic, "any", post["topic_id"])
    assert {user["username"] for user in topic["details"]["allowed_users"]} == {"guardian", "ada"}
    assert [p["user_id"] for p in topic["post_stream"]["posts"]] == [post["user_id"], forum.person("ada").account.id]
    assert forum.person("ada").read(post["topic_id"])[0] == "Something else has been decided."


async def test_an_inbox_opens_for_its_own_account_alone(forum: ForumEmulator, client: DiscourseClient) -> None:
    forum.person("ada").send_pm("guardian", "A question", "May I ask something?")
    box = await asyncio.to_thread(client.private_messages, forum.api_username)
    assert [line["title"] for line in box["topic_list"]["topics"]] == ["A question"]
    with pytest.raises(DiscourseClientError) as refused:
        await asyncio.to_thread(client.private_messages, "ada")
    assert refused.value.response.status_code == 403


async def test_an_inbox_leaves_out_what_nobody_answered_and_has_pages(
    forum: ForumEmulator, client: DiscourseClient
) -> None:
    await asyncio.to_thread(write, client, "Something has been decided.")
    for number in range(31):
        forum.person("ada").send_pm("guardian", f"Question {number}", "May I ask something?")
    first = (await asyncio.to_thread(client.private_messages, forum.api_username))["topic_list"]
    second = (await asyncio.to_thread(client.private_messages, forum.api_username, page=1))["topic_list"]
    assert (len(first["topics"]), "more_topics_url" in first) == (30, True)
    assert (len(second["topics"]), "more_topics_url" in second) == (1, False)


async def test_patching_is_disabled(forum: ForumEmulator, ada: ForumUser) -> None:
    answer = await asyncio.to_thread(requests.patch, f"{forum.url}/admin/users/{ada.id}/suspend.json", timeout=5)
    assert answer.status_code == 404
    forum.history.exchanges.clear()  # the address is none that we describe


async def test_bodies_may_be_json_and_addresses_may_end_in_json(forum: ForumEmulator, ada: ForumUser) -> None:
    answer = await asyncio.to_thread(
        requests.put,
        f"{forum.url}/admin/users/{ada.id}/suspend.json",
        json={"suspend_until": FOREVER, "reason": "Reference AB12"},
        headers=_credentials(forum),
        timeout=5,
    )
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert forum.was_suspended(str(ada.id), START)


async def test_all_keys_of_the_site_share_one_budget(forum: ForumEmulator, client: DiscourseClient) -> None:
    """Discourse: 60 calls a minute over all admin keys. Waiting it out takes pydiscourse a minute, so it is asked bare."""
    forum.other_traffic(60)
    answer = await asyncio.to_thread(requests.get, f"{forum.url}/u/ada.json", headers=_credentials(forum), timeout=5)
    assert answer.status_code == 429
    assert answer.json()["extras"]["wait_seconds"] == int(answer.headers["Retry-After"])
    assert answer.headers["Discourse-Rate-Limit-Error-Code"] == "admin_api_key_rate_limit"


async def test_a_scaled_budget_comes_back_sooner(time: CaseTime) -> None:
    wire = CaseTime()
    emulator = ForumEmulator(now=time, budget_scale=60, system_time=wire)
    emulator.other_traffic(60)
    assert emulator.admin_calls.take() == 1.0
    wire.advance(seconds=1)
    assert emulator.admin_calls.take() is None


def write(client: DiscourseClient, raw: str, **more: str) -> dict[str, int]:
    made: dict[str, int] = client.create_post(
        raw, title="About your account", archetype="private_message", target_recipients="ada", **more
    )
    return made


def public_page(forum: ForumEmulator) -> dict[str, str]:
    page: dict[str, str] = requests.get(f"{forum.url}/u/ada.json", timeout=5).json()["user"]
    return page


def _look_up(forum: ForumEmulator, client: DiscourseClient, external_id: str) -> requests.Response:
    address = f"{forum.url}/t/external_id/{external_id}.json"
    return requests.get(address, headers=_credentials(forum), allow_redirects=False, timeout=5)


def _credentials(forum: ForumEmulator) -> dict[str, str]:
    return {"Api-Key": forum.api_key, "Api-Username": forum.api_username}
