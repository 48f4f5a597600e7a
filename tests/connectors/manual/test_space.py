"""A space without a connector: what named humans say is all that is known, and nothing counts before they have said it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.manual.space import ManualSpace
from guardian.errors import NotFound
from guardian.ids import AccountId, ContactAddress, PersonId, SpaceName, new_id
from guardian.notices.models import Notice, NoticeKind
from guardian.people.models import LinkedAccount, Person, Trust
from guardian.reconciler.alerts import Alert
from guardian.reconciler.loop import Reconciler
from guardian.sanctions.imposition import add_account
from guardian.sanctions.models import Coverage, Sanction
from guardian.services.context import AppContext
from guardian.services.manual_spaces.answers import TaskPage, confirm_task, decline_task, read_task, report_undone
from guardian.services.operations.deadline_runner import run_due
from guardian.spaces.port import Account, Administrator
from guardian.spaces.registry import Mode, RegisteredSpace, SpaceRegistry
from rules.ladder import AuthorityKind
from rules.precedence import Restriction
from tests.builders.reconciler import CALL_TIMEOUT, World, a_world, reverse

LIST = SpaceName("list")
ANA, BEN = "ana@example.org", "ben@example.org"
ADDRESS = "Alder@example.org"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@dataclass(slots=True)
class ManualWorld:
    """One person with an address on a mailing list that Ana and Ben look after."""

    world: World
    app: AppContext
    person: PersonId

    async def notices(self, to: str) -> list[Notice]:
        """What was written to the administrator, oldest first."""
        async with self.world.units_of_work.read() as view:
            due = [await view.notices.notice(each) for each in await view.notices.due(view.now, 500)]
        found = [n for n in due if n is not None and n.to.address == to]
        assert all(notice.kind is NoticeKind.MANUAL_TASK for notice in found)
        return sorted(found, key=lambda notice: notice.id)

    async def asks(self, to: str) -> list[str]:
        """What each message to the administrator was about."""
        return [notice.facts["ask"] for notice in await self.notices(to)]

    async def link(self, to: str) -> str:
        """The secret of the administrator's newest link."""
        return (await self.notices(to))[-1].facts["page"].rpartition("/")[2]

    async def page(self, to: str) -> TaskPage:
        """What the administrator's newest link shows."""
        return await read_task(self.app, await self.link(to))

    async def confirm(self, by: str) -> None:
        """The administrator says that the newest task is done."""
        await confirm_task(self.app, await self.link(by))
        await self.run()

    async def run(self) -> None:
        """Everything that is due has been done."""
        await run_due(self.app)
        await self.world.run_until_idle()
        await run_due(self.app)

    async def pass_time(self, by: timedelta) -> None:
        """So much later, stopping every hour."""
        end = self.world.clock.now() + by
        await self.run()
        while self.world.clock.now() < end:
            self.world.clock.instant = min(end, self.world.clock.now() + HOUR * 4)
            await self.run()

    async def suspend(self, days: float | None = 30, **facts: object) -> Sanction:
        """The person is suspended, and the reconciler has worked on it."""
        sanction = await self.world.a_sanction(self.person, days=days, **facts)  # type: ignore[arg-type]  # facts of it
        await self.run()
        return sanction

    async def coverage(self) -> Coverage:
        """The person's total on the list."""
        async with self.world.units_of_work.read() as view:
            (total,) = await view.sanctions.coverage_of(self.person)
        return total


@asynccontextmanager
async def a_manual_world(folder: Path, *administrators: str) -> AsyncIterator[ManualWorld]:
    async with a_world(folder) as world:
        space = ManualSpace(LIST, tuple(Administrator(each, ContactAddress(each)) for each in administrators))
        registry = SpaceRegistry((RegisteredSpace(space, Mode.ENFORCE),))
        app = AppContext(
            units_of_work=world.units_of_work,
            policy=world.policy,
            clock=world.clock,
            spaces=registry,
            base_url="https://guardian.example",
            community="Example",
        )
        space.attach(app)
        world.context = replace(world.context, spaces=registry)
        world.reconciler = Reconciler(world.context, ceiling=CALL_TIMEOUT)
        person = Person(PersonId(new_id()), "quiet harbour", world.clock.now())
        known = LinkedAccount(
            id=AccountId(new_id()),
            person=person.id,
            account=Account(LIST, ADDRESS.casefold()),
            handle=ADDRESS,
            trust=Trust.EVIDENCED,
            linked_at=world.clock.now(),
            linked_by="service",
        )
        async with world.units_of_work.begin() as uow:
            await uow.people.add_person(person)
            await uow.people.add_account(known)
            await add_account(uow, known)
        yield ManualWorld(world, app, person.id)


@pytest.fixture
async def manual(tmp_path: Path) -> AsyncIterator[ManualWorld]:
    async with a_manual_world(tmp_path, ANA, BEN) as opened:
        yield opened


@pytest.mark.harm("counted-as-kept-out-before-anybody-did-it")
async def test_nothing_counts_as_in_force_before_somebody_has_said_that_it_is_done(manual: ManualWorld) -> None:
    """P-1.3"""
    await manual.suspend()
    before = await manual.coverage()
    assert before.state == "blocked"
    assert "not confirmed" in before.detail
    assert manual.world.alerts.raised == []
    await manual.confirm(ANA)
    assert (await manual.coverage()).state == "held"


@pytest.mark.harm("why-told-to-whoever-does-it-by-hand")
async def test_the_page_shows_account_act_and_end_and_the_mail_not_even_the_account(manual: ManualWorld) -> None:
    """P-1.3, P-2.11"""
    sanction = await manual.suspend()
    (notice,) = await manual.notices(ANA)
    assert set(notice.facts) == {"space", "due", "page", "ask"}
    page = await manual.page(ANA)
    assert (page.account, page.kind, page.level, page.until) == (ADDRESS, "restrict", "barred", sanction.ends)
    assert await manual.notices(BEN) == []


@pytest.mark.harm("asked-twice-for-one-thing")
async def test_reconciling_again_asks_nobody_again(manual: ManualWorld) -> None:
    await manual.suspend()
    async with manual.world.units_of_work.begin() as uow:
        await uow.sanctions.schedule_space(LIST, uow.now)
    await manual.run()
    assert await manual.asks(ANA) == ["task"]


@pytest.mark.harm("silence-of-one-helper-leaves-somebody-inside")
async def test_silence_reminds_then_asks_a_second_human_and_then_the_group_hears_of_it(manual: ManualWorld) -> None:
    """P-1.3"""
    await manual.suspend()
    await manual.pass_time(DAY / 2)
    assert (await manual.asks(ANA), await manual.asks(BEN)) == (["task", "reminder"], [])
    await manual.pass_time(DAY / 2)
    assert await manual.asks(BEN) == ["task"]
    await manual.pass_time(HOUR)
    assert (Alert.UNCONFIRMED, LIST) in manual.world.alerts.raised
    await manual.confirm(BEN)
    assert (await manual.coverage()).state == "held"


async def test_who_cannot_do_it_says_so_and_the_next_is_asked_at_once(manual: ManualWorld) -> None:
    await manual.suspend()
    await decline_task(manual.app, await manual.link(ANA))
    assert await manual.asks(BEN) == ["task"]
    await decline_task(manual.app, await manual.link(BEN))
    await manual.run()
    assert (Alert.UNCONFIRMED, LIST) in manual.world.alerts.raised


@pytest.mark.harm("let-in-too-late-because-nobody-was-asked-in-time")
async def test_the_release_is_asked_for_before_the_term_ends_and_counts_from_its_end(manual: ManualWorld) -> None:
    """P-1.3, P-6.2"""
    sanction = await manual.suspend(days=10)
    await manual.confirm(ANA)
    await manual.pass_time(DAY * 9 + HOUR)
    page = await manual.page(ANA)
    assert (page.kind, page.not_before) == ("release", sanction.ends)
    await manual.confirm(ANA)
    assert (await manual.coverage()).state == "held"
    await manual.pass_time(DAY)
    assert (await manual.coverage()).state == "access returned"
    assert manual.world.alerts.raised == []


@pytest.mark.harm("counted-as-released-before-anybody-let-them-in")
async def test_nobody_counts_as_released_before_somebody_has_said_that_they_are_let_in(manual: ManualWorld) -> None:
    """P-1.3"""
    await manual.suspend(days=10)
    await manual.confirm(ANA)
    await manual.pass_time(DAY * 12)
    assert (await manual.coverage()).state == "blocked"
    assert (Alert.UNCONFIRMED, LIST) in manual.world.alerts.raised
    await manual.confirm(BEN)
    assert (await manual.coverage()).state == "access returned"


@pytest.mark.harm("kept-out-for-good-by-an-answer-that-never-came")
async def test_who_was_muted_and_then_kept_out_is_let_in_with_the_mute_ended(manual: ManualWorld) -> None:
    """P-1.3: nobody ends a mute of somebody who is kept out, so whoever lets them in is asked for both."""
    await manual.suspend(days=5, restriction=Restriction.MUTED)
    await manual.confirm(ANA)
    await manual.suspend(days=10)
    await manual.confirm(ANA)
    await manual.pass_time(DAY * 9 + HOUR)
    page = await manual.page(ANA)
    assert (page.kind, page.level.name, page.ends_mute) == ("release", "BARRED", True)


@pytest.mark.harm("kept-out-for-good-by-an-answer-that-never-came")
async def test_what_was_asked_and_never_confirmed_is_taken_back_when_the_sanction_is_lifted(
    manual: ManualWorld,
) -> None:
    """Whoever was asked may have done it without saying so: the person would stay outside, and nobody know of it."""
    sanction = await manual.suspend(days=None)
    old = await manual.link(ANA)
    async with manual.world.units_of_work.begin() as uow:
        await reverse(uow, sanction, "member", "review")
        await uow.sanctions.schedule_person(manual.person, uow.now)
    await manual.run()
    assert await manual.asks(ANA) == ["task", "no_longer", "task"]
    assert (await manual.page(ANA)).kind == "release"
    assert (await read_task(manual.app, old)).state == "dropped"
    assert (await manual.coverage()).state == "blocked"
    await manual.confirm(ANA)
    assert (await manual.coverage()).state == "access returned"


@pytest.mark.harm("back-inside-and-counted-as-outside")
async def test_they_are_back_is_drift_and_asked_for_anew(manual: ManualWorld) -> None:
    """P-1.3"""
    await manual.suspend()
    await manual.confirm(ANA)
    await report_undone(manual.app, await manual.link(ANA))
    await manual.run()
    assert (await manual.coverage()).state == "blocked"
    assert (Alert.LIFTED_MANUALLY, LIST) in manual.world.alerts.raised
    assert (await manual.page(ANA)).state == "open"


async def test_a_moderators_own_measure_is_not_ended_by_somebody_saying_that_they_are_back(manual: ManualWorld) -> None:
    await manual.suspend(days=5, kind=AuthorityKind.LOCAL)
    await manual.confirm(ANA)
    await report_undone(manual.app, await manual.link(ANA))
    await manual.pass_time(HOUR)
    assert await manual.asks(ANA) == ["task", "task"]


@pytest.mark.harm("let-in-although-the-term-was-prolonged")
async def test_a_longer_sanction_takes_the_release_back_that_was_asked_for(manual: ManualWorld) -> None:
    """P-6.3"""
    await manual.suspend(days=10)
    await manual.confirm(ANA)
    await manual.pass_time(DAY * 9 + HOUR)
    longer = await manual.suspend(days=60)
    page = await manual.page(ANA)
    assert (page.kind, page.until, page.state) == ("restrict", longer.ends, "open")
    assert (await manual.asks(ANA))[-2:] == ["no_longer", "task"]


async def test_a_sooner_end_is_told_and_the_release_asked_for_by_it(manual: ManualWorld) -> None:
    """P-7.3: what is ratified with a shorter term than the act had ends by that one."""
    act = await manual.suspend(days=14, kind=AuthorityKind.UNILATERAL)
    await manual.confirm(ANA)
    async with manual.world.units_of_work.begin() as uow:
        await reverse(uow, act, "member", "review")
    shorter = await manual.suspend(days=5)
    assert (await manual.page(ANA)).until == shorter.ends
    await manual.pass_time(DAY * 4 + HOUR)
    assert (await manual.page(ANA)).not_before == shorter.ends


@pytest.mark.harm("asked-to-keep-themselves-out")
async def test_nobody_is_asked_to_restrict_themselves(tmp_path: Path) -> None:
    """P-2.11: they would read of what is decided about them before they are told."""
    async with a_manual_world(tmp_path, ADDRESS, BEN) as manual:
        await manual.suspend()
        assert (await manual.asks(ADDRESS), await manual.asks(BEN)) == ([], ["task"])


async def test_whoever_does_not_look_after_the_space_any_more_is_shown_nothing(manual: ManualWorld) -> None:
    await manual.suspend()
    link = await manual.link(ANA)
    others = ManualSpace(LIST, (Administrator("Ben", ContactAddress(BEN)),))
    app = replace(manual.app, spaces=SpaceRegistry((RegisteredSpace(others, Mode.ENFORCE),)))
    with pytest.raises(NotFound):
        await read_task(app, link)
