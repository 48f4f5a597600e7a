"""Steps, proposals, ballots, decisions, drafts, acts and reviews. Plain are our ids, instants, states and numbers only."""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table

from guardian.storage.tables.base import ID_LENGTH, metadata, pseudonym_column
from guardian.storage.utc_datetime import UtcDateTime


def _id_column() -> Column[str]:
    return Column("id", String(ID_LENGTH), primary_key=True)


def _case_column(*, nullable: bool = False) -> Column[str]:
    return Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=nullable, index=True)


def _proposal_column() -> Column[str]:
    return Column("proposal_id", String(ID_LENGTH), ForeignKey("proposals.id"), nullable=False, index=True)


def _word_column(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, String(ID_LENGTH), nullable=nullable)


def _encrypted_column() -> Column[bytes]:
    return Column("sealed", LargeBinary, nullable=False)


def _version_column() -> Column[int]:
    return Column("version", Integer, nullable=False)


steps: Final = Table(
    "steps",
    metadata,
    _id_column(),
    _case_column(),
    _word_column("kind"),
    _word_column("state"),
    Column("at", UtcDateTime, nullable=False),
    pseudonym_column("by"),
    pseudonym_column("second", nullable=True),
    Column("until", UtcDateTime, nullable=True),
    _encrypted_column(),
    _version_column(),
)

proposals: Final = Table(
    "proposals",
    metadata,
    _id_column(),
    _case_column(),
    pseudonym_column("person_id", nullable=True),
    pseudonym_column("by"),
    Column("at", UtcDateTime, nullable=False),
    Column("severe", Boolean, nullable=False),
    Column("settled_at", UtcDateTime, nullable=True),
    _word_column("result"),
    _encrypted_column(),
    _version_column(),
)

ballots: Final = Table(
    "ballots",
    metadata,
    _id_column(),
    _proposal_column(),
    pseudonym_column("member_id"),
    Column("at", UtcDateTime, nullable=False),
    _encrypted_column(),
)

marks: Final = Table(
    "marks",
    metadata,
    _id_column(),
    _proposal_column(),
    pseudonym_column("member_id"),
    _word_column("kind"),
    Column("at", UtcDateTime, nullable=False),
)

motions: Final = Table(
    "motions",
    metadata,
    _id_column(),
    _case_column(),
    _proposal_column(),
    Column("granted", Boolean, nullable=False),
    pseudonym_column("by"),
    Column("at", UtcDateTime, nullable=False),
    pseudonym_column("confirmed_by", nullable=True),
    Column("confirmed_at", UtcDateTime, nullable=True),
    _version_column(),
)

decisions: Final = Table(
    "decisions",
    metadata,
    _id_column(),
    _case_column(),
    pseudonym_column("person_id", nullable=True),
    Column("proposal_id", String(ID_LENGTH), ForeignKey("proposals.id"), nullable=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by_board", Boolean, nullable=False),
    _word_column("supersedes", nullable=True),
    Column("enacted_at", UtcDateTime, nullable=True),
    _encrypted_column(),
    _version_column(),
)

board_answers: Final = Table(
    "board_answers",
    metadata,
    _id_column(),
    _case_column(),
    pseudonym_column("person_id", nullable=True),
    pseudonym_column("by"),
    Column("at", UtcDateTime, nullable=False),
    pseudonym_column("confirmed_by", nullable=True),
    Column("confirmed_at", UtcDateTime, nullable=True),
    _encrypted_column(),
    _version_column(),
)

board_requests: Final = Table(
    "board_requests",
    metadata,
    _id_column(),
    _case_column(),
    Column("decision_id", String(ID_LENGTH), ForeignKey("decisions.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    _encrypted_column(),
)

drafts: Final = Table(
    "drafts",
    metadata,
    _id_column(),
    _case_column(),
    _word_column("kind"),
    _word_column("to_role"),
    pseudonym_column("person_id", nullable=True),
    pseudonym_column("by"),
    Column("at", UtcDateTime, nullable=False),
    _word_column("state"),
    Column("standard", Boolean, nullable=False),
    pseudonym_column("second", nullable=True),
    _encrypted_column(),
    _version_column(),
)

acts: Final = Table(
    "acts",
    metadata,
    _id_column(),
    _case_column(),
    pseudonym_column("by"),
    pseudonym_column("person_id"),
    Column("at", UtcDateTime, nullable=False),
    _word_column("ground"),
    _word_column("restriction"),
    _word_column("state"),
    Column("statement_at", UtcDateTime, nullable=True),
    pseudonym_column("second", nullable=True),
    _encrypted_column(),
    _version_column(),
)

reviews: Final = Table(
    "reviews",
    metadata,
    _id_column(),
    _case_column(nullable=True),
    pseudonym_column("about", index=True),
    pseudonym_column("member_id"),
    Column("at", UtcDateTime, nullable=False),
    _encrypted_column(),
)

stops: Final = Table(
    "stops",
    metadata,
    _id_column(),
    _word_column("by"),
    Column("of_member", String(ID_LENGTH), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    _word_column("state"),
    Column("ended_at", UtcDateTime, nullable=True),
    _version_column(),
)
