"""One odd item never stops those behind it: whatever goes wrong with it, it is kept where it is, and people are told.

Every loop over what somebody sent, or over rows, takes each item in by `isolate`. Read that first.
"""

from collections.abc import Awaitable
from typing import Final

from guardian.errors import Stale
from guardian.journal import SERVICE, Entry
from guardian.logs import location_of, logger
from guardian.notices.models import NoticeKind
from guardian.people.models import Group
from guardian.services.context import AppContext
from guardian.services.notify import notify_office

log = logger("services")

UNSENT_NOTICE: Final = "a notice that was to be sent"
_FIRST: Final = "failed"
_TOLD: Final = "told of failed"


async def isolate(app: AppContext, source: str, item: str, work: Awaitable[object]) -> bool:
    """Do the work on one item; return False where it is to be tried again.

    Its error is let out to nobody. What fails a second time is left to people: they are told, once a day of each source,
    and it is tried again whenever it is met again. `source` is what people read; `item` tells it from others.
    """
    try:
        return await work is not False
    except Stale:
        log.info("item.was_stale", source=source)
        return False
    except Exception as error:
        # The edge of an item: its words, and an error's words about it, may be a report's.
        log.error("item.has_failed", source=source, kind=type(error).__name__, at=location_of(error))
    return await leave_to_people(app, source, item)


async def leave_to_people(app: AppContext, source: str, item: str) -> bool:
    """Record that an item has failed, and tell the group at the second time; return whether people have it now."""
    try:
        async with app.units_of_work.begin() as uow:
            if await uow.idempotency.claim(f"{_FIRST} {source}", item) is None:
                return False
            if await uow.idempotency.claim(f"{_TOLD} {source}", str(uow.now.date())) is None:
                facts = {"source": source}
                await notify_office(uow, Group.WORKING_GROUP, None, NoticeKind.ITEM_UNREAD, facts)
                uow.journal.note(Entry(act="item.was_left", by=SERVICE, authority="P-2.1", about=facts))
    except Exception as error:
        # Where nothing can be stored, nobody can be told either: it fails again, and is told of then.
        log.error("item.was_not_recorded", source=source, kind=type(error).__name__, at=location_of(error))
        return False
    return True
