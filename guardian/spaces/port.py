"""The Space port: observe, restrict, release, tell. A connector implements it; the reconciler is its only caller for acts.

Every call ends by itself within the space's ceiling and never raises for what a platform may answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from guardian.ids import Reference, SpaceName
from guardian.spaces.outcomes import Outcome
from rules.precedence import AccessLevel


@dataclass(frozen=True, slots=True)
class Account:
    """An account as its space knows it: `native_id` is the space's own stable id, never a handle."""

    space: SpaceName
    native_id: str


@dataclass(frozen=True, slots=True)
class ObservedRestriction:
    """One restriction that the space was seen to hold.

    `until` None: open-ended. `reference` is ours, read back from the reason field (None: the field has none, or the
    space has no such field). `author` is the native id of whoever placed it, where the same answer says so. `said` is the
    reason that the space shows, for people alone to read.
    """

    level: AccessLevel
    until: datetime | None = None
    reference: Reference | None = None
    author: str | None = None
    reason: str = field(default="", compare=False)


class Presence(StrEnum):
    """Whether the account is a member of the space just now."""

    MEMBER = "member"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Observed:
    """A look that worked: at most one entry for each kind of hold; empty means that nothing is held."""

    restrictions: tuple[ObservedRestriction, ...] = ()
    presence: Presence = Presence.UNKNOWN

    def find_restriction(self, level: AccessLevel) -> ObservedRestriction | None:
        """The restriction of that kind, if it is there."""
        return next((h for h in self.restrictions if h.level is level), None)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A look that did not work: not a no. `after` is how long the space asked to be left alone, in wire time.

    `needs` names a missing permission, where that is the cause (people have to mend it).
    """

    reason: str
    after: timedelta | None = None
    needs: str | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """A look that worked and found that there is no such account any more."""


Observation = Observed | Unknown | Missing


class ActedBy(StrEnum):
    """Who did something to an account, as far as the space can tell."""

    GUARDIAN = "guardian"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whose doing the latest change of a hold was; `by` is the other's native id where known."""

    acted_by: ActedBy
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RestrictionOrder:
    """What the space is asked to hold. `until` None: open-ended; it is set only where the space needs a native end.

    `reason` is the fixed neutral sentence with the reference: the only text of ours that enters the space's own records.
    `bulk`: it is one of many, and everything else goes first.
    """

    account: Account
    level: AccessLevel
    reference: Reference
    reason: str
    until: datetime | None = None
    bulk: bool = False


class EntitlementKind(StrEnum):
    """What a restriction can take: a role, a team, the membership of the space itself."""

    ROLE = "role"
    TEAM = "team"
    MEMBERSHIP = "membership"


@dataclass(frozen=True, slots=True)
class Entitlement:
    """One thing that a restriction takes from an account; `privileged`: it comes back only by a named person's yes."""

    kind: EntitlementKind
    native_id: str
    label: str
    privileged: bool = False


@dataclass(frozen=True, slots=True)
class Entitlements:
    """What a restriction would destroy, read before it; `refusal` says why the space would refuse us, if it would."""

    entitlements: tuple[Entitlement, ...] = ()
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """A text to one account; `nonce` makes a repeated sending recognisable to the space."""

    subject: str
    text: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Listing:
    """All restrictions of a space by its list pages: native id → what is held. Partial pages make it Unknown instead.

    `carries_references`: the rows have the reason in them, so that one without our reference is not ours.
    """

    restrictions: Mapping[str, tuple[ObservedRestriction, ...]]
    carries_references: bool = False


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line of `guardian check`: `remedy` is what a person must do, empty where all is well."""

    summary: str
    ok: bool
    needs: str = ""
    remedy: str = ""
    impact: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a space can and cannot express, and what it takes.

    `longest_term` is the longest native term of a hold (renewed before it runs out); a hold without an entry is open-ended.
    `signed` are the holds whose reason field gives our reference back. A weaker hold of
    another's can stand while ours is placed (a Discord ban over a timeout); one of the same kind is never overlaid.
    `destroys` says in words what a bar takes that its end does not give back (empty: nothing, so nothing is surveyed).
    `needs_presence` are the holds that only a member of the space can be put under (a Discord timeout).
    `ceiling` bounds each call, in wire time. `ends_natively`: holds carry their end (an unattended site, by choice).
    `bulk_size` is how many accounts one call can bar; `per_minute` how many it can bar in a minute of wire time, one of many
    after the other, within our budget of calls there. `knows_linked_accounts`: `linked` can know of accounts elsewhere. `private`:
    people can write to us there without anybody else in the space reading it.
    """

    levels: frozenset[AccessLevel]
    carries_reference: frozenset[AccessLevel]
    longest_term: Mapping[AccessLevel, timedelta] = field(default_factory=dict)
    needs_presence: frozenset[AccessLevel] = frozenset()
    needs: tuple[str, ...] = ()
    destroys: str = ""
    ceiling: timedelta = timedelta(seconds=30)
    ends_natively: bool = False
    bulk_size: int = 1
    per_minute: float = 60.0
    knows_linked_accounts: bool = False
    private_messages: bool = False


def known_or_none(found: tuple[str, str] | Unknown | None) -> tuple[str, str] | None:
    """Whoever was found; None also where the space gave no answer: to show somebody by name, never to decide."""
    return None if isinstance(found, Unknown) else found


class Space(Protocol):
    """One place where people meet."""

    @property
    def name(self) -> SpaceName: ...

    @property
    def capabilities(self) -> Capabilities: ...

    async def observe(self, account: Account) -> Observation:
        """What the space holds on the account at this moment."""
        ...

    async def attribute(self, account: Account, level: AccessLevel) -> Attribution:
        """Whose doing the latest change (placing or lifting) of that hold was, from the space's own records."""
        ...

    async def read_losses(self, account: Account) -> Entitlements | Unknown:
        """What a bar would destroy, and whether the space would refuse it."""
        ...

    async def read_losses_bulk(self, accounts: Sequence[Account]) -> Mapping[Account, Entitlements] | Unknown:
        """What a bar would destroy or the space would refuse, for those of the accounts where there is anything: by list
        pages, not one by one."""
        ...

    async def list_restrictions(self) -> Listing | Unknown:
        """Everything that the space holds, read by list pages."""
        ...

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        """The space holds what the order says. Repeatable."""
        ...

    async def restrict_bulk(self, orders: Sequence[RestrictionOrder]) -> Mapping[Account, Outcome]:
        """As `restrict` for each order, in as few calls as the space has: at most `capabilities.bulk_size` bars with one reference.

        An account that one call could not bar is Rejected: why, a look of its own tells.
        """
        ...

    async def release(self, account: Account, level: AccessLevel, reason: str) -> Outcome:
        """The space no longer holds that restriction. Repeatable; nothing there is Already."""
        ...

    async def send_message(self, account: Account, message: Message) -> Outcome:
        """The text has reached the account's inbox there (Done with the space's proof), or it says why not."""
        ...

    async def reinstate(self, account: Account, entitlements: tuple[Entitlement, ...]) -> Outcome:
        """The things are the account's again, or it has been invited to take them."""
        ...

    async def find_account(self, text: str) -> tuple[str, str] | Unknown | None:
        """The (native id, handle) that a person's words mean exactly: an id, a mention or a handle; None if nobody."""
        ...

    async def linked_accounts(self, account: Account) -> tuple[Account, ...] | Unknown:
        """Accounts elsewhere that this space itself vouches for as the same person (external ids)."""
        ...

    async def check(self) -> tuple[CheckResult, ...]:
        """What is well and what is missing for the service to work here, each with its remedy."""
        ...

    def has_call_in_flight(self, account: Account) -> bool:
        """Whether a call to this account that was cut off may still be under way on the wire."""
        ...

    async def server_time(self) -> datetime | None:
        """The space's own idea of the time, fresh from the wire; None where it could not be had."""
        ...
