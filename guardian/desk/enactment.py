"""A decision takes hold, in the order of P-5.5: the reporter is told, the person is told, the spaces, the Board's report.

Nothing here touches a space: what is to be held enters the work list, and the reconciler makes it so.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.access import acting, case_for
from guardian.cases.deliberation import not_enacted
from guardian.cases.drafts import DRAFTS, DraftEvent
from guardian.cases.steps import StepEvent, open_before_enactment
from guardian.cases.values import (
    Case,
    CaseEvent,
    CaseState,
    Decision,
    Draft,
    DraftKind,
    DraftState,
    PartyRole,
    Promise,
    PromiseKind,
    StepKind,
    StepState,
)
from guardian.desk.desk import Desk, View, Work
from guardian.desk.foresight import SpacePreview, foresee
from guardian.desk.hearing import was_asked
from guardian.desk.knowing import everything_known_to
from guardian.desk.moving import (
    again,
    case_of,
    finish,
    hand_receipt,
    insist,
    keep,
    keep_for,
    move,
    promise,
    step_to,
    steps_of,
)
from guardian.desk.readmission import answer_request
from guardian.desk.referring import refer_decided
from guardian.desk.sanctioning import (
    ask_somebody_to_tell,
    decide_sanction,
    decision_facts,
    report_once_in_force,
    report_to_board,
    sanction_by,
    sanction_of,
)
from guardian.desk.spreading import propose_if_spread
from guardian.desk.telling import tell_members, tell_person, tell_reporters
from guardian.errors import Refused
from guardian.ids import DecisionId, MemberId, SanctionId
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.sanctions import enactment
from guardian.sanctions.values import Sanction, may_act_from
from rules.deadlines import Deadline, due, reminders
from rules.ladder import Authority
from rules.policy import Policy
from rules.steps import Step, may_enact
from rules.telling import Telling, waits_until

_SENT: Final = frozenset({StepState.UNDER_WAY, StepState.DONE, StepState.SKIPPED})
_ANSWERED_NOW: Final = (
    PromiseKind.FIRST_ANSWER,
    PromiseKind.SUBSTANTIVE_ANSWER,
    PromiseKind.RESOLUTION,
    PromiseKind.BOARD_ANSWER,
)


@dataclass(frozen=True, slots=True)
class Preview:
    """What enacting would do: space by space, and what is still missing before it may be done."""

    code_name: str
    decision: Decision
    spaces: tuple[SpacePreview, ...]
    missing: tuple[StepKind, ...]


@dataclass(frozen=True, slots=True)
class Enacted:
    """A decision that has been enacted: since when, and from when its restriction holds at the latest.

    `waits_for_reading`: a text of the group's own is still to be read by a second member before the person is told.
    """

    code_name: str
    at: datetime
    sanction: SanctionId | None
    holds_from: datetime | None
    waits_for_reading: bool = False


async def preview(desk: Desk, by: MemberId, code_name: str) -> Preview:
    """What enacting the case's decision would do in every space, asked of the spaces now. Policy: P-6.7."""
    async with desk.works.look() as view:
        await acting(view, by, UseCase.READ_CASE)
        case = await case_for(view, by, code_name)
        decision = await _decision_of(view, case)
        missing = tuple(StepKind(step.value) for step in await _missing(view, case, decision))
        known = await everything_known_to(view, by, decision.person) if decision.person else ()
        accounts = tuple(link.account for link in known if link.binding)
        waiting = tuple(link.account for link in known if not link.binding)
    consequence = decision.consequence
    spaces = await foresee(desk.spaces, accounts, consequence.restriction, consequence.spaces, waiting)
    return Preview(case.code_name, decision, spaces if decision.person else (), missing)


async def enact(desk: Desk, by: MemberId, code_name: str) -> Enacted:
    """The case's decision is in force as far as people can make it so; telling and the spaces follow by themselves.

    Refused while a step before it is neither done nor skipped. Policy: P-5.4, P-5.5, P-5.6.
    """
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.ENACT)
        case = await case_for(work, by, code_name)
        decision = await _decision_of(work, case)
        insist(may_enact(await _missing(work, case, decision)))
        case = await move(work, case, CaseEvent.ENACT)
        decision = await work.deliberation.save_decision(replace(decision, enacted_at=work.now))
        about = {"case": str(case.id), "decision": str(decision.id)}
        work.journal.note(Entry("decision.was_enacted", by_member(by), "P-5.5", about, case.id))
        await keep_for(work, case.id, *_ANSWERED_NOW)
        await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.ENACTED}, besides=[by])
        if decision.consequence.readmit is not None:
            await answer_request(work, case, decision, by)
            await finish(work, case.id, StepKind.TELL_REPORTED)
            await report_to_board(work, case)
            return Enacted(case.code_name, work.now, case.about_sanction, None)
        return await _take_hold(desk, work, case, decision, by)


async def enactment_told(work: Work, sanction_id: SanctionId, proof: str | None) -> None:
    """How telling the person ended is on record: with a proof they are told, with None every channel has refused.

    The outbox calls this in the transaction in which it learns it; calling twice changes nothing. Policy: P-6.2.
    """
    sanction = await work.sanctions.sanction(sanction_id)
    if sanction is None:
        return
    case = await case_of(work, sanction.case)
    if proof is not None and (await steps_of(work, case.id)).state(StepKind.TELL_REPORTED) is StepState.UNDER_WAY:
        await finish(work, case.id, StepKind.TELL_REPORTED)
    if sanction.telling in (Telling.TOLD, Telling.TOLD_AFTER):
        return
    about = {"sanction": str(sanction.id), "case": str(case.id)}
    if proof is not None:
        await enactment.told(work, sanction, Telling.TOLD)
        work.journal.note(Entry("person.was_told", SERVICE, "P-6.2", about, case.id))
    elif sanction.telling is Telling.TO_TELL and sanction.lifting is None:
        await enactment.told(work, sanction, Telling.COULD_NOT)
        work.journal.note(Entry("person.could_not_be_told", SERVICE, "P-6.2", about, case.id))
        await ask_somebody_to_tell(work, case, sanction)
    if sanction.authority.kind is Authority.DECISION:
        await report_once_in_force(work, case)


async def send_decision(desk: Desk, work: Work, case: Case, decision: Decision, draft: Draft | None) -> None:
    """The person is told what was decided, once: in the group's own words where they were read, else in the standard ones."""
    if decision.person is None or (await steps_of(work, case.id)).state(StepKind.TELL_REPORTED) in _SENT:
        return
    sanction = await sanction_by(work, decision, case)
    facts = {**decision_facts(decision, sanction, desk.policy), **await hand_receipt(desk, work, case, decision.person)}
    if draft is not None:
        facts["text"] = draft.text
        await work.deliberation.save_draft(replace(draft, state=DRAFTS.advance(draft.state, DraftEvent.SEND)))
    sanction_id = sanction.id if sanction else None
    await tell_person(work, case, decision.person, NoticeKind.DECISION, facts, sanction_id)
    event = StepEvent.FINISH if sanction is None else StepEvent.BEGIN
    await step_to(work, case.id, StepKind.TELL_REPORTED, event, SERVICE)
    await finish(work, case.id, StepKind.SECOND_READING, SERVICE, "" if draft else "the standard text was sent")


async def waiting_decision(view: View, case: Case) -> Decision | None:
    """The enacted decision of the case whose person is still to be told, because a text waits to be read."""
    if (await steps_of(view, case.id)).state(StepKind.TELL_REPORTED) in _SENT:
        return None
    enacted = [d for d in await view.deliberation.decisions_of(case.id) if d.enacted_at and d.person]
    return enacted[-1] if enacted and case.state is CaseState.IN_FORCE else None


async def reading_by_the_clock(desk: Desk, work: Work, made: Promise) -> None:
    """A decision never waits long for its text: members are reminded, then the standard text goes, then it holds.

    The standard text goes out at the last reminder, so that it has been tried everywhere before the restriction cuts
    the person off. Policy: P-5.6.
    """
    decision = await work.deliberation.decision(DecisionId(made.about))
    if decision is None or decision.enacted_at is None:
        await keep(work, made)
        return
    case = await case_of(work, decision.case)
    instants = _reading_instants(made, desk.policy)
    waits = await waiting_decision(work, case) == decision
    if work.now >= made.due:
        await _held_by_the_clock(desk, work, case, decision, made)
        return
    if waits and len(instants) > 1 and work.now < instants[-2]:
        await tell_members(work, case, NoticeKind.DRAFT_TO_READ, {"until": made.due.isoformat()})
    elif waits:
        await send_decision(desk, work, case, decision, None)
        work.journal.note(Entry("standard_text.was_sent", SERVICE, "P-5.6", {"decision": str(decision.id)}, case.id))
    await again(work, made, next(at for at in instants if at > work.now))


async def _take_hold(desk: Desk, work: Work, case: Case, decision: Decision, by: MemberId) -> Enacted:
    steps = await steps_of(work, case.id)
    if steps.state(StepKind.TELL_REPORTED) in (StepState.UNDER_WAY, StepState.DONE):
        # What was told, was told of an earlier decision.
        await step_to(work, case.id, StepKind.TELL_REPORTED, StepEvent.RENEW, by_member(by))
    if not steps.is_over(StepKind.TELL_REPORTER):
        await tell_reporters(work, case, NoticeKind.REPORTER_NEWS, {"news": News.DECIDED})
        await finish(work, case.id, StepKind.TELL_REPORTER, by_member(by))
    until = due(Deadline.SECOND_READING, work.now, desk.policy)
    holds_from = waits_until(work.now, desk.policy, safety=case.safety_risk)
    sanction = await decide_sanction(desk, work, case, decision, holds_from, by_member(by))
    waits = await _tell_reported(desk, work, case, decision, sanction, until)
    if sanction is None:
        await report_to_board(work, case)
    await refer_decided(work, desk.policy, case, decision)
    if decision.person is not None:
        await propose_if_spread(work, desk.policy, decision.person)
    holds = may_act_from(sanction) if sanction else None
    return Enacted(case.code_name, work.now, sanction.id if sanction else None, holds, waits)


async def _tell_reported(
    desk: Desk, work: Work, case: Case, decision: Decision, sanction: Sanction | None, until: datetime
) -> bool:
    """The person is told now, unless a text of the group's own is still to be read: then the answer is True."""
    if decision.person is None:
        return False
    steps = await steps_of(work, case.id)
    if steps.state(StepKind.TELL_REPORTED) is StepState.SKIPPED:
        if sanction is not None:
            await enactment.told(work, sanction, Telling.COULD_NOT)
            await promise(work, PromiseKind.SECOND_READING, case.id, until, about=decision.id)
            await report_once_in_force(work, case)
        return False
    drafts = await _texts(work, case, decision)
    # Only the newest counts: whoever wrote it anew had a reason, and it may be a name in the old one.
    read = next((draft for draft in drafts[:1] if draft.state is DraftState.APPROVED), None)
    skipped = steps.state(StepKind.SECOND_READING) is StepState.SKIPPED
    waits = read is None and bool(drafts) and not skipped
    if waits:
        await tell_members(work, case, NoticeKind.DRAFT_TO_READ, {"until": until.isoformat()})
    else:
        await send_decision(desk, work, case, decision, read)
    if waits or sanction is not None:
        made = await promise(work, PromiseKind.SECOND_READING, case.id, until, about=decision.id)
        first = _reading_instants(made, desk.policy)[0]
        await work.promises.save(replace(made, next_at=first))
    return waits


async def _held_by_the_clock(desk: Desk, work: Work, case: Case, decision: Decision, made: Promise) -> None:
    """The time for telling has run out: what was decided holds whether or not the person could be told."""
    await keep(work, made)
    if not await _was_told(work, case, decision):
        await send_decision(desk, work, case, decision, None)
    sanction = await sanction_of(work, decision.id, case)
    if sanction is not None and sanction.telling is Telling.TO_TELL:
        await ask_somebody_to_tell(work, case, sanction)
    await report_to_board(work, case)
    work.journal.note(Entry("telling.ran_out", SERVICE, "P-5.6", {"decision": str(decision.id)}, case.id))


async def _was_told(view: View, case: Case, decision: Decision) -> bool:
    """Whether the person was written to about this decision, whatever has become of its steps since."""
    if decision.person is None or decision.enacted_at is None:
        return True
    told = [n for n in await view.notices.of_person(decision.person) if n.kind is NoticeKind.DECISION]
    return any(n.case == case.id and n.created_at and n.created_at >= decision.enacted_at for n in told)


def _reading_instants(made: Promise, policy: Policy) -> tuple[datetime, ...]:
    return (*reminders(Deadline.SECOND_READING, made.since, policy), made.due)


async def _texts(view: View, case: Case, decision: Decision) -> list[Draft]:
    """The group's own texts to the person about the decision, the newest first, as far as they can still be sent."""
    drafts = await view.deliberation.drafts_of(case.id)
    ours = [d for d in drafts if d.kind is DraftKind.DECISION and d.to is PartyRole.REPORTED]
    usable = [d for d in ours if d.state in (DraftState.WRITTEN, DraftState.APPROVED)]
    return [d for d in reversed(usable) if d.person in (None, decision.person)]


async def _decision_of(view: View, case: Case) -> Decision:
    proposals = {p.id: p for p in await view.deliberation.proposals_of(case.id)}
    decision = not_enacted(await view.deliberation.decisions_of(case.id), proposals)
    if decision is None or case.state is not CaseState.AGREED:
        raise Refused("nothing_agreed", "Nothing is agreed in this case that waits to be enacted.", "P-5.1")
    return decision


async def _missing(view: View, case: Case, decision: Decision) -> tuple[Step, ...]:
    """The steps that keep the decision from being enacted; a hearing of somebody else in the case does not count."""
    person = decision.person
    asked = person is not None and await was_asked(view, case, person)
    known = await steps_of(view, case.id)
    return open_before_enactment(case, decision.consequence, known, about_person=person is not None, was_asked=asked)
