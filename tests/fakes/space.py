"""A space in memory that keeps the port's promises, and can be told to break the ways that real ones break.

It passes the same contract suite as the real connectors. What a test judges by stands in `accounts` and `acts`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from guardian.clock import Clock
from guardian.ids import SpaceName
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import (
    Abilities,
    Account,
    Belonging,
    Belongings,
    Finding,
    Hand,
    Held,
    Message,
    Observation,
    Order,
    Presence,
    Seen,
    Sweep,
    Trace,
    Unknown,
)
from guardian.spaces.port import Missing as MissingAccount
from rules.precedence import Hold

OURS = "guardian"
NEEDS = "the permission to moderate"
BOTH = frozenset({Hold.MUTED, Hold.BARRED})


class Trouble(StrEnum):
    """How a space misbehaves, until told otherwise."""

    NONE = "none"
    DOWN = "down"  # no usable answer, nothing done
    LOST_ANSWER = "lost_answer"  # acts are done, their answer is lost; looks work
    REFUSING = "refusing"  # a permission is missing, for looks and acts alike
    BLIND = "blind"  # looks fail, acts work
    STALE = "stale"  # looks answer what stood when the trouble began


class Deed(StrEnum):
    """What an act was."""

    RESTRICT = "restrict"
    RELEASE = "release"
    TELL = "tell"
    GIVE_BACK = "give_back"


@dataclass(frozen=True, slots=True)
class Act:
    """One act that the fake was asked for, and what it changed."""

    deed: Deed
    native_id: str
    hold: Hold | None
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
    above_us: bool = False
    holds: dict[Hold, Held] = field(default_factory=dict)
    traces: dict[Hold, Trace] = field(default_factory=dict)
    things: tuple[Belonging, ...] = ()
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
        holds: frozenset[Hold] = BOTH,
        signed: frozenset[Hold] = BOTH,
        longest: timedelta | None = None,
        mute_needs_member: bool = False,
        tells: bool = True,
        bulk: int = 1,
    ) -> None:
        self.name = SpaceName(name)
        self.abilities = Abilities(
            holds=holds,
            signed=signed & holds,
            longest={Hold.MUTED: longest} if longest else {},
            needs=(NEEDS,),
            needs_presence=frozenset({Hold.MUTED}) if mute_needs_member else frozenset(),
            destroys="Membership and roles.",
            vouches=True,
            private=tells,
            ceiling=timedelta(seconds=2),
            bulk=bulk,
        )
        self.accounts: dict[str, FakeAccount] = {}
        self.acts: list[Act] = []
        self.looks = 0
        self.calls_for_many = 0
        self.trouble = Trouble.NONE
        self.after: timedelta | None = None
        self.says_who = True
        self.date_offset: timedelta | None = timedelta()
        self.wire_open: set[str] = set()
        self.before_act: Callable[[Deed, str], None] = lambda deed, native_id: None
        self._clock = clock
        self._mute_needs_member = mute_needs_member
        self._tells = tells
        self._frozen: dict[str, tuple[Held, ...]] = {}

    # -- what a test and people's own hands do

    def add(self, native_id: str, handle: str = "", **facts: object) -> Account:
        """The account exists, a member unless told otherwise."""
        self.accounts[native_id] = replace(FakeAccount(native_id, handle or f"name-{native_id}"), **facts)  # type: ignore[arg-type]  # seeding by field names
        return Account(self.name, native_id)

    def remove(self, native_id: str) -> None:
        """The account does not exist any more."""
        del self.accounts[native_id]

    def hold_by_hand(self, native_id: str, hold: Hold, *, by: str = "somebody", until: datetime | None = None) -> None:
        """Somebody of the space's own team placed it."""
        account = self.accounts[native_id]
        self._place(account, Held(hold, until, author=by), Trace(Hand.ANOTHER, by, self._clock.now()))

    def lift_by_hand(self, native_id: str, hold: Hold, *, by: str = "somebody") -> None:
        """Somebody of the space's own team lifted it."""
        account = self.accounts[native_id]
        del account.holds[hold]
        account.traces[hold] = Trace(Hand.ANOTHER, by, self._clock.now())

    def leave(self, native_id: str) -> None:
        """The person has left the space."""
        self._lose_membership(self.accounts[native_id])

    def join(self, native_id: str) -> None:
        """The person is a member (again); somebody who is barred is kept out."""
        if Hold.BARRED not in self.held(native_id):
            self.accounts[native_id].member = True

    def freeze_looks(self) -> None:
        """From now on looks answer what stands at this instant."""
        self._frozen = {native_id: self._standing(account) for native_id, account in self.accounts.items()}
        self.trouble = Trouble.STALE

    def held(self, native_id: str) -> frozenset[Hold]:
        """What the space really holds at this moment, whatever its looks say."""
        return frozenset(held.hold for held in self._standing(self.accounts[native_id]))

    def changes(self, deed: Deed) -> list[Act]:
        """The acts of one kind that changed something."""
        return [act for act in self.acts if act.deed is deed and act.changed]

    # -- looks

    async def observe(self, account: Account) -> Observation:
        self.looks += 1
        if failed := self._failed_look():
            return failed
        known = self.accounts.get(account.native_id)
        if known is None:
            return MissingAccount()
        presence = Presence.MEMBER if known.member else Presence.OUTSIDE
        if self.trouble is Trouble.STALE:
            return Seen(self._frozen.get(known.native_id, ()), presence)
        return Seen(self._shown(known), presence)

    async def trace(self, account: Account, hold: Hold) -> Trace:
        known = self.accounts.get(account.native_id)
        if known is None or not self.says_who or self._failed_look():
            return Trace(Hand.UNSAID)
        return known.traces.get(hold, Trace(Hand.UNSAID))

    async def survey(self, account: Account) -> Belongings | Unknown:
        if failed := self._failed_look():
            return failed
        known = self.accounts.get(account.native_id)
        if known is None or not known.member:
            return Belongings()
        return Belongings(known.things, "They stand above us." if known.above_us else None)

    async def survey_many(self, accounts: Sequence[Account]) -> Mapping[Account, Belongings] | Unknown:
        if failed := self._failed_look():
            return failed
        here = [account for account in accounts if account.native_id in self.accounts]
        found = {account: await self.survey(account) for account in here}
        return {
            account: each for account, each in found.items() if isinstance(each, Belongings) and each != Belongings()
        }

    async def sweep(self) -> Sweep | Unknown:
        if failed := self._failed_look():
            return failed
        standing = {native_id: self._shown(account) for native_id, account in self.accounts.items()}
        listed = {native_id: holds for native_id, holds in standing.items() if holds}
        return Sweep(listed, gives_references=Hold.BARRED in self.abilities.signed)

    async def find(self, text: str) -> tuple[str, str] | Unknown | None:
        wanted = text.strip().removeprefix("@")
        if failed := self._failed_look():
            return failed
        found = [a for a in self.accounts.values() if wanted in (a.native_id, a.handle)]
        return (found[0].native_id, found[0].handle) if len(found) == 1 else None

    async def linked(self, account: Account) -> tuple[Account, ...] | Unknown:
        if failed := self._failed_look():
            return failed
        known = self.accounts.get(account.native_id)
        return known.elsewhere if known else ()

    async def check(self) -> tuple[Finding, ...]:
        if failed := self._failed_look():
            return (Finding("The space answers us", well=False, needs=failed.needs or "", remedy="Mend it."),)
        return (Finding("The space answers us", well=True),)

    def busy(self, account: Account) -> bool:
        return account.native_id in self.wire_open

    async def date(self) -> datetime | None:
        if self.trouble is Trouble.DOWN or self.date_offset is None:
            return None
        return (self._clock.now() + self.date_offset).replace(microsecond=0)

    # -- acts

    async def restrict(self, order: Order) -> Outcome:
        return self._acted(Deed.RESTRICT, order.account, order.hold, lambda known: self._restrict(known, order))

    async def restrict_many(self, orders: Sequence[Order]) -> Mapping[Account, Outcome]:
        self.calls_for_many += 1
        outcomes = {order.account: await self.restrict(order) for order in orders}
        failed = Rejected("not among the barred")
        return {each: failed if isinstance(o, Already | Gone) else o for each, o in outcomes.items()}

    async def release(self, account: Account, hold: Hold, reason: str) -> Outcome:
        return self._acted(Deed.RELEASE, account, hold, lambda known: self._release(known, hold))

    async def tell(self, account: Account, message: Message) -> Outcome:
        return self._acted(Deed.TELL, account, None, lambda known: self._tell(known, message))

    async def give_back(self, account: Account, things: tuple[Belonging, ...]) -> Outcome:
        return self._acted(Deed.GIVE_BACK, account, None, lambda known: self._give_back(known, things))

    def _acted(self, deed: Deed, account: Account, hold: Hold | None, act: Callable[[FakeAccount], Outcome]) -> Outcome:
        """The act as the trouble lets it happen; it is on record whether or not its answer arrives."""
        self.before_act(deed, account.native_id)
        if self.trouble is Trouble.DOWN:
            outcome: Outcome = Unavailable("down", self.after)
        elif self.trouble is Trouble.REFUSING:
            outcome = Forbidden(NEEDS)
        else:
            known = self.accounts.get(account.native_id)
            outcome = act(known) if known is not None else Gone()
        changed = isinstance(outcome, Done)
        self.acts.append(Act(deed, account.native_id, hold, self._clock.now(), changed))
        return Unavailable("the answer was lost", self.after) if self.trouble is Trouble.LOST_ANSWER else outcome

    def _restrict(self, account: FakeAccount, order: Order) -> Outcome:
        if order.hold not in self.abilities.holds:
            return Rejected("this space cannot express that")
        if account.above_us:
            return Forbidden("a rank above theirs")
        if order.hold is Hold.MUTED and self._mute_needs_member and not account.member:
            return Rejected("not a member")
        if self._stands(account, order.hold) and order.hold not in self.abilities.longest:
            return Already()
        signed = order.hold in self.abilities.signed
        held = Held(order.hold, self._end(order), order.reference if signed else None, OURS if signed else None)
        self._place(account, held, Trace(Hand.OURS, OURS, self._clock.now()))
        return Done()

    def _end(self, order: Order) -> datetime | None:
        longest = self.abilities.longest.get(order.hold)
        if longest is None:
            return order.until
        furthest = self._clock.now() + longest
        return min(order.until or furthest, furthest)

    def _release(self, account: FakeAccount, hold: Hold) -> Outcome:
        if not self._stands(account, hold):
            return Already()
        if account.above_us and account.member:
            return Forbidden("a rank above theirs")
        del account.holds[hold]
        account.traces[hold] = Trace(Hand.OURS, OURS, self._clock.now())
        return Done()

    def _tell(self, account: FakeAccount, message: Message) -> Outcome:
        if not self._tells:
            return Rejected("this space has no private messages")
        if not account.inbox_open or (Hold.BARRED in account.holds):
            return Rejected("direct messages are closed")
        account.inbox.setdefault(message.nonce, message)
        return Done(f"message-{list(account.inbox).index(message.nonce) + 1}")

    def _give_back(self, account: FakeAccount, things: tuple[Belonging, ...]) -> Outcome:
        if not account.member:
            return Rejected("not here yet")
        new = tuple(thing for thing in things if thing not in account.things)
        account.things += new
        return Done() if new else Already()

    # -- the space's own state

    def _place(self, account: FakeAccount, held: Held, trace: Trace) -> None:
        account.holds[held.hold] = held
        account.traces[held.hold] = trace
        if held.hold is Hold.BARRED:
            self._lose_membership(account)

    def _lose_membership(self, account: FakeAccount) -> None:
        account.member = False
        account.things = ()

    def _standing(self, account: FakeAccount) -> tuple[Held, ...]:
        return tuple(held for held in account.holds.values() if self._stands(account, held.hold))

    def _shown(self, account: FakeAccount) -> tuple[Held, ...]:
        """What a look shows: what only a member can be under runs on for somebody who has left, and nobody sees it."""
        hidden = self.abilities.needs_presence if not account.member else frozenset()
        return tuple(held for held in self._standing(account) if held.hold not in hidden)

    def _stands(self, account: FakeAccount, hold: Hold) -> bool:
        held = account.holds.get(hold)
        return held is not None and (held.until is None or held.until > self._clock.now())

    def _failed_look(self) -> Unknown | None:
        match self.trouble:
            case Trouble.DOWN | Trouble.BLIND:
                return Unknown("down", self.after)
            case Trouble.REFUSING:
                return Unknown("refused", needs=NEEDS)
            case Trouble.NONE | Trouble.LOST_ANSWER | Trouble.STALE:
                return None
