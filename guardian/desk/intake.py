"""The way in: a report becomes a case, with everybody whom it concerns kept out before anybody is told of it.

What a reporter later adds or asks for goes the same way. Every door calls this and nothing else.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.intake import (
    EvidenceIn,
    Submission,
    check_submission,
    evidence_from,
    kind_of,
    new_case,
    promises_for,
    report_from,
    reporter_of,
    says_the_same,
    signs_of,
    writers_of,
)
from guardian.cases.questions import ALL_CHAIRS
from guardian.cases.receipts import for_mail, for_reporter
from guardian.cases.values import Case, Hears, Report
from guardian.cases.walls import circle_of, held_by, sent_to_board, walls_from
from guardian.desk.desk import Desk, Topic, Work
from guardian.desk.following_up import FollowUp, ThreadLine, Wish, add, answer_more, follow_up, takes_files, wish
from guardian.desk.hearers import narrowed
from guardian.desk.knowing import signs_with_known
from guardian.desk.many import case_of_the_same_words, take_in_with_the_same, tell_of_report
from guardian.desk.report_keys import (
    ByAddress,
    ByReceipt,
    ByReporter,
    ByRule,
    ReceiptKey,
    reference_of_report,
    report_addressed,
    report_for,
)
from guardian.desk.telling import tell_members, tell_reporters
from guardian.desk.walling import contact_among, tell_of_walls
from guardian.errors import Refused
from guardian.ids import MemberId, Reference, ReportId
from guardian.journal import PARTY, Entry, by_member
from guardian.notices.acknowledgement import acknowledgement, acknowledgement_for_file, nobody_left
from guardian.notices.catalogue import say, spoken
from guardian.notices.values import NoticeKind
from guardian.people.names import code_name
from guardian.people.permissions import BOARD, CHAIRS, MEMBERS, sits
from guardian.people.values import Group, Member
from rules.deadlines import Deadline, due
from rules.policy import Policy
from rules.repeats import same_report_since
from rules.routing import Destination, ReportKind, Route, for_report

__all__ = [
    "ByAddress",
    "ByReceipt",
    "ByReporter",
    "ByRule",
    "EvidenceIn",
    "FollowUp",
    "Hearer",
    "ReceiptKey",
    "Received",
    "Submission",
    "ThreadLine",
    "Wish",
    "add",
    "answer_more",
    "follow_up",
    "hearers_chosen",
    "hearers_to_choose",
    "people_to_name",
    "receive",
    "reference_of_report",
    "report_addressed",
    "report_for",
    "takes_files",
    "wish",
]


@dataclass(frozen=True, slots=True)
class Received:
    """The answer to a report: its receipt (shown this once), the reporter's own reference, and what to read."""

    receipt: str
    reference: Reference
    report: ReportId
    text: str


@dataclass(frozen=True, slots=True)
class Hearer:
    """Somebody who may hear of a report first."""

    id: MemberId
    name: str
    chairs: bool


async def people_to_name(desk: Desk) -> tuple[tuple[MemberId, str], ...]:
    """Everybody with a role at this instant, whom a report may concern: the group, the Board, then the others."""
    async with desk.works.look() as view:
        members = [m for m in await view.people.members() if any(m.holds(group, view.now) for group in Group)]
        return tuple((m.id, m.name) for m in sorted(members, key=lambda m: _place(m, view.now)))


async def hearers_to_choose(desk: Desk) -> tuple[Hearer, ...]:
    """The members of the working group at this instant, of whom a reporter may choose who hears first. Policy: P-2.5."""
    async with desk.works.look() as view:
        sitting = [member for member in await view.people.members() if sits(member, MEMBERS, view.now)]
        named = sorted(sitting, key=lambda member: member.name.casefold())
        return tuple(Hearer(member.id, member.name, sits(member, CHAIRS, view.now)) for member in named)


async def hearers_chosen(desk: Desk, picked: Sequence[str]) -> tuple[Hears, tuple[MemberId, ...]]:
    """Who hears first, for what was picked from that list, where one entry may stand for all chairs. Policy: P-2.5."""
    sitting = await hearers_to_choose(desk)
    members = {each.id for each in sitting if each.id in picked}
    chairs = ALL_CHAIRS in picked
    if not members:
        return (Hears.CHAIRS if chairs else Hears.ALL), ()
    return Hears.CHOSEN, tuple(each.id for each in sitting if each.id in members or (chairs and each.chairs))


async def receive(desk: Desk, submission: Submission) -> Received:
    """The report is a case; whom it concerns is kept out, the others are told, and the reporter has an answer.

    The same delivery again gets the first answer again. Policy: P-2.2, P-2.4, P-2.5.
    """
    check_submission(submission, desk.longest_text, desk.largest_file)
    async with desk.works.begin() as work:
        first = await _first_answer(work, submission)
        if first is not None:
            return first
        received = await _sent_before(desk, work, submission)
        if received is not None:
            return received
        crowded = await case_of_the_same_words(work, desk.policy, submission)
        if crowded is not None:
            return await _one_of_many(desk, work, submission, crowded)
        case, route = await _open_case(desk, work, submission)
        received = await _keep_report(desk, work, submission, case)
        somebody = await _first_notices(work, desk.policy, case, route, danger=submission.danger)
        if not somebody:
            received = replace(received, text=nobody_left(desk.community, submission.locale))
        if submission.mail and submission.answers_by_mail:
            await _acknowledge_by_mail(desk, work, submission, received, case, somebody=somebody)
        return await _remembered(work, submission, received, case)


async def _one_of_many(desk: Desk, work: Work, submission: Submission, case: Case) -> Received:
    """The report stands in the case of those in the same words, whose promises are its own as well. Policy: P-2.9."""
    after = await take_in_with_the_same(work, desk.policy, case, submission)
    received = await _keep_report(desk, work, submission, after, promised=False)
    return await _remembered(work, submission, received, after)


async def _remembered(work: Work, submission: Submission, received: Received, case: Case) -> Received:
    """The answer, which the same delivery gets again."""
    if submission.delivery is not None:
        await work.answers.keep(submission.door, submission.delivery, _written(received), case.id)
    return received


async def _open_case(desk: Desk, work: Work, submission: Submission) -> tuple[Case, Route[MemberId]]:
    """A new case with its walls, in the right hands from its first instant, and whose hands those are."""
    members = await work.people.members()
    taken = await work.cases.code_names() | await work.people.code_names()
    case = new_case(code_name(taken), work.now, danger=submission.danger)
    signs = await signs_with_known(work, signs_of(submission, members), writers_of(submission.evidence))
    walls = walls_from(signs, members, desk.policy, case, work.now, PARTY)
    route = for_report(circle_of(members, work.now), held_by(walls), desk.policy)
    if route.to is not Destination.WORKING_GROUP:
        case = sent_to_board(case)
    await work.cases.add_case(case)
    for wall in walls:
        await work.cases.add_wall(wall)
    if not case.board_only:
        case = await work.cases.save_case(replace(case, contact=await contact_among(work, case, desk.policy)))
    return await narrowed(work, desk.policy, case, submission), route


async def _keep_report(
    desk: Desk, work: Work, submission: Submission, case: Case, *, promised: bool = True
) -> Received:
    report = report_from(submission, case.id, work.now)
    party = reporter_of(report)
    minted = for_reporter(case.id, report.id, work.now)
    await work.cases.add_report(report)
    await work.cases.add_party(party)
    await work.cases.add_receipt(minted.kept)
    if report.mail is not None:
        await work.cases.add_receipt(for_mail(case.id, report.id, report.mail.token, work.now))
    for piece in submission.evidence:
        await work.cases.add_evidence(evidence_from(piece, report, work.now))
    for promise in promises_for(report, desk.policy) if promised else ():
        await work.promises.add(promise)
    work.wake(Topic.PROMISES)
    about = {"case": case.id, "report": report.id, "door": report.door}
    by = by_member(submission.entered_by) if submission.entered_by else PARTY
    work.journal.note(Entry("report.was_received", by, "P-2.1", about, case.id))
    answer_by = due(Deadline.FIRST_ANSWER, work.now, desk.policy)
    text = _ACKNOWLEDGED[kind_of(report)](desk.community, answer_by, report.locale)
    return Received(minted.secret, party.reference, report.id, text)


async def _first_notices(work: Work, policy: Policy, case: Case, route: Route[MemberId], *, danger: bool) -> bool:
    """Everybody who may know is told that something has come in, and nothing of what it is; False where that is nobody.

    Policy: P-2.5, P-3.6.
    """
    if danger:
        await tell_members(work, case, NoticeKind.DANGER)
    else:
        await tell_of_report(work, policy, case)
    await tell_of_walls(work, case, case)
    if route.to is not Destination.NOBODY_LEFT:
        return True
    work.journal.note(Entry("case.has_nobody_left", PARTY, "P-2.5", {"case": case.id}, case.id))
    return False


async def _acknowledge_by_mail(
    desk: Desk, work: Work, submission: Submission, received: Received, case: Case, *, somebody: bool
) -> None:
    """The answer waits to be mailed. The receipt is in it only where the address is shown to be the reporter's."""
    facts = {"answer_by": due(Deadline.FIRST_ANSWER, work.now, desk.policy).isoformat()} if somebody else {}
    if submission.verified:
        facts["own_receipt"] = received.receipt
    await tell_reporters(work, case, NoticeKind.LETTER_RECEIVED, facts)


async def _first_answer(work: Work, submission: Submission) -> Received | None:
    if submission.delivery is None:
        return None
    earlier = await work.answers.claim(submission.door, submission.delivery)
    if earlier is None:
        return None
    if earlier.answer is None:
        raise Refused("repeated", "This report has been received already.", "P-2.4")
    return _read(earlier.answer)


async def _sent_before(desk: Desk, work: Work, submission: Submission) -> Received | None:
    """The report that this account sent before in the same words, with a fresh receipt: its first answer may have been lost.

    A fresh one, since of the first nothing is kept from which it could be given again; both open the report. Policy: P-2.4.
    """
    if submission.reporter is None:
        return None
    since = same_report_since(work.now, desk.policy)
    for report in await work.cases.reports_from(submission.reporter, since):
        if report.withdrawn_at is None and says_the_same(report, submission):
            kept = {piece.link for piece in await work.cases.evidence_of(report.case) if piece.report == report.id}
            if {piece.link for piece in submission.evidence} <= kept:
                return await _found_again(work, report)
    return None


async def _found_again(work: Work, report: Report) -> Received:
    minted = for_reporter(report.case, report.id, work.now)
    await work.cases.add_receipt(minted.kept)
    about = {"case": report.case, "report": report.id}
    work.journal.note(Entry("report.was_sent_again", PARTY, "P-2.4", about, report.case))
    text = say(report.locale, "received.known", when=spoken(report.received_at, report.locale))
    return Received(minted.secret, await reference_of_report(work, report), report.id, text)


def _place(member: Member, at: datetime) -> tuple[int, str]:
    """Where a member stands in the list: the working group first, then the Board, each by name."""
    rank = next((i for i, seat in enumerate((MEMBERS, BOARD)) if sits(member, seat, at)), 2)
    return rank, member.name.casefold()


def _written(received: Received) -> str:
    parts = (received.receipt, received.reference, received.report, received.text)
    return json.dumps(parts)


def _read(written: str) -> Received:
    receipt, reference, report, text = json.loads(written)
    return Received(receipt, Reference(reference), ReportId(report), text)


_ACKNOWLEDGED: Final[Mapping[ReportKind, Callable[[str, datetime, str], str]]] = {
    ReportKind.NEEDS_HELP: acknowledgement,
    ReportKind.FOR_THE_FILE: acknowledgement_for_file,
}
