"""What a mail is, from its bytes: who it names as its sender, what it says, and whether a person wrote it. Read `parse`. Pure.

A mail is written by anybody who likes, so nothing of it is believed, and nothing in it keeps it from being read. The one
function takes and returns plain values, so that it may be run in another process.
"""

import hashlib
import re
from dataclasses import dataclass, field
from typing import Final

from connectors.mail.body import Attachment, Body, read_body
from connectors.mail.charsets import decode
from connectors.mail.evidence import mail_without_receipts
from connectors.mail.headers import addresses, all_headers, first_header, keyword, raw_values, recipients
from connectors.mail.list_copies import LIST_HEADERS, list_domains, original_digest
from connectors.mail.machine import MailKind, OwnMail, is_generated, mail_kind
from connectors.mail.senders import SenderTrust, domain_of, is_authentic
from connectors.mail.structure import FAULTS, MailPart, TooComplex, read_head, read_message

__all__ = ["Attachment", "MailKind", "OwnMail", "ParsedMail", "ParserConfig", "SenderTrust", "parse"]

_REWRITTEN_HEADERS: Final = ("X-Original-From", "X-Mailman-Original-From", "X-MailFrom-Rewritten")
_BULK_PRECEDENCES: Final = frozenset({"list", "bulk", "junk"})
_VIA: Final = re.compile(r"\bvia\s+\S", re.IGNORECASE)
_LONGEST_PREVIEW: Final = 20_000
_UNREAD: Final = (
    "[This mail is built in a way that is not read here: it has too many parts, or too many in each other. The mail "
    "itself is kept whole. It begins like this:]"
)


@dataclass(frozen=True, slots=True)
class ParserConfig:
    """What mails are read against: how our own are recognised, and whom we believe about senders."""

    own: OwnMail
    trust: SenderTrust = field(default_factory=SenderTrust)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMail:
    """A mail as it was read. `authentic`: our own mail server vouches that it comes from the domain of `sender`.

    `via_list`: it came by way of a list. `bounced_ids` are the ids of mails of ours that may have come back, and `own_id` is
    its own, where that may be one of ours: whether they are is for whoever knows what we sent. `reply_to` is the address
    that answers should go to, where that is another. `digest` is the same for the same mail, by whichever way it came;
    where nothing tells it from the same words sent another day, it is not `distinct`. `original` is a digest that is the
    same for a mail and for the copy of it that a list has altered, and empty where it bears no id.
    `whole` is the mail itself, without receipts that it quotes.
    """

    kind: MailKind
    digest: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    attachments: tuple[Attachment, ...] = ()
    whole: bytes = b""
    authentic: bool = False
    via_list: bool = False
    generated: bool = False
    distinct: bool = True
    original: str = ""
    own_id: str = ""
    reply_to: str = ""
    bounced_ids: tuple[str, ...] = ()


def parse(raw: bytes, config: ParserConfig, mail_from: str | None = None, envelope: tuple[str, ...] = ()) -> ParsedMail:
    """Return the mail behind the bytes, whatever is wrong with them, in a time that grows with their number.

    `mail_from` and `envelope` are the sender and the recipients of its envelope, where they are known.
    """
    try:
        mail = read_message(raw)
        body = read_body(mail)
    except (TooComplex, *FAULTS):
        mail, body = read_head(raw), Body((f"{_UNREAD}\n\n{preview(raw)}",))
    kind, bounced_ids = mail_kind(mail, config.own, raw, mail_from, envelope)
    senders = addresses(mail, "From")
    name, sender = senders[0] if senders else (first_header(mail, "From"), "")
    authentic = len(senders) == 1 == len(raw_values(mail, "From")) and _is_own_word(mail, config, name, sender)
    answers_to = [address for _, address in addresses(mail, "Reply-To")]
    return ParsedMail(
        kind=kind,
        digest=_digest(mail, sender, body, raw, authentic=authentic),
        sender=sender,
        sender_name=name,
        recipients=(*envelope, *recipients(mail)),
        subject=first_header(mail, "Subject"),
        text=body.joined(),
        attachments=body.files,
        whole=mail_without_receipts(raw),
        authentic=authentic,
        via_list=_is_via_list(mail) or bool(_VIA.search(name)),
        generated=is_generated(mail),
        distinct=bool(_marks(mail)),
        original=original_digest(mail, body.joined(), body.files),
        own_id=next(iter(config.own.ids(first_header(mail, "Message-ID"))), ""),
        reply_to=answers_to[0] if answers_to and answers_to[0].casefold() != sender.casefold() else "",
        bounced_ids=bounced_ids,
    )


def find_token(recipients: tuple[str, ...], address: str) -> str:
    """Return the secret part of the first recipient that is an address made for one party.

    Empty where there is none.
    """
    own = OwnMail("", address)
    return next((tag for each in recipients if (tag := own.tag(each)).isalnum()), "")


def is_ours(recipient: str, address: str) -> bool:
    """Return whether mail to this recipient is for us: the group's address, or one made for a party of theirs."""
    return recipient.strip().casefold() == address.casefold() or bool(OwnMail("", address).tag(recipient))


def preview(raw: bytes) -> str:
    """Return the beginning of a mail's bytes as text, as good as it can be had without reading the mail."""
    text, _ = decode(raw[:_LONGEST_PREVIEW])
    return text.replace("\r\n", "\n").replace("\x00", "").encode("utf-8", "replace").decode()


def _is_via_list(mail: MailPart) -> bool:
    """Groups often read their address through a list, so this alone makes no mail a machine's."""
    return keyword(mail, "Precedence") in _BULK_PRECEDENCES or any(raw_values(mail, head) for head in LIST_HEADERS)


def _is_own_word(mail: MailPart, config: ParserConfig, name: str, sender: str) -> bool:
    """Whether the sender is shown to be who wrote it. A list that puts its own address there is vouched for as well,
    and everybody behind it has the same one."""
    if is_ours(sender, config.own.address) or _VIA.search(name) or any(raw_values(mail, h) for h in _REWRITTEN_HEADERS):
        return False
    domain = domain_of(sender)
    if any(each == domain or each.endswith(f".{domain}") or domain.endswith(f".{each}") for each in list_domains(mail)):
        return False
    return is_authentic(all_headers(mail, "Authentication-Results"), sender, config.trust)


def _marks(mail: MailPart) -> tuple[str, ...]:
    """What tells a mail from the same words sent another day; empty where nothing does."""
    said = tuple(found for head in ("Message-ID", "Date") for found in [first_header(mail, head)] if found)
    # The lowest was written first, on whichever way it came.
    return said or tuple(all_headers(mail, "Received")[-1:])


def _digest(mail: MailPart, sender: str, body: Body, raw: bytes, *, authentic: bool) -> str:
    """What a mail is recognised by. Its Message-ID is not enough: it can be missing, or somebody else's; the ways by
    which it came are no part of it. A forged copy that comes first does not stand for the authentic one."""
    parts = (_marks(mail), sender, first_header(mail, "Subject"), body.joined(), authentic)
    made = hashlib.sha256(repr(parts).encode())
    for each in body.files:
        made.update(hashlib.sha256(each.content).digest())
    return made.hexdigest()
