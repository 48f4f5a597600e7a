"""Steps, proposals, ballots, decisions, drafts, acts and reviews. Plain are our ids, instants, states and numbers only."""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table

from guardian.storage.instants import UtcInstant
from guardian.storage.tables.base import ID_LENGTH, metadata


def _id() -> Column[str]:
    return Column("id", String(ID_LENGTH), primary_key=True)


def _case(*, nullable: bool = False) -> Column[str]:
    return Column("case_id", String(ID_LENGTH), ForeignKey("cases.id"), nullable=nullable, index=True)


def _proposal() -> Column[str]:
    return Column("proposal_id", String(ID_LENGTH), ForeignKey("proposals.id"), nullable=False, index=True)


def _word(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, String(ID_LENGTH), nullable=nullable)


def _sealed() -> Column[bytes]:
    return Column("sealed", LargeBinary, nullable=False)


def _version() -> Column[int]:
    return Column("version", Integer, nullable=False)


steps: Final = Table(
    "steps",
    metadata,
    _id(),
    _case(),
    _word("kind"),
    _word("state"),
    Column("at", UtcInstant, nullable=False),
    _word("by"),
    _word("second", nullable=True),
    Column("until", UtcInstant, nullable=True),
    _sealed(),
    _version(),
)

proposals: Final = Table(
    "proposals",
    metadata,
    _id(),
    _case(),
    _word("person_id", nullable=True),
    _word("by"),
    Column("at", UtcInstant, nullable=False),
    Column("severe", Boolean, nullable=False),
    Column("settled_at", UtcInstant, nullable=True),
    _word("result"),
    _sealed(),
    _version(),
)

ballots: Final = Table(
    "ballots",
    metadata,
    _id(),
    _proposal(),
    _word("member_id"),
    Column("at", UtcInstant, nullable=False),
    _sealed(),
)

marks: Final = Table(
    "marks",
    metadata,
    _id(),
    _proposal(),
    _word("member_id"),
    _word("kind"),
    Column("at", UtcInstant, nullable=False),
)

motions: Final = Table(
    "motions",
    metadata,
    _id(),
    _case(),
    _proposal(),
    Column("granted", Boolean, nullable=False),
    _word("by"),
    Column("at", UtcInstant, nullable=False),
    _word("confirmed_by", nullable=True),
    Column("confirmed_at", UtcInstant, nullable=True),
    _version(),
)

decisions: Final = Table(
    "decisions",
    metadata,
    _id(),
    _case(),
    _word("person_id", nullable=True),
    Column("proposal_id", String(ID_LENGTH), ForeignKey("proposals.id"), nullable=True),
    Column("at", UtcInstant, nullable=False),
    Column("by_board", Boolean, nullable=False),
    _word("supersedes", nullable=True),
    Column("enacted_at", UtcInstant, nullable=True),
    _sealed(),
    _version(),
)

board_answers: Final = Table(
    "board_answers",
    metadata,
    _id(),
    _case(),
    _word("person_id", nullable=True),
    _word("by"),
    Column("at", UtcInstant, nullable=False),
    _word("confirmed_by", nullable=True),
    Column("confirmed_at", UtcInstant, nullable=True),
    _sealed(),
    _version(),
)

drafts: Final = Table(
    "drafts",
    metadata,
    _id(),
    _case(),
    _word("kind"),
    _word("to_role"),
    _word("person_id", nullable=True),
    _word("by"),
    Column("at", UtcInstant, nullable=False),
    _word("state"),
    Column("standard", Boolean, nullable=False),
    _word("second", nullable=True),
    _sealed(),
    _version(),
)

acts: Final = Table(
    "acts",
    metadata,
    _id(),
    _case(),
    _word("by"),
    _word("person_id"),
    Column("at", UtcInstant, nullable=False),
    _word("ground"),
    _word("restriction"),
    _word("state"),
    Column("account_at", UtcInstant, nullable=True),
    _word("second", nullable=True),
    _sealed(),
    _version(),
)

reviews: Final = Table(
    "reviews",
    metadata,
    _id(),
    _case(nullable=True),
    Column("about", String(ID_LENGTH), nullable=False, index=True),
    _word("member_id"),
    Column("at", UtcInstant, nullable=False),
    _sealed(),
)

stops: Final = Table(
    "stops",
    metadata,
    _id(),
    _word("by"),
    Column("of_member", String(ID_LENGTH), nullable=False, index=True),
    Column("at", UtcInstant, nullable=False),
    _word("state"),
    Column("ended_at", UtcInstant, nullable=True),
    _version(),
)
