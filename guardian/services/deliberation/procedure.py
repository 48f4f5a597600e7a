"""The steps before a decision is final: hear the person, ask the reporters, and put on record what is skipped.

Read `begin_hearing` first. Policy: P-3.5, P-5.4, P-5.5.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.case import Case, CaseKind, CaseState
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.drafts import DRAFT_MACHINE, DraftEvent, read_text
from guardian.cases.procedure import StepEvent, StepState
from guardian.cases.proposals import Consequence
from guardian.errors import Refused
from guardian.ids import MemberId, PersonId
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.notices.results import Result
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import get_case, issue_personal_receipt, reported_people
from guardian.services.case_steps import StepChange, advance_step, complete_step, get_steps
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_for_case, start_deadline
from guardian.services.deliberation.contact_safety import ask, is_asked, is_unanswered
from guardian.services.deliberation.letter_drafts import unsent_hearing_words
from guardian.services.notify import notify_members, notify_person, notify_reporters
from rules.deadlines import TimeLimit, due_at
from rules.ladder import rung_of
from rules.policy import Policy
from rules.precedence import Restriction
from rules.procedure import Confirmable, Step, may_begin_hearing, may_confirm, may_contact_reported, may_skip
from rules.verdict import Verdict

_ANSWERED: Final = frozenset({StepState.UNDER_WAY, StepState.DONE, StepState.SKIPPED})


async def begin_hearing(app: AppContext, by: MemberId, code_name: str) -> str:
    """Write to every reported person who is known, with a receipt for their page, where they may answer.

    What was reported stands in it, in words that a second member has read, unless two members have left them out.
    A reporter who never said whether that is safe is asked first, and nobody is written to until they answer or their
    time is over. Refused while a reporter asks that the person is not contacted yet. Policy: P-2.12, P-3.5, P-5.5.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.BEGIN_HEARING)
        case = await case_for_member(uow, by, code_name)
        require(await may_contact(uow, case))
        people = [person for person in await reported_people(uow, case) if not await was_asked(uow, case, person)]
        if not people:
            raise Refused("nobody_to_hear", await _nobody_to_hear(uow, case), "P-3.5")
        if await is_unanswered(uow, case):
            return await ask(uow, app.policy, case, by)
        await _require_words(uow, case, people)
        until = due_at(TimeLimit.HEARING, uow.now, app.policy)
        for person in people:
            await _ask_person(app, uow, case, person, until)
        await _start_hearing_step(uow, case, by, until)
        facts = {"news": News.HEARING_BEGUN, "until": until.isoformat()}
        await notify_members(uow, case, NoticeKind.CASE_NEWS, facts, besides=[by])
        about = {"case": str(case.id), "people": str(len(people))}
        uow.journal.note(Entry(act="hearing.was_begun", by=by_member(by), authority="P-3.5", about=about, case=case.id))
    return f"The hearing in {case.code_name} has begun. There is time to answer until {until:%d %B %Y, %H:%M} UTC."


async def request_skip(app: AppContext, by: MemberId, code_name: str, step: Step, reason: str) -> str:
    """Ask that the step is skipped, for a reason on record, until a second member agrees. Policy: P-5.5."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.SKIP_STEP)
        case = await case_for_member(uow, by, code_name)
        require(may_skip(step, reason))
        await advance_step(uow, case.id, step, StepChange(StepEvent.REQUEST_SKIP, by_member(by), reason=reason.strip()))
        await notify_members(uow, case, NoticeKind.SKIP_TO_CONFIRM, {"step": step}, besides=[by])
        about = {"case": str(case.id), "step": step}
        uow.journal.note(
            Entry(
                act="skip.was_asked",
                by=by_member(by),
                authority="P-5.5",
                about=about,
                case=case.id,
                text=reason.strip(),
            )
        )
    return "A second member has to agree. The others have been asked."


async def confirm_skip(app: AppContext, by: MemberId, code_name: str, step: Step) -> str:
    """Skip the step, on the word of a second member. Policy: P-5.5."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.SKIP_STEP)
        case = await case_for_member(uow, by, code_name)
        known = (await get_steps(uow, case.id)).by_kind.get(step)
        if known is None or known.state is not StepState.SKIP_REQUESTED:
            raise Refused("not_asked", "Nobody has asked to skip this step.", "P-5.5")
        require(may_confirm(Confirmable.SKIP, by_member(by), known.by))
        await advance_step(uow, case.id, step, StepChange(StepEvent.CONFIRM_SKIP, known.by, confirmed_by=by))
        await _complete_window(uow, case, step)
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.STEP_SKIPPED, "step": step}, besides=[by])
        about = {"case": str(case.id), "step": step, "asked_by": known.by}
        uow.journal.note(Entry(act="step.was_skipped", by=by_member(by), authority="P-5.5", about=about, case=case.id))
    return "The step is skipped. Who asked, who agreed, and why is kept with the case."


async def may_contact(view: ReadView, case: Case) -> Verdict:
    """Return whether the people reported in the case may be written to as things stand. Policy: P-2.12, P-3.5."""
    reports = await view.cases.reports_of(case.id)
    asked_to_wait = any(report.do_not_contact and report.withdrawn_at is None for report in reports)
    closed = case.state is CaseState.CLOSED
    return may_contact_reported(closed=closed, asked_to_wait=asked_to_wait, question_open=await is_asked(view, case))


async def was_asked(view: ReadView, case: Case, person: PersonId) -> bool:
    """Return whether the person has been written to in this case and could answer."""
    notices = await view.notices.of_person(person)
    return any(notice.kind is NoticeKind.HEARING and notice.case == case.id for notice in notices)


async def ask_reporters(uow: UnitOfWork, policy: Policy, case: Case, proposed: Consequence) -> None:
    """Notify the reporters of what is proposed and ask for their views, in a window that closes by itself.

    Policy: P-5.4.

    Where there is nobody to ask the step is over at once, and that is the recorded reason.
    """
    if case.kind is CaseKind.READMISSION or (await get_steps(uow, case.id)).state(Step.FEEDBACK) in _ANSWERED:
        return
    until = due_at(TimeLimit.FEEDBACK, uow.now, policy)
    facts: PartyFacts = {"news": News.ASKED_FOR_VIEWS, "until": until, **build_result_facts(proposed)}
    if not await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS, facts):
        await complete_step(uow, case.id, Step.FEEDBACK, SERVICE, "there is no reporter to ask")
        return
    await advance_step(uow, case.id, Step.FEEDBACK, StepChange(StepEvent.BEGIN, SERVICE, until=until))
    await start_deadline(uow, DeadlineKind.FEEDBACK, case.id, until)


def build_result_facts(consequence: Consequence) -> PartyFacts:
    """Build what a reporter is told of a consequence: the step and its length, and nothing more of the person.

    Policy: P-5.4, P-5.5.
    """
    term: PartyFacts = {"decided_for": consequence.term} if consequence.term else {}
    return {"decided": _result_of(consequence), **term}


def _result_of(consequence: Consequence) -> Result:
    """The step of the ladder; where it is none of them and restricts somebody all the same, that it does."""
    if consequence.restriction is Restriction.MUTED:
        return Result.MUTED
    if consequence.restriction is not Restriction.NONE and rung_of(consequence.outcome) is None:
        return Result.RESTRICTED
    return Result(consequence.outcome)


async def on_hearing_due(_app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """End the time to answer, so that the group may go on. Policy: P-3.5."""
    await _on_window_due(uow, deadline, Step.HEARING, News.HEARING_OVER)


async def on_feedback_due(_app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """End the time for the reporters' views, so that the decision may be enacted. Policy: P-5.4."""
    await _on_window_due(uow, deadline, Step.FEEDBACK, News.FEEDBACK_OVER)


async def _on_window_due(uow: UnitOfWork, deadline: Deadline, step: Step, news: News) -> None:
    await complete(uow, deadline)
    if deadline.case is None or (await get_steps(uow, deadline.case)).is_over(step):
        return
    case = await get_case(uow, deadline.case)
    await complete_step(uow, case.id, step, SERVICE, "the time for it is over")
    await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": news})
    uow.journal.note(
        Entry(act=f"{step}.was_closed", by=SERVICE, authority="P-5.4", about={"case": str(case.id)}, case=case.id)
    )


async def _require_words(view: ReadView, case: Case, people: Sequence[PersonId]) -> None:
    """Refuse to ask anybody who would not learn for what, unless two members have left it out. Policy: P-5.5."""
    skipped = (await get_steps(view, case.id)).state(Step.BEHAVIOUR) is StepState.SKIPPED
    for person in people:
        words = await unsent_hearing_words(view, case, person)
        require(may_begin_hearing(has_read_words=words is not None, words_skipped=skipped))


async def _ask_person(app: AppContext, uow: UnitOfWork, case: Case, person: PersonId, until: datetime) -> None:
    draft = await unsent_hearing_words(uow, case, person)
    words = read_text(draft) if draft else None
    facts: PartyFacts = {
        **await issue_personal_receipt(app, uow, case, person),
        "answer_by": until,
        **({"text": words} if words else {}),
    }
    await notify_person(uow, case, person, NoticeKind.HEARING, facts)
    if draft is not None:
        await uow.deliberation.save_draft(replace(draft, state=DRAFT_MACHINE.advance(draft.state, DraftEvent.SEND)))


async def _start_hearing_step(uow: UnitOfWork, case: Case, by: MemberId, until: datetime) -> None:
    """Start the hearing now, also where an earlier one of somebody else in the case is over."""
    steps = await get_steps(uow, case.id)
    await complete_for_case(uow, case.id, DeadlineKind.HEARING)
    if steps.state(Step.HEARING) not in (StepState.PENDING, StepState.SKIP_REQUESTED):
        await advance_step(uow, case.id, Step.HEARING, StepChange(StepEvent.RESET, by_member(by)))
    await advance_step(uow, case.id, Step.HEARING, StepChange(StepEvent.BEGIN, by_member(by), until=until))
    await start_deadline(uow, DeadlineKind.HEARING, case.id, until)


async def _complete_window(uow: UnitOfWork, case: Case, step: Step) -> None:
    windows = {Step.HEARING: DeadlineKind.HEARING, Step.FEEDBACK: DeadlineKind.FEEDBACK}
    if step in windows:
        await complete_for_case(uow, case.id, windows[step])


async def _nobody_to_hear(uow: UnitOfWork, case: Case) -> str:
    if await reported_people(uow, case):
        return "Everybody who was reported in this case has been written to already."
    return "Nobody who was reported is known in this case yet. Name an account of theirs first."
