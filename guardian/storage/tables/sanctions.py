"""Sanctions, their keys and what was seen: our ids, states and instants in plain; what was taken and by whom, sealed."""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, text

from guardian.storage.tables.base import ID_LENGTH, metadata, pseudonym_column
from guardian.storage.utc_datetime import UtcDateTime

sanctions: Final = Table(
    "sanctions",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("person_id", String(ID_LENGTH), ForeignKey("people.id"), nullable=False, index=True),
    pseudonym_column("case_id", index=True),
    Column("restriction", String(ID_LENGTH), nullable=False),
    Column("starts", UtcDateTime, nullable=False),
    Column("ends", UtcDateTime, nullable=True),
    Column("spaces", String, nullable=True),
    Column("on_term_end", String(ID_LENGTH), nullable=False),
    Column("authority_kind", String(ID_LENGTH), nullable=False),
    pseudonym_column("authority_id"),
    pseudonym_column("reference", unique=True),
    Column("notification", String(ID_LENGTH), nullable=False),
    Column("waits_until", UtcDateTime, nullable=True),
    Column("enacted_at", UtcDateTime, nullable=False),
    Column("provisional", Boolean, nullable=False),
    Column("danger", Boolean, nullable=False),
    Column("leader_id", String(ID_LENGTH), ForeignKey("sanctions.id"), nullable=True, index=True),
    Column("accounts", String, nullable=True),
    Column("version", Integer, nullable=False),
)

liftings: Final = Table(
    "liftings",
    metadata,
    Column("sanction_id", String(ID_LENGTH), ForeignKey("sanctions.id"), primary_key=True),
    Column("effective_from", UtcDateTime, nullable=False),
    Column("cause", String(ID_LENGTH), nullable=False),
    pseudonym_column("by"),
    pseudonym_column("authority"),
    Column("recorded_at", UtcDateTime, nullable=False),
)

work_items: Final = Table(
    "work_items",
    metadata,
    Column("account_id", String(ID_LENGTH), ForeignKey("accounts.id"), primary_key=True),
    Column("person_id", String(ID_LENGTH), ForeignKey("people.id"), nullable=False, index=True),
    Column("space", String(ID_LENGTH), nullable=False, index=True),
    Column("due_at", UtcDateTime, nullable=True),
    Column("state", String(ID_LENGTH), nullable=True),
    Column("failures", Integer, nullable=False),
    Column("blocked_since", UtcDateTime, nullable=True),
    Column("notified_at", UtcDateTime, nullable=True),
    Column("detail", String, nullable=False),
    Column("needs", String, nullable=False),
    Column("observed_at", UtcDateTime, nullable=True),
    Column("version", Integer, nullable=False),
    Column("bulk_id", String(ID_LENGTH), nullable=True),
)
Index(
    "ix_work_items_bulk_id",
    work_items.c.bulk_id,
    sqlite_where=text("bulk_id IS NOT NULL"),
    postgresql_where=text("bulk_id IS NOT NULL"),
)
Index(
    "ix_work_items_due_at",
    work_items.c.due_at,
    sqlite_where=text("due_at IS NOT NULL"),
    postgresql_where=text("due_at IS NOT NULL"),
)
Index(
    "ix_work_items_blocked_since",
    work_items.c.blocked_since,
    sqlite_where=text("blocked_since IS NOT NULL"),
    postgresql_where=text("blocked_since IS NOT NULL"),
)

leases: Final = Table(
    "leases",
    metadata,
    Column("person_id", String(ID_LENGTH), ForeignKey("people.id"), primary_key=True),
    Column("holder", String(ID_LENGTH), nullable=True),
    Column("until", UtcDateTime, nullable=True),
    Column("epoch", Integer, nullable=False),
)

enforcements: Final = Table(
    "enforcements",
    metadata,
    Column("account_id", String(ID_LENGTH), ForeignKey("accounts.id"), primary_key=True),
    Column("level", String(ID_LENGTH), primary_key=True),
    Column("placed", Boolean, nullable=False),
    pseudonym_column("reference"),
    Column("restored", Boolean, nullable=False),
    Column("until", UtcDateTime, nullable=True),
    Column("confirmed_at", UtcDateTime, nullable=True),
    Column("release", String(ID_LENGTH), nullable=False),
    Column("released_at", UtcDateTime, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)

intents: Final = Table(
    "intents",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("account_id", String(ID_LENGTH), ForeignKey("accounts.id"), nullable=False, index=True),
    Column("kind", String(ID_LENGTH), nullable=False),
    Column("level", String(ID_LENGTH), nullable=False),
    pseudonym_column("reference"),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=True),
    Column("closed_at", UtcDateTime, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
)

coverage: Final = Table(
    "coverage",
    metadata,
    Column("person_id", String(ID_LENGTH), ForeignKey("people.id"), primary_key=True),
    Column("space", String(ID_LENGTH), primary_key=True),
    Column("state", String(ID_LENGTH), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("detail", String, nullable=False),
)

placements: Final = Table(
    "placements",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("person_id", String(ID_LENGTH), ForeignKey("people.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("put_back", Boolean, nullable=False),
)

reinstatement_approvals: Final = Table(
    "reinstatement_approvals",
    metadata,
    Column("person_id", String(ID_LENGTH), ForeignKey("people.id"), primary_key=True),
    Column("by", String(ID_LENGTH), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
