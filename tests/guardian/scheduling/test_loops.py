"""All four loops together, over a real database in driven time: what is told, held and released happens by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from guardian.cases.values import Case, CaseKind, CaseState, Party, PartyRole, PromiseKind
from guardian.clock import DrivenClock, DrivenTime, wire_instant
from guardian.desk.deadlines import keep_due
from guardian.desk.desk import Desk, View, Work
from guardian.desk.enactment import enactment_told
from guardian.desk.moving import promise
from guardian.desk.telling import still_to_tell, tell_person
from guardian.ids import AccountId, CaseId, PersonId, SpaceName, new_id, new_reference
from guardian.notices.outbox import Outbox
from guardian.notices.values import NoticeKind
from guardian.people.values import KnownAccount, Person, Trust
from guardian.policy_file import read_policy
from guardian.presets import preset
from guardian.sanctions import enactment
from guardian.sanctions.facts import Tools
from guardian.sanctions.pace import Pace
from guardian.sanctions.reconciler import Reconciler
from guardian.sanctions.sweep import sweep
from guardian.sanctions.values import Sanction
from guardian.scheduling.clockwork import Clockwork
from guardian.scheduling.loops import delivering, keeping_promises, reconciling, sweeping
from guardian.scheduling.sweeps import Rounds
from guardian.spaces.port import Account
from guardian.spaces.registry import Mode, Registered, Spaces
from guardian.storage.database import Database
from guardian.storage.key_ring import KeyRing
from guardian.storage.work import Works
from rules.policy import OnTermEnd
from rules.precedence import Hold, Restriction
from rules.telling import Telling
from tests.builders.blank import blank_file
from tests.builders.reconciling import CEILING, HeardAlarms, neutral, no_nap
from tests.fakes.clock import START
from tests.fakes.space import FakeSpace

DISCORD = SpaceName("discord")
A_DAY = timedelta(days=1)
TERM = 30 * A_DAY


@dataclass(slots=True)
class Service:
    """Everything that works by itself, over one fake space, with its case time in our hands."""

    time: DrivenTime
    space: FakeSpace
    works: Works
    desk: Desk
    clockwork: Clockwork

    async def rest(self) -> None:
        """Nothing is in hand and nothing is due."""
        async with asyncio.timeout(30):
            while not await self.clockwork.idle():
                await asyncio.sleep(0)

    async def advance(self, until: datetime) -> None:
        """Time has jumped from one due instant to the next, and stands at `until` with everything at rest."""
        await self.rest()
        while self.time.now() < until:
            due = await self.clockwork.next_due()
            self.time.set(min(due or until, until))
            await self.rest()

    async def decided(self, *, inbox_open: bool = True) -> tuple[Sanction, Account]:
        """A suspension has been decided, and waits for its person to be told."""
        account = self.space.add("700", inbox_open=inbox_open)
        case = Case(CaseId(new_id()), "amber-otter", CaseKind.REPORT, CaseState.IN_FORCE, START)
        person = Person(PersonId(new_id()), "velvet-harbour", START)
        known = KnownAccount(AccountId(new_id()), person.id, account, "grumbler", Trust.EVIDENCED, START, "test")
        async with self.works.begin() as work:
            await work.cases.add_case(case)
            await work.people.add_person(person)
            await work.cases.add_party(Party(case.id, PartyRole.REPORTED, new_reference(), person=person.id))
            await work.people.add_account(known)
            sanction = await enactment.enact(
                work,
                person.id,
                case.id,
                "decision",
                Restriction.SUSPENDED,
                None,
                TERM,
                OnTermEnd.LIFT,
                work.now + A_DAY,
                (DISCORD,),
            )
            await promise(work, PromiseKind.TERM_END, case.id, START + TERM, about=sanction.id)
            await tell_person(work, case, person.id, NoticeKind.DECISION, {}, sanction.id)
        return sanction, account


@asynccontextmanager
async def a_service(folder: Path) -> AsyncIterator[Service]:
    """The service turns until the block ends."""
    time = DrivenTime.create(folder / "time", START)
    clock = DrivenClock(time)
    space = FakeSpace(clock, DISCORD)
    spaces = Spaces((Registered(space, Mode.ENFORCE),))
    policy = read_policy(preset("django"))
    async with await Database.open(await blank_file(folder / "guardian.sqlite")) as database:
        works = Works(database, KeyRing.create(folder / "ring", folder / "master"), clock)
        desk = Desk(works, policy, clock, spaces, "https://guardian.example", "Example")
        tools = Tools(works, spaces, policy, clock, HeardAlarms(), Pace(), neutral, wire_instant, no_nap)
        outbox: Outbox[View, Work] = Outbox(
            desk.works,
            spaces,
            clock,
            None,
            community=desk.community,
            base_url=desk.base_url,
            on_told=enactment_told,
            may_still_know=still_to_tell,
        )
        rounds = Rounds(works, clock, spaces.names, 10 * A_DAY, partial(sweep, works, spaces, clock))
        clockwork = Clockwork(database, clock)
        turning = asyncio.create_task(
            clockwork.run(
                reconciling(Reconciler(tools, ceiling=CEILING), works),
                delivering(outbox),
                keeping_promises(partial(keep_due, desk), desk.works),
                sweeping(rounds),
            )
        )
        try:
            yield Service(time, space, works, desk, clockwork)
        finally:
            turning.cancel()
            await asyncio.gather(turning, return_exceptions=True)
            time.close()


async def test_a_decision_is_told_then_holds_and_ends_at_its_instant(tmp_path: Path) -> None:
    async with a_service(tmp_path) as service:
        sanction, account = await service.decided()
        await service.rest()
        assert len(service.space.accounts[account.native_id].inbox) == 1
        assert service.space.held(account.native_id) == {Hold.BARRED}
        async with service.works.look() as view:
            kept = await view.sanctions.sanction(sanction.id)
        assert kept is not None
        assert kept.telling is Telling.TOLD
        await service.advance(START + TERM - timedelta(seconds=1))
        assert service.space.held(account.native_id) == {Hold.BARRED}
        await service.advance(START + TERM)
        assert service.space.held(account.native_id) == frozenset()


async def test_a_sweep_in_case_time_finds_what_was_lifted_by_hand(tmp_path: Path) -> None:
    async with a_service(tmp_path) as service:
        _, account = await service.decided()
        await service.rest()
        service.space.lift_by_hand(account.native_id, Hold.BARRED)
        await service.advance(START + 10 * A_DAY)
        assert service.space.held(account.native_id) == {Hold.BARRED}


async def test_a_person_whom_no_message_reaches_is_restricted_all_the_same(tmp_path: Path) -> None:
    """P-5.6, P-6.2"""
    async with a_service(tmp_path) as service:
        sanction, account = await service.decided(inbox_open=False)
        await service.rest()
        async with service.works.look() as view:
            kept = await view.sanctions.sanction(sanction.id)
        assert kept is not None
        assert kept.telling is Telling.COULD_NOT
        assert service.space.held(account.native_id) == {Hold.BARRED}
