"""A reconciler over a real SQLite file and fake spaces: the smallest world in which a restriction takes hold."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from guardian.clock import wire_instant
from guardian.ids import AccountId, CaseId, MemberId, PersonId, Reference, SanctionId, SpaceName, new_id, new_reference
from guardian.people.values import KnownAccount, Person, Trust
from guardian.policy_file import read_policy
from guardian.presets import preset
from guardian.sanctions.enactment import bind
from guardian.sanctions.facts import Tools
from guardian.sanctions.pace import Pace
from guardian.sanctions.reconciler import Reconciler
from guardian.sanctions.stores import SanctionWork
from guardian.sanctions.values import Authority, Coverage, Sanction
from guardian.spaces.port import Account, Space
from guardian.spaces.registry import Mode, Registered, Spaces
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.work import Works
from rules.ladder import Authority as AuthorityKind
from rules.policy import OnTermEnd, Policy
from rules.precedence import Restriction
from rules.telling import Telling
from tests.builders.blank import blank_file
from tests.fakes.clock import FrozenClock
from tests.fakes.space import FakeSpace

CEILING = timedelta(seconds=2)


@dataclass(slots=True)
class HeardAlarms:
    """Keeps what was put to people."""

    raised: list[tuple[str, SpaceName]] = field(default_factory=list)
    totals: list[tuple[Coverage, ...]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    freed: list[AccountId] = field(default_factory=list)

    async def raise_(
        self, work: SanctionWork, alarm: str, person: PersonId, space: SpaceName, sanctions: Iterable[SanctionId]
    ) -> None:
        self.raised.append((alarm, space))

    async def ask(self, work: SanctionWork, lifter: Account) -> None:
        self.asked.append(lifter.native_id)

    async def let_go(self, work: SanctionWork, account: AccountId) -> None:
        self.freed.append(account)

    async def total_changed(
        self, work: SanctionWork, person: PersonId, before: tuple[Coverage, ...], after: tuple[Coverage, ...]
    ) -> None:
        self.totals.append(after)

    def named(self, alarm: str) -> int:
        """How often that alarm was raised."""
        return sum(1 for name, _ in self.raised if name == alarm)


@dataclass(slots=True)
class World:
    """The database, the fake spaces and the reconciler, with one person to begin with."""

    works: Works
    clock: FrozenClock
    spaces: dict[str, FakeSpace]
    registry: Spaces
    alarms: HeardAlarms
    tools: Tools
    reconciler: Reconciler
    policy: Policy

    async def a_person(self, *spaces: str) -> PersonId:
        """A person with one account in each of the spaces, a member there."""
        person = Person(PersonId(new_id()), f"person {new_id()[-6:]}", self.clock.now())
        async with self.works.begin() as work:
            await work.people.add_person(person)
        for space in spaces or tuple(self.spaces):
            await self.an_account(person.id, space)
        return person.id

    async def an_account(self, person: PersonId, space: str) -> KnownAccount:
        """One more account of the person, bound."""
        native = f"n{new_id()[-12:]}"
        account: Account = self.spaces[space].add(native)
        known = KnownAccount(AccountId(new_id()), person, account, native, Trust.VOUCHED, self.clock.now(), "service")
        async with self.works.begin() as work:
            await work.people.add_account(known)
            await bind(work, known)
        return known

    async def a_sanction(
        self,
        person: PersonId,
        *,
        restriction: Restriction = Restriction.SUSPENDED,
        days: float | None = 30,
        on_term_end: OnTermEnd = OnTermEnd.LIFT,
        spaces: frozenset[SpaceName] | None = None,
        kind: AuthorityKind = AuthorityKind.DECISION,
        telling: Telling = Telling.TOLD,
        holds_from: datetime | None = None,
    ) -> Sanction:
        """A sanction that runs from now on; its keys are due."""
        now = self.clock.now()
        ends = None if days is None else now + timedelta(days=days)
        sanction = Sanction(
            SanctionId(new_id()),
            person,
            CaseId(new_id()),
            restriction,
            now,
            ends,
            spaces,
            on_term_end,
            Authority(kind, new_id()),
            new_reference(),
            telling,
            holds_from,
            now,
        )
        async with self.works.begin() as work:
            await work.sanctions.add_sanction(sanction)
            await work.sanctions.touch_person(person, now)
        return sanction

    async def settle(self) -> None:
        """Everything due now has been looked at."""
        await self.reconciler.settle()

    async def move(self, by: timedelta) -> None:
        """So much later, stopping at every instant at which something is due on the way."""
        end = self.clock.now() + by
        await self.settle()
        while True:
            async with self.works.look() as work:
                due = await work.sanctions.next_due(wire_instant())
            if due is None or due > end:
                break
            self.clock.instant = max(due, self.clock.now())
            await self.settle()
        self.clock.instant = end
        await self.settle()

    async def native(self, person: PersonId, space: str) -> str:
        """The person's native id in the space."""
        async with self.works.look() as work:
            accounts = await work.people.accounts_of(person)
        return next(a.account.native_id for a in accounts if a.account.space == space)

    async def held(self, person: PersonId, space: str) -> frozenset[str]:
        """What the space really holds on the person."""
        return frozenset(str(h) for h in self.spaces[space].held(await self.native(person, space)))

    async def coverage(self, person: PersonId) -> dict[str, str]:
        """The person's totals."""
        async with self.works.look() as work:
            return {str(c.space): str(c.state) for c in await work.sanctions.coverage_of(person)}


async def no_nap(seconds: float) -> None:
    """Wire time passes at once in tests of the reconciler; only a lease is never so old that it must be renewed."""
    if seconds > CEILING.total_seconds():
        await asyncio.Event().wait()


def neutral(reference: Reference) -> str:
    """The one sentence of ours that a space keeps."""
    return f"Access is limited by the community's moderation. Reference {reference}."


@asynccontextmanager
async def a_world(
    folder: Path, *spaces: Space | FakeSpace, policy: Policy | None = None, clock: FrozenClock | None = None
) -> AsyncIterator[World]:
    """A world over the spaces, or over one fake space; everything is closed afterwards."""
    clock = clock or FrozenClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    fakes = {str(s.name): s for s in spaces if isinstance(s, FakeSpace)} or {"fake": FakeSpace(clock)}
    database = await Database.open(await blank_file(folder / "guardian.sqlite"))
    works = Works(database, KeyRing.create(folder / "ring", folder / "master"), clock)
    registry = Spaces(tuple(Registered(space, Mode.ENFORCE) for space in fakes.values()))
    alarms = HeardAlarms()
    numbers = policy or read_policy(preset("django"))
    tools = Tools(works, registry, numbers, clock, alarms, Pace(), neutral, wire_instant, no_nap)
    reconciler = Reconciler(tools, ceiling=CEILING)
    yield World(works, clock, fakes, registry, alarms, tools, reconciler, numbers)
    await reconciler.stop()
    await database.close()


def with_brake(policy: Policy, most: int) -> Policy:
    """The policy with another hourly bound of the service's own brake."""
    return replace(policy, brake=replace(policy.brake, max_people_per_hour=most))


A_MEMBER = MemberId("0192-member")
