"""Mailboxes and what a mail server does with a mail before it lies in one: it says what it found out about the sender.

Whatever a mail claims about itself stays in it, but what claims to be this server's own word is taken away.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import default as modern
from email.utils import format_datetime, getaddresses
from itertools import count
from typing import Final

INBOX: Final = "INBOX"
_RESULTS_HEADER: Final = "authentication-results"


@dataclass(slots=True)
class StoredMail:
    """One mail in a folder."""

    uid: int
    raw: bytes
    at: datetime
    flags: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Folder:
    """A folder; uids only ever grow."""

    name: str
    validity: int
    mails: list[StoredMail] = field(default_factory=list)
    next_uid: int = 1
    changes: list[Callable[[], None]] = field(default_factory=list)
    """Who is told at once when a mail comes to lie here."""

    def add(self, raw: bytes, at: datetime, flags: set[str] | None = None) -> StoredMail:
        """The mail lies in the folder."""
        stored = StoredMail(self.next_uid, raw, at, set(flags or ()))
        self.next_uid += 1
        self.mails.append(stored)
        for tell in self.changes:
            tell()
        return stored


@dataclass(slots=True)
class MailAccount:
    """Somebody's mailbox."""

    address: str
    password: str
    folders: dict[str, Folder] = field(default_factory=dict)

    def folder(self, name: str) -> Folder | None:
        """Return the folder of that name; INBOX in any capitals."""
        return self.folders.get(INBOX if name.upper() == INBOX else name)

    def create(self, name: str) -> bool:
        """Return whether there is a new folder of that name now; False where there was one."""
        if self.folder(name) is not None:
            return False
        self.folders[name] = Folder(name, 1000 + len(self.folders))
        return True


@dataclass(frozen=True, slots=True)
class SentMail:
    """One mail that went through this server, with its envelope; `signed_by` is the domain whose signature held."""

    number: int
    at: datetime
    mail_from: str
    recipient: str
    raw: bytes
    signed_by: str

    def mail(self) -> EmailMessage:
        """Return the mail itself, as it was sent."""
        return message_from_bytes(self.raw, _class=EmailMessage, policy=modern)


class MailStore:
    """One server with everybody's mailbox on it. `hostname` is the name under which it gives its own word."""

    def __init__(self, hostname: str, now: Callable[[], datetime]) -> None:
        self.hostname, self.now = hostname, now
        self.accounts: dict[str, MailAccount] = {}
        self.sent: list[SentMail] = []
        self.refused: set[str] = set()
        """Addresses that are full or gone: mail to them is taken first, and comes back afterwards."""
        self._numbers = count(1)

    def add_account(self, address: str, password: str) -> MailAccount:
        """Add a mailbox of that address."""
        account = MailAccount(address, password)
        account.create(INBOX)
        self.accounts[address.casefold()] = account
        return account

    def account_for(self, recipient: str) -> MailAccount | None:
        """Return the mailbox that mail to the recipient goes to; what stands behind a plus in it does not matter."""
        local, _, domain = recipient.casefold().rpartition("@")
        return self.accounts.get(f"{local.partition('+')[0]}@{domain}")

    def deliver(self, raw: bytes, mail_from: str, recipient: str, signed_by: str = "") -> None:
        """Deliver the mail, or give it back to its sender."""
        self.sent.append(
            SentMail(
                number=next(self._numbers),
                at=self.now(),
                mail_from=mail_from,
                recipient=recipient,
                raw=raw,
                signed_by=signed_by,
            )
        )
        account = self.account_for(recipient)
        if account is None or recipient.casefold() in self.refused:
            if mail_from:
                self.deliver(self._build_bounce(raw, mail_from, recipient), "", mail_from, self.hostname)
            return
        account.folders[INBOX].add(self._with_delivery_headers(raw, mail_from, recipient, signed_by), self.now())

    def _with_delivery_headers(self, raw: bytes, mail_from: str, recipient: str, signed_by: str) -> bytes:
        mail = message_from_bytes(raw)
        sender = next(iter(getaddresses([str(mail.get("From", ""))])), ("", ""))[1].rpartition("@")[2]
        verdict = "pass" if sender and signed_by == sender else "fail"
        signature = f"dkim=pass header.d={signed_by}" if signed_by else "dkim=none"
        stamp = format_datetime(self.now())
        own = (
            f"Return-Path: <{mail_from}>",
            f"Delivered-To: {recipient}",
            f"Received: from sender by {self.hostname} with ESMTP; {stamp}",
            f"Authentication-Results: {self.hostname}; {signature}; dmarc={verdict} header.from={sender or 'none'}",
        )
        return "\r\n".join(own).encode() + b"\r\n" + b"".join(_without_own_results(raw, self.hostname))

    def _build_bounce(self, raw: bytes, mail_from: str, recipient: str) -> bytes:
        """Word that the mail could not be delivered (RFC 3464), with its heads."""
        report = MIMEMultipart("report", report_type="delivery-status")
        report["From"] = f"Mail Delivery System <MAILER-DAEMON@{self.hostname}>"
        report["To"] = mail_from
        report["Subject"] = "Undelivered Mail Returned to Sender"
        report["Auto-Submitted"] = "auto-replied"
        report["Date"] = format_datetime(self.now())
        report.attach(MIMEText(f"<{recipient}>: no such mailbox here\n"))
        report.attach(_delivery_status(self.hostname, recipient))
        report.attach(_part("text/rfc822-headers", raw.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")))
        return report.as_bytes(policy=report.policy.clone(linesep="\r\n"))


def _delivery_status(hostname: str, recipient: str) -> Message:
    """What happened, for programs: a group of facts for the server, and one for the recipient."""
    server, one = Message(), Message()
    server["Reporting-MTA"] = f"dns; {hostname}"
    one["Final-Recipient"], one["Action"], one["Status"] = f"rfc822; {recipient}", "failed", "5.1.1"
    part = Message()
    part["Content-Type"] = "message/delivery-status"
    part.set_payload([server, one])
    return part


def _part(kind: str, text: str) -> Message:
    part = Message()
    part["Content-Type"] = kind
    part.set_payload(text)
    return part


def _without_own_results(raw: bytes, hostname: str) -> Iterator[bytes]:
    """The mail without heads by which somebody else gives this server's word (RFC 8601, 5)."""
    heads, gap, body = raw.partition(b"\r\n\r\n")
    skipping = False
    for line in heads.splitlines(keepends=True):
        if not line.startswith((b" ", b"\t")):
            name, _, rest = line.decode("utf-8", "replace").partition(":")
            skipping = name.strip().casefold() == _RESULTS_HEADER and rest.split(";")[0].split()[:1] == [hostname]
        if not skipping:
            yield line
    yield gap + body
