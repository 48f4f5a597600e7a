"""Advisers: asked into one case, conflicts first, no vote, that case alone and without who reported, until it ends. P-1.1"""

from dataclasses import replace
from datetime import timedelta

import pytest

from guardian.cases.advice import AdviceEnd
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.notes import Findings, NoteKind, Violation
from guardian.cases.tasks import TaskKind
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.people.models import Group
from guardian.services.advice.advice_file import give_advice, list_advice_requests, read_for_advice
from guardian.services.advice.requests import answer_advice_request, ask_adviser, end_advice
from guardian.services.conflicts.recusal import recuse
from guardian.services.decisions.closing import close, reopen
from guardian.services.deliberation import proposals
from guardian.services.notes.determination import write_findings
from guardian.services.notes.thread import list_thread
from guardian.services.worklist.tasks import list_tasks
from rules.conflicts import ConflictReason
from rules.quorum import Answer
from tests.builders.community import A_REPORTER, AMARA, BRUNO, Community, a_member, a_role
from tests.builders.journey import Journey, a_journey, a_warning
from tests.builders.pages import open_pages, text_of

JUNO = MemberId("01900000-0000-7000-8000-0000000000aa")
QUESTION = "Would a mediator help, says shy-reporter?"
FOUND = Findings("Insulted shy-reporter in a thread.", Violation.YES, "the reported person", "no")


async def an_asked_adviser(community: Community) -> Journey:
    """Juno is asked into a case, whose reporter has a name that findings and question say."""
    async with community.units_of_work.begin() as uow:
        await uow.people.add_member(a_member(JUNO, "Juno Abara", a_role(Group.ADVISERS), accounts=(), aliases=()))
    journey = await a_journey(community, reporter=A_REPORTER, reporter_handle="shy-reporter")
    await write_findings(community.app, AMARA, journey.code_name, FOUND)
    await ask_adviser(community.app, AMARA, journey.code_name, JUNO, QUESTION)
    return journey


async def state(community: Community, end: AdviceEnd | None = None) -> None:
    """Juno has answered whether they have a conflict."""
    (request,) = await list_advice_requests(community.app, JUNO)
    await answer_advice_request(community.app, JUNO, request.id, end)


@pytest.mark.harm("adviser-reads-more-than-one-case")
async def test_an_adviser_reads_their_case_once_they_have_stated_conflicts_and_no_other(community: Community) -> None:
    """P-1.1, P-2.6"""
    journey = await an_asked_adviser(community)
    other = await a_journey(community)
    with pytest.raises(NotFound):
        await read_for_advice(community.app, JUNO, journey.code_name)
    await state(community)
    seen = await read_for_advice(community.app, JUNO, journey.code_name)
    text = "\n".join([seen.question, *(line for each in seen.sections for line in each.lines)])
    assert "mediator" in text
    assert "Insulted" in text
    assert "shy" not in text
    with pytest.raises(NotFound):
        await read_for_advice(community.app, JUNO, other.code_name)


async def test_an_adviser_with_a_conflict_reads_nothing_and_is_not_asked_again(community: Community) -> None:
    """P-1.1"""
    journey = await an_asked_adviser(community)
    await state(community, AdviceEnd.CONFLICT)
    with pytest.raises(NotFound):
        await read_for_advice(community.app, JUNO, journey.code_name)
    with pytest.raises(Refused, match="conflict"):
        await ask_adviser(community.app, BRUNO, journey.code_name, JUNO, QUESTION)


@pytest.mark.harm("adviser-reads-more-than-one-case")
async def test_an_adviser_whom_the_case_turns_out_to_concern_loses_it_at_once(community: Community) -> None:
    """P-1.1, P-2.5"""
    journey = await an_asked_adviser(community)
    await state(community)
    async with community.units_of_work.begin() as uow:
        held_out = Exclusion(
            case=journey.id, member=JUNO, kind=ExclusionKind.PENDING, cause="mentioned", at=uow.now, by="party"
        )
        await uow.cases.add_exclusion(held_out)
    assert await list_advice_requests(community.app, JUNO) == ()
    with pytest.raises(NotFound):
        await read_for_advice(community.app, JUNO, journey.code_name)


async def test_a_member_ends_the_part_of_an_adviser(community: Community) -> None:
    """P-1.1"""
    journey = await an_asked_adviser(community)
    await state(community)
    await end_advice(community.app, BRUNO, journey.code_name, JUNO)
    with pytest.raises(NotFound):
        await give_advice(community.app, JUNO, journey.code_name, "I would talk to them.")


@pytest.mark.harm("adviser-reads-more-than-one-case")
async def test_a_case_that_is_opened_again_is_not_the_adviser_s_any_more(community: Community) -> None:
    """P-1.1"""
    journey = await an_asked_adviser(community)
    await state(community)
    await journey.enact(a_warning())
    await close(community.app, AMARA, journey.code_name, "A warning.")
    await reopen(community.app, AMARA, journey.code_name, "It goes on.")
    with pytest.raises(NotFound):
        await read_for_advice(community.app, JUNO, journey.code_name)


async def test_an_adviser_who_steps_down_sees_nothing_from_that_instant(community: Community) -> None:
    """P-1.2"""
    journey = await an_asked_adviser(community)
    await state(community)
    async with community.units_of_work.begin() as uow:
        known = await uow.people.member(JUNO)
        assert known is not None
        await uow.people.save_member(replace(known, ended_at=uow.now))
    with pytest.raises(Refused):
        await read_for_advice(community.app, JUNO, journey.code_name)


async def test_an_adviser_has_no_vote(community: Community) -> None:
    """P-1.1, P-5.1"""
    journey = await an_asked_adviser(community)
    await state(community)
    proposal = await journey.propose()
    with pytest.raises(Refused):
        await proposals.vote(community.app, JUNO, proposal.id, Answer.AGREE)


async def test_advice_is_asked_stated_and_given_on_the_console_and_read_by_those_on_the_case(
    community: Community,
) -> None:
    """P-1.1, P-9.8"""
    journey = await an_asked_adviser(community)
    async with open_pages(community) as pages:
        await pages.sign_in(community, JUNO)
        shown = await pages.get("/console/advice")
        assert "mediator" not in text_of(shown)
        (request,) = await list_advice_requests(community.app, JUNO)
        await pages.fill("/console/advice", "/console/advice", **{f"conflict-{request.id}": "no"})
        page = f"/console/advice/{journey.code_name}"
        assert "mediator" in text_of(await pages.get(page))
        await pages.fill(page, page, text="I would talk to them.")
        await pages.sign_in(community, BRUNO)
        assert "Juno Abara" in text_of(await pages.get(f"/console/cases/{journey.code_name}/advisers"))
    notes = await list_thread(community.app, BRUNO, journey.code_name)
    assert ("Juno Abara", "I would talk to them.") in [
        (note.author, note.text) for note in notes if note.kind is NoteKind.ADVICE
    ]


async def test_every_look_of_an_adviser_is_on_record(community: Community) -> None:
    """P-9.8"""
    journey = await an_asked_adviser(community)
    await state(community)
    before = (await community.journal_acts()).count("case.was_read")
    for _ in range(2):
        await read_for_advice(community.app, JUNO, journey.code_name)
    assert (await community.journal_acts()).count("case.was_read") == before + 2


@pytest.mark.harm("adviser-never-answers-unseen")
async def test_a_request_that_nobody_answers_is_put_to_those_on_the_case(community: Community) -> None:
    """P-1.1: the adviser has it on their list from the first instant, the case's members once it is late."""
    journey = await an_asked_adviser(community)
    (own,) = await list_tasks(community.app, JUNO)
    assert (own.kind, own.code_name) == (TaskKind.ANSWER_ADVICE_REQUEST, "")
    kinds = {TaskKind.SEE_TO_ADVISER}
    assert await list_tasks(community.app, BRUNO, kinds=kinds) == ()
    community.pass_time(timedelta(days=3))
    (late,) = await list_tasks(community.app, BRUNO, kinds=kinds)
    assert (late.code_name, late.is_late) == (journey.code_name, True)
    await recuse(community.app, BRUNO, journey.code_name, ConflictReason.PERSONAL_RELATIONSHIP)
    assert await list_tasks(community.app, BRUNO, kinds=kinds) == ()
    await state(community)
    assert await list_tasks(community.app, AMARA, kinds=kinds) == ()
    assert await list_tasks(community.app, JUNO) == ()
