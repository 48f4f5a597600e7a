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
from guardian.storage.data_key_store import DataKeyStore, KeyScope
from guardian.storage.database import Database
from guardian.storage.encryption import EXPUNGED, FORMAT, DecryptionFailed, FieldEncryption
from guardian.storage.key_ring import KeyRing
from guardian.storage.migrations.steps import create_tables
from guardian.storage.tables.system import meta
from guardian.storage.unit_of_work import SqlUnitOfWork, SqlUnitOfWorkFactory
from tests.guardian.storage.manual_clock import ManualClock

CASE = KeyScope.of_case(CaseId("case-1"))
TEXT = "the walnut heron sang at noon"

names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)


@pytest.fixture
async def uow(units_of_work: SqlUnitOfWorkFactory) -> AsyncIterator[SqlUnitOfWork]:
    async with units_of_work.begin() as uow:
        yield uow


@pytest.fixture
async def encryption(uow: SqlUnitOfWork) -> FieldEncryption:
    return uow.encryption


async def encrypt_sample(encryption: FieldEncryption, text: str = TEXT) -> bytes:
    return await encryption.encrypt(CASE, "reports", "row-1", "text", text)


async def test_what_was_sealed_can_be_read_in_a_later_unit_of_work(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        encrypted = await encrypt_sample(uow.encryption)
    async with units_of_work.read() as view:
        assert await view.encryption.decrypt_text("reports", "row-1", "text", encrypted) == TEXT


async def test_a_value_of_json_comes_back_as_it_was(encryption: FieldEncryption) -> None:
    value = {"who": ["Zoë", None], "count": 3}
    encrypted = await encryption.encrypt_json(CASE, "drafts", "row-1", "parts", value)
    assert await encryption.decrypt_json("drafts", "row-1", "parts", encrypted) == value


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400), place=st.tuples(names, names, names), other=st.tuples(names, names, names))
async def test_a_text_opens_in_its_own_place_and_in_no_other(
    encryption: FieldEncryption, content: bytes, place: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    table, row_id, column = place
    encrypted = await encryption.encrypt(CASE, table, row_id, column, content)
    assert await encryption.decrypt(table, row_id, column, encrypted) == content
    if other != place:
        with pytest.raises(DecryptionFailed):
            await encryption.decrypt(*other, encrypted)


@pytest.mark.parametrize(
    "place", [("notes", "row-1", "text"), ("reports", "row-2", "text"), ("reports", "row-1", "title")]
)
async def test_a_text_moved_to_another_table_row_or_column_does_not_open(
    encryption: FieldEncryption, place: tuple[str, str, str]
) -> None:
    encrypted = await encrypt_sample(encryption)
    with pytest.raises(DecryptionFailed):
        await encryption.decrypt(*place, encrypted)


async def test_where_one_name_ends_and_the_next_begins_is_part_of_the_place(encryption: FieldEncryption) -> None:
    encrypted = await encryption.encrypt(CASE, "ab", "c", "d", TEXT)
    with pytest.raises(DecryptionFailed):
        await encryption.decrypt("a", "bc", "d", encrypted)


async def test_a_change_of_any_byte_is_found(encryption: FieldEncryption) -> None:
    encrypted = await encrypt_sample(encryption)
    for index in range(len(encrypted)):
        changed = encrypted[:index] + bytes([encrypted[index] ^ 1]) + encrypted[index + 1 :]
        with pytest.raises(DecryptionFailed):
            await encryption.decrypt("reports", "row-1", "text", changed)


@pytest.mark.parametrize("length", [0, 1, 17, 28, 40])
async def test_a_cut_value_is_broken_and_not_a_crash(encryption: FieldEncryption, length: int) -> None:
    encrypted = await encrypt_sample(encryption)
    with pytest.raises(DecryptionFailed):
        await encryption.decrypt("reports", "row-1", "text", encrypted[:length])


async def test_a_sealed_value_says_its_format_and_its_key_and_nothing_twice(
    encryption: FieldEncryption, uow: SqlUnitOfWork
) -> None:
    first, second = await encrypt_sample(encryption), await encrypt_sample(encryption)
    key = await DataKeyStore(uow.connection).of_scope(CASE)
    assert key is not None
    assert first[0] == FORMAT == 1
    assert str(UUID(bytes=first[1:17])) == key.id
    assert first[:17] == second[:17]
    assert first[17:] != second[17:]


async def test_each_scope_has_a_key_of_its_own(encryption: FieldEncryption) -> None:
    scopes = (
        CASE,
        KeyScope.of_case(CaseId("case-2")),
        KeyScope.of_person(PersonId("case-1")),
        KeyScope.of_service("case-1"),
    )
    assert len({(await encryption.encrypt(scope, "t", "r", "c", ""))[1:17] for scope in scopes}) == len(scopes)


async def test_a_scope_keeps_its_one_key_over_many_units_of_work(units_of_work: SqlUnitOfWorkFactory) -> None:
    keys = set()
    for _ in range(3):
        async with units_of_work.begin() as uow:
            keys.add((await encrypt_sample(uow.encryption))[1:17])
    assert len(keys) == 1


async def test_with_its_key_destroyed_a_text_is_expunged_for_good(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        encrypted = await encrypt_sample(uow.encryption)
    async with units_of_work.begin() as uow:
        assert await uow.encryption.decrypt("reports", "row-1", "text", encrypted) == TEXT.encode()
        assert await uow.encryption.destroy(CASE)
        assert await uow.encryption.decrypt("reports", "row-1", "text", encrypted) is EXPUNGED
    async with units_of_work.read() as view:
        assert await view.encryption.decrypt_text("reports", "row-1", "text", encrypted) is EXPUNGED
        assert await view.encryption.decrypt_json("reports", "row-1", "text", encrypted) is EXPUNGED


async def test_nothing_new_is_sealed_for_a_scope_that_is_expunged(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        await encrypt_sample(uow.encryption)
        await uow.encryption.destroy(CASE)
        with pytest.raises(NotFound):
            await encrypt_sample(uow.encryption)


async def test_a_key_is_destroyed_once(encryption: FieldEncryption) -> None:
    assert not await encryption.destroy(CASE)
    await encrypt_sample(encryption)
    assert await encryption.destroy(CASE)
    assert not await encryption.destroy(CASE)


async def test_many_of_a_column_open_as_each_alone_and_what_does_not_says_why(encryption: FieldEncryption) -> None:
    gone = KeyScope.of_person(PersonId("person-1"))
    rows = [("row-1", CASE), ("row-2", CASE), ("row-3", gone)]
    sealed = [(row, await encryption.encrypt(scope, "notes", row, "text", f"{TEXT} {row}")) for row, scope in rows]
    await encryption.destroy(gone)
    moved, short = ("row-9", sealed[0][1]), ("row-4", b"no")
    opened = await encryption.decrypt_each("notes", "text", [*sealed, moved, short])
    assert opened[:3] == [f"{TEXT} row-1".encode(), f"{TEXT} row-2".encode(), EXPUNGED]
    assert [type(each) for each in opened[3:]] == [DecryptionFailed, DecryptionFailed]


async def test_the_other_scopes_outlive_a_destroyed_key(encryption: FieldEncryption) -> None:
    other = KeyScope.of_case(CaseId("case-2"))
    encrypted = await encryption.encrypt(other, "reports", "row-2", "text", TEXT)
    await encrypt_sample(encryption)
    await encryption.destroy(CASE)
    assert await encryption.decrypt_text("reports", "row-2", "text", encrypted) == TEXT


async def test_a_unit_of_work_that_is_undone_leaves_no_key(units_of_work: SqlUnitOfWorkFactory) -> None:
    async def undone() -> None:
        async with units_of_work.begin() as uow:
            await encrypt_sample(uow.encryption)
            raise LookupError

    with pytest.raises(LookupError):
        await undone()
    async with units_of_work.read() as view:
        assert await DataKeyStore(view.connection).of_scope(CASE) is None


async def test_another_key_ring_opens_nothing(
    units_of_work: SqlUnitOfWorkFactory, database: Database, tmp_path: Path
) -> None:
    async with units_of_work.begin() as uow:
        encrypted = await encrypt_sample(uow.encryption)
    other = KeyRing.create(tmp_path / "other keys", tmp_path / "other master")
    async with SqlUnitOfWorkFactory(database, other, ManualClock()).read() as view:
        with pytest.raises(DecryptionFailed):
            await view.encryption.decrypt("reports", "row-1", "text", encrypted)


async def test_the_keys_of_a_list_are_asked_for_together(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        encrypted = {
            f"row-{number}": await uow.encryption.encrypt(
                KeyScope.of_case(CaseId(f"case-{number}")), "reports", f"row-{number}", "text", str(number)
            )
            for number in range(30)
        }
    async with units_of_work.read() as view:
        asked: list[str] = []
        connection = view.connection.sync_connection
        assert connection is not None
        event.listen(connection, "before_cursor_execute", lambda *call: asked.append(call[2]))
        await view.encryption.load_keys([*encrypted.values(), None])
        texts = [
            await view.encryption.decrypt_text("reports", row_id, "text", value) for row_id, value in encrypted.items()
        ]
    assert texts == [str(number) for number in range(30)]
    assert len(asked) == 1


async def test_no_plaintext_stands_in_the_files_of_the_database(sqlite_url: str, ring: KeyRing) -> None:
    path = Path(sqlite_url.partition("///")[2])
    async with await Database.open(sqlite_url) as database:
        await create_tables(database)
        async with SqlUnitOfWorkFactory(database, ring, ManualClock()).begin() as uow:
            encrypted = await uow.encryption.encrypt(CASE, "meta", "a", "value", TEXT)
            await uow.connection.execute(insert(meta).values(name="a", value=f"walnut-mark {encrypted.hex()}"))
        stored = b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
    assert b"walnut-mark" in stored, "the file must have been written for this test to mean anything"
    assert TEXT.encode() not in stored
    assert TEXT.encode().hex().encode() not in stored
    assert TEXT.encode("utf-16-le") not in stored
