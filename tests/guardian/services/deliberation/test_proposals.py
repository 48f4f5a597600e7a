"""Proposals, ballots, closing by the clock, the Board, and counting again when a conflict comes to light."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.cases.case import CaseState
from guardian.cases.notes import Findings, Violation
from guardian.cases.procedure import StepState
from guardian.cases.proposals import Consequence, MarkKind
from guardian.errors import NotFound, Refused, Stale
from guardian.ids import MemberId, SpaceName
from guardian.notices.models import NoticeKind
from guardian.people.models import Group
from guardian.policy_file import read_policy
from guardian.presets import load_preset
from guardian.services.conflicts.recusal import recuse
from guardian.services.decisions import board_answers, enactment
from guardian.services.deliberation import proposals
from guardian.services.motions import motions
from guardian.services.notes.determination import write_findings
from guardian.services.operations import deadline_runner
from rules.conflicts import ConflictReason
from rules.ladder import Outcome
from rules.precedence import Restriction
from rules.procedure import Step
from rules.quorum import Answer, ProposalState
from tests.builders.community import (
    AMARA,
    BRUNO,
    CHIARA,
    DMITRI,
    ELENI,
    FARID,
    GRETA,
    HIROSHI,
    INES,
    TEXT,
    WORKING_GROUP,
    Community,
    a_community,
    a_member,
    a_role,
)
from tests.builders.journey import DAY, HOUR, a_ban, a_journey, a_suspension, a_warning
from tests.builders.pages import forms_of, open_pages, text_of

FRIENDS = ConflictReason.PERSONAL_RELATIONSHIP
FOUND = Findings("Insults in the help channel.", Violation.YES, "the reported person", "no")


async def test_two_others_who_agree_decide_once_the_time_to_object_is_over(community: Community) -> None:
    """P-5.1"""
    journey = await a_journey(community)
    await journey.vote(await journey.propose(), BRUNO, DMITRI)
    await journey.pass_time(47 * HOUR)
    assert (await journey.case()).state is CaseState.PROPOSED
    await journey.pass_time(HOUR)
    assert (await journey.case()).state is CaseState.AGREED


async def test_silence_is_not_agreement(community: Community) -> None:
    """P-5.1"""
    journey = await a_journey(community)
    await journey.vote(await journey.propose(), BRUNO)
    await journey.pass_time(49 * HOUR)
    assert (await journey.case()).state is CaseState.PROPOSED
    await journey.pass_time(12 * DAY)
    assert (await journey.case()).state is CaseState.WITH_BOARD


async def test_all_who_count_have_answered_and_nobody_waits_for_the_clock(community: Community) -> None:
    """P-5.1"""
    journey = await a_journey(community)
    assert (await journey.agree()).state is ProposalState.AGREED


async def test_a_severe_proposal_asks_for_more_than_half(community: Community) -> None:
    """P-5.1"""
    journey = await a_journey(community)
    await journey.vote(await journey.propose(a_ban()), BRUNO, DMITRI)
    await journey.pass_time(49 * HOUR)
    assert (await journey.case()).state is CaseState.PROPOSED
    assert (await journey.vote_on_newest(ELENI)).state is ProposalState.AGREED


async def test_a_members_mark_makes_a_proposal_severe(community: Community) -> None:
    """P-5.1"""
    journey = await a_journey(community)
    view = await journey.vote(await journey.propose(), BRUNO, DMITRI)
    assert not view.severe
    marked = await proposals.mark_proposal(community.app, FARID, view.id, MarkKind.LEGAL)
    assert marked.severe
    await journey.pass_time(49 * HOUR)
    assert (await journey.case()).state is CaseState.PROPOSED


async def test_a_standing_objection_asks_for_two_thirds_and_more_time(community: Community) -> None:
    """P-5.1"""
    journey = await a_journey(community)
    view = await journey.vote(await journey.propose(), BRUNO, DMITRI)
    view = await journey.vote(view, FARID, answer=Answer.OBJECT)
    await journey.pass_time(3 * DAY)
    assert (await journey.case()).state is CaseState.PROPOSED
    await journey.vote(view, ELENI)
    await journey.pass_time(4 * DAY)
    assert (await journey.case()).state is CaseState.AGREED


async def test_a_ballot_may_change_until_closing_and_not_after(community: Community) -> None:
    """P-5.1"""
    journey = await a_journey(community)
    view = await journey.vote(await journey.propose(), FARID, answer=Answer.OBJECT)
    assert (await journey.vote(view, FARID)).objecting == 0
    await journey.vote(view, BRUNO, CHIARA, DMITRI, ELENI)
    with pytest.raises(Refused) as refusal:
        await journey.vote(view, FARID, answer=Answer.OBJECT)
    assert refusal.value.code == "closed"


async def test_a_recused_members_ballot_is_removed_and_the_rest_counted_again(community: Community) -> None:
    """P-5.1, P-4.3"""
    journey = await a_journey(community)
    view = await journey.vote(await journey.propose(), BRUNO, DMITRI)
    await recuse(community.app, BRUNO, journey.code_name, FRIENDS)
    after = await journey.tally()
    assert (view.agreeing, len(after.agreeing), after.agreements_needed) == (3, 2, 1)
    await journey.pass_time(49 * HOUR)
    assert (await journey.case()).state is CaseState.PROPOSED


async def test_a_disclosure_after_agreement_opens_it_again_before_it_is_enacted(community: Community) -> None:
    """P-5.1"""
    journey = await a_journey(community)
    await journey.vote(await journey.propose(), BRUNO, DMITRI)
    await journey.pass_time(49 * HOUR)
    await recuse(community.app, BRUNO, journey.code_name, FRIENDS)
    assert (await journey.case()).state is CaseState.PROPOSED
    with pytest.raises(Refused):
        await enactment.enact(community.app, AMARA, journey.code_name)
    assert (await journey.vote_on_newest(ELENI)).state is ProposalState.AGREED


async def test_an_agreement_that_holds_without_the_recused_member_stays(community: Community) -> None:
    """P-5.1"""
    journey = await a_journey(community)
    await journey.agree()
    await recuse(community.app, BRUNO, journey.code_name, FRIENDS)
    assert (await journey.case()).state is CaseState.AGREED


async def test_members_who_joined_later_do_not_undo_what_was_agreed_before_them(community: Community) -> None:
    """P-5.1"""
    journey = await a_journey(community)
    await journey.vote(await journey.propose(a_ban()), BRUNO, DMITRI, ELENI)
    await journey.pass_time(49 * HOUR)
    async with community.units_of_work.begin() as uow:
        for number in (10, 11, 12):
            newcomer = a_member(
                MemberId(f"m{number}"), f"New{number} Comer", a_role(Group.WORKING_GROUP), number=number
            )
            await uow.people.add_member(newcomer)
    await recuse(community.app, FARID, journey.code_name, FRIENDS)
    assert (await journey.case()).state is CaseState.AGREED


async def test_with_fewer_than_three_who_count_the_board_decides(community: Community) -> None:
    """P-5.1"""
    journey = await a_journey(community)
    await journey.propose()
    for member in (DMITRI, ELENI, FARID, BRUNO):
        await recuse(community.app, member, journey.code_name, FRIENDS)
    assert (await journey.case()).state is CaseState.WITH_BOARD


async def test_somebody_who_does_not_take_part_cannot_vote_and_learns_nothing(community: Community) -> None:
    """P-4.2"""
    journey = await a_journey(community)
    view = await journey.propose()
    await recuse(community.app, FARID, journey.code_name, FRIENDS)
    with pytest.raises(NotFound) as walled:
        await proposals.vote(community.app, FARID, view.id, Answer.OBJECT)
    with pytest.raises(NotFound) as unknown:
        await proposals.vote(community.app, FARID, type(view.id)("no-such-proposal"), Answer.OBJECT)
    assert walled.value.sentence == unknown.value.sentence


async def test_a_moderator_does_not_vote(community: Community) -> None:
    journey = await a_journey(community)
    view = await journey.propose()
    with pytest.raises(Refused):
        await proposals.vote(community.app, INES, view.id, Answer.AGREE)


async def test_only_the_contact_person_proposes(community: Community) -> None:
    """P-5.1"""
    journey = await a_journey(community)
    with pytest.raises(Refused) as refusal:
        await journey.propose(by=BRUNO)
    assert refusal.value.code == "not_contact"


async def test_where_every_chair_has_stepped_back_another_member_proposes(community: Community) -> None:
    journey = await a_journey(community)
    await recuse(community.app, AMARA, journey.code_name, FRIENDS)
    assert (await journey.propose(by=BRUNO)).state is ProposalState.OPEN


@pytest.mark.parametrize(
    "consequence",
    [
        a_suspension(days=29),
        a_suspension(days=91),
        a_suspension(spaces=frozenset({SpaceName("discord")})),
        a_ban(term=timedelta(days=300)),
        Consequence(outcome=Outcome.EXTENDED_SUSPENSION, restriction=Restriction.SUSPENDED, term=timedelta(days=200)),
        Consequence(outcome=Outcome.OTHER, restriction=Restriction.BANNED),
        Consequence(
            outcome=Outcome.OTHER,
            restriction=Restriction.MUTED,
            term=timedelta(days=3),
            spaces=frozenset({SpaceName("mars")}),
        ),
        Consequence(outcome=Outcome.NO_ACTION, readmit=True),
    ],
)
async def test_a_consequence_that_the_ladder_does_not_hold_is_refused(
    community: Community, consequence: Consequence
) -> None:
    """P-5.2"""
    journey = await a_journey(community)
    with pytest.raises(Refused):
        await journey.propose(consequence)
    assert (await journey.case()).state is CaseState.OPEN


async def test_nobody_is_sanctioned_in_a_case_that_names_nobody(community: Community) -> None:
    case = await community.a_case()
    with pytest.raises(Refused) as refusal:
        await proposals.propose(community.app, AMARA, case.code_name, a_suspension())
    assert refusal.value.code == "no_person"


async def test_a_second_proposal_waits_for_the_first(community: Community) -> None:
    journey = await a_journey(community)
    await journey.propose()
    with pytest.raises(Refused):
        await journey.propose(a_warning())


async def test_a_proposal_is_taken_back_by_its_maker_alone(community: Community) -> None:
    journey = await a_journey(community)
    view = await journey.propose()
    with pytest.raises(Refused):
        await proposals.withdraw(community.app, BRUNO, view.id)
    await proposals.withdraw(community.app, AMARA, view.id)
    assert (await journey.case()).state is CaseState.OPEN
    await journey.pass_time(20 * DAY)
    assert (await journey.case()).state is CaseState.OPEN


async def test_the_silent_are_reminded_and_nobody_else(community: Community) -> None:
    journey = await a_journey(community)
    await journey.vote(await journey.propose(), BRUNO, DMITRI, ELENI)
    await journey.pass_time(24 * HOUR)
    near = [
        member
        for member in WORKING_GROUP
        for notice in await community.notices_to(member)
        if notice.kind is NoticeKind.DEADLINE_NEAR and "proposal" in notice.facts
    ]
    assert sorted(near) == [CHIARA, FARID]


async def test_the_clock_asked_twice_settles_once(community: Community) -> None:
    journey = await a_journey(community)
    await journey.vote(await journey.propose(), BRUNO, DMITRI)
    await journey.pass_time(49 * HOUR)
    await deadline_runner.run_due(community.app)
    assert len(await journey.decisions()) == 1


async def test_the_reporter_is_asked_before_anything_is_enacted_and_the_window_closes_by_itself(
    community: Community,
) -> None:
    """P-5.4"""
    journey = await a_journey(community)
    await journey.hold_hearing()
    await journey.agree()
    assert [n.facts["news"] for n in await journey.notices_to_reporter()] == ["asked_for_views"]
    with pytest.raises(Refused) as refusal:
        await enactment.enact(community.app, BRUNO, journey.code_name)
    assert refusal.value.code == "steps_missing"
    await journey.pass_time(72 * HOUR)
    assert (await journey.steps())[Step.FEEDBACK] == StepState.DONE


async def test_what_the_group_did_not_agree_on_lies_with_the_board_until_two_of_it_have_answered(
    community: Community,
) -> None:
    """P-5.1, P-8.4"""
    journey = await a_journey(community)
    await journey.hold_hearing()
    await journey.propose()
    await journey.pass_time(14 * DAY)
    assert NoticeKind.WITH_BOARD in await community.notice_kinds_to(CHIARA)
    await board_answers.record_answer(community.app, CHIARA, journey.code_name, a_warning())
    with pytest.raises(Refused) as refusal:
        await board_answers.confirm_answer(community.app, CHIARA, journey.code_name)
    assert refusal.value.code == "own_answer"
    await board_answers.confirm_answer(community.app, GRETA, journey.code_name)
    (decision,) = await journey.decisions()
    assert decision.by_board
    assert (await journey.case()).state is CaseState.AGREED


@pytest.mark.harm("confirmed-without-being-read")
async def test_a_second_of_the_board_confirms_no_answer_but_the_one_that_they_read(community: Community) -> None:
    """P-8.4"""
    journey = await a_journey(community)
    await journey.propose()
    await journey.pass_time(14 * DAY)
    await board_answers.record_answer(community.app, CHIARA, journey.code_name, a_warning())
    async with community.units_of_work.read() as view:
        before = await view.deliberation.board_answer_on(journey.id)
    assert before is not None
    await board_answers.record_answer(community.app, CHIARA, journey.code_name, a_ban())
    with pytest.raises(Stale):
        await board_answers.confirm_answer(community.app, GRETA, journey.code_name, read=before.id)
    assert await journey.decisions() == ()


async def test_the_board_is_reminded_of_what_lies_with_it(community: Community) -> None:
    """P-8.4"""
    journey = await a_journey(community)
    await journey.propose()
    await journey.pass_time(14 * DAY)
    before = len(await community.notices_to(CHIARA))
    await journey.pass_time(7 * DAY)
    assert len(await community.notices_to(CHIARA)) > before


async def test_a_board_member_sees_no_case_that_does_not_lie_with_the_board(community: Community) -> None:
    journey = await a_journey(community)
    with pytest.raises(NotFound):
        await board_answers.record_answer(community.app, GRETA, journey.code_name, a_warning())


async def test_chipys_organisers_have_to_approve_a_suspension_before_it_is_enacted(tmp_path: Path) -> None:
    """P-5.1"""
    async with a_community(tmp_path, policy=read_policy(load_preset("chipy"))) as community:
        journey = await a_journey(community)
        await journey.hold_hearing()
        assert (await journey.agree()).state is ProposalState.AWAITING_APPROVAL
        with pytest.raises(Refused):
            await enactment.enact(community.app, BRUNO, journey.code_name)
        read = await journey.report_before_motion()
        await motions.record_motion(community.app, GRETA, journey.code_name, granted=True, read=read)
        with pytest.raises(Refused):
            await motions.confirm_motion(community.app, GRETA, journey.code_name, read=read)
        with pytest.raises(Stale):
            await motions.confirm_motion(community.app, HIROSHI, journey.code_name, granted=False, read=read)
        await motions.confirm_motion(community.app, HIROSHI, journey.code_name, read=read)
        assert (await journey.case()).state is CaseState.AGREED


@pytest.mark.harm("decision-that-nobody-can-approve")
async def test_organisers_find_on_the_console_what_waits_for_their_motion_and_nothing_else_of_the_case(
    tmp_path: Path,
) -> None:
    """P-5.1, P-8.5"""
    async with a_community(tmp_path, policy=read_policy(load_preset("chipy"))) as community:
        journey = await a_journey(community)
        await journey.agree()
        async with open_pages(community) as pages:
            page = f"/console/cases/{journey.code_name}"
            await write_findings(community.app, DMITRI, journey.code_name, FOUND)
            await pages.sign_in(community, DMITRI)
            await pages.fill(page, f"{page}/motion/report", **{"motion-report": "It went on for months."})
            await pages.sign_in(community, GRETA)
            shown = text_of(await pages.get(page))
            assert "a short suspension" in shown
            assert "It went on for months." in shown
            assert FOUND.what_happened in shown
            assert TEXT not in shown
            await pages.fill(page, f"{page}/motion", motion="yes")
            await pages.sign_in(community, HIROSHI)
            button = next(form for form in forms_of(await pages.get(page)) if form.action.endswith("/motion/confirm"))
            await pages.post(button.action, button.fields)
        assert (await journey.case()).state is CaseState.AGREED


async def test_what_the_organisers_decline_is_open_again(tmp_path: Path) -> None:
    """P-5.1"""
    async with a_community(tmp_path, policy=read_policy(load_preset("chipy"))) as community:
        journey = await a_journey(community)
        await journey.agree()
        read = await journey.report_before_motion()
        await motions.record_motion(community.app, GRETA, journey.code_name, granted=False, read=read)
        await motions.confirm_motion(community.app, HIROSHI, journey.code_name, read=read)
        assert (await journey.case()).state is CaseState.OPEN
        assert await journey.decisions() == ()


async def test_a_motion_is_not_taken_where_no_policy_asks_for_one(community: Community) -> None:
    journey = await a_journey(community)
    await journey.propose()
    with pytest.raises(NotFound):
        await motions.record_motion(community.app, GRETA, journey.code_name, granted=True, read="")


async def test_members_notices_of_a_proposal_carry_no_content(community: Community) -> None:
    journey = await a_journey(community)
    await journey.propose(replace(a_suspension(), summary="insults in the help channel"))
    (notice,) = [n for n in await community.notices_to(DMITRI) if n.kind is NoticeKind.PROPOSAL_OPEN]
    assert set(notice.facts) == {"proposal", "closes", "code_name"}
