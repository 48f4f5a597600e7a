"""What a look works with and starts from: its tools, and what the database says about one key at one instant."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from guardian.clock import Clock
from guardian.ids import AccountId, Reference, SanctionId
from guardian.journal import SERVICE, Entry
from guardian.people.values import KnownAccount
from guardian.sanctions.desired import Desired, desired
from guardian.sanctions.pace import Pace
from guardian.sanctions.stores import Alarms, SanctionLook, SanctionWorks
from guardian.sanctions.values import Application, Intent, Key, Sanction, TakenOver
from guardian.spaces.registry import Spaces
from rules.policy import Policy
from rules.precedence import Hold


@dataclass(frozen=True, slots=True)
class Tools:
    """What every look works with. `wire` is the machine's instant (for leases), `nap` sleeps in wire seconds."""

    works: SanctionWorks
    spaces: Spaces
    policy: Policy
    clock: Clock
    alarms: Alarms
    pace: Pace
    neutral_reason: Callable[[Reference], str]
    wire: Callable[[], datetime]
    nap: Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database says about one key, read at one instant."""

    key: Key
    known: KnownAccount
    sanctions: tuple[Sanction, ...]
    applications: Mapping[Hold, Application]
    intents: tuple[Intent, ...]
    references: frozenset[Reference]
    return_approved: bool
    taken_over: Mapping[Hold, TakenOver] = field(default_factory=dict)

    def wish(self, now: datetime) -> Desired:
        """What is wanted of this key's space at the instant."""
        return desired(self.sanctions, self.key.space, now)

    def pending(self, now: datetime) -> bool:
        """Whether anything is to be held or released there, as far as the last proof tells."""
        ours = any(a.placed or a.taken for a in self.applications.values())
        return self.wish(now).hold is not Hold.OPEN or ours or bool(self.intents)

    def because(self, now: datetime) -> tuple[SanctionId, ...]:
        """The sanctions that a notice about this key is about."""
        return self.wish(now).because or tuple(s.id for s in self.sanctions[-1:])

    def entry(self, act: str, **more: str) -> Entry:
        """A journal entry about this key: our own ids only."""
        about = {"account": str(self.key.account), "person": str(self.key.person), "space": str(self.key.space)}
        return Entry(act, SERVICE, "reconciler", {**about, **more})


async def read(work: SanctionLook, account: AccountId) -> Facts | None:
    """The facts of a key; None where the key or its account is no longer there, or binds nobody."""
    key = await work.sanctions.key(account)
    known = await work.people.account(account)
    if key is None or known is None:
        return None
    return Facts(
        key,
        known,
        await work.sanctions.holding(key.person) if known.binding else (),
        {a.hold: a for a in await work.sanctions.applications_of(account)},
        await work.sanctions.open_intents(account),
        await work.sanctions.references_of(account),
        # What was taken from somebody whose account was linked by mistake is given back without anybody's yes.
        known.ended_at is not None or await work.sanctions.return_approved(key.person),
        {t.hold: t for t in await work.sanctions.taken_over_of(account)},
    )
