"""Between mail's words and ours: a text as a letter, and what a mail server's answers mean. Pure."""

import re
import ssl
from dataclasses import replace
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Final

import aiosmtplib

from connectors.mail.permissions import SENDING
from guardian.spaces.outcomes import Forbidden, Outcome, Rejected, Unavailable
from guardian.spaces.port import CheckResult

FAULTS: tuple[type[Exception], ...] = (aiosmtplib.SMTPException, OSError, ssl.SSLError, TimeoutError)
_IN_AN_ADDRESS: Final = re.compile(r"[0-9A-Za-z-]{1,40}")
_SIGN_IN = "the user name and password that the mail server takes"


def domain_of(sender: str) -> str:
    """Return the domain of the Message-IDs of mail from this sender."""
    return sender.rpartition("@")[2].rstrip("> ")


def with_token(address: str | None, token: str) -> str:
    """Return the group's address with the secret part in it that was made for one party.

    Empty where answers are not read.
    """
    if not address or not token:
        return ""
    local, _, domain = address.rpartition("@")
    return f"{local}+{token}@{domain}"


def bounce_address(address: str | None, sender: str, message_id: str) -> str:
    """Return the address that the mail comes back to, which says which mail it is; the sender's where none is read."""
    plain = parseaddr(sender)[1]
    local, _, domain = (address or "").rpartition("@")
    if domain.casefold() != domain_of(plain).casefold() or not _IN_AN_ADDRESS.fullmatch(message_id):
        return plain
    return f"{local}+back-{message_id}@{domain}"


def build_mail(
    sender: str, to: str, subject: str, text: str, message_id: str, at: datetime, reply_to: str = ""
) -> EmailMessage | Rejected:
    """Return the mail as it goes out, with the instant at which it is written.

    Rejected where an address or a line of its head could be read as more than that.
    """
    if any(ord(c) < 32 for line in (sender, to, subject, message_id, reply_to) for c in line):
        return Rejected("a line of the mail's head has a line break or a control character in it")
    if to.count("@") != 1 or any(c in to for c in ',;:<>"() '):
        return Rejected("this is not one plain mail address")
    made = EmailMessage()
    try:
        made["From"], made["To"], made["Subject"] = sender, to, subject
        made["Date"] = format_datetime(at)
        made["Message-ID"] = f"<{message_id}@{domain_of(sender)}>"
        if reply_to:
            made["Reply-To"] = reply_to
        made["Auto-Submitted"] = "auto-generated"
        made.set_content(text)
    except (MessageError, ValueError, UnicodeError):
        return Rejected("the mail's head does not fit the form of mail")
    return made


def translate_error(error: Exception) -> Outcome:
    """Return what an error of the mail client means."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return translate_code(error.recipients[0].code)
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return Forbidden(_SIGN_IN)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return translate_code(error.code)
    if isinstance(error, ssl.SSLError):
        return Unavailable("the mail server's certificate is not to be trusted: nothing was sent")
    if isinstance(error, aiosmtplib.SMTPNotSupported):
        return Unavailable("the mail server does not offer what is configured: nothing was sent in the clear")
    if isinstance(error, TimeoutError):
        return Unavailable("the mail server was too slow; it may have taken the mail")
    return Unavailable("the mail server could not be reached")


def translate_code(code: int) -> Outcome:
    """Return what a mail server's refusing code means: 4xx for now, 530 to 535 to us, 5xx for good."""
    if 530 <= code <= 535:
        return Forbidden(_SIGN_IN)
    if 500 <= code < 600:
        return Rejected(f"the mail server refuses it for good ({code})")
    return Unavailable(f"the mail server cannot take it now ({code})")


def to_check_result(outcome: Outcome) -> CheckResult:
    """Return the line of `guardian check` for a mail server that did not let us in."""
    why = outcome.reason if isinstance(outcome, Unavailable | Rejected) else "it refuses us"
    needs = outcome.needs if isinstance(outcome, Forbidden) else ""
    return replace(SENDING.result(f"The mail server does not let us in: {why}.", ok=False), needs=needs)
