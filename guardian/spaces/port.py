"""The Space port: observe, restrict, release, write. A connector implements it; the reconciler alone acts through it.

Every call ends by itself within the space's ceiling and never raises for what a platform may answer. Read `Space`
first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from guardian.ids import ContactAddress, Reference, SpaceName
from guardian.spaces.messages import Message
from guardian.spaces.outcomes import Outcome
from rules.precedence import AccessLevel


@dataclass(frozen=True, slots=True)
class Account:
    """An account as its space knows it: `native_id` is the space's own stable id, never a handle."""

    space: SpaceName
    native_id: str


@dataclass(frozen=True, slots=True)
class ObservedRestriction:
    """One restriction as a space was seen to have it.

    `until` None: open-ended. `reference` is ours, read back from the reason field (None: the field has none, or the
    space has no such field). `author` is the native id of whoever placed it, where the same answer says so. `reason` is
    what the space shows as such, for people alone to read.
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
    """An observation that worked: at most one restriction for each access level; empty means that there is none.

    `ineffective` are the levels at which a restriction is listed that does not hold: the account is inside all the same.
    """

    restrictions: tuple[ObservedRestriction, ...] = ()
    presence: Presence = Presence.UNKNOWN
    ineffective: frozenset[AccessLevel] = frozenset()

    def find_restriction(self, level: AccessLevel) -> ObservedRestriction | None:
        """Return the restriction of that level, if it is there."""
        return next((h for h in self.restrictions if h.level is level), None)


@dataclass(frozen=True, slots=True)
class Unknown:
    """An observation that did not work: not a no.

    `after` is how long the space asked to be left alone, in monotonic time. `needs` names a missing permission, where
    that is the cause (people have to mend it).
    """

    reason: str
    after: timedelta | None = None
    needs: str | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """An observation that worked and found that there is no such account any more."""


Observation = Observed | Unknown | Missing


class ActedBy(StrEnum):
    """Who did something to an account, as far as the space can tell; the platform is its own automatic rules."""

    GUARDIAN = "guardian"
    OTHER = "other"
    PLATFORM = "platform"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LiftRecord:
    """A lifting that a space's records show; `by` is the native id of whoever lifted."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whose doing the latest change of a restriction was; `by` is the other's native id where known.

    Records come later than what they are about. `is_lifting`: the latest is a lifting, so that they say nothing yet of a
    restriction that stands. `last_lift` is the latest lifting by somebody else, also where it is not the latest change.
    """

    acted_by: ActedBy
    by: str | None = None
    at: datetime | None = None
    is_lifting: bool = False
    last_lift: LiftRecord | None = None

    def of_standing(self) -> "Attribution":
        """Return what they say of a restriction that stands: a lifting is older than it, and so not known yet."""
        return Attribution(ActedBy.UNKNOWN) if self.is_lifting else self

    @property
    def places_anothers(self) -> bool:
        """Return whether the latest change is that somebody else has placed it."""
        return self.acted_by in (ActedBy.OTHER, ActedBy.PLATFORM) and not self.is_lifting

    @property
    def places_ours(self) -> bool:
        """Return whether the latest change is that we have placed it."""
        return self.acted_by is ActedBy.GUARDIAN and not self.is_lifting


@dataclass(frozen=True, slots=True)
class RestrictionOrder:
    """What the space is asked to enforce. `until` None: open-ended; it is set only where a native end is needed.

    `reason` is the fixed neutral sentence with the reference: the only text of ours that enters the space's own
    records. `bulk`: it is a bulk item, and everything else goes first.
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
    """What a restriction takes from an account; `privileged`: it comes back only by a named person's yes."""

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
class Appraisal:
    """What of the entitlements can be given back at this moment.

    `entitlements` are those that there still are, with the power that they have now; `refusals` say by native id why the
    space would refuse one.
    """

    entitlements: tuple[Entitlement, ...]
    refusals: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listing:
    """All restrictions of a space by its list pages, by native id. Partial pages make it Unknown instead.

    `carries_references`: the rows have the reason in them, so that one without our reference is not ours.
    `still_inside` are those who are listed and inside all the same, where the space's lists tell.
    """

    restrictions: Mapping[str, tuple[ObservedRestriction, ...]]
    carries_references: bool = False
    still_inside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line of `guardian check`: `remedy` is what a person must do, empty where all is well."""

    summary: str
    ok: bool
    needs: str = ""
    remedy: str = ""
    impact: str = ""


@dataclass(frozen=True, slots=True)
class Administrator:
    """A named human who does by hand what a space without a connector is asked; in no group of ours, perhaps."""

    name: str
    address: ContactAddress


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a space can and cannot express, and what it takes.

    `levels` are the access levels that it can enforce; `carries_reference` those whose reason field gives our reference
    back. `longest_term` is the longest native term of a level (renewed before it runs out); one without an entry is
    open-ended. A weaker foreign restriction can stand while ours is placed (a Discord ban over a timeout); one of the
    same level is never overlaid.

    `destroys` says in words what a bar takes that its end does not give back (empty: nothing, so no losses are read).
    `needs_presence` are the levels that only a member of the space can be put under (a Discord timeout).

    `ceiling` bounds each call, in monotonic time. `ends_natively`: restrictions carry their end (an unattended site, by
    choice). `bulk_size` is how many accounts one call can bar; `per_minute` how many bulk items it can bar in a minute
    of monotonic time, one after the other, within our budget of calls there. `knows_linked_accounts`: `linked_accounts`
    can know of accounts elsewhere. `private_messages`: people can write to us there without anybody else in the space
    reading it. `writes_to_person` are the levels about which the platform itself writes to the person, as they begin.
    `follows_end`: a restriction's end can be moved there at no risk, so that the space is told of a sooner one as well.
    `administrators` are those who do there by hand what is asked, in the order in which they are asked: such a space
    knows nobody's accounts but by what people say (empty: a connector does it).
    """

    levels: frozenset[AccessLevel]
    carries_reference: frozenset[AccessLevel]
    longest_term: Mapping[AccessLevel, timedelta] = field(default_factory=dict)
    needs_presence: frozenset[AccessLevel] = frozenset()
    needs: tuple[str, ...] = ()
    destroys: str = ""
    invitation_lasts: timedelta = timedelta(days=7)
    ceiling: timedelta = timedelta(seconds=30)
    ends_natively: bool = False
    bulk_size: int = 1
    per_minute: float = 60.0
    knows_linked_accounts: bool = False
    private_messages: bool = False
    writes_to_person: frozenset[AccessLevel] = frozenset()
    follows_end: bool = False
    administrators: tuple[Administrator, ...] = ()


def known_or_none(found: tuple[str, str] | Unknown | None) -> tuple[str, str] | None:
    """Return whoever was found; None also where the space gave no answer.

    To show somebody by name, never to decide.
    """
    return None if isinstance(found, Unknown) else found


class Space(Protocol):
    """One place where people meet."""

    @property
    def name(self) -> SpaceName:
        """Return the space's configured name."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """Return what it can express and do."""
        ...

    async def observe(self, account: Account) -> Observation:
        """Observe which restrictions the account has at this moment."""
        ...

    async def attribute(self, account: Account, level: AccessLevel) -> Attribution:
        """Return whose doing the latest change (placing or lifting) of that level was, by the space's own records."""
        ...

    async def read_losses(self, account: Account) -> Entitlements | Unknown:
        """Read what a bar would destroy, and whether the space would refuse it."""
        ...

    async def read_losses_bulk(self, accounts: Sequence[Account]) -> Mapping[Account, Entitlements] | Unknown:
        """Read what a bar would destroy or the space would refuse, of those accounts where there is anything.

        By list pages, not one by one.
        """
        ...

    async def list_restrictions(self) -> Listing | Unknown:
        """List every restriction of the space, read by list pages."""
        ...

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        """Restrict the account as the order says. Repeatable."""
        ...

    async def restrict_bulk(self, orders: Sequence[RestrictionOrder]) -> Mapping[Account, Outcome]:
        """Restrict each account as its order says, in as few calls as the space has.

        At most `capabilities.bulk_size` bars with one reference. An account that one call could not bar is Rejected:
        why, an observation of its own shows.
        """
        ...

    async def release(self, account: Account, level: AccessLevel, reason: str) -> Outcome:
        """Release that restriction. Repeatable; nothing there is Already."""
        ...

    async def send_message(self, account: Account, message: Message) -> Outcome:
        """Send the text to the account's inbox there: Done with the space's proof, or why it did not arrive."""
        ...

    async def appraise(self, entitlements: tuple[Entitlement, ...]) -> Appraisal | Unknown:
        """Read what of these can be given back now: what power each has today, and what the space would refuse."""
        ...

    async def reinstate(self, account: Account, entitlements: tuple[Entitlement, ...]) -> Mapping[Entitlement, Outcome]:
        """Give the entitlements back to the account, or invite it to take them; one that fails stops no other.

        What is not among the answers was not asked for, since the account is not here just now.
        """
        ...

    async def find_account(self, text: str) -> tuple[str, str] | Unknown | None:
        """Find the (native id, handle) that a person's words mean exactly; None if nobody.

        A handle, an id or a mention, as `read_account_text` tells them apart: an exact handle comes before an id.
        """
        ...

    async def is_automated(self, account: Account) -> bool | Unknown:
        """Return whether the account is the service's own, or another app's: nobody whom anything could be decided on."""
        ...

    async def linked_accounts(self, account: Account) -> tuple[Account, ...] | Unknown:
        """Return accounts elsewhere that this space itself vouches for as the same person (external ids)."""
        ...

    async def check(self) -> tuple[CheckResult, ...]:
        """Check what is well and what is missing for the service to work here, each with its remedy."""
        ...

    def has_call_in_flight(self, account: Account) -> bool:
        """Return whether a call to this account that was cut off may still be under way on the wire."""
        ...

    async def server_time(self) -> datetime | None:
        """Return the space's own time, asked for just now; None where it could not be had."""
        ...
