"""What is remembered about notices: the outbox, stored in the commit of the act that causes each notice.

Read `NoticeStore` first.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from guardian.ids import AccountId, CaseId, MemberId, NoticeId, PersonId, ReportId
from guardian.notices.models import Notice, NoticeKind, NoticeState


class NoticeStore(Protocol):
    """Notices, waiting and sent."""

    async def add(self, notice: Notice) -> None:
        """Add the notice, which waits to be sent."""
        ...

    async def notice(self, notice: NoticeId) -> Notice | None:
        """Return the notice of that id."""
        ...

    async def save(self, notice: Notice) -> Notice:
        """Save the notice, one version later; Stale where somebody was quicker."""
        ...

    async def due(self, now: datetime, limit: int = 50) -> tuple[NoticeId, ...]:
        """Return the notices that wait and whose next try has come, the longest due first.

        By id, so that one of them which cannot be read stops no other.
        """
        ...

    async def postpone(self, notice: NoticeId, until: datetime) -> None:
        """Try the notice no sooner than `until`, whatever is in it; one that does not wait stays as it is."""
        ...

    async def count(self, state: NoticeState) -> int:
        """Count the notices that stand so."""
        ...

    async def count_by_member_since(
        self, kinds: Collection[NoticeKind], since: datetime
    ) -> Mapping[tuple[MemberId, NoticeKind], int]:
        """Count the notices of those kinds that each member was given at that instant or after it."""
        ...

    async def next_try(self) -> datetime | None:
        """Return when the next waiting notice is due; None while none waits."""
        ...

    async def of_case(self, case: CaseId) -> tuple[Notice, ...]:
        """Return every notice about the case, oldest first."""
        ...

    async def of_report(self, report: ReportId) -> tuple[Notice, ...]:
        """Return every notice to the reporter of that report, oldest first."""
        ...

    async def of_person(self, person: PersonId) -> tuple[Notice, ...]:
        """Return every notice to that person, oldest first."""
        ...

    async def of_account(self, account: AccountId) -> tuple[Notice, ...]:
        """Return every notice to the owner of that linked account, oldest first."""
        ...
