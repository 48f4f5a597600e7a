"""Write to the person on whom something was decided: in words that were read, else, in time, in the standard ones.

Read `send_decision` first. Policy: P-5.5, P-5.6.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from guardian.cases.case import Case, CaseState
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.drafts import DRAFT_MACHINE, Draft, DraftEvent, read_text
from guardian.cases.procedure import StepEvent, StepState
from guardian.cases.proposals import Decision
from guardian.ids import DecisionId
from guardian.journal import SERVICE, Entry
from guardian.notices.models import NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.sanctions.models import Sanction
from guardian.services.case_flow import get_case, issue_personal_receipt
from guardian.services.case_steps import StepChange, advance_step, complete_step, get_steps
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, reschedule
from guardian.services.deliberation.letter_drafts import letters_on
from guardian.services.deliberation.results import decided_anew, standing_decisions
from guardian.services.notify import notify_members, notify_person
from guardian.services.sanctions.imposition import (
    assign_manual_notification,
    build_decision_facts,
    sanction_for_authority,
    sanction_for_decision,
)
from rules.deadlines import TimeLimit, reminder_times
from rules.notification import NotificationState
from rules.policy import Policy
from rules.procedure import Step

_NOTIFICATION_BEGUN: Final = frozenset({StepState.UNDER_WAY, StepState.DONE, StepState.SKIPPED})
_LEFT_TO_PEOPLE: Final = frozenset({NotificationState.COULD_NOT_NOTIFY, NotificationState.TOLD_BY_HAND})


async def send_decision(app: AppContext, uow: UnitOfWork, case: Case, decision: Decision, draft: Draft | None) -> None:
    """Notify the person of the decision, once: in the group's own words where they were read, else in standard ones."""
    if decision.person is None or await _is_told(uow, case, decision):
        return
    sanction = await sanction_for_decision(uow, decision, case)
    await _write_to_person(app, uow, case, decision, draft)
    if not await _has_steps(uow, case, decision):
        return
    event = StepEvent.COMPLETE if sanction is None else StepEvent.BEGIN
    await advance_step(uow, case.id, Step.NOTIFY_REPORTED, StepChange(event, SERVICE))
    await complete_step(uow, case.id, Step.SECOND_READING, SERVICE, "" if draft else "the standard text was sent")


async def send_late_letter(app: AppContext, uow: UnitOfWork, case: Case, draft: Draft) -> None:
    """Send a letter that was read only after the standard text had gone: the person still learns for what."""
    decision = await _told_without_letter(uow, case, draft)
    if decision is not None and draft in await letters_on(uow, case, decision):
        await _write_to_person(app, uow, case, decision, draft)


async def pending_decisions(view: ReadView, case: Case) -> tuple[Decision, ...]:
    """Return the enacted decisions whose people are still to be notified, because a text waits to be read.

    Of each person the newest counts, and none while something else is being decided on them.
    """
    anew = await decided_anew(view, case)
    standing = [d for d in await standing_decisions(view, case) if d.person is not None and d.person not in anew]
    return tuple([each for each in standing if await _is_pending(view, case, each)])


async def awaiting_word(view: ReadView, case: Case) -> bool:
    """Return whether somebody on whom it was decided has not been written to, while that waits for a letter."""
    standing = [d for d in await standing_decisions(view, case) if d.person is not None]
    return any([await _waits_for_letter(view, case, decision) for decision in standing])


async def complete_telling(uow: UnitOfWork, case: Case, sanction: Sanction) -> None:
    """Complete the step of notifying the person, unless it belongs by now to a decision on somebody else."""
    newest = await _newest_on_people(uow, case)
    is_theirs = newest is None or newest.person == sanction.person
    if is_theirs and (await get_steps(uow, case.id)).state(Step.NOTIFY_REPORTED) is StepState.UNDER_WAY:
        await complete_step(uow, case.id, Step.NOTIFY_REPORTED)


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
    instants = reading_instants(deadline, app.policy)
    waits = decision in await pending_decisions(uow, case)
    if uow.now >= deadline.due:
        await _end_notification_wait(app, uow, case, decision, deadline)
        return
    if waits and len(instants) > 1 and uow.now < instants[-2]:
        await ask_for_letter(uow, case, decision, deadline.due)
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


async def ask_for_letter(uow: UnitOfWork, case: Case, decision: Decision, until: datetime) -> None:
    """Ask the members to read the letter that waits, or to write one where there is none."""
    wanted = {} if await letters_on(uow, case, decision) else {"ask": "write"}
    await notify_members(uow, case, NoticeKind.DRAFT_TO_READ, {"until": until.isoformat(), **wanted})


def reading_instants(deadline: Deadline, policy: Policy) -> tuple[datetime, ...]:
    """Return when members are reminded of a letter to be read, and at last when the wait for it ends."""
    return (*reminder_times(TimeLimit.SECOND_READING, deadline.since, policy), deadline.due)


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


async def _told_without_letter(view: ReadView, case: Case, draft: Draft) -> Decision | None:
    """The newest enacted decision on the letter's person, where they have had the standard text and no such letter."""
    decisions = await view.deliberation.decisions_of(case.id)
    enacted = [d for d in decisions if d.enacted_at and d.person and draft.person in (None, d.person)]
    newest = enacted[-1] if enacted else None
    if newest is None or newest.person is None or newest.enacted_at is None:
        return None
    notices = [n for n in await view.notices.of_person(newest.person) if n.kind is NoticeKind.DECISION]
    told = [n for n in notices if n.case == case.id and n.created_at and n.created_at >= newest.enacted_at]
    return newest if told and not any("text" in n.facts for n in told) else None


async def _newest_on_people(view: ReadView, case: Case) -> Decision | None:
    enacted = [d for d in await standing_decisions(view, case) if d.person is not None]
    return enacted[-1] if enacted else None


async def _has_steps(view: ReadView, case: Case, decision: Decision) -> bool:
    """Whether the steps of the case are this decision's: another on the way, or made since, has begun them anew."""
    return case.state is CaseState.IN_FORCE and decision == await _newest_on_people(view, case)


async def _is_pending(view: ReadView, case: Case, decision: Decision) -> bool:
    if await _has_steps(view, case, decision):
        return (await get_steps(view, case.id)).state(Step.NOTIFY_REPORTED) not in _NOTIFICATION_BEGUN
    return await _waits_for_letter(view, case, decision)


async def _waits_for_letter(view: ReadView, case: Case, decision: Decision) -> bool:
    waits = await view.deadlines.open_about(decision.id, DeadlineKind.SECOND_READING)
    return bool(waits) and not await _is_told(view, case, decision)


async def _is_told(view: ReadView, case: Case, decision: Decision) -> bool:
    """Whether the person was written to about this decision, or two members have left that out."""
    if await _has_steps(view, case, decision):
        return (await get_steps(view, case.id)).state(Step.NOTIFY_REPORTED) in _NOTIFICATION_BEGUN
    sanction = await sanction_for_authority(view, decision.id, case)
    by_people = sanction is not None and sanction.notification in _LEFT_TO_PEOPLE
    return by_people or await _was_notified(view, case, decision)
