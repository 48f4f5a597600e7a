"""What comes in by mail: a letter becomes a report, or is added to the report whose own address it was sent to.

Nothing is ever sent back because of an addition, so that whoever forges a sender learns nothing. Policy: P-2.6, P-2.10.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from guardian.cases.intake import MOST_FILES, EvidenceIn
from guardian.cases.questions import CONTACT_IS_SAFE
from guardian.cases.receipts import without_receipts
from guardian.cases.values import Door, Report
from guardian.desk.desk import Desk
from guardian.desk.intake import ByAddress, ByRule, ReceiptKey, Submission, add, receive, report_addressed
from guardian.desk.telling import tell_members
from guardian.ids import NoticeId
from guardian.journal import SERVICE, Entry
from guardian.notices.catalogue import ENGLISH, LANGUAGES, say
from guardian.notices.channels import MAIL
from guardian.notices.values import News, NoticeKind, NoticeState, RecipientKind
from rules.letters import joins_the_last
from rules.telling import undone_by_bounce

_A_DAY: Final = timedelta(days=1)
_UNSAFE: Final[Mapping[str, str]] = MappingProxyType({CONTACT_IS_SAFE: "no"})
_NOTHING: Final = "(There is no text in this mail.)"
_GOES_ON: Final = "\n\n(The mail is longer than this. All of it is in the file “whole-mail.txt”.)"
_WHOLE: Final = "whole-mail.txt"
_TOO_MANY: Final = "a mail of so many files is kept in part; the rest stands in the mailbox"
_TOO_LARGE: Final = "the file is larger than is kept; it stands in the mailbox"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it was read. `delivery` is what it is recognised by when it comes again.

    `sender` is the address that it names as its own, which is theirs only where it is `authentic`. `token` is the secret
    part of the address it was sent to. `may_answer`: whether mail may go back there by itself.
    """

    delivery: str
    sender: str
    sender_name: str
    subject: str
    text: str
    files: tuple[EvidenceIn, ...] = ()
    token: str = ""
    authentic: bool = False
    may_answer: bool = False


class Taken(StrEnum):
    """What became of a letter."""

    REPORT = "report"
    ADDITION = "addition"


async def take(desk: Desk, letter: Letter) -> Taken:
    """The letter is kept, once: with the report that its address belongs to, else as a report of its own.

    It counts as the reporter's own only where it is authentic and from their known address. Beyond so many a day of one
    sender, letters are put with the last report and call nobody. Policy: P-2.1, P-2.10, P-2.12.
    """
    own, theirs, already = await _looked_up(desk, letter)
    latest = theirs[-1] if theirs else None
    # What was a report when it first came is one when it comes again, however many there are by now.
    repeated = any(each.what_happened == _kept(letter, desk)[0].strip() for each in theirs)
    quiet = joins_the_last(already, desk.policy)
    if own is not None:
        verified = _is_own(letter, own)
        answers = _UNSAFE if verified and says_unsafe(letter.text) else {}
        await _added(desk, ByAddress(letter.token), letter, verified=verified, quiet=quiet, answers=answers)
        return Taken.ADDITION
    if quiet and latest is not None and not repeated:
        await _added(desk, ByRule(latest.id), letter, verified=letter.authentic and latest.verified, quiet=True)
        return Taken.ADDITION
    await receive(desk, _submission(letter, desk))
    return Taken.REPORT


def says_unsafe(text: str) -> bool:
    """Whether the first line is the answer that our mail asks for where it is not safe to write there, in any language."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    said = " ".join(first.split()).strip(" .!\"'“”„«»*>").casefold()
    return said in {say(language, "forum.word_not_safe").casefold() for language in (ENGLISH, *LANGUAGES)}


async def came_back(desk: Desk, notice_id: NoticeId) -> bool:
    """Whether the notice, mailed not long ago, counts as not delivered from now on; the members on its case are told.

    Policy: P-6.2.
    """
    async with desk.works.begin() as work:
        notice = await work.notices.notice(notice_id)
        if notice is None or notice.state is not NoticeState.SENT or not notice.proof.startswith(MAIL):
            return False
        if notice.sent_at is None or not undone_by_bounce(notice.sent_at, work.now, desk.policy):
            return False
        await work.notices.save(replace(notice, state=NoticeState.UNDELIVERABLE, proof="", sent_at=None))
        about = {"notice": str(notice.id), "kind": str(notice.kind)}
        work.journal.note(Entry("notice.came_back", SERVICE, "P-6.2", about, notice.case))
        case = await work.cases.case(notice.case) if notice.case else None
        if case is not None and notice.to.kind is RecipientKind.REPORTER:
            await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.CAME_BACK})
    return True


def same_address(one: str, other: str) -> bool:
    """Whether two mail addresses are the same, as mail servers in practice see it: capitals do not matter."""
    return one.strip().casefold() == other.strip().casefold()


async def _looked_up(desk: Desk, letter: Letter) -> tuple[Report | None, list[Report], int]:
    """The report whose own address it came to, else the sender's by mail; and how many letters came in a day."""
    async with desk.works.look() as view:
        since = view.now - _A_DAY
        own = await report_addressed(view, letter.token) if letter.token else None
        if own is not None:
            added = [each for each in await view.cases.additions_of(own.case) if each.report == own.id]
            verified = _is_own(letter, own)
            recent = [each for each in added if each.from_party and each.at >= since]
            return own, [], sum(1 for each in recent if each.verified or not verified)
        mailed = [each for each in await view.cases.reports_by(Door.MAIL, since) if each.mail is not None]
        # What a forger sends in somebody's name counts for nothing against what is really theirs.
        mailed = [each for each in mailed if each.verified or not letter.authentic]
        theirs = [each for each in mailed if each.mail and same_address(each.mail.address, letter.sender)]
        return None, theirs, len(theirs)


def _is_own(letter: Letter, own: Report) -> bool:
    """Whether the letter is shown to be from whoever mailed the report."""
    return letter.authentic and own.mail is not None and same_address(own.mail.address, letter.sender)


async def _added(
    desk: Desk,
    key: ReceiptKey,
    letter: Letter,
    *,
    verified: bool,
    quiet: bool,
    answers: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Who it names as its sender stands in what cannot be shown to be the reporter's."""
    sender = "" if verified else f"From: {letter.sender_name} <{letter.sender}>\n"
    text, files = _kept(letter, desk, sender)
    await add(desk, key, text, files, letter.delivery, verified=verified, quiet=quiet, answers=answers)


def _submission(letter: Letter, desk: Desk) -> Submission:
    text, files = _kept(letter, desk)
    return Submission(
        door=Door.MAIL,
        what_happened=text,
        reporter_handle=f"{letter.sender_name} <{letter.sender}>".strip(),
        evidence=files,
        delivery=letter.delivery,
        verified=letter.authentic,
        mail=letter.sender,
        answers_by_mail=letter.may_answer,
    )


def _kept(letter: Letter, desk: Desk, sender: str = "") -> tuple[str, tuple[EvidenceIn, ...]]:
    """The letter within what is taken at once, and nothing of it lost: a text that is too long is a file as well."""
    head = f"{sender}Subject: {letter.subject}\n\n"
    whole = without_receipts(head + (letter.text.strip() or _NOTHING))
    files = tuple(_fitting(each, desk.largest_file) for each in letter.files)
    text = whole
    if len(whole) > desk.longest_text:
        text = whole[: desk.longest_text - len(_GOES_ON)] + _GOES_ON
        content = whole.encode()[: desk.largest_file]
        files = (EvidenceIn("file", author_handle=letter.sender, file_name=_WHOLE, content=content), *files)
    if len(files) > MOST_FILES:
        names = ", ".join(each.file_name for each in files[MOST_FILES - 1 :])
        files = (*files[: MOST_FILES - 1], EvidenceIn("file", file_name=names[:1000], why_not=_TOO_MANY))
    return text, files


def _fitting(piece: EvidenceIn, largest: int) -> EvidenceIn:
    too_large = piece.content is not None and len(piece.content) > largest
    return replace(piece, content=None, why_not=_TOO_LARGE) if too_large else piece
