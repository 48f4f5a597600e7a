"""What people have pointed to in a space for a report that is not in yet: everything sealed, and gone within a day."""

from typing import Final

from sqlalchemy import Column, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata
from guardian.storage.utc_datetime import UtcDateTime

captures: Final = Table(
    "captures",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("captured_at", UtcDateTime, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)
