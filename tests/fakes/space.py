"""A space in memory that keeps the port's promises, and can be told to break the ways that real ones break.

It passes the same contract suite as the real connectors. What a test judges by stands in `accounts` and `acts`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from guardian.clock import Clock
from guardian.ids import SpaceName
from guardian.spaces.account_text import read_account_text
from guardian.spaces.messages import Message
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import (
    Account,
    ActedBy,
    Appraisal,
    Attribution,
    Capabilities,
    CheckResult,
    Entitlement,
    Entitlements,
    LiftRecord,
    Listing,
    Observation,
    Observed,
    ObservedRestriction,
    Presence,
    RestrictionOrder,
    Unknown,
)
from guardian.spaces.port import Missing as MissingAccount
from guardian.spaces.removals import Removal
from rules.precedence import AccessLevel

OURS = "guardian"
NEEDS = "the permission to moderate"
UNSAID = Attribution(ActedBy.UNKNOWN)
OUT_OF_REACH = "it stands above us"
BOTH = frozenset({AccessLevel.MUTED, AccessLevel.BARRED})


class Fault(StrEnum):
    """How a space misbehaves, until told otherwise."""

    NONE = "none"
    DOWN = "down"  # no usable answer, nothing done
    LOST_ANSWER = "lost_answer"  # acts are done, their answer is lost; looks work
    REFUSING = "refusing"  # a permission is missing, for looks and acts alike
    BLIND = "blind"  # looks fail, acts work
    STALE = "stale"  # looks answer what stood when the trouble began
    EMPTY = "empty"  # looks answer that nothing stands


class ActionKind(StrEnum):
    """What an act was."""

    RESTRICT = "restrict"
    RELEASE = "release"
    SEND_MESSAGE = "tell"
    REINSTATE = "give_back"


@dataclass(frozen=True, slots=True)
class RecordedAction:
    """One act that the fake was asked for, and what it changed."""

    kind: ActionKind
    native_id: str
    level: AccessLevel | None
    at: datetime
    changed: bool
    by: str = OURS


@dataclass(slots=True)
class FakeAccount:
    """One account as the fake space keeps it."""

    native_id: str
    handle: str
    member: bool = True
    inbox_open: bool = True
    outranks_us: bool = False
    stays_inside: bool = False
    invited: bool = False
    restrictions: dict[AccessLevel, ObservedRestriction] = field(default_factory=dict)
    attributions: dict[AccessLevel, Attribution] = field(default_factory=dict)
    entitlements: tuple[Entitlement, ...] = ()
    inbox: dict[str, Message] = field(default_factory=dict)
    elsewhere: tuple[Account, ...] = ()


class FakeSpace:
    """A space for tests: seeded with `add`, moved by people's own hands, and made to fail by `trouble`.

    By default a bar ends membership and destroys what the account has, as on Discord and GitHub; a mute needs membership
    where `mute_needs_member` says so.
    """

    def __init__(
        self,
        clock: Clock,
        name: str = "fake",
        *,
        levels: frozenset[AccessLevel] = BOTH,
        carries_reference: frozenset[AccessLevel] = BOTH,
        longest_term: timedelta | None = None,
        mute_needs_member: bool = False,
        private_messages: bool = True,
        bulk_size: int = 1,
    ) -> None:
        self.name = SpaceName(name)
        self.capabilities = Capabilities(
            levels=levels,
            carries_reference=carries_reference & levels,
            longest_term={AccessLevel.MUTED: longest_term} if longest_term else {},
            needs=(NEEDS,),
            needs_presence=frozenset({AccessLevel.MUTED}) if mute_needs_member else frozenset(),
            destroys="Membership and roles.",
            knows_linked_accounts=True,
            private_messages=private_messages,
            ceiling=timedelta(seconds=2),
            bulk_size=bulk_size,
        )
        self.accounts: dict[str, FakeAccount] = {}
        self.actions: list[RecordedAction] = []
        self.put_out: list[Removal] = []
        self.observations = 0
        self.asked_for_links: list[Account] = []
        self.automated: set[str] = set()
        self.bulk_calls = 0
        self.fault = Fault.NONE
        self.after: timedelta | None = None
        self.names_authors = True
        self.date_offset: timedelta | None = timedelta()
        self.in_flight: set[str] = set()
        self._records: dict[tuple[str, AccessLevel], Attribution] | None = None
        self.powerful: set[str] = set()
        self.out_of_reach: set[str] = set()
        self.deleted: set[str] = set()
        self.invites = False
        self.refuses_return = ""
        self.refused_returns = 0
        self.before_action: Callable[[ActionKind, str], None] = lambda kind, native_id: None
        self._clock = clock
        self._mute_needs_member = mute_needs_member
        self._private_messages = private_messages
        self._frozen: dict[str, tuple[ObservedRestriction, ...]] = {}

    # -- what a test and people's own hands do

    def add(self, native_id: str, handle: str = "", **facts: Any) -> Account:
        """The account exists, a member unless told otherwise."""
        account = FakeAccount(native_id=native_id, handle=handle or f"name-{native_id}")
        self.accounts[native_id] = replace(account, **facts)
        return Account(self.name, native_id)

    def remove(self, native_id: str) -> None:
        """The account does not exist any more."""
        del self.accounts[native_id]

    def restrict_manually(
        self, native_id: str, level: AccessLevel, *, by: str = "somebody", until: datetime | None = None
    ) -> None:
        """Somebody of the space's own team placed it."""
        account = self.accounts[native_id]
        self._place(
            account, ObservedRestriction(level, until, author=by), Attribution(ActedBy.OTHER, by, self._clock.now())
        )

    def restrict_by_rule(self, native_id: str, level: AccessLevel, until: datetime) -> None:
        """An automatic rule of the space places it, in nobody's name."""
        account = self.accounts[native_id]
        self._place(account, ObservedRestriction(level, until), Attribution(ActedBy.PLATFORM, None, self._clock.now()))

    def release_manually(self, native_id: str, level: AccessLevel, *, by: str = "somebody") -> None:
        """Somebody of the space's own team lifted it."""
        account = self.accounts[native_id]
        del account.restrictions[level]
        now = self._clock.now()
        account.attributions[level] = Attribution(
            ActedBy.OTHER, by, now, is_lifting=True, last_lift=LiftRecord(by, now)
        )

    def leave(self, native_id: str) -> None:
        """The person has left the space."""
        self._lose_membership(self.accounts[native_id])

    def join(self, native_id: str) -> None:
        """The person is a member (again); somebody who is barred is kept out."""
        if AccessLevel.BARRED not in self.access_levels(native_id):
            self.accounts[native_id].member = True

    def freeze_observations(self) -> None:
        """From now on looks answer what stands at this instant."""
        self._frozen = {native_id: self._current(account) for native_id, account in self.accounts.items()}
        self.fault = Fault.STALE

    def delay_records(self) -> None:
        """From now on the space's records say nothing new."""
        self._records = {(n, level): said for n, a in self.accounts.items() for level, said in a.attributions.items()}

    def publish_records(self) -> None:
        """The records say all that has happened."""
        self._records = None

    def access_levels(self, native_id: str) -> frozenset[AccessLevel]:
        """What the space really holds at this moment, whatever its looks say."""
        return frozenset(observed_restriction.level for observed_restriction in self._current(self.accounts[native_id]))

    def changes(self, kind: ActionKind) -> list[RecordedAction]:
        """The acts of one kind that changed something."""
        return [act for act in self.actions if act.kind is kind and act.changed]

    # -- looks

    async def observe(self, account: Account) -> Observation:
        self.observations += 1
        if failed := self._failed_observation():
            return failed
        known = self.accounts.get(account.native_id)
        if known is None:
            return MissingAccount()
        presence = Presence.MEMBER if known.member else Presence.OUTSIDE
        shown = self._shown(known)
        barred = frozenset(each.level for each in shown) & {AccessLevel.BARRED}
        return Observed(shown, presence, barred if known.member else frozenset())

    def put_out_manually(self, native_id: str, *, by: str) -> None:
        """Somebody puts the member out with the space's own menu, and the space records it."""
        self.leave(native_id)
        at = self._clock.now()
        self.put_out.append(Removal(f"removal {len(self.put_out)}", Account(self.name, native_id), by, at))

    async def removals(self, native_id: str | None) -> tuple[Removal, ...] | Unknown:
        if failed := self._failed_observation():
            return failed
        return tuple(each for each in self.put_out if native_id in (None, each.account.native_id))

    async def attribute(self, account: Account, level: AccessLevel) -> Attribution:
        known = self.accounts.get(account.native_id)
        if known is None or not self.names_authors or self._failed_observation():
            return Attribution(ActedBy.UNKNOWN)
        now_known = known.attributions.get(level, Attribution(ActedBy.UNKNOWN))
        return now_known if self._records is None else self._records.get((account.native_id, level), UNSAID)

    async def read_losses(self, account: Account) -> Entitlements | Unknown:
        if failed := self._failed_observation():
            return failed
        known = self.accounts.get(account.native_id)
        if known is None or not known.member:
            return Entitlements()
        return Entitlements(known.entitlements, "They stand above us." if known.outranks_us else None)

    async def read_losses_bulk(self, accounts: Sequence[Account]) -> Mapping[Account, Entitlements] | Unknown:
        if failed := self._failed_observation():
            return failed
        here = [account for account in accounts if account.native_id in self.accounts]
        found = {account: await self.read_losses(account) for account in here}
        return {
            account: each
            for account, each in found.items()
            if isinstance(each, Entitlements) and each != Entitlements()
        }

    async def list_restrictions(self) -> Listing | Unknown:
        if failed := self._failed_observation():
            return failed
        standing = {native_id: self._shown(account) for native_id, account in self.accounts.items()}
        listed = {native_id: restrictions for native_id, restrictions in standing.items() if restrictions}
        inside = frozenset(native_id for native_id in listed if self.accounts[native_id].stays_inside)
        return Listing(listed, AccessLevel.BARRED in self.capabilities.carries_reference, inside)

    async def find_account(self, text: str) -> tuple[str, str] | Unknown | None:
        said = read_account_text(text)
        if failed := self._failed_observation():
            return failed
        named = [a for a in self.accounts.values() if said.may_be_name and said.words == a.handle]
        found = named or [a for a in self.accounts.values() if said.may_be_id and said.words == a.native_id]
        return (found[0].native_id, found[0].handle) if len(found) == 1 else None

    async def is_automated(self, account: Account) -> bool | Unknown:
        return self._failed_observation() or account.native_id in self.automated

    async def linked_accounts(self, account: Account) -> tuple[Account, ...] | Unknown:
        self.asked_for_links.append(account)
        if failed := self._failed_observation():
            return failed
        known = self.accounts.get(account.native_id)
        return known.elsewhere if known else ()

    async def check(self) -> tuple[CheckResult, ...]:
        if failed := self._failed_observation():
            return (CheckResult("The space answers us", ok=False, needs=failed.needs or "", remedy="Mend it."),)
        return (CheckResult("The space answers us", ok=True),)

    def has_call_in_flight(self, account: Account) -> bool:
        return account.native_id in self.in_flight

    async def server_time(self) -> datetime | None:
        if self.fault is Fault.DOWN or self.date_offset is None:
            return None
        return (self._clock.now() + self.date_offset).replace(microsecond=0)

    # -- acts

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        return self._perform(
            ActionKind.RESTRICT, order.account, order.level, lambda known: self._restrict(known, order)
        )

    async def restrict_bulk(self, orders: Sequence[RestrictionOrder]) -> Mapping[Account, Outcome]:
        self.bulk_calls += 1
        outcomes = {order.account: await self.restrict(order) for order in orders}
        failed = Rejected("not among the barred")
        return {each: failed if isinstance(o, Already | Gone) else o for each, o in outcomes.items()}

    async def release(self, account: Account, level: AccessLevel, reason: str) -> Outcome:
        return self._perform(ActionKind.RELEASE, account, level, lambda known: self._release(known, level))

    async def send_message(self, account: Account, message: Message) -> Outcome:
        return self._perform(ActionKind.SEND_MESSAGE, account, None, lambda known: self._send_message(known, message))

    async def appraise(self, entitlements: tuple[Entitlement, ...]) -> Appraisal | Unknown:
        if failed := self._failed_observation():
            return failed
        here = tuple(e for e in entitlements if e.native_id not in self.deleted)
        today = tuple(replace(e, privileged=e.privileged or e.native_id in self.powerful) for e in here)
        return Appraisal(today, {e.native_id: OUT_OF_REACH for e in here if e.native_id in self.out_of_reach})

    async def reinstate(self, account: Account, entitlements: tuple[Entitlement, ...]) -> Mapping[Entitlement, Outcome]:
        known = self.accounts.get(account.native_id)
        is_here = known is not None and (known.member or self.invites)
        return {e: self._give_back(account, e) for e in entitlements} if is_here else {}

    def _give_back(self, account: Account, entitlement: Entitlement) -> Outcome:
        if self.refuses_return:
            self.refused_returns += 1
            return Rejected(self.refuses_return)
        return self._perform(ActionKind.REINSTATE, account, None, lambda known: self._reinstate(known, (entitlement,)))

    def _perform(
        self, kind: ActionKind, account: Account, level: AccessLevel | None, act: Callable[[FakeAccount], Outcome]
    ) -> Outcome:
        """The act as the trouble lets it happen; it is on record whether or not its answer arrives."""
        self.before_action(kind, account.native_id)
        if self.fault is Fault.DOWN:
            outcome: Outcome = Unavailable("down", self.after)
        elif self.fault is Fault.REFUSING:
            outcome = Forbidden(NEEDS)
        else:
            known = self.accounts.get(account.native_id)
            outcome = act(known) if known is not None else Gone()
        changed = isinstance(outcome, Done)
        self.actions.append(
            RecordedAction(kind=kind, native_id=account.native_id, level=level, at=self._clock.now(), changed=changed)
        )
        return Unavailable("the answer was lost", self.after) if self.fault is Fault.LOST_ANSWER else outcome

    def _restrict(self, account: FakeAccount, order: RestrictionOrder) -> Outcome:
        if order.level not in self.capabilities.levels:
            return Rejected("this space cannot express that")
        if account.outranks_us:
            return Forbidden("a rank above theirs")
        if order.level is AccessLevel.MUTED and self._mute_needs_member and not account.member:
            return Rejected("not a member")
        if self._is_restricted(account, order.level) and order.level not in self.capabilities.longest_term:
            return Already()
        signed = order.level in self.capabilities.carries_reference
        observed_restriction = ObservedRestriction(
            order.level, self._end(order), order.reference if signed else None, OURS if signed else None
        )
        self._place(account, observed_restriction, Attribution(ActedBy.GUARDIAN, OURS, self._clock.now()))
        return Done()

    def _end(self, order: RestrictionOrder) -> datetime | None:
        longest = self.capabilities.longest_term.get(order.level)
        if longest is None:
            return order.until
        furthest = self._clock.now() + longest
        return min(order.until or furthest, furthest)

    def _release(self, account: FakeAccount, level: AccessLevel) -> Outcome:
        if not self._is_restricted(account, level):
            return Already()
        if account.outranks_us and account.member:
            return Forbidden("a rank above theirs")
        del account.restrictions[level]
        before = account.attributions.get(level, Attribution(ActedBy.UNKNOWN)).last_lift
        account.attributions[level] = Attribution(
            ActedBy.GUARDIAN, OURS, self._clock.now(), is_lifting=True, last_lift=before
        )
        return Done()

    def _send_message(self, account: FakeAccount, message: Message) -> Outcome:
        if not self._private_messages:
            return Rejected("this space has no private messages")
        if not account.inbox_open or (AccessLevel.BARRED in account.restrictions):
            return Rejected("direct messages are closed")
        account.inbox.setdefault(message.nonce, message)
        return Done(f"message-{list(account.inbox).index(message.nonce) + 1}")

    def _reinstate(self, account: FakeAccount, entitlements: tuple[Entitlement, ...]) -> Outcome:
        if not account.member:
            account.invited = True
            return Done("invited")
        new = tuple(entitlement for entitlement in entitlements if entitlement not in account.entitlements)
        account.entitlements += new
        return Done() if new else Already()

    # -- the space's own state

    def _place(self, account: FakeAccount, observed_restriction: ObservedRestriction, attribution: Attribution) -> None:
        account.restrictions[observed_restriction.level] = observed_restriction
        before = account.attributions.get(observed_restriction.level, attribution).last_lift
        account.attributions[observed_restriction.level] = replace(attribution, last_lift=before)
        if observed_restriction.level is AccessLevel.BARRED and not account.stays_inside:
            self._lose_membership(account)

    def _lose_membership(self, account: FakeAccount) -> None:
        account.member = False
        account.entitlements = ()

    def _current(self, account: FakeAccount) -> tuple[ObservedRestriction, ...]:
        return tuple(
            observed_restriction
            for observed_restriction in account.restrictions.values()
            if self._is_restricted(account, observed_restriction.level)
        )

    def _visible(self, account: FakeAccount) -> tuple[ObservedRestriction, ...]:
        """What a look shows: what only a member can be under runs on for somebody who has left, and nobody sees it."""
        hidden = self.capabilities.needs_presence if not account.member else frozenset()
        return tuple(
            observed_restriction
            for observed_restriction in self._current(account)
            if observed_restriction.level not in hidden
        )

    def _shown(self, account: FakeAccount) -> tuple[ObservedRestriction, ...]:
        """What a look answers, right or not."""
        if self.fault is Fault.STALE:
            return self._frozen.get(account.native_id, ())
        if self.fault is Fault.EMPTY:
            return ()
        return self._visible(account)

    def _is_restricted(self, account: FakeAccount, level: AccessLevel) -> bool:
        observed_restriction = account.restrictions.get(level)
        return observed_restriction is not None and (
            observed_restriction.until is None or observed_restriction.until > self._clock.now()
        )

    def _failed_observation(self) -> Unknown | None:
        match self.fault:
            case Fault.DOWN | Fault.BLIND:
                return Unknown("down", self.after)
            case Fault.REFUSING:
                return Unknown("refused", needs=NEEDS)
            case Fault.NONE | Fault.LOST_ANSWER | Fault.STALE | Fault.EMPTY:
                return None
