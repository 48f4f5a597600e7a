"""What whoever can write to the database, but has no keys, cannot do unseen: change an act, an exclusion, a seat."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Row, delete, insert, select, update

from guardian.cases.case import Case, CaseKind, CaseState
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.ids import CaseId, MemberId
from guardian.journal import SERVICE, Anchor, Entry
from guardian.people.models import Group, Member, Office, Role
from guardian.storage.database import Database
from guardian.storage.journal_chain import ChainReport, entry_code
from guardian.storage.key_ring import KeyKind, KeyRing
from guardian.storage.tables.cases import cases, exclusions
from guardian.storage.tables.people import members
from guardian.storage.tables.system import journal, journal_head
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from guardian.storage.utc_datetime import to_microseconds
from tests.guardian.storage.manual_clock import ManualClock

CASE = CaseId("case-1")
AMARA = MemberId("member-1")


async def write(units_of_work: SqlUnitOfWorkFactory, *acts: str) -> None:
    for act in acts:
        async with units_of_work.begin() as uow:
            uow.journal.note(Entry(act=act, by=SERVICE))


async def verify(units_of_work: SqlUnitOfWorkFactory, *anchors: Anchor) -> ChainReport:
    async with units_of_work.read() as view:
        return await view.journal.verify(anchors)


async def rows_of(database: Database) -> Sequence[Row[Any]]:
    async with database.read() as connection:
        return (await connection.execute(select(journal).order_by(journal.c.position))).all()


async def execute(database: Database, *statements: Any) -> None:
    async with database.write() as connection:
        for statement in statements:
            await connection.execute(statement)


async def replace_journal(database: Database, rows: Sequence[dict[str, Any]]) -> None:
    """Put these entries in place of all, with a head that fits them."""
    head = update(journal_head).values(position=rows[-1]["position"], mac=rows[-1]["mac"])
    await execute(database, delete(journal), insert(journal).values(list(rows)), head)


@pytest.mark.harm("history-rewritten")
async def test_a_chain_computed_anew_without_the_key_ring_is_found(
    units_of_work: SqlUnitOfWorkFactory, database: Database
) -> None:
    """Policy: P-9.8. Whoever knows the format and every byte of the database still cannot make the codes."""
    await write(units_of_work, "case.was_read", "case.was_read", "case.was_closed")
    previous, forged = "0" * 64, []
    for row in await rows_of(database):
        entry = {**row._mapping, "previous": previous, "at": row.at.replace(year=2020)}
        said = [2, to_microseconds(entry["at"]), row.position, previous, 1, row.body_hash, row.case_mark]
        text = json.dumps(said, separators=(",", ":"))
        entry["mac"] = previous = hmac.new(bytes(32), text.encode(), hashlib.sha256).hexdigest()
        forged.append(entry)
    await replace_journal(database, forged)
    assert {fault.position for fault in (await verify(units_of_work)).faults} == {1, 2, 3}


@given(
    at=st.integers(0, 2**53),
    position=st.integers(1, 2**53),
    number=st.integers(1, 9),
    texts=st.tuples(st.text(max_size=70), st.text(max_size=70), st.none() | st.text(max_size=70)),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_code_of_an_entry_is_made_of_what_anybody_reads_there_as_json(
    ring: KeyRing, at: int, position: int, number: int, texts: tuple[str, str, str | None]
) -> None:
    """Policy: P-9.8. Whoever has the ring can prove the chain without our code, whatever was put into the columns."""
    previous, body_hash, mark = texts
    while number not in ring.numbers(KeyKind.JOURNAL):
        ring.add_keys(KeyKind.JOURNAL)
    key = ring.derive(KeyKind.JOURNAL, "journal 1", number)
    text = json.dumps([2, at, position, previous, number, body_hash, mark], separators=(",", ":"))
    expected = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    assert entry_code(ring, (at, position, previous, number, body_hash, mark)) == expected


async def test_a_walk_says_how_far_it_is(units_of_work: SqlUnitOfWorkFactory) -> None:
    await write(units_of_work, *["case.was_read"] * 3)
    said: list[tuple[int, int]] = []
    async with units_of_work.read() as view:
        await view.journal.verify(on_progress=lambda done, total: said.append((done, total)))
    assert said[-1] == (3, 3)


@pytest.mark.harm("history-rewritten")
async def test_an_entry_brought_over_from_another_copy_of_the_database_is_found(
    units_of_work: SqlUnitOfWorkFactory, database: Database
) -> None:
    """Policy: P-9.8. Both entries are the service's own: only that each names the one before it tells them apart."""
    await write(units_of_work, "case.was_read")
    first = [dict(row._mapping) for row in await rows_of(database)]
    await write(units_of_work, "case.was_read", "case.was_closed")
    other = [dict(row._mapping) for row in await rows_of(database)]
    await replace_journal(database, first)
    await write(units_of_work, "case.was_reopened", "case.was_read")
    here = [dict(row._mapping) for row in await rows_of(database)]
    await replace_journal(database, [*here[:2], {**other[2], "previous": here[1]["mac"]}])
    assert [fault.position for fault in (await verify(units_of_work)).faults] == [3]


@pytest.mark.harm("history-rewritten")
async def test_an_entry_or_its_body_that_is_genuine_and_of_another_history_is_found(
    units_of_work: SqlUnitOfWorkFactory, database: Database
) -> None:
    """Policy: P-9.8. Its code and its seal are right, and of this place: it only does not follow what stands before it."""
    await write(units_of_work, "case.was_read")
    first = [dict(row._mapping) for row in await rows_of(database)]
    await write(units_of_work, "case.was_read", "case.was_closed")
    other = [dict(row._mapping) for row in await rows_of(database)]
    await replace_journal(database, first)
    await write(units_of_work, "case.was_reopened", "case.was_read")
    here = [dict(row._mapping) for row in await rows_of(database)]
    await replace_journal(database, [*here[:2], other[2]])
    assert [(fault.position, fault.what) for fault in (await verify(units_of_work)).faults] == [
        (3, "does not follow the entry before it")
    ]
    await replace_journal(database, [*here[:2], {**here[2], "body": other[2]["body"]}])
    assert [fault.what for fault in (await verify(units_of_work)).faults] == [
        "has another body than the one that was written"
    ]


@pytest.mark.harm("history-rewritten")
async def test_an_entry_under_a_key_that_never_was_is_found(
    units_of_work: SqlUnitOfWorkFactory, database: Database
) -> None:
    """Policy: P-9.8. Whoever has no key names one that nobody has."""
    await write(units_of_work, "case.was_read", "case.was_closed")
    await execute(database, update(journal).where(journal.c.position == 2).values(ring_key_id=9))
    assert [fault.position for fault in (await verify(units_of_work)).faults] == [2]


@pytest.mark.harm("history-rewritten")
async def test_a_journal_under_another_key_ring_does_not_verify(
    units_of_work: SqlUnitOfWorkFactory, database: Database, clock: ManualClock, tmp_path: Path
) -> None:
    """Policy: P-9.8."""
    await write(units_of_work, "case.was_read")
    other_ring = KeyRing.create(tmp_path / "other keys", tmp_path / "other master")
    assert not (await verify(SqlUnitOfWorkFactory(database, other_ring, clock))).is_intact


@pytest.mark.harm("history-cut-off")
async def test_entries_cut_off_with_their_head_are_found_by_the_head_that_was_noted_outside(
    units_of_work: SqlUnitOfWorkFactory, database: Database
) -> None:
    """Policy: P-9.8."""
    await write(units_of_work, "case.was_read", "case.was_read", "case.was_closed")
    anchor = (await verify(units_of_work)).anchor
    await replace_journal(database, [dict(row._mapping) for row in await rows_of(database)][:2])
    assert (await verify(units_of_work)).is_intact, "nothing in the database itself tells"
    assert [fault.position for fault in (await verify(units_of_work, anchor)).faults] == [3]


@pytest.mark.harm("history-cut-off")
async def test_entries_cut_off_and_written_over_are_found_by_the_head_that_was_noted_outside(
    units_of_work: SqlUnitOfWorkFactory, database: Database
) -> None:
    """Policy: P-9.8."""
    await write(units_of_work, "case.was_read", "case.was_read", "case.was_closed")
    anchor = (await verify(units_of_work)).anchor
    await replace_journal(database, [dict(row._mapping) for row in await rows_of(database)][:2])
    await write(units_of_work, "case.was_reopened", "case.was_read")
    assert [fault.position for fault in (await verify(units_of_work, anchor)).faults] == [3]


async def test_an_anchor_is_read_as_it_was_written(units_of_work: SqlUnitOfWorkFactory) -> None:
    await write(units_of_work, "case.was_read")
    anchor = (await verify(units_of_work)).anchor
    assert Anchor.parse(f" {anchor}\n") == anchor
    assert Anchor.parse(str(anchor)[:-1]) is None


@pytest.fixture
async def seated(units_of_work: SqlUnitOfWorkFactory) -> SqlUnitOfWorkFactory:
    """A member with a seat and, from the second entry, an exclusion from a case; the third entry is of something else."""
    async with units_of_work.begin() as uow:
        role = Role(group=Group.WORKING_GROUP, office=Office.CHAIR, since=uow.now)
        await uow.people.add_member(Member(id=AMARA, name="Amara", roles=(role,)))
        uow.journal.note(Entry(act="member.was_seated", by=SERVICE))
    async with units_of_work.begin() as uow:
        case = Case(id=CASE, code_name="walnut-heron", kind=CaseKind.REPORT, state=CaseState.OPEN, opened_at=uow.now)
        await uow.cases.add_case(case)
        excluded = Exclusion(
            case=CASE, member=AMARA, kind=ExclusionKind.RECUSED, cause="met them", at=uow.now, by=SERVICE
        )
        await uow.cases.add_exclusion(excluded)
        uow.journal.note(Entry(act="member.was_recused", by=SERVICE, case=CASE))
    await write(units_of_work, "case.was_read")
    return units_of_work


async def test_seats_and_exclusions_as_they_were_recorded_verify(seated: SqlUnitOfWorkFactory) -> None:
    assert (await verify(seated)).is_intact


@pytest.mark.harm("access-given-past-the-journal")
@pytest.mark.parametrize(
    ("statement", "entry"),
    [
        (update(exclusions).values(lifted_at=ManualClock().now()), 2),
        (delete(exclusions), 2),
        (update(cases).values(board_only=True), 2),
        (update(members).values(ended_at=ManualClock().now()), 1),
    ],
    ids=["exclusion lifted", "exclusion removed", "case sent to the Board", "seats ended"],
)
async def test_access_changed_in_the_database_is_found_at_the_entry_that_decided_it(
    seated: SqlUnitOfWorkFactory, database: Database, statement: Any, entry: int
) -> None:
    """Policy: P-9.8."""
    await execute(database, statement)
    assert [fault.position for fault in (await verify(seated)).faults] == [entry]


@pytest.mark.harm("access-given-past-the-journal")
async def test_an_exclusion_that_no_act_decided_is_found(seated: SqlUnitOfWorkFactory, database: Database) -> None:
    """Policy: P-9.8."""
    async with database.read() as connection:
        known = (await connection.execute(select(exclusions))).one()
    added = {**known._mapping, "at": known.at.replace(year=2020), "kind": ExclusionKind.EXCLUDED}
    await execute(database, insert(exclusions).values(added))
    assert not (await verify(seated)).is_intact


@pytest.mark.harm("access-given-past-the-journal")
async def test_a_member_set_back_to_the_seats_of_before_is_found(
    seated: SqlUnitOfWorkFactory, database: Database
) -> None:
    """Policy: P-1.2. The sealed seats of before are genuine; only the journal knows that they are over."""
    async with database.read() as connection:
        before = (await connection.execute(select(members))).one()
    async with seated.begin() as uow:
        member = await uow.people.member(AMARA)
        assert member is not None
        await uow.people.save_member(replace(member, roles=()))
        uow.journal.note(Entry(act="member.was_seated", by=SERVICE))
    await execute(database, update(members).values(**before._mapping))
    assert [fault.position for fault in (await verify(seated)).faults] == [4]


@pytest.mark.harm("access-given-past-the-journal")
async def test_a_case_that_was_taken_out_with_its_exclusions_is_found(
    seated: SqlUnitOfWorkFactory, database: Database
) -> None:
    """Policy: P-9.8."""
    await execute(database, delete(exclusions), delete(cases))
    assert [fault.position for fault in (await verify(seated)).faults] == [2]


async def test_a_change_of_access_is_recorded_even_where_no_act_was_noted(seated: SqlUnitOfWorkFactory) -> None:
    async with seated.begin() as uow:
        member = await uow.people.member(AMARA)
        assert member is not None
        await uow.people.save_member(replace(member, email="amara@example.org"))
    async with seated.read() as view:
        assert [line.act for line in await view.journal.after(3)] == ["access.was_changed"]
    assert (await verify(seated)).is_intact
