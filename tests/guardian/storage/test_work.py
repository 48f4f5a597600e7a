"""A unit of work becomes true as a whole; only then are listeners woken and callbacks called."""

import asyncio

import pytest
from sqlalchemy.exc import DBAPIError

from guardian.journal import SERVICE, Entry
from guardian.storage.database import Database
from guardian.storage.work import Works

ENTRY = Entry("service.was_started", SERVICE)


async def entries(works: Works) -> int:
    async with works.look() as look:
        return (await look.journal.verify()).entries


async def undone(work: Works, called: list[str]) -> None:
    async with work.begin() as begun:
        begun.journal.note(ENTRY)
        begun.wake("work")
        begun.after_commit(lambda: called.append("called"))
        raise LookupError


async def test_what_was_noted_is_written_with_the_act(works: Works) -> None:
    async with works.begin() as work:
        work.journal.note(ENTRY)
    assert await entries(works) == 1


async def test_listeners_wake_when_the_work_is_committed(works: Works, database: Database) -> None:
    with database.listen("work") as listener:
        async with works.begin() as work:
            work.journal.note(ENTRY)
            work.wake("work")
        assert await asyncio.wait_for(listener.heard(), 5) == {"work"}
        assert await entries(works) == 1


async def test_callbacks_are_called_after_the_commit_and_not_before(works: Works) -> None:
    called: list[str] = []
    async with works.begin() as work:
        work.after_commit(lambda: called.append("called"))
        assert called == []
    assert called == ["called"]


async def test_work_that_is_undone_wakes_and_calls_nobody(works: Works) -> None:
    called: list[str] = []
    with pytest.raises(LookupError):
        await undone(works, called)
    assert called == []
    assert await entries(works) == 0


async def test_a_callback_that_fails_leaves_the_act_done_and_the_others_called(works: Works) -> None:
    called: list[str] = []
    async with works.begin() as work:
        work.journal.note(ENTRY)
        work.after_commit(lambda: called.remove("nothing"))
        work.after_commit(lambda: called.append("called"))
    assert called == ["called"]
    assert await entries(works) == 1


async def test_case_time_stands_still_within_a_unit_of_work(works: Works) -> None:
    async with works.begin() as work:
        work.journal.note(ENTRY)
        noted = work.now
    async with works.look() as look:
        assert (await look.journal.after(0))[0].at == noted


async def test_nothing_can_be_written_through_a_look(works: Works) -> None:
    async with works.look() as look:
        with pytest.raises(DBAPIError):
            await look.deliveries.claim("discord", "id-1", "d1", look.now)


async def test_a_look_has_no_journal_to_note_in(works: Works) -> None:
    async with works.look() as look:
        assert not hasattr(look.journal, "note")
