"""The forum's client alone: what the library would have hidden, slept over or broken on."""

import asyncio

import pytest
from pydiscourse.exceptions import DiscourseClientError, DiscourseError, DiscourseRateLimitedError, DiscourseServerError

from connectors.emulators.forum.server import ForumEmulator
from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.forum.client import ForumClient, ForumConfig


async def test_the_sentence_of_a_409_is_kept(forum: ForumEmulator, config: ForumConfig) -> None:
    client, rowan = ForumClient(config), str(forum.add_user("rowan").id)
    await asyncio.to_thread(client.suspend_account, rowan, "3018-01-01T00:00:00Z", "A pause.")
    with pytest.raises(DiscourseClientError, match="already suspended"):
        await asyncio.to_thread(client.suspend_account, rowan, "3018-01-01T00:00:00Z", "A pause.")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind=FaultKind.TOO_MANY, seconds=60), DiscourseRateLimitedError),
        (Fault(kind=FaultKind.TOO_MANY_SILENT), DiscourseRateLimitedError),
        (Fault(kind=FaultKind.TOO_MANY_SILENT, status=429), DiscourseRateLimitedError),
        (Fault(kind=FaultKind.SERVER_ERROR, status=502), DiscourseServerError),
        (Fault(kind=FaultKind.SERVER_ERROR, status=503), DiscourseServerError),
        (Fault(kind=FaultKind.NO_PERMISSION), DiscourseClientError),
    ],
)
async def test_each_refusal_is_an_error_at_once_and_is_not_repeated(
    forum: ForumEmulator, config: ForumConfig, fault: Fault, error: type[DiscourseError]
) -> None:
    forum.set_fault(fault)
    with pytest.raises(error):
        await asyncio.wait_for(asyncio.to_thread(ForumClient(config).user_by_id, "1"), timeout=4)
    assert len(forum.history.exchanges) == 1


async def test_the_librarys_own_calls_pass_through_here(forum: ForumEmulator, config: ForumConfig) -> None:
    client, rowan = ForumClient(config), forum.add_user("rowan").id
    assert (await asyncio.to_thread(client.user_by_id, rowan))["username"] == "rowan"
    assert client.response_date() is None, "each thread hears its own answers"


async def test_every_request_has_an_end(config: ForumConfig, forum: ForumEmulator) -> None:
    assert ForumClient(config).timeout == config.call_ceiling.total_seconds()
