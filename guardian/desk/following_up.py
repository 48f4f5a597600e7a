"""What a reporter does afterwards: adds words, answers and files, asks for something, and reads how things stand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guardian.cases.intake import (
    EvidenceIn,
    authors_of,
    check_files,
    check_length,
    danger_call,
    evidence_from,
    with_answers,
    words_of,
    writers_of,
)
from guardian.cases.questions import HOLD_CONTACT
from guardian.cases.values import Addition, Case, PromiseKind, Report
from guardian.cases.words import for_reporters
from guardian.desk.contact_question import contact_was_answered
from guardian.desk.desk import Desk, Topic, Work
from guardian.desk.hearers import open_for_danger
from guardian.desk.knowing import signs_with_known
from guardian.desk.moving import case_of, tell_of_news
from guardian.desk.report_keys import ByReceipt, ReceiptKey, reference_of_report, report_for
from guardian.desk.telling import tell_members
from guardian.desk.walling import tell_of_walls, wall_off
from guardian.errors import Refused
from guardian.ids import Reference, new_id
from guardian.journal import PARTY, Entry
from guardian.notices.acknowledgement import addition_received
from guardian.notices.values import News, Notice, NoticeKind
from rules.conflicts import Signs
from rules.deadlines import Deadline, due
from rules.policy import Policy

_ADDED: Final = "addition"
_NO_ANSWERS: Final[Mapping[str, str]] = MappingProxyType({})


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
        case = await case_of(work, report.case)
        members = await work.people.members()
        signs = Signs(authors=authors_of(files, members), texts=(text, *said.values(), *words_of(files)))
        signs = await signs_with_known(work, signs, writers_of(files))
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
        case = await case_of(work, report.case)
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
        case = await case_of(work, report.case)
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


async def _keep_answers(work: Work, policy: Policy, report: Report, case: Case, answers: Mapping[str, str]) -> Case:
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


_WISHED = {
    Wish.HOLD_CONTACT: "Noted: the person you reported is not contacted until you say otherwise. If somebody's safety "
    "asks for it, the group may have to go on, and tells you so first.",
    Wish.MAY_CONTACT: "Noted: the group may speak to the person you reported when it comes to that.",
    Wish.OTHER_CONTACT: "Noted: you have asked for another contact person. The group has been told and will answer you.",
    Wish.WITHDRAW: "Your report is withdrawn, and nobody will write to you about it. If somebody's safety asks for it, "
    "the group may go on with what it knows.",
}
