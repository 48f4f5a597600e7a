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
from guardian.cases.drafts import DRAFT_MACHINE, Draft, DraftEvent, read_text
from guardian.cases.procedure import StepEvent, StepState, steps_missing_before_enactment
from guardian.cases.proposals import Decision, unenacted_decision
from guardian.errors import Refused, Stale
from guardian.ids import DecisionId, MemberId, SanctionId
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.people.permissions import UseCase
from guardian.sanctions import imposition
from guardian.sanctions.models import Sanction, effective_from
from guardian.services.authorization import require
from guardian.services.case_flow import get_case, issue_personal_receipt, transition
from guardian.services.case_steps import StepChange, advance_step, complete_step, get_steps
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_for_case, reschedule, start_deadline
from guardian.services.deliberation.letter_drafts import letters_on, read_letter_on
from guardian.services.deliberation.procedure import was_asked
from guardian.services.deliberation.results import read_result_on, send_result
from guardian.services.escalation.cross_space import propose_if_cross_space
from guardian.services.escalation.referrals import refer_by_decision
from guardian.services.notify import notify_members, notify_person
from guardian.services.sanctions.coverage_preview import SpacePreview, preview_restriction
from guardian.services.sanctions.imposition import (
    assign_manual_notification,
    build_decision_facts,
    impose_decision,
    report_once_in_force,
    report_to_board,
    sanction_for_authority,
    sanction_for_decision,
)
from guardian.services.sanctions.readmission import answer_request
from guardian.services.visibility import visible_accounts_with_merged
from rules.deadlines import TimeLimit, due_at, reminder_times
from rules.ladder import AuthorityKind, Outcome
from rules.notification import NotificationState, waits_until
from rules.policy import Policy
from rules.procedure import Step, Unsaid, may_enact, may_enact_unread

_NOTIFICATION_BEGUN: Final = frozenset({StepState.UNDER_WAY, StepState.DONE, StepState.SKIPPED})
_UNEXPLAINED: Final = frozenset({Outcome.NO_ACTION, Outcome.OTHER})
_COMPLETED_BY_ENACTMENT: Final = (
    DeadlineKind.FIRST_ANSWER,
    DeadlineKind.SUBSTANTIVE_ANSWER,
    DeadlineKind.RESOLUTION,
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
        require(may_enact_unread(await find_unsaid(uow, case, decision), confirmed=unread))
        case = await transition(uow, case, CaseEvent.ENACT)
        decision = await uow.deliberation.save_decision(replace(decision, enacted_at=uow.now))
        about = {"case": str(case.id), "decision": str(decision.id)}
        uow.journal.note(
            Entry(act="decision.was_enacted", by=by_member(by), authority="P-5.5", about=about, case=case.id)
        )
        await complete_for_case(uow, case.id, *_COMPLETED_BY_ENACTMENT)
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
    if proof is not None and (await get_steps(uow, case.id)).state(Step.NOTIFY_REPORTED) is StepState.UNDER_WAY:
        await complete_step(uow, case.id, Step.NOTIFY_REPORTED)
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


async def send_decision(app: AppContext, uow: UnitOfWork, case: Case, decision: Decision, draft: Draft | None) -> None:
    """Notify the person of the decision, once: in the group's own words where they were read, else in standard ones."""
    if decision.person is None or (await get_steps(uow, case.id)).state(Step.NOTIFY_REPORTED) in _NOTIFICATION_BEGUN:
        return
    sanction = await sanction_for_decision(uow, decision, case)
    await _write_to_person(app, uow, case, decision, draft)
    event = StepEvent.COMPLETE if sanction is None else StepEvent.BEGIN
    await advance_step(uow, case.id, Step.NOTIFY_REPORTED, StepChange(event, SERVICE))
    await complete_step(uow, case.id, Step.SECOND_READING, SERVICE, "" if draft else "the standard text was sent")


async def send_late_letter(app: AppContext, uow: UnitOfWork, case: Case, draft: Draft) -> None:
    """Send a letter that was read only after the standard text had gone: the person still learns for what."""
    decision = await _told_without_letter(uow, case)
    if decision is not None and draft in await letters_on(uow, case, decision):
        await _write_to_person(app, uow, case, decision, draft)


async def find_unsaid(view: ReadView, case: Case, decision: Decision) -> tuple[Unsaid, ...]:
    """Return what the parties would not learn if the decision were enacted with the letters that have been read.

    Policy: P-5.5, P-5.6.
    """
    if decision.consequence.readmit is not None:
        return ()
    return (*await _unsaid_to_person(view, case, decision), *await _unsaid_to_reporters(view, case, decision))


async def pending_decision(view: ReadView, case: Case) -> Decision | None:
    """Return the enacted decision whose person is still to be notified, because a text waits to be read."""
    if (await get_steps(view, case.id)).state(Step.NOTIFY_REPORTED) in _NOTIFICATION_BEGUN:
        return None
    enacted = [d for d in await view.deliberation.decisions_of(case.id) if d.enacted_at and d.person]
    return enacted[-1] if enacted and case.state is CaseState.IN_FORCE else None


async def on_second_reading_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind members of a text to be read, then send the standard one, then let the decision take effect without it.

    The standard text goes out at the last reminder, so that it has been tried everywhere before the restriction cuts
    the person off. Policy: P-5.6.
    """
    decision = await uow.deliberation.decision(DecisionId(deadline.about))
    if decision is None or decision.enacted_at is None:
        await complete(uow, deadline)
        return
    case = await get_case(uow, decision.case)
    instants = _reading_instants(deadline, app.policy)
    waits = await pending_decision(uow, case) == decision
    if uow.now >= deadline.due:
        await _end_notification_wait(app, uow, case, decision, deadline)
        return
    if waits and len(instants) > 1 and uow.now < instants[-2]:
        await _ask_for_letter(uow, case, decision, deadline.due)
    elif waits:
        await send_decision(app, uow, case, decision, None)
        uow.journal.note(
            Entry(
                act="standard_text.was_sent",
                by=SERVICE,
                authority="P-5.6",
                about={"decision": str(decision.id)},
                case=case.id,
            )
        )
    await reschedule(uow, deadline, next(at for at in instants if at > uow.now))


async def on_board_report_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Report to the Board now, and say in which spaces it is not confirmed: none of them keeps the Board in the dark.

    Policy: P-8.5.
    """
    await complete(uow, deadline)
    decision = await uow.deliberation.decision(DecisionId(deadline.about))
    if decision is not None and decision.enacted_at is not None:
        await report_to_board(uow, await get_case(uow, decision.case))


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
        await _ask_for_letter(uow, case, decision, until)
    if waits or sanction is not None:
        deadline = await start_deadline(uow, DeadlineKind.SECOND_READING, case.id, until, about=decision.id)
        first = _reading_instants(deadline, app.policy)[0]
        await uow.deadlines.save(replace(deadline, next_at=first))
    return waits


async def _end_notification_wait(
    app: AppContext, uow: UnitOfWork, case: Case, decision: Decision, deadline: Deadline
) -> None:
    """Let what was decided apply whether or not the person could be notified: the time for that has run out."""
    await complete(uow, deadline)
    if not await _was_notified(uow, case, decision):
        await send_decision(app, uow, case, decision, None)
    sanction = await sanction_for_authority(uow, decision.id, case)
    if sanction is not None and sanction.notification is NotificationState.TO_NOTIFY:
        await assign_manual_notification(uow, case, sanction)
    uow.journal.note(
        Entry(act="telling.ran_out", by=SERVICE, authority="P-5.6", about={"decision": str(decision.id)}, case=case.id)
    )


async def _was_notified(view: ReadView, case: Case, decision: Decision) -> bool:
    """Whether the person was written to about this decision, whatever has become of its steps since."""
    if decision.person is None or decision.enacted_at is None:
        return True
    notices = [n for n in await view.notices.of_person(decision.person) if n.kind is NoticeKind.DECISION]
    return any(n.case == case.id and n.created_at and n.created_at >= decision.enacted_at for n in notices)


def _reading_instants(deadline: Deadline, policy: Policy) -> tuple[datetime, ...]:
    return (*reminder_times(TimeLimit.SECOND_READING, deadline.since, policy), deadline.due)


async def _write_to_person(
    app: AppContext, uow: UnitOfWork, case: Case, decision: Decision, draft: Draft | None
) -> None:
    if decision.person is None:
        return
    sanction = await sanction_for_decision(uow, decision, case)
    words = read_text(draft) if draft else None
    facts: PartyFacts = {
        **build_decision_facts(decision, sanction, app.policy),
        **await issue_personal_receipt(app, uow, case, decision.person),
        **({"text": words} if words else {}),
    }
    await notify_person(uow, case, decision.person, NoticeKind.DECISION, facts, sanction.id if sanction else None)
    if draft is not None and words is not None:
        await uow.deliberation.save_draft(replace(draft, state=DRAFT_MACHINE.advance(draft.state, DraftEvent.SEND)))


async def _ask_for_letter(uow: UnitOfWork, case: Case, decision: Decision, until: datetime) -> None:
    """Ask the members to read the letter that waits, or to write one where there is none."""
    wanted = {} if await letters_on(uow, case, decision) else {"ask": "write"}
    await notify_members(uow, case, NoticeKind.DRAFT_TO_READ, {"until": until.isoformat(), **wanted})


async def _told_without_letter(view: ReadView, case: Case) -> Decision | None:
    """The newest enacted decision whose person has had the standard text, and no letter of the group's own."""
    enacted = [d for d in await view.deliberation.decisions_of(case.id) if d.enacted_at and d.person]
    newest = enacted[-1] if enacted else None
    if newest is None or newest.person is None or newest.enacted_at is None:
        return None
    notices = [n for n in await view.notices.of_person(newest.person) if n.kind is NoticeKind.DECISION]
    told = [n for n in notices if n.case == case.id and n.created_at and n.created_at >= newest.enacted_at]
    return newest if told and not any("text" in n.facts for n in told) else None


async def _unsaid_to_person(view: ReadView, case: Case, decision: Decision) -> list[Unsaid]:
    steps = await get_steps(view, case.id)
    skipped = steps.state(Step.NOTIFY_REPORTED) is StepState.SKIPPED
    if decision.person is None or skipped or await read_letter_on(view, case, decision) is not None:
        return []
    left_out = steps.state(Step.BEHAVIOUR) is StepState.SKIPPED
    conditions = decision.consequence.conditions.strip()
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
