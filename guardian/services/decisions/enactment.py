"""Enact a decision in the order of P-5.5: notify the reporter, notify the person, the spaces, the Board's report.

Nothing here calls a space: what is to be restricted becomes a work item, and the reconciler makes it so. Read `enact`
first.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.case import Case, CaseEvent, CaseState
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.procedure import StepEvent, StepState, steps_missing_before_enactment
from guardian.cases.proposals import Decision, unenacted_decision
from guardian.errors import Refused, Stale
from guardian.ids import DecisionId, MemberId, SanctionId
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.sanctions import imposition
from guardian.sanctions.models import Sanction, effective_from
from guardian.services.authorization import require
from guardian.services.case_flow import get_case, transition
from guardian.services.case_steps import StepChange, advance_step, complete_step, get_steps
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_for_case, start_deadline
from guardian.services.decisions.conditions import start_conditions
from guardian.services.decisions.person_letters import (
    ask_for_letter,
    complete_telling,
    reading_instants,
    send_decision,
)
from guardian.services.deliberation.letter_drafts import read_letter_on
from guardian.services.deliberation.procedure import was_asked
from guardian.services.deliberation.results import read_result_on, send_result, undecided_people
from guardian.services.deliberation.talks import with_consent
from guardian.services.escalation.cross_space import propose_if_cross_space
from guardian.services.escalation.referrals import refer_by_decision
from guardian.services.notify import notify_members
from guardian.services.sanctions.coverage_preview import SpacePreview, preview_restriction
from guardian.services.sanctions.imposition import (
    assign_manual_notification,
    impose_decision,
    report_once_in_force,
    report_to_board,
)
from guardian.services.sanctions.readmission import answer_request
from guardian.services.visibility import visible_accounts_with_merged
from rules.deadlines import TimeLimit, due_at
from rules.ladder import AuthorityKind, Outcome
from rules.notification import NotificationState, waits_until
from rules.procedure import Step, Unsaid, may_enact, may_enact_unread
from rules.talks import may_hold_talk
from rules.verdict import Verdict, allowed

_UNEXPLAINED: Final = frozenset({Outcome.NO_ACTION, Outcome.OTHER})
_COMPLETED_BY_ENACTMENT: Final = (
    DeadlineKind.FIRST_ANSWER,
    DeadlineKind.SUBSTANTIVE_ANSWER,
    DeadlineKind.BOARD_ANSWER,
)


@dataclass(frozen=True, slots=True)
class EnactmentPreview:
    """What enacting would do, space by space; what is missing before it; what nobody would learn for want of a letter."""

    code_name: str
    decision: Decision
    spaces: tuple[SpacePreview, ...]
    missing: tuple[Step, ...]
    unsaid: tuple[Unsaid, ...] = ()


@dataclass(frozen=True, slots=True)
class EnactmentResult:
    """A decision that has been enacted: since when, and from when its restriction applies at the latest.

    `waits_for_reading`: a text of the group's own is still to be read by a second member before the person is notified.
    """

    code_name: str
    at: datetime
    sanction: SanctionId | None
    in_force_from: datetime | None
    waits_for_reading: bool = False


async def preview_enactment(app: AppContext, by: MemberId, code_name: str) -> EnactmentPreview:
    """Preview what enacting the case's decision would do in every space, asked of the spaces now. Policy: P-6.7."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.READ_CASE)
        case = await case_for_member(view, by, code_name)
        decision = await _agreed_decision(view, case)
        missing = await _missing_steps(view, case, decision)
        unsaid = await find_unsaid(view, case, decision)
        known = await visible_accounts_with_merged(view, by, decision.person) if decision.person else ()
        accounts = tuple(link.account for link in known if link.binding)
        waiting = tuple(link.account for link in known if not link.binding)
    consequence = decision.consequence
    spaces = await preview_restriction(app.spaces, accounts, consequence.restriction, consequence.spaces, waiting)
    return EnactmentPreview(case.code_name, decision, spaces if decision.person else (), missing, unsaid)


async def enact(
    app: AppContext, by: MemberId, code_name: str, *, unread: bool = False, seen: DecisionId | None = None
) -> EnactmentResult:
    """Put the case's decision in force as far as people can; notices and the spaces follow by themselves.

    Refused while a step before it is neither done nor skipped, and where no letter was read, unless `unread`: whoever
    enacts has been told what will then not be learned. Stale where the decision is another than the one they have
    `seen`. Policy: P-5.4, P-5.5, P-5.6.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.ENACT)
        case = await case_for_member(uow, by, code_name)
        decision = await _agreed_decision(uow, case)
        if seen is not None and decision.id != seen:
            raise Stale("The decision has become another since you looked. Please look again.")
        require(may_enact(await _missing_steps(uow, case, decision)))
        require(await _may_still_carry_out(uow, case, decision))
        require(may_enact_unread(await find_unsaid(uow, case, decision), confirmed=unread))
        case = await transition(uow, case, CaseEvent.ENACT)
        decision = await uow.deliberation.save_decision(replace(decision, enacted_at=uow.now))
        about = {"case": str(case.id), "decision": str(decision.id)}
        uow.journal.note(
            Entry(act="decision.was_enacted", by=by_member(by), authority="P-5.5", about=about, case=case.id)
        )
        await complete_for_case(uow, case.id, *_COMPLETED_BY_ENACTMENT)
        if not await undecided_people(uow, case):
            await complete_for_case(uow, case.id, DeadlineKind.RESOLUTION)
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.ENACTED}, besides=[by])
        if decision.consequence.readmit is not None:
            await answer_request(uow, case, decision, by)
            await complete_step(uow, case.id, Step.NOTIFY_REPORTED)
            await report_to_board(uow, case)
            return EnactmentResult(case.code_name, uow.now, case.about_sanction, None)
        return await _put_into_force(app, uow, case, decision, by)


async def record_person_notified(uow: UnitOfWork, sanction_id: SanctionId, proof: str | None) -> None:
    """Record how notifying the person ended: with a proof they are notified, with None every channel has refused.

    The outbox calls this in the transaction in which it learns it; calling twice changes nothing. Policy: P-6.2.
    """
    sanction = await uow.sanctions.sanction(sanction_id)
    if sanction is None:
        return
    case = await get_case(uow, sanction.case)
    if proof is not None:
        await complete_telling(uow, case, sanction)
    if sanction.notification in (NotificationState.NOTIFIED, NotificationState.NOTIFIED_AFTER):
        return
    about = {"sanction": str(sanction.id), "case": str(case.id)}
    if proof is not None:
        await imposition.record_notification(uow, sanction, NotificationState.NOTIFIED)
        uow.journal.note(Entry(act="person.was_told", by=SERVICE, authority="P-6.2", about=about, case=case.id))
    elif sanction.notification is NotificationState.TO_NOTIFY and sanction.lifting is None:
        await imposition.record_notification(uow, sanction, NotificationState.COULD_NOT_NOTIFY)
        uow.journal.note(
            Entry(act="person.could_not_be_told", by=SERVICE, authority="P-6.2", about=about, case=case.id)
        )
        await assign_manual_notification(uow, case, sanction)
    if sanction.authority.kind is AuthorityKind.DECISION:
        await report_once_in_force(uow, case)


async def find_unsaid(view: ReadView, case: Case, decision: Decision) -> tuple[Unsaid, ...]:
    """Return what the parties would not learn if the decision were enacted with the letters that have been read.

    Policy: P-5.5, P-5.6.
    """
    if decision.consequence.readmit is not None:
        return ()
    return (*await _unsaid_to_person(view, case, decision), *await _unsaid_to_reporters(view, case, decision))


async def on_board_report_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Report to the Board now, and say in which spaces it is not confirmed: none of them keeps the Board in the dark.

    Policy: P-8.5.
    """
    await complete(uow, deadline)
    decision = await uow.deliberation.decision(DecisionId(deadline.about))
    if decision is not None and decision.enacted_at is not None:
        await report_to_board(uow, await get_case(uow, decision.case))


async def _may_still_carry_out(view: ReadView, case: Case, decision: Decision) -> Verdict:
    """Whether nobody has taken back since what the decision rests on: the consent of everybody in a talk."""
    if decision.consequence.outcome is not Outcome.FACILITATED_COMMUNICATION:
        return allowed("P-5.3")
    return may_hold_talk(agreed=(await with_consent(view, case, decision.consequence)).consent_of_all)


async def _put_into_force(
    app: AppContext, uow: UnitOfWork, case: Case, decision: Decision, by: MemberId
) -> EnactmentResult:
    steps = await get_steps(uow, case.id)
    if steps.state(Step.NOTIFY_REPORTED) in (StepState.UNDER_WAY, StepState.DONE):
        # The person was notified of an earlier decision.
        await advance_step(uow, case.id, Step.NOTIFY_REPORTED, StepChange(StepEvent.RESET, by_member(by)))
    if not steps.is_over(Step.NOTIFY_REPORTER):
        await send_result(uow, case, decision)
        await complete_step(uow, case.id, Step.NOTIFY_REPORTER, by_member(by))
    until = due_at(TimeLimit.SECOND_READING, uow.now, app.policy)
    wait_ends = waits_until(uow.now, app.policy, safety=case.safety_risk)
    sanction = await impose_decision(app, uow, case, decision, wait_ends, by_member(by))
    await start_conditions(uow, app.policy, decision)
    waits = await _notify_reported(app, uow, case, decision, sanction, until)
    if sanction is None:
        await report_to_board(uow, case)
    else:
        report_by = due_at(TimeLimit.BOARD_REPORT, uow.now, app.policy)
        await start_deadline(uow, DeadlineKind.BOARD_REPORT, case.id, report_by, about=decision.id)
    await refer_by_decision(uow, app.policy, case, decision)
    if decision.person is not None:
        await propose_if_cross_space(uow, app.policy, decision.person)
    in_force_from = effective_from(sanction) if sanction else None
    return EnactmentResult(case.code_name, uow.now, sanction.id if sanction else None, in_force_from, waits)


async def _notify_reported(
    app: AppContext, uow: UnitOfWork, case: Case, decision: Decision, sanction: Sanction | None, until: datetime
) -> bool:
    """Notify the person now, unless a text of the group's own is still to be read; return whether it is."""
    if decision.person is None:
        return False
    steps = await get_steps(uow, case.id)
    if steps.state(Step.NOTIFY_REPORTED) is StepState.SKIPPED:
        if sanction is not None:
            await imposition.record_notification(uow, sanction, NotificationState.COULD_NOT_NOTIFY)
            await start_deadline(uow, DeadlineKind.SECOND_READING, case.id, until, about=decision.id)
            await report_once_in_force(uow, case)
        return False
    read = await read_letter_on(uow, case, decision)
    skipped = steps.state(Step.SECOND_READING) is StepState.SKIPPED
    # Whom a safety measure restricts at once hears of it at once; the group's own words follow when they are read.
    waits = read is None and not skipped and not case.safety_risk
    if not waits:
        await send_decision(app, uow, case, decision, read)
    if read is None and not skipped:
        await ask_for_letter(uow, case, decision, until)
    if waits or sanction is not None:
        deadline = await start_deadline(uow, DeadlineKind.SECOND_READING, case.id, until, about=decision.id)
        first = reading_instants(deadline, app.policy)[0]
        await uow.deadlines.save(replace(deadline, next_at=first))
    return waits


async def _unsaid_to_person(view: ReadView, case: Case, decision: Decision) -> list[Unsaid]:
    steps = await get_steps(view, case.id)
    skipped = steps.state(Step.NOTIFY_REPORTED) is StepState.SKIPPED
    if decision.person is None or skipped or await read_letter_on(view, case, decision) is not None:
        return []
    left_out = steps.state(Step.BEHAVIOUR) is StepState.SKIPPED
    conditions = decision.consequence.conditions.strip() or decision.consequence.asked
    return ([] if left_out else [Unsaid.BEHAVIOUR]) + ([Unsaid.CONDITIONS] if conditions else [])


async def _unsaid_to_reporters(view: ReadView, case: Case, decision: Decision) -> list[Unsaid]:
    """A finding says its own why; that nothing more follows, or something else, does not."""
    if decision.consequence.outcome not in _UNEXPLAINED or await read_result_on(view, case, decision) is not None:
        return []
    reports = [report for report in await view.cases.reports_of(case.id) if report.withdrawn_at is None]
    told = (await get_steps(view, case.id)).is_over(Step.NOTIFY_REPORTER)
    return [Unsaid.REASON] if reports and not told else []


async def _agreed_decision(view: ReadView, case: Case) -> Decision:
    proposals = {p.id: p for p in await view.deliberation.proposals_of(case.id)}
    decision = unenacted_decision(await view.deliberation.decisions_of(case.id), proposals)
    if decision is None or case.state is not CaseState.AGREED:
        raise Refused("nothing_agreed", "Nothing is agreed in this case that waits to be enacted.", "P-5.1")
    return decision


async def _missing_steps(view: ReadView, case: Case, decision: Decision) -> tuple[Step, ...]:
    """The steps that keep the decision from being enacted; a hearing of somebody else in the case does not count."""
    person = decision.person
    asked = person is not None and await was_asked(view, case, person)
    known = await get_steps(view, case.id)
    return steps_missing_before_enactment(
        case, decision.consequence, known, about_person=person is not None, was_asked=asked
    )
