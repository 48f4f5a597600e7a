"""A unit of work becomes true as a whole; only then are listeners woken."""

import asyncio

import pytest
from sqlalchemy.exc import DBAPIError

from guardian.journal import SERVICE, Entry
from guardian.storage.backend import Dialect
from guardian.storage.database import Database
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from guardian.unit_of_work import WakeupTopic

ENTRY = Entry(act="service.was_started", by=SERVICE)


async def entries(units_of_work: SqlUnitOfWorkFactory) -> int:
    async with units_of_work.read() as view:
        return (await view.journal.verify()).entries


async def undone(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        uow.journal.note(ENTRY)
        uow.wake(WakeupTopic.WORK_ITEMS)
        raise LookupError


async def test_what_was_noted_is_written_with_the_act(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        uow.journal.note(ENTRY)
    assert await entries(units_of_work) == 1


async def test_listeners_wake_when_the_work_is_committed(
    units_of_work: SqlUnitOfWorkFactory, database: Database
) -> None:
    with database.subscribe(WakeupTopic.WORK_ITEMS) as subscription:
        async with units_of_work.begin() as uow:
            uow.journal.note(ENTRY)
            uow.wake(WakeupTopic.WORK_ITEMS)
        assert await asyncio.wait_for(subscription.wait_for_wakeup(), 5) == {WakeupTopic.WORK_ITEMS}
        assert await entries(units_of_work) == 1


async def test_work_that_is_undone_wakes_nobody(units_of_work: SqlUnitOfWorkFactory, database: Database) -> None:
    with database.subscribe(WakeupTopic.WORK_ITEMS) as subscription:
        if database.dialect is Dialect.POSTGRESQL:
            await asyncio.wait_for(subscription.wait_for_wakeup(), 5)
        with pytest.raises(LookupError):
            await undone(units_of_work)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(subscription.wait_for_wakeup(), 0)
    assert await entries(units_of_work) == 0


async def test_case_time_stands_still_within_a_unit_of_work(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        uow.journal.note(ENTRY)
        noted = uow.now
    async with units_of_work.read() as view:
        assert (await view.journal.after(0))[0].at == noted


async def test_nothing_can_be_written_through_a_look(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.read() as view:
        with pytest.raises(DBAPIError):
            await view.deliveries.claim("discord", "id-1", "d1", view.now)


async def test_a_look_has_no_journal_to_note_in(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.read() as view:
        assert not hasattr(view.journal, "note")
