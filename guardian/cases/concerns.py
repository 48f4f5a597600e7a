"""What members say about a case beside its outcome: that somebody's safety is at risk, that a member has a conflict."""

from dataclasses import dataclass
from datetime import datetime

from guardian.ids import CaseId, MemberId
from rules.conflicts import ConflictReason


@dataclass(frozen=True, slots=True)
class RiskMark:
    """One member's word that somebody's safety is at risk, or is not any more; the newest is how the case stands."""

    case: CaseId
    by: MemberId
    at: datetime
    at_risk: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ConflictClaim:
    """A conflict of `about` that another member has raised. `answer` is the reason of whoever decided (P-4.1).

    Until it is decided only those who decide see it: nothing changes for `about`, and nothing tells them.
    """

    id: str
    case: CaseId
    about: MemberId
    by: MemberId
    at: datetime
    reason: ConflictReason
    words: str = ""
    decided_at: datetime | None = None
    decided_by: MemberId | None = None
    upheld: bool | None = None
    answer: str = ""
    version: int = 0
