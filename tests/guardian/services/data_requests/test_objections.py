"""An objection that is granted changes what is kept, or what events are told, and never what a rule needs. P-9.4, P-9.5"""

from dataclasses import replace
from datetime import datetime

import pytest

from guardian.cases.case import CaseState
from guardian.cases.data_requests import DataRequestKind
from guardian.cases.proposals import Consequence
from guardian.errors import Refused
from guardian.services.case_flow import get_case
from guardian.services.data_requests import answers
from guardian.services.data_requests.answers import AnswerInput
from guardian.services.parties import personal_page
from guardian.services.records.event_answers import read_event_page, send_list
from guardian.services.records.summaries import SummaryWords, approve_summary, state_summary
from guardian.services.reports.data_requests import ask_as_reporter
from guardian.services.reports.report_access import ReceiptAccess
from guardian.services.retention import expunction
from guardian.services.retention.holds import place_hold
from rules.data_requests import DataOutcome, DataRefusal, ObjectionEffect
from rules.policy_sections.sanctions import OnTermEnd
from tests.builders.community import AMARA, BRUNO, DMITRI, Community
from tests.builders.journey import DAY, Journey, a_ban, a_journey, a_suspension
from tests.guardian.services.data_requests.test_data_requests import waiting
from tests.guardian.services.records.test_event_check import OTHERS, TOLD, a_flagged_person, an_event, settle
from tests.guardian.services.test_forgetting import closed, is_expunged

OBJECTION = DataRequestKind.OBJECTION
NOT_TOLD = AnswerInput(outcome=DataOutcome.GRANTED, effect=ObjectionEffect.NOT_TOLD)
READ_ANEW = AnswerInput(outcome=DataOutcome.PARTLY, effect=ObjectionEffect.READ_ANEW)


def shorter(until: datetime | None) -> AnswerInput:
    """The objection to its being kept is granted: it goes on that day."""
    return AnswerInput(outcome=DataOutcome.GRANTED, effect=ObjectionEffect.KEPT_SHORTER, keep_until=until)


async def objected(journey: Journey, words: str = "Not for so long, please.") -> str:
    """The reported person has objected on their page; the request."""
    await personal_page.ask_about_data(journey.community.app, await journey.receipt(), OBJECTION, words)
    [request] = await waiting(journey.community, BRUNO)
    return request


async def answer(journey: Journey, request: str, draft: AnswerInput) -> None:
    """One has drafted the answer, and a second one has read it."""
    await answers.draft_answer(journey.community.app, BRUNO, request, draft)
    await answers.confirm_answer(journey.community.app, DMITRI, request)


async def code_of_refusal(journey: Journey, request: str, draft: AnswerInput) -> str:
    """Why that answer is refused."""
    with pytest.raises(Refused) as refused:
        await answers.draft_answer(journey.community.app, BRUNO, request, draft)
    return refused.value.code


async def told_at(community: Community, secret: str) -> list[str] | None:
    """What the event reads in its first answer; None while it waits."""
    lines = (await read_event_page(community.app, secret)).answers[0].lines
    return None if lines is None else [line.summary for line in lines]


@pytest.mark.harm("objection-changes-nothing")
async def test_a_granted_objection_to_its_being_kept_brings_the_day_forward(community: Community) -> None:
    """P-9.5"""
    journey = await closed(community)
    request = await objected(journey)
    until = community.clock.now() + 30 * DAY
    await answer(journey, request, shorter(until))
    [own] = (await personal_page.read_page(community.app, await journey.receipt())).matters[0].data_requests
    assert own.answer is not None
    assert own.answer.keep_until == until
    await expunction.refresh_dates(community.app)
    await journey.pass_time(29 * DAY)
    assert not await is_expunged(journey)
    await journey.pass_time(1 * DAY)
    assert await is_expunged(journey)
    assert "objection.was_granted" in await community.journal_acts()


@pytest.mark.harm("erased-what-is-needed")
async def test_no_objection_brings_the_day_before_the_end_of_what_was_decided(community: Community) -> None:
    """P-9.5: what lifts a suspension in force is kept until it has."""
    journey = await closed_after(community, a_suspension(60, on_term_end=OnTermEnd.LIFT))
    request = await objected(journey)
    early = await code_of_refusal(journey, request, shorter(community.clock.now() + 30 * DAY))
    assert early == DataRefusal.IN_FORCE
    await answer(journey, request, shorter(community.clock.now() + 90 * DAY))


async def closed_after(community: Community, consequence: Consequence, handle: str = "grumbler") -> Journey:
    """A case that ended with that, and is closed, whatever the spaces hold by now."""
    journey = await a_journey(community, handle=handle)
    await journey.enact(consequence)
    async with community.units_of_work.begin() as uow:
        await uow.cases.save_case(replace(await get_case(uow, journey.id), state=CaseState.CLOSED, closed_at=uow.now))
    return journey


@pytest.mark.harm("erased-what-is-needed")
@pytest.mark.parametrize(
    ("days", "refusal"), [(13, "keep_until"), (2000, "keep_until"), (None, "keep_until")], ids=["early", "late", "none"]
)
async def test_the_day_lies_between_the_time_to_read_the_answer_and_its_own_day(
    community: Community, days: int | None, refusal: str
) -> None:
    """P-6.2, P-9.5"""
    journey = await closed(community)
    request = await objected(journey)
    until = None if days is None else community.clock.now() + days * DAY
    assert await code_of_refusal(journey, request, shorter(until)) == refusal


@pytest.mark.harm("erased-what-is-needed")
async def test_nothing_goes_sooner_while_the_law_keeps_it_or_where_it_has_no_day(community: Community) -> None:
    """P-9.5"""
    held = await closed(community)
    request = await objected(held)
    later = community.clock.now() + 300 * DAY
    await place_hold(community.app, AMARA, held.code_name, later, "A court asks for it.")
    assert await code_of_refusal(held, request, shorter(community.clock.now() + 30 * DAY)) == DataRefusal.LEGAL_HOLD
    banned = await closed_after(community, a_ban(), handle="thistlequeen")
    await personal_page.ask_about_data(community.app, await banned.receipt(), OBJECTION, "No.")
    [_, second] = await waiting(community, BRUNO)
    assert await code_of_refusal(banned, second, shorter(community.clock.now() + 30 * DAY)) == DataRefusal.RETENTION


@pytest.mark.harm("erased-what-is-needed")
async def test_a_hold_that_is_placed_after_the_draft_stops_its_sending(community: Community) -> None:
    """P-9.5"""
    journey = await closed(community)
    request = await objected(journey)
    draft = shorter(community.clock.now() + 30 * DAY)
    await answers.draft_answer(community.app, BRUNO, request, draft)
    later = community.clock.now() + 300 * DAY
    await place_hold(community.app, AMARA, journey.code_name, later, "A court asks for it.")
    with pytest.raises(Refused) as refused:
        await answers.confirm_answer(community.app, DMITRI, request)
    assert refused.value.code == DataRefusal.LEGAL_HOLD


@pytest.mark.harm("objection-changes-nothing")
async def test_a_granted_objection_to_what_events_are_told_takes_the_flag_and_the_words_away(
    community: Community,
) -> None:
    """P-9.4, P-9.6"""
    journey = await a_flagged_person(community)
    secret = await an_event(community)
    await send_list(community.app, secret, f"{OTHERS}\nsámuel example")
    await settle(community, BRUNO)
    assert await told_at(community, secret) == [TOLD]
    request = await objected(journey, "Please tell no events.")
    file = await answers.read_request(community.app, BRUNO, request)
    assert {each.effect: each.against for each in file.effects}[ObjectionEffect.NOT_TOLD] == ""
    assert TOLD in [each.words for each in file.effects]
    await answers.draft_answer(community.app, BRUNO, request, NOT_TOLD)
    assert await told_at(community, secret) == [TOLD]
    await answers.confirm_answer(community.app, DMITRI, request)
    assert await told_at(community, secret) == []
    async with community.units_of_work.read() as view:
        [stated] = (await view.records.stated_of(journey.id)).values()
    assert (stated.flagged, stated.summary, stated.summary_read_by) == (False, "", None)


@pytest.mark.harm("objection-changes-nothing")
async def test_words_that_are_objected_to_reach_no_event_before_somebody_has_read_them_anew(
    community: Community,
) -> None:
    """P-5.6, P-9.4"""
    journey = await a_flagged_person(community)
    secret = await an_event(community)
    await send_list(community.app, secret, f"{OTHERS}\nsámuel example")
    await settle(community, BRUNO)
    await answer(journey, await objected(journey, "These words are wrong."), READ_ANEW)
    assert await told_at(community, secret) is None
    await approve_summary(community.app, BRUNO, journey.code_name)
    assert await told_at(community, secret) == [TOLD]


@pytest.mark.harm("objection-hides-a-ban")
async def test_events_are_told_of_a_ban_that_stands_whoever_objects(community: Community) -> None:
    """P-9.6"""
    journey = await closed_after(community, a_ban())
    await state_summary(community.app, AMARA, journey.code_name, SummaryWords(flagged=True, summary=TOLD))
    request = await objected(journey)
    assert await code_of_refusal(journey, request, NOT_TOLD) == DataRefusal.IN_FORCE


@pytest.mark.harm("erased-what-is-needed")
async def test_what_the_law_keeps_stays_in_the_record(community: Community) -> None:
    """P-9.5"""
    journey = await a_flagged_person(community)
    later = community.clock.now() + 300 * DAY
    await place_hold(community.app, AMARA, journey.code_name, later, "A court asks for it.")
    assert await code_of_refusal(journey, await objected(journey), NOT_TOLD) == DataRefusal.LEGAL_HOLD


@pytest.mark.harm("objection-changes-nothing")
async def test_an_objection_is_not_granted_without_saying_what_follows(community: Community) -> None:
    """P-9.5"""
    journey = await closed(community)
    request = await objected(journey)
    assert await code_of_refusal(journey, request, AnswerInput(outcome=DataOutcome.GRANTED)) == "effect"
    refusing = AnswerInput(outcome=DataOutcome.REFUSED, refusal=DataRefusal.SAFETY, effect=ObjectionEffect.READ_ANEW)
    assert await code_of_refusal(journey, request, refusing) == "effect"
    assert await code_of_refusal(journey, request, NOT_TOLD) == "not_flagged"
    assert await code_of_refusal(journey, request, READ_ANEW) == "no_summary"


async def test_nothing_follows_from_another_request_but_what_it_asks(community: Community) -> None:
    """P-9.5"""
    journey = await closed(community)
    await personal_page.ask_about_data(community.app, await journey.receipt(), DataRequestKind.ACCESS, "")
    [request] = await waiting(community, BRUNO)
    assert await code_of_refusal(journey, request, shorter(community.clock.now() + 30 * DAY)) == "effect"
    assert (await answers.read_request(community.app, BRUNO, request)).effects == ()


async def test_a_reporter_who_objects_can_have_it_kept_shorter_and_nothing_else(community: Community) -> None:
    """P-2.12, P-9.5"""
    received = await community.report()
    await ask_as_reporter(community.app, ReceiptAccess(received.receipt), OBJECTION, "Keep it no longer.")
    [request] = await waiting(community, BRUNO)
    file = await answers.read_request(community.app, BRUNO, request)
    assert [each.effect for each in file.effects] == [ObjectionEffect.KEPT_SHORTER]
    with pytest.raises(Refused, match="not flagged"):
        await answers.draft_answer(community.app, BRUNO, request, NOT_TOLD)
