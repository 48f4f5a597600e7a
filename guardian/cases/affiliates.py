"""The register of affiliated programs: whom to write to, since when, and when their transparency reports came and are due.

Frozen values, and their store. Read `AffiliatedProgram` first. Policy: P-9.7.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guardian.ids import MemberId


@dataclass(frozen=True, slots=True)
class AffiliatedProgram:
    """One program; `address` is its contact's own. `reported_at` None: no report has come yet. `ended_at`: it has left."""

    id: str
    name: str
    contact: str
    address: str
    joined_at: datetime
    due_at: datetime
    by: MemberId
    reported_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 0


class AffiliateStore(Protocol):
    """The affiliated programs."""

    async def add_affiliate(self, program: AffiliatedProgram) -> None:
        """Store a new program, its words encrypted."""
        ...

    async def save_affiliate(self, program: AffiliatedProgram) -> AffiliatedProgram:
        """Store the program as given, one version later; Stale where somebody was quicker."""
        ...

    async def affiliate(self, program: str) -> AffiliatedProgram | None:
        """Return the program of that id."""
        ...

    async def affiliates(self) -> tuple[AffiliatedProgram, ...]:
        """Return every program, those that have left too, the one due first before all others."""
        ...
