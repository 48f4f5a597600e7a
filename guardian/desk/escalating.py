"""Passing a matter up: a moderator hands a message, an account or a local matter to the working group, and sees how far it came.

What goes back says nothing of what was found. Each hop is accepted by somebody by name. Policy: P-2.5, P-8.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.access import acting, case_for
from guardian.cases.intake import EvidenceIn, Submission, check_submission, signs_of, writers_of
from guardian.cases.local import NO_WORDS, Hop, HopState, Urgency, Way, new_hop, status_for
from guardian.cases.machine import CASES
from guardian.cases.values import Case, CaseEvent, CaseState, Door
from guardian.cases.walls import spared, still_needed, walls_from
from guardian.desk.delivered import first_made, remember_made
from guardian.desk.desk import Desk, View, Work
from guardian.desk.hops import accepted, tell_liaisons, wait_for_acceptance, waiting_in
from guardian.desk.knowing import signs_with_known
from guardian.desk.matters import (
    fresh_case,
    keep_report,
    matter_for,
    matters_of,
    promise_answers,
    tell_cases_protecting,
    to_group,
)
from guardian.desk.minors import destroy_contents
from guardian.desk.moving import insist
from guardian.desk.pointing import ByAccount, ByMatter, ByThing, Found, What, found_by
from guardian.desk.telling import tell_members
from guardian.desk.walling import tell_of_walls
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, Reference, ReportId, SpaceName
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.people.values import Group, Member
from guardian.spaces.port import Account
from rules.deadlines import Deadline, due
from rules.escalation import Status, may_accept
from rules.policy import Policy

__all__ = [
    "ByAccount",
    "ByMatter",
    "ByThing",
    "EscalationView",
    "What",
    "accept",
    "escalate",
    "escalations",
    "escalations_of",
    "pass_on",
    "ready",
]

_SOURCE: Final = "escalation"
_WORDS: Final[Mapping[Status, str]] = {
    Status.RECEIVED: "received",
    Status.ACCEPTED: "accepted",
    Status.LOOKED_AT: "being looked at",
    Status.DECIDED: "decided",
    Status.CLOSED: "closed",
}


@dataclass(frozen=True, slots=True)
class EscalationView:
    """What a moderator sees of what was passed on. `own`: they did it.

    `text` is to read when it has just been; `report` is what then came of it, for the door alone.
    """

    reference: Reference
    space: SpaceName
    at: datetime
    urgency: Urgency
    status: Status
    state: str
    own: bool
    text: str = ""
    report: ReportId | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the moderator says of it."""

    submission: Submission
    urgency: Urgency
    done_locally: str
    words: str


async def escalate(
    desk: Desk,
    by: MemberId,
    what: What,
    urgency: Urgency,
    done_locally: str,
    words: str,
    delivery: str | None = None,
    *,
    minors: bool = False,
) -> EscalationView:
    """The matter is the working group's, with what was done locally and the evidence as it stands at this moment.

    `minors`: suspected sexual material of minors, of which nothing but the link is kept (P-2.7). Whom it concerns is kept out before anybody is told; danger is called out as for a report. The same delivery again
    gets the first answer. Policy: P-2.5, P-3.6, P-8.2.
    """
    async with desk.works.look() as view:
        await acting(view, by, UseCase.ESCALATE)
        if isinstance(what, ByMatter):
            await matter_for(view, by, what.code)
        kept = frozenset(line.link for line in await matters_of(view, by))
    found = await found_by(desk, what, minors=minors, kept=kept)
    asked = _Asked(
        replace(_submission(found, urgency, words), minors=minors), urgency, done_locally.strip(), words.strip()
    )
    whole = replace(asked.submission, answers={"done_locally": asked.done_locally})
    check_submission(whole, desk.longest_text, desk.largest_file)
    async with desk.works.begin() as work:
        member = await acting(work, by, UseCase.ESCALATE)
        first = await first_made(work, _SOURCE, delivery)
        hop = await work.hops.hop(first) if first is not None else None
        if hop is None:
            hop = await _passed_up(desk, work, by, what, found, asked)
            await remember_made(work, _SOURCE, delivery, hop.id, hop.case)
        view_of_it = await _view(work, member, hop)
        if view_of_it is None:
            raise NotFound
        report = await _report_of(work, hop)
        return replace(view_of_it, text=_acknowledged(desk, hop, missing=found.missing), report=report)


async def accept(desk: Desk, by: MemberId, code_name: str) -> str:
    """What was passed on in the case is accepted by this member by name; the moderator who passed it on is told so."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.ACCEPT_ESCALATION)
        case = await case_for(work, by, code_name)
        hop = await waiting_in(work, case)
        if hop is None:
            raise Refused("nothing_waits", "Nothing that was passed on waits to be accepted in this case.", "P-8.2")
        insist(may_accept(by, hop.by))
        kept = await work.hops.save_hop(replace(hop, state=HopState.ACCEPTED, accepted_by=by, accepted_at=work.now))
        await accepted(work, kept)
        await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.HOP_ACCEPTED}, besides=(by,))
        about = {"case": str(case.id), "hop": hop.id}
        work.journal.note(Entry("escalation.was_accepted", by_member(by), "P-8.2", about, case.id))
    return f"Accepted: {case.code_name} is in your hands by name. Whoever passed it on knows that somebody has it."


async def ready(desk: Desk, by: MemberId) -> None:
    """Returns where the member may pass a matter on; Refused otherwise, before they write a word."""
    async with desk.works.look() as view:
        await acting(view, by, UseCase.ESCALATE)


async def escalations(desk: Desk, by: MemberId) -> tuple[EscalationView, ...]:
    """What the moderator, and others of their spaces, have passed on, oldest first, with how far each has come.

    What concerns them is not among them; what they passed on themselves stands still from then on. Policy: P-8.2.
    """
    async with desk.works.look() as view:
        return await escalations_of(view, await acting(view, by, UseCase.ESCALATE))


async def escalations_of(view: View, member: Member) -> tuple[EscalationView, ...]:
    """The same at one instant."""
    seen = [await _view(view, member, hop) for hop in await view.hops.all_hops() if _is_theirs(member, hop, view)]
    return tuple(line for line in seen if line is not None)


async def pass_on(
    desk: Desk,
    work: Work,
    case: Case,
    hop: Hop,
    submission: Submission,
    *,
    texts: tuple[str, ...] = (),
    beside: tuple[EvidenceIn, ...] = (),
    accounts: frozenset[Account] = frozenset(),
) -> tuple[Case, Hop]:
    """The stored case is the group's, its new report kept, and everybody who may know of it is told, nobody else.

    `texts` and `beside` are words and evidence with the case already, in which somebody may be meant; `accounts` are
    those that it is about.
    """
    by = SERVICE if hop.by is None else by_member(hop.by)
    signs = replace(submission, what_happened=hop.words, evidence=(*submission.evidence, *beside))
    await _wall_off(work, desk.policy, case, signs, texts, by, accounts)
    case = await to_group(work, desk.policy, case)
    report = await keep_report(work, submission, case)
    await promise_answers(work, desk.policy, report)
    await wait_for_acceptance(work, desk.policy, hop)
    about = {"case": str(case.id), "hop": hop.id, "report": str(report.id)}
    work.journal.note(Entry("matter.was_escalated", by, "P-8.2", about, case.id))
    until = due(Deadline.ACCEPTANCE, work.now, desk.policy).isoformat()
    if submission.danger:
        await tell_members(work, case, NoticeKind.DANGER)
    await tell_members(work, case, NoticeKind.ESCALATED, {"space": str(hop.space), "due": until})
    await tell_of_walls(work, case, case)
    await tell_liaisons(work, case, hop)
    return case, hop


async def _passed_up(desk: Desk, work: Work, by: MemberId, what: What, found: Found, asked: _Asked) -> Hop:
    """A new case, or the local matter under a new code name: the moderators know the one that it had."""
    submission = replace(asked.submission, names_members=await _owners(work, found.accounts))
    fresh = await fresh_case(work, danger=submission.danger)
    local = await _matter_behind(work, by, what, found)
    if local is not None:
        matter = local.code_name
        case = await work.cases.save_case(_taken_up(local, fresh.code_name, danger=submission.danger))
        for report in await work.cases.reports_of(case.id) if submission.minors else ():
            await destroy_contents(work, report, by_member(by))
    else:
        matter = ""
        case = replace(fresh, space=found.space)
        await work.cases.add_case(case)
    hop = replace(
        new_hop(case.id, Way.UP, case.space or found.space or SpaceName(""), work.now, by),
        urgency=asked.urgency,
        matter=matter,
        words=asked.words,
        done_locally=asked.done_locally,
    )
    _, kept = await pass_on(desk, work, case, hop, submission, texts=(asked.done_locally,), accounts=found.accounts)
    actor = await work.people.member(by)
    if actor is not None:
        await tell_cases_protecting(work, actor, {*found.accounts, *writers_of(found.evidence)})
    return kept


async def _matter_behind(view: View, by: MemberId, what: What, found: Found) -> Case | None:
    """The local matter that is meant: by its name, or because it is about the very thing that is passed on."""
    if isinstance(what, ByMatter):
        return await matter_for(view, by, what.code)
    links = {piece.link for piece in found.evidence if piece.link}
    for line in await matters_of(view, by) if links else ():
        if line.link in links:
            return await matter_for(view, by, line.code_name)
    return None


def _taken_up(local: Case, code_name: str, *, danger: bool) -> Case:
    state = CASES.advance(local.state, CaseEvent.REOPEN) if local.state is CaseState.CLOSED else local.state
    risk = local.safety_risk or danger
    return replace(local, code_name=code_name, state=state, closed_at=None, outcome="", safety_risk=risk)


async def _wall_off(
    work: Work,
    policy: Policy,
    case: Case,
    submission: Submission,
    texts: tuple[str, ...],
    by: str,
    accounts: frozenset[Account],
) -> None:
    """Whoever the words, the evidence or the account point to is kept out, before anybody is told. Policy: P-2.5."""
    members = await work.people.members()
    before = await work.cases.walls_of(case.id)
    signs = signs_of(submission, members)
    signs = replace(signs, texts=(*signs.texts, *texts))
    signs = await signs_with_known(work, signs, {*accounts, *writers_of(submission.evidence)})
    needed = walls_from(signs, members, policy, case, work.now, by)
    for wall in still_needed(needed, before, spared(signs, before, None)):
        await work.cases.add_wall(wall)


def _submission(found: Found, urgency: Urgency, words: str) -> Submission:
    return Submission(
        door=Door.ESCALATION,
        what_happened=words.strip() or NO_WORDS,
        who=found.who,
        danger=urgency is Urgency.DANGER,
        evidence=found.evidence,
    )


async def _owners(view: View, accounts: frozenset[Account]) -> tuple[MemberId, ...]:
    owners = [await view.people.member_with(account) for account in accounts]
    return tuple(member.id for member in owners if member is not None)


async def _report_of(view: View, hop: Hop) -> ReportId | None:
    reports = [r for r in await view.cases.reports_of(hop.case) if r.door is Door.ESCALATION]
    return next((report.id for report in reports if report.received_at == hop.at), None)


async def _view(view: View, member: Member, hop: Hop) -> EscalationView | None:
    case = await view.cases.case(hop.case)
    status = status_for(hop, case, member.id, await view.cases.walls_of(hop.case)) if case is not None else None
    if status is None:
        return None
    return EscalationView(
        hop.reference, hop.space, hop.at, hop.urgency, status, _WORDS[status], own=hop.by == member.id
    )


def _is_theirs(member: Member, hop: Hop, view: View) -> bool:
    """Whether the moderator passed it on, or looks after the space that it came from."""
    if hop.way is not Way.UP or hop.state not in (HopState.WAITING, HopState.ACCEPTED):
        return False
    return hop.by == member.id or member.holds(Group.MODERATORS, view.now, space=hop.space)


def _acknowledged(desk: Desk, hop: Hop, *, missing: bool) -> str:
    lines = [
        f"Passed on to those who decide at {desk.community}. Reference: {hop.reference}",
        (
            "Somebody there accepts it by name; you are told when they do and when it is closed, and nothing of what "
            "they find. How far it has come: /escalations"
        ),
    ]
    if hop.matter:
        lines.append(f"The matter {hop.matter} is not among yours any more.")
    if missing:
        lines.append("What you pointed to could not be read, so only its link was kept. A picture of it would help.")
    if hop.urgency is Urgency.DANGER:
        lines.append("If somebody is in physical danger, call the emergency services first: nobody is always watching.")
    return "\n".join(lines)
