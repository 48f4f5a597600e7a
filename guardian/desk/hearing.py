"""The steps before a decision is final: the person is heard, the reporters are asked, and what is skipped is on record.

Policy: P-3.5, P-5.4, P-5.5.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from guardian.cases.access import acting, case_for
from guardian.cases.steps import StepEvent, all_steps, as_judged
from guardian.cases.values import Case, CaseKind, CaseState, Promise, PromiseKind, Step, StepKind, StepState
from guardian.desk.contact_question import ask_before_contact, question_is_open, question_is_owed
from guardian.desk.desk import Desk, View, Work
from guardian.desk.moving import (
    case_of,
    finish,
    hand_receipt,
    insist,
    keep,
    keep_for,
    promise,
    reported,
    step_to,
    steps_of,
)
from guardian.desk.telling import tell_members, tell_person, tell_reporters
from guardian.errors import Refused
from guardian.ids import MemberId, PersonId
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.permissions import UseCase
from rules.deadlines import Deadline, due
from rules.policy import Policy
from rules.steps import Second, may_confirm, may_contact_reported, may_skip
from rules.verdict import Verdict

_ANSWERED: Final = frozenset({StepState.UNDER_WAY, StepState.DONE, StepState.SKIPPED})


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of a case as its members see it; `asked_by` is who would have it skipped."""

    kind: StepKind
    state: StepState
    until: datetime | None
    reason: str = ""
    asked_by: str = ""
    second: MemberId | None = None


async def begin(desk: Desk, by: MemberId, code_name: str) -> str:
    """Every reported person who is known has been written to, with a receipt for their page, and may answer there.

    A reporter who never said whether that is safe is asked first, and nobody is written to until they answer or their
    time is over. Refused while a reporter asks that the person is not contacted yet. Policy: P-2.12, P-3.5.
    """
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.HEAR)
        case = await case_for(work, by, code_name)
        insist(await may_contact(work, case))
        people = [person for person in await reported(work, case) if not await was_asked(work, case, person)]
        if not people:
            raise Refused("nobody_to_hear", await _nobody(work, case), "P-3.5")
        if await question_is_owed(work, case):
            return await ask_before_contact(work, desk.policy, case, by)
        until = due(Deadline.HEARING, work.now, desk.policy)
        for person in people:
            facts = {**await hand_receipt(desk, work, case, person), "answer_by": until.isoformat()}
            await tell_person(work, case, person, NoticeKind.HEARING, facts)
        await _under_way(work, case, by, until)
        facts = {"news": News.HEARING_BEGUN, "until": until.isoformat()}
        await tell_members(work, case, NoticeKind.CASE_NEWS, facts, besides=[by])
        about = {"case": str(case.id), "people": str(len(people))}
        work.journal.note(Entry("hearing.was_begun", by_member(by), "P-3.5", about, case.id))
    return f"The hearing in {case.code_name} has begun. There is time to answer until {until:%d %B %Y, %H:%M} UTC."


async def skip(desk: Desk, by: MemberId, code_name: str, step: StepKind, reason: str) -> str:
    """The step waits for a second member to agree that it is skipped; the reason is on record. Policy: P-5.5."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.SKIP_STEP)
        case = await case_for(work, by, code_name)
        insist(may_skip(as_judged(step), reason))
        await step_to(work, case.id, step, StepEvent.ASK_SKIP, by_member(by), reason=reason.strip())
        await tell_members(work, case, NoticeKind.SKIP_TO_CONFIRM, {"step": step}, besides=[by])
        about = {"case": str(case.id), "step": step}
        work.journal.note(Entry("skip.was_asked", by_member(by), "P-5.5", about, case.id, reason.strip()))
    return "A second member has to agree. The others have been asked."


async def second_skip(desk: Desk, by: MemberId, code_name: str, step: StepKind) -> str:
    """The step is skipped, on the word of a second member. Policy: P-5.5."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.SKIP_STEP)
        case = await case_for(work, by, code_name)
        known = (await steps_of(work, case.id)).of.get(step)
        if known is None or known.state is not StepState.SKIP_ASKED:
            raise Refused("not_asked", "Nobody has asked to skip this step.", "P-5.5")
        insist(may_confirm(Second.SKIP, by_member(by), known.by))
        await step_to(work, case.id, step, StepEvent.SECOND_SKIP, known.by, second=by)
        await _close_window(work, case, step)
        await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.STEP_SKIPPED, "step": step}, besides=[by])
        about = {"case": str(case.id), "step": step, "asked_by": known.by}
        work.journal.note(Entry("step.was_skipped", by_member(by), "P-5.5", about, case.id))
    return "The step is skipped. Who asked, who agreed, and why is kept with the case."


async def steps(desk: Desk, by: MemberId, code_name: str) -> tuple[StepView, ...]:
    """Where each step of the case stands, in order."""
    async with desk.works.look() as view:
        case = await case_for(view, by, code_name)
        known = await steps_of(view, case.id)
        return tuple(_shown(kind, known.of.get(kind)) for kind in all_steps(case))


async def may_contact(view: View, case: Case) -> Verdict:
    """Whether the people reported in the case may be written to as things stand. Policy: P-2.12, P-3.5."""
    reports = await view.cases.reports_of(case.id)
    waits = any(report.hold_contact and report.withdrawn_at is None for report in reports)
    closed = case.state is CaseState.CLOSED
    return may_contact_reported(closed=closed, asked_to_wait=waits, question_open=await question_is_open(view, case))


async def was_asked(view: View, case: Case, person: PersonId) -> bool:
    """Whether the person has been written to in this case and could answer."""
    told = await view.notices.of_person(person)
    return any(notice.kind is NoticeKind.HEARING and notice.case == case.id for notice in told)


async def ask_for_views(work: Work, policy: Policy, case: Case) -> None:
    """The reporters know what was agreed and are asked; the window closes by itself. Policy: P-5.4.

    Where there is nobody to ask the step is over at once, and that is the recorded reason.
    """
    if case.kind is CaseKind.READMISSION or (await steps_of(work, case.id)).state(StepKind.FEEDBACK) in _ANSWERED:
        return
    until = due(Deadline.FEEDBACK, work.now, policy)
    facts = {"news": News.ASKED_FOR_VIEWS, "until": until.isoformat()}
    if not await tell_reporters(work, case, NoticeKind.REPORTER_NEWS, facts):
        await finish(work, case.id, StepKind.FEEDBACK, SERVICE, "there is no reporter to ask")
        return
    await step_to(work, case.id, StepKind.FEEDBACK, StepEvent.BEGIN, SERVICE, until=until)
    await promise(work, PromiseKind.FEEDBACK, case.id, until)


async def hearing_over(work: Work, made: Promise) -> None:
    """The time to answer is over: the group may go on. Policy: P-3.5."""
    await _window_over(work, made, StepKind.HEARING, News.HEARING_OVER)


async def feedback_over(work: Work, made: Promise) -> None:
    """The time for the reporters' views is over: the decision may be enacted. Policy: P-5.4."""
    await _window_over(work, made, StepKind.FEEDBACK, News.FEEDBACK_OVER)


async def _window_over(work: Work, made: Promise, step: StepKind, news: News) -> None:
    await keep(work, made)
    if made.case is None or (await steps_of(work, made.case)).is_over(step):
        return
    case = await case_of(work, made.case)
    await finish(work, case.id, step, SERVICE, "the time for it is over")
    await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": news})
    work.journal.note(Entry(f"{step}.was_closed", SERVICE, "P-5.4", {"case": str(case.id)}, case.id))


async def _under_way(work: Work, case: Case, by: MemberId, until: datetime) -> None:
    """The hearing runs from now, also where an earlier one of somebody else in the case is over."""
    steps_now = await steps_of(work, case.id)
    await keep_for(work, case.id, PromiseKind.HEARING)
    if steps_now.state(StepKind.HEARING) not in (StepState.PENDING, StepState.SKIP_ASKED):
        await step_to(work, case.id, StepKind.HEARING, StepEvent.RENEW, by_member(by))
    await step_to(work, case.id, StepKind.HEARING, StepEvent.BEGIN, by_member(by), until=until)
    await promise(work, PromiseKind.HEARING, case.id, until)


async def _close_window(work: Work, case: Case, step: StepKind) -> None:
    windows = {StepKind.HEARING: PromiseKind.HEARING, StepKind.FEEDBACK: PromiseKind.FEEDBACK}
    if step in windows:
        await keep_for(work, case.id, windows[step])


async def _nobody(work: Work, case: Case) -> str:
    if await reported(work, case):
        return "Everybody who was reported in this case has been written to already."
    return "Nobody who was reported is known in this case yet. Name an account of theirs first."


def _shown(kind: StepKind, step: Step | None) -> StepView:
    if step is None:
        return StepView(kind, StepState.PENDING, None)
    asked = step.by if step.state in (StepState.SKIP_ASKED, StepState.SKIPPED) else ""
    return StepView(kind, step.state, step.until, step.reason, asked, step.second)
