"""A verified webhook says which accounts to look at, and nothing else in it is believed."""

from guardian.desk.desk import Desk, Work
from guardian.desk.native import noticed
from guardian.desk.noticing import accounts_changed
from guardian.logs import logger
from guardian.spaces.inlet import Knock

log = logger("desk")


async def take_in(desk: Desk, knock: Knock) -> bool:
    """The accounts that the event names are looked at; False for one that came before, by its id or by its body.

    They are looked at for a repeat as well: an account that is blocked, unblocked and blocked again within seconds is
    told of twice in the very same words, and a look costs nothing. What must happen once asks for the answer.
    Should the service die in between, the next regular look at the space finds what this one would have found.
    """
    async with desk.works.begin() as work:
        fresh = not await _came_before(work, knock)
    if not fresh:
        log.info("knock.was_repeated", space=knock.space, accounts=len(knock.native_ids))
    await accounts_changed(desk, knock.space, knock.native_ids)
    await noticed(desk, knock.space, knock.native_ids)
    return fresh


async def _came_before(work: Work, knock: Knock) -> bool:
    """Whether the id or the body is known; the id stands in an unsigned header, so both are remembered."""
    names = [f"body {knock.digest}", *([f"id {knock.delivery_id}"] if knock.delivery_id else [])]
    known = [await work.answers.claim(f"hook {knock.space}", name) for name in names]
    return any(earlier is not None for earlier in known)
