"""What every store stands on: one connection inside one transaction, and writes that compare the version they read.

Values go beside a statement, never into it: one that holds them takes three times as long to make as to run. Read
`SqlStore` first.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Column, Row, Select, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.errors import Stale
from guardian.storage.blind_index import BlindIndex
from guardian.storage.database import insert
from guardian.storage.encryption import FieldEncryption
from guardian.storage.numbered_index import NumberedIndex
from guardian.storage.pseudonyms import Pseudonyms
from guardian.storage.statements import AT, AT_ID, AT_VERSION, select_among, select_at, update_at_version

_AHEAD_AT_ONCE: Final = 500


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
        self._ahead: dict[tuple[Select[Any], str], Sequence[Row[Any]]] = {}

    @cached_property
    def _index(self) -> BlindIndex:
        return BlindIndex(self._connection, self._encryption)

    async def _rows_at(self, column: Column[Any], value: str, *order: Column[Any]) -> Sequence[Row[Any]]:
        """Return the rows that have the value in the column, in that order: those read ahead, where they were."""
        return await self._selected_at(select_at(column, *order), value)

    async def _read_rows_ahead(self, column: Column[Any], values: Collection[str], *order: Column[Any]) -> None:
        """Read what `_rows_at` will be asked for, all of it together."""
        await self._select_ahead(select_at(column, *order), select_among(column, *order), column.name, values)

    async def _selected_at(self, at: Select[Any], value: str) -> Sequence[Row[Any]]:
        known = self._ahead.get((at, value))
        return (await self._connection.execute(at, {AT: value})).all() if known is None else known

    async def _select_ahead(self, at: Select[Any], among: Select[Any], column: str, values: Collection[str]) -> None:
        """Read what `at` selects for each value by `among`, with the keys of what is encrypted in it.

        For views, which only read: whatever is written afterwards would not be seen.
        """
        wanted = sorted(value for value in set(values) if (at, value) not in self._ahead)
        for start in range(0, len(wanted), _AHEAD_AT_ONCE):
            part = wanted[start : start + _AHEAD_AT_ONCE]
            rows = (await self._connection.execute(among, {AT: part})).all()
            await self._encryption.load_keys(each for row in rows for each in row if isinstance(each, bytes))
            found: dict[str, list[Row[Any]]] = defaultdict(list)
            for row in rows:
                found[getattr(row, column)].append(row)
            self._ahead |= {(at, value): found[value] for value in part}

    @cached_property
    def _numbered(self) -> NumberedIndex:
        return NumberedIndex(self._index)
