"""Receive a report and make it a case, with everybody whom it concerns excluded before anybody is notified.

Every report channel calls `receive` and nothing else. Later additions are in `follow_up`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.case import Case
from guardian.cases.exclusions import as_board_case, conflict_status_by_member, handling_groups
from guardian.cases.receipts import create_mail_receipt, create_reporter_receipt
from guardian.cases.report_questions import ALL_CHAIRS
from guardian.cases.reports import Audience, Report
from guardian.cases.submissions import (
    EvidenceInput,
    Submission,
    author_accounts,
    build_evidence,
    build_report,
    check_submission,
    conflict_indicators,
    initial_deadlines,
    is_repeat,
    new_case,
    report_kind,
    reporter_party,
    without_receipts,
)
from guardian.errors import Refused
from guardian.ids import MemberId, Reference, ReportId, Secret
from guardian.journal import PARTY, SERVICE, Entry, by_member
from guardian.notices.acknowledgement import acknowledgement, acknowledgement_for_file, no_handler_left
from guardian.notices.models import NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.notices.translations import format_datetime, translate_text
from guardian.people.models import Group, Member
from guardian.people.permissions import BOARD, CHAIRS, MEMBERS, holds_seat
from guardian.services.code_names import new_code_name
from guardian.services.conflicts.audience import restrict_audience
from guardian.services.conflicts.exclusions import choose_contact, notify_of_exclusions
from guardian.services.conflicts.indicated import indicated_exclusions, search_ahead
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.notify import notify_members, notify_reporters
from guardian.services.reports.floods import burst_case, join_burst_case, notify_of_report
from guardian.services.reports.follow_up import (
    FollowUp,
    ReporterRequest,
    ThreadLine,
    accepts_files,
    add_to_report,
    answer_questions,
    make_request,
    read_follow_up,
)
from guardian.services.reports.outside_origins import open_outside_handoff, require_in_time
from guardian.services.reports.readable_files import read_files
from guardian.services.reports.readable_files import without_receipts as files_without_receipts
from guardian.services.reports.report_access import (
    MailAddressAccess,
    PolicyAccess,
    ReceiptAccess,
    ReportAccess,
    ReporterAccess,
    reference_of_report,
    report_for,
    report_for_address,
)
from guardian.services.visibility import add_known_accounts
from guardian.unit_of_work import WakeupTopic
from rules.deadlines import TimeLimit, due_at
from rules.policy import Policy
from rules.report_intake import repeat_window_start
from rules.routing import Destination, ReportKind, Route, route_report

__all__ = [
    "AudienceCandidate",
    "EvidenceInput",
    "FollowUp",
    "IntakeResult",
    "MailAddressAccess",
    "PolicyAccess",
    "ReceiptAccess",
    "ReportAccess",
    "ReporterAccess",
    "ReporterRequest",
    "Submission",
    "ThreadLine",
    "accepts_files",
    "add_to_report",
    "answer_questions",
    "chosen_audience",
    "list_audience_candidates",
    "list_nameable_members",
    "make_request",
    "read_follow_up",
    "receive",
    "reference_of_report",
    "report_for",
    "report_for_address",
]


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """The answer to a report: its receipt (shown this once), the reporter's own reference, and what to read."""

    receipt: Secret
    reference: Reference
    report: ReportId
    text: str


@dataclass(frozen=True, slots=True)
class AudienceCandidate:
    """Somebody who may hear of a report first."""

    id: MemberId
    name: str
    is_chair: bool


async def list_nameable_members(app: AppContext) -> tuple[tuple[MemberId, str], ...]:
    """Return everybody with a role at this instant, whom a report may concern: the group, the Board, then the others."""
    async with app.units_of_work.read() as view:
        members = [m for m in await view.people.members() if any(m.holds_office(group, view.now) for group in Group)]
        return tuple((m.id, m.name) for m in sorted(members, key=lambda m: _listing_order(m, view.now)))


async def list_audience_candidates(app: AppContext) -> tuple[AudienceCandidate, ...]:
    """Return the members of the working group now, of whom a reporter may choose who hears first. Policy: P-2.5."""
    async with app.units_of_work.read() as view:
        eligible = [member for member in await view.people.members() if holds_seat(member, MEMBERS, view.now)]
        by_name = sorted(eligible, key=lambda member: member.name.casefold())
        return tuple(
            AudienceCandidate(member.id, member.name, holds_seat(member, CHAIRS, view.now)) for member in by_name
        )


async def chosen_audience(app: AppContext, picked: Sequence[str]) -> tuple[Audience, tuple[MemberId, ...]]:
    """Return who hears first, by what was picked from that list, where one entry may stand for all chairs.

    Policy: P-2.5.
    """
    candidates = await list_audience_candidates(app)
    members = {each.id for each in candidates if each.id in picked}
    chairs = ALL_CHAIRS in picked
    if not members:
        return (Audience.CHAIRS if chairs else Audience.ALL), ()
    return Audience.CHOSEN, tuple(each.id for each in candidates if each.id in members or (chairs and each.is_chair))


async def receive(app: AppContext, submission: Submission) -> IntakeResult:
    """Receive a report and open or join its case, exclude whom it concerns, notify the others, and answer the reporter.

    The same delivery again gets the first answer again. Policy: P-2.2, P-2.4, P-2.5.
    """
    check_submission(submission, app.longest_text, app.largest_file)
    # Nobody looks at what may be sexual material of minors, not even for names.
    submission = without_receipts(submission)
    require_in_time(submission, app.clock.now(), app.policy)
    if not submission.csam:
        submission = replace(submission, evidence=await files_without_receipts(submission.evidence))
    evidence = () if submission.csam else submission.evidence
    words = await read_files(evidence, submission.what_happened, *submission.answers.values())
    submission = _told_to_fewer(submission) if words.unread else submission
    await search_ahead(app, *conflict_indicators(submission, ()).texts, *words.texts)
    async with app.units_of_work.begin() as uow:
        earlier = await _earlier_result(uow, submission)
        if earlier is not None:
            return earlier
        received = await _find_repeat(app, uow, submission)
        if received is not None:
            return received
        burst = await burst_case(uow, app.policy, submission)
        if burst is not None:
            return await _add_to_burst_case(app, uow, submission, burst, words.texts)
        case, route = await _open_case_for(app, uow, submission, words.texts)
        received = await _save_report(app, uow, submission, case)
        anybody_notified = await _send_first_notices(uow, app.policy, case, route, danger=submission.danger)
        if not anybody_notified:
            received = replace(received, text=no_handler_left(app.community, submission.locale))
        if submission.mail and submission.accepts_mail_replies:
            await _acknowledge_by_mail(app, uow, submission, received, case, anybody_notified=anybody_notified)
        return await _remember_result(uow, submission, received, case)


async def _add_to_burst_case(
    app: AppContext, uow: UnitOfWork, submission: Submission, case: Case, file_texts: tuple[str, ...]
) -> IntakeResult:
    """Add the report to the case of those in the same words, whose deadlines are its own as well. Policy: P-2.9."""
    after = await join_burst_case(uow, app.policy, case, submission, file_texts)
    received = await _save_report(app, uow, submission, after, with_deadlines=False)
    return await _remember_result(uow, submission, received, after)


async def _remember_result(uow: UnitOfWork, submission: Submission, received: IntakeResult, case: Case) -> IntakeResult:
    """Store the answer, which the same delivery gets again."""
    if submission.delivery is not None:
        await uow.idempotency.save(submission.channel, submission.delivery, _serialize(received), case.id)
    return received


def _told_to_fewer(submission: Submission) -> Submission:
    """The report as one of which the chairs hear first: whom it names is not known, as something could not be read.

    Whom the reporter chose are fewer already. Policy: P-2.5.
    """
    return replace(submission, audience=Audience.CHAIRS) if submission.audience is Audience.ALL else submission


async def _open_case_for(
    app: AppContext, uow: UnitOfWork, submission: Submission, file_texts: tuple[str, ...]
) -> tuple[Case, Route[MemberId]]:
    """Open a new case with its exclusions, with the right group from its first instant; return it and where it went."""
    members = await uow.people.members()
    case = new_case(await new_code_name(uow), uow.now, danger=submission.danger)
    indicators = conflict_indicators(submission, members)
    indicators = replace(indicators, texts=(*indicators.texts, *file_texts))
    indicators = await add_known_accounts(uow, indicators, author_accounts(submission.evidence))
    exclusions = await indicated_exclusions(uow, indicators, members, app.policy, case, PARTY)
    route = route_report(handling_groups(members, uow.now), conflict_status_by_member(exclusions), app.policy)
    if route.to is not Destination.WORKING_GROUP:
        case = as_board_case(case)
    await uow.cases.add_case(case)
    for exclusion in exclusions:
        await uow.cases.add_exclusion(exclusion)
    if not case.board_only:
        case = await uow.cases.save_case(replace(case, contact=await choose_contact(uow, case, app.policy)))
    return await restrict_audience(uow, app.policy, case, submission), route


async def _save_report(
    app: AppContext, uow: UnitOfWork, submission: Submission, case: Case, *, with_deadlines: bool = True
) -> IntakeResult:
    report = build_report(submission, case.id, uow.now)
    party = reporter_party(report)
    minted = create_reporter_receipt(case.id, report.id, uow.now)
    await uow.cases.add_report(report)
    await uow.cases.add_party(party)
    await uow.cases.add_receipt(minted.receipt)
    if report.mail is not None:
        await uow.cases.add_receipt(create_mail_receipt(case.id, report.id, report.mail.token, uow.now))
    for piece in submission.evidence:
        await uow.cases.add_evidence(build_evidence(piece, report, uow.now))
    for deadline in initial_deadlines(report, app.policy) if with_deadlines else ():
        await uow.deadlines.add(deadline)
    await open_outside_handoff(uow, app.policy, report)
    uow.wake(WakeupTopic.DEADLINES)
    about = {"case": case.id, "report": report.id, "door": report.channel}
    by = by_member(submission.entered_by) if submission.entered_by else PARTY
    uow.journal.note(Entry(act="report.was_received", by=by, authority="P-2.1", about=about, case=case.id))
    answer_by = due_at(TimeLimit.FIRST_ANSWER, uow.now, app.policy)
    text = _ACKNOWLEDGEMENTS[report_kind(report)](app.community, answer_by, report.locale)
    return IntakeResult(minted.secret, party.reference, report.id, text)


async def _send_first_notices(
    uow: UnitOfWork, policy: Policy, case: Case, route: Route[MemberId], *, danger: bool
) -> bool:
    """Notify everybody who may know that something has come in, and of nothing else; return False where that is nobody.

    Policy: P-2.5, P-3.6.
    """
    if danger:
        await notify_members(uow, case, NoticeKind.DANGER)
    else:
        await notify_of_report(uow, policy, case)
    await notify_of_exclusions(uow, case, case)
    if route.to is not Destination.NOBODY_LEFT:
        return True
    uow.journal.note(
        Entry(act="case.has_nobody_left", by=PARTY, authority="P-2.5", about={"case": case.id}, case=case.id)
    )
    return False


async def _acknowledge_by_mail(
    app: AppContext,
    uow: UnitOfWork,
    submission: Submission,
    received: IntakeResult,
    case: Case,
    *,
    anybody_notified: bool,
) -> None:
    """Queue the answer as mail, with the receipt only where the address is shown to be the reporter's."""
    due = due_at(TimeLimit.FIRST_ANSWER, uow.now, app.policy)
    facts: PartyFacts = {
        **({"answer_by": due} if anybody_notified else {}),
        **({"own_receipt": received.receipt} if submission.verified else {}),
    }
    await notify_reporters(uow, case, NoticeKind.MAIL_RECEIVED, facts)


async def _earlier_result(uow: UnitOfWork, submission: Submission) -> IntakeResult | None:
    if submission.delivery is None:
        return None
    earlier = await uow.idempotency.claim(submission.channel, submission.delivery)
    if earlier is None:
        return None
    if earlier.answer is None:
        raise Refused("repeated", "This report has been received already.", "P-2.4")
    return _deserialize(earlier.answer)


async def _find_repeat(app: AppContext, uow: UnitOfWork, submission: Submission) -> IntakeResult | None:
    """The report that this account sent before in the same words, with a fresh receipt: its first answer may have been
    lost.

    A fresh one, since of the first nothing is kept from which it could be given again; both open the report. Policy:
    P-2.4.
    """
    if submission.reporter is None:
        return None
    since = repeat_window_start(uow.now, app.policy)
    for report in await uow.cases.reports_from(submission.reporter, since):
        if report.withdrawn_at is None and is_repeat(report, submission):
            saved_links = {
                piece.link for piece in await uow.cases.evidence_of(report.case) if piece.report == report.id
            }
            if {piece.link for piece in submission.evidence} <= saved_links:
                return await _answer_repeat(uow, report)
    return None


async def _answer_repeat(uow: UnitOfWork, report: Report) -> IntakeResult:
    minted = create_reporter_receipt(report.case, report.id, uow.now)
    await uow.cases.add_receipt(minted.receipt)
    about = {"case": report.case, "report": report.id}
    uow.journal.note(Entry(act="report.was_sent_again", by=PARTY, authority="P-2.4", about=about, case=report.case))
    text = translate_text(report.locale, "received.known", when=format_datetime(report.received_at, report.locale))
    return IntakeResult(minted.secret, await reference_of_report(uow, report), report.id, text)


def _listing_order(member: Member, at: datetime) -> tuple[int, str]:
    """Where a member stands in the list: the working group first, then the Board, each by name."""
    rank = next((i for i, seat in enumerate((MEMBERS, BOARD)) if holds_seat(member, seat, at)), 2)
    return rank, member.name.casefold()


def _serialize(received: IntakeResult) -> str:
    parts = (received.receipt, received.reference, received.report, received.text)
    return json.dumps(parts)


def _deserialize(serialized: str) -> IntakeResult:
    receipt, reference, report, text = json.loads(serialized)
    return IntakeResult(receipt, Reference(reference), ReportId(report), text)


_ACKNOWLEDGEMENTS: Final[Mapping[ReportKind, Callable[[str, datetime, str], str]]] = {
    ReportKind.NEEDS_HELP: acknowledgement,
    ReportKind.FOR_THE_FILE: acknowledgement_for_file,
}


async def record_public_text_removed(app: AppContext, report: ReportId) -> None:
    """Record that the service took the report's text away from where everybody could read it. Policy: P-10.3."""
    async with app.units_of_work.begin() as uow:
        found = await uow.cases.report(report)
        if found is not None:
            about = {"case": found.case, "report": found.id}
            uow.journal.note(
                Entry(act="mention.was_removed", by=SERVICE, authority="P-10.3", about=about, case=found.case)
            )
