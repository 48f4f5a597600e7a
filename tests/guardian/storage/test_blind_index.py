"""Rows are found by confidential texts without decrypting any, and are not found once their scope is expunged."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.ids import PersonId
from guardian.storage.blind_index import BlindIndex, IndexedRow, IndexTerm
from guardian.storage.data_key_store import DataKeyStore, KeyScope
from guardian.storage.database import Database
from guardian.storage.encryption import FieldEncryption
from guardian.storage.key_ring import KeyKind, KeyRing
from guardian.storage.tables.blind_indexes import blind_indexes
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory

pytestmark = pytest.mark.asyncio

SOMEBODY = KeyScope.of_person(PersonId("0192-somebody"))
ACCOUNT = IndexTerm("account", ("forum", "41"))
HANDLE = IndexTerm("handle", ("forum", "41"))
OLD = b"a" * 32


def a_row(*terms: IndexTerm, scope: KeyScope = SOMEBODY, row_id: str = "0192-row") -> IndexedRow:
    """A row of somebody's, found by these terms."""
    return IndexedRow(scope, row_id, terms)


def index_of(connection: AsyncConnection, ring: KeyRing) -> BlindIndex:
    """The index in that transaction."""
    return BlindIndex(connection, FieldEncryption(DataKeyStore(connection), ring, datetime(2026, 9, 1, tzinfo=UTC)))


async def find(database: Database, ring: KeyRing, *terms: IndexTerm) -> Sequence[str]:
    """The rows that are found by any of the terms."""
    async with database.read() as connection:
        return sorted(await index_of(connection, ring).find_all(terms))


async def add(database: Database, ring: KeyRing, *rows: IndexedRow) -> None:
    """The rows are found from now on."""
    async with database.write() as connection:
        await index_of(connection, ring).add(rows)


async def test_a_row_is_found_by_exactly_what_it_was_recorded_with(database: Database, ring: KeyRing) -> None:
    await add(database, ring, a_row(ACCOUNT))
    assert await find(database, ring, ACCOUNT) == ["0192-row"]
    shifted = IndexTerm("account", ("foru", "m41"))
    assert await find(database, ring, HANDLE, shifted, IndexTerm("account", ("forum", "4"))) == []


async def test_more_terms_than_fit_into_one_question_find_all_their_rows(database: Database, ring: KeyRing) -> None:
    terms = [IndexTerm("account", ("forum", str(number))) for number in range(1000)]
    await add(database, ring, *(a_row(term, row_id=f"row-{number:04}") for number, term in enumerate(terms)))
    assert await find(database, ring, *terms) == [f"row-{number:04}" for number in range(1000)]


async def test_a_row_is_no_longer_found_by_what_it_was_called_before(database: Database, ring: KeyRing) -> None:
    await add(database, ring, a_row(ACCOUNT, HANDLE))
    renamed = IndexTerm("handle", ("forum", "renamed"))
    async with database.write() as connection:
        await index_of(connection, ring).replace(a_row(ACCOUNT, renamed))
    assert await find(database, ring, HANDLE) == []
    assert await find(database, ring, ACCOUNT) == await find(database, ring, renamed) == ["0192-row"]


@pytest.mark.harm("unrecognised-after-new-keys")
async def test_what_was_recorded_under_an_older_key_is_found_before_and_after_it_is_renewed(
    database: Database, ring: KeyRing
) -> None:
    await add(database, ring, a_row(ACCOUNT))
    ring.add_keys(KeyKind.INDEX)
    await add(database, ring, a_row(ACCOUNT, row_id="0192-later"))
    assert await find(database, ring, ACCOUNT) == ["0192-later", "0192-row"]
    async with database.write() as connection:
        assert await index_of(connection, ring).renew(100) == 1
    ring.destroy_up_to(KeyKind.INDEX, 1)
    assert await find(database, ring, ACCOUNT) == ["0192-later", "0192-row"]


@pytest.mark.harm("expunged-and-still-findable")
async def test_with_the_key_of_its_scope_destroyed_nothing_is_left_to_find_a_row_by(
    database: Database, ring: KeyRing, units_of_work: SqlUnitOfWorkFactory
) -> None:
    """P-9.5: whoever has the ring could otherwise still try out whom a row was about."""
    other = a_row(ACCOUNT, scope=KeyScope.of_person(PersonId("0192-other")), row_id="0192-other-row")
    await add(database, ring, a_row(ACCOUNT, HANDLE), other)
    async with units_of_work.begin() as uow:
        await uow.encryption.destroy(SOMEBODY)
    async with database.read() as connection:
        assert (await connection.execute(select(blind_indexes.c.row_id))).scalars().all() == ["0192-other-row"]


async def test_another_ring_makes_other_digests_and_no_key_of_the_ring_is_one_of_the_index(
    database: Database, tmp_path: Path, ring: KeyRing
) -> None:
    await add(database, ring, a_row(ACCOUNT))
    stranger = KeyRing.create(tmp_path / "other-keys", tmp_path / "other-master")
    assert await find(database, stranger, ACCOUNT) == []
    assert KeyRing({kind: {1: OLD} for kind in KeyKind}).index_keys[0] != OLD
