"""The personal page: state and decision in plain words, and every request taken once."""

from datetime import timedelta

import pytest

from guardian.cases.case import Case
from guardian.cases.procedure import StepState
from guardian.cases.proposals import Consequence
from guardian.notices.models import NoticeKind
from guardian.services.case_steps import get_steps
from guardian.services.decisions import enactment
from guardian.services.deliberation import procedure, proposals
from guardian.services.operations import deadline_runner
from rules.ladder import Outcome
from rules.precedence import Restriction
from rules.procedure import Step
from rules.quorum import Answer
from tests.builders.community import AMARA, BRUNO, CHIARA, DMITRI, ELENI, FARID, Community
from tests.builders.journey import begin_hearing
from tests.builders.pages import Pages, forms_of, text_of


async def the_receipt(community: Community, case: Case) -> str:
    """The receipt that the newest letter to the reported person carries."""
    async with community.units_of_work.read() as view:
        told = [n for n in await view.notices.of_case(case.id) if n.to.person is not None]
    return next(notice.facts["receipt"] for notice in reversed(told) if "receipt" in notice.facts)


async def person_in_hearing(community: Community) -> tuple[Case, str]:
    """A case whose reported person is being heard, and their receipt."""
    case, _ = await community.a_named_case()
    await begin_hearing(community, case.code_name)
    return case, await the_receipt(community, case)


async def suspended_person(community: Community) -> tuple[Case, str]:
    """A case whose reported person has been heard and suspended for 30 days, and their receipt."""
    case, receipt = await person_in_hearing(community)
    community.pass_time(timedelta(days=8))
    for step in ("hearing", "feedback"):
        await _skip(community, case, step)
    chosen = Consequence(
        outcome=Outcome.SHORT_SUSPENSION,
        restriction=Restriction.SUSPENDED,
        term=timedelta(days=30),
        summary="Insults in the help channel.",
    )
    proposal = await proposals.propose(community.app, AMARA, case.code_name, chosen)
    for member in (BRUNO, CHIARA, DMITRI, ELENI, FARID):
        await proposals.vote(community.app, member, proposal.id, Answer.AGREE)
    await _skip(community, case, "feedback")
    await enactment.enact(community.app, AMARA, case.code_name, unread=True)
    return case, receipt


async def _skip(community: Community, case: Case, name: str) -> None:
    async with community.units_of_work.read() as view:
        state = (await get_steps(view, case.id)).state(Step(name))
    if state in (StepState.PENDING, StepState.UNDER_WAY):
        await procedure.request_skip(community.app, AMARA, case.code_name, Step(name), "for this test")
        await procedure.confirm_skip(community.app, BRUNO, case.code_name, Step(name))


async def test_somebody_heard_says_their_side_and_sees_it_kept(pages: Pages, community: Community) -> None:
    """P-3.5"""
    case, receipt = await person_in_hearing(community)
    opened = text_of(await pages.fill("/personal", "/personal", receipt=receipt))
    assert "Say your side" in opened
    assert case.code_name not in opened
    answer = text_of(await pages.fill("/personal", "/personal/be-heard", text="I was angry, and I am sorry."))
    assert "part of what they weigh" in answer
    assert "I was angry, and I am sorry." in answer
    file = await community.read_case(BRUNO, case.code_name)
    assert [each.text for each in file.hearing_answers] == ["I was angry, and I am sorry."]


async def test_somebody_suspended_reads_for_how_long_and_not_the_groups_own_summary(
    pages: Pages, community: Community
) -> None:
    """P-6.2, P-5.6"""
    case, receipt = await suspended_person(community)
    words = text_of(await pages.fill("/personal", "/personal", receipt=receipt))
    assert "Suspended in every space: in force." in words
    assert "Insults in the help channel." not in words
    assert "not before the end of the term" in words
    assert case.code_name not in words


async def test_a_request_to_return_is_asked_once_and_answered_in_words(pages: Pages, community: Community) -> None:
    """P-6.2"""
    _, receipt = await suspended_person(community)
    community.pass_time(timedelta(days=31))
    await pages.fill("/personal", "/personal", receipt=receipt)
    form = next(f for f in forms_of(await pages.get("/personal")) if f.action == "/personal/return")
    fields = {**form.fields, "text": "I have read the code of conduct again."}
    first = text_of(await pages.post("/personal/return", fields))
    assert "Your request is with the group" in first
    await pages.post("/personal/return", fields)
    assert (await community.journal_acts()).count("readmission.was_asked") == 1


async def test_another_look_goes_to_the_board(pages: Pages, community: Community) -> None:
    """P-5.7"""
    _, receipt = await suspended_person(community)
    await pages.fill("/personal", "/personal", receipt=receipt)
    [action] = [f.action for f in forms_of(await pages.get("/personal")) if "/reconsider/" in f.action]
    answer = await pages.fill("/personal", action, text="It was not me.")
    assert "looked at again by the Board" in text_of(answer)
    assert NoticeKind.WITH_BOARD in await community.notice_kinds_to(CHIARA)


@pytest.mark.harm("cannot-ask-again")
async def test_whoever_asks_too_late_finds_how_to_show_something_new(pages: Pages, community: Community) -> None:
    """P-5.7"""
    _, receipt = await suspended_person(community)
    community.pass_time(timedelta(hours=24))
    await deadline_runner.run_due(community.app)
    await pages.fill("/personal", "/personal", receipt=receipt)
    community.pass_time(timedelta(days=31))
    await pages.fill("/personal", "/personal", receipt=receipt)
    [action] = [f.action for f in forms_of(await pages.get("/personal")) if "/reconsider/" in f.action]
    assert "What is new" in text_of(await pages.get("/personal"))
    assert "has been passed on" in text_of(await pages.fill("/personal", action, text="There is a recording."))


async def test_an_empty_text_is_refused_at_its_field(pages: Pages, community: Community) -> None:
    _, receipt = await person_in_hearing(community)
    await pages.fill("/personal", "/personal", receipt=receipt)
    answer = await pages.fill("/personal", "/personal/be-heard", text="  ")
    assert (answer.status_code, 'id="be-heard-error"' in answer.text) == (422, True)


async def test_every_wrong_receipt_gets_the_same_answer_and_a_reporters_is_a_wrong_one(pages: Pages) -> None:
    """P-6.2"""
    wrong = (await pages.report(), "", "AAAAA-BBBBB", "x" * 10_000)
    answers = [await pages.fill("/personal", "/personal", receipt=each) for each in wrong]
    assert {answer.status_code for answer in answers} == {422}
    assert len({answer.text for answer in answers}) == 1


async def test_a_visit_to_one_page_is_no_visit_to_the_other(pages: Pages, community: Community) -> None:
    _, receipt = await person_in_hearing(community)
    await pages.fill("/personal", "/personal", receipt=receipt)
    assert "Your receipt" in text_of(await pages.get("/follow-up"))
