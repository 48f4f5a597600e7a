"""A raid: announced by one, agreed to by another, restricted together, reviewed once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.cases.raids import RaidState
from guardian.cases.unilateral_acts import ActState
from guardian.clock import system_now
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.notices.models import NoticeKind, RecipientKind
from guardian.reconciler.bulk import BulkReconciler
from guardian.reconciler.loop import Reconciler
from guardian.reconciler.snapshot import ReconcilerContext
from guardian.retry import RetryPolicy
from guardian.services.context import UnitOfWork
from guardian.services.members import AccountInput
from guardian.services.raids import announcement
from guardian.services.raids.rollout import advance_raids
from guardian.services.sanctions.alerts import SanctionAlerts
from guardian.services.unilateral import review
from guardian.services.unilateral.act import act
from guardian.services.unilateral.act import confirm_act as second_act
from guardian.services.unilateral.act_input import ActInput
from guardian.spaces.port import Entitlement, EntitlementKind
from guardian.spaces.registry import Mode
from rules.policy import Policy
from rules.policy_sections.sanctions import RaidNotification
from rules.precedence import AccessLevel, Restriction
from rules.unilateral import Ground, ReviewAnswer
from tests.builders.community import AMARA, BRUNO, CHIARA, DISCORD, DMITRI, FORUM, GITHUB, INES, Community, a_community
from tests.builders.reconciler import neutral_reason
from tests.fakes.space import ActionKind, Fault
from tests.rules.community import DJANGO, changed

RAIDERS = tuple(f"9{n:017d}" for n in range(12))
BARRED = frozenset({AccessLevel.BARRED})


class Raided:
    """A community in which twelve strangers have come to Discord, and the two who work on keys."""

    def __init__(self, community: Community) -> None:
        self.community, self.app = community, community.app
        self.discord = community.spaces[DISCORD]
        for native_id in RAIDERS:
            self.discord.add(native_id)
        self.context: ReconcilerContext[UnitOfWork] = ReconcilerContext(
            units_of_work=community.units_of_work,
            spaces=community.app.spaces,
            policy=community.app.policy,
            clock=community.clock,
            alerts=SanctionAlerts(),
            retry_policy=RetryPolicy(),
            neutral_reason=neutral_reason,
            system_time=system_now,
            sleep=_no_nap,
        )
        self.restart()

    def restart(self) -> None:
        """Other workers, who know only what the database says."""
        self.batches = BulkReconciler(self.context, self.community.units_of_work)
        self.reconciler = Reconciler(self.context, ceiling=timedelta(seconds=2))

    async def settle(self) -> None:
        """Everything that is due now is done."""
        for _ in range(2):
            await advance_raids(self.app)
            await self.batches.run_until_idle()
            await self.reconciler.run_until_idle()
        await advance_raids(self.app)

    async def announced(self, text: str = "\n".join(RAIDERS), by: MemberId = AMARA) -> str:
        """A raid that waits for its second; the code name of its review."""
        checked = await announcement.preview(self.app, by, text, DISCORD)
        view = await announcement.announce(self.app, by, checked, Restriction.BANNED, Ground.ONGOING, "They flood us.")
        return view.code_name

    async def seconded(self, text: str = "\n".join(RAIDERS)) -> str:
        """A raid that has begun and come to rest."""
        case = await self.announced(text)
        await announcement.confirm(self.app, BRUNO, case)
        await self.settle()
        return case

    def barred(self) -> set[str]:
        """Whom Discord keeps out."""
        return {native_id for native_id in self.discord.accounts if self.discord.access_levels(native_id) == BARRED}


async def _no_nap(_: float) -> None:
    return None


@asynccontextmanager
async def raided(folder: Path, bulk: int = 5, policy: Policy | None = None) -> AsyncIterator[Raided]:
    async with a_community(folder, policy=policy) as community:
        discord = community.spaces[DISCORD]
        discord.capabilities = replace(discord.capabilities, bulk_size=bulk)
        yield Raided(community)


async def test_nobody_is_restricted_on_one_members_word(tmp_path: Path) -> None:
    async with raided(tmp_path) as world:
        case = await world.announced()
        await world.settle()
        assert world.barred() == set()
        with pytest.raises(Refused, match="yourself"):
            await announcement.confirm(world.app, AMARA, case)
        with pytest.raises(Refused):
            await announcement.confirm(world.app, INES, case)
        await world.settle()
        assert world.barred() == set()


async def test_a_raid_is_held_in_calls_for_many_and_confirmed_by_pages(tmp_path: Path) -> None:
    async with raided(tmp_path) as world:
        case = await world.seconded()
        assert world.barred() == set(RAIDERS)
        assert world.discord.bulk_calls == 3
        assert world.discord.observations == 0
        seen = await announcement.get_status(world.app, CHIARA, case)
        assert (seen.state, seen.counts) == (RaidState.DONE, {DISCORD: {"held": 12}})


async def test_a_raid_takes_nothing_of_the_brake_from_anybody_else(tmp_path: Path) -> None:
    async with raided(tmp_path) as world:
        await world.seconded()
        async with world.community.units_of_work.read() as view:
            assert await view.sanctions.restrictions_since(world.community.clock.now() - timedelta(hours=1)) == ()


async def test_the_group_is_told_of_a_raid_once_and_its_people_are_not_written_to(tmp_path: Path) -> None:
    async with raided(tmp_path) as world:
        case = await world.seconded()
        kinds = await world.community.notice_kinds_to(DMITRI)
        assert kinds.count(NoticeKind.RAID) == 2
        async with world.community.units_of_work.read() as view:
            found = await view.cases.case_by_code_name(case)
            assert found is not None
            to = [notice.to.kind for notice in await view.notices.of_case(found.id)]
        assert RecipientKind.PERSON not in to


async def test_where_the_policy_says_so_everybody_of_a_raid_has_the_text_with_a_page_of_their_own(
    tmp_path: Path,
) -> None:
    async with raided(tmp_path, policy=changed(DJANGO, "brake.raid_tells", RaidNotification.EACH)) as world:
        case = await world.seconded()
        async with world.community.units_of_work.read() as view:
            found = await view.cases.case_by_code_name(case)
            assert found is not None
            told = [n for n in await view.notices.of_case(found.id) if n.to.kind is RecipientKind.PERSON]
        assert {notice.kind for notice in told} == {NoticeKind.ACTED}
        assert len({notice.to.person for notice in told}) == len(RAIDERS)
        assert all(notice.facts["receipt"] for notice in told)


async def test_after_a_reversed_raid_nobody_acts_alone_on_one_of_its_people(tmp_path: Path) -> None:
    async with raided(tmp_path) as world:
        case = await world.seconded()
        for by in (CHIARA, DMITRI):
            await review.review(world.app, by, case, ReviewAnswer.REVERSE, reason="They were invited.")
        await world.settle()
        target = AccountInput(DISCORD, RAIDERS[0])
        again = await act(world.app, DMITRI, target, ActInput(Restriction.MUTED, Ground.ONGOING, "Again."))
        assert again.state is ActState.AWAITING_CONFIRMATION


async def test_a_reversal_lets_everybody_in_and_leaves_a_moderators_ban(tmp_path: Path) -> None:
    async with raided(tmp_path) as world:
        world.discord.restrict_manually(RAIDERS[3], AccessLevel.BARRED, by="a moderator")
        case = await world.seconded()
        assert (await announcement.get_status(world.app, AMARA, case)).counts == {
            DISCORD: {"held": 11, "held by others": 1}
        }
        for by in (CHIARA, DMITRI):
            await review.review(world.app, by, case, ReviewAnswer.REVERSE, reason="They were invited.")
        await world.settle()
        assert world.barred() == {RAIDERS[3]}
        assert (await announcement.get_status(world.app, AMARA, case)).state is RaidState.OVER


async def test_a_ratified_raid_holds_to_its_new_end_without_a_gap_and_then_everybody_is_let_in(tmp_path: Path) -> None:
    async with raided(tmp_path) as world:
        case = await world.seconded()
        for by in (CHIARA, DMITRI):
            await review.review(world.app, by, case, ReviewAnswer.RATIFY, timedelta(days=60))
        world.community.pass_time(timedelta(days=20))
        await world.settle()
        assert world.barred() == set(RAIDERS)
        assert world.discord.changes(ActionKind.RELEASE) == []
        world.community.pass_time(timedelta(days=41))
        await world.settle()
        assert world.barred() == set()


async def test_a_raid_that_nobody_reviews_ends_with_the_act(tmp_path: Path) -> None:
    async with raided(tmp_path) as world:
        await world.seconded()
        world.community.pass_time(world.app.policy.unilateral.unreviewed_end + timedelta(minutes=1))
        await world.settle()
        assert world.barred() == set()


async def test_a_restart_in_the_middle_ends_as_if_nothing_had_happened(tmp_path: Path) -> None:
    async with raided(tmp_path) as world:
        case = await world.announced()
        await announcement.confirm(world.app, BRUNO, case)
        await advance_raids(world.app)
        world.discord.fault = Fault.LOST_ANSWER
        await world.batches.run_until_idle()
        world.discord.fault = Fault.NONE
        world.restart()
        async with world.community.units_of_work.begin() as uow:
            await uow.sanctions.schedule_open_intents(uow.now)
        await world.settle()
        assert world.barred() == set(RAIDERS)
        assert (await announcement.get_status(world.app, AMARA, case)).counts == {DISCORD: {"held": 12}}


async def test_whoever_has_a_role_here_stands_twice_or_is_unknown_is_named_and_the_rest_is_held(tmp_path: Path) -> None:
    async with raided(tmp_path) as world:
        ines = world.community.spaces[DISCORD].add("600000000000000009", "ines9x").native_id
        text = f"id\n{RAIDERS[0]}\n{RAIDERS[0]}\n{ines}\n,\nforum,\nslack,7\n999999999999999999\n"
        checked = await announcement.preview(world.app, AMARA, text, DISCORD)
        assert [(line.number, line.refusal) for line in checked.refused] == [
            (3, "it stands in line 2 already"),
            (4, "somebody who has a role here"),
            (6, "no account is named"),
            (7, "it names no space of ours"),
        ]
        case = await world.seconded(text)
        assert world.barred() == {RAIDERS[0]}
        rows = (await announcement.outcome_report(world.app, BRUNO, case)).decode().splitlines()
        assert rows[1] == f"2,discord,{RAIDERS[0]},held,"
        assert rows[-1].startswith("8,discord,999999999999999999,no account known,")
        with pytest.raises(Refused):
            await announcement.outcome_report(world.app, CHIARA, case)


async def test_a_member_is_not_put_on_the_list_by_an_id_written_otherwise(tmp_path: Path) -> None:
    """P-7.5: the space would take it for their id all the same."""
    async with raided(tmp_path) as world:
        own = "600000000000000001"
        lines = (f"0{own}", "".join(chr(ord("\uff10") + int(digit)) for digit in own))
        checked = await announcement.preview(world.app, DMITRI, "\n".join(lines), DISCORD)
        assert checked.accounts == 0


@pytest.mark.harm("restricted-for-a-name-of-digits")
async def test_digits_are_whoever_is_called_so_unless_the_list_says_that_they_are_an_id(tmp_path: Path) -> None:
    """P-7.5: the one whose number it happens to be is another person."""
    async with raided(tmp_path) as world:
        bystander, called_so = RAIDERS[0], world.discord.add("900000000000000777", RAIDERS[0]).native_id
        as_name = await announcement.preview(world.app, AMARA, bystander, DISCORD)
        under_id = await announcement.preview(world.app, AMARA, f"space,id\ndiscord,{bystander}", None)
        marked = await announcement.preview(world.app, AMARA, f"id:{bystander}\ndiscord,ID:{RAIDERS[1]}", DISCORD)
        assert [line.text for line in as_name.lines] == [called_so]
        assert [line.text for line in under_id.lines] == [bystander]
        assert [line.text for line in marked.lines] == [bystander, RAIDERS[1]]


@pytest.mark.harm("restricted-for-a-name-of-digits")
async def test_a_long_list_of_digits_that_does_not_say_what_they_are_is_left_out_and_told_how(tmp_path: Path) -> None:
    """P-7.5: they are too many to look up."""
    async with raided(tmp_path) as world:
        text = "\n".join(f"8{number:017d}" for number in range(60))
        unsaid = await announcement.preview(world.app, AMARA, text, DISCORD)
        said = await announcement.preview(world.app, AMARA, f"id\n{text}", DISCORD)
        assert "under a first line that says id" in unsaid.refused[-1].refusal
        assert (unsaid.accounts, said.accounts) == (50, 60)


async def test_what_a_bar_takes_is_written_down_before_and_given_back(tmp_path: Path) -> None:
    async with raided(tmp_path) as world:
        gardener = Entitlement(EntitlementKind.ROLE, "7", "Gardeners")
        world.discord.accounts[RAIDERS[0]].entitlements = (gardener,)
        case = await world.seconded()
        for by in (CHIARA, DMITRI):
            await review.review(world.app, by, case, ReviewAnswer.REVERSE, reason="They were invited.")
        await world.settle()
        world.discord.join(RAIDERS[0])
        world.community.pass_time(timedelta(days=2))
        await world.settle()
        assert world.discord.accounts[RAIDERS[0]].entitlements == (gardener,)


async def test_a_space_that_refuses_us_is_asked_seldom_and_people_hear_of_it_once(tmp_path: Path) -> None:
    async with raided(tmp_path, bulk=1) as world:
        world.discord.fault = Fault.REFUSING
        case = await world.seconded("\n".join(("id", *RAIDERS)))
        for _ in range(8):
            world.community.pass_time(timedelta(minutes=15))
            await world.settle()
        assert world.discord.actions == []
        assert world.discord.observations <= 16
        assert (await world.community.notice_kinds_to(DMITRI)).count(NoticeKind.BLOCKED) == 1
        world.discord.fault = Fault.NONE
        world.community.pass_time(timedelta(minutes=15))
        await world.settle()
        assert world.barred() == set(RAIDERS)
        assert (await announcement.get_status(world.app, AMARA, case)).state is RaidState.DONE


async def test_one_by_one_a_refusal_of_each_stops_the_asking_after_a_few(tmp_path: Path) -> None:
    async with raided(tmp_path, bulk=1) as world:
        world.discord.before_action = lambda kind, native_id: _rise(world, native_id)
        await world.seconded()
        assert len({each.native_id for each in world.discord.actions if each.kind is ActionKind.RESTRICT}) <= 8


def _rise(world: Raided, native_id: str) -> None:
    """Their rank is above ours from the moment at which they are to be restricted."""
    world.discord.accounts[native_id].outranks_us = True


async def test_a_space_that_is_down_for_hours_loses_nothing_of_a_raid(tmp_path: Path) -> None:
    async with raided(tmp_path) as world:
        case = await world.announced()
        await announcement.confirm(world.app, BRUNO, case)
        for trouble in (Fault.DOWN, Fault.BLIND, Fault.DOWN, Fault.NONE):
            world.discord.fault = trouble
            await world.settle()
            world.community.pass_time(timedelta(hours=1))
        await world.settle()
        assert world.barred() == set(RAIDERS)
        assert (await announcement.get_status(world.app, AMARA, case)).state is RaidState.DONE


async def test_where_the_service_only_observes_nobody_of_a_raid_is_restricted(tmp_path: Path) -> None:
    async with raided(tmp_path) as world:
        world.app.spaces.set_mode(DISCORD, Mode.OBSERVE)
        case = await world.seconded()
        assert world.barred() == set()
        assert (await announcement.get_status(world.app, AMARA, case)).counts == {DISCORD: {"observing": 12}}


async def test_accounts_in_three_spaces_are_one_raid(tmp_path: Path) -> None:
    async with raided(tmp_path) as world:
        world.community.spaces[FORUM].add("41", "flood")
        world.community.spaces[GITHUB].add("42", "flood")
        text = f"space,id\ndiscord,{RAIDERS[0]}\nforum,41\ngithub,flood\n"
        case = await world.seconded(text)
        counts = (await announcement.get_status(world.app, AMARA, case)).counts
        assert counts == {DISCORD: {"held": 1}, FORUM: {"held": 1}, GITHUB: {"held": 1}}


async def test_an_act_that_is_a_raid_is_not_seconded_as_an_act_on_one(tmp_path: Path) -> None:
    async with raided(tmp_path) as world:
        case = await world.announced()
        async with world.community.units_of_work.read() as view:
            found = await view.cases.case_by_code_name(case)
            assert found is not None
            raid = await view.raids.of_case(found.id)
        assert raid is not None
        with pytest.raises(Refused, match="under Raids on the console"):
            await second_act(world.app, BRUNO, raid.act)
        with pytest.raises(NotFound):
            await announcement.get_status(world.app, AMARA, "no-such")
