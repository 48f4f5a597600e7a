"""The dead man's switch: as long as every loop comes round, somebody outside hears from us; silence is their alarm."""

from collections.abc import Awaitable, Callable, Sequence

from guardian.logs import logger

log = logger("scheduling")


async def keep_beating(
    stale: Callable[[], Awaitable[Sequence[str]]],
    beat: Callable[[], Awaitable[bool]],
    seconds: float,
    nap: Callable[[float], Awaitable[None]],
) -> None:
    """A sign of life goes out every so many wire seconds, and never while a loop is stale: who only looks alive falls silent.

    Runs until it is cancelled. What cannot be asked counts as stale.
    """
    while True:
        await nap(seconds if await _beaten(stale, beat) else min(seconds, 30.0))


async def _beaten(stale: Callable[[], Awaitable[Sequence[str]]], beat: Callable[[], Awaitable[bool]]) -> bool:
    try:
        loops = await stale()
        if loops:
            log.error("heartbeat.was_withheld", loops=list(loops))
            return False
        taken = await beat()
    except Exception as error:
        log.error("heartbeat.has_failed", kind=type(error).__name__)
        return False
    if not taken:
        log.warning("heartbeat.not_taken")
    return taken
