"""What every store stands on: one connection inside one transaction, and writes that compare the version they read.

Values go beside a statement, never into it: one that holds them takes three times as long to make as to run. Read
`SqlStore` first.
"""

from functools import cached_property

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.errors import Stale
from guardian.storage.blind_index import BlindIndex
from guardian.storage.database import insert
from guardian.storage.encryption import FieldEncryption
from guardian.storage.numbered_index import NumberedIndex
from guardian.storage.pseudonyms import Pseudonyms
from guardian.storage.statements import AT_ID, AT_VERSION, update_at_version


class SqlStore:
    """Takes and returns our values, never rows. Lives no longer than its transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    def _insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """Return an insert that knows what to do on a conflict, in the database's own dialect."""
        return insert(self._connection, table)

    async def _change(self, table: Table, row_id: str, version: int, **values: object) -> int:
        """Write the values and the next version, which is returned; Stale if the row is not at `version` any more.

        For tables with the columns `id` and `version`.
        """
        row = {**values, "version": version + 1, AT_ID: row_id, AT_VERSION: version}
        if (await self._connection.execute(update_at_version(table), row)).rowcount != 1:
            raise Stale
        return version + 1


class EncryptedSqlStore(SqlStore):
    """A store with confidential columns: they pass through `FieldEncryption`, in and out, and are found by `BlindIndex`."""

    def __init__(self, connection: AsyncConnection, encryption: FieldEncryption) -> None:
        super().__init__(connection)
        self._encryption = encryption
        self._pseudonyms = Pseudonyms(encryption.ring)
        self._hide, self._reveal = self._pseudonyms.hide, self._pseudonyms.reveal

    @cached_property
    def _index(self) -> BlindIndex:
        return BlindIndex(self._connection, self._encryption)

    @cached_property
    def _numbered(self) -> NumberedIndex:
        return NumberedIndex(self._index)
