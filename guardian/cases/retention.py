"""What keeps a case, and what is left of it once it is forgotten: legal holds and counts. Frozen values, and their store.

Read `RetentionStore` first. Policy: P-9.5.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guardian.ids import CaseId, MemberId, PersonId


@dataclass(frozen=True, slots=True)
class LegalHold:
    """A case is kept until `until`, for a reason that a court or the law gives; `ended_at` None: it stands."""

    id: str
    case: CaseId
    by: MemberId
    at: datetime
    until: datetime
    reason: str
    ended_at: datetime | None = None
    ended_by: MemberId | None = None
    version: int = 0

    def stands_at(self, at: datetime) -> bool:
        """Return whether the case is kept by it at that instant."""
        return self.ended_at is None and at < self.until


@dataclass(frozen=True, slots=True)
class ExpungeDecision:
    """A case that has no day need not be kept: proposed by one member with a reason, and agreed to by another.

    `ended_at`: somebody has said that it is kept after all.
    """

    id: str
    case: CaseId
    by: MemberId
    at: datetime
    reason: str
    agreed_by: MemberId | None = None
    agreed_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class ExpungedCase:
    """What stays of a case that is forgotten: numbers and words of ours, from which nobody is found.

    `copies_open_until`: by then no copy of the whole database opens for it any more.
    """

    case: CaseId
    at: datetime
    reports: int
    people: int
    finding: str
    outcomes: tuple[str, ...]
    copies_open_until: datetime


class RetentionStore(Protocol):
    """Legal holds, decisions to expunge, and the forgetting itself."""

    async def add_hold(self, hold: LegalHold) -> None:
        """Store a new legal hold, its reason encrypted with the case's key."""
        ...

    async def save_hold(self, hold: LegalHold) -> LegalHold:
        """Store the hold as given, one version later; Stale where somebody was quicker."""
        ...

    async def holds_of(self, case: CaseId) -> tuple[LegalHold, ...]:
        """Return the holds on the case, ended ones too, oldest first."""
        ...

    async def add_expunge_decision(self, decision: ExpungeDecision) -> None:
        """Store what a member proposes, its reason encrypted with the case's key."""
        ...

    async def save_expunge_decision(self, decision: ExpungeDecision) -> ExpungeDecision:
        """Store the decision as given, one version later; Stale where somebody was quicker."""
        ...

    async def expunge_decision(self, case: CaseId) -> ExpungeDecision | None:
        """Return the decision on the case that was not ended, agreed to or only proposed."""
        ...

    async def closed_cases(self) -> tuple[CaseId, ...]:
        """Return the cases that are closed and not forgotten, in the order of ids."""
        ...

    async def expunged_cases(self) -> tuple[ExpungedCase, ...]:
        """Return what stays of every case that is forgotten, oldest first."""
        ...

    async def expunged(self, case: CaseId) -> ExpungedCase | None:
        """Return what stays of the case; None while it is not forgotten."""
        ...

    async def people_in(self, case: CaseId) -> tuple[PersonId, ...]:
        """Return everybody whom the case knows as a person: in any part in it, restricted by it, or on a list of it."""
        ...

    async def is_kept(self, person: PersonId, besides: Collection[CaseId] = ()) -> bool:
        """Return whether a case that is not forgotten, besides these, knows the person, or a member is that person."""
        ...

    async def expunge_case(self, left: ExpungedCase) -> None:
        """Destroy the key of the case with all that it is found by, and what else names anybody in it; keep the counts."""
        ...

    async def expunge_person(self, person: PersonId) -> bool:
        """Destroy the key of the person with all that they are found by, and what else leads to them.

        False where that was done before.
        """
        ...

    async def begin_key_rotation(self, destroy_at: datetime) -> None:
        """Replace the keys of the ring from now on, and destroy those of now at that instant."""
        ...
