"""Each member is shown what waits for them and nothing that they may not know, the soonest due first."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from guardian.cases.case import PartyRole
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.drafts import DraftKind
from guardian.cases.submissions import new_case
from guardian.cases.tasks import TaskKind
from guardian.errors import NotFound, Refused
from guardian.ids import CaseId, MemberId, new_id
from guardian.sanctions.models import CoverageState
from guardian.services.cases.completions import MOST_COMPLETIONS, complete_cases
from guardian.services.cases.overview import list_cases
from guardian.services.conflicts.conflict_claims import raise_conflict
from guardian.services.conflicts.recusal import recuse
from guardian.services.decisions.drafts import DraftInput, approve_draft, write_draft
from guardian.services.deliberation.procedure import request_skip
from guardian.services.deliberation.proposals import propose, vote
from guardian.services.members import AccountInput
from guardian.services.reports.csam import mark_csam
from guardian.services.sanctions.reinstatement import confirm_reinstatement
from guardian.services.unilateral.act import act, give_statement
from guardian.services.unilateral.act_input import ActInput
from guardian.services.unilateral.review import review
from guardian.services.unilateral.stop import stop_member
from guardian.services.worklist.claims import claim_task, release_task
from guardian.services.worklist.tasks import Task, list_tasks
from rules.conflicts import ConflictReason
from rules.precedence import Restriction
from rules.procedure import Step
from rules.quorum import Answer
from rules.unilateral import Ground, ReviewAnswer
from tests.builders.community import AMARA, BRUNO, CHIARA, DISCORD, DMITRI, ELENI, FARID, GRETA, Community, a_community
from tests.builders.journey import a_journey, a_warning
from tests.builders.statements import statements

ANSWER = DraftInput(DraftKind.ANSWER, PartyRole.REPORTER, "We look at it.")


async def kinds_for(community: Community, member: MemberId) -> list[TaskKind]:
    """What the member is asked for, in order."""
    return [task.kind for task in await list_tasks(community.app, member)]


async def the(community: Community, member: MemberId, kind: TaskKind) -> Task:
    """The member's only task of that kind."""
    (task,) = await list_tasks(community.app, member, kinds=[kind])
    return task


async def an_act(community: Community) -> str:
    """Bruno has suspended somebody alone; the code name of its review."""
    community.spaces[DISCORD].add("700000000000000001", "grumbler")
    given = ActInput(Restriction.SUSPENDED, Ground.ONGOING, "Insults.", term=timedelta(days=3))
    return (await act(community.app, BRUNO, AccountInput(DISCORD, "grumbler"), given)).code_name


@pytest.mark.harm("owed-answer-on-no-list")
async def test_a_report_is_on_everybodys_list_until_it_is_answered(community: Community) -> None:
    """P-2.4"""
    case = await community.a_case()
    task = await the(community, DMITRI, TaskKind.ANSWER_REPORTER)
    assert (task.code_name, task.is_late) == (case.code_name, False)
    draft = await write_draft(community.app, AMARA, case.code_name, ANSWER)
    await approve_draft(community.app, BRUNO, draft.id)
    assert TaskKind.ANSWER_REPORTER not in await kinds_for(community, DMITRI)


@pytest.mark.harm("owed-answer-on-no-list")
async def test_what_is_late_comes_first_and_is_said_to_be_late(community: Community) -> None:
    """P-2.4"""
    await community.a_case()
    community.pass_time(timedelta(hours=25))
    await community.a_case()
    first, second, *_ = await list_tasks(community.app, ELENI)
    assert (first.kind, first.is_late, second.is_late) == (TaskKind.ANSWER_REPORTER, True, False)


async def test_many_reports_of_one_matter_are_one_task(community: Community) -> None:
    """P-2.9"""
    await community.a_case()
    assert len(await list_tasks(community.app, ELENI, kinds=[TaskKind.ANSWER_REPORTER])) == 1


async def test_a_missing_ballot_is_asked_of_each_until_given_and_never_of_the_proposer(community: Community) -> None:
    """P-5.1"""
    case, _ = await community.a_named_case()
    proposal = await propose(community.app, AMARA, case.code_name, a_warning())
    task = await the(community, DMITRI, TaskKind.VOTE)
    assert (task.subject, task.due) == (proposal.id, community.clock.now() + timedelta(hours=48))
    await vote(community.app, DMITRI, proposal.id, Answer.AGREE)
    asked = [member for member in (AMARA, DMITRI, ELENI) if TaskKind.VOTE in await kinds_for(community, member)]
    assert asked == [ELENI]


@pytest.mark.harm("review-owed-by-nobody")
async def test_the_review_of_an_act_is_owed_by_the_others_with_the_time_that_is_left(community: Community) -> None:
    """P-7.3: and its own statement by whoever acted."""
    code_name = await an_act(community)
    task = await the(community, DMITRI, TaskKind.REVIEW_ACT)
    assert task.due == community.clock.now() + timedelta(hours=24)
    assert TaskKind.GIVE_STATEMENT not in await kinds_for(community, DMITRI)
    assert TaskKind.REVIEW_ACT not in await kinds_for(community, BRUNO)
    assert (await the(community, BRUNO, TaskKind.GIVE_STATEMENT)).code_name == code_name
    await give_statement(community.app, BRUNO, code_name, "They went on and on.")
    await review(community.app, DMITRI, code_name, ReviewAnswer.RATIFY, timedelta(days=3))
    assert TaskKind.GIVE_STATEMENT not in await kinds_for(community, BRUNO)
    assert TaskKind.REVIEW_ACT not in await kinds_for(community, DMITRI)


@pytest.mark.harm("release-blocked-on-no-list")
async def test_a_space_that_does_not_let_go_is_on_the_list_though_nothing_binds_any_more(community: Community) -> None:
    """P-6.2: and so is one where a sanction that runs does not hold."""
    code_name = await an_act(community)
    await block_everywhere(community)
    held = await the(community, DMITRI, TaskKind.MEND_SPACE)
    for reviewer in (AMARA, DMITRI):
        await review(community.app, reviewer, code_name, ReviewAnswer.REVERSE)
    assert (held.code_name, held.facts["space"]) == (code_name, DISCORD)
    assert (await the(community, DMITRI, TaskKind.MEND_SPACE)).code_name == code_name
    await recuse(community.app, DMITRI, code_name, ConflictReason.SAME_EMPLOYER)
    assert TaskKind.MEND_SPACE not in await kinds_for(community, DMITRI)


async def block_everywhere(community: Community) -> None:
    """No space does what it is asked for."""
    async with community.units_of_work.begin() as uow:
        for person in {sanction.person for sanction in await uow.sanctions.unlifted()}:
            for item in await uow.sanctions.work_items_of(person):
                await uow.sanctions.save_result(replace(item, blocked_since=uow.now))


@pytest.mark.harm("membership-never-given-back")
async def test_what_a_bar_took_is_asked_for_until_somebody_says_yes(community: Community) -> None:
    """P-6.7: access has returned, and nobody would think of roles and membership by themselves."""
    journey = await a_journey(community)
    await journey.enact()
    await recuse(community.app, DMITRI, journey.code_name, ConflictReason.SAME_EMPLOYER)
    async with community.units_of_work.begin() as uow:
        row = (await uow.sanctions.coverage_of(journey.person))[0]
        await uow.sanctions.save_coverage(replace(row, state=CoverageState.MEMBERSHIP_OPEN))
    kinds = {TaskKind.GIVE_BACK}
    assert [task.code_name for task in await list_tasks(community.app, BRUNO, kinds=kinds)] == [journey.code_name]
    assert await list_tasks(community.app, DMITRI, kinds=kinds) == ()
    await confirm_reinstatement(community.app, AMARA, journey.person_code)
    assert await list_tasks(community.app, BRUNO, kinds=kinds) == ()


async def test_a_stop_is_reviewed_by_neither_of_the_two(community: Community) -> None:
    """P-7.5"""
    await stop_member(community.app, AMARA, FARID)
    asked = [m for m in (AMARA, DMITRI, FARID) if TaskKind.REVIEW_STOP in await kinds_for(community, m)]
    assert asked == [DMITRI]


@pytest.mark.harm("second-word-asked-of-the-first")
async def test_what_needs_a_second_member_is_never_asked_of_the_first(community: Community) -> None:
    """P-2.7, P-5.5, P-5.6"""
    received = await community.report()
    case = await community.case(received)
    await write_draft(community.app, AMARA, case.code_name, ANSWER)
    await request_skip(community.app, AMARA, case.code_name, Step.HEARING, "Nobody is known.")
    await mark_csam(community.app, AMARA, case.code_name, received.report)
    seconds = {TaskKind.READ_DRAFT, TaskKind.CONFIRM_SKIP, TaskKind.CONFIRM_CSAM}
    assert not seconds & set(await kinds_for(community, AMARA))
    assert seconds <= set(await kinds_for(community, ELENI))
    assert (await the(community, ELENI, TaskKind.CONFIRM_SKIP)).subject == Step.HEARING


@pytest.mark.harm("list-tells-of-a-claim")
async def test_a_conflict_that_is_claimed_is_shown_to_nobody_but_who_decides(community: Community) -> None:
    """P-4.1"""
    case = await community.a_case()
    await raise_conflict(community.app, BRUNO, case.code_name, DMITRI, ConflictReason.SAME_EMPLOYER)
    asked = [m for m in (AMARA, DMITRI, ELENI, GRETA) if TaskKind.DECIDE_CONFLICT in await kinds_for(community, m)]
    assert asked == [AMARA]
    assert (await the(community, AMARA, TaskKind.DECIDE_CONFLICT)).subject == DMITRI


@pytest.mark.harm("list-tells-of-a-hidden-case")
async def test_a_case_is_on_the_list_of_nobody_who_stepped_back_from_it(community: Community) -> None:
    """P-4.1, P-4.2"""
    case, _ = await community.a_named_case()
    await propose(community.app, AMARA, case.code_name, a_warning())
    await recuse(community.app, DMITRI, case.code_name, ConflictReason.SAME_EMPLOYER)
    assert await list_tasks(community.app, DMITRI) == ()
    with pytest.raises(NotFound):
        await claim_task(community.app, DMITRI, case.code_name, TaskKind.ANSWER_REPORTER)


async def test_somebody_without_a_seat_has_no_list(community: Community) -> None:
    """P-1.2"""
    await community.change_member(DMITRI, ended_at=community.clock.now())
    with pytest.raises(Refused) as refusal:
        await list_tasks(community.app, DMITRI)
    assert refusal.value.code == "no_member"


async def test_a_moderator_and_the_board_are_asked_for_nothing_of_the_groups_cases(community: Community) -> None:
    """P-2.6, P-8.4"""
    await community.a_case()
    assert await list_tasks(community.app, GRETA) == ()


# -- who sees to it


@pytest.mark.harm("claimed-and-lost")
async def test_a_claimed_task_stays_with_everybody_and_says_whose_it_is(community: Community) -> None:
    """P-2.4"""
    case = await community.a_case()
    await claim_task(community.app, BRUNO, case.code_name, TaskKind.ANSWER_REPORTER)
    task = await the(community, ELENI, TaskKind.ANSWER_REPORTER)
    assert (task.claimed_by, task.claimed_at) == ("Bruno Keller", community.clock.now())
    assert "task.was_claimed" in await community.journal_acts()
    with pytest.raises(Refused) as refusal:
        await claim_task(community.app, ELENI, case.code_name, TaskKind.ANSWER_REPORTER)
    assert refusal.value.code == "in_hand"


@pytest.mark.harm("claimed-and-lost")
async def test_a_claim_ends_by_itself_so_that_nobody_relies_on_it(community: Community) -> None:
    """P-2.4"""
    case = await community.a_case()
    await claim_task(community.app, BRUNO, case.code_name, TaskKind.ANSWER_REPORTER)
    community.pass_time(community.app.policy.worklist.claim_lasts)
    assert (await the(community, ELENI, TaskKind.ANSWER_REPORTER)).claimed_by == ""
    claimed = await claim_task(community.app, ELENI, case.code_name, TaskKind.ANSWER_REPORTER)
    assert claimed.claimed_by == "Eleni Pappas"


@pytest.mark.harm("claimed-and-lost")
async def test_nobody_has_in_hand_what_they_may_not_know_any_more(community: Community) -> None:
    """P-4.1"""
    case = await community.a_case()
    await claim_task(community.app, BRUNO, case.code_name, TaskKind.ANSWER_REPORTER)
    await recuse(community.app, BRUNO, case.code_name, ConflictReason.SAME_EMPLOYER)
    assert (await the(community, ELENI, TaskKind.ANSWER_REPORTER)).claimed_by == ""


async def test_a_claim_is_taken_back_by_whoever_made_it_alone(community: Community) -> None:
    case = await community.a_case()
    await claim_task(community.app, BRUNO, case.code_name, TaskKind.ANSWER_REPORTER)
    with pytest.raises(Refused) as refusal:
        await release_task(community.app, ELENI, case.code_name, TaskKind.ANSWER_REPORTER)
    assert refusal.value.code == "not_in_hand"
    await release_task(community.app, BRUNO, case.code_name, TaskKind.ANSWER_REPORTER)
    assert (await the(community, ELENI, TaskKind.ANSWER_REPORTER)).claimed_by == ""


# -- however much there is


@asynccontextmanager
async def a_community_with(folder: Path, cases: int) -> AsyncIterator[Community]:
    """So many open cases, each with a deadline that somebody has to keep."""
    folder.mkdir()
    async with a_community(folder) as community:
        now = community.clock.now()
        async with community.units_of_work.begin() as uow:
            for number in range(cases):
                case = new_case(f"case-{number}", now, danger=False)
                await uow.cases.add_case(case)
                await uow.deadlines.add(_a_deadline(community, case.id))
        yield community


def _a_deadline(community: Community, case: CaseId) -> Deadline:
    now = community.clock.now()
    due = now + timedelta(days=1)
    return Deadline(id=new_id(), kind=DeadlineKind.FIRST_ANSWER, case=case, since=now, due=due, next_at=due)


@pytest.mark.harm("list-too-slow-to-read")
async def test_lists_are_read_in_as_many_statements_for_many_cases_as_for_few(tmp_path: Path) -> None:
    """P-2.4"""
    asked = []
    for cases in (10, 200):
        async with a_community_with(tmp_path / str(cases), cases) as community:
            with statements() as of_tasks:
                assert len(await list_tasks(community.app, CHIARA)) == cases
            with statements() as of_cases:
                assert len(await list_cases(community.app, CHIARA)) == cases
            with statements() as of_names:
                assert len(await complete_cases(community.app, CHIARA, "")) == min(cases, MOST_COMPLETIONS)
            asked.append((len(of_tasks), len(of_cases), len(of_names)))
    assert asked[0] == asked[1]
