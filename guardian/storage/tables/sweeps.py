"""When each space is swept next: case time, in plain, so that it outlives the process and driven time reaches it."""

from typing import Final

from sqlalchemy import Column, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata
from guardian.storage.utc_datetime import UtcDateTime

sweeps: Final = Table(
    "sweeps",
    metadata,
    Column("space", String(ID_LENGTH), primary_key=True),
    Column("next_at", UtcDateTime, nullable=False),
)
