"""Escalate: a moderator passes a message, an account or a local matter to the working group, and sees how far it came.

What goes back says nothing of what was found. Each handoff is accepted by somebody by name. Read `escalate` first.
Policy: P-2.5, P-8.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.case import CASE_MACHINE, Case, CaseEvent, CaseState
from guardian.cases.exclusions import exempt, missing_exclusions
from guardian.cases.handoffs import NO_WORDS, Direction, Handoff, HandoffState, Urgency, new_handoff, visible_status
from guardian.cases.reports import ReportChannel
from guardian.cases.submissions import EvidenceInput, Submission, author_accounts, check_submission, conflict_indicators
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, Reference, ReportId, SpaceName
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.models import Group, Member
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import open_handoff
from guardian.services.conflicts.exclusions import notify_of_exclusions
from guardian.services.conflicts.indicated import indicated_exclusions, search_ahead
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.escalation.handoffs import mark_accepted, notify_liaisons, pending_handoff
from guardian.services.escalation.local_matters import (
    hand_to_group,
    matter_for,
    notify_cases_protecting_accounts,
    prepare_case,
    save_report,
    start_answer_deadlines,
    visible_matters,
)
from guardian.services.escalation.subjects import (
    AccountSubject,
    ContentSubject,
    MatterSubject,
    ResolvedSubject,
    Subject,
    resolve_subject,
)
from guardian.services.idempotency import earlier_result, remember_result
from guardian.services.notify import notify_members
from guardian.services.reports.csam import hold_back
from guardian.services.visibility import add_known_accounts
from guardian.spaces.port import Account
from rules.deadlines import TimeLimit, due_at
from rules.escalation import HandoffStatus, may_accept
from rules.policy import Policy

__all__ = [
    "AccountSubject",
    "CaseMaterial",
    "ContentSubject",
    "EscalationInput",
    "EscalationView",
    "MatterSubject",
    "Subject",
    "accept_escalation",
    "create_escalation",
    "escalate",
    "list_escalations",
    "require_may_escalate",
    "visible_escalations",
]

_SOURCE: Final = "escalation"
_STATUS_LABELS: Final[Mapping[HandoffStatus, str]] = {
    HandoffStatus.RECEIVED: "received",
    HandoffStatus.ACCEPTED: "accepted",
    HandoffStatus.UNDER_REVIEW: "being looked at",
    HandoffStatus.DECIDED: "decided",
    HandoffStatus.CLOSED: "closed",
}


@dataclass(frozen=True, slots=True)
class EscalationView:
    """What a moderator sees of what was passed on. `own`: they did it.

    `text` is to read when it has just been; `report` is what then came of it, for the channel alone.
    """

    reference: Reference
    space: SpaceName
    at: datetime
    urgency: Urgency
    status: HandoffStatus
    state: str
    own: bool
    text: str = ""
    report: ReportId | None = None


@dataclass(frozen=True, slots=True)
class EscalationInput:
    """What a moderator passes on, how urgent it is, what was done locally, and their words.

    `csam`: suspected sexual material of minors, of which nothing but the link is kept (P-2.7).
    """

    subject: Subject
    urgency: Urgency
    done_locally: str
    words: str
    csam: bool = False


@dataclass(frozen=True, slots=True)
class CaseMaterial:
    """What stands with the case already: words and evidence in which somebody may be meant, and whose accounts."""

    texts: tuple[str, ...] = ()
    evidence: tuple[EvidenceInput, ...] = ()
    accounts: frozenset[Account] = frozenset()


@dataclass(frozen=True, slots=True)
class _EscalationRequest:
    """What the moderator says of it."""

    submission: Submission
    urgency: Urgency
    done_locally: str
    words: str


async def escalate(
    app: AppContext, by: MemberId, given: EscalationInput, delivery: str | None = None
) -> EscalationView:
    """Make the matter the working group's, with what was done locally and the evidence as it stands at this moment.

    Whom it concerns is excluded before anybody is notified; danger is called out as for a report. The same delivery
    again gets the first answer. Policy: P-2.5, P-3.6, P-8.2.
    """
    subject = given.subject
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.ESCALATE)
        # Whether a matter is theirs is asked below: the same form sent again finds it passed on, and gets its answer.
        known_links = frozenset(line.link for line in await visible_matters(view, by))
    found = await resolve_subject(app, subject, csam=given.csam, known_links=known_links)
    submission = replace(_submission(found, given.urgency, given.words), csam=given.csam)
    request = _EscalationRequest(submission, given.urgency, given.done_locally.strip(), given.words.strip())
    checked = replace(request.submission, answers={"done_locally": request.done_locally})
    check_submission(checked, app.longest_text, app.largest_file)
    screened = replace(request.submission, what_happened=request.words)
    await search_ahead(app, *conflict_indicators(screened, ()).texts, request.done_locally)
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.ESCALATE)
        earlier = await earlier_result(uow, _SOURCE, delivery)
        handoff = await uow.handoffs.handoff(earlier) if earlier is not None else None
        if handoff is None:
            handoff = await _open_escalation(app, uow, by, subject, found, request)
            await remember_result(uow, _SOURCE, delivery, handoff.id, handoff.case)
        result = await _escalation_view(uow, member, handoff)
        if result is None:
            raise NotFound
        report = await _report_of(uow, handoff)
        return replace(result, text=_confirmation_text(app, handoff, missing=found.missing), report=report)


async def accept_escalation(app: AppContext, by: MemberId, code_name: str) -> str:
    """Accept by name what was passed on in the case, and notify the moderator who passed it on."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.ACCEPT_ESCALATION)
        case = await case_for_member(uow, by, code_name)
        handoff = await pending_handoff(uow, case)
        if handoff is None:
            raise Refused("nothing_waits", "Nothing that was passed on waits to be accepted in this case.", "P-8.2")
        require(may_accept(by, handoff.by))
        accepted_handoff = await uow.handoffs.save_handoff(
            replace(handoff, state=HandoffState.ACCEPTED, accepted_by=by, accepted_at=uow.now)
        )
        await mark_accepted(uow, accepted_handoff)
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.HANDOFF_ACCEPTED}, besides=(by,))
        about = {"case": str(case.id), "hop": handoff.id}
        uow.journal.note(
            Entry(act="escalation.was_accepted", by=by_member(by), authority="P-8.2", about=about, case=case.id)
        )
    return f"Accepted: {case.code_name} is in your hands by name. Whoever passed it on knows that somebody has it."


async def require_may_escalate(app: AppContext, by: MemberId) -> None:
    """Raise Refused unless the member may pass a matter on, before they write a word."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.ESCALATE)


async def list_escalations(app: AppContext, by: MemberId) -> tuple[EscalationView, ...]:
    """Return what the moderator, and others of their spaces, have passed on, oldest first, with how far each has come.

    What concerns them is not among them; what they passed on themselves stands still from then on. Policy: P-8.2.
    """
    async with app.units_of_work.read() as view:
        return await visible_escalations(view, await require_permission(view, by, UseCase.ESCALATE))


async def visible_escalations(view: ReadView, member: Member) -> tuple[EscalationView, ...]:
    """Return what `list_escalations` does, inside an open view."""
    passed_on = [each for each in await view.handoffs.all_handoffs() if _is_visible_to(member, each, view)]
    await view.cases.read_ahead([each.case for each in passed_on])
    seen = [await _escalation_view(view, member, handoff) for handoff in passed_on]
    return tuple(line for line in seen if line is not None)


async def create_escalation(
    app: AppContext,
    uow: UnitOfWork,
    case: Case,
    handoff: Handoff,
    submission: Submission,
    material: CaseMaterial,
) -> tuple[Case, Handoff]:
    """Give the stored case and its new report to the working group, and notify everybody who may know of it.

    Nobody else is notified. `material` is with the case already.
    """
    by = SERVICE if handoff.by is None else by_member(handoff.by)
    screened = replace(submission, what_happened=handoff.words, evidence=(*submission.evidence, *material.evidence))
    await _exclude_concerned(uow, app.policy, case, screened, material, by)
    case = await hand_to_group(uow, app.policy, case)
    report = await save_report(uow, submission, case)
    await start_answer_deadlines(uow, app.policy, report)
    await open_handoff(uow, app.policy, handoff)
    about = {"case": str(case.id), "hop": handoff.id, "report": str(report.id)}
    uow.journal.note(Entry(act="matter.was_escalated", by=by, authority="P-8.2", about=about, case=case.id))
    until = due_at(TimeLimit.ACCEPTANCE, uow.now, app.policy).isoformat()
    # Whoever passes it on knows; to hear of it or not would tell them whether it concerns themselves (P-4.2).
    passed_on_by = (handoff.by,) if handoff.by else ()
    if submission.danger:
        await notify_members(uow, case, NoticeKind.DANGER, besides=passed_on_by)
    came_from = {"space": str(handoff.space)} if handoff.origin is None else {"cause": "outside"}
    await notify_members(uow, case, NoticeKind.ESCALATED, {**came_from, "due": until}, besides=passed_on_by)
    await notify_of_exclusions(uow, case, case)
    if handoff.origin is None:
        await notify_liaisons(uow, case, handoff)
    return case, handoff


async def _open_escalation(
    app: AppContext,
    uow: UnitOfWork,
    by: MemberId,
    subject: Subject,
    found: ResolvedSubject,
    request: _EscalationRequest,
) -> Handoff:
    """Open a new case, or the local matter under a new code name: the moderators know the one that it had."""
    submission = replace(request.submission, named_members=await _account_owners(uow, found.accounts))
    fresh = await prepare_case(uow, danger=submission.danger)
    local = await _matter_for_subject(uow, by, subject, found)
    if local is not None:
        matter = local.code_name
        case = await uow.cases.save_case(_as_group_case(local, fresh.code_name, danger=submission.danger))
        for report in await uow.cases.reports_of(case.id) if submission.csam else ():
            await hold_back(uow, report, by)
    else:
        matter = ""
        case = replace(fresh, space=found.space)
        await uow.cases.add_case(case)
    handoff = replace(
        new_handoff(case.id, Direction.UP, case.space or found.space or SpaceName(""), uow.now, by),
        urgency=request.urgency,
        matter=matter,
        words=request.words,
        done_locally=request.done_locally,
    )
    _, created = await create_escalation(
        app, uow, case, handoff, submission, CaseMaterial((request.done_locally,), accounts=found.accounts)
    )
    actor = await uow.people.member(by)
    if actor is not None:
        accounts = {*found.accounts, *author_accounts(found.evidence)}
        await notify_cases_protecting_accounts(uow, actor, accounts, (found.who,))
    return created


async def _matter_for_subject(view: ReadView, by: MemberId, subject: Subject, found: ResolvedSubject) -> Case | None:
    """Return the local matter that is meant: by its name, or because it is about the very content that is passed on."""
    if isinstance(subject, MatterSubject):
        return await matter_for(view, by, subject.code_name)
    links = {piece.link for piece in found.evidence if piece.link}
    for line in await visible_matters(view, by) if links else ():
        if line.link in links:
            return await matter_for(view, by, line.code_name)
    return None


def _as_group_case(local: Case, code_name: str, *, danger: bool) -> Case:
    state = CASE_MACHINE.advance(local.state, CaseEvent.REOPEN) if local.state is CaseState.CLOSED else local.state
    risk = local.safety_risk or danger
    return replace(local, code_name=code_name, state=state, closed_at=None, outcome="", safety_risk=risk)


async def _exclude_concerned(
    uow: UnitOfWork,
    policy: Policy,
    case: Case,
    submission: Submission,
    material: CaseMaterial,
    by: str,
) -> None:
    """Exclude whomever the words, the evidence or the account point to, before anybody is notified. Policy: P-2.5."""
    members = await uow.people.members()
    before = await uow.cases.exclusions_of(case.id)
    indicators = conflict_indicators(submission, members)
    indicators = replace(indicators, texts=(*indicators.texts, *material.texts))
    indicators = await add_known_accounts(uow, indicators, {*material.accounts, *author_accounts(submission.evidence)})
    needed = await indicated_exclusions(uow, indicators, members, policy, case, by)
    for exclusion in missing_exclusions(needed, before, exempt(indicators, before, None)):
        await uow.cases.add_exclusion(exclusion)


def _submission(found: ResolvedSubject, urgency: Urgency, words: str) -> Submission:
    return Submission(
        channel=ReportChannel.ESCALATION,
        what_happened=words.strip() or NO_WORDS,
        who=found.who,
        danger=urgency is Urgency.DANGER,
        evidence=found.evidence,
    )


async def _account_owners(view: ReadView, accounts: frozenset[Account]) -> tuple[MemberId, ...]:
    owners = [await view.people.member_with_account(account) for account in accounts]
    return tuple(member.id for member in owners if member is not None)


async def _report_of(view: ReadView, handoff: Handoff) -> ReportId | None:
    reports = [r for r in await view.cases.reports_of(handoff.case) if r.channel is ReportChannel.ESCALATION]
    return next((report.id for report in reports if report.received_at == handoff.at), None)


async def _escalation_view(view: ReadView, member: Member, handoff: Handoff) -> EscalationView | None:
    case = await view.cases.case(handoff.case)
    status = (
        visible_status(handoff, case, member.id, await view.cases.exclusions_of(handoff.case))
        if case is not None
        else None
    )
    if status is None:
        return None
    return EscalationView(
        reference=handoff.reference,
        space=handoff.space,
        at=handoff.at,
        urgency=handoff.urgency,
        status=status,
        state=_STATUS_LABELS[status],
        own=handoff.by == member.id,
    )


def _is_visible_to(member: Member, handoff: Handoff, view: ReadView) -> bool:
    """Whether the moderator passed it on, or looks after the space that it came from."""
    if handoff.direction is not Direction.UP or handoff.state not in (HandoffState.WAITING, HandoffState.ACCEPTED):
        return False
    return handoff.by == member.id or member.holds_office(Group.MODERATORS, view.now, space=handoff.space)


def _confirmation_text(app: AppContext, handoff: Handoff, *, missing: bool) -> str:
    lines = [
        f"Passed on to those who decide at {app.community}. Reference: {handoff.reference}",
        (
            "Somebody there accepts it by name; you are told when they do and when it is closed, and nothing of what "
            "they find. How far it has come stands under Escalations on the console."
        ),
    ]
    if handoff.matter:
        lines.append(f"The matter {handoff.matter} is not among yours any more.")
    if missing:
        lines.append("What you pointed to could not be read, so only its link was kept. A picture of it would help.")
    if handoff.urgency is Urgency.DANGER:
        lines.append("If somebody is in physical danger, call the emergency services first: nobody is always watching.")
    return "\n".join(lines)
