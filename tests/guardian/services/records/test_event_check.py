"""Event checks: nobody is probed, nothing of a list is kept, and the answer tells only what may be told."""

from datetime import timedelta

import pytest

from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.services.conflicts.recusal import recuse
from guardian.services.operations.deadline_runner import run_due
from guardian.services.records.event_answers import EventAnswer, read_event_page, send_list
from guardian.services.records.event_checks import (
    EventInput,
    decide_match,
    list_events,
    register_event,
    release_list,
)
from guardian.services.records.identity_key import add_known_name
from guardian.services.records.summaries import SummaryWords, approve_summary, state_summary
from rules.conflicts import ConflictReason
from tests.builders.community import AMARA, BRUNO, DMITRI, ELENI, Community
from tests.builders.journey import Journey, a_journey, a_warning

OTHERS = "\n".join(f"Guest Number{letter}" for letter in "abcdefghijklmno")
TOLD = "Insulted people at a meeting."


async def an_event(community: Community) -> str:
    """An event is registered for the next ten days; the secret of its link."""
    now = community.clock.now()
    event = EventInput("Conference", "Robin Host", "robin@example.org", now, now + timedelta(days=10))
    return (await register_event(community.app, BRUNO, event)).link.rpartition("/")[2]


async def a_flagged_person(community: Community) -> Journey:
    """Somebody who was warned and is flagged, with a summary that was read, and known by name."""
    journey = await a_journey(community)
    await journey.enact(a_warning())
    await state_summary(community.app, AMARA, journey.code_name, SummaryWords(flagged=True, summary=TOLD))
    await approve_summary(community.app, BRUNO, journey.code_name)
    await add_known_name(community.app, AMARA, journey.code_name, journey.person_code, "Samuel Example")
    return journey


async def settle(community: Community, *members: MemberId, is_same: bool = True) -> None:
    """These members have settled every match that they see, and the first has released the lists."""
    for member in members:
        for event in await list_events(community.app, member):
            for match in [match for sent in event.lists for match in sent.matches]:
                await decide_match(community.app, member, match.id, is_same=is_same)
    for event in await list_events(community.app, members[0]):
        for sent in event.lists:
            await release_list(community.app, members[0], sent.id)


async def answers(community: Community, secret: str) -> list[EventAnswer]:
    return list((await read_event_page(community.app, secret)).answers)


@pytest.mark.harm("event-probes-one-name")
@pytest.mark.parametrize("names", ["Samuel Example", "Samuel Example\n" * 20, ""])
async def test_one_name_alone_is_not_looked_up(community: Community, names: str) -> None:
    """P-9.6"""
    secret = await an_event(community)
    with pytest.raises(Refused):
        await send_list(community.app, secret, names)


async def test_an_event_is_told_of_a_flagged_person_in_the_words_that_were_read(community: Community) -> None:
    """P-9.6, P-5.6"""
    await a_flagged_person(community)
    secret = await an_event(community)
    await send_list(community.app, secret, f"{OTHERS}\nsámuel example")
    assert [answer.lines for answer in await answers(community, secret)] == [None]
    await settle(community, BRUNO)
    (answer,) = await answers(community, secret)
    assert answer.lines is not None
    assert [(line.line, line.is_banned, line.summary) for line in answer.lines] == [("sámuel example", False, TOLD)]


@pytest.mark.harm("event-told-of-a-stranger")
async def test_below_an_exact_match_two_members_have_to_agree(community: Community) -> None:
    """P-9.6"""
    await a_flagged_person(community)
    secret = await an_event(community)
    await send_list(community.app, secret, f"{OTHERS}\nExampel Samuel")
    await settle(community, BRUNO)
    assert (await answers(community, secret))[0].lines is None
    await settle(community, ELENI)
    found = (await answers(community, secret))[0].lines
    assert found is not None
    assert len(found) == 1


async def test_nothing_to_tell_needs_a_release_as_well(community: Community) -> None:
    """P-9.6"""
    secret = await an_event(community)
    await send_list(community.app, secret, OTHERS)
    assert (await answers(community, secret))[0].lines is None
    await settle(community, DMITRI)
    assert (await answers(community, secret))[0].lines == ()


@pytest.mark.harm("event-shows-a-hidden-case")
async def test_a_member_with_a_conflict_sees_no_match_and_lets_nothing_out(community: Community) -> None:
    """P-4.2, P-9.6"""
    journey = await a_flagged_person(community)
    await recuse(community.app, DMITRI, journey.code_name, ConflictReason.SAME_EMPLOYER)
    secret = await an_event(community)
    await send_list(community.app, secret, f"{OTHERS}\nSamuel Example")
    await settle(community, DMITRI)
    (event,) = await list_events(community.app, DMITRI)
    assert [sent.matches for sent in event.lists] == [()]
    assert (await answers(community, secret))[0].lines is None


@pytest.mark.harm("event-list-kept")
async def test_nothing_of_a_list_is_kept_once_the_event_is_over_and_others_never(community: Community) -> None:
    """P-9.6"""
    await a_flagged_person(community)
    secret = await an_event(community)
    await send_list(community.app, secret, f"{OTHERS}\nSamuel Example")
    async with community.units_of_work.read() as view:
        assert [match.line for match in await view.events.matches()] == ["Samuel Example"]
    community.pass_time(timedelta(days=11))
    await run_due(community.app)
    async with community.units_of_work.read() as view:
        assert await view.events.matches() == ()
    with pytest.raises(NotFound):
        await read_event_page(community.app, secret)


@pytest.mark.harm("event-told-unread-words")
async def test_no_summary_reaches_an_event_before_a_second_member_has_read_it(community: Community) -> None:
    """P-5.6, P-9.6"""
    journey = await a_flagged_person(community)
    await state_summary(community.app, AMARA, journey.code_name, SummaryWords(flagged=True, summary="Newer words."))
    secret = await an_event(community)
    await send_list(community.app, secret, f"{OTHERS}\nSamuel Example")
    await settle(community, BRUNO)
    assert (await answers(community, secret))[0].lines is None
