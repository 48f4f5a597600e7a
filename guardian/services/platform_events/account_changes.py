"""Make an account due when something was seen to happen to it in a space. Nothing else in the event is believed.

Read `on_account_changed` first.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from guardian.ids import SpaceName
from guardian.logs import logger
from guardian.services.context import AppContext
from guardian.spaces.port import Account
from guardian.unit_of_work import WakeupTopic

log = logger("services")

_FAILURES_WITHOUT_PAUSE: Final = 3
_PAUSE: Final = timedelta(seconds=5)


async def on_account_changed(app: AppContext, account: Account) -> None:
    """Make the account due now, if it is somebody's whom a sanction concerns."""
    await on_accounts_changed(app, account.space, (account.native_id,))


async def on_accounts_changed(app: AppContext, space: SpaceName, native_ids: Iterable[str]) -> None:
    """Make those of the accounts due now that have a work item; the others are nobody's business."""
    async with app.units_of_work.read() as view:
        known = await view.people.ids_of_accounts(space, frozenset(native_ids))
        items = [item for item in [await view.sanctions.work_item(account) for account in known] if item is not None]
    if not items:
        return
    async with app.units_of_work.begin() as uow:
        for item in items:
            # An attempt that fails may bring about the next event: a work item that is failing already waits a moment first.
            at = uow.now if item.failures < _FAILURES_WITHOUT_PAUSE else uow.now + _PAUSE
            await uow.sanctions.schedule_account(item.account, at)
        uow.wake(WakeupTopic.WORK_ITEMS)
    log.info("event.noticed", space=space, work_items=len(items))
