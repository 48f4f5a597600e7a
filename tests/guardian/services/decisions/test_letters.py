"""The person learns for what: in the hearing and in the decision, and in no words that a second member has not read."""

from dataclasses import replace

import pytest
from mypy import api

from guardian.cases.case import PartyRole
from guardian.cases.drafts import DraftKind, DraftState
from guardian.cases.proposals import Consequence
from guardian.errors import Refused
from guardian.notices.models import NoticeKind
from guardian.services.decisions import drafts, enactment
from guardian.services.deliberation import procedure
from guardian.services.parties import personal_page
from rules.ladder import Outcome
from rules.procedure import Step, Unsaid
from tests.builders.community import AMARA, BRUNO, DMITRI, Community
from tests.builders.journey import BEHAVIOUR, DAY, HOUR, Journey, a_journey, a_suspension, an_extended_suspension

GIVES_AWAY = "Says sorry to Robin, who reported it."
SUMMARY = "Wrote to newcomers that they should not be here."
UNREAD_SENDING = """
from datetime import datetime
from guardian.cases.case import Case
from guardian.cases.drafts import Draft
from guardian.cases.proposals import Ballot, Consequence
from guardian.cases.unilateral_acts import UnilateralAct
from guardian.ids import PersonId
from guardian.notices.models import NoticeKind
from guardian.notices.party_facts import ReadText
from guardian.services.context import UnitOfWork
from guardian.services.notify import notify_account_owner, notify_person, notify_reporters
from guardian.ids import AccountId

async def send(uow: UnitOfWork, case: Case, draft: Draft, said: Consequence, act: UnilateralAct, read: ReadText) -> None:
    await notify_person(uow, case, PersonId("p"), NoticeKind.DECISION, {"text": draft.text})
    await notify_person(uow, case, PersonId("p"), NoticeKind.DECISION, {"conditions": said.conditions})
    await notify_person(uow, case, PersonId("p"), NoticeKind.DECISION, {"text": said.summary, "ends": datetime.now()})
    await notify_person(uow, case, PersonId("p"), NoticeKind.ACTED, {"text": act.reason})
    await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS, {"text": case.outcome})
    await notify_account_owner(uow, case, AccountId("a"), NoticeKind.OWNER_LINK_KEPT, {"text": act.statement})
    await notify_person(uow, case, PersonId("p"), NoticeKind.DECISION, {"text": read})
"""


@pytest.mark.harm("unread-words-leave")
def test_sending_a_party_a_text_that_nobody_has_read_does_not_type_check() -> None:
    """P-5.6: six fields that somebody filled are refused; what a second member has read is not."""
    found, _, _ = api.run(["--config-file", "pyproject.toml", "-c", UNREAD_SENDING])
    wrong = [line.partition(": error: ")[0] for line in found.splitlines() if ": error: " in line]
    assert wrong == [f"<string>:{line}" for line in range(15, 21)], found


@pytest.mark.harm("heard-without-learning-for-what")
async def test_the_hearing_says_what_was_reported_in_words_that_two_have_read(community: Community) -> None:
    """P-5.5"""
    journey = await a_journey(community)
    await journey.begin_hearing()
    (notice,) = await journey.notices_to_person(NoticeKind.HEARING)
    assert notice.facts["text"] == BEHAVIOUR


@pytest.mark.harm("heard-without-learning-for-what")
async def test_nobody_is_asked_to_answer_before_a_second_member_has_read_what_to(community: Community) -> None:
    """P-5.5"""
    journey = await a_journey(community)
    await journey.write(DraftKind.HEARING, "Robin says that you shouted at them.")
    with pytest.raises(Refused) as refusal:
        await procedure.begin_hearing(community.app, AMARA, journey.code_name)
    assert refusal.value.code == "words_missing"
    assert await journey.notices_to_person() == []


@pytest.mark.harm("unread-words-leave")
async def test_words_for_the_hearing_that_were_written_anew_are_read_anew(community: Community) -> None:
    """P-5.6"""
    journey = await a_journey(community)
    await journey.have_read(DraftKind.HEARING, BEHAVIOUR)
    await journey.write(DraftKind.HEARING, "Robin says that you shouted at them.")
    with pytest.raises(Refused):
        await procedure.begin_hearing(community.app, AMARA, journey.code_name)


async def test_two_members_may_leave_out_what_was_done_and_why_stands_on_record(community: Community) -> None:
    """P-5.5"""
    journey = await a_journey(community)
    await procedure.request_skip(community.app, AMARA, journey.code_name, Step.BEHAVIOUR, "It would name the reporter.")
    await procedure.confirm_skip(community.app, DMITRI, journey.code_name, Step.BEHAVIOUR)
    await procedure.begin_hearing(community.app, AMARA, journey.code_name)
    (notice,) = await journey.notices_to_person(NoticeKind.HEARING)
    assert "text" not in notice.facts


@pytest.mark.harm("heard-without-learning-for-what")
async def test_an_answer_to_the_person_does_not_stand_for_their_hearing(community: Community) -> None:
    """P-3.5"""
    journey = await a_journey(community)
    await journey.have_read(DraftKind.ANSWER, "We have your mail.")
    async with community.units_of_work.read() as view:
        assert not await procedure.was_asked(view, await journey.case(), journey.person)


@pytest.mark.harm("suspended-without-learning-for-what")
async def test_the_letter_is_drafted_from_the_summary_and_the_conditions(community: Community) -> None:
    """P-5.5"""
    journey = await a_journey(community)
    await journey.enact(an_extended_suspension(summary=SUMMARY, impact="Two of them left."))
    (notice,) = await journey.notices_to_person(NoticeKind.DECISION)
    said = [SUMMARY, "Two of them left.", "Talk with a mediator first."]
    assert [each for each in said if each not in notice.facts["text"]] == []


@pytest.mark.harm("suspended-without-learning-for-what")
async def test_a_proposal_without_a_summary_says_what_the_hearing_said(community: Community) -> None:
    """P-5.5"""
    journey = await a_journey(community)
    await journey.enact(a_suspension())
    (notice,) = await journey.notices_to_person(NoticeKind.DECISION)
    assert BEHAVIOUR in notice.facts["text"]


@pytest.mark.harm("unread-words-leave")
async def test_whoever_proposed_the_words_is_not_their_second_reader(community: Community) -> None:
    """P-5.6"""
    journey = await a_journey(community)
    await journey.hold_hearing()
    await journey.agree(a_suspension(summary=GIVES_AWAY))
    with pytest.raises(Refused) as refusal:
        await drafts.approve_draft(community.app, AMARA, (await journey.drafts())[-1].id)
    assert refusal.value.code == "own_draft"


@pytest.mark.harm("unread-words-leave")
async def test_conditions_that_nobody_has_read_reach_the_person_nowhere(community: Community) -> None:
    """P-5.6: neither in the standard text nor on the page."""
    journey = await a_journey(community)
    await journey.prepare_decision(an_extended_suspension(conditions=GIVES_AWAY), letter=False)
    await enactment.enact(community.app, BRUNO, journey.code_name, unread=True)
    await journey.pass_time(25 * HOUR)
    told = await journey.notices_to_person()
    page = await personal_page.read_page(community.app, await journey.receipt())
    assert len(told) == 2
    assert "Robin" not in repr((told, page))


@pytest.mark.harm("suspended-without-learning-for-what")
async def test_enacting_without_a_read_letter_says_what_the_person_will_not_learn_and_asks(
    community: Community,
) -> None:
    """P-5.6"""
    journey = await a_journey(community)
    await journey.prepare_decision(an_extended_suspension(), letter=False)
    preview = await enactment.preview_enactment(community.app, BRUNO, journey.code_name)
    with pytest.raises(Refused) as refusal:
        await enactment.enact(community.app, BRUNO, journey.code_name)
    assert preview.unsaid == (Unsaid.BEHAVIOUR, Unsaid.CONDITIONS)
    assert "what it is that they did; the person will not learn the conditions" in refusal.value.sentence


@pytest.mark.harm("suspended-without-learning-for-what")
async def test_a_read_letter_leaves_nothing_to_ask(community: Community) -> None:
    """P-5.6"""
    journey = await a_journey(community)
    await journey.prepare_decision(an_extended_suspension())
    assert (await enactment.preview_enactment(community.app, BRUNO, journey.code_name)).unsaid == ()


@pytest.mark.harm("suspended-without-learning-for-what")
async def test_the_standard_text_goes_only_when_the_time_for_a_letter_runs_out(community: Community) -> None:
    """P-5.6: also where nobody has written one, the members are asked for it first."""
    journey = await unwritten(community)
    await enactment.enact(community.app, BRUNO, journey.code_name, unread=True)
    assert await journey.notices_to_person(NoticeKind.DECISION) == []
    assert [n.facts.get("ask") for n in await community.notices_to(DMITRI)][-1] == "write"
    await journey.pass_time(25 * HOUR)
    assert len(await journey.notices_to_person(NoticeKind.DECISION)) == 1


@pytest.mark.harm("suspended-without-learning-for-what")
async def test_a_letter_that_is_read_late_still_reaches_the_person(community: Community) -> None:
    """P-5.6"""
    journey = await unwritten(community)
    await enactment.enact(community.app, BRUNO, journey.code_name, unread=True)
    await journey.pass_time(2 * DAY)
    await journey.have_read(DraftKind.DECISION, BEHAVIOUR)
    standard, letter = await journey.notices_to_person(NoticeKind.DECISION)
    assert "text" not in standard.facts
    assert letter.facts["text"] == BEHAVIOUR
    assert (await journey.drafts())[-1].state is DraftState.SENT


@pytest.mark.harm("suspended-without-learning-for-what")
async def test_whom_a_safety_measure_restricts_at_once_hears_of_it_at_once_and_gets_the_letter_later(
    community: Community,
) -> None:
    """P-5.5: telling never delays a safety measure, and the measure does not silence the telling."""
    journey = await a_journey(community, danger=True)
    await journey.prepare_decision(letter=False)
    await enactment.enact(community.app, BRUNO, journey.code_name, unread=True)
    assert len(await journey.notices_to_person(NoticeKind.DECISION)) == 1
    await journey.read_letter()
    assert BEHAVIOUR in (await journey.notices_to_person(NoticeKind.DECISION))[-1].facts["text"]


@pytest.mark.harm("suspended-without-learning-for-what")
async def test_the_letter_of_an_earlier_decision_does_not_go_with_a_later_one(community: Community) -> None:
    """P-5.6: it would tell the person what was decided before."""
    journey = await a_journey(community)
    await journey.prepare_decision(letter=False)
    await enactment.enact(community.app, BRUNO, journey.code_name, unread=True)
    await journey.pass_time(2 * DAY)
    first = (await journey.drafts())[-1]
    await journey.agree(replace(a_suspension(), outcome=Outcome.SHORT_SUSPENSION, summary=SUMMARY))
    await drafts.approve_draft(community.app, DMITRI, first.id)
    await journey.pass_time(73 * HOUR)
    assert (await enactment.preview_enactment(community.app, BRUNO, journey.code_name)).unsaid == (Unsaid.BEHAVIOUR,)


@pytest.mark.harm("suspended-without-learning-for-what")
async def test_reporters_who_are_told_that_nothing_follows_are_told_why_or_somebody_is_asked(
    community: Community,
) -> None:
    """P-5.5"""
    journey = await a_journey(community)
    await journey.prepare_decision(Consequence(outcome=Outcome.NO_ACTION))
    preview = await enactment.preview_enactment(community.app, BRUNO, journey.code_name)
    assert preview.unsaid == (Unsaid.REASON,)
    await journey.have_read(DraftKind.DECISION, "Both have spoken with each other.", PartyRole.REPORTER)
    await enactment.enact(community.app, BRUNO, journey.code_name)
    assert (await journey.notices_to_reporter())[-1].facts["text"] == "Both have spoken with each other."


async def unwritten(community: Community) -> Journey:
    """A decision of which nobody has said what was done, neither to the person nor in the proposal."""
    journey = await a_journey(community)
    for step in (Step.BEHAVIOUR, Step.HEARING):
        await procedure.request_skip(community.app, AMARA, journey.code_name, step, "They hide.")
        await procedure.confirm_skip(community.app, DMITRI, journey.code_name, step)
    await journey.agree()
    await journey.pass_time(73 * HOUR)
    return journey
