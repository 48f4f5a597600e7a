"""Who is asked for advice in one case: they state conflicts first, have no vote, and see that case alone, until it ends.

Frozen values, and their store. Read `AdviceRequest` first. Policy: P-1.1.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from guardian.ids import CaseId, MemberId


class AdviceEnd(StrEnum):
    """Why an adviser has no part in the case any more, or never had one."""

    CONFLICT = "conflict"
    DECLINED = "declined"
    NOT_NEEDED = "not_needed"
    CASE_CLOSED = "case_closed"


@dataclass(frozen=True, slots=True)
class AdviceRequest:
    """That an adviser is asked into a case, with what the group wants to know. `stated_at`: they said they have no conflict."""

    id: str
    case: CaseId
    adviser: MemberId
    by: MemberId
    asked_at: datetime
    question: str
    stated_at: datetime | None = None
    ended_at: datetime | None = None
    end: AdviceEnd | None = None
    version: int = 0


class AdviceStore(Protocol):
    """Who is asked for advice."""

    async def add_request(self, request: AdviceRequest) -> None:
        """Store a new request, encrypted with the case's key."""
        ...

    async def save_request(self, request: AdviceRequest) -> AdviceRequest:
        """Store the request as given, one version later; Stale where somebody was quicker."""
        ...

    async def requests_of(self, case: CaseId) -> tuple[AdviceRequest, ...]:
        """Return the requests of the case, those that have ended too, oldest first."""
        ...

    async def open_requests(self) -> tuple[AdviceRequest, ...]:
        """Return the requests of all cases that have not ended, oldest first."""
        ...
