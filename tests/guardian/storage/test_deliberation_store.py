"""The store of deliberation and of acts: what goes in comes out, nothing is overwritten unseen, and no text lies open."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from guardian.cases.case import Case, CaseKind, CaseState, PartyRole
from guardian.cases.drafts import Draft, DraftKind, DraftState
from guardian.cases.procedure import CaseStep, StepState
from guardian.cases.proposals import (
    Ballot,
    BoardAnswer,
    BoardRequest,
    Consequence,
    Decision,
    Mark,
    MarkKind,
    Motion,
    Proposal,
)
from guardian.cases.unilateral_acts import ActReview, ActState, Stop, StopState, UnilateralAct
from guardian.errors import Stale
from guardian.ids import CaseId, DecisionId, DraftId, MemberId, PersonId, ProposalId, ReportId, SpaceName, new_id
from guardian.storage.data_key_store import KeyScope
from guardian.storage.unit_of_work import SqlUnitOfWork, SqlUnitOfWorkFactory
from rules.ladder import Outcome
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import Restriction
from rules.procedure import Step
from rules.quorum import Answer
from rules.unilateral import Ground, ReviewAnswer

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
CASE = CaseId("case-1")
PERSON = PersonId("person-1")
AMARA, BRUNO = MemberId("amara"), MemberId("bruno")
FULL = Consequence(
    outcome=Outcome.OTHER,
    restriction=Restriction.MUTED,
    term=timedelta(days=3),
    on_term_end=OnTermEnd.LIFT,
    spaces=frozenset({SpaceName("forum"), SpaceName("discord")}),
    conditions="a condition in words",
    summary="a summary in words",
    legal=True,
    consent_of_all=True,
    readmit=False,
    removal=True,
)
STEP = CaseStep(
    case=CASE,
    kind=Step.HEARING,
    state=StepState.SKIP_REQUESTED,
    at=NOW,
    by="amara",
    reason="a reason in words",
    confirmed_by=None,
    until=LATER,
)
PROPOSAL = Proposal(
    id=ProposalId("proposal-1"), case=CASE, by=AMARA, at=NOW, consequence=FULL, person=PERSON, severe=True
)
DECISION = Decision(
    id=DecisionId("decision-1"), case=CASE, at=NOW, consequence=FULL, person=PERSON, proposal=PROPOSAL.id
)
REQUEST = BoardRequest(
    id="request-1", case=CASE, decision=DECISION.id, at=NOW, report=ReportId("in words"), shows_news=True
)
DRAFT = Draft(
    id=DraftId("draft-1"),
    case=CASE,
    kind=DraftKind.DECISION,
    to=PartyRole.REPORTED,
    person=PERSON,
    text="a letter in words",
    by="amara",
    at=NOW,
)
ACT = UnilateralAct(
    id="act-1",
    case=CASE,
    by=AMARA,
    person=PERSON,
    at=NOW,
    ground=Ground.THREAT,
    restriction=Restriction.BANNED,
    spaces=frozenset({SpaceName("forum")}),
    term=timedelta(days=1),
    reason="a ground in words",
    conflicted=True,
)
REVIEW = ActReview(
    act=ACT.id,
    member=BRUNO,
    answer=ReviewAnswer.CHANGE,
    at=NOW,
    term=timedelta(days=2),
    restriction=Restriction.MUTED,
    reason="a view in words",
)
STOP = Stop(id="stop-1", by=BRUNO, of=AMARA, at=NOW)
ANSWER = BoardAnswer(id="answer-1", case=CASE, consequence=FULL, by=AMARA, at=NOW, person=PERSON)
MOTION = Motion(id="motion-1", case=CASE, proposal=PROPOSAL.id, granted=True, by=AMARA, at=NOW)


async def a_case(uow: SqlUnitOfWork) -> None:
    """A case to which all else belongs."""
    await uow.cases.add_case(
        Case(id=CASE, code_name="some-name", kind=CaseKind.REPORT, state=CaseState.OPEN, opened_at=NOW)
    )


async def everything(uow: SqlUnitOfWork) -> None:
    """One of each."""
    await a_case(uow)
    store = uow.deliberation
    await store.add_step(STEP)
    await store.add_proposal(PROPOSAL)
    await store.add_ballot(
        Ballot(proposal=PROPOSAL.id, member=BRUNO, answer=Answer.OBJECT, at=NOW, severe=True, reason="a doubt in words")
    )
    await store.add_mark(Mark(PROPOSAL.id, BRUNO, MarkKind.LEGAL, NOW))
    await store.add_motion(MOTION)
    await store.add_decision(DECISION)
    await store.add_board_answer(ANSWER)
    await store.add_board_request(REQUEST)
    await store.add_draft(DRAFT)
    await store.add_act(ACT)
    await store.add_review(REVIEW, CASE)
    await store.add_stop(STOP)


async def test_what_goes_in_comes_out(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        await everything(uow)
    async with units_of_work.read() as view:
        store = view.deliberation
        assert await store.steps_of(CASE) == (STEP,)
        assert await store.proposals_of(CASE) == (PROPOSAL,)
        (ballot,) = await store.ballots_on(PROPOSAL.id)
        assert (ballot.answer, ballot.severe, ballot.reason) == (Answer.OBJECT, True, "a doubt in words")
        assert await store.marks_on(PROPOSAL.id) == (Mark(PROPOSAL.id, BRUNO, MarkKind.LEGAL, NOW),)
        assert await store.motion_on(PROPOSAL.id) == MOTION
        assert await store.decisions_of(CASE) == (DECISION,)
        assert await store.board_answer_on(CASE) == ANSWER
        assert await store.board_requests_of(CASE) == (REQUEST,)
        assert await store.drafts_of(CASE) == (DRAFT,)
        assert await store.acts_of(CASE) == await store.acts() == (ACT,)
        assert await store.reviews_of(ACT.id) == (REVIEW,)
        assert await store.stops(AMARA) == await store.stops() == (STOP,)
        assert await store.stops(BRUNO) == ()


async def test_what_is_changed_stands_one_version_later(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        await everything(uow)
        store = uow.deliberation
        await store.save_step(replace(STEP, state=StepState.SKIPPED, confirmed_by=BRUNO))
        await store.save_proposal(
            replace(PROPOSAL, settled_at=LATER, result="agreed", eligible_at_closing=(AMARA, BRUNO))
        )
        await store.save_decision(replace(DECISION, enacted_at=LATER))
        await store.save_draft(replace(DRAFT, state=DraftState.APPROVED, confirmed_by=BRUNO))
        await store.save_act(replace(ACT, state=ActState.WITH_CHAIR, statement="my own words", statement_at=LATER))
        await store.save_stop(replace(STOP, state=StopState.ENDED, ended_at=LATER))
        await store.save_motion(replace(MOTION, confirmed_by=BRUNO, confirmed_at=LATER))
        await store.save_board_answer(replace(ANSWER, confirmed_by=BRUNO, confirmed_at=LATER))
    async with units_of_work.read() as view:
        store = view.deliberation
        (step,) = await store.steps_of(CASE)
        proposal = await store.proposal(PROPOSAL.id)
        act = await store.act(ACT.id)
        assert (step.state, step.confirmed_by, step.reason, step.version) == (StepState.SKIPPED, BRUNO, STEP.reason, 1)
        assert proposal == replace(
            PROPOSAL, settled_at=LATER, result="agreed", eligible_at_closing=(AMARA, BRUNO), version=1
        )
        assert await store.decision(DECISION.id) == replace(DECISION, enacted_at=LATER, version=1)
        assert await store.draft(DRAFT.id) == replace(DRAFT, state=DraftState.APPROVED, confirmed_by=BRUNO, version=1)
        assert act is not None
        assert (act.statement, act.reason, act.state) == ("my own words", ACT.reason, ActState.WITH_CHAIR)
        assert await store.stop(STOP.id) == replace(STOP, state=StopState.ENDED, ended_at=LATER, version=1)
        assert await store.motion_on(PROPOSAL.id) == replace(MOTION, confirmed_by=BRUNO, confirmed_at=LATER, version=1)
        assert await store.board_answer_on(CASE) == replace(ANSWER, confirmed_by=BRUNO, confirmed_at=LATER, version=1)


@pytest.mark.parametrize("thing", ["step", "proposal", "decision", "draft", "act", "stop", "motion", "board_answer"])
async def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
    units_of_work: SqlUnitOfWorkFactory, thing: str
) -> None:
    values = {
        "step": STEP,
        "proposal": PROPOSAL,
        "decision": DECISION,
        "draft": DRAFT,
        "act": ACT,
        "stop": STOP,
        "motion": MOTION,
        "board_answer": ANSWER,
    }
    async with units_of_work.begin() as uow:
        await everything(uow)
        save = getattr(uow.deliberation, f"save_{thing}")
        await save(values[thing])
        with pytest.raises(Stale):
            await save(values[thing])


async def test_ballots_of_one_member_are_all_kept_in_their_order(units_of_work: SqlUnitOfWorkFactory) -> None:
    """P-5.1"""
    async with units_of_work.begin() as uow:
        await a_case(uow)
        await uow.deliberation.add_proposal(PROPOSAL)
        for minute, answer in enumerate((Answer.AGREE, Answer.OBJECT, Answer.AGREE)):
            at = NOW + timedelta(minutes=minute)
            await uow.deliberation.add_ballot(Ballot(proposal=PROPOSAL.id, member=BRUNO, answer=answer, at=at))
    async with units_of_work.read() as view:
        cast = await view.deliberation.ballots_on(PROPOSAL.id)
    assert [ballot.answer for ballot in cast] == [Answer.AGREE, Answer.OBJECT, Answer.AGREE]


async def test_no_words_of_a_deliberation_lie_open_in_the_database(units_of_work: SqlUnitOfWorkFactory) -> None:
    tables = (
        "steps",
        "proposals",
        "ballots",
        "decisions",
        "board_answers",
        "board_requests",
        "drafts",
        "acts",
        "reviews",
    )
    async with units_of_work.begin() as uow:
        await everything(uow)
    async with units_of_work.read() as view:
        for table in tables:
            rows = (await view.connection.execute(text(f"SELECT * FROM {table}"))).all()
            assert rows
            open_words = [str(row) for row in rows if "in words" in str(row) or "object" in str(row)]
            assert open_words == []


async def test_what_was_said_is_gone_with_the_key_of_its_case(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        await everything(uow)
    async with units_of_work.begin() as uow:
        await uow.encryption.destroy(KeyScope.of_case(CASE))
    async with units_of_work.read() as view:
        store = view.deliberation
        (draft,) = await store.drafts_of(CASE)
        (step,) = await store.steps_of(CASE)
        (decision,) = await store.decisions_of(CASE)
        assert (draft.text, step.reason, decision.consequence.summary) == ("", "", "")
        assert await store.ballots_on(PROPOSAL.id) == ()
        assert await store.reviews_of(ACT.id) == ()
        assert (await store.acts_of(CASE))[0].reason == ""


async def test_a_review_of_a_stop_needs_no_case(units_of_work: SqlUnitOfWorkFactory) -> None:
    """P-7.5"""
    given = ActReview(act=STOP.id, member=BRUNO, answer=ReviewAnswer.REVERSE, at=NOW)
    async with units_of_work.begin() as uow:
        await uow.deliberation.add_stop(STOP)
        await uow.deliberation.add_review(given, None)
    async with units_of_work.read() as view:
        assert await view.deliberation.reviews_of(STOP.id) == (given,)


async def test_unknown_ids_find_nothing(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.read() as view:
        store = view.deliberation
        assert await store.proposal(ProposalId(new_id())) is None
        assert await store.decision(DecisionId(new_id())) is None
        assert await store.draft(DraftId(new_id())) is None
        assert await store.act(new_id()) is None
        assert await store.stop(new_id()) is None
        assert await store.motion_on(ProposalId(new_id())) is None
        assert await store.board_answer_on(CaseId(new_id())) is None
