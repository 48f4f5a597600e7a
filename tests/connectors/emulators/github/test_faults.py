"""Each fault of the emulated GitHub, shown to harm a client that does not expect it."""

import asyncio
import time as machine
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import requests
from github import Auth, Github, GithubException, GithubIntegration, GithubRetry, RateLimitExceededException

from connectors.emulators.github.server import API_VERSION, GithubEmulator
from connectors.emulators.github.state import GithubAccount, Role
from connectors.emulators.shared.faults import Fault, FaultKind
from tests.connectors.emulators.setting import START, CaseTime, an_app_key

pytestmark = pytest.mark.wire_time


@pytest.fixture
async def hub() -> AsyncIterator[GithubEmulator]:
    emulator = GithubEmulator(now=CaseTime(), private_key_pem=an_app_key())
    emulator.add_member("owner", Role.OWNER)
    emulator.register("bea")
    emulator.add_repository("site")
    await emulator.start()
    yield emulator
    await emulator.stop()


@pytest.fixture
def bea(hub: GithubEmulator) -> GithubAccount:
    return hub.person("bea").account


async def asked(
    hub: GithubEmulator, ask: Callable[[Github], Any], retry: GithubRetry | None = None, timeout: int = 5
) -> Any:
    def run() -> Any:
        integration = GithubIntegration(
            auth=Auth.AppAuth(hub.app_id, hub.private_key_pem),
            base_url=hub.url,
            api_version=API_VERSION,
            timeout=timeout,
            retry=retry,
            seconds_between_requests=None,
            seconds_between_writes=None,
        )
        with integration.get_github_for_installation(hub.installation_id) as client:
            return ask(client)

    return await asyncio.to_thread(run)


def block(client: Github) -> None:
    client.requester.requestJsonAndCheck("PUT", "/orgs/community/blocks/bea")


def seems_blocked(client: Github) -> bool:
    status: int = client.requester.requestJson("GET", "/orgs/community/blocks/bea")[0]
    return status == 204


def open_issue(client: Github) -> None:
    client.get_repo("community/site").create_issue("Blue Heron")


def blocked(hub: GithubEmulator, account: GithubAccount) -> bool:
    return hub.was_blocked(str(account.id), START)


async def test_a_missing_permission_reads_as_not_blocked(hub: GithubEmulator, bea: GithubAccount) -> None:
    """This is how others lose their blocks: the 404 of a missing permission is taken for the 404 of "not blocked"."""
    hub.manual_actions.block_by_hand("owner", "bea")
    hub.set_fault(Fault(kind=FaultKind.NO_PERMISSION, operation="block.*"))
    assert not await asked(hub, seems_blocked)
    assert blocked(hub, bea)


async def test_a_stale_read_denies_the_block_that_was_just_made(hub: GithubEmulator, bea: GithubAccount) -> None:
    hub.set_fault(Fault(kind=FaultKind.STALE_READ, operation="block.check"))
    await asked(hub, block)
    assert not await asked(hub, seems_blocked)
    assert blocked(hub, bea)


async def test_an_empty_read_denies_a_block_that_stands(hub: GithubEmulator, bea: GithubAccount) -> None:
    hub.manual_actions.block_by_hand("owner", "bea")
    hub.set_fault(Fault(kind=FaultKind.EMPTY_READ, operation="block.check"))
    assert not await asked(hub, seems_blocked)
    assert blocked(hub, bea)


async def test_latency_makes_a_client_call_a_block_failed_that_then_holds(
    hub: GithubEmulator, bea: GithubAccount
) -> None:
    hub.set_fault(Fault(kind=FaultKind.LATENCY, operation="block.put", seconds=1.1))
    with pytest.raises(requests.Timeout):
        await asked(hub, block, timeout=1)
    assert not blocked(hub, bea)
    await asyncio.sleep(0.3)
    assert blocked(hub, bea)


@pytest.mark.parametrize("kind", [FaultKind.TOO_MANY, FaultKind.TOO_MANY_SILENT])
async def test_a_429_is_an_error_to_a_client_without_retries(
    hub: GithubEmulator, bea: GithubAccount, kind: FaultKind
) -> None:
    hub.set_fault(Fault(kind=kind, operation="block.put", times=1, seconds=1))
    with pytest.raises(GithubException) as refused:
        await asked(hub, block)
    assert refused.value.status == 429
    assert ("retry-after" in (refused.value.headers or {})) is (kind is FaultKind.TOO_MANY)
    assert not blocked(hub, bea)


async def test_a_429_that_names_no_time_is_not_even_tried_again_by_the_clients_own_retries(
    hub: GithubEmulator, bea: GithubAccount
) -> None:
    hub.set_fault(Fault(kind=FaultKind.TOO_MANY_SILENT, operation="block.put", times=1))
    with pytest.raises(GithubException):
        await asked(hub, block, GithubRetry(total=2))
    assert not blocked(hub, bea)


@pytest.mark.parametrize("kind", [FaultKind.TOO_MANY, FaultKind.TOO_MANY_SILENT])
async def test_the_secondary_limit_can_look_like_a_missing_right(
    hub: GithubEmulator, bea: GithubAccount, kind: FaultKind
) -> None:
    hub.set_fault(Fault(kind=kind, operation="block.put", times=1, seconds=1, status=403))
    with pytest.raises(RateLimitExceededException) as refused:
        await asked(hub, block)
    assert refused.value.status == 403
    assert not blocked(hub, bea)


async def test_a_5xx_leaves_a_client_that_goes_on_with_nobody_blocked(hub: GithubEmulator, bea: GithubAccount) -> None:
    hub.set_fault(Fault(kind=FaultKind.SERVER_ERROR, operation="block.put", times=1, status=502))
    with pytest.raises(GithubException) as failed:
        await asked(hub, block)
    assert failed.value.status == 502
    assert not blocked(hub, bea)


async def test_a_reset_leaves_a_client_that_goes_on_with_nobody_blocked(
    hub: GithubEmulator, bea: GithubAccount
) -> None:
    hub.set_fault(Fault(kind=FaultKind.RESET, operation="block.put", times=1))
    with pytest.raises(requests.ConnectionError):
        await asked(hub, block)
    assert not blocked(hub, bea)


async def test_a_lost_answer_makes_the_clients_own_retries_open_the_issue_twice(hub: GithubEmulator) -> None:
    hub.set_fault(Fault(kind=FaultKind.LOST_ANSWER, operation="issue.open", times=1))
    await asked(hub, open_issue, GithubRetry(total=2))
    assert [issue.title for issue in hub.state.repositories["site"].issues.values()] == ["Blue Heron", "Blue Heron"]


async def test_a_drip_outlasts_a_timeout_that_counts_only_pauses(hub: GithubEmulator) -> None:
    hub.set_fault(Fault(kind=FaultKind.DRIP, operation="organization.show", seconds=1.2))
    begun = machine.monotonic()
    await asked(hub, lambda g: g.get_organization("community"), timeout=1)
    assert machine.monotonic() - begun > 1.1
