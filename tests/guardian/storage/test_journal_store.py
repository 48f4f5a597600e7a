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
from guardian.storage.data_key_store import KeyScope
from guardian.storage.database import Database
from guardian.storage.encryption import EXPUNGED
from guardian.storage.journal_chain import GENESIS, ChainReport
from guardian.storage.tables.system import journal, journal_head
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.guardian.storage.manual_clock import ManualClock

CASE = CaseId("case-1")
REASON = "the walnut heron asked for it"


@pytest.fixture
async def kept(units_of_work: SqlUnitOfWorkFactory) -> SqlUnitOfWorkFactory:
    """Five entries in three transactions; the fourth has a text."""
    async with units_of_work.begin() as uow:
        uow.journal.note(Entry(act="case.was_opened", by=SERVICE, about={"report": "report-1"}, case=CASE))
    async with units_of_work.begin() as uow:
        uow.journal.note(Entry(act="case.was_read", by=by_member(MemberId("member-1")), case=CASE))
        uow.journal.note(Entry(act="case.was_read", by=by_member(MemberId("member-2")), case=CASE))
        uow.journal.note(
            Entry(
                act="step.was_skipped",
                by=by_member(MemberId("member-1")),
                authority="P-5.1",
                about={},
                case=CASE,
                text=REASON,
            )
        )
    async with units_of_work.begin() as uow:
        uow.journal.note(Entry(act="service.was_started", by=SERVICE))
    return units_of_work


async def verified(units_of_work: SqlUnitOfWorkFactory) -> ChainReport:
    async with units_of_work.read() as view:
        return await view.journal.verify()


async def tampered(database: Database, *statements: Any) -> None:
    async with database.write() as connection:
        for statement in statements:
            await connection.execute(statement)


def at(position: int) -> Update:
    return update(journal).where(journal.c.position == position)


async def test_a_chain_of_several_transactions_verifies(kept: SqlUnitOfWorkFactory) -> None:
    report = await verified(kept)
    assert report.is_intact
    assert (report.entries, report.withheld) == (5, 0)
    assert report.head != GENESIS


async def test_an_empty_journal_verifies(units_of_work: SqlUnitOfWorkFactory) -> None:
    assert await verified(units_of_work) == ChainReport(0, 0, GENESIS, ())


async def test_an_entry_is_read_as_it_was_noted(kept: SqlUnitOfWorkFactory, clock: ManualClock) -> None:
    async with kept.read() as view:
        line = (await view.journal.of_case(CASE))[3]
    assert (line.position, line.at, line.act, line.by) == (4, clock.now(), "step.was_skipped", "member-1")
    assert (line.authority, line.about, line.case, line.text) == ("P-5.1", {}, CASE, REASON)


async def test_entries_are_read_onward_from_a_position(kept: SqlUnitOfWorkFactory) -> None:
    async with kept.read() as view:
        assert [line.position for line in await view.journal.after(1, limit=2)] == [2, 3]
        assert [line.act for line in await view.journal.after(4)] == ["service.was_started"]


async def test_the_text_of_an_entry_is_sealed_and_its_plaintext_in_no_column(kept: SqlUnitOfWorkFactory) -> None:
    async with kept.read() as view:
        row = (await view.connection.execute(select(journal).where(journal.c.position == 4))).one()
    assert REASON not in str(row)
    assert REASON.encode() not in row.sealed


async def test_a_transaction_that_is_undone_leaves_no_entry(kept: SqlUnitOfWorkFactory) -> None:
    async def undone() -> None:
        async with kept.begin() as uow:
            uow.journal.note(Entry(act="case.was_closed", by=SERVICE))
            raise LookupError

    with pytest.raises(LookupError):
        await undone()
    report = await verified(kept)
    assert report.is_intact
    assert report.entries == 5


async def test_a_text_without_a_case_has_no_key_and_is_a_bug(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        with pytest.raises(ValueError, match="needs a case"):
            uow.journal.note(Entry(act="act.was_done", by=SERVICE, text=REASON))


async def test_many_at_once_write_one_chain(units_of_work: SqlUnitOfWorkFactory) -> None:
    async def act(number: int) -> None:
        async with units_of_work.begin() as uow:
            uow.journal.note(Entry(act="case.was_read", by=SERVICE, about={"number": str(number)}))

    await asyncio.gather(*(act(number) for number in range(24)))
    report = await verified(units_of_work)
    assert report.is_intact
    assert report.entries == 24


async def test_a_journal_longer_than_one_batch_verifies(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        for _ in range(1203):
            uow.journal.note(Entry(act="case.was_read", by=SERVICE))
    report = await verified(units_of_work)
    assert report.is_intact
    assert report.entries == 1203


@pytest.mark.parametrize(
    ("changes", "found_at"),
    [
        (lambda clock: [at(3).values(body=b"{}")], 3),
        (lambda clock: [at(3).values(body=b"{}", body_hash="0" * 64)], 3),
        (lambda clock: [at(3).values(at=clock.now() + timedelta(hours=1))], 3),
        (lambda clock: [at(3).values(case_mark="0" * 64)], 3),
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
    kept: SqlUnitOfWorkFactory,
    database: Database,
    clock: ManualClock,
    changes: Callable[[ManualClock], list[Any]],
    found_at: int,
) -> None:
    await tampered(database, *changes(clock))
    report = await verified(kept)
    assert not report.is_intact
    assert report.faults[0].position == found_at


async def test_two_entries_whose_bodies_were_exchanged_are_found(
    kept: SqlUnitOfWorkFactory, database: Database
) -> None:
    async with database.read() as connection:
        bodies = {row.position: row for row in await connection.execute(select(journal))}
    swap = [at(a).values(body=bodies[b].body, body_hash=bodies[b].body_hash) for a, b in ((2, 3), (3, 2))]
    await tampered(database, *swap)
    assert {fault.position for fault in (await verified(kept)).faults} == {2, 3}


async def test_an_expunged_text_reads_as_such_and_the_chain_still_verifies(kept: SqlUnitOfWorkFactory) -> None:
    async with kept.begin() as uow:
        await uow.encryption.destroy(KeyScope.of_case(CASE))
        uow.journal.note(Entry(act="case.was_expunged", by=SERVICE, case=CASE))
    async with kept.read() as view:
        assert (await view.journal.of_case(CASE))[3].text is EXPUNGED
    assert (await verified(kept)).is_intact


async def test_a_body_that_is_walled_off_is_counted_and_the_chain_still_verifies(
    kept: SqlUnitOfWorkFactory, database: Database
) -> None:
    await tampered(database, at(2).values(body=None), at(4).values(sealed=None))
    report = await verified(kept)
    assert report.is_intact
    assert (report.entries, report.withheld) == (5, 2)


async def test_the_chain_goes_on_after_a_walled_entry(kept: SqlUnitOfWorkFactory, database: Database) -> None:
    await tampered(database, at(5).values(body=None))
    async with kept.begin() as uow:
        uow.journal.note(Entry(act="service.was_stopped", by=SERVICE))
    assert (await verified(kept)).is_intact


async def test_no_two_entries_can_follow_the_same_one(kept: SqlUnitOfWorkFactory, database: Database) -> None:
    with pytest.raises(IntegrityError):
        await tampered(database, at(3).values(previous=GENESIS))


async def test_a_chain_whose_head_was_removed_does_not_begin_anew(
    kept: SqlUnitOfWorkFactory, database: Database
) -> None:
    async def goes_on() -> None:
        async with kept.begin() as uow:
            uow.journal.note(Entry(act="service.was_started", by=SERVICE))

    await tampered(database, delete(journal_head))
    with pytest.raises(IntegrityError):
        await goes_on()
