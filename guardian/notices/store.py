"""What the notices room needs remembered: the outbox, stored in the commit of the act that causes each notice."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from guardian.ids import AccountId, CaseId, MemberId, NoticeId, PersonId, ReportId
from guardian.notices.models import Notice, NoticeKind, NoticeState


class NoticeStore(Protocol):
    """Notices, waiting and sent."""

    async def add(self, notice: Notice) -> None:
        """The notice waits to be sent."""
        ...

    async def notice(self, notice: NoticeId) -> Notice | None:
        """The notice of that id."""
        ...

    async def save(self, notice: Notice) -> Notice:
        """The notice stands as given, one version later; Stale where somebody was quicker."""
        ...

    async def due(self, now: datetime, limit: int = 50) -> tuple[NoticeId, ...]:
        """The notices that wait and whose next try has come, the longest due first; by id, so that one of them which
        cannot be read stops no other."""
        ...

    async def postpone(self, notice: NoticeId, until: datetime) -> None:
        """The notice is tried no sooner than `until`, whatever is in it; one that does not wait stays as it is."""
        ...

    async def count(self, state: NoticeState) -> int:
        """How many notices stand so."""
        ...

    async def count_by_member_since(
        self, kinds: Collection[NoticeKind], since: datetime
    ) -> Mapping[tuple[MemberId, NoticeKind], int]:
        """How many notices of those kinds each member was given at that instant or after it."""
        ...

    async def next_try(self) -> datetime | None:
        """When the next waiting notice is due; None while none waits."""
        ...

    async def of_case(self, case: CaseId) -> tuple[Notice, ...]:
        """Every notice about the case, oldest first."""
        ...

    async def of_report(self, report: ReportId) -> tuple[Notice, ...]:
        """Every notice to the reporter of that report, oldest first."""
        ...

    async def of_person(self, person: PersonId) -> tuple[Notice, ...]:
        """Every notice to that person, oldest first."""
        ...

    async def of_account(self, account: AccountId) -> tuple[Notice, ...]:
        """Every notice to the owner of that linked account, oldest first."""
        ...
