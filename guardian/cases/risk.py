"""What members say about a case beside its outcome: that somebody's safety is at risk, that a member has a conflict."""

from dataclasses import dataclass
from datetime import datetime

from guardian.ids import CaseId, MemberId


@dataclass(frozen=True, slots=True)
class RiskMark:
    """One member's word that somebody's safety is at risk, or is not any more; the newest is how the case stands."""

    case: CaseId
    by: MemberId
    at: datetime
    at_risk: bool
    reason: str = ""
