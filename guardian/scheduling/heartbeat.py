"""The dead man's switch: as long as every loop comes round, somebody outside hears from us; silence is their alarm."""

from collections.abc import Awaitable, Callable, Sequence

from guardian.logs import logger

log = logger("scheduling")


async def send_heartbeat(
    stale_loops: Callable[[], Awaitable[Sequence[str]]], send: Callable[[], Awaitable[bool]]
) -> bool:
    """Send one sign of life, but none while a loop is stale: who only looks alive falls silent. False where none was taken.

    What cannot be asked counts as stale: its error passes.
    """
    loops = await stale_loops()
    if loops:
        log.error("heartbeat.was_withheld", loops=list(loops))
        return False
    accepted = await send()
    if not accepted:
        log.warning("heartbeat.not_taken")
    return accepted
