"""What a member did outside the spaces is an act like any other: entered, told, reviewed, with both clocks."""

from dataclasses import replace
from datetime import timedelta

import pytest

from guardian.cases.unilateral_acts import ActState, OutsideAct, OutsideKind, UnilateralAct
from guardian.errors import Refused
from guardian.notices.models import NoticeKind, RecipientKind
from guardian.services.operations.deadline_runner import run_due
from guardian.services.unilateral.act import ActView
from guardian.services.unilateral.outside_acts import OutsideInput, enter_outside_act
from guardian.services.unilateral.review import review
from rules.unilateral import Ground, ReviewAnswer
from tests.builders.community import AMARA, BRUNO, DMITRI, ELENI, WORKING_GROUP, Community

HOUR = timedelta(hours=1)


def called_police(community: Community, **facts: object) -> OutsideInput:
    """Dmitri has called the police an hour ago."""
    told = OutsideAct(OutsideKind.POLICE, "the police station of the town, file 17", community.clock.now() - HOUR)
    return replace(OutsideInput(Ground.PHYSICAL_DANGER, "Said where the person was last seen.", told), **facts)  # type: ignore[arg-type]  # facts of it


async def entered(community: Community) -> tuple[ActView, UnilateralAct]:
    view_of = await enter_outside_act(community.app, DMITRI, called_police(community))
    async with community.units_of_work.read() as view:
        act = await view.deliberation.act(view_of.id)
    assert act is not None
    return view_of, act


@pytest.mark.harm("police-called-and-nobody-of-the-group-knows")
async def test_it_is_entered_with_whom_it_was_said_to_and_every_other_member_is_told(community: Community) -> None:
    """P-7.1, P-7.2"""
    seen, act = await entered(community)
    assert act.outside is not None
    assert (act.outside.kind, act.outside.told) == (OutsideKind.POLICE, "the police station of the town, file 17")
    assert await community.who_was_notified(NoticeKind.ACT_TAKEN) == set(WORKING_GROUP) - {DMITRI}
    assert seen.statement_due == community.clock.now() + community.app.policy.unilateral.account_due


@pytest.mark.harm("person-learns-from-us-that-the-police-were-called")
async def test_nobody_outside_the_group_is_written_to_not_even_after_the_review(community: Community) -> None:
    """P-2.6"""
    seen, _ = await entered(community)
    for member in (AMARA, BRUNO):
        await review(community.app, member, seen.code_name, ReviewAnswer.RATIFY)
    async with community.units_of_work.read() as view:
        case = await view.cases.case_by_code_name(seen.code_name)
        assert case is not None
        assert {n.to.kind for n in await view.notices.of_case(case.id)} == {RecipientKind.MEMBER}
        act = await view.deliberation.act(seen.id)
        assert await view.sanctions.of_case(case.id) == ()
    assert act is not None
    assert act.state is ActState.RATIFIED


async def test_its_review_is_asked_for_when_it_is_late(community: Community) -> None:
    """P-7.3"""
    await entered(community)
    community.pass_time(community.app.policy.unilateral.review_within)
    await run_due(community.app)
    assert NoticeKind.REVIEW_LATE in await community.notice_kinds_to(AMARA)
    assert NoticeKind.STATEMENT_LATE in await community.notice_kinds_to(AMARA)


async def test_what_was_said_cannot_be_changed_by_a_review(community: Community) -> None:
    seen, _ = await entered(community)
    with pytest.raises(Refused, match="make a proposal"):
        await review(community.app, ELENI, seen.code_name, ReviewAnswer.CHANGE)


async def test_it_does_not_count_towards_how_many_one_member_may_act_on(community: Community) -> None:
    """P-7.5: the brake is for restrictions; calling for help five times must not keep a member from acting."""
    for _ in range(community.app.policy.brake.solo_people + 1):
        await enter_outside_act(community.app, DMITRI, called_police(community))


async def test_the_person_of_the_case_is_taken_for_whom_it_was_about(community: Community) -> None:
    case, person = await community.a_named_case()
    seen = await enter_outside_act(community.app, DMITRI, called_police(community, case=case.code_name))
    assert seen.person == person


async def test_what_lies_ahead_is_no_act(community: Community) -> None:
    ahead = OutsideAct(OutsideKind.VENUE, "the front desk", community.clock.now() + HOUR)
    with pytest.raises(Refused, match="lies ahead"):
        await enter_outside_act(community.app, DMITRI, called_police(community, outside=ahead))
