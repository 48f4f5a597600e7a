"""The journal's chain: what was written is found changed, missing or moved; what was forgotten on purpose is not."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Update, delete, select, update
from sqlalchemy.exc import IntegrityError

from guardian.ids import CaseId, MemberId
from guardian.journal import SERVICE, Entry, by_member
from guardian.storage.database import Database
from guardian.storage.journal_store import GENESIS, ChainReport
from guardian.storage.keys_store import Scope
from guardian.storage.sealed import EXPUNGED
from guardian.storage.tables.ground import journal, journal_head
from guardian.storage.work import Works
from tests.guardian.storage.standing import StandingClock

CASE = CaseId("case-1")
REASON = "the walnut heron asked for it"


@pytest.fixture
async def kept(works: Works) -> Works:
    """Five entries in three transactions; the fourth has a text."""
    async with works.begin() as work:
        work.journal.note(Entry("case.was_opened", SERVICE, about={"report": "report-1"}, case=CASE))
    async with works.begin() as work:
        work.journal.note(Entry("case.was_read", by_member(MemberId("member-1")), case=CASE))
        work.journal.note(Entry("case.was_read", by_member(MemberId("member-2")), case=CASE))
        work.journal.note(Entry("step.was_skipped", by_member(MemberId("member-1")), "P-5.1", {}, CASE, REASON))
    async with works.begin() as work:
        work.journal.note(Entry("service.was_started", SERVICE))
    return works


async def verified(works: Works) -> ChainReport:
    async with works.look() as look:
        return await look.journal.verify()


async def tampered(database: Database, *statements: Any) -> None:
    async with database.write() as connection:
        for statement in statements:
            await connection.execute(statement)


def at(position: int) -> Update:
    return update(journal).where(journal.c.position == position)


async def test_a_chain_of_several_transactions_verifies(kept: Works) -> None:
    report = await verified(kept)
    assert report.whole
    assert (report.entries, report.withheld) == (5, 0)
    assert report.head != GENESIS


async def test_an_empty_journal_verifies(works: Works) -> None:
    assert await verified(works) == ChainReport(0, 0, GENESIS, ())


async def test_an_entry_is_read_as_it_was_noted(kept: Works, clock: StandingClock) -> None:
    async with kept.look() as look:
        line = (await look.journal.of_case(CASE))[3]
    assert (line.position, line.at, line.act, line.by) == (4, clock.now(), "step.was_skipped", "member-1")
    assert (line.authority, line.about, line.case, line.text) == ("P-5.1", {}, CASE, REASON)


async def test_entries_are_read_onward_from_a_position(kept: Works) -> None:
    async with kept.look() as look:
        assert [line.position for line in await look.journal.after(1, limit=2)] == [2, 3]
        assert [line.act for line in await look.journal.after(4)] == ["service.was_started"]


async def test_the_text_of_an_entry_is_sealed_and_its_plaintext_in_no_column(kept: Works) -> None:
    async with kept.look() as look:
        row = (await look.connection.execute(select(journal).where(journal.c.position == 4))).one()
    assert REASON not in str(row)
    assert REASON.encode() not in row.sealed


async def test_a_transaction_that_is_undone_leaves_no_entry(kept: Works) -> None:
    async def undone() -> None:
        async with kept.begin() as work:
            work.journal.note(Entry("case.was_closed", SERVICE))
            raise LookupError

    with pytest.raises(LookupError):
        await undone()
    report = await verified(kept)
    assert report.whole
    assert report.entries == 5


async def test_a_text_without_a_case_has_no_key_and_is_a_bug(works: Works) -> None:
    async with works.begin() as work:
        with pytest.raises(ValueError, match="needs a case"):
            work.journal.note(Entry("act.was_done", SERVICE, text=REASON))


async def test_many_at_once_write_one_chain(works: Works) -> None:
    async def act(number: int) -> None:
        async with works.begin() as work:
            work.journal.note(Entry("case.was_read", SERVICE, about={"number": str(number)}))

    await asyncio.gather(*(act(number) for number in range(24)))
    report = await verified(works)
    assert report.whole
    assert report.entries == 24


async def test_a_journal_longer_than_one_batch_verifies(works: Works) -> None:
    async with works.begin() as work:
        for _ in range(1203):
            work.journal.note(Entry("case.was_read", SERVICE))
    report = await verified(works)
    assert report.whole
    assert report.entries == 1203


@pytest.mark.parametrize(
    ("changes", "found_at"),
    [
        (lambda clock: [at(3).values(body="{}")], 3),
        (lambda clock: [at(3).values(body="{}", body_hash="0" * 64)], 3),
        (lambda clock: [at(3).values(at=clock.now() + timedelta(hours=1))], 4),
        (lambda clock: [at(3).values(case_id="case-2")], 3),
        (lambda clock: [at(4).values(sealed=b"another text")], 4),
        (lambda clock: [delete(journal).where(journal.c.position == 3)], 3),
        (lambda clock: [delete(journal).where(journal.c.position == 1)], 1),
        (lambda clock: [delete(journal).where(journal.c.position == 5)], 4),
        (lambda clock: [at(5).values(at=clock.now() + timedelta(hours=1))], 5),
        (lambda clock: [at(2).values(position=9), at(3).values(position=2), at(9).values(position=3)], 2),
        (lambda clock: [delete(journal_head)], 5),
        (lambda clock: [update(journal_head).values(position=4)], 5),
        (lambda clock: [delete(journal)], 0),
    ],
    ids=[
        "body changed",
        "body and its hash changed",
        "time changed",
        "moved to another case",
        "text changed",
        "entry removed",
        "first removed",
        "last removed",
        "last entry's time changed",
        "two exchanged",
        "head removed",
        "head moved back",
        "all removed",
    ],
)
async def test_tampering_is_found_where_it_was_done(
    kept: Works, database: Database, clock: StandingClock, changes: Callable[[StandingClock], list[Any]], found_at: int
) -> None:
    await tampered(database, *changes(clock))
    report = await verified(kept)
    assert not report.whole
    assert report.faults[0].position == found_at


async def test_two_entries_whose_bodies_were_exchanged_are_found(kept: Works, database: Database) -> None:
    async with database.read() as connection:
        bodies = {row.position: row for row in await connection.execute(select(journal))}
    swap = [at(a).values(body=bodies[b].body, body_hash=bodies[b].body_hash) for a, b in ((2, 3), (3, 2))]
    await tampered(database, *swap)
    assert {fault.position for fault in (await verified(kept)).faults} == {3, 4}


async def test_an_expunged_text_reads_as_such_and_the_chain_still_verifies(kept: Works) -> None:
    async with kept.begin() as work:
        await work.sealer.destroy(Scope.of_case(CASE))
        work.journal.note(Entry("case.was_expunged", SERVICE, case=CASE))
    async with kept.look() as look:
        assert (await look.journal.of_case(CASE))[3].text is EXPUNGED
    assert (await verified(kept)).whole


async def test_a_body_that_is_walled_off_is_counted_and_the_chain_still_verifies(
    kept: Works, database: Database
) -> None:
    await tampered(database, at(2).values(body=None), at(4).values(sealed=None))
    report = await verified(kept)
    assert report.whole
    assert (report.entries, report.withheld) == (5, 2)


async def test_the_chain_goes_on_after_a_walled_entry(kept: Works, database: Database) -> None:
    await tampered(database, at(5).values(body=None))
    async with kept.begin() as work:
        work.journal.note(Entry("service.was_stopped", SERVICE))
    assert (await verified(kept)).whole


async def test_no_two_entries_can_follow_the_same_one(kept: Works, database: Database) -> None:
    with pytest.raises(IntegrityError):
        await tampered(database, at(3).values(previous=GENESIS))


async def test_a_chain_whose_head_was_removed_does_not_begin_anew(kept: Works, database: Database) -> None:
    async def goes_on() -> None:
        async with kept.begin() as work:
            work.journal.note(Entry("service.was_started", SERVICE))

    await tampered(database, delete(journal_head))
    with pytest.raises(IntegrityError):
        await goes_on()
