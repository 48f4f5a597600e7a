"""What is asked of people in spaces without a connector: instants and states in plain, whom it was asked of encrypted."""

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata, pseudonym_column
from guardian.storage.utc_datetime import UtcDateTime

manual_tasks: Final = Table(
    "manual_tasks",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("person_id", String(ID_LENGTH), ForeignKey("people.id"), nullable=False),
    Column("account_id", String(ID_LENGTH), ForeignKey("accounts.id"), nullable=False, index=True),
    Column("space", String(ID_LENGTH), nullable=False, index=True),
    Column("kind", String(ID_LENGTH), nullable=False),
    Column("level", String(ID_LENGTH), nullable=False),
    pseudonym_column("reference"),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("due", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=True),
    Column("not_before", UtcDateTime, nullable=True),
    Column("state", String(ID_LENGTH), nullable=False),
    Column("settled_at", UtcDateTime, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)

manual_task_links: Final = Table(
    "manual_task_links",
    metadata,
    Column("digest", String(ID_LENGTH), primary_key=True),
    Column("task_id", String(ID_LENGTH), ForeignKey("manual_tasks.id"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
