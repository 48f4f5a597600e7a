"""Cases with their reports, evidence, parties, receipts, exclusions and deadlines; texts and names encrypted."""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, text

from guardian.storage.tables.base import ID_LENGTH, metadata, pseudonym_column
from guardian.storage.utc_datetime import UtcDateTime

DIGEST_LENGTH: Final = 64

cases: Final = Table(
    "cases",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("code_name", String(ID_LENGTH), nullable=False, unique=True),
    Column("kind", String(ID_LENGTH), nullable=False),
    Column("state", String(ID_LENGTH), nullable=False, index=True),
    Column("opened_at", UtcDateTime, nullable=False, index=True),
    pseudonym_column("contact_id", nullable=True),
    Column("safety_risk", Boolean, nullable=False),
    Column("board_only", Boolean, nullable=False),
    Column("review_on", UtcDateTime, nullable=True),
    Column("closed_at", UtcDateTime, nullable=True),
    pseudonym_column("about_sanction", nullable=True),
    Column("outcome", LargeBinary, nullable=True),
    Column("space", String(ID_LENGTH), nullable=True),
    Column("audience", LargeBinary, nullable=True),
    Column("evasion_marked_at", UtcDateTime, nullable=True),
    Column("joined_into", String(ID_LENGTH), ForeignKey("cases.id"), nullable=True),
    Column("version", Integer, nullable=False),
    # Of the few that were joined alone: nearly all are not, and to look for those by an index reads every case.
    Index(
        None,
        "joined_into",
        sqlite_where=text("joined_into IS NOT NULL"),
        postgresql_where=text("joined_into IS NOT NULL"),
    ),
)

reports: Final = Table(
    "reports",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    Column("channel", String(ID_LENGTH), nullable=False),
    Column("received_at", UtcDateTime, nullable=False, index=True),
    Column("handled", Boolean, nullable=False),
    Column("danger", Boolean, nullable=False),
    Column("contact_is_safe", Boolean, nullable=True),
    Column("do_not_contact", Boolean, nullable=False),
    Column("withdrawn_at", UtcDateTime, nullable=True),
    Column("held_back", Boolean, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

evidence: Final = Table(
    "evidence",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    Column("report_id", String(ID_LENGTH), ForeignKey("reports.id"), nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(ID_LENGTH), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("content", LargeBinary, nullable=True),
)

additions: Final = Table(
    "additions",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    Column("report_id", String(ID_LENGTH), ForeignKey("reports.id"), nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Column("from_party", Boolean, nullable=False),
    Column("verified", Boolean, nullable=True),
    Column("text", LargeBinary, nullable=False),
)

parties: Final = Table(
    "parties",
    metadata,
    Column("reference", String(ID_LENGTH), primary_key=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    Column("role", String(ID_LENGTH), nullable=False),
    pseudonym_column("person_id", nullable=True),
    Column("report_id", String(ID_LENGTH), ForeignKey("reports.id"), nullable=True),
)

receipts: Final = Table(
    "receipts",
    metadata,
    Column("digest", String(DIGEST_LENGTH), primary_key=True),
    Column("kind", String(ID_LENGTH), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=True),
    Column("report_id", String(ID_LENGTH), ForeignKey("reports.id"), nullable=True),
    pseudonym_column("person_id", nullable=True),
    Column("used_at", UtcDateTime, nullable=True),
    pseudonym_column("account_id", nullable=True),
)

exclusions: Final = Table(
    "exclusions",
    metadata,
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), primary_key=True),
    pseudonym_column("member_id", primary_key=True),
    Column("kind", String(ID_LENGTH), primary_key=True),
    Column("at", UtcDateTime, primary_key=True),
    pseudonym_column("by"),
    Column("lifted_at", UtcDateTime, nullable=True),
    pseudonym_column("lifted_by", nullable=True),
    Column("cause", LargeBinary, nullable=False),
)

deadlines: Final = Table(
    "deadlines",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("kind", String(ID_LENGTH), nullable=False),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=True),
    Column("since", UtcDateTime, nullable=False),
    Column("due", UtcDateTime, nullable=False),
    Column("next_at", UtcDateTime, nullable=True, index=True),
    pseudonym_column("about", index=True),
    Column("stage", Integer, nullable=False),
    Column("completed_at", UtcDateTime, nullable=True),
    Column("version", Integer, nullable=False),
    Index(None, "kind", "next_at"),
    Index(None, "case_id", "kind"),
)
