"""Lets the stores fill an empty place in bulk: what they would insert row by row is gathered and written table by table.

So the rows of a bench are made by the stores themselves and follow every change of theirs. Read `GatheredInserts` first.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Executable, Insert, Table
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.storage.statements import insert
from guardian.storage.tables.all_tables import metadata


class NoRows:
    """The answer to a look-up where nothing is yet."""

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def all(self) -> Sequence[Any]:
        return ()

    def first(self) -> None:
        return None


class GatheredInserts:
    """Stands for a connection on which stores write what is new: nothing is found, and every insert is kept."""

    def __init__(self) -> None:
        self._rows: dict[Table, list[Mapping[str, Any]]] = defaultdict(list)

    async def execute(self, statement: Executable, given: Any = None) -> NoRows:
        """Keep the rows of an insert; answer a look-up with nothing."""
        if isinstance(statement, Insert) and isinstance(statement.table, Table):
            rows = given if isinstance(given, list) else [given]
            self._rows[statement.table].extend(rows)
        return NoRows()

    async def write_through(self, connection: AsyncConnection) -> None:
        """Write what was kept, so that what a row refers to stands before it."""
        for table in metadata.sorted_tables:
            if self._rows[table]:
                await connection.execute(insert(table), self._rows[table])
