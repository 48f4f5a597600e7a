"""A conflict of interest of one member that another has claimed, until somebody decides on it (P-4.1)."""

from dataclasses import dataclass
from datetime import datetime

from guardian.ids import CaseId, MemberId
from rules.conflicts import ConflictReason, Speaker


@dataclass(frozen=True, slots=True)
class ConflictClaim:
    """A conflict of `about` that another member has raised. `answer` is the reason of whoever decided (P-4.1).

    `by` None: nobody of the group raised it, but words of `speaker` point to the member, which may not keep anybody out by
    themselves (P-2.5).
    Until it is decided only those who decide see it: nothing changes for `about`, and nothing gives it away to them.
    """

    id: str
    case: CaseId
    about: MemberId
    by: MemberId | None
    at: datetime
    reason: ConflictReason
    words: str = ""
    speaker: Speaker = Speaker.MEMBER
    decided_at: datetime | None = None
    decided_by: MemberId | None = None
    upheld: bool | None = None
    answer: str = ""
    version: int = 0
