"""Remembers when each space is swept next. Nothing confidential: a configured name and an instant."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from guardian.ids import SpaceName
from guardian.storage.store import SqlStore
from guardian.storage.tables.sweeps import sweeps


class SqlSweepStore(SqlStore):
    """The store of the sweeps to come."""

    async def next_times(self) -> Mapping[SpaceName, datetime]:
        """The next sweep of every space that has ever had one set, also of spaces that are gone from the configuration."""
        rows = await self._connection.execute(select(sweeps))
        return {SpaceName(row.space): row.next_at for row in rows}

    async def set_next_time(self, space: SpaceName, next_at: datetime) -> None:
        """The space is swept next at that instant."""
        statement = self._insert(sweeps).values(space=space, next_at=next_at)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[sweeps.c.space], set_={"next_at": next_at})
        )
