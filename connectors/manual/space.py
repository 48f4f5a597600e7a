"""A space without a connector as a `Space`: what it is asked becomes a task of a named human there.

What stands is what people have confirmed, so that it answers from the service's own records. Read `ManualSpace` first.
Policy: P-1.3.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from connectors.manual.translate import read_account
from guardian.ids import SpaceName
from guardian.services.context import AppContext
from guardian.services.manual_spaces.tasks import list_standing, observe_account, request_release, request_restriction
from guardian.spaces.messages import Message
from guardian.spaces.outcomes import Outcome, Rejected, Unavailable
from guardian.spaces.port import (
    Account,
    ActedBy,
    Administrator,
    Appraisal,
    Attribution,
    Capabilities,
    CheckResult,
    Entitlement,
    Entitlements,
    Listing,
    Observation,
    RestrictionOrder,
    Unknown,
)
from rules.precedence import AccessLevel

_LEVELS: Final = frozenset({AccessLevel.MUTED, AccessLevel.BARRED})
_NOT_RUNNING: Final = "the service is not running yet"
_ENOUGH: Final = 2


class ManualSpace:
    """A space whose named humans do what is asked and say so; nothing else is known of it."""

    def __init__(self, name: SpaceName, administrators: tuple[Administrator, ...]) -> None:
        self.name = name
        self.capabilities = Capabilities(
            levels=_LEVELS,
            carries_reference=_LEVELS,
            ends_natively=True,
            follows_end=True,
            administrators=administrators,
        )
        self._app: AppContext | None = None

    def attach(self, app: AppContext) -> None:
        """Give it the service in which its tasks are kept."""
        self._app = app

    async def observe(self, account: Account) -> Observation:
        """Return what people have confirmed of the account."""
        return Unknown(_NOT_RUNNING) if self._app is None else await observe_account(self._app, account)

    async def attribute(self, account: Account, level: AccessLevel) -> Attribution:
        """Return that nothing is known: there are no records but what people say."""
        return Attribution(ActedBy.UNKNOWN)

    async def read_losses(self, account: Account) -> Entitlements | Unknown:
        """Return nothing: what people take away by hand they are not asked to list."""
        return Entitlements()

    async def read_losses_bulk(self, accounts: Sequence[Account]) -> Mapping[Account, Entitlements] | Unknown:
        """Return nothing, as for one."""
        return {}

    async def list_restrictions(self) -> Listing | Unknown:
        """List every restriction that people have confirmed."""
        return Unknown(_NOT_RUNNING) if self._app is None else await list_standing(self._app, self.name)

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        """Ask a named human to restrict the account. Repeatable."""
        return Unavailable(_NOT_RUNNING) if self._app is None else await request_restriction(self._app, order)

    async def restrict_bulk(self, orders: Sequence[RestrictionOrder]) -> Mapping[Account, Outcome]:
        """Ask for each by itself: people do one thing after the other."""
        return {order.account: await self.restrict(order) for order in orders}

    async def release(self, account: Account, level: AccessLevel, reason: str) -> Outcome:
        """Ask a named human to let the account back in. Repeatable."""
        return Unavailable(_NOT_RUNNING) if self._app is None else await request_release(self._app, account, level)

    async def send_message(self, account: Account, message: Message) -> Outcome:
        """Refuse: nobody is written to through people who are not to know what is said."""
        return Rejected("nobody can be written to here by the service")

    async def appraise(self, entitlements: tuple[Entitlement, ...]) -> Appraisal | Unknown:
        """Return that nothing was taken which could be given back."""
        return Appraisal(())

    async def reinstate(self, account: Account, entitlements: tuple[Entitlement, ...]) -> Mapping[Entitlement, Outcome]:
        """Give nothing back, since nothing is known to have been taken."""
        return {}

    async def find_account(self, text: str) -> tuple[str, str] | Unknown | None:
        """Return what was written as the account: whether there is one, only people there can see."""
        return read_account(text)

    async def is_automated(self, account: Account) -> bool | Unknown:
        """Return that it is a person's, as far as anybody knows."""
        return False

    async def linked_accounts(self, account: Account) -> tuple[Account, ...] | Unknown:
        """Return none: nobody vouches for anything here."""
        return ()

    async def check(self) -> tuple[CheckResult, ...]:
        """Check that there is a second human to ask where the first is silent."""
        named = self.capabilities.administrators
        if len(named) >= _ENOUGH:
            return (CheckResult(f"{len(named)} people do by hand what is asked here", ok=True),)
        return (
            CheckResult(
                "only one person does by hand what is asked here",
                ok=False,
                needs="a second person",
                remedy=f"add one to administrators in [spaces.{self.name}]",
                impact="while that one is silent, or is concerned themselves, nothing is restricted or released here",
            ),
        )

    def has_call_in_flight(self, account: Account) -> bool:
        """Return that none has: nothing goes over any wire."""
        return False

    async def server_time(self) -> datetime | None:
        """Return no time: people have no clock that could be asked."""
        return None
