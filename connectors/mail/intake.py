"""Mail in: each mail of a person becomes a report or an addition, each word of a bounce to the notice that came back.

Judges nothing of what a letter says. What it takes in, it has stored before anybody is told that it was taken.
"""

import asyncio
import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from connectors.mail import parser
from connectors.mail.evidence import mail_without_receipts, raw_pieces, without_receipts
from connectors.mail.mailbox import MAX_MAIL_SIZE, Mailbox, MailboxUnavailable, MailUnreadable, OpenMailbox
from connectors.mail.parser import MailKind, OwnMail, ParsedMail, ParserConfig, SenderTrust
from connectors.mail.permissions import READING
from guardian.cases.submissions import EvidenceInput
from guardian.ids import NoticeId
from guardian.logs import location_of, logger
from guardian.services.context import AppContext
from guardian.services.failed_items import isolate
from guardian.services.reports import mail
from guardian.services.reports.mail import InboundMail
from guardian.spaces.port import CheckResult
from guardian.worker_processes import WorkerProcesses, WorkStopped, shared_workers

log = logger("mail")

INBOX: Final = "mail"
IN_MAILBOX: Final = "a mail in the group's mailbox"
_NOBODY_AUTHENTICATED: Final = (
    "Set authserv_id in [mail.inbox]: without it every mail counts as unverified, and nobody is answered by mail."
)
_UNREAD_SUBJECT: Final = "(This mail could not be read.)"
_UNREAD: Final = (
    "A mail came in that the service could not read, and stopped trying to. Nobody knows yet who wrote it and what it "
    "says: please open the file “mail.eml” with care, best in a program that shows text only. It begins like this:"
)
_NOTIFY_AFTER: Final = timedelta(minutes=10)
_UNREADABLE: Final = "A mail in the group's mailbox cannot be read: the server's answer holds none."
_CUT: Final = "the mail is larger than is read; all of it stands in the mailbox"


@dataclass(frozen=True, slots=True)
class IntakeConfig:
    """How mail is read. `address` is the group's own; `own_domain` is that of the Message-IDs which we give.

    `trust`: whom we believe about senders. `answer_unproved`: an address that nothing vouches for is answered as well,
    without a receipt.
    """

    address: str
    own_domain: str
    trust: SenderTrust = field(default_factory=SenderTrust)
    answer_unproved: bool = False
    every: timedelta = timedelta(minutes=1)

    def for_parser(self) -> ParserConfig:
        """Return what mails are read against."""
        return ParserConfig(OwnMail(self.own_domain, self.address), self.trust)


@dataclass(frozen=True, slots=True)
class MailEnvelope:
    """From whom and to whom a mail server hands a mail over; both are unknown of one that lies in a mailbox."""

    sender: str | None = None
    recipients: tuple[str, ...] = ()


_NO_ENVELOPE: Final = MailEnvelope()


class MailDisposition(Enum):
    """What became of a mail."""

    RECEIVED = "taken"
    SET_ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class MailProcessor:
    """Takes one mail in, by whichever way it came. It is read in another process, which may take so much and no more."""

    app: AppContext
    config: IntakeConfig
    workers: WorkerProcesses = field(default_factory=shared_workers)

    async def process(self, raw: bytes, envelope: MailEnvelope = _NO_ENVELOPE) -> MailDisposition:
        """Take the mail in, or see that it is one that no person wrote and stands for nothing here. Done twice it is
        as done once.

        One that cannot be read is kept as a file, and members hear of it as of any report.
        """
        config = self.config.for_parser()
        try:
            parsed = await self.workers.run(parser.parse, raw, config, envelope.sender, envelope.recipients)
        except WorkStopped:
            await mail.receive_mail(self.app, await self._unread_mail(raw, envelope))
            return MailDisposition.RECEIVED
        match parsed.kind:
            case MailKind.PERSONAL if not await self._is_own(parsed):
                outcome = await mail.receive_mail(
                    self.app, self._to_inbound_mail(parsed, cut=len(raw) >= MAX_MAIL_SIZE)
                )
                log.info("letter.was_taken", became=outcome, authentic=parsed.authentic)
                return MailDisposition.RECEIVED
            case MailKind.BOUNCE:
                bounced = [await mail.record_bounce(self.app, NoticeId(each)) for each in parsed.bounced_ids]
                log.info("bounce.was_read", notices=sum(bounced))
                return MailDisposition.RECEIVED if any(bounced) else MailDisposition.SET_ASIDE
            case _:
                log.info("mail.was_set_aside")
                return MailDisposition.SET_ASIDE

    async def _unread_mail(self, raw: bytes, envelope: MailEnvelope) -> InboundMail:
        """The mail of which nothing is known but its bytes, and that somebody's receipt may stand in them."""
        try:
            whole = await self.workers.run(mail_without_receipts, raw)
        except WorkStopped:
            whole = without_receipts(raw)
        return InboundMail(
            delivery=hashlib.sha256(raw).hexdigest(),
            sender="",
            sender_name="",
            subject=_UNREAD_SUBJECT,
            text=f"{_UNREAD}\n\n{parser.preview(whole)}",
            unread=True,
            whole=self._files_of(whole, "", cut=len(raw) >= MAX_MAIL_SIZE),
            token=parser.find_token(envelope.recipients, self.config.address),
        )

    async def _is_own(self, parsed: ParsedMail) -> bool:
        """Programs of people make ids like ours, and write from our own domain: ours is what we sent."""
        return bool(parsed.own_id) and await mail.is_sent_notice(self.app, NoticeId(parsed.own_id))

    def _to_inbound_mail(self, parsed: ParsedMail, *, cut: bool) -> InboundMail:
        config, app = self.config, self.app
        files = [
            EvidenceInput(kind="file", author_handle=parsed.sender, file_name=each.file_name, content=each.content)
            for each in parsed.attachments
        ]
        return InboundMail(
            delivery=parsed.digest if parsed.distinct else f"{parsed.digest} {app.clock.now().date()}",
            sender=parsed.sender,
            sender_name=parsed.sender_name,
            subject=parsed.subject,
            text=parsed.text,
            files=tuple(files),
            whole=self._files_of(parsed.whole, parsed.sender, cut=cut),
            token=parser.find_token(parsed.recipients, config.address),
            original=parsed.original,
            via_list=parsed.via_list,
            authentic=parsed.authentic,
            reply_to=parsed.reply_to,
            may_answer=self._may_answer(parsed),
        )

    def _files_of(self, whole: bytes, sender: str, *, cut: bool) -> tuple[EvidenceInput, ...]:
        """The mail itself, in files that can be kept."""
        files = [
            EvidenceInput(kind="file", author_handle=sender, file_name=name, content=content, is_whole=True)
            for name, content in raw_pieces(whole, self.app.largest_file)
        ]
        if cut:
            files.append(EvidenceInput(kind="file", author_handle=sender, why_not=_CUT))
        return tuple(files)

    def _may_answer(self, parsed: ParsedMail) -> bool:
        # A list would hand our answer to all its readers. To whom a forger names, an answer would be mail at the
        # forger's bidding, and word that there is a report: so it takes the installation's own choice.
        if not parsed.sender or parsed.via_list or parsed.generated:
            return False
        return parsed.authentic or self.config.answer_unproved


class MailInbox:
    """The group's mailbox, read by us. What was taken in leaves the folder only afterwards.

    When it has not been read to its end for a while, the chairs are notified, once until it is well again.
    """

    def __init__(self, mailbox: Mailbox, app: AppContext, config: IntakeConfig) -> None:
        self._mailbox, self._app = mailbox, app
        self._processor = MailProcessor(app, config)
        self._poll_interval = config.every
        self._lock = asyncio.Lock()
        self._failing_since: datetime | None = None
        self._notified = False

    @property
    def name(self) -> str:
        """Its name among all inboxes."""
        return INBOX

    @property
    def poll_interval(self) -> timedelta:
        """How often it is read, in case time."""
        return self._poll_interval

    async def read(self, items: tuple[str, ...] = ()) -> bool:
        """Take in or set aside every mail in the folder; False where one was not, which is tried again."""
        async with self._lock:
            return await self._read_all()

    async def _read_all(self) -> bool:
        unread = 0
        try:
            async with self._mailbox.open() as mailbox:
                for uid in await mailbox.list_waiting():
                    unread += not await self._read_one(mailbox, uid)
            complete = unread == 0
        except MailboxUnavailable as error:
            log.warning("mailbox.not_read", why=str(error))
            complete = False
        await self._note(complete=complete, unread=unread)
        return complete

    async def check(self) -> CheckResult:
        """Return whether the mailbox can be read and its mail moved: the oldest mail is fetched, and left as it is."""
        try:
            async with self._mailbox.open() as mailbox:
                waiting = await mailbox.list_waiting()
                for uid in waiting[:1]:
                    await mailbox.fetch(uid)
                return self._well(len(waiting))
        except MailboxUnavailable as error:
            return _unavailable_result(error)
        except MailUnreadable:
            return replace(READING.result(_UNREADABLE, ok=False), needs="")

    def _well(self, waiting: int) -> CheckResult:
        what = f"The mailbox can be read, and what was read can be moved. {waiting} mails wait in it to be taken in."
        remedy = "" if self._processor.config.trust.vouches else _NOBODY_AUTHENTICATED
        return CheckResult(what, ok=True, remedy=remedy)

    async def _read_one(self, mailbox: OpenMailbox, uid: bytes) -> bool:
        try:
            raw = await mailbox.fetch(uid)
        except MailUnreadable as error:
            log.error("mail.has_failed", kind=type(error).__name__, at=location_of(error))
            return False
        if raw is None:
            return True
        disposition: MailDisposition | None = None

        async def take_in() -> None:
            nonlocal disposition
            disposition = await self._processor.process(raw)

        # One mail that cannot be taken in stays where it is, and never stops the others.
        settled = await isolate(self._app, IN_MAILBOX, hashlib.sha256(raw).hexdigest(), take_in())
        if disposition is not None:
            await (mailbox.mark_done(uid) if disposition is MailDisposition.RECEIVED else mailbox.set_aside(uid))
        return settled

    async def _note(self, *, complete: bool, unread: int) -> None:
        if complete:
            self._failing_since, self._notified = None, False
            return
        now = self._app.clock.now()
        self._failing_since = self._failing_since or now
        if not self._notified and now - self._failing_since >= _NOTIFY_AFTER:
            await mail.notify_of_unread_mail(self._app, unread)
            self._notified = True


def _unavailable_result(error: MailboxUnavailable) -> CheckResult:
    found = READING.result(f"The group's mailbox cannot be read: {error}.", ok=False)
    return found if error.refused else replace(found, needs="")
