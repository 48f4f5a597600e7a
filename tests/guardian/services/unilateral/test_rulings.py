"""Who settles an act about which reviewers differ, or that nobody reviewed in time: a chair who is free, and nobody else."""

import pytest

from guardian.cases.unilateral_acts import ActState
from guardian.notices.models import NoticeKind
from rules.precedence import AccessLevel
from tests.builders.community import AMARA, BRUNO, CHIARA, ELENI, FARID, Community
from tests.builders.journey import DAY
from tests.guardian.services.unilateral.test_act import RATIFY, REVERSE, acted, say, under_review


@pytest.mark.harm("settled-by-whom-it-is-not-for")
async def test_a_member_does_not_settle_what_reviewers_differ_about(community: Community) -> None:
    """P-7.3"""
    view = await acted(community)
    journey = await under_review(community, view)
    await say(community, view, BRUNO, RATIFY)
    assert await say(community, view, ELENI, REVERSE) is ActState.WITH_CHAIR
    assert await say(community, view, FARID, REVERSE) is ActState.WITH_CHAIR
    assert await journey.access_level() is AccessLevel.BARRED
    assert await say(community, view, AMARA, REVERSE) is ActState.REVERSED


@pytest.mark.harm("settled-by-whom-it-is-not-for")
async def test_a_late_review_of_the_only_chairs_own_act_goes_to_the_board(community: Community) -> None:
    """P-7.3: with the chair it would lie with whoever is to be looked at."""
    journey = await under_review(community, await acted(community, by=AMARA))
    await journey.pass_time(DAY)
    assert (await journey.act()).state is ActState.WITH_BOARD
    assert NoticeKind.WITH_BOARD in await community.notice_kinds_to(CHIARA)


@pytest.mark.harm("held-longer-and-not-told")
async def test_whoever_is_held_by_a_review_for_longer_is_told_until_when(community: Community) -> None:
    """P-5.5, P-7.3: the act was for a day or two, what takes its place is for a month."""
    view = await acted(community)
    journey = await under_review(community, view)
    for reviewer in (BRUNO, ELENI):
        await say(community, view, reviewer, RATIFY)
    (notice,) = await journey.notices_to_person(NoticeKind.DECISION)
    *_, decided = await journey.sanctions()
    assert decided.ends is not None
    assert notice.facts["ends"] == decided.ends.isoformat()
