"""What bounds a call to Discord, whose library sleeps and retries by itself and cannot be told not to."""

import asyncio
import contextlib
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

_QUICK_RETRIES = 2


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


def open_buckets(http: HTTPClient) -> None:
    """No bucket of the library stays shut: a call cut off while it makes way for the next one leaves nobody to do so.

    Where Discord has named no end, the library would look again after 30 s only, and no call of ours waits so long.
    """
    for bucket in http._buckets.values():
        if bucket.remaining <= 0 and bucket.outgoing == 0 and bucket.expires is None:
            bucket.remaining = bucket.limit
            bucket._wake(bucket.remaining)
