"""Where the policy lets an act lapse that nobody reviewed in time (`on_overdue = "lapse"`), it does, at that instant."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from guardian.cases.unilateral_acts import ActState
from guardian.notices.models import NoticeKind
from guardian.sanctions.models import LiftingCause
from guardian.services.unilateral import review
from rules.policy_sections.sanctions import OnOverdue
from rules.precedence import AccessLevel
from rules.unilateral import Ground, ReviewAnswer
from tests.builders.community import (
    A_REPORTER,
    AMARA,
    BRUNO,
    DISCORD,
    DMITRI,
    ELENI,
    WORKING_GROUP,
    Community,
    a_community,
    preset_policy,
)
from tests.builders.journey import DAY, HOUR, Journey
from tests.guardian.services.unilateral.test_act import MONTH, acted, under_review


@pytest.fixture
async def community(tmp_path: Path) -> AsyncIterator[Community]:
    """The community under a policy that lets an act lapse."""
    usual = preset_policy("django")
    policy = replace(usual, unilateral=replace(usual.unilateral, on_overdue=OnOverdue.LAPSE))
    async with a_community(tmp_path, policy=policy) as opened:
        yield opened


async def results(journey: Journey) -> set[str]:
    """What the members were told that reviews came to."""
    notices = [n for member in WORKING_GROUP for n in await journey.community.notices_to(member)]
    return {n.facts["result"] for n in notices if n.kind is NoticeKind.REVIEW_SETTLED}


@pytest.mark.harm("unreviewed-act-outlasts-its-clock")
async def test_an_act_that_nobody_reviewed_in_time_ends_with_its_clock(community: Community) -> None:
    """P-7.3"""
    journey = await under_review(community, await acted(community))
    await journey.pass_time(DAY - HOUR)
    assert await journey.access_level() is AccessLevel.BARRED
    await journey.pass_time(HOUR)
    (sanction,) = await journey.sanctions()
    assert await journey.access_level() is AccessLevel.OPEN
    assert (await journey.act()).state is ActState.LAPSED
    assert sanction.lifting is not None
    assert sanction.lifting.cause is LiftingCause.LAPSED


@pytest.mark.harm("unprotected-and-nobody-told")
async def test_the_group_hears_that_what_was_for_danger_has_lapsed(community: Community) -> None:
    """P-7.3: whoever was protected by the act is not any more."""
    journey = await under_review(community, await acted(community, ground=Ground.PHYSICAL_DANGER))
    await journey.pass_time(DAY)
    assert await journey.access_level() is AccessLevel.OPEN
    assert await results(journey) == {ActState.LAPSED}


@pytest.mark.harm("unprotected-and-nobody-told")
async def test_reviewers_are_reminded_before_an_act_lapses(community: Community) -> None:
    """P-7.3"""
    journey = await under_review(community, await acted(community))
    await journey.pass_time(23 * HOUR)
    assert NoticeKind.REVIEW_REMINDER in await community.notice_kinds_to(BRUNO)


@pytest.mark.harm("unprotected-and-nobody-told")
async def test_an_act_that_was_ratified_in_time_does_not_lapse(community: Community) -> None:
    """P-7.3"""
    view = await acted(community)
    journey = await under_review(community, view)
    for reviewer in (BRUNO, ELENI):
        await review.review(community.app, reviewer, view.code_name, ReviewAnswer.RATIFY, MONTH)
    await journey.pass_time(2 * DAY)
    assert await journey.access_level() is AccessLevel.BARRED
    assert (await journey.act()).state is ActState.RATIFIED


@pytest.mark.harm("unreviewed-act-outlasts-its-clock")
async def test_an_act_on_which_no_chair_rules_in_time_lapses_as_well(community: Community) -> None:
    """P-7.3"""
    view = await acted(community)
    journey = await under_review(community, view)
    await review.review(community.app, BRUNO, view.code_name, ReviewAnswer.RATIFY, MONTH)
    await review.review(community.app, ELENI, view.code_name, ReviewAnswer.REVERSE)
    assert (await journey.act()).state is ActState.WITH_CHAIR
    await journey.pass_time(DAY)
    assert await journey.access_level() is AccessLevel.OPEN
    assert NoticeKind.REVIEW_SETTLED in await community.notice_kinds_to(AMARA)


@pytest.mark.harm("unreviewed-act-outlasts-its-clock")
async def test_an_act_against_ones_own_reporter_lapses_within_the_hour(community: Community) -> None:
    """P-4.4, P-7.3"""
    await community.a_case(named_members=(DMITRI,), reporter=A_REPORTER)
    community.spaces[DISCORD].add(A_REPORTER.native_id, "reporter")
    journey = await under_review(community, await acted(community, handle="reporter"))
    await journey.pass_time(HOUR)
    assert await journey.access_level() is AccessLevel.OPEN
    assert (await journey.act()).state is ActState.LAPSED
