"""A mail by which a party asks the Board to reconsider, or for what is kept of them: its first line or subject says so, in one of our languages.

Whose it is must be shown: by a receipt in it, or by the reporter's own address. Everything else is mail like any other.
Read `take_request` first. Policy: P-5.7.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from guardian.cases.case import Case
from guardian.cases.data_requests import DataRequestKind
from guardian.cases.receipts import Receipt, ReceiptKind
from guardian.cases.reports import Report
from guardian.cases.submissions import EvidenceInput, build_addition, build_evidence
from guardian.errors import Refused
from guardian.ids import PersonId
from guardian.notices.models import News, NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.notices.translations import ENGLISH, LANGUAGES, translate_text
from guardian.services.case_flow import get_case, notify_case_news
from guardian.services.conflicts.exclusions import claim_named_in_text
from guardian.services.conflicts.indicated import search_ahead
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.notify import ensure_reference, notify_person, notify_reporters
from guardian.services.reports.data_requests import submit
from guardian.services.reports.readable_files import without_receipts
from guardian.services.reports.report_access import report_for_address
from guardian.services.sanctions.board_requests import Requester, known_matters, submit_request

_SOURCE: Final = "mail_request"
_LOOK_AGAIN: Final = "mail.word_look_again"
_NEWS: Final = "mail.word_news"
_DATA: Final = "mail.word_data"
_FILES: Final = "(Files came with this mail. They are in the mailbox: {names}.)"


class MailedRequest(StrEnum):
    """What a party is told of a request that came by mail: it lies with the Board, or what can still be done."""

    TAKEN = "taken"
    ASKED_BEFORE = "asked_before"
    ASKED_LATE = "asked_late"
    ASKED_LATELY = "asked_lately"
    NOTHING_DECIDED = "nothing_decided"
    SEVERAL_DECIDED = "several_decided"
    DATA_TAKEN = "data_taken"


@dataclass(frozen=True, slots=True)
class RequestMail:
    """A mail that asks for another look. `text` is what was written, `words` and `files` as they are kept.

    `receipts` are the digests of those that stand in it; `own_token` is the secret part of the reporter's own address where the mail is shown to be theirs, else empty.
    """

    delivery: str
    subject: str
    text: str
    words: str
    files: tuple[EvidenceInput, ...] = ()
    receipts: tuple[str, ...] = ()
    own_token: str = ""


@dataclass(frozen=True, slots=True)
class _Asker:
    """Whose mail it is, and the case that it is about; `is_ambiguous`: another one may be meant as well."""

    case: Case
    report: Report | None = None
    person: PersonId | None = None
    is_ambiguous: bool = False


def says_phrase(text: str, key: str) -> bool:
    """Return whether the first line is the phrase of that key, in any of our languages."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    said = " ".join(first.split()).strip(" .!\"'“”„«»*>").casefold()
    return said in {translate_text(language, key).casefold() for language in (ENGLISH, *LANGUAGES)}


def is_request(subject: str, text: str) -> bool:
    """Return whether a mail asks for another look, or for what is kept of its sender."""
    return any(says_phrase(each, key) for each in (subject, text) for key in (_LOOK_AGAIN, _NEWS, _DATA))


async def take_request(app: AppContext, mail: RequestMail) -> bool:
    """Put the request before the Board, or tell the party what can still be done; keep its words either way.

    False where nothing shows whose it is. The same mail again does nothing.
    """
    await search_ahead(app, mail.words)
    mail = replace(mail, files=await without_receipts(mail.files))
    async with app.units_of_work.begin() as uow:
        asker = await _asker_of(uow, mail)
        if asker is None:
            return False
        if await uow.idempotency.claim(_SOURCE, mail.delivery) is None:
            await _take(app, uow, mail, asker)
        return True


async def _take(app: AppContext, uow: UnitOfWork, mail: RequestMail, asker: _Asker) -> None:
    words = _words(mail, asker)
    if any(says_phrase(each, _DATA) for each in (mail.subject, mail.text)):
        await _ask_for_data(app, uow, asker, words)
        await _answer(uow, asker, MailedRequest.DATA_TAKEN)
        return
    result = await _submit(app, uow, mail, asker, words)
    if result is not MailedRequest.TAKEN:
        await _keep(app, uow, asker, words)
    if asker.report is not None:
        for piece in mail.files:
            await uow.cases.add_evidence(build_evidence(piece, asker.report, uow.now))
    await _answer(uow, asker, result)


async def _ask_for_data(app: AppContext, uow: UnitOfWork, asker: _Asker, words: str) -> None:
    """Ask for what is kept of the sender: of a reporter in their case, of somebody else in each that they know of."""
    kind = DataRequestKind.ACCESS
    if asker.report is not None or asker.person is None:
        report = asker.report.id if asker.report else None
        await submit(app, uow, asker.case, kind, words, report=report)
        return
    for case in await known_matters(uow, asker.person) if asker.is_ambiguous else [asker.case]:
        await submit(app, uow, case, kind, words, person=asker.person)


async def _submit(app: AppContext, uow: UnitOfWork, mail: RequestMail, asker: _Asker, words: str) -> MailedRequest:
    if asker.is_ambiguous:
        return MailedRequest.SEVERAL_DECIDED
    shows_news = any(says_phrase(each, _NEWS) for each in (mail.subject, mail.text))
    by = Requester(report=asker.report.id if asker.report else None, person=asker.person)
    try:
        await submit_request(app, uow, asker.case, by, words, shows_news=shows_news)
    except Refused as refusal:
        return MailedRequest(refusal.code)
    return MailedRequest.TAKEN


async def _keep(app: AppContext, uow: UnitOfWork, asker: _Asker, words: str) -> None:
    """Keep the words with the case: what the Board is not asked about can still be something that the group should know."""
    report = asker.report.id if asker.report else None
    await uow.cases.add_addition(build_addition(asker.case.id, report, words, uow.now))
    await claim_named_in_text(uow, app.policy, asker.case, words)
    await notify_case_news(uow, asker.case, News.ADDITION)


async def _answer(uow: UnitOfWork, asker: _Asker, result: MailedRequest) -> None:
    case = asker.case
    if asker.report is not None:
        facts: PartyFacts = {"news": News.REQUEST_ANSWERED, "result": result}
        await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS, facts, only=asker.report.id)
    elif asker.person is not None:
        await notify_person(uow, case, asker.person, NoticeKind.PERSON_ANSWER, {"result": result})


async def _asker_of(uow: UnitOfWork, mail: RequestMail) -> _Asker | None:
    """Whose mail it is: by the first receipt in it that opens anything, else by the address that is the reporter's own."""
    for digest in mail.receipts:
        receipt = await uow.cases.receipt(digest)
        asker = await _holder_of(uow, receipt, mail.text) if receipt is not None else None
        if asker is not None:
            return asker
    report = await report_for_address(uow, mail.own_token) if mail.own_token else None
    return _Asker(await get_case(uow, report.case), report=report) if report is not None else None


async def _holder_of(uow: UnitOfWork, receipt: Receipt, text: str) -> _Asker | None:
    if receipt.kind is ReceiptKind.REPORTER and receipt.report is not None:
        report = await uow.cases.report(receipt.report)
        return _Asker(await get_case(uow, report.case), report=report) if report is not None else None
    if receipt.kind is ReceiptKind.HANDED and receipt.case is not None:
        return _Asker(await get_case(uow, receipt.case), person=receipt.person)
    if receipt.kind is not ReceiptKind.PERSONAL or receipt.person is None:
        return None
    matters = await known_matters(uow, receipt.person)
    named = [each for each in matters if await ensure_reference(uow, each, receipt.person) in text.upper()]
    meant = named or await _decided(uow, matters, receipt.person) or matters
    if not meant:
        return None
    return _Asker(meant[-1], person=receipt.person, is_ambiguous=len(meant) > 1)


async def _decided(view: ReadView, matters: Iterable[Case], person: PersonId) -> list[Case]:
    """Those of the matters in which something has been decided on the person."""
    found = []
    for case in matters:
        decisions = await view.deliberation.decisions_of(case.id)
        if any(d.person == person and d.enacted_at is not None for d in decisions):
            found.append(case)
    return found


def _words(mail: RequestMail, asker: _Asker) -> str:
    """What is kept of the mail. Files belong to a report; those of somebody else stay in the mailbox, and that is said."""
    names = ", ".join(each.file_name for each in mail.files if each.file_name)
    return mail.words if asker.report or not names else f"{mail.words}\n\n{_FILES.format(names=names[:300])}"
