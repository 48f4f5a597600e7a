"""Whoever has reported the matter of an act is told what its review came to as soon as it is settled."""

from dataclasses import replace
from datetime import timedelta

import pytest

from guardian.cases.proposals import Consequence
from guardian.cases.reports import Report
from guardian.cases.submissions import reporter_party
from guardian.ids import ReportId, new_id
from guardian.notices.models import News
from guardian.notices.renderer import NoticeRenderer
from guardian.services.decisions import board_answers
from rules.ladder import Outcome
from rules.precedence import Restriction
from rules.unilateral import ReviewAnswer
from tests.builders.community import AMARA, BRUNO, ELENI, GRETA, HIROSHI, Community
from tests.builders.journey import DAY, Journey, a_journey
from tests.guardian.services.unilateral.test_act import CHANGE, MONTH, RATIFY, REVERSE, acted, say, under_review

RENDERER = NoticeRenderer("Example", "https://guardian.example")


async def reported(community: Community, journey: Journey) -> None:
    """A report on the matter lies in the case of the act."""
    elsewhere = await a_journey(community)
    async with community.units_of_work.begin() as uow:
        (first,) = await uow.cases.reports_of(elsewhere.id)
        report: Report = replace(first, id=ReportId(new_id()), case=journey.id)
        await uow.cases.add_report(report)
        await uow.cases.add_party(reporter_party(report))


async def read_by_reporter(journey: Journey) -> list[str]:
    """What the reporter reads on their page, of each thing that they were told."""
    return [RENDERER.render_for_page(notice).body for notice in await journey.notices_to_reporter()]


@pytest.mark.harm("reporter-told-at-the-closing-alone")
@pytest.mark.parametrize(
    ("answer", "restriction", "words"),
    [
        (RATIFY, None, "may not take part in the places that it concerns"),
        (CHANGE, Restriction.MUTED, "may read along, but not write"),
        (REVERSE, None, "nothing more follows"),
    ],
)
async def test_reporters_are_told_what_the_review_of_an_act_came_to(
    community: Community, answer: ReviewAnswer, restriction: Restriction | None, words: str
) -> None:
    """P-5.5, P-7.3: at that instant, and how long it is meant for."""
    view = await acted(community)
    journey = await under_review(community, view)
    await reported(community, journey)
    for reviewer in (BRUNO, ELENI):
        assert await read_by_reporter(journey) == []
        await say(community, view, reviewer, answer, None if answer is REVERSE else MONTH, restriction)
    (told,) = await read_by_reporter(journey)
    assert words in told
    assert ("30 days" in told) is (answer is not REVERSE)


@pytest.mark.harm("reporter-told-at-the-closing-alone")
async def test_reporters_are_told_what_the_board_made_of_an_act(community: Community) -> None:
    """P-5.5, P-7.3"""
    view = await acted(community, by=AMARA)
    journey = await under_review(community, view)
    await reported(community, journey)
    await journey.pass_time(DAY)
    banned = Consequence(outcome=Outcome.PERMANENT_BAN, restriction=Restriction.BANNED)
    await board_answers.record_answer(community.app, GRETA, view.code_name, banned)
    await board_answers.confirm_answer(community.app, HIROSHI, view.code_name)
    told = [n for n in await journey.notices_to_reporter() if n.facts.get("news") == News.DECIDED]
    assert [RENDERER.render_for_page(each).body.count("may not take part any more") for each in told] == [1]


@pytest.mark.harm("reporter-told-at-the-closing-alone")
async def test_reporters_are_told_that_an_act_ended_because_nobody_reviewed_it(community: Community) -> None:
    """P-5.5, P-7.3: whoever was protected by it is not any more."""
    journey = await under_review(community, await acted(community))
    await reported(community, journey)
    await journey.pass_time(community.app.policy.unilateral.unreviewed_end + timedelta(hours=1))
    assert any("the person can take part again" in each for each in await read_by_reporter(journey))
