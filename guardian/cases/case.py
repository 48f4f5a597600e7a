"""A case: its kind, its state, its parties, and the table by which it changes state. Frozen values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from guardian.cases.state_machine import StateMachine
from guardian.ids import CaseId, MemberId, PersonId, Reference, ReportId, SanctionId, SpaceName


class CaseKind(StrEnum):
    """What a case is about. A local matter is of the moderators of one space until it is escalated (P-8.1)."""

    REPORT = "report"
    REVIEW = "review"
    READMISSION = "readmission"
    LOCAL = "local"


class CaseState(StrEnum):
    """Where a case stands. `agreed` means decided but not yet enacted; `in_force` waits for closing."""

    OPEN = "open"
    PROPOSED = "proposed"
    AGREED = "agreed"
    WITH_BOARD = "with_board"
    IN_FORCE = "in_force"
    CLOSED = "closed"


class CaseEvent(StrEnum):
    """What moves a case."""

    PROPOSE = "propose"
    WITHDRAW = "withdraw"
    AGREE = "agree"
    REOPEN_VOTE = "reopen_vote"
    TO_BOARD = "to_board"
    BOARD_ANSWERS = "board_answers"
    FROM_BOARD = "from_board"
    ENACT = "enact"
    CLOSE = "close"
    REOPEN = "reopen"
    FILE = "file"
    JOIN = "join"


@dataclass(frozen=True, slots=True)
class Case:
    """A matter: its code name, kind and state, and who speaks to the reporter (contact).

    `space`: whose moderators a local matter is with; kept when it is escalated, so that its status can go back there.
    `audience`: those whom the reporter chose to hear first; None: every member without a conflict knows of it (P-2.5).
    `evasion_marked_at`: when a member marked that it is about getting round an earlier restriction (P-6.6).
    `joined_into`: the case that took over its reports; whoever asks for this one is shown that one (P-3.1).
    """

    id: CaseId
    code_name: str
    kind: CaseKind
    state: CaseState
    opened_at: datetime
    contact: MemberId | None = None
    safety_risk: bool = False
    board_only: bool = False
    review_on: datetime | None = None
    closed_at: datetime | None = None
    about_sanction: SanctionId | None = None
    outcome: str = ""
    space: SpaceName | None = None
    audience: tuple[MemberId, ...] | None = None
    evasion_marked_at: datetime | None = None
    joined_into: CaseId | None = None
    version: int = 0


class PartyRole(StrEnum):
    """Somebody's part in a case; one human may have several."""

    REPORTER = "reporter"
    REPORTED = "reported"
    AFFECTED = "affected"
    WITNESS = "witness"


@dataclass(frozen=True, slots=True)
class Party:
    """A person's part in a case; `reference` is what that party is told instead of the code name, different for each."""

    case: CaseId
    role: PartyRole
    reference: Reference
    person: PersonId | None = None
    report: ReportId | None = None


CASE_MACHINE: Final = StateMachine(
    "case",
    {
        (CaseState.OPEN, CaseEvent.PROPOSE): CaseState.PROPOSED,
        (CaseState.OPEN, CaseEvent.AGREE): CaseState.AGREED,
        (CaseState.OPEN, CaseEvent.TO_BOARD): CaseState.WITH_BOARD,
        (CaseState.OPEN, CaseEvent.FILE): CaseState.CLOSED,
        (CaseState.OPEN, CaseEvent.JOIN): CaseState.CLOSED,
        (CaseState.PROPOSED, CaseEvent.WITHDRAW): CaseState.OPEN,
        (CaseState.PROPOSED, CaseEvent.AGREE): CaseState.AGREED,
        (CaseState.PROPOSED, CaseEvent.TO_BOARD): CaseState.WITH_BOARD,
        (CaseState.AGREED, CaseEvent.REOPEN_VOTE): CaseState.PROPOSED,
        (CaseState.AGREED, CaseEvent.TO_BOARD): CaseState.WITH_BOARD,
        (CaseState.AGREED, CaseEvent.ENACT): CaseState.IN_FORCE,
        (CaseState.WITH_BOARD, CaseEvent.BOARD_ANSWERS): CaseState.AGREED,
        (CaseState.WITH_BOARD, CaseEvent.FROM_BOARD): CaseState.OPEN,
        (CaseState.IN_FORCE, CaseEvent.PROPOSE): CaseState.PROPOSED,
        (CaseState.IN_FORCE, CaseEvent.TO_BOARD): CaseState.WITH_BOARD,
        (CaseState.IN_FORCE, CaseEvent.CLOSE): CaseState.CLOSED,
        (CaseState.CLOSED, CaseEvent.REOPEN): CaseState.OPEN,
    },
    {
        CaseState.OPEN: "is open and has no proposal",
        CaseState.PROPOSED: "has a proposal under way",
        CaseState.AGREED: "is decided and waits to be enacted",
        CaseState.WITH_BOARD: "is with the Board",
        CaseState.IN_FORCE: "is enacted and waits to be closed",
        CaseState.CLOSED: "is closed",
    },
    "P-5.8",
)
"""A case from report to closing; AGREE from OPEN is a review of an act, which needs no proposal, FILE is
for what was dealt with before it was reported, and JOIN for what another case takes over. Policy: P-2.3, P-3.1, P-5.1,
P-5.8."""
