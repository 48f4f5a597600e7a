"""What bounds a call to Discord, whose library sleeps and retries by itself and cannot be told not to."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, TypeVar

import aiohttp
from discord.http import HTTPClient

from connectors.discord import translate
from connectors.discord.translate import NoAnswer
from connectors.http import WRONG_SHAPES, note_unreadable
from guardian.clock import monotonic_seconds
from guardian.logs import logger

LATE = "Discord did not answer in time"
_QUICK_RETRIES = 2
_REFUSED = (401, 403, 429)
MAX_REFUSALS = 1_000
REFUSALS_SECONDS = 600.0

T = TypeVar("T")

_log = logger("discord")
_going_on: set[asyncio.Task[Any]] = set()


class CallCut(Exception):
    """A call that is ended before the library would sleep past its ceiling."""

    def __init__(self, no_answer: NoAnswer) -> None:
        super().__init__(no_answer.reason)
        self.no_answer = no_answer


@dataclass(slots=True)
class _CallBound:
    """The bound that stands over the calls made now, and how often the server has failed them."""

    ends_at: float
    failures: int = 0


_current_bound: ContextVar[_CallBound | None] = ContextVar("discord_watch", default=None)


@contextlib.asynccontextmanager
async def bounded(ceiling: timedelta) -> AsyncIterator[None]:
    """End what is awaited inside within the ceiling, by TimeoutError where nothing else ends it."""
    seconds = ceiling.total_seconds()
    token = _current_bound.set(_CallBound(monotonic_seconds() + seconds))
    try:
        async with asyncio.timeout(seconds):
            yield
    finally:
        _current_bound.reset(token)


async def within(ceiling: timedelta, work: Coroutine[Any, Any, T], failure: Callable[[str], T]) -> T:
    """Return what the work gives; a failure that says why where it takes longer, or reads an answer of another shape."""
    try:
        async with bounded(ceiling):
            return await work
    except TimeoutError:
        return failure(LATE)
    except WRONG_SHAPES as error:
        note_unreadable(error)
        return failure(translate.UNREADABLE)


async def in_time(work: Coroutine[Any, Any, T], limit: timedelta, late: T) -> T:
    """Return what the work gives, or `late` where it takes longer. It is not cut off: what it holds, it gives back."""
    task = asyncio.create_task(work)
    _going_on.add(task)
    task.add_done_callback(_let_go)
    await asyncio.wait({task}, timeout=limit.total_seconds())
    return task.result() if task.done() else late


def _let_go(task: asyncio.Task[Any]) -> None:
    _going_on.discard(task)
    if not task.cancelled() and task.exception() is not None:
        _log.warning("look.failed", kind=type(task.exception()).__name__)


async def cut_call_before_sleep(
    _: aiohttp.ClientSession, __: SimpleNamespace, finished: aiohttp.TraceRequestEndParams
) -> None:
    """End a call before the library sleeps after a 429 or a 5xx for longer than the bound, and say so.

    A global 429 is worse than slow: cut in its sleep, the library would hold back every later call for ever.
    Calls without a bound (answers to interactions) are left to the library.
    """
    bound, response = _current_bound.get(), finished.response
    if bound is None or (response.status != 429 and response.status < 500):
        return
    left = bound.ends_at - monotonic_seconds()
    if response.status == 429:
        wait = translate.read_retry_after(response.headers, await response.read())
        if wait is None or wait.total_seconds() >= left:
            response.close()
            raise CallCut(NoAnswer("Discord asks us to wait", wait))
        return
    bound.failures += 1
    if bound.failures > _QUICK_RETRIES or 2 * bound.failures - 1 >= left:
        response.close()
        raise CallCut(NoAnswer(f"Discord answered {response.status}"))


class RefusalCounter:
    """How often Discord has refused us lately. It shuts out an address after 10,000 in ten minutes; we stop long before.

    Counted are 401, 403 and 429, but for limits that are shared with others, as Discord counts them.
    """

    def __init__(self, limit: int = MAX_REFUSALS, seconds: float = REFUSALS_SECONDS) -> None:
        self._limit, self._seconds = limit, seconds
        self._refused_at: deque[float] = deque()
        self._is_reported = False

    async def count(
        self, _: aiohttp.ClientSession, __: SimpleNamespace, finished: aiohttp.TraceRequestEndParams
    ) -> None:
        """Count the answer, if it is a refusal."""
        response = finished.response
        if response.status in _REFUSED and response.headers.get("X-RateLimit-Scope") != "shared":
            self._refused_at.append(monotonic_seconds())

    def active_pause(self) -> NoAnswer | None:
        """Return what stands for every call while there were too many; None while there were not."""
        now = monotonic_seconds()
        while self._refused_at and self._refused_at[0] <= now - self._seconds:
            self._refused_at.popleft()
        if len(self._refused_at) < self._limit:
            self._is_reported = False
            return None
        if not self._is_reported:
            _log.error("discord.refuses_too_much", refused=len(self._refused_at))
        self._is_reported = True
        left = self._refused_at[len(self._refused_at) - self._limit] + self._seconds - now
        return NoAnswer(
            "Discord has refused us too often, so nothing is asked of it for a while", timedelta(seconds=left)
        )


def reopen_buckets(http: HTTPClient) -> None:
    """Reopen the library's buckets: a call cut off while it makes way for the next one leaves nobody to do so.

    Where Discord has named no end, the library would look again after 30 s only, and no call of ours waits so long.
    """
    for bucket in http._buckets.values():
        if bucket.remaining <= 0 and bucket.outgoing == 0 and bucket.expires is None:
            bucket.remaining = bucket.limit
            bucket._wake(bucket.remaining)
