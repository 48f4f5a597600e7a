"""Where a member may go in the console, computed from their seats alone. Read `navigation_for` first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from guardian.errors import NotFound
from guardian.people.models import Member
from guardian.people.permissions import UseCase, may_perform


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A page by its address and its name."""

    path: str
    label: str


_PAGES: Final[tuple[tuple[NavigationItem, UseCase | None], ...]] = (
    (NavigationItem("/console", "To do"), None),
    (NavigationItem("/console/late", "Late"), UseCase.LIST_TASKS),
    (NavigationItem("/console/cases", "Cases"), UseCase.READ_CASE),
    (NavigationItem("/console/act", "Act now"), UseCase.ACT_UNILATERALLY),
    (NavigationItem("/console/reviews", "Reviews"), UseCase.REVIEW_ACT),
    (NavigationItem("/console/raids", "Raids"), UseCase.ANNOUNCE_RAID),
    (NavigationItem("/console/sanctions", "Sanctions"), UseCase.READ_CASE),
    (NavigationItem("/console/told", "Told to you"), UseCase.REPORT_ON_BEHALF),
    (NavigationItem("/console/passing-on", "Passing on"), UseCase.REFER),
    (NavigationItem("/console/matters", "Local matters"), UseCase.READ_MATTER),
    (NavigationItem("/console/escalations", "Escalations"), UseCase.ESCALATE),
    (NavigationItem("/console/measures", "Measures"), UseCase.MEASURE),
    (NavigationItem("/console/rota", "Rota"), UseCase.READ_ROTA),
    (NavigationItem("/console/members", "Members"), UseCase.LIST_MEMBERS),
    (NavigationItem("/console/records", "Records"), UseCase.READ_SHEET),
    (NavigationItem("/console/journal", "Journal"), UseCase.READ_JOURNAL),
    (NavigationItem("/console/health", "Health"), UseCase.LIST_MEMBERS),
)
"""Each page with the use case whose seats open it; None: everybody who is signed in."""


def navigation_for(member: Member, at: datetime) -> tuple[NavigationItem, ...]:
    """Return the pages that the member's seats open at that instant. Policy: P-1.1."""
    return tuple(item for item, use in _PAGES if use is None or may_perform(member, use, at))


def require_seat(member: Member, use: UseCase, at: datetime) -> None:
    """Raise NotFound unless the member's seats allow the use case: its page is not there for others. Policy: P-4.2."""
    if not may_perform(member, use, at):
        raise NotFound
