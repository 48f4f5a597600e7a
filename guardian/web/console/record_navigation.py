"""Where a member may go within the records, by their seats alone. Read `record_pages_for` first."""

from datetime import datetime
from typing import Final

from guardian.people.models import Member
from guardian.people.permissions import UseCase, may_perform
from guardian.web.console.navigation import NavigationItem

_PAGES: Final[tuple[tuple[NavigationItem, UseCase], ...]] = (
    (NavigationItem("/console/records", "Tracking sheet"), UseCase.READ_SHEET),
    (NavigationItem("/console/records/statistics", "Statistics"), UseCase.READ_SHEET),
    (NavigationItem("/console/records/yearly", "Yearly report"), UseCase.READ_SHEET),
    (NavigationItem("/console/records/identities", "Identity key"), UseCase.READ_IDENTITY_KEY),
    (NavigationItem("/console/records/events", "Event checks"), UseCase.CHECK_EVENT),
    (NavigationItem("/console/records/programs", "Affiliated programs"), UseCase.KEEP_AFFILIATES),
)


def record_pages_for(member: Member, at: datetime) -> tuple[NavigationItem, ...]:
    """Return the pages of the records that the member's seats open at that instant. Policy: P-1.1."""
    return tuple(item for item, use in _PAGES if may_perform(member, use, at))
