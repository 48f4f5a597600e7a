"""What a mail is, from its bytes: who it names as its sender, what it says, and whether a person wrote it. Pure.

A mail is written by anybody who likes, so nothing of it is believed, and nothing in it keeps it from being read.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.policy import default as modern
from enum import StrEnum
from typing import Final

from connectors.mail.html_text import html_to_text

_FAULTS = (MessageError, ValueError, LookupError, TypeError, AttributeError, IndexError, RecursionError)
"""What the standard library raises over heads and parts that are not what they should be."""
_MAX_RECEIVED: Final = 50
_AUTOMATIC_HEADERS: Final = ("X-Autoreply", "X-Autorespond")
_LIST_HEADERS: Final = ("List-Id", "List-Post", "List-Unsubscribe")
_BULK_PRECEDENCES: Final = frozenset({"list", "bulk", "junk"})
_DELIVERY_HEADERS: Final = ("Delivered-To", "X-Original-To", "Envelope-To")
_OWN_ID: Final = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@([^<>\s]+)>", re.IGNORECASE)
_COMMENT: Final = re.compile(r"\([^()]*\)")
_SPACE: Final = re.compile(r"[ \t\xa0]+")


class MailKind(StrEnum):
    """What a mail is: a person's, a machine's answer by itself, or word that a mail of ours came back."""

    PERSONAL = "letter"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a mail."""

    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail as it was read. `authentic`: our own mail server vouches that it comes from the domain of `sender`.

    `via_list`: it came by way of a list. `came_back` are the ids of mails of ours that could not be delivered, and `own`
    says whether it is one of ours. `digest` is the same for the same mail, by whichever way it came.
    """

    kind: MailKind
    digest: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    authentic: bool = False
    via_list: bool = False
    bounced_ids: tuple[str, ...] = ()


def parse(raw: bytes, *, own_domain: str, authserv_id: str | None, envelope: tuple[str, ...] = ()) -> ParsedMail:
    """Return the mail behind the bytes, whatever is wrong with them.

    `own_domain` is that of the Message-IDs which we give.

    `authserv_id` is the name under which our own mail server writes what it found out about a sender; without one
    nothing is authentic. `envelope` are the addresses that it was delivered to, where they are known.
    """
    mail = _parse_message(raw)
    senders = _addresses(mail, "From")
    name, sender = senders[0] if senders else ("", "")
    text, attachments = _content(mail)
    authentic = len(senders) == 1 and len(_all_headers(mail, "From")) == 1 and _is_authentic(mail, sender, authserv_id)
    bounced_ids = _find_bounced_ids(mail, own_domain)
    return ParsedMail(
        kind=_mail_kind(mail, own_domain),
        digest=_digest(mail, sender, text, attachments, authentic=authentic),
        sender=sender,
        sender_name=name,
        recipients=(*envelope, *_recipients(mail)),
        subject=_first_header(mail, "Subject"),
        text=text,
        attachments=attachments,
        authentic=authentic,
        via_list=_is_via_list(mail),
        bounced_ids=bounced_ids,
    )


def find_token(recipients: tuple[str, ...], address: str) -> str:
    """Return the secret part of the first recipient that is an address made for one party.

    Empty where there is none.
    """
    local, _, domain = address.casefold().rpartition("@")
    for each in recipients:
        found, _, where = each.strip().casefold().rpartition("@")
        if where == domain and found.startswith(f"{local}+") and found[len(local) + 1 :].isalnum():
            return found[len(local) + 1 :]
    return ""


def is_ours(recipient: str, address: str) -> bool:
    """Return whether mail to this recipient is for us: the group's address, or one made for a party of theirs."""
    local, _, domain = address.casefold().rpartition("@")
    found, _, where = recipient.strip().casefold().rpartition("@")
    return where == domain and (found == local or found.startswith(f"{local}+"))


# -- heads


def _parse_message(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, _class=EmailMessage, policy=modern)


def _all_headers(mail: EmailMessage, header: str) -> list[str]:
    """Every head of that name as a plain text, the topmost first; one that cannot be read is left out."""
    try:
        return [_to_single_line(str(value)) for value in mail.get_all(header, [])]
    except _FAULTS:
        return [_to_single_line(str(value)) for name, value in mail.raw_items() if name.casefold() == header.casefold()]


def _first_header(mail: EmailMessage, header: str) -> str:
    return next(iter(_all_headers(mail, header)), "")


def _to_single_line(text: str) -> str:
    """One line without control characters, and without halves of characters, which nothing can store."""
    whole = text.encode("utf-8", "replace").decode()
    return _SPACE.sub(" ", "".join(c if c.isprintable() else " " for c in whole)).strip()


def _addresses(mail: EmailMessage, header: str) -> list[tuple[str, str]]:
    """The names and addresses of a head, read by the grammar of mail: a name that looks like an address is none."""
    try:
        found = [each for value in mail.get_all(header, []) for each in getattr(value, "addresses", ())]
        pairs = [(_to_single_line(each.display_name), _to_single_line(each.addr_spec)) for each in found]
    except _FAULTS:
        return []
    return [(name, address) for name, address in pairs if address.count("@") == 1 and " " not in address]


def _recipients(mail: EmailMessage) -> Iterator[str]:
    """To whom it was written, and to whom servers on the way say that they delivered it."""
    for head in ("To", "Cc"):
        yield from (address for _, address in _addresses(mail, head))
    for head in _DELIVERY_HEADERS:
        yield from _all_headers(mail, head)


def _mail_kind(mail: EmailMessage, own_domain: str) -> MailKind:
    if _is_delivery_report(mail):
        return MailKind.BOUNCE
    automatic = (
        _content_type(mail) == "multipart/report"
        or _keyword(mail, "Auto-Submitted") not in {"", "no"}
        or _keyword(mail, "Precedence") == "auto_reply"
        or any(mail.get(head) is not None for head in _AUTOMATIC_HEADERS)
        or _first_header(mail, "Return-Path") == "<>"
        or len(_all_headers(mail, "Received")) > _MAX_RECEIVED
        or any(_our_ids(_first_header(mail, "Message-ID"), own_domain))
    )
    return MailKind.AUTOMATIC if automatic else MailKind.PERSONAL


def _keyword(mail: EmailMessage, header: str) -> str:
    return _COMMENT.sub("", _first_header(mail, header)).partition(";")[0].strip().casefold()


def _is_delivery_report(mail: EmailMessage) -> bool:
    """Whether it is word of a delivery, as mail servers write it (RFC 3464)."""
    kind = _first_header(mail, "Content-Type").casefold()
    return _content_type(mail) == "multipart/report" and "delivery-status" in kind


def _is_via_list(mail: EmailMessage) -> bool:
    """Groups often read their address through a list, so this alone makes no mail a machine's."""
    return _keyword(mail, "Precedence") in _BULK_PRECEDENCES or any(
        mail.get(head) is not None for head in _LIST_HEADERS
    )


def _our_ids(text: str, own_domain: str) -> Iterator[str]:
    return (m[1].lower() for m in _OWN_ID.finditer(text) if m[2].casefold() == own_domain.casefold())


def _is_authentic(mail: EmailMessage, sender: str, authserv_id: str | None) -> bool:
    """Whether the topmost Authentication-Results is our own server's, and says that the sender's domain is real.

    Anybody can write such a head into their mail: a server adds its own above all others and takes away those which
    bear its own name (RFC 8601, 5), so that only the topmost can be believed.
    """
    results = _first_header(mail, "Authentication-Results")
    server, _, found = _strip_quoted(results).partition(";")
    domain = sender.rpartition("@")[2].casefold()
    if not authserv_id or not domain or server.split()[:1] != [authserv_id]:
        return False
    return any(_passes(result.split(), domain) for result in found.casefold().split(";"))


def _strip_quoted(text: str) -> str:
    """The head without its comments and without what stands in quotation marks: both hold words of the sender's own."""
    outside, depth, quoted, escaped = [], 0, False, False
    for char in text:
        if escaped:
            escaped = False
        elif char == "\\" and (quoted or depth):
            escaped = True
        elif char == '"' and not depth:
            quoted = not quoted
        elif not quoted and char in "()":
            depth = max(0, depth + (1 if char == "(" else -1))
        elif not quoted and not depth:
            outside.append(char)
    # What is never closed again was not written by a server: nothing of it is believed.
    return "" if quoted or depth else "".join(outside)


def _passes(words: list[str], domain: str) -> bool:
    """Whether this one result, which its first word names, says that the domain is real. Each fact counts once."""
    pairs = [word.partition("=")[::2] for word in words]
    facts = dict(pairs)
    if not pairs or len(facts) != len(pairs):
        return False
    match pairs[0]:
        case ("dmarc", "pass"):
            return facts.get("header.from", "") == domain
        case ("dkim", "pass"):
            signer = facts.get("header.d", "")
            return "." in signer and (domain == signer or domain.endswith(f".{signer}"))
        case _:
            return False


def _find_bounced_ids(mail: EmailMessage, own_domain: str) -> tuple[str, ...]:
    """The ids of our mails that a report of failed delivery brings back; one of delay brings back none."""
    if not _is_delivery_report(mail):
        return ()
    failed = False
    ids: list[str] = []
    for part in mail.walk():
        match _content_type(part):
            case "message/delivery-status":
                failed = failed or "action: failed" in part.as_string().casefold()
            case "message/rfc822" | "text/rfc822-headers" | "message/rfc822-headers":
                ids += _our_ids(_message_id_lines(part), own_domain)
    return tuple(dict.fromkeys(ids)) if failed else ()


def _message_id_lines(part: object) -> str:
    """The Message-ID line of a mail that was sent back."""
    text = str(part)
    return " ".join(line for line in text.splitlines() if line.casefold().startswith("message-id:"))


# -- content


def _content(mail: EmailMessage) -> tuple[str, tuple[Attachment, ...]]:
    """What the mail says, as plain text, and every other part of it as a file."""
    texts: list[str] = []
    pages: list[str] = []
    files: list[Attachment] = []
    for part in _leaves(mail):
        kind, name = _content_type(part), _file_name(part)
        inline = not name and not _is_attached(part)
        if inline and kind == "text/plain":
            texts.append(_text_of(part))
        elif inline and kind == "text/html":
            pages.append(_text_of(part))
        else:
            files.append(Attachment(name or f"part-{len(files) + 1}", _bytes_of(part)))
    if not any(text.strip() for text in texts):
        texts = [html_to_text(page) for page in pages]
    return "\n\n".join(text.strip() for text in texts if text.strip()), tuple(files)


def _leaves(mail: EmailMessage) -> Iterator[EmailMessage]:
    """The parts that hold something; a mail that was attached whole is one of them."""
    waiting: list[object] = [mail]
    while waiting:
        part = waiting.pop(0)
        if not isinstance(part, EmailMessage):
            continue
        if part.is_multipart() and _content_type(part).startswith("multipart/"):
            waiting = [*part.iter_parts(), *waiting]
        else:
            yield part


def _content_type(part: Message) -> str:
    """Of which type a part is; a text, where that cannot be read."""
    try:
        return part.get_content_type()
    except _FAULTS:
        return "text/plain"


def _charset(part: EmailMessage) -> str:
    try:
        return part.get_content_charset() or "utf-8"
    except _FAULTS:
        return "utf-8"


def _is_attached(part: EmailMessage) -> bool:
    try:
        return part.get_content_disposition() == "attachment"
    except _FAULTS:
        return False


def _file_name(part: EmailMessage) -> str:
    try:
        name = part.get_filename() or ""
    except _FAULTS:
        name = ""
    return _to_single_line(name).replace("/", "_").replace("\\", "_")[:200]


def _bytes_of(part: EmailMessage) -> bytes:
    try:
        if _content_type(part).startswith("message/"):
            return part.as_bytes()
        content = part.get_payload(decode=True)
    except _FAULTS:
        content = str(part.get_payload()).encode("utf-8", "replace")
    return content if isinstance(content, bytes) else b""


def _text_of(part: EmailMessage) -> str:
    """The text, in whichever character set: what cannot be read in the one that is named is read as well as can be."""
    content = _bytes_of(part)
    for charset in (_charset(part), "utf-8"):
        try:
            return _normalize_text(content.decode(charset))
        except _FAULTS:
            continue
    return _normalize_text(content.decode("cp1252", "replace"))


def _normalize_text(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return lines.encode("utf-8", "replace").decode()


def _digest(mail: EmailMessage, sender: str, text: str, attachments: tuple[Attachment, ...], *, authentic: bool) -> str:
    """What a mail is recognised by. Its Message-ID is not enough: it can be missing, or somebody else's; the ways by
    which it came are no part of it. A forged copy that comes first does not stand for the authentic one."""
    parts = (
        _first_header(mail, "Message-ID"),
        sender,
        _first_header(mail, "Date"),
        _first_header(mail, "Subject"),
        text,
        authentic,
    )
    made = hashlib.sha256(repr(parts).encode())
    for each in attachments:
        made.update(hashlib.sha256(each.content).digest())
    return made.hexdigest()
