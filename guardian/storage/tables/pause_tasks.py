"""What is asked of people about whole spaces: nothing in it is about a person, and of links there are digests alone."""

from typing import Final

from sqlalchemy import Boolean, Column, Integer, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata
from guardian.storage.utc_datetime import UtcDateTime

pause_tasks: Final = Table(
    "pause_tasks",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("space", String(ID_LENGTH), nullable=False, index=True),
    Column("kind", String(ID_LENGTH), nullable=False),
    Column("closes", Boolean, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("due", UtcDateTime, nullable=False),
    Column("state", String(ID_LENGTH), nullable=False),
    Column("settled_at", UtcDateTime, nullable=True),
    Column("version", Integer, nullable=False),
)

pause_task_links: Final = Table(
    "pause_task_links",
    metadata,
    Column("digest", String(ID_LENGTH), primary_key=True),
    Column("task_id", String(ID_LENGTH), nullable=False, index=True),
    Column("position", Integer, nullable=False),
)
