"""Passing a matter back: the moderators learn which account to keep an eye on, and nothing else."""

from datetime import timedelta

import pytest

from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.proposals import Consequence
from guardian.errors import NotFound, Refused
from guardian.notices.models import NoticeKind
from guardian.services.escalation import local_matters, referrals
from guardian.services.operations import deadline_runner
from rules.ladder import Outcome
from tests.builders.community import AMARA, BRUNO, DISCORD, FORUM, INES, TEXT, Community
from tests.builders.journey import a_journey, newest_case


async def test_a_referral_says_which_account_and_nothing_of_the_case(community: Community) -> None:
    """P-2.11, P-8.2"""
    journey = await a_journey(community)
    await referrals.refer(community.app, BRUNO, journey.code_name, DISCORD)
    (line,) = await local_matters.list_matters(community.app, INES)
    assert line.waits_for_acceptance
    async with community.units_of_work.read() as view:
        local = await view.cases.case_by_code_name(line.code_name)
        assert local is not None
        (report,) = await view.cases.reports_of(local.id)
    assert (report.what_happened, report.who) == (referrals.WATCH_REQUEST, "grumbler")
    assert TEXT not in repr(report)
    assert await community.who_was_notified(NoticeKind.NEW_MATTER) == {INES}
    with pytest.raises(NotFound):
        await community.open_case(INES, journey.code_name)


async def test_a_moderator_accepts_it_by_name_and_the_group_is_told(community: Community) -> None:
    """P-8.2"""
    journey = await a_journey(community)
    await referrals.refer(community.app, BRUNO, journey.code_name, DISCORD)
    (line,) = await local_matters.list_matters(community.app, INES)
    await referrals.accept_referral(community.app, INES, line.code_name)
    with pytest.raises(Refused):
        await referrals.accept_referral(community.app, INES, line.code_name)
    async with community.units_of_work.read() as view:
        (handoff,) = await view.handoffs.of_case(journey.id)
    assert handoff.accepted_by == INES
    news = [n.facts.get("news") for n in await community.notices_to(AMARA)]
    assert news[-1] == "handoff_accepted"


async def test_a_referral_that_no_moderator_accepts_is_put_to_the_chairs(community: Community) -> None:
    """P-8.2"""
    journey = await a_journey(community)
    await referrals.refer(community.app, BRUNO, journey.code_name, DISCORD)
    community.pass_time(timedelta(hours=24))
    await deadline_runner.run_due(community.app)
    assert await community.who_was_notified(NoticeKind.ACCEPTANCE_LATE) == {AMARA}


async def test_a_moderator_whom_the_case_concerns_is_asked_nothing(community: Community) -> None:
    """P-2.5"""
    journey = await a_journey(community)
    async with community.units_of_work.begin() as uow:
        await uow.cases.add_exclusion(
            Exclusion(case=journey.id, member=INES, kind=ExclusionKind.EXCLUDED, cause="named", at=uow.now, by="party")
        )
    with pytest.raises(Refused):
        await referrals.refer(community.app, BRUNO, journey.code_name, DISCORD)
    assert await community.notices_to(INES) == ()


async def test_nobody_is_asked_about_an_account_that_is_not_known_for_certain(community: Community) -> None:
    """P-2.11"""
    journey = await a_journey(community)
    with pytest.raises(Refused, match="known for certain"):
        await referrals.refer(community.app, BRUNO, journey.code_name, FORUM)


async def test_a_decision_to_refer_reaches_the_moderators_when_it_is_enacted(community: Community) -> None:
    """P-5.3"""
    journey = await a_journey(community)
    await journey.enact(Consequence(outcome=Outcome.REFERRAL))
    local = await newest_case(community)
    assert [line.code_name for line in await local_matters.list_matters(community.app, INES)] == [local.code_name]
