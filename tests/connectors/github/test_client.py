"""The GitHub client alone: threads, tokens, and what it lets pass as an answer."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from connectors.emulators.github.server import GithubEmulator
from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.github.client import ErrorResponse, GithubClient, GithubConfig, InstallationTokens, Response
from connectors.github.requester import RecordingRequester


class Watched(GithubClient):
    """Keeps which thread used which object of the library; several threads are at work at the same moment."""

    def __init__(self, config: GithubConfig, together: int) -> None:
        super().__init__(config)
        self.used: list[tuple[int, RecordingRequester]] = []
        self._meet = threading.Barrier(together, timeout=10)

    def _reply_to(self, ask: Callable[[RecordingRequester], object], requester: RecordingRequester) -> Response:
        self._meet.wait()
        self.used.append((threading.get_ident(), requester))
        return super()._reply_to(ask, requester)


async def test_an_object_of_the_library_is_never_shared_between_threads(
    github: GithubEmulator, config: GithubConfig
) -> None:
    watched = Watched(config, together=4)
    for _ in range(2):
        await asyncio.gather(*(asyncio.to_thread(watched.organization) for _ in range(4)))
    owners: dict[int, set[int]] = {}
    for thread, requester in watched.used:
        owners.setdefault(id(requester), set()).add(thread)
    assert len(owners) >= 4
    assert all(len(threads) == 1 for threads in owners.values())


def numbered() -> Iterator[str]:
    return (f"token {number}" for number in count())


def test_a_token_is_kept_until_shortly_before_its_hour_is_over() -> None:
    made, now = numbered(), [0.0]
    tokens = InstallationTokens(lambda: next(made), lambda: now[0])
    for now[0], token in ((0.0, "token 0"), (2999.0, "token 0"), (3001.0, "token 1"), (5000.0, "token 1")):
        assert tokens.current() == token


def test_a_late_complaint_about_an_old_token_leaves_the_new_one() -> None:
    made = numbered()
    tokens = InstallationTokens(lambda: next(made))
    tokens.drop(tokens.current())
    assert tokens.current() == "token 1"
    tokens.drop("token 0")
    assert tokens.current() == "token 1"


async def test_the_library_neither_waits_nor_repeats(github: GithubEmulator, config: GithubConfig) -> None:
    github.set_fault(Fault(kind=FaultKind.SERVER_ERROR, operation="organization.show", status=502))
    with pytest.raises(ErrorResponse):
        await asyncio.to_thread(GithubClient(config).organization)
    assert len(github.history.calls("organization.show")) == 1


async def test_the_token_is_asked_for_once_however_often_it_fails(github: GithubEmulator, config: GithubConfig) -> None:
    github.set_fault(Fault(kind=FaultKind.SERVER_ERROR, operation="token.create", status=502))
    with pytest.raises(Exception, match="502"):
        await asyncio.to_thread(GithubClient(config).organization)
    assert len(github.history.calls("token.create")) == 1
