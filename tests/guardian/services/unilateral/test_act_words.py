"""Whom somebody acted on learns why, in words that a second member has read, and until then by when."""

from datetime import datetime, timedelta

import pytest

from guardian.cases.drafts import DraftState
from guardian.errors import Refused
from guardian.notices.models import Notice, NoticeKind
from guardian.notices.renderer import NoticeRenderer
from guardian.services.decisions import drafts
from guardian.services.members import AccountInput
from guardian.services.unilateral import act, review
from guardian.services.unilateral.act_input import ActInput
from rules.precedence import Restriction
from rules.unilateral import Ground, ReviewAnswer
from tests.builders.community import BRUNO, DISCORD, DMITRI, ELENI, Community
from tests.builders.journey import HOUR, Journey, journey_in

WHY = "They flood every channel."
RENDERER = NoticeRenderer("Example", "https://guardian.example/")


async def an_act(community: Community) -> Journey:
    """Dmitri has acted on somebody; the case of its review."""
    community.spaces[DISCORD].add("720000000001", "raider")
    given = ActInput(Restriction.SUSPENDED, Ground.ONGOING, WHY, None, None)
    done = await act.act(community.app, DMITRI, AccountInput(DISCORD, "raider"), given)
    async with community.units_of_work.read() as view:
        case = await view.cases.case_by_code_name(done.code_name)
    assert case is not None
    return await journey_in(community, case, done.person)


async def read_words(journey: Journey) -> None:
    """A second member has read the actor's words."""
    [draft] = [draft for draft in await journey.drafts() if draft.state is DraftState.WRITTEN]
    with pytest.raises(Refused):
        await drafts.approve_draft(journey.community.app, DMITRI, draft.id)
    await drafts.approve_draft(journey.community.app, BRUNO, draft.id)


async def ratify(journey: Journey) -> Notice:
    """The group has ratified the act; what the person is told."""
    for member in (BRUNO, ELENI):
        await review.review(
            journey.community.app, member, journey.code_name, ReviewAnswer.RATIFY, timedelta(days=30), None
        )
    return (await journey.notices_to_person(NoticeKind.DECISION))[-1]


@pytest.mark.harm("restricted-at-once-and-never-told-why")
async def test_the_first_message_says_plainly_that_the_words_follow_and_when(community: Community) -> None:
    """P-5.5, P-5.6"""
    journey = await an_act(community)
    [told] = await journey.notices_to_person(NoticeKind.ACTED)
    assert datetime.fromisoformat(told.facts["words_by"]) == community.clock.now() + timedelta(hours=24)
    body = RENDERER.render(told).body
    assert "by 3 March 2026" in body
    assert "flood" not in body


@pytest.mark.harm("restricted-at-once-and-never-told-why")
async def test_the_words_follow_as_soon_as_a_second_member_has_read_them(community: Community) -> None:
    """P-5.5, P-5.6: the actor is not their own second reader."""
    journey = await an_act(community)
    await read_words(journey)
    [told] = await journey.notices_to_person(NoticeKind.PERSON_ANSWER)
    assert WHY in RENDERER.render(told).body


@pytest.mark.harm("restricted-at-once-and-never-told-why")
async def test_the_message_of_a_ratified_act_says_what_it_is_about_once_that_was_read(community: Community) -> None:
    """P-5.5"""
    journey = await an_act(community)
    await read_words(journey)
    assert WHY in RENDERER.render(await ratify(journey)).body


@pytest.mark.harm("restricted-at-once-and-never-told-why")
async def test_the_message_of_a_ratified_act_says_until_then_when_the_words_follow(community: Community) -> None:
    """P-5.5, P-5.6"""
    journey = await an_act(community)
    body = RENDERER.render(await ratify(journey)).body
    assert "by 3 March 2026" in body
    assert "flood" not in body


@pytest.mark.harm("restricted-at-once-and-never-told-why")
async def test_words_that_nobody_has_read_in_time_are_owed_with_a_new_date_that_is_said_once(
    community: Community,
) -> None:
    """P-5.5: members are reminded before, and chairs afterwards."""
    journey = await an_act(community)
    await journey.pass_time(13 * HOUR)
    asked = [n for n in await community.notices_to(ELENI) if n.kind is NoticeKind.DRAFT_TO_READ]
    assert len(asked) == 2
    for _ in range(3):
        await journey.pass_time(24 * HOUR)
    [late] = await journey.notices_to_person(NoticeKind.PERSON_ANSWER)
    assert "We owe you the words" in RENDERER.render(late).body
