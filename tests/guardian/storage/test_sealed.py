"""What is sealed can be read in its own place, with its own key, and nowhere else; without the key it is gone."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, insert

from guardian.errors import NotFound
from guardian.ids import CaseId, PersonId
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.keys_store import DataKeyStore, Scope
from guardian.storage.migrations.steps import create_all
from guardian.storage.sealed import EXPUNGED, FORMAT, SealBroken, Sealer
from guardian.storage.tables.ground import meta
from guardian.storage.work import Work, Works
from tests.guardian.storage.standing import StandingClock

CASE = Scope.of_case(CaseId("case-1"))
TEXT = "the walnut heron sang at noon"

names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@pytest.fixture
async def work(works: Works) -> AsyncIterator[Work]:
    async with works.begin() as begun:
        yield begun


@pytest.fixture
async def sealer(work: Work) -> Sealer:
    return work.sealer


async def sealed_by(sealer: Sealer, text: str = TEXT) -> bytes:
    return await sealer.seal(CASE, "reports", "row-1", "text", text)


async def test_what_was_sealed_can_be_read_in_a_later_unit_of_work(works: Works) -> None:
    async with works.begin() as work:
        sealed = await sealed_by(work.sealer)
    async with works.look() as look:
        assert await look.sealer.unseal_text("reports", "row-1", "text", sealed) == TEXT


async def test_a_value_of_json_comes_back_as_it_was(sealer: Sealer) -> None:
    value = {"who": ["Zoë", None], "count": 3}
    sealed = await sealer.seal_json(CASE, "drafts", "row-1", "parts", value)
    assert await sealer.unseal_json("drafts", "row-1", "parts", sealed) == value


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400), place=st.tuples(names, names, names), other=st.tuples(names, names, names))
async def test_a_text_opens_in_its_own_place_and_in_no_other(
    sealer: Sealer, content: bytes, place: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    table, row_id, column = place
    sealed = await sealer.seal(CASE, table, row_id, column, content)
    assert await sealer.unseal(table, row_id, column, sealed) == content
    if other != place:
        with pytest.raises(SealBroken):
            await sealer.unseal(*other, sealed)


@pytest.mark.parametrize(
    "place", [("notes", "row-1", "text"), ("reports", "row-2", "text"), ("reports", "row-1", "title")]
)
async def test_a_text_moved_to_another_table_row_or_column_does_not_open(
    sealer: Sealer, place: tuple[str, str, str]
) -> None:
    sealed = await sealed_by(sealer)
    with pytest.raises(SealBroken):
        await sealer.unseal(*place, sealed)


async def test_where_one_name_ends_and_the_next_begins_is_part_of_the_place(sealer: Sealer) -> None:
    sealed = await sealer.seal(CASE, "ab", "c", "d", TEXT)
    with pytest.raises(SealBroken):
        await sealer.unseal("a", "bc", "d", sealed)


async def test_a_change_of_any_byte_is_found(sealer: Sealer) -> None:
    sealed = await sealed_by(sealer)
    for index in range(len(sealed)):
        changed = sealed[:index] + bytes([sealed[index] ^ 1]) + sealed[index + 1 :]
        with pytest.raises(SealBroken):
            await sealer.unseal("reports", "row-1", "text", changed)


@pytest.mark.parametrize("length", [0, 1, 17, 28, 40])
async def test_a_cut_value_is_broken_and_not_a_crash(sealer: Sealer, length: int) -> None:
    sealed = await sealed_by(sealer)
    with pytest.raises(SealBroken):
        await sealer.unseal("reports", "row-1", "text", sealed[:length])


async def test_a_sealed_value_says_its_format_and_its_key_and_nothing_twice(sealer: Sealer, work: Work) -> None:
    first, second = await sealed_by(sealer), await sealed_by(sealer)
    key = await DataKeyStore(work.connection).of_scope(CASE)
    assert key is not None
    assert first[0] == FORMAT == 1
    assert str(UUID(bytes=first[1:17])) == key.id
    assert first[:17] == second[:17]
    assert first[17:] != second[17:]


async def test_each_scope_has_a_key_of_its_own(sealer: Sealer) -> None:
    scopes = (
        CASE,
        Scope.of_case(CaseId("case-2")),
        Scope.of_person(PersonId("case-1")),
        Scope.of_identity(PersonId("case-1")),
        Scope.of_service("case-1"),
    )
    assert len({(await sealer.seal(scope, "t", "r", "c", ""))[1:17] for scope in scopes}) == len(scopes)


async def test_a_scope_keeps_its_one_key_over_many_units_of_work(works: Works) -> None:
    keys = set()
    for _ in range(3):
        async with works.begin() as work:
            keys.add((await sealed_by(work.sealer))[1:17])
    assert len(keys) == 1


async def test_with_its_key_destroyed_a_text_is_expunged_for_good(works: Works) -> None:
    async with works.begin() as work:
        sealed = await sealed_by(work.sealer)
    async with works.begin() as work:
        assert await work.sealer.unseal("reports", "row-1", "text", sealed) == TEXT.encode()
        assert await work.sealer.destroy(CASE)
        assert await work.sealer.unseal("reports", "row-1", "text", sealed) is EXPUNGED
    async with works.look() as look:
        assert await look.sealer.unseal_text("reports", "row-1", "text", sealed) is EXPUNGED
        assert await look.sealer.unseal_json("reports", "row-1", "text", sealed) is EXPUNGED


async def test_nothing_new_is_sealed_for_a_scope_that_is_expunged(works: Works) -> None:
    async with works.begin() as work:
        await sealed_by(work.sealer)
        await work.sealer.destroy(CASE)
        with pytest.raises(NotFound):
            await sealed_by(work.sealer)


async def test_a_key_is_destroyed_once(sealer: Sealer) -> None:
    assert not await sealer.destroy(CASE)
    await sealed_by(sealer)
    assert await sealer.destroy(CASE)
    assert not await sealer.destroy(CASE)


async def test_the_other_scopes_outlive_a_destroyed_key(sealer: Sealer) -> None:
    other = Scope.of_case(CaseId("case-2"))
    sealed = await sealer.seal(other, "reports", "row-2", "text", TEXT)
    await sealed_by(sealer)
    await sealer.destroy(CASE)
    assert await sealer.unseal_text("reports", "row-2", "text", sealed) == TEXT


async def test_a_unit_of_work_that_is_undone_leaves_no_key(works: Works) -> None:
    async def undone() -> None:
        async with works.begin() as work:
            await sealed_by(work.sealer)
            raise LookupError

    with pytest.raises(LookupError):
        await undone()
    async with works.look() as look:
        assert await DataKeyStore(look.connection).of_scope(CASE) is None


async def test_another_key_ring_opens_nothing(works: Works, database: Database, tmp_path: Path) -> None:
    async with works.begin() as work:
        sealed = await sealed_by(work.sealer)
    other = KeyRing.create(tmp_path / "other keys", tmp_path / "other master")
    async with Works(database, other, StandingClock()).look() as look:
        with pytest.raises(SealBroken):
            await look.sealer.unseal("reports", "row-1", "text", sealed)


async def test_the_keys_of_a_list_are_asked_for_together(works: Works) -> None:
    async with works.begin() as work:
        sealed = {
            f"row-{number}": await work.sealer.seal(
                Scope.of_case(CaseId(f"case-{number}")), "reports", f"row-{number}", "text", str(number)
            )
            for number in range(30)
        }
    async with works.look() as look:
        asked: list[str] = []
        connection = look.connection.sync_connection
        assert connection is not None
        event.listen(connection, "before_cursor_execute", lambda *call: asked.append(call[2]))
        await look.sealer.prepare([*sealed.values(), None])
        texts = [await look.sealer.unseal_text("reports", row_id, "text", value) for row_id, value in sealed.items()]
    assert texts == [str(number) for number in range(30)]
    assert len(asked) == 1


async def test_no_plaintext_stands_in_the_files_of_the_database(sqlite_url: str, ring: KeyRing) -> None:
    path = Path(sqlite_url.partition("///")[2])
    async with await Database.open(sqlite_url) as database:
        await create_all(database)
        async with Works(database, ring, StandingClock()).begin() as work:
            sealed = await work.sealer.seal(CASE, "meta", "a", "value", TEXT)
            await work.connection.execute(insert(meta).values(name="a", value=f"walnut-mark {sealed.hex()}"))
        stored = b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
    assert b"walnut-mark" in stored, "the file must have been written for this test to mean anything"
    assert TEXT.encode() not in stored
    assert TEXT.encode().hex().encode() not in stored
    assert TEXT.encode("utf-16-le") not in stored
