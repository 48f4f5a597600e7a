"""What several rows have in common is found by whoever has the ring, however often the ring was given a new key."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.ids import PersonId
from guardian.storage.blind_index import BlindIndex, IndexTerm
from guardian.storage.data_key_store import DataKeyStore, KeyScope
from guardian.storage.database import Database
from guardian.storage.encryption import FieldEncryption
from guardian.storage.key_ring import KeyKind, KeyRing
from guardian.storage.numbered_index import NumberedIndex

SCOPE = KeyScope.of_person(PersonId("0192-somebody"))
PARTY = IndexTerm("party", ("0192-somebody",))


def index_of(connection: AsyncConnection, ring: KeyRing) -> NumberedIndex:
    """The index in that transaction."""
    encryption = FieldEncryption(DataKeyStore(connection), ring, datetime(2026, 9, 1, tzinfo=UTC))
    return NumberedIndex(BlindIndex(connection, encryption))


async def add(database: Database, ring: KeyRing, *rows: str, scope: KeyScope = SCOPE) -> None:
    """The rows are found by what they have in common from now on."""
    async with database.write() as connection:
        for row in rows:
            await index_of(connection, ring).add(scope, row, PARTY)


async def forget(database: Database, ring: KeyRing, scope: KeyScope) -> None:
    """The scope's key is destroyed, with all that its rows are found by."""
    async with database.write() as connection:
        await index_of(connection, ring).close_gaps(scope)
        await DataKeyStore(connection).destroy(scope, datetime(2026, 9, 2, tzinfo=UTC))


async def find(database: Database, ring: KeyRing) -> tuple[str, ...]:
    """The rows that are found by it."""
    async with database.read() as connection:
        return await index_of(connection, ring).find(PARTY)


async def test_more_rows_than_one_question_asks_for_are_all_found(database: Database, ring: KeyRing) -> None:
    rows = [f"0192-row-{number:02}" for number in range(40)]
    await add(database, ring, *rows)
    assert await find(database, ring) == tuple(rows)


async def test_rows_from_before_a_new_key_are_found_beside_those_from_after_it(
    database: Database, ring: KeyRing
) -> None:
    await add(database, ring, "0192-earlier")
    ring.add_keys(KeyKind.INDEX)
    await add(database, ring, "0192-later")
    assert await find(database, ring) == ("0192-earlier", "0192-later")


@pytest.mark.harm("lost-behind-what-was-forgotten")
async def test_what_comes_behind_many_forgotten_rows_is_found_still(database: Database, ring: KeyRing) -> None:
    """P-9.5: a case with many notices is forgotten; that somebody was told in a later one must not be."""
    earlier = KeyScope.of_person(PersonId("0192-forgotten"))
    later = [f"0192-later-{number:02}" for number in range(40)]
    await add(database, ring, *(f"0192-row-{number:02}" for number in range(70)), scope=earlier)
    await add(database, ring, *later[:39])
    await forget(database, ring, earlier)
    assert await find(database, ring) == tuple(later[:39])
    await add(database, ring, later[39])
    assert await find(database, ring) == tuple(later)
