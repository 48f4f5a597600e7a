"""Four of the loops together, over a real database in driven time: what is told, held and released happens by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from guardian.cases.case import Case, CaseKind, CaseState, Party, PartyRole
from guardian.cases.deadlines import DeadlineKind
from guardian.clock import DrivenClock, DrivenTime, system_now
from guardian.ids import AccountId, CaseId, PersonId, SpaceName, new_id, new_reference
from guardian.notices.delivery_routes import RouteFinder
from guardian.notices.models import NoticeKind
from guardian.notices.outbox import DeliveryHandlers, Outbox
from guardian.notices.renderer import NoticeRenderer
from guardian.people.models import LinkedAccount, Person, Trust
from guardian.policy_file import read_policy
from guardian.presets import load_preset
from guardian.reconciler.loop import Reconciler
from guardian.reconciler.resync import resync
from guardian.reconciler.snapshot import ReconcilerContext
from guardian.retry import RetryPolicy
from guardian.sanctions.imposition import SanctionOrder, Term, impose
from guardian.sanctions.models import Sanction
from guardian.scheduling.loops import deadlines_loop, jobs_loop, notices_loop, work_items_loop
from guardian.scheduling.periodic import RecurringJobs, every
from guardian.scheduling.supervisor import LoopSupervisor
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import start_deadline
from guardian.services.decisions.enactment import record_person_notified
from guardian.services.notify import may_still_receive, notify_person
from guardian.services.operations.deadline_runner import run_due
from guardian.spaces.port import Account
from guardian.spaces.registry import Mode, RegisteredSpace, SpaceRegistry
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from rules.notification import NotificationState
from rules.precedence import AccessLevel, Restriction
from tests.builders.databases import copy_blank_file
from tests.builders.reconciler import CALL_TIMEOUT, RecordedAlerts, neutral_reason, no_sleep
from tests.fakes.clock import START
from tests.fakes.space import FakeSpace

DISCORD = SpaceName("discord")
A_DAY = timedelta(days=1)
TERM = 30 * A_DAY


@dataclass(slots=True)
class RunningLoops:
    """Everything that works by itself, over one fake space, with its case time in our hands."""

    time: DrivenTime
    space: FakeSpace
    units_of_work: SqlUnitOfWorkFactory
    app: AppContext
    supervisor: LoopSupervisor

    async def wait_until_idle(self) -> None:
        """Nothing is in hand and nothing is due."""
        async with asyncio.timeout(30):
            while not await self.supervisor.is_idle():
                await asyncio.sleep(0)

    async def advance(self, until: datetime) -> None:
        """Time has jumped from one due instant to the next, and stands at `until` with everything at rest."""
        await self.wait_until_idle()
        while self.time.now() < until:
            due = await self.supervisor.next_due()
            self.time.set(min(due or until, until))
            await self.wait_until_idle()

    async def decide_suspension(self, *, inbox_open: bool = True) -> tuple[Sanction, Account]:
        """A suspension has been decided, and waits for its person to be told."""
        account = self.space.add("700", inbox_open=inbox_open)
        case = Case(
            id=CaseId(new_id()),
            code_name="amber-otter",
            kind=CaseKind.REPORT,
            state=CaseState.IN_FORCE,
            opened_at=START,
        )
        person = Person(PersonId(new_id()), "velvet-harbour", START)
        known = LinkedAccount(
            id=AccountId(new_id()),
            person=person.id,
            account=account,
            handle="grumbler",
            trust=Trust.EVIDENCED,
            linked_at=START,
            linked_by="test",
        )
        async with self.units_of_work.begin() as uow:
            await uow.cases.add_case(case)
            await uow.people.add_person(person)
            await uow.cases.add_party(Party(case.id, PartyRole.REPORTED, new_reference(), person=person.id))
            await uow.people.add_account(known)
            order = SanctionOrder.decided(
                person=person.id,
                case=case.id,
                decision="decision",
                restriction=Restriction.SUSPENDED,
                spaces=None,
                term=Term(uow.now + TERM),
                effective_from=uow.now + A_DAY,
            )
            sanction = await impose(uow, order, (DISCORD,))
            await start_deadline(uow, DeadlineKind.TERM_END, case.id, START + TERM, about=sanction.id)
            await notify_person(uow, case, person.id, NoticeKind.DECISION, {}, sanction.id)
        return sanction, account


@asynccontextmanager
async def running_loops(folder: Path) -> AsyncIterator[RunningLoops]:
    """The service turns until the block ends."""
    time = DrivenTime.create(folder / "time", START)
    clock = DrivenClock(time)
    space = FakeSpace(clock, DISCORD)
    spaces = SpaceRegistry((RegisteredSpace(space, Mode.ENFORCE),))
    policy = read_policy(load_preset("django"))
    async with await Database.open(await copy_blank_file(folder / "guardian.sqlite")) as database:
        units_of_work = SqlUnitOfWorkFactory(database, KeyRing.create(folder / "ring", folder / "master"), clock)
        app = AppContext(
            units_of_work=units_of_work,
            policy=policy,
            clock=clock,
            spaces=spaces,
            base_url="https://guardian.example",
            community="Example",
        )
        context: ReconcilerContext[UnitOfWork] = ReconcilerContext(
            units_of_work=units_of_work,
            spaces=spaces,
            policy=policy,
            clock=clock,
            alerts=RecordedAlerts(),
            retry_policy=RetryPolicy(),
            neutral_reason=neutral_reason,
            system_time=system_now,
            sleep=no_sleep,
        )
        outbox: Outbox[ReadView, UnitOfWork] = Outbox(
            app.units_of_work,
            clock,
            RouteFinder(spaces, None),
            NoticeRenderer(app.community, app.base_url),
            DeliveryHandlers(may_still_receive, record_person_notified),
        )

        async def resync_all() -> bool:
            return await resync(units_of_work, spaces, clock, DISCORD) is not None

        jobs = RecurringJobs(clock.now)
        jobs.add("resync", every(10 * A_DAY, START), resync_all)
        supervisor = LoopSupervisor(database, clock)
        turning = asyncio.create_task(
            supervisor.run(
                work_items_loop(Reconciler(context, ceiling=CALL_TIMEOUT), units_of_work),
                notices_loop(outbox),
                deadlines_loop(partial(run_due, app), app.units_of_work),
                jobs_loop(jobs),
            )
        )
        try:
            yield RunningLoops(time, space, units_of_work, app, supervisor)
        finally:
            turning.cancel()
            await asyncio.gather(turning, return_exceptions=True)
            time.close()


async def test_a_decision_is_told_then_holds_and_ends_at_its_instant(tmp_path: Path) -> None:
    async with running_loops(tmp_path) as service:
        sanction, account = await service.decide_suspension()
        await service.wait_until_idle()
        assert len(service.space.accounts[account.native_id].inbox) == 1
        assert service.space.access_levels(account.native_id) == {AccessLevel.BARRED}
        async with service.units_of_work.read() as view:
            kept = await view.sanctions.sanction(sanction.id)
        assert kept is not None
        assert kept.notification is NotificationState.NOTIFIED
        await service.advance(START + TERM - timedelta(seconds=1))
        assert service.space.access_levels(account.native_id) == {AccessLevel.BARRED}
        await service.advance(START + TERM)
        assert service.space.access_levels(account.native_id) == frozenset()


async def test_a_resync_in_case_time_finds_what_was_lifted_by_hand(tmp_path: Path) -> None:
    async with running_loops(tmp_path) as service:
        _, account = await service.decide_suspension()
        await service.wait_until_idle()
        service.space.release_manually(account.native_id, AccessLevel.BARRED)
        await service.advance(START + 10 * A_DAY)
        assert service.space.access_levels(account.native_id) == {AccessLevel.BARRED}


async def test_a_person_whom_no_message_reaches_is_restricted_all_the_same(tmp_path: Path) -> None:
    """P-5.6, P-6.2"""
    async with running_loops(tmp_path) as service:
        sanction, account = await service.decide_suspension(inbox_open=False)
        await service.wait_until_idle()
        async with service.units_of_work.read() as view:
            kept = await view.sanctions.sanction(sanction.id)
        assert kept is not None
        assert kept.notification is NotificationState.COULD_NOT_NOTIFY
        assert service.space.access_levels(account.native_id) == {AccessLevel.BARRED}
