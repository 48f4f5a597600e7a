"""Reporters are told what is proposed, and what it came to, in words that are true of it."""

import re

import pytest

from guardian.cases.proposals import Consequence
from guardian.notices.models import News, NoticeKind
from guardian.notices.renderer import NoticeRenderer
from guardian.notices.translations import LANGUAGES, load_texts
from guardian.services.decisions import closing, enactment
from rules.ladder import Outcome
from tests.builders.community import BRUNO, CHIARA, Community
from tests.builders.journey import DAY, Journey, a_journey, a_suspension, a_warning

RENDERER = NoticeRenderer("Example", "https://guardian.example")
NOTHING_FOLLOWS = (Outcome.NO_VIOLATION, Outcome.NO_ACTION, Outcome.OUT_OF_SCOPE)
UNTRUE = re.compile(
    r"never told|whom you named|only they see|your own part|nur sie sieht|eigener anteil|lui seul|propre part"
    r"|niemand, den sie genannt|board of|vorstand von|conseil de",
    re.IGNORECASE,
)


async def told(journey: Journey, news: News) -> str:
    """What the reporter reads on their page of this news."""
    notices = [n for n in await journey.notices_to_reporter() if n.facts.get("news") == news]
    return RENDERER.render_for_page(notices[-1]).body


@pytest.mark.harm("asked-without-the-proposal")
async def test_reporters_are_asked_about_a_proposal_that_they_are_told(community: Community) -> None:
    """P-5.4: what, for how long, and until when they can answer."""
    journey = await a_journey(community)
    await journey.agree(a_suspension(days=60))
    asked = await told(journey, News.ASKED_FOR_VIEWS)
    assert (
        "What is proposed: a suspension, after which the person has to ask before they may return, for 60 days."
        in asked
    )
    assert "There is time until" in asked


@pytest.mark.harm("told-of-a-result-that-is-none")
@pytest.mark.parametrize("outcome", NOTHING_FOLLOWS)
async def test_reporters_are_not_told_that_something_is_carried_out_where_nothing_follows(
    community: Community, outcome: Outcome
) -> None:
    """P-5.5, P-2.1"""
    journey = await closed_with(community, Consequence(outcome=outcome))
    said = await told(journey, News.DECIDED) + await told(journey, News.CLOSED)
    assert "carried out" not in said
    assert "not held against you" in said


@pytest.mark.harm("told-of-a-result-that-is-none")
async def test_reporters_are_told_which_step_was_decided(community: Community) -> None:
    """P-5.5"""
    journey = await closed_with(community, a_warning())
    assert "has decided on a warning" in await told(journey, News.DECIDED)
    assert "has been carried out" in await told(journey, News.CLOSED)


@pytest.mark.harm("told-of-a-result-that-is-none")
async def test_a_matter_for_the_file_is_said_to_be_filed_and_why(community: Community) -> None:
    """P-2.3, P-5.5: to its reporter, and to the Board."""
    journey = await a_journey(community, answers={"handled": "yes"})
    await closing.close(community.app, BRUNO, journey.code_name, "For the file.")
    reports = [n for n in await community.notices_to(CHIARA) if n.kind is NoticeKind.BOARD_REPORT]
    assert "You said that the matter had been dealt with" in await told(journey, News.FILED)
    assert all("Nothing was decided" in RENDERER.render(notice).body for notice in reports)


@pytest.mark.harm("promised-what-is-not-kept")
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_to_a_reporter_promises_what_is_not_kept(language: str) -> None:
    """P-5.5, P-2.6: in none of the languages."""
    assert {key: text for key, text in load_texts(language).items() if UNTRUE.search(text)} == {}


async def closed_with(community: Community, consequence: Consequence) -> Journey:
    """The matter came to this, and is closed."""
    journey = await a_journey(community)
    await journey.prepare_decision(consequence)
    await enactment.enact(community.app, BRUNO, journey.code_name, unread=True)
    await journey.pass_time(DAY)
    await closing.close(community.app, BRUNO, journey.code_name, "It is over.")
    return journey
