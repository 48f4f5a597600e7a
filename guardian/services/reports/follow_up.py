"""What a reporter does afterwards: adds words, answers and files, asks for something, and reads how things stand.

Read `add_to_report` first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from guardian.cases.case import Case, CaseState
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.drafts import check_text
from guardian.cases.report_questions import DO_NOT_CONTACT
from guardian.cases.reports import Report
from guardian.cases.submissions import (
    EvidenceInput,
    author_accounts,
    build_addition,
    build_evidence,
    check_files,
    check_length,
    danger_deadline,
    member_authors,
    merge_answers,
    texts_of,
)
from guardian.errors import Refused
from guardian.ids import Reference
from guardian.journal import PARTY, Entry
from guardian.notices.acknowledgement import addition_acknowledgement
from guardian.notices.models import News, Notice, NoticeKind
from guardian.notices.replies import Reply
from guardian.services.authorization import require
from guardian.services.case_flow import get_case, notify_case_news
from guardian.services.conflicts.audience import open_for_danger
from guardian.services.conflicts.exclusions import exclude_indicated, notify_of_exclusions
from guardian.services.conflicts.indicated import search_ahead
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.deliberation.contact_safety import record_answer
from guardian.services.deliberation.talks import OwnTalkLine, answer_talk, find_own_talk
from guardian.services.notify import notify_members
from guardian.services.reports.data_requests import OwnDataRequest, own_requests
from guardian.services.reports.readable_files import read_files, without_receipts
from guardian.services.reports.report_access import ReceiptAccess, ReportAccess, reference_of_report, report_for
from guardian.services.sanctions.board_requests import Requester, RequestOption, find_option, submit_request
from guardian.services.visibility import add_known_accounts
from guardian.unit_of_work import WakeupTopic
from rules.conflicts import ConflictIndicators, Speaker
from rules.deadlines import TimeLimit, due_at
from rules.policy import Policy
from rules.talks import TalkAnswer

_SOURCE: Final = "addition"


class ReporterRequest(StrEnum):
    """What a reporter may ask for at any time (P-2.12)."""

    DO_NOT_CONTACT = "hold_contact"
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
    """What a reporter sees: how things stand, what was said. `notices` are the service's own, worded by the page.

    `contact_answered`: they have said whether the reported person may be contacted.
    """

    reference: Reference
    state: CaseState
    received_at: datetime
    thread: tuple[ThreadLine, ...]
    notices: tuple[Notice, ...]
    do_not_contact: bool
    withdrawn: bool
    contact_answered: bool
    board_request: RequestOption | None = None
    locale: str = ""
    data_requests: tuple[OwnDataRequest, ...] = ()
    talk: OwnTalkLine | None = None


@dataclass(frozen=True, slots=True)
class AdditionInput:
    """What somebody adds to a report. `answers` are to further questions of the report, by their names.

    `verified` is False where nothing shows that it is the reporter's.
    """

    text: str = ""
    files: tuple[EvidenceInput, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    verified: bool = True


async def add_to_report(
    app: AppContext, access: ReportAccess, added: AdditionInput, delivery: str | None = None, *, quiet: bool = False
) -> str:
    """Add the reporter's words to the report, notify the members on the case, and return a text to read.

    Whomever the new words point to is excluded first, or put to a chair (`exclude_indicated`). The same delivery again
    adds nothing. `quiet`: nobody is notified of this one. Policy: P-2.2, P-2.5, P-2.12.
    """
    text, files = added.text, added.files
    given = {name: answer.strip() for name, answer in added.answers.items() if answer.strip()}
    if not text.strip() and not files and not given:
        sentence = "There is nothing in it yet. Please write something, or choose a file."
        raise Refused("nothing_added", sentence, "P-2.12")
    check_length(len(text) + sum(map(len, given.values())), app.longest_text)
    check_files(files, app.largest_file)
    files = await without_receipts(files)
    words = await read_files(files)
    texts = (text, *given.values(), *texts_of(files), *words.texts)
    await search_ahead(app, *texts)
    async with app.units_of_work.begin() as uow:
        report = await report_for(uow, access)
        if delivery is not None and await uow.idempotency.claim(_SOURCE, delivery) is not None:
            return addition_acknowledgement(app.community, report.locale)
        case = await get_case(uow, report.case)
        members = await uow.people.members()
        indicators = ConflictIndicators(authors=member_authors(files, members), texts=texts)
        indicators = await add_known_accounts(uow, indicators, author_accounts(files))
        speaker = Speaker.REPORTER if added.verified else Speaker.OTHER
        after, changed = await exclude_indicated(uow, app.policy, case, indicators, PARTY, speaker)
        if given:
            after = await _save_answers(uow, app.policy, report, after, given)
        await _save_addition(uow, report, text.strip(), files, verified=added.verified)
        if not quiet:
            await notify_case_news(uow, after, News.ADDITION)
        await _hasten_review(uow, app.policy, after)
        if changed:
            await notify_of_exclusions(uow, case, after)
        return addition_acknowledgement(app.community, report.locale)


async def answer_questions(
    app: AppContext, access: ReportAccess, answers: Mapping[str, str], text: str = "", delivery: str | None = None
) -> str:
    """Answer further questions of the report, with words of the reporter's own beside them. Policy: P-2.2, P-2.12."""
    return await add_to_report(app, access, AdditionInput(text, answers=answers), delivery=delivery)


async def accepts_files(app: AppContext, access: ReportAccess) -> bool:
    """Return whether files may be fetched for the report: never where it may show sexual abuse of minors.

    Policy: P-2.7.
    """
    async with app.units_of_work.read() as view:
        return not (await report_for(view, access)).csam


async def make_request(app: AppContext, access: ReportAccess, request: ReporterRequest) -> Reply:
    """Record what the reporter asks for, and notify the members on the case of it. Policy: P-2.12."""
    async with app.units_of_work.begin() as uow:
        report = await report_for(uow, access)
        case = await get_case(uow, report.case)
        await uow.cases.save_report(_with_request(report, request, uow.now))
        about = {"case": case.id, "report": report.id, "wish": request}
        uow.journal.note(Entry(act="reporter.asked", by=PARTY, authority="P-2.12", about=about, case=case.id))
        news = News.WITHDRAWN if request is ReporterRequest.WITHDRAW else News.REQUEST
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": news, "wish": request})
        await record_answer(uow, case)
    return Reply(f"answers.{request}")


async def request_board_reconsideration(
    app: AppContext, access: ReportAccess, text: str, *, shows_news: bool = False
) -> Reply:
    """Ask the Board to reconsider what was decided on the report; it stands until the Board answers. Policy: P-5.7."""
    require(check_text(text, app.longest_text))
    await search_ahead(app, text)
    async with app.units_of_work.begin() as uow:
        report = await report_for(uow, access)
        case = await get_case(uow, report.case)
        return await submit_request(app, uow, case, Requester(report=report.id), text, shows_news=shows_news)


async def answer_own_talk(app: AppContext, access: ReportAccess, answer: TalkAnswer) -> Reply:
    """Say, as a reporter, whether they would take part in a talk; only the group learns of it. Policy: P-5.3."""
    async with app.units_of_work.begin() as uow:
        report = await report_for(uow, access)
        await answer_talk(uow, await get_case(uow, report.case), answer, report=report.id)
    return Reply(f"answers.talk_{answer}")


async def read_follow_up(app: AppContext, receipt: str) -> FollowUp:
    """Return how the report stands, for whoever holds its receipt. Policy: P-2.4."""
    async with app.units_of_work.begin() as uow:
        report = await report_for(uow, ReceiptAccess(receipt))
        case = await get_case(uow, report.case)
        uow.journal.note(
            Entry(act="follow_up.was_read", by=PARTY, authority="P-2.4", about={"report": report.id}, case=case.id)
        )
        additions = [each for each in await uow.cases.additions_of(case.id) if each.report == report.id]
        lines = [ThreadLine(report.received_at, True, report.what_happened, report.verified)]
        lines += [ThreadLine(each.at, each.from_party, each.text, each.verified) for each in additions]
        return FollowUp(
            reference=await reference_of_report(uow, report),
            state=case.state,
            locale=report.locale,
            received_at=report.received_at,
            thread=tuple(lines),
            notices=await uow.notices.of_report(report.id),
            do_not_contact=report.do_not_contact,
            withdrawn=report.withdrawn_at is not None,
            contact_answered=DO_NOT_CONTACT in report.answers,
            board_request=await find_option(uow, app.policy, case, Requester(report=report.id)),
            data_requests=await own_requests(app, uow, case.id, report=report.id),
            talk=await find_own_talk(uow, case, report=report.id),
        )


async def _save_addition(
    uow: UnitOfWork, report: Report, text: str, files: tuple[EvidenceInput, ...], *, verified: bool
) -> None:
    if text:
        await uow.cases.add_addition(build_addition(report.case, report.id, text, uow.now, verified=verified))
    for piece in files:
        await uow.cases.add_evidence(build_evidence(piece, report, uow.now))
    about = {"case": report.case, "report": report.id}
    uow.journal.note(Entry(act="report.was_added_to", by=PARTY, authority="P-2.12", about=about, case=report.case))


async def _save_answers(
    uow: UnitOfWork, policy: Policy, report: Report, case: Case, answers: Mapping[str, str]
) -> Case:
    """Store the answers with the report, call out danger that was not known before, and return the case as it then
    stands.
    """
    changed = merge_answers(report, answers)
    await uow.cases.save_report(changed)
    if DO_NOT_CONTACT in answers:
        await record_answer(uow, case)
    if report.danger or not changed.danger:
        return case
    await uow.deadlines.add(danger_deadline(changed, uow.now, policy))
    uow.wake(WakeupTopic.DEADLINES)
    opened = await open_for_danger(uow, case, PARTY)
    at_risk = await uow.cases.save_case(replace(opened, safety_risk=True))
    await notify_members(uow, at_risk, NoticeKind.DANGER)
    return at_risk


async def _hasten_review(uow: UnitOfWork, policy: Policy, case: Case) -> None:
    """Bring a closed case to which something is added up for review within a day: nothing new lies unread.

    Policy: P-5.8.
    """
    soon = due_at(TimeLimit.FIRST_ANSWER, uow.now, policy)
    for review in await uow.deadlines.open_for(case.id, DeadlineKind.CASE_REVIEW):
        if review.next_at is None or review.next_at > soon:
            await uow.deadlines.save(replace(review, due=soon, next_at=soon))
            uow.wake(WakeupTopic.DEADLINES)


def _with_request(report: Report, request: ReporterRequest, at: datetime) -> Report:
    match request:
        case ReporterRequest.DO_NOT_CONTACT:
            return replace(report, do_not_contact=True, answers={**report.answers, DO_NOT_CONTACT: "yes"})
        case ReporterRequest.MAY_CONTACT:
            return replace(report, do_not_contact=False, answers={**report.answers, DO_NOT_CONTACT: "no"})
        case ReporterRequest.WITHDRAW:
            return replace(report, withdrawn_at=report.withdrawn_at or at)
        case ReporterRequest.OTHER_CONTACT:
            return report
