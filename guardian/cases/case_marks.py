"""Marks of a whole case, which members make and take back: what it has to do with another, or how it was reported.

Read `CaseMark` first. Policy: P-2.8, P-2.9, P-3.3.
"""

from dataclasses import dataclass
from datetime import datetime

from guardian.ids import CaseId, MemberId
from rules.case_marks import CaseMarkKind, needs_second


@dataclass(frozen=True, slots=True)
class CaseMark:
    """What one member says of the case and why; `about` is the other case that it names. It counts until `ended_at`.

    `confirmed_by`: the second member, where the kind asks for one.
    """

    id: str
    case: CaseId
    kind: CaseMarkKind
    by: MemberId
    at: datetime
    reason: str
    about: CaseId | None = None
    confirmed_by: MemberId | None = None
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 0

    @property
    def counts(self) -> bool:
        """Return whether it stands, with a second member where it needs one."""
        return self.ended_at is None and (self.confirmed_at is not None or not needs_second(self.kind))
