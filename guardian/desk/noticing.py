"""Something was seen to happen to an account in a space: its key is due. Nothing else in the event is believed."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from guardian.desk.desk import Desk
from guardian.ids import SpaceName
from guardian.logs import logger
from guardian.sanctions.lifting import TOPIC
from guardian.spaces.port import Account

log = logger("desk")

_FRESH: Final = 3
_BREATH: Final = timedelta(seconds=5)


async def account_changed(desk: Desk, account: Account) -> None:
    """If the account is somebody's whom a sanction concerns, it is looked at now."""
    await accounts_changed(desk, account.space, (account.native_id,))


async def accounts_changed(desk: Desk, space: SpaceName, native_ids: Iterable[str]) -> None:
    """Those of the accounts that have a key are looked at now; the others are nobody's business."""
    wanted = frozenset(native_ids)
    async with desk.works.look() as view:
        known = [a.id for a in await view.people.accounts_in(space) if a.account.native_id in wanted]
        keys = [key for key in [await view.sanctions.key(account) for account in known] if key is not None]
    if not keys:
        return
    async with desk.works.begin() as work:
        for key in keys:
            # An attempt that fails may bring about the next event: a key that is in trouble already takes a breath first.
            at = work.now if key.failures < _FRESH else work.now + _BREATH
            await work.sanctions.touch_account(key.account, at)
        work.wake(TOPIC)
    log.info("event.noticed", space=space, keys=len(keys))
