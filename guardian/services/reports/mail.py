"""Receive mail: it becomes a report, or is added to the report whose own address it was sent to.

Nothing is ever sent back because of an addition, so that whoever forges a sender learns nothing. Read `receive_mail`
first. Policy: P-2.6, P-2.10.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guardian.cases.receipts import digest_receipts, redact_receipts
from guardian.cases.received_words import kept_text
from guardian.cases.report_questions import CONTACT_IS_SAFE
from guardian.cases.reports import Audience, Report, ReportChannel
from guardian.cases.submissions import MAX_FILES, EvidenceInput
from guardian.ids import NoticeId
from guardian.journal import SERVICE, Entry
from guardian.notices.delivery_routes import MAIL
from guardian.notices.models import News, NoticeKind, NoticeState, RecipientKind
from guardian.people.models import Group, Office
from guardian.services.context import AppContext
from guardian.services.notify import notify_members, notify_office
from guardian.services.reports.follow_up import AdditionInput
from guardian.services.reports.intake import (
    MailAddressAccess,
    PolicyAccess,
    ReportAccess,
    Submission,
    add_to_report,
    receive,
    report_for_address,
)
from guardian.services.reports.mail_copies import MailCopy, is_same_address, remember_original, take_copy
from guardian.services.reports.mail_language import language_of_words
from guardian.services.reports.mail_requests import RequestMail, is_request, says_phrase, take_request
from guardian.worker_processes import WorkStopped, shared_workers
from rules.notification import is_undone_by_bounce
from rules.report_intake import joins_last_mail

_SHORT: Final = 2_000
_A_DAY: Final = timedelta(days=1)
_UNSAFE: Final[Mapping[str, str]] = MappingProxyType({CONTACT_IS_SAFE: "no"})
_NOTHING: Final = "(There is no text in this mail.)"
_GOES_ON: Final = "\n\n(The mail is longer than this. All of it is in the file “whole-mail.txt”.)"
_WHOLE: Final = "whole-mail.txt"
_TOO_MANY: Final = "so many files are not kept apart; all of them are in the mail itself"
_TOO_LARGE: Final = "the file is larger than is kept apart; it is in the mail itself"


@dataclass(frozen=True, slots=True)
class InboundMail:
    """A mail as it was read. `delivery` is what it is recognised by when it comes again.

    `sender` is the address that it names as its own, which is theirs only where it is `authentic`. `token` is the
    secret part of the address it was sent to. `may_answer`: whether mail may go back there by itself. `whole` are the
    files that hold the mail itself, as it came; `reply_to` where its answers should go, if that is another address. One that is
    `unread` is nobody's, and may concern any member: the chairs hear of it first. `original` is the same for a mail and
    for the copy of it that a list sends on (`via_list`).
    """

    delivery: str
    sender: str
    sender_name: str
    subject: str
    text: str
    files: tuple[EvidenceInput, ...] = ()
    whole: tuple[EvidenceInput, ...] = ()
    token: str = ""
    reply_to: str = ""
    original: str = ""
    via_list: bool = False
    authentic: bool = False
    may_answer: bool = False
    unread: bool = False


class MailOutcome(StrEnum):
    """What became of a mail."""

    REPORT = "report"
    ADDITION = "addition"
    REQUEST = "request"
    REPEATED = "repeated"


async def receive_mail(app: AppContext, inbound: InboundMail) -> MailOutcome:
    """Store the mail, once: with the report that its address belongs to, else as a report of its own.

    It counts as the reporter's own only where it is authentic and from their known address. Beyond so many a day of one
    proved sender, mails are put with the last report and call nobody: behind an address that nothing proves there may be
    many people. Policy: P-2.1, P-2.10, P-2.12.
    """
    written = inbound.text
    inbound = replace(inbound, text=await _without_receipts(written))
    addressed, sender_reports, count_today = await _match_reports(app, inbound)
    latest = sender_reports[-1] if sender_reports else None
    # What was a report when it first came is one when it comes again, however many there are by now.
    said = kept_text(_fit_to_limits(inbound, app)[0]).strip() if sender_reports else ""
    repeated = any(each.what_happened == said for each in sender_reports)
    quiet = joins_last_mail(count_today, app.policy)
    own = addressed is not None and _is_own(inbound, addressed)
    if is_request(inbound.subject, written) and await take_request(app, _request_mail(inbound, written, app, own=own)):
        return MailOutcome.REQUEST
    if addressed is not None:
        verified = _is_own(inbound, addressed)
        answers = _UNSAFE if verified and says_unsafe(inbound.text) else {}
        await _add(app, MailAddressAccess(inbound.token), inbound, verified=verified, quiet=quiet, answers=answers)
        return MailOutcome.ADDITION
    if inbound.original and await take_copy(app, _mail_copy(inbound)):
        return MailOutcome.REPEATED
    if quiet and latest is not None and not repeated:
        await _add(app, PolicyAccess(latest.id), inbound, verified=True, quiet=True)
        await remember_original(app, _mail_copy(inbound), latest.id)
        return MailOutcome.ADDITION
    received = await receive(app, _submission(inbound, app))
    await remember_original(app, _mail_copy(inbound), received.report)
    return MailOutcome.REPORT


def says_unsafe(text: str) -> bool:
    """Return whether the first line is the answer that our mail asks for where it is not safe to write there.

    The answer counts in any of our languages.
    """
    return says_phrase(text, "forum.word_not_safe")


async def record_bounce(app: AppContext, notice_id: NoticeId) -> bool:
    """Count a notice that was mailed not long ago as not delivered, and notify the members on its case.

    Returns whether there was such a notice. Policy: P-6.2.
    """
    async with app.units_of_work.begin() as uow:
        notice = await uow.notices.notice(notice_id)
        if notice is None or notice.state is not NoticeState.SENT or not notice.proof.startswith(MAIL):
            return False
        if notice.sent_at is None or not is_undone_by_bounce(notice.sent_at, uow.now, app.policy):
            return False
        await uow.notices.save(replace(notice, state=NoticeState.UNDELIVERABLE, proof="", sent_at=None))
        about = {"notice": str(notice.id), "kind": str(notice.kind)}
        uow.journal.note(Entry(act="notice.came_back", by=SERVICE, authority="P-6.2", about=about, case=notice.case))
        case = await uow.cases.case(notice.case) if notice.case else None
        if case is not None and notice.to.kind is RecipientKind.REPORTER:
            await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.CAME_BACK})
    return True


async def is_sent_notice(app: AppContext, notice_id: NoticeId) -> bool:
    """Return whether we made a notice of that id, so that a mail which bears it is our own."""
    async with app.units_of_work.read() as view:
        return await view.notices.notice(notice_id) is not None


async def notify_of_unread_mail(app: AppContext, unread: int) -> None:
    """Notify the chairs that mail is not read: `unread` mails one by one, or the whole mailbox where that is 0."""
    async with app.units_of_work.begin() as uow:
        facts = {"unread": str(unread)}
        await notify_office(uow, Group.WORKING_GROUP, Office.CHAIR, NoticeKind.MAIL_NOT_READ, facts)
        uow.journal.note(Entry(act="mail.was_not_read", by=SERVICE, authority="P-2.10", about=facts))


async def _match_reports(app: AppContext, inbound: InboundMail) -> tuple[Report | None, list[Report], int]:
    """Return the report whose own address it came to, else the sender's by mail; and how many mails came in a day."""
    async with app.units_of_work.read() as view:
        since = view.now - _A_DAY
        addressed = await report_for_address(view, inbound.token) if inbound.token else None
        if addressed is not None:
            added = [each for each in await view.cases.additions_of(addressed.case) if each.report == addressed.id]
            verified = _is_own(inbound, addressed)
            recent = [each for each in added if each.from_party and each.at >= since]
            return addressed, [], sum(1 for each in recent if each.verified or not verified)
        if not inbound.authentic:
            return None, [], 0
        mailed = await view.cases.reports_mailed_from(inbound.sender, since)
        # What a forger sends in somebody's name counts for nothing against what is really theirs.
        sender_reports = [each for each in mailed if each.verified]
        return None, sender_reports, len(sender_reports)


def _is_own(inbound: InboundMail, report: Report) -> bool:
    """Return whether the mail is shown to be from whoever mailed the report."""
    return inbound.authentic and report.mail is not None and is_same_address(report.mail.address, inbound.sender)


async def _add(
    app: AppContext,
    access: ReportAccess,
    inbound: InboundMail,
    *,
    verified: bool,
    quiet: bool,
    answers: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Who it names as its sender stands in what cannot be shown to be the reporter's."""
    sender = "" if verified else f"From: {inbound.sender_name} <{inbound.sender}>\n"
    text, files = _fit_to_limits(inbound, app, sender)
    await add_to_report(
        app,
        access,
        AdditionInput(text, files, answers=answers, verified=verified),
        delivery=inbound.delivery,
        quiet=quiet,
    )


def _request_mail(inbound: InboundMail, written: str, app: AppContext, *, own: bool) -> RequestMail:
    words, files = _fit_to_limits(inbound, app)
    return RequestMail(
        delivery=inbound.delivery,
        subject=inbound.subject,
        text=inbound.text,
        words=words,
        files=files,
        receipts=digest_receipts(written[:_SHORT]),
        own_token=inbound.token if own else "",
    )


def _mail_copy(inbound: InboundMail) -> MailCopy:
    return MailCopy(
        original=inbound.original,
        sender=inbound.sender,
        handle=_handle(inbound),
        via_list=inbound.via_list,
        authentic=inbound.authentic,
        may_answer=inbound.may_answer,
    )


def _handle(inbound: InboundMail) -> str:
    return f"{inbound.sender_name} <{inbound.sender}>".strip()


def _submission(inbound: InboundMail, app: AppContext) -> Submission:
    text, files = _fit_to_limits(inbound, app)
    return Submission(
        channel=ReportChannel.MAIL,
        what_happened=text,
        locale=language_of_words(inbound.text, app.language),
        reporter_handle=_handle(inbound),
        evidence=files,
        delivery=inbound.delivery,
        verified=inbound.authentic,
        mail=inbound.sender,
        accepts_mail_replies=inbound.may_answer,
        audience=Audience.CHAIRS if inbound.unread else Audience.ALL,
    )


def _fit_to_limits(inbound: InboundMail, app: AppContext, sender: str = "") -> tuple[str, tuple[EvidenceInput, ...]]:
    """Return the mail within what is taken at once, and nothing of it lost: the mail itself is among the files.

    A text that is too long is a file as well.
    """
    answers = f"Answers go to: {inbound.reply_to}\n" if inbound.reply_to else ""
    head = f"{sender}{answers}Subject: {inbound.subject}\n\n"
    whole = redact_receipts(head) + (inbound.text.strip() or _NOTHING)
    if len(whole) <= app.longest_text:
        return whole, _fit_files(inbound, app.largest_file)
    content = whole.encode()[: app.largest_file]
    text_file = EvidenceInput(kind="file", author_handle=inbound.sender, file_name=_WHOLE, content=content)
    return whole[: app.longest_text - len(_GOES_ON)] + _GOES_ON, _fit_files(inbound, app.largest_file, text_file)


async def _without_receipts(text: str) -> str:
    """The text without receipts that it quotes; a long one is searched where that keeps nobody waiting."""
    if len(text) <= _SHORT:
        return redact_receipts(text)
    with suppress(WorkStopped):
        return await shared_workers().run(redact_receipts, text)
    return redact_receipts(text)


def _fit_files(inbound: InboundMail, largest: int, *before: EvidenceInput) -> tuple[EvidenceInput, ...]:
    """Return the files, of which the last ones are the mail itself; where they are too many, one line names the rest."""
    files = (*before, *(_fit_file(each, largest) for each in inbound.files))
    room = MAX_FILES - len(inbound.whole)
    if len(files) > room:
        names = ", ".join(each.file_name for each in files[room - 1 :])
        files = (*files[: room - 1], EvidenceInput(kind="file", file_name=names[:1000], why_not=_TOO_MANY))
    return (*files, *inbound.whole)


def _fit_file(piece: EvidenceInput, largest: int) -> EvidenceInput:
    too_large = piece.content is not None and len(piece.content) > largest
    return replace(piece, content=None, why_not=_TOO_LARGE) if too_large else piece
