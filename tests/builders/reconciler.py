"""A reconciler over a real SQLite file and fake spaces: the smallest world in which a restriction takes hold."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from guardian.clock import system_now
from guardian.ids import AccountId, CaseId, MemberId, PersonId, Reference, SanctionId, SpaceName, new_id, new_reference
from guardian.people.models import LinkedAccount, Person, Trust
from guardian.reconciler.alerts import Alert
from guardian.reconciler.loop import Reconciler
from guardian.reconciler.snapshot import ReconcilerContext
from guardian.retry import RetryPolicy
from guardian.sanctions.imposition import add_account
from guardian.sanctions.lifting import lift
from guardian.sanctions.models import Authority, Coverage, Lifting, LiftingCause, Sanction
from guardian.sanctions.store import SanctionUnitOfWork
from guardian.services.context import UnitOfWork
from guardian.spaces.port import Account, Space
from guardian.spaces.registry import Mode, RegisteredSpace, SpaceRegistry
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from rules.ladder import AuthorityKind
from rules.notification import NotificationState
from rules.policy import Policy
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import Restriction
from tests.builders.community import preset_policy
from tests.builders.databases import copy_blank_file
from tests.fakes.clock import FrozenClock
from tests.fakes.space import FakeSpace

CALL_TIMEOUT = timedelta(seconds=2)


@dataclass(slots=True)
class RecordedAlerts:
    """Keeps what was put to people."""

    raised: list[tuple[Alert, SpaceName]] = field(default_factory=list)
    totals: list[tuple[Coverage, ...]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    released: list[AccountId] = field(default_factory=list)

    async def raise_alert(
        self, uow: SanctionUnitOfWork, alert: Alert, person: PersonId, space: SpaceName, sanctions: Iterable[SanctionId]
    ) -> None:
        self.raised.append((alert, space))

    async def ask_lifter(self, uow: SanctionUnitOfWork, lifter: Account) -> None:
        self.asked.append(lifter.native_id)

    async def report_released(self, uow: SanctionUnitOfWork, account: AccountId) -> None:
        self.released.append(account)

    async def report_coverage_change(
        self, uow: SanctionUnitOfWork, person: PersonId, before: tuple[Coverage, ...], after: tuple[Coverage, ...]
    ) -> None:
        self.totals.append(after)

    def count(self, alert: Alert) -> int:
        """How often that alert was raised."""
        return sum(1 for raised, _ in self.raised if raised is alert)


@dataclass(slots=True)
class World:
    """The database, the fake spaces and the reconciler, with one person to begin with."""

    units_of_work: SqlUnitOfWorkFactory
    clock: FrozenClock
    spaces: dict[str, FakeSpace]
    registry: SpaceRegistry
    alerts: RecordedAlerts
    context: ReconcilerContext[UnitOfWork]
    reconciler: Reconciler[UnitOfWork]
    policy: Policy

    async def a_person(self, *spaces: str) -> PersonId:
        """A person with one account in each of the spaces, a member there."""
        person = Person(PersonId(new_id()), f"person {new_id()[-6:]}", self.clock.now())
        async with self.units_of_work.begin() as uow:
            await uow.people.add_person(person)
        for space in spaces or tuple(self.spaces):
            await self.an_account(person.id, space)
        return person.id

    async def an_account(self, person: PersonId, space: str) -> LinkedAccount:
        """One more account of the person, bound."""
        native = f"n{new_id()[-12:]}"
        account: Account = self.spaces[space].add(native)
        known = LinkedAccount(
            id=AccountId(new_id()),
            person=person,
            account=account,
            handle=native,
            trust=Trust.VOUCHED,
            linked_at=self.clock.now(),
            linked_by="service",
        )
        async with self.units_of_work.begin() as uow:
            await uow.people.add_account(known)
            await add_account(uow, known)
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
        notification: NotificationState = NotificationState.NOTIFIED,
        waits_until: datetime | None = None,
    ) -> Sanction:
        """A sanction that runs from now on; its keys are due."""
        now = self.clock.now()
        ends = None if days is None else now + timedelta(days=days)
        sanction = Sanction(
            id=SanctionId(new_id()),
            person=person,
            case=CaseId(new_id()),
            restriction=restriction,
            starts=now,
            ends=ends,
            spaces=spaces,
            on_term_end=on_term_end,
            authority=Authority(kind, new_id()),
            reference=new_reference(),
            notification=notification,
            waits_until=waits_until,
            enacted_at=now,
        )
        async with self.units_of_work.begin() as uow:
            await uow.sanctions.add_sanction(sanction)
            await uow.sanctions.schedule_person(person, now)
        return sanction

    async def run_until_idle(self) -> None:
        """Everything due now has been looked at."""
        await self.reconciler.run_until_idle()

    async def pass_time(self, by: timedelta) -> None:
        """So much later, stopping at every instant at which something is due on the way."""
        end = self.clock.now() + by
        await self.run_until_idle()
        while True:
            async with self.units_of_work.read() as view:
                due = await view.sanctions.next_due(system_now())
            if due is None or due > end:
                break
            self.clock.instant = max(due, self.clock.now())
            await self.run_until_idle()
        self.clock.instant = end
        await self.run_until_idle()

    async def native_id(self, person: PersonId, space: str) -> str:
        """The person's native id in the space."""
        async with self.units_of_work.read() as view:
            accounts = await view.people.accounts_of(person)
        return next(a.account.native_id for a in accounts if a.account.space == space)

    async def restrictions_in(self, person: PersonId, space: str) -> frozenset[str]:
        """What the space really holds on the person."""
        return frozenset(str(h) for h in self.spaces[space].access_levels(await self.native_id(person, space)))

    async def coverage(self, person: PersonId) -> dict[str, str]:
        """The person's totals."""
        async with self.units_of_work.read() as view:
            return {str(c.space): str(c.state) for c in await view.sanctions.coverage_of(person)}


async def no_sleep(seconds: float) -> None:
    """Wire time passes at once in tests of the reconciler; only a lease is never so old that it must be renewed."""
    if seconds > CALL_TIMEOUT.total_seconds():
        await asyncio.Event().wait()


def neutral_reason(reference: Reference) -> str:
    """The one sentence of ours that a space keeps."""
    return f"Access is limited by the community's moderation. Reference {reference}."


@asynccontextmanager
async def a_world(
    folder: Path, *spaces: Space | FakeSpace, policy: Policy | None = None, clock: FrozenClock | None = None
) -> AsyncIterator[World]:
    """A world over the spaces, or over one fake space; everything is closed afterwards."""
    clock = clock or FrozenClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    fakes = {str(s.name): s for s in spaces if isinstance(s, FakeSpace)} or {"fake": FakeSpace(clock)}
    database = await Database.open(await copy_blank_file(folder / "guardian.sqlite"))
    units_of_work = SqlUnitOfWorkFactory(database, KeyRing.create(folder / "ring", folder / "master"), clock)
    registry = SpaceRegistry(tuple(RegisteredSpace(space, Mode.ENFORCE) for space in fakes.values()))
    alarms = RecordedAlerts()
    numbers = policy or preset_policy("django")
    context: ReconcilerContext[UnitOfWork] = ReconcilerContext(
        units_of_work=units_of_work,
        spaces=registry,
        policy=numbers,
        clock=clock,
        alerts=alarms,
        retry_policy=RetryPolicy(),
        neutral_reason=neutral_reason,
        system_time=system_now,
        sleep=no_sleep,
    )
    reconciler = Reconciler(context, ceiling=CALL_TIMEOUT)
    yield World(
        units_of_work=units_of_work,
        clock=clock,
        spaces=fakes,
        registry=registry,
        alerts=alarms,
        context=context,
        reconciler=reconciler,
        policy=numbers,
    )
    await reconciler.stop()
    await database.close()


def with_brake(policy: Policy, most: int) -> Policy:
    """The policy with another hourly bound of the service's own brake."""
    return replace(policy, brake=replace(policy.brake, max_people_per_hour=most))


A_MEMBER = MemberId("0192-member")


async def reverse(uow: SanctionUnitOfWork, sanction: Sanction, by: str, authority: str) -> Lifting:
    """Lift the sanction at once, everywhere. Policy: P-7.3."""
    return await lift(uow, sanction, uow.now, LiftingCause.REVERSAL, by, authority)
