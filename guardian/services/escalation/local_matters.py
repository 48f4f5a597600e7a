"""Local matters: what moderators of one space deal with, from a flag or an act of theirs to its handling or escalation.

Whoever is concerned is excluded before anybody is notified, as with every report. Read `open_matter` first. Policy:
P-2.5, P-2.6, P-8.1.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.access import case_for_member, may_know, may_know_by_status, require_permission
from guardian.cases.case import CASE_MACHINE, Case, CaseEvent, CaseKind
from guardian.cases.exclusions import (
    Exclusion,
    as_board_case,
    conflict_status_by_member,
    handling_groups,
)
from guardian.cases.flags import FLAGGED_AS, FlagInput, submission_from
from guardian.cases.handoffs import HandoffState
from guardian.cases.open_work import CaseSummary
from guardian.cases.reports import Report, ReportChannel
from guardian.cases.submissions import (
    Submission,
    author_accounts,
    build_evidence,
    build_report,
    check_submission,
    conflict_indicators,
    initial_deadlines,
    new_case,
)
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, SpaceName
from guardian.journal import PARTY, Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.models import Member
from guardian.people.permissions import UseCase, may_perform
from guardian.services.code_names import new_code_name
from guardian.services.conflicts.exclusions import choose_contact, notify_of_exclusions
from guardian.services.conflicts.indicated import indicated_exclusions, search_ahead
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.notify import notify_members
from guardian.services.visibility import add_known_accounts, protecting_cases_for_accounts
from guardian.spaces.port import Account
from guardian.unit_of_work import WakeupTopic
from rules.policy import Policy
from rules.routing import Destination, route_report

_FLAG: Final = "flag"
_KIND_LABELS: Final[Mapping[ReportChannel, str]] = {
    ReportChannel.FORUM_FLAG: "a flag",
    ReportChannel.NATIVE_ACTION: "an act made with the space's own tools",
    ReportChannel.REFERRAL: "an account to keep an eye on",
    ReportChannel.ESCALATION: "a matter",
}


@dataclass(frozen=True, slots=True)
class MatterLine:
    """One local matter for a moderator. `link` is where the content is, for places that only moderators see."""

    code_name: str
    kind: str
    space: SpaceName
    since: datetime
    link: str
    waits_for_acceptance: bool = False


async def receive_flag(app: AppContext, flag: FlagInput) -> str | None:
    """Make the flag a local matter of the space's moderators; return its code name, None for a repeated delivery.

    Where no moderator is left whom it does not concern, it goes to the working group at once. Policy: P-2.5, P-8.1.
    """
    submission = submission_from(flag)
    check_submission(submission, app.longest_text, app.largest_file)
    screened = replace(submission, what_happened=flag.text)
    await search_ahead(app, *conflict_indicators(screened, ()).texts)
    async with app.units_of_work.begin() as uow:
        if await uow.idempotency.claim(f"{_FLAG}:{flag.space}", flag.delivery) is not None:
            return None
        case = await open_matter(uow, app.policy, flag.space, submission, screened=screened)
        flagger = await uow.people.member_with_account(flag.by) if flag.by else None
        if flagger is not None and flag.on is not None:
            await notify_cases_protecting_accounts(uow, flagger, (flag.on,), (flag.on_handle,))
        return case.code_name


async def open_matter(
    uow: UnitOfWork,
    policy: Policy,
    space: SpaceName,
    submission: Submission,
    *,
    by: str = PARTY,
    exclusions: Iterable[Exclusion] = (),
    screened: Submission | None = None,
) -> Case:
    """Open a local matter of the space's moderators and notify them of it, less those whom it concerns.

    `exclusions` stand already and come along; `indicators` is what of the submission may point to somebody, where words
    in it are our own. The case is the working group's where no moderator may know of it.
    """
    members = await uow.people.members()
    fresh = await prepare_case(uow, danger=submission.danger)
    case = replace(fresh, kind=CaseKind.LOCAL, space=space)
    writers = author_accounts(submission.evidence)
    indicators = await add_known_accounts(uow, conflict_indicators(screened or submission, members), writers)
    needed = await indicated_exclusions(uow, indicators, members, policy, case, by)
    all_exclusions = distinct_exclusions(
        needed, (replace(exclusion, case=case.id) for exclusion in exclusions if exclusion.lifted_at is None)
    )
    await uow.cases.add_case(case)
    for exclusion in all_exclusions:
        await uow.cases.add_exclusion(exclusion)
    report = await save_report(uow, submission, case)
    about = {"case": str(case.id), "report": str(report.id), "door": report.channel}
    uow.journal.note(Entry(act="matter.was_opened", by=by, authority="P-8.1", about=about, case=case.id))
    if any(may_know(member, case, all_exclusions, uow.now) for member in members):
        cause = {"cause": "referral"} if report.channel is ReportChannel.REFERRAL else {}
        await notify_members(uow, case, NoticeKind.NEW_MATTER, {"space": str(space), **cause})
        return case
    case = await hand_to_group(uow, policy, case)
    await start_answer_deadlines(uow, policy, report)
    await notify_members(uow, case, NoticeKind.DANGER if report.danger else NoticeKind.NEW_REPORT)
    await notify_of_exclusions(uow, case, case)
    return case


async def list_matters(app: AppContext, by: MemberId) -> tuple[MatterLine, ...]:
    """Return the open local matters that the moderator may know of, oldest first, without those that concern them."""
    async with app.units_of_work.read() as view:
        return await visible_matters(view, by)


async def visible_matters(view: ReadView, by: MemberId) -> tuple[MatterLine, ...]:
    """Return what `list_matters` does, inside an open view."""
    member = await require_permission(view, by, UseCase.READ_MATTER)
    local = await view.open_work.open_summaries(CaseKind.LOCAL)
    statuses = await view.open_work.statuses_of([case.id for case in local])
    seen = [case for case in local if may_know_by_status(member, case, statuses.get(case.id, {}), view.now)]
    await view.cases.read_material_ahead([case.id for case in seen])
    await view.handoffs.read_ahead([case.id for case in seen])
    return tuple([await _matter_line(view, case) for case in seen])


async def mark_handled(app: AppContext, by: MemberId, code_name: str, what_was_done: str) -> str:
    """Close the matter as dealt with locally, with what was done. Policy: P-2.3, P-8.1."""
    if not what_was_done.strip():
        raise Refused("nothing_said", "Say in a sentence what was done. It is kept with the matter.", "P-2.3")
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.HANDLE_MATTER)
        case = await matter_for(uow, by, code_name)
        state = CASE_MACHINE.advance(case.state, CaseEvent.FILE)
        outcome = what_was_done.strip()
        await uow.cases.save_case(replace(case, state=state, outcome=outcome, closed_at=uow.now))
        about = {"case": str(case.id)}
        uow.journal.note(
            Entry(act="matter.was_handled", by=by_member(by), authority="P-2.3", about=about, case=case.id)
        )
    return f"{case.code_name} is closed as dealt with. What you wrote is kept with it."


async def matter_for(view: ReadView, by: MemberId, code_name: str) -> Case:
    """Return the local matter of that name for a moderator who may know of it; NotFound for all else and all others."""
    member = await view.people.member(by)
    case = await case_for_member(view, by, code_name)
    if case.kind is not CaseKind.LOCAL or member is None or not may_perform(member, UseCase.READ_MATTER, view.now):
        raise NotFound
    return case


# -- what a case of either kind is made of, in an open transaction


async def notify_cases_protecting_accounts(
    uow: UnitOfWork, actor: Member, accounts: Iterable[Account], handles: Iterable[str] = ()
) -> None:
    """Notify the cases that protect the owner of one of these accounts from whoever points to it. Policy: P-4.4."""
    for case in await protecting_cases_for_accounts(uow, actor, accounts, handles):
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.CONFLICT})


async def prepare_case(uow: UnitOfWork, *, danger: bool) -> Case:
    """Return a case that is not stored yet, with a code name that nobody has or had."""
    return new_case(await new_code_name(uow), uow.now, danger=danger)


async def save_report(uow: UnitOfWork, submission: Submission, case: Case) -> Report:
    """Store what was sent in with the case; its sender asked for that and is not written to as a reporter is."""
    report = build_report(submission, case.id, uow.now)
    await uow.cases.add_report(report)
    for piece in submission.evidence:
        await uow.cases.add_evidence(build_evidence(piece, report, uow.now))
    return report


async def start_answer_deadlines(uow: UnitOfWork, policy: Policy, report: Report) -> None:
    """Start the deadlines that run from a report. Policy: P-2.4, P-3.6."""
    for deadline in initial_deadlines(report, policy):
        await uow.deadlines.add(deadline)
    uow.wake(WakeupTopic.DEADLINES)


async def hand_to_group(uow: UnitOfWork, policy: Policy, case: Case) -> Case:
    """Make the case the working group's, or the Board's where its exclusions leave nobody else; notify nobody.

    Policy: P-2.5, P-8.1.
    """
    exclusions = await uow.cases.exclusions_of(case.id)
    route = route_report(
        handling_groups(await uow.people.members(), uow.now), conflict_status_by_member(exclusions), policy
    )
    group_case = replace(case, kind=CaseKind.REPORT)
    if route.to is Destination.WORKING_GROUP:
        moved = await uow.cases.save_case(group_case)
        return await uow.cases.save_case(replace(moved, contact=await choose_contact(uow, moved, policy)))
    if route.to is Destination.NOBODY_LEFT:
        uow.journal.note(
            Entry(act="case.has_nobody_left", by=PARTY, authority="P-2.5", about={"case": str(case.id)}, case=case.id)
        )
    return await uow.cases.save_case(as_board_case(group_case))


def distinct_exclusions(*exclusions: Iterable[Exclusion]) -> tuple[Exclusion, ...]:
    """Return the exclusions, each member's of each kind once."""
    found: dict[tuple[MemberId, str], Exclusion] = {}
    for exclusion in (each for group in exclusions for each in group):
        found.setdefault((exclusion.member, exclusion.kind), exclusion)
    return tuple(found.values())


async def _matter_line(view: ReadView, case: CaseSummary) -> MatterLine:
    reports = await view.cases.reports_of(case.id)
    evidence = await view.cases.evidence_of(case.id)
    handoffs = await view.handoffs.of_case(case.id)
    return MatterLine(
        code_name=case.code_name,
        kind=_kind_label(reports[0]) if reports else _KIND_LABELS[ReportChannel.ESCALATION],
        space=case.space or SpaceName(""),
        since=case.opened_at,
        link=next((piece.link for piece in evidence if piece.link), ""),
        waits_for_acceptance=any(
            handoff.target == case.id and handoff.state is HandoffState.WAITING for handoff in handoffs
        ),
    )


def _kind_label(report: Report) -> str:
    kind = _KIND_LABELS.get(report.channel, _KIND_LABELS[ReportChannel.ESCALATION])
    flagged_as = report.answers.get(FLAGGED_AS, "")
    return f"{kind} ({flagged_as})" if flagged_as else kind


async def close_matter(uow: UnitOfWork, case: Case, outcome: str) -> None:
    """Close a local matter that has come to its end; one that is with the working group by now is theirs to close."""
    if case.kind is CaseKind.LOCAL and CASE_MACHINE.allows(case.state, CaseEvent.FILE):
        state = CASE_MACHINE.advance(case.state, CaseEvent.FILE)
        await uow.cases.save_case(replace(case, state=state, outcome=outcome, closed_at=uow.now))
