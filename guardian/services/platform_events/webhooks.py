"""Receive a verified webhook: it says which accounts to observe, and nothing else in it is believed.

Read `receive` first.
"""

from guardian.logs import logger
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.measures.native_actions import inspect_accounts
from guardian.services.platform_events.account_changes import on_accounts_changed
from guardian.spaces.webhooks import WebhookEvent

log = logger("services")


async def receive(app: AppContext, webhook_event: WebhookEvent) -> bool:
    """Make the accounts that the event names due; return False for one that came before, by its id or by its body.

    They are made due for a repeat as well: an account that is blocked, unblocked and blocked again within seconds is
    reported twice in the very same words, and observing costs nothing. What must happen once asks for the answer.
    Should the service die in between, the next resync of the space finds what this one would have found.
    """
    async with app.units_of_work.begin() as uow:
        is_new = not await _is_repeat(uow, webhook_event)
    if not is_new:
        log.info("webhook.was_repeated", space=webhook_event.space, accounts=len(webhook_event.native_ids))
    await on_accounts_changed(app, webhook_event.space, webhook_event.native_ids)
    await inspect_accounts(app, webhook_event.space, webhook_event.native_ids)
    return is_new


async def _is_repeat(uow: UnitOfWork, webhook_event: WebhookEvent) -> bool:
    """Whether the id or the body is known; the id stands in an unsigned header, so both are remembered."""
    names = [
        f"body {webhook_event.digest}",
        *([f"id {webhook_event.delivery_id}"] if webhook_event.delivery_id else []),
    ]
    known = [await uow.idempotency.claim(f"hook {webhook_event.space}", name) for name in names]
    return any(earlier is not None for earlier in known)
