"""What bounds a call to Discord, whose library sleeps and retries by itself and cannot be told not to."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace

import aiohttp
from discord.http import HTTPClient

from connectors.discord import translate
from connectors.discord.translate import Silence
from guardian.clock import wire_seconds
from guardian.logs import logger

_QUICK_RETRIES = 2
_REFUSED = (401, 403, 429)
MOST_REFUSALS = 1_000
REFUSALS_SECONDS = 600.0

_log = logger("discord")


class Cut(Exception):
    """A call that is ended before the library would sleep past its ceiling."""

    def __init__(self, silence: Silence) -> None:
        super().__init__(silence.why)
        self.silence = silence


@dataclass(slots=True)
class _Watch:
    """The bound that stands over the calls made now, and how often the server has failed them."""

    ends: float
    failures: int = 0


_watched: ContextVar[_Watch | None] = ContextVar("discord_watch", default=None)


@contextlib.asynccontextmanager
async def bounded(ceiling: timedelta) -> AsyncIterator[None]:
    """What is awaited inside ends within the ceiling, by TimeoutError where nothing else ends it."""
    seconds = ceiling.total_seconds()
    mark = _watched.set(_Watch(wire_seconds() + seconds))
    try:
        async with asyncio.timeout(seconds):
            yield
    finally:
        _watched.reset(mark)


async def end_before_the_library_sleeps(
    _: aiohttp.ClientSession, __: SimpleNamespace, answered: aiohttp.TraceRequestEndParams
) -> None:
    """The library sleeps after a 429 or a 5xx; where that would outlast the bound, the call ends now and says so.

    A global 429 is worse than slow: cut in its sleep, the library would hold back every later call for ever.
    Calls without a bound (answers to interactions) are left to the library.
    """
    watch, response = _watched.get(), answered.response
    if watch is None or (response.status != 429 and response.status < 500):
        return
    left = watch.ends - wire_seconds()
    if response.status == 429:
        wait = translate.waiting_time(response.headers, await response.read())
        if wait is None or wait.total_seconds() >= left:
            response.close()
            raise Cut(Silence("Discord asks us to wait", wait))
        return
    watch.failures += 1
    if watch.failures > _QUICK_RETRIES or 2 * watch.failures - 1 >= left:
        response.close()
        raise Cut(Silence(f"Discord answered {response.status}"))


class Refusals:
    """How often Discord has refused us lately. It shuts out an address after 10,000 in ten minutes; we stop long before.

    Counted are 401, 403 and 429, but for limits that are shared with others, as Discord counts them.
    """

    def __init__(self, most: int = MOST_REFUSALS, seconds: float = REFUSALS_SECONDS) -> None:
        self._most, self._seconds = most, seconds
        self._heard: deque[float] = deque()
        self._told = False

    async def note(
        self, _: aiohttp.ClientSession, __: SimpleNamespace, answered: aiohttp.TraceRequestEndParams
    ) -> None:
        """The answer is counted, if it is a refusal."""
        response = answered.response
        if response.status in _REFUSED and response.headers.get("X-RateLimit-Scope") != "shared":
            self._heard.append(wire_seconds())

    def silence(self) -> Silence | None:
        """What stands for every call while there were too many; None while there were not."""
        now = wire_seconds()
        while self._heard and self._heard[0] <= now - self._seconds:
            self._heard.popleft()
        if len(self._heard) < self._most:
            self._told = False
            return None
        if not self._told:
            _log.error("discord.refuses_too_much", refused=len(self._heard))
        self._told = True
        left = self._heard[len(self._heard) - self._most] + self._seconds - now
        return Silence(
            "Discord has refused us too often, so nothing is asked of it for a while", timedelta(seconds=left)
        )


def open_buckets(http: HTTPClient) -> None:
    """No bucket of the library stays shut: a call cut off while it makes way for the next one leaves nobody to do so.

    Where Discord has named no end, the library would look again after 30 s only, and no call of ours waits so long.
    """
    for bucket in http._buckets.values():
        if bucket.remaining <= 0 and bucket.outgoing == 0 and bucket.expires is None:
            bucket.remaining = bucket.limit
            bucket._wake(bucket.remaining)
