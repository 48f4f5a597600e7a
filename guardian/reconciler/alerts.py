"""What the reconciler puts to people, as a port: start at `Alerts`. Services word and address it."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol, TypeVar

from guardian.ids import AccountId, PersonId, SanctionId, SpaceName
from guardian.sanctions.models import Coverage
from guardian.sanctions.store import SanctionUnitOfWork
from guardian.spaces.port import Account


class Alert(StrEnum):
    """What people have to know of one work item."""

    BLOCKED = "blocked"
    UNCONFIRMED = "unconfirmed"
    ACCOUNT_GONE = "account_gone"
    HEALED = "healed"
    LIFTED_MANUALLY = "lifted_manually"
    LIFTED_AGAIN = "lifted_again"
    CANNOT_PROVE = "cannot_prove"
    BRAKE = "brake"
    CLOCK_DISTRUSTED = "clock_distrusted"
    NOT_GIVEN_BACK = "not_given_back"
    INVITATION_OVER = "invitation_over"


W_contra = TypeVar("W_contra", bound=SanctionUnitOfWork, contravariant=True)


class Alerts(Protocol[W_contra]):
    """Puts something to people, in the transaction that records it."""

    async def raise_alert(
        self, uow: W_contra, alert: Alert, person: PersonId, space: SpaceName, sanctions: Iterable[SanctionId]
    ) -> None:
        """Notify everybody who may know one of the cases behind the sanctions, or behind the person's latest."""
        ...

    async def ask_lifter(self, uow: W_contra, lifter: Account) -> None:
        """Ask whoever lifted by hand in private, if they are one of the community's own; nothing waits for it."""
        ...

    async def report_released(self, uow: W_contra, account: AccountId) -> None:
        """Take note that nothing of ours restricts the account any more.

        Where that was a mistake, its owner is notified so.
        """
        ...

    async def report_coverage_change(
        self, uow: W_contra, person: PersonId, before: tuple[Coverage, ...], after: tuple[Coverage, ...]
    ) -> None:
        """Take note that the coverage of a person has become another."""
        ...
