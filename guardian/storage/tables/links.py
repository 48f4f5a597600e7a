"""Disputed links, codes written from two accounts, people found to be one, and who has read which evidence."""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata
from guardian.storage.utc_datetime import UtcDateTime

DIGEST_LENGTH: Final = 64

disputes: Final = Table(
    "disputes",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("account_id", String(ID_LENGTH), ForeignKey("accounts.id"), nullable=False, index=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by_owner", Boolean, nullable=False),
    Column("settled_at", UtcDateTime, nullable=True),
    Column("settled_by", String(ID_LENGTH), nullable=True),
    Column("upheld", Boolean, nullable=False),
    Column("text", LargeBinary, nullable=False),
    Column("shown", LargeBinary, nullable=True),
    Column("version", Integer, nullable=False),
)

merges: Final = Table(
    "merges",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("kept_id", String(ID_LENGTH), ForeignKey("people.id"), nullable=False, index=True),
    Column("other_id", String(ID_LENGTH), ForeignKey("people.id"), nullable=False, index=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(ID_LENGTH), nullable=False),
    Column("confirmed_at", UtcDateTime, nullable=True),
    Column("confirmed_by", String(ID_LENGTH), nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("ended_by", String(ID_LENGTH), nullable=True),
    Column("evidence", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)

ownership_codes: Final = Table(
    "ownership_codes",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("digest", String(DIGEST_LENGTH), nullable=False, unique=True),
    Column("person_id", String(ID_LENGTH), ForeignKey("people.id"), nullable=False, index=True),
    Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=False, index=True),
    Column("by", String(ID_LENGTH), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("known_at", UtcDateTime, nullable=True),
    Column("claimed_at", UtcDateTime, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
)

evidence_readings: Final = Table(
    "evidence_readings",
    metadata,
    Column("about", String(ID_LENGTH), primary_key=True),
    Column("member_id", String(ID_LENGTH), ForeignKey("members.id"), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
