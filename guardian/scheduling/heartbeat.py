"""The dead man's switch: as long as every loop comes round, somebody outside hears from us; silence is their alarm."""

from collections.abc import Awaitable, Callable, Sequence

from guardian.logs import logger

log = logger("scheduling")


async def send_heartbeats(
    stale_loops: Callable[[], Awaitable[Sequence[str]]],
    send: Callable[[], Awaitable[bool]],
    interval_seconds: float,
    sleep: Callable[[float], Awaitable[None]],
) -> None:
    """A sign of life goes out every so many wire seconds, and never while a loop is stale: who only looks alive falls silent.

    Runs until it is cancelled. What cannot be asked counts as stale.
    """
    while True:
        await sleep(interval_seconds if await _send_heartbeat(stale_loops, send) else min(interval_seconds, 30.0))


async def _send_heartbeat(
    stale_loops: Callable[[], Awaitable[Sequence[str]]], send: Callable[[], Awaitable[bool]]
) -> bool:
    try:
        loops = await stale_loops()
        if loops:
            log.error("heartbeat.was_withheld", loops=list(loops))
            return False
        accepted = await send()
    except Exception as error:
        log.error("heartbeat.has_failed", kind=type(error).__name__)
        return False
    if not accepted:
        log.warning("heartbeat.not_taken")
    return accepted
