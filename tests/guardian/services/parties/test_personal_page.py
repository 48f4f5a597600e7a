"""The personal page, and the way back: heard, told, asking to return, answered, and never forgotten."""

from dataclasses import replace

import pytest

from guardian.cases.case import CaseKind, CaseState
from guardian.cases.procedure import StepState
from guardian.cases.proposals import Consequence
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, SanctionId, new_id, new_reference
from guardian.notices.models import News, NoticeKind
from guardian.sanctions.lifting import lift
from guardian.sanctions.models import Authority, LiftingCause
from guardian.services.conflicts.recusal import recuse
from guardian.services.decisions import board_answers, closing, enactment
from guardian.services.deliberation import proposals
from guardian.services.parties import personal_page
from rules.conflicts import ConflictReason
from rules.ladder import AuthorityKind, Outcome, TermState
from rules.precedence import AccessLevel
from rules.procedure import Step
from rules.quorum import Answer
from tests.builders.community import AMARA, BRUNO, CHIARA, DMITRI, ELENI, GRETA, HIROSHI, WORKING_GROUP, Community
from tests.builders.journey import (
    DAY,
    HOUR,
    OTHERS,
    Journey,
    a_ban,
    a_journey,
    a_suspension,
    a_warning,
    an_extended_suspension,
    journey_in,
    newest_case,
)

YES = Consequence(outcome=Outcome.NO_ACTION, readmit=True)
NO = Consequence(outcome=Outcome.NO_ACTION, readmit=False)


async def asked(community: Community, journey: Journey) -> Journey:
    """The person has asked to return; the journey of that request."""
    await personal_page.submit_readmission_request(community.app, await journey.receipt(), "I would like to come back.")
    return await journey_in(community, await newest_case(community), journey.person_code)


async def answered(community: Community, request: Journey, answer: Consequence) -> None:
    """All members have agreed to the answer, and it has been enacted."""
    view = await proposals.propose(community.app, AMARA, request.code_name, answer)
    for member in OTHERS:
        view = await proposals.vote(community.app, member, view.id, Answer.AGREE)
    await enactment.enact(community.app, BRUNO, request.code_name)


async def test_words_on_the_page_reach_those_who_decide_and_end_the_waiting(community: Community) -> None:
    """P-3.5"""
    journey = await a_journey(community)
    receipt = await journey.begin_hearing()
    await personal_page.give_hearing_answer(community.app, receipt, "I did not know that it hurt.")
    file = await community.read_case(DMITRI, journey.code_name)
    assert "I did not know that it hurt." in str(file)
    assert (await journey.steps())[Step.HEARING] == StepState.DONE


async def test_the_page_says_nothing_that_names_anybody(community: Community) -> None:
    """P-2.6, P-3.1"""
    journey = await a_journey(community, what_happened="Robin was insulted by grumbler.")
    receipt = await journey.hold_hearing()
    page = str(await personal_page.read_page(community.app, receipt))
    assert not [word for word in ("Robin", journey.code_name, journey.person_code, "Amara") if word in page]


@pytest.mark.parametrize("receipt", ["", "wrong", "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-A", "reporter"])
async def test_every_wrong_receipt_gets_the_same_answer(community: Community, receipt: str) -> None:
    received = await community.report()
    typed = received.receipt if receipt == "reporter" else receipt
    with pytest.raises(NotFound) as answer:
        await personal_page.read_page(community.app, typed)
    with pytest.raises(NotFound) as other:
        await personal_page.submit_readmission_request(community.app, "nonsense", "Please.")
    assert answer.value.sentence == other.value.sentence


async def test_a_receipt_is_taken_without_dashes_and_in_any_case(community: Community) -> None:
    journey = await a_journey(community)
    receipt = await journey.begin_hearing()
    assert (await personal_page.read_page(community.app, receipt.replace("-", " ").lower())).matters


@pytest.mark.parametrize("text", [" ", "x" * 40_001])
async def test_an_empty_or_endless_text_is_refused_with_a_clear_word(community: Community, text: str) -> None:
    journey = await a_journey(community)
    receipt = await journey.begin_hearing()
    with pytest.raises(Refused) as refusal:
        await personal_page.give_hearing_answer(community.app, receipt, text)
    assert refusal.value.code in ("empty", "too_long")


async def test_a_term_that_is_over_is_named_so_and_the_person_is_told_that_they_may_ask(community: Community) -> None:
    """P-6.2"""
    journey = await a_journey(community)
    await journey.enact()
    await journey.pass_time(60 * DAY)
    assert await journey.access_level() is AccessLevel.BARRED
    assert len(await journey.notices_to_person(NoticeKind.MAY_REQUEST_READMISSION)) == 1
    page = await personal_page.read_page(community.app, await journey.receipt())
    assert page.may_request_readmission
    assert page.sanctions[0].state is TermState.AWAITING
    assert NoticeKind.TERM_OVER in await community.notice_kinds_to(DMITRI)


async def test_access_returns_when_readmission_is_granted(community: Community) -> None:
    """P-6.2"""
    journey = await a_journey(community)
    await journey.enact()
    await journey.pass_time(61 * DAY)
    request = await asked(community, journey)
    assert (await request.case()).kind is CaseKind.READMISSION
    await answered(community, request, YES)
    assert await journey.access_level() is AccessLevel.OPEN
    (told,) = await journey.notices_to_person(NoticeKind.READMISSION_ANSWERED)
    assert told.facts["answer"] == "yes"


async def test_granted_before_the_end_access_returns_at_the_end_and_not_before(community: Community) -> None:
    """P-6.2"""
    journey = await a_journey(community)
    await journey.enact()
    await journey.pass_time(50 * DAY)
    await answered(community, await asked(community, journey), YES)
    assert await journey.access_level() is AccessLevel.BARRED
    await journey.pass_time(10 * DAY)
    assert await journey.access_level() is AccessLevel.OPEN
    assert await journey.notices_to_person(NoticeKind.MAY_REQUEST_READMISSION) == []


async def test_asking_far_too_early_is_refused_with_the_date(community: Community) -> None:
    """P-6.2"""
    journey = await a_journey(community)
    await journey.enact()
    with pytest.raises(Refused) as refusal:
        await asked(community, journey)
    assert refusal.value.code == "too_early"


async def test_a_request_that_was_declined_leaves_the_restriction_and_may_be_made_again(community: Community) -> None:
    """P-6.2"""
    journey = await a_journey(community)
    await journey.enact()
    await journey.pass_time(61 * DAY)
    await answered(community, await asked(community, journey), NO)
    assert await journey.access_level() is AccessLevel.BARRED
    again = await asked(community, journey)
    assert (await again.case()).state is CaseState.OPEN


async def test_a_second_request_joins_the_first(community: Community) -> None:
    journey = await a_journey(community)
    await journey.enact()
    await journey.pass_time(61 * DAY)
    first = await asked(community, journey)
    second = await asked(community, journey)
    assert first.id == second.id


async def test_an_unanswered_request_goes_to_the_board(community: Community) -> None:
    """P-6.2"""
    journey = await a_journey(community)
    await journey.enact()
    await journey.pass_time(61 * DAY)
    request = await asked(community, journey)
    await journey.pass_time(13 * DAY)
    assert (await request.case()).state is CaseState.OPEN
    await journey.pass_time(DAY)
    assert (await request.case()).state is CaseState.WITH_BOARD
    await board_answers.record_answer(community.app, CHIARA, request.code_name, YES)
    await board_answers.confirm_answer(community.app, GRETA, request.code_name)
    await enactment.enact(community.app, BRUNO, request.code_name)
    assert await journey.access_level() is AccessLevel.OPEN


async def test_an_extended_suspension_ends_only_when_its_conditions_are_shown_to_be_met(community: Community) -> None:
    """P-5.2"""
    journey = await a_journey(community)
    await journey.enact(an_extended_suspension())
    await journey.pass_time(121 * DAY)
    request = await asked(community, journey)
    with pytest.raises(Refused) as refusal:
        await answered(community, request, YES)
    assert refusal.value.code == "conditions_open"
    met = Consequence(outcome=Outcome.NO_ACTION, readmit=True, conditions="The mediator has written to us.")
    await answered(community, request, met)
    assert await journey.access_level() is AccessLevel.OPEN


@pytest.mark.harm("follower-without-conditions")
async def test_somebody_of_a_raid_returns_only_when_the_conditions_are_met(community: Community) -> None:
    """P-5.2"""
    journey = await a_journey(community)
    await journey.enact(an_extended_suspension())
    async with community.units_of_work.begin() as uow:
        person = await uow.people.person_by_code_name(journey.person_code)
        assert person is not None
        [leader] = await uow.sanctions.of_person(person.id)
        authority = Authority(AuthorityKind.DECISION, leader.id)
        follower = replace(
            leader, id=SanctionId(new_id()), authority=authority, reference=new_reference(), leader=leader.id, version=0
        )
        await uow.sanctions.add_sanction(follower)
        await lift(uow, leader, uow.now, LiftingCause.REVERSAL, "service", "a test")
    await journey.pass_time(121 * DAY)
    request = await asked(community, journey)
    with pytest.raises(Refused) as refusal:
        await answered(community, request, YES)
    assert refusal.value.code == "conditions_open"


async def test_a_permanent_ban_opens_no_request(community: Community) -> None:
    """P-5.2"""
    journey = await a_journey(community)
    await journey.enact(a_ban())
    await journey.pass_time(500 * DAY)
    with pytest.raises(Refused) as refusal:
        await asked(community, journey)
    assert refusal.value.code == "nothing_to_ask"


async def test_who_may_ask_is_reminded_after_one_and_three_months_and_the_group_every_year(
    community: Community,
) -> None:
    """P-6.2"""
    journey = await a_journey(community)
    await journey.enact()
    reminded = []
    for days in (60, 29, 1, 59, 1, 274, 1):
        await journey.pass_time(days * DAY)
        yearly = [n for n in await community.notices_to(DMITRI) if n.facts.get("look") == "yearly"]
        reminded.append((len(await journey.notices_to_person(NoticeKind.MAY_REQUEST_READMISSION)), len(yearly)))
    assert reminded == [(1, 0), (1, 0), (2, 0), (2, 0), (3, 0), (3, 0), (3, 1)]


async def test_a_term_that_ends_on_a_person_never_told_goes_to_the_group(community: Community) -> None:
    """P-6.2"""
    journey = await a_journey(community)
    await journey.prepare_decision()
    done = await enactment.enact(community.app, BRUNO, journey.code_name)
    await journey.record_notification(done, proof=None)
    before = (await community.notice_kinds_to(ELENI)).count(NoticeKind.NOT_NOTIFIED)
    await journey.pass_time(60 * DAY)
    assert (await community.notice_kinds_to(ELENI)).count(NoticeKind.NOT_NOTIFIED) == before + 1


async def test_who_stepped_back_from_the_matter_does_not_hear_of_the_request_either(community: Community) -> None:
    """P-4.3"""
    journey = await a_journey(community)
    await journey.enact()
    await recuse(community.app, ELENI, journey.code_name, ConflictReason.SAME_EMPLOYER)
    await journey.pass_time(61 * DAY)
    await asked(community, journey)
    assert await community.who_was_notified(NoticeKind.READMISSION_REQUESTED) == set(WORKING_GROUP) - {ELENI}


async def test_a_request_to_look_again_goes_to_the_board_and_changes_nothing_by_itself(community: Community) -> None:
    """P-5.7"""
    journey = await a_journey(community)
    await journey.enact()
    receipt = await journey.receipt()
    await personal_page.request_board_reconsideration(community.app, receipt, "Please look again.")
    asked_of = [n for n in await community.notices_to(CHIARA) if n.facts.get("cause") == "reconsideration"]
    assert len(asked_of) == 1
    assert (await journey.case()).state is CaseState.WITH_BOARD
    assert (await community.read_case(HIROSHI, journey.code_name)).reports
    assert await journey.access_level() is AccessLevel.BARRED


async def board_answered(community: Community, journey: Journey, consequence: Consequence) -> None:
    """The Board has answered, and the group has carried it out."""
    await board_answers.record_answer(community.app, GRETA, journey.code_name, consequence)
    await board_answers.confirm_answer(community.app, HIROSHI, journey.code_name)
    await journey.read_letter()
    await journey.pass_time(73 * HOUR)
    done = await enactment.enact(community.app, BRUNO, journey.code_name)
    await journey.record_notification(done)


async def test_what_the_board_upholds_runs_on_and_the_person_is_told_so(community: Community) -> None:
    """P-5.7: asking costs nobody a day."""
    journey = await a_journey(community)
    await journey.enact()
    before = await journey.sanctions()
    await personal_page.request_board_reconsideration(community.app, await journey.receipt(), "Please look again.")
    await board_answered(community, journey, a_suspension())
    assert [(s.id, s.ends, s.lifting) for s in await journey.sanctions()] == [(s.id, s.ends, None) for s in before]
    first, second = await journey.notices_to_person(NoticeKind.DECISION)
    assert second.facts["ends"] == first.facts["ends"] != ""


async def test_what_the_board_changes_takes_the_place_of_the_decision(community: Community) -> None:
    """P-5.7, P-6.3"""
    journey = await a_journey(community)
    await journey.enact()
    await personal_page.request_board_reconsideration(community.app, await journey.receipt(), "Please look again.")
    await board_answered(community, journey, Consequence(outcome=Outcome.NO_VIOLATION))
    assert await journey.access_level() is AccessLevel.OPEN
    assert (await journey.notices_to_person(NoticeKind.DECISION))[-1].facts["outcome"] == Outcome.NO_VIOLATION


async def test_a_closed_case_goes_to_the_board_as_well(community: Community) -> None:
    """P-5.7"""
    journey = await a_journey(community)
    await journey.enact(a_warning())
    await closing.close(community.app, AMARA, journey.code_name, "A warning.")
    await personal_page.request_board_reconsideration(community.app, await journey.receipt(), "Please look again.")
    assert (await journey.case()).state is CaseState.WITH_BOARD
    await board_answered(community, journey, Consequence(outcome=Outcome.NO_VIOLATION))
    assert (await journey.case()).state is CaseState.IN_FORCE


@pytest.mark.harm("decides-twice")
async def test_nobody_who_took_part_in_the_decision_answers_for_the_board(community: Community) -> None:
    """P-5.7: Chiara is the liaison, and has voted."""
    journey = await a_journey(community)
    await journey.enact()
    await personal_page.request_board_reconsideration(community.app, await journey.receipt(), "Please look again.")
    with pytest.raises(Refused, match="took part"):
        await board_answers.record_answer(community.app, CHIARA, journey.code_name, a_suspension())
    await board_answers.record_answer(community.app, GRETA, journey.code_name, a_suspension())
    with pytest.raises(Refused, match="took part"):
        await board_answers.confirm_answer(community.app, CHIARA, journey.code_name)


@pytest.mark.harm("decides-twice")
async def test_where_too_few_of_the_board_had_no_part_people_are_told_to_seat_others(community: Community) -> None:
    """P-5.7: the request stays open meanwhile."""
    journey = await a_journey(community)
    await journey.enact()
    await end_seats(community, HIROSHI)
    await personal_page.request_board_reconsideration(community.app, await journey.receipt(), "Please look again.")
    told = [n for n in await community.notices_to(AMARA) if n.facts.get("news") == News.BOARD_LACKS_OTHERS]
    assert len(told) == 1
    assert (await journey.case()).state is CaseState.WITH_BOARD


async def end_seats(community: Community, member: MemberId) -> None:
    """The member has left."""
    async with community.units_of_work.begin() as uow:
        found = await uow.people.member(member)
        assert found is not None
        await uow.people.save_member(replace(found, ended_at=uow.now))


async def test_nothing_is_reconsidered_that_was_not_decided(community: Community) -> None:
    journey = await a_journey(community)
    receipt = await journey.begin_hearing()
    with pytest.raises(Refused):
        await personal_page.request_board_reconsideration(community.app, receipt, "Please.")


async def test_a_decision_not_yet_enacted_does_not_show_on_the_page(community: Community) -> None:
    journey = await a_journey(community)
    receipt = await journey.hold_hearing()
    await journey.agree()
    await journey.pass_time(73 * HOUR)
    page = await personal_page.read_page(community.app, receipt)
    assert page.sanctions == ()
    assert page.matters[0].outcome == ""
