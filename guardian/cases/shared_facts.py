"""What was passed on about somebody of a case, to whom, and on which ground; frozen values, and their store.

Read `SharedFacts` first. Policy: P-2.6, P-8.6.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guardian.ids import CaseId, MemberId
from rules.shared_facts import SharedFactsInput


@dataclass(frozen=True, slots=True)
class SharedFacts:
    """One entry: a draft until a second member has read it (`read_at`), and from then on what was passed on.

    `withdrawn_at`: it went to nobody.
    """

    id: str
    case: CaseId
    by: MemberId
    at: datetime
    words: SharedFactsInput
    read_by: MemberId | None = None
    read_at: datetime | None = None
    withdrawn_at: datetime | None = None
    version: int = 0


class SharedFactsStore(Protocol):
    """What was passed on to others."""

    async def add_shared_facts(self, sharing: SharedFacts) -> None:
        """Store a new entry, encrypted with the case's key."""
        ...

    async def save_shared_facts(self, sharing: SharedFacts) -> SharedFacts:
        """Store the entry as given, one version later; Stale where somebody was quicker."""
        ...

    async def shared_facts_of(self, case: CaseId) -> tuple[SharedFacts, ...]:
        """Return the entries of the case, withdrawn ones too, oldest first."""
        ...
