"""The way in: a report becomes a case, with everybody whom it concerns kept out before anybody is told of it.

What a reporter later adds or asks for goes the same way. Every door calls this and nothing else.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guardian.cases.intake import (
    HOLD_CONTACT,
    EvidenceIn,
    Submission,
    authors_of,
    check_files,
    check_length,
    check_submission,
    danger_call,
    evidence_from,
    kind_of,
    new_case,
    promises_for,
    report_from,
    reporter_of,
    says_the_same,
    signs_of,
    with_answers,
    words_of,
)
from guardian.cases.receipts import digest_of, for_mail, for_reporter
from guardian.cases.values import Addition, Case, PartyRole, PromiseKind, ReceiptKind, Report
from guardian.cases.walls import circle_of, held_by, sent_to_board, walls_from
from guardian.cases.words import for_reporters
from guardian.desk.contact_question import contact_was_answered
from guardian.desk.desk import Desk, Topic, View, Work
from guardian.desk.hearers import narrowed, open_for_danger
from guardian.desk.moving import tell_of_news
from guardian.desk.telling import tell_members, tell_reporters
from guardian.desk.walling import contact_among, tell_of_walls, wall_off
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, Reference, ReportId, new_id
from guardian.journal import PARTY, Entry, by_member
from guardian.notices.acknowledgement import (
    acknowledgement,
    acknowledgement_for_file,
    addition_received,
    nobody_left,
)
from guardian.notices.catalogue import say, spoken
from guardian.notices.values import News, Notice, NoticeKind
from guardian.people.names import code_name
from guardian.people.permissions import BOARD, CHAIRS, MEMBERS, sits
from guardian.people.values import Group, Member
from guardian.spaces.port import Account
from rules.conflicts import Signs
from rules.deadlines import Deadline, due
from rules.policy import Policy
from rules.repeats import same_report_since
from rules.routing import Destination, ReportKind, Route, for_report

_ADDED: Final = "addition"
_NO_ANSWERS: Final[Mapping[str, str]] = MappingProxyType({})

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


@dataclass(frozen=True, slots=True)
class ByReceipt:
    """Whoever holds the receipt."""

    receipt: str


@dataclass(frozen=True, slots=True)
class ByReporter:
    """The account by which the report was made, as the space itself says who is asking."""

    report: ReportId
    reporter: Account


@dataclass(frozen=True, slots=True)
class ByAddress:
    """Whoever writes to the mail address that was made for one reporter; `token` is the secret part of it."""

    token: str


@dataclass(frozen=True, slots=True)
class ByRule:
    """The service itself, which a rule has sent to the report."""

    report: ReportId


ReceiptKey = ByReceipt | ByReporter | ByAddress | ByRule


class Wish(StrEnum):
    """What a reporter may ask for at any time (P-2.12)."""

    HOLD_CONTACT = "hold_contact"
    MAY_CONTACT = "may_contact"
    OTHER_CONTACT = "other_contact"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """One text between a reporter and the group; not `verified`: nothing shows that the reporter wrote it."""

    at: datetime
    from_reporter: bool
    text: str
    verified: bool = True


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a reporter sees: how things stand, what was said. `told` are the service's own notices, worded by the page.

    `contact_said`: they have said whether the reported person may be contacted.
    """

    reference: Reference
    state: str
    received_at: datetime
    thread: tuple[ThreadLine, ...]
    told: tuple[Notice, ...]
    hold_contact: bool
    withdrawn: bool
    contact_said: bool


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
        case, route = await _open_case(desk, work, submission)
        received = await _keep_report(desk, work, submission, case)
        somebody = await _first_notices(work, case, route, danger=submission.danger)
        if not somebody:
            received = replace(received, text=nobody_left(desk.community, submission.locale))
        if submission.mail and submission.answers_by_mail:
            await _acknowledge_by_mail(desk, work, submission, received, case, somebody=somebody)
        if submission.delivery is not None:
            await work.answers.keep(submission.door, submission.delivery, _written(received), case.id)
        return received


async def add(
    desk: Desk,
    key: ReceiptKey,
    text: str,
    files: tuple[EvidenceIn, ...] = (),
    delivery: str | None = None,
    *,
    verified: bool = True,
    quiet: bool = False,
    answers: Mapping[str, str] = _NO_ANSWERS,
) -> str:
    """What the reporter adds stands with the report, and the members on the case are told; an answer to read.

    Whoever the new words point to is kept out first. The same delivery again adds nothing. `verified` is False where
    nothing shows that it is the reporter's; `quiet`: nobody is told of this one. `answers` are to further questions of
    the report, by their names. Policy: P-2.2, P-2.5, P-2.12.
    """
    said = {name: answer.strip() for name, answer in answers.items() if answer.strip()}
    if not text.strip() and not files and not said:
        sentence = "There is nothing in it yet. Please write something, or choose a file."
        raise Refused("nothing_added", sentence, "P-2.12")
    check_length(len(text) + sum(map(len, said.values())), desk.longest_text)
    check_files(files, desk.largest_file)
    async with desk.works.begin() as work:
        report = await report_for(work, key)
        if delivery is not None and await work.answers.claim(_ADDED, delivery) is not None:
            return addition_received(desk.community, report.locale)
        case = await _case_of(work, report)
        members = await work.people.members()
        signs = Signs(authors=authors_of(files, members), texts=(text, *said.values(), *words_of(files)))
        after, changed = await wall_off(work, desk.policy, case, signs, PARTY)
        if said:
            after = await _keep_answers(work, desk.policy, report, after, said)
        await _keep_addition(work, report, text.strip(), files, verified=verified)
        if not quiet:
            await tell_of_news(work, after, News.ADDITION)
        await _look_again(work, desk.policy, after)
        if changed:
            await tell_of_walls(work, case, after)
        return addition_received(desk.community, report.locale)


async def answer_more(
    desk: Desk, key: ReceiptKey, answers: Mapping[str, str], text: str = "", delivery: str | None = None
) -> str:
    """Further questions of the report are answered, with words of the reporter's own beside them. Policy: P-2.2, P-2.12."""
    return await add(desk, key, text, (), delivery, answers=answers)


async def takes_files(desk: Desk, key: ReceiptKey) -> bool:
    """Whether files may be fetched for the report: never where it may show sexual abuse of minors. Policy: P-2.7."""
    async with desk.works.look() as view:
        return not (await report_for(view, key)).minors


async def wish(desk: Desk, key: ReceiptKey, asked: Wish) -> str:
    """What the reporter asks for is on record, and the members on the case are told of it. Policy: P-2.12."""
    async with desk.works.begin() as work:
        report = await report_for(work, key)
        case = await _case_of(work, report)
        await work.cases.save_report(_wished(report, asked, work.now))
        about = {"case": case.id, "report": report.id, "wish": asked}
        work.journal.note(Entry("reporter.asked", PARTY, "P-2.12", about, case.id))
        news = News.WITHDRAWN if asked is Wish.WITHDRAW else News.WISH
        await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": news, "wish": asked})
        await contact_was_answered(work, case)
    return _WISHED[asked]


async def follow_up(desk: Desk, receipt: str) -> FollowUp:
    """How the report stands, for whoever holds its receipt. Policy: P-2.4."""
    async with desk.works.begin() as work:
        report = await report_for(work, ByReceipt(receipt))
        case = await _case_of(work, report)
        work.journal.note(Entry("follow_up.was_read", PARTY, "P-2.4", {"report": report.id}, case.id))
        said = [each for each in await work.cases.additions_of(case.id) if each.report == report.id]
        lines = [ThreadLine(report.received_at, True, report.what_happened, report.verified)]
        lines += [ThreadLine(each.at, each.from_party, each.text, each.verified) for each in said]
        return FollowUp(
            reference=await reference_of_report(work, report),
            state=for_reporters(case.state),
            received_at=report.received_at,
            thread=tuple(lines),
            told=await work.notices.of_report(report.id),
            hold_contact=report.hold_contact,
            withdrawn=report.withdrawn_at is not None,
            contact_said=HOLD_CONTACT in report.answers,
        )


async def _open_case(desk: Desk, work: Work, submission: Submission) -> tuple[Case, Route[MemberId]]:
    """A new case with its walls, in the right hands from its first instant, and whose hands those are."""
    members = await work.people.members()
    taken = await work.cases.code_names() | await work.people.code_names()
    case = new_case(code_name(taken), work.now, danger=submission.danger)
    walls = walls_from(signs_of(submission, members), members, desk.policy, case, work.now, PARTY)
    route = for_report(circle_of(members, work.now), held_by(walls), desk.policy)
    if route.to is not Destination.WORKING_GROUP:
        case = sent_to_board(case)
    await work.cases.add_case(case)
    for wall in walls:
        await work.cases.add_wall(wall)
    if not case.board_only:
        case = await work.cases.save_case(replace(case, contact=await contact_among(work, case, desk.policy)))
    return await narrowed(work, desk.policy, case, submission), route


async def _keep_report(desk: Desk, work: Work, submission: Submission, case: Case) -> Received:
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
    for promise in promises_for(report, desk.policy):
        await work.promises.add(promise)
    work.wake(Topic.PROMISES)
    about = {"case": case.id, "report": report.id, "door": report.door}
    by = by_member(submission.entered_by) if submission.entered_by else PARTY
    work.journal.note(Entry("report.was_received", by, "P-2.1", about, case.id))
    answer_by = due(Deadline.FIRST_ANSWER, work.now, desk.policy)
    text = _ACKNOWLEDGED[kind_of(report)](desk.community, answer_by, report.locale)
    return Received(minted.secret, party.reference, report.id, text)


async def _first_notices(work: Work, case: Case, route: Route[MemberId], *, danger: bool) -> bool:
    """Everybody who may know is told that something has come in, and nothing of what it is; False where that is nobody.

    Policy: P-2.5, P-3.6.
    """
    await tell_members(work, case, NoticeKind.DANGER if danger else NoticeKind.NEW_REPORT)
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


async def _keep_addition(
    work: Work, report: Report, text: str, files: tuple[EvidenceIn, ...], *, verified: bool
) -> None:
    if text:
        addition = Addition(new_id(), report.case, report.id, work.now, text, verified=verified)
        await work.cases.add_addition(addition)
    for piece in files:
        await work.cases.add_evidence(evidence_from(piece, report, work.now))
    about = {"case": report.case, "report": report.id}
    work.journal.note(Entry("report.was_added_to", PARTY, "P-2.12", about, report.case))


async def _keep_answers(
    work: Work, policy: Policy, report: Report, case: Case, answers: Mapping[str, str]
) -> Case:
    """The answers stand with the report; danger that was not known before is called out at once. The case as it then stands."""
    changed = with_answers(report, answers)
    await work.cases.save_report(changed)
    if HOLD_CONTACT in answers:
        await contact_was_answered(work, case)
    if report.danger or not changed.danger:
        return case
    await work.promises.add(danger_call(changed, work.now, policy))
    work.wake(Topic.PROMISES)
    opened = await open_for_danger(work, case, PARTY)
    at_risk = await work.cases.save_case(replace(opened, safety_risk=True))
    await tell_members(work, at_risk, NoticeKind.DANGER)
    return at_risk


async def _look_again(work: Work, policy: Policy, case: Case) -> None:
    """A closed case to which something is added comes up for its review within a day: nothing new lies unread. Policy: P-5.8."""
    soon = due(Deadline.FIRST_ANSWER, work.now, policy)
    for review in await work.promises.open_for(case.id, PromiseKind.CASE_REVIEW):
        if review.next_at is None or review.next_at > soon:
            await work.promises.save(replace(review, due=soon, next_at=soon))
            work.wake(Topic.PROMISES)


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


async def report_for(view: View, key: ReceiptKey) -> Report:
    """The report that the key opens; NotFound where it opens none."""
    report: Report | None = None
    match key:
        case ByReceipt(typed):
            receipt = await view.cases.receipt(digest_of(typed))
            if receipt is not None and receipt.kind is ReceiptKind.REPORTER and receipt.report is not None:
                report = await view.cases.report(receipt.report)
        case ByReporter(report_id, account):
            found = await view.cases.report(report_id)
            report = found if found is not None and found.reporter == account else None
        case ByAddress(token):
            report = await report_addressed(view, token)
        case ByRule(report_id):
            report = await view.cases.report(report_id)
    if report is None:
        raise NotFound("This receipt opens nothing here. Please check that every letter and digit is as it was shown.")
    return report


async def report_addressed(view: View, token: str) -> Report | None:
    """The report whose address this still is: one that was taken back, or expunged with its case, leads nowhere."""
    made = await view.cases.receipt(digest_of(token))
    if made is None or made.kind is not ReceiptKind.MAIL or made.report is None:
        return None
    found = await view.cases.report(made.report)
    return found if found and found.mail and digest_of(found.mail.token) == made.digest else None


async def _case_of(view: View, report: Report) -> Case:
    case = await view.cases.case(report.case)
    if case is None:
        raise NotFound
    return case


async def reference_of_report(view: View, report: Report) -> Reference:
    parties = await view.cases.parties_of(report.case)
    return next(p.reference for p in parties if p.role is PartyRole.REPORTER and p.report == report.id)


def _wished(report: Report, asked: Wish, at: datetime) -> Report:
    match asked:
        case Wish.HOLD_CONTACT:
            return replace(report, hold_contact=True, answers={**report.answers, HOLD_CONTACT: "yes"})
        case Wish.MAY_CONTACT:
            return replace(report, hold_contact=False, answers={**report.answers, HOLD_CONTACT: "no"})
        case Wish.WITHDRAW:
            return replace(report, withdrawn_at=report.withdrawn_at or at)
        case Wish.OTHER_CONTACT:
            return report


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
_WISHED = {
    Wish.HOLD_CONTACT: "Noted: the person you reported is not contacted until you say otherwise. If somebody's safety "
    "asks for it, the group may have to go on, and tells you so first.",
    Wish.MAY_CONTACT: "Noted: the group may speak to the person you reported when it comes to that.",
    Wish.OTHER_CONTACT: "Noted: you have asked for another contact person. The group has been told and will answer you.",
    Wish.WITHDRAW: "Your report is withdrawn, and nobody will write to you about it. If somebody's safety asks for it, "
    "the group may go on with what it knows.",
}
