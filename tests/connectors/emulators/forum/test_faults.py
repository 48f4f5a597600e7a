"""Each fault of the emulated forum, shown to harm a client that does not expect it."""

import asyncio
import time as machine
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import requests
from pydiscourse import DiscourseClient
from pydiscourse.exceptions import DiscourseClientError, DiscourseError, DiscourseServerError

from connectors.emulators.forum.server import ForumEmulator
from connectors.emulators.forum.state import ForumUser
from connectors.emulators.shared.faults import Fault, FaultKind
from tests.connectors.emulators.setting import START, CaseTime

pytestmark = pytest.mark.wire_time

FOREVER = "3018-01-01T00:00:00Z"
UNTIL = START + timedelta(days=7)


@pytest.fixture
async def forum() -> AsyncIterator[ForumEmulator]:
    emulator = ForumEmulator(now=CaseTime())
    emulator.add_user("ada")
    emulator.add_user("mod", moderator=True)
    await emulator.start()
    yield emulator
    await emulator.stop()


@pytest.fixture
def client(forum: ForumEmulator) -> DiscourseClient:
    return DiscourseClient(forum.url, forum.api_username, forum.api_key, timeout=5)


@pytest.fixture
def ada(forum: ForumEmulator) -> ForumUser:
    return forum.person("ada").account


def suspend(client: DiscourseClient, user: ForumUser) -> None:
    client._put(f"/admin/users/{user.id}/suspend", suspend_until=FOREVER, reason="Reference AB12")


def out(forum: ForumEmulator, user: ForumUser) -> bool:
    return forum.was_suspended(str(user.id), START)


async def test_latency_makes_a_client_call_a_suspension_failed_that_then_holds(
    forum: ForumEmulator, ada: ForumUser
) -> None:
    hasty = DiscourseClient(forum.url, forum.api_username, forum.api_key, timeout=0.05)
    forum.set_fault(Fault(kind=FaultKind.LATENCY, operation="user.suspend", seconds=0.15))
    with pytest.raises(requests.Timeout):
        await asyncio.to_thread(suspend, hasty, ada)
    assert not out(forum, ada)
    await asyncio.sleep(0.2)
    assert out(forum, ada)


async def test_a_429_blocks_the_clients_thread_for_longer_than_it_was_asked_to_wait(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser
) -> None:
    forum.set_fault(Fault(kind=FaultKind.TOO_MANY, operation="user.suspend", times=1, seconds=0.05))
    begun = machine.monotonic()
    await asyncio.to_thread(suspend, client, ada)
    assert machine.monotonic() - begun > 1.0


async def test_a_json_429_without_extras_breaks_the_client(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser
) -> None:
    forum.set_fault(Fault(kind=FaultKind.TOO_MANY_SILENT, operation="user.suspend", status=429))
    with pytest.raises(KeyError, match="extras"):
        await asyncio.to_thread(suspend, client, ada)
    assert not out(forum, ada)


async def test_a_plain_text_429_breaks_whoever_reads_json(forum: ForumEmulator) -> None:
    forum.set_fault(Fault(kind=FaultKind.TOO_MANY_SILENT, operation="user.profile"))
    answer = await asyncio.to_thread(requests.get, f"{forum.url}/u/ada.json", timeout=5)
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, False)
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


async def test_a_5xx_is_a_page_and_is_never_tried_again(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser
) -> None:
    forum.set_fault(Fault(kind=FaultKind.SERVER_ERROR, operation="user.suspend", times=1, status=502))
    with pytest.raises(DiscourseServerError) as failed:
        await asyncio.to_thread(suspend, client, ada)
    assert failed.value.response.text.startswith("<!DOCTYPE html>")
    assert not out(forum, ada)


async def test_the_read_only_mode_refuses_in_json(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser
) -> None:
    forum.set_fault(Fault(kind=FaultKind.SERVER_ERROR, operation="user.suspend", status=503))
    with pytest.raises(DiscourseServerError, match="read only"):
        await asyncio.to_thread(suspend, client, ada)
    assert not out(forum, ada)


async def test_a_reset_leaves_a_client_that_goes_on_with_nobody_suspended(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser
) -> None:
    forum.set_fault(Fault(kind=FaultKind.RESET, operation="user.suspend", times=1))
    with pytest.raises(requests.ConnectionError):
        await asyncio.to_thread(suspend, client, ada)
    assert not out(forum, ada)


async def test_a_lost_answer_makes_a_second_try_look_like_somebody_elses_suspension(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser
) -> None:
    forum.set_fault(Fault(kind=FaultKind.LOST_ANSWER, operation="user.suspend", times=1))
    with pytest.raises(requests.ConnectionError):
        await asyncio.to_thread(suspend, client, ada)
    with pytest.raises(DiscourseClientError, match="Conflict"):
        await asyncio.to_thread(suspend, client, ada)
    (change,) = forum.history.changes_of("suspension")
    assert change.by == forum.api_username


async def test_a_lost_answer_makes_a_second_try_a_second_message(forum: ForumEmulator, client: DiscourseClient) -> None:
    def write() -> None:
        client.create_post("Something was decided.", title="News", archetype="private_message", target_recipients="ada")

    forum.set_fault(Fault(kind=FaultKind.LOST_ANSWER, operation="post.create", times=1))
    with pytest.raises(requests.ConnectionError):
        await asyncio.to_thread(write)
    await asyncio.to_thread(write)
    assert len(forum.person("ada").inbox()) == 2


async def test_a_drip_outlasts_a_timeout_that_counts_only_pauses(forum: ForumEmulator, ada: ForumUser) -> None:
    patient = DiscourseClient(forum.url, forum.api_username, forum.api_key, timeout=0.2)
    forum.set_fault(Fault(kind=FaultKind.DRIP, operation="user.suspend", seconds=0.6))
    begun = machine.monotonic()
    await asyncio.to_thread(suspend, patient, ada)
    assert machine.monotonic() - begun > 0.5


async def test_a_missing_permission_reads_as_nobody_suspended_to_a_client_that_swallows_errors(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser
) -> None:
    def seems_suspended() -> bool:
        try:
            return bool(client.user_by_id(ada.id).get("suspended_till"))
        except DiscourseError:
            return False

    forum.manual_actions.suspend_by_hand("mod", "ada", UNTIL, "Reference AB12")
    forum.set_fault(Fault(kind=FaultKind.NO_PERMISSION, operation="user.detailed"))
    assert not await asyncio.to_thread(seems_suspended)
    assert out(forum, ada)


async def test_an_empty_read_denies_a_suspension_that_stands(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser
) -> None:
    await asyncio.to_thread(suspend, client, ada)
    forum.set_fault(Fault(kind=FaultKind.EMPTY_READ, operation="user.detailed"))
    assert "suspended_till" not in await asyncio.to_thread(client.user_by_id, ada.id)
    assert out(forum, ada)


async def test_a_stale_read_denies_the_suspension_that_was_just_made(
    forum: ForumEmulator, client: DiscourseClient, ada: ForumUser
) -> None:
    forum.set_fault(Fault(kind=FaultKind.STALE_READ, operation="user.detailed"))
    await asyncio.to_thread(suspend, client, ada)
    assert "suspended_till" not in await asyncio.to_thread(client.user_by_id, ada.id)
    assert out(forum, ada)
