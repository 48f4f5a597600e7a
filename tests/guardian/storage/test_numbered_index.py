"""What several rows have in common is found by whoever has the ring, however often the ring was given a new key."""

from datetime import UTC, datetime

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


async def add(database: Database, ring: KeyRing, *rows: str) -> None:
    """The rows are found by what they have in common from now on."""
    async with database.write() as connection:
        for row in rows:
            await index_of(connection, ring).add(SCOPE, row, PARTY)


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
