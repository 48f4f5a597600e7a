"""What a mail is: a person's, a machine's answer by itself, or word that a mail of ours came back. Read `mail_kind` first.

That a mail is about one of ours makes it no machine's: people answer our mails. That it comes from nobody (RFC 5321, 4.5.5)
does; and *not delivered* needs a word of failure beside it, since a note of absence and a receipt come from nobody as well.
"""

import logging
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.policy import compat32
from enum import StrEnum
from typing import Final

from flufl.bounce import all_failures

from connectors.mail.encodings import bytes_of, decode_base64
from connectors.mail.headers import addresses, all_headers, first_header, keyword, raw_values, recipients
from connectors.mail.structure import FAULTS, MailPart, content_type, parameter, transfer_encoding

_MOST_RECEIVED: Final = 50
_LARGEST_REPORT: Final = 200_000
_NULL_SENDER: Final = re.compile(r"<\s*>")
_DAEMONS: Final = frozenset({"mailer-daemon", "mailerdaemon", "mail-daemon", "postmaster"})
_REPORTS: Final = ("message/delivery-status", "message/global-delivery-status")
_ACTION: Final = re.compile(r"^\s*action\s*:\s*([a-z]+)", re.IGNORECASE | re.MULTILINE)
_ANSWER_HEADERS: Final = ("X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Autoreply-From", "X-Mail-Autoreply")
_NO: Final = frozenset({"", "no", "false", "0", "none"})
_RULE_HEADER: Final = "X-MS-Exchange-Inbox-Rules-Loop"
_ID: Final = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
_BOUNCE_PART: Final = re.compile(rf"back-{_ID}", re.IGNORECASE)
_ABSENCES: Final = (
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "out of office",
    "out of the office",
    "automatische antwort",
    "abwesenheitsnotiz",
    "abwesend",
    "réponse automatique",
    "absence du bureau",
    "respuesta automática",
    "risposta automatica",
    "resposta automática",
    "automatisch antwoord",
    "odpowiedź automatyczna",
    "automatická odpověď",
    "automatikus válasz",
    "autosvar",
    "automatisk svar",
    "automaattinen vastaus",
    "автоматический ответ",
    "автоматична відповідь",
    "otomatik yan\u0131t",
    "自動応答",
    "自动答复",
    "自動回覆",
    "자동 회신",
)
"""What mail programs put before the subject of the mail that they answer by themselves."""


class MailKind(StrEnum):
    """What a mail is: a person's, a machine's answer by itself, or word that a mail of ours came back."""

    PERSONAL = "letter"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"


@dataclass(frozen=True, slots=True)
class OwnMail:
    """How mail of ours is recognised: by the domain of its Message-IDs, and by the group's own address."""

    domain: str
    address: str = ""

    def ids(self, text: str) -> tuple[str, ...]:
        """Return the ids in the text that may be those of our mails; other programs make such as well."""
        pattern = rf"(?<![0-9a-z-]){_ID}@{re.escape(self.domain)}(?![\w.-])"
        return tuple(dict.fromkeys(match[1].lower() for match in re.finditer(pattern, text, re.IGNORECASE)))

    def tag(self, recipient: str) -> str:
        """Return what stands behind the plus in an address of ours; empty where nothing does, or it is none of ours."""
        local, _, domain = self.address.casefold().rpartition("@")
        found, _, where = recipient.strip().casefold().rpartition("@")
        return found[len(local) + 1 :] if where == domain and found.startswith(f"{local}+") else ""

    def bounce_id(self, recipient: str) -> str:
        """Return the id in the address to which only mail that came back is sent; empty where it is none."""
        match = _BOUNCE_PART.fullmatch(self.tag(recipient))
        return match[1] if match else ""


@dataclass(frozen=True, slots=True)
class _Signs:
    """What speaks for a machine. `answer`: it answers by itself; `nobody`: its sender is nobody, or a mail system."""

    nobody: bool
    report: bool
    answer: bool
    to_bounce_address: tuple[str, ...]


def mail_kind(
    mail: MailPart, own: OwnMail, raw: bytes, mail_from: str | None, envelope: tuple[str, ...]
) -> tuple[MailKind, tuple[str, ...]]:
    """Return what the mail is, and the ids of those of ours that may have come back with it.

    `mail_from` is the sender of its envelope, where that is known; None: its heads say it.
    """
    signs = _signs(mail, own, mail_from, envelope)
    from_daemon = any(address.partition("@")[0].casefold() in _DAEMONS for _, address in addresses(mail, "From"))
    if not (signs.nobody or signs.report or signs.to_bounce_address or from_daemon):
        return (MailKind.AUTOMATIC if signs.answer else MailKind.PERSONAL), ()
    temporary, permanent = _failures(mail, raw)
    came_back = signs.nobody and not (signs.answer or temporary or _is_receipt(mail))
    within = _ids_within(mail, own, raw) if permanent or came_back else ()
    referred = own.ids(_references(mail)) if permanent else ()
    if permanent or came_back:
        ids = tuple(dict.fromkeys((*signs.to_bounce_address, *within, *referred)))
        if ids:
            return MailKind.BOUNCE, ids
    machine = signs.nobody or signs.report or signs.answer or signs.to_bounce_address
    return (MailKind.AUTOMATIC if machine else MailKind.PERSONAL), ()


def is_generated(mail: MailPart) -> bool:
    """Return whether a program says that it made the mail: it may hold a person's words, and is never answered."""
    return keyword(mail, "Auto-Submitted") not in _NO


def _signs(mail: MailPart, own: OwnMail, mail_from: str | None, envelope: tuple[str, ...]) -> _Signs:
    to = [*envelope, *recipients(mail)]
    written = raw_values(mail, "Return-Path") or raw_values(mail, "X-Envelope-From")
    from_nobody = bool(_NULL_SENDER.fullmatch(written[0].strip())) if written else False
    return _Signs(
        nobody=from_nobody if mail_from is None else mail_from.strip("<> ") == "",
        report=content_type(mail) == "multipart/report",
        answer=_is_answer(mail, about_ours=_is_about_ours(mail, own, to)),
        to_bounce_address=tuple(dict.fromkeys(found for each in to if (found := own.bounce_id(each)))),
    )


def _is_about_ours(mail: MailPart, own: OwnMail, to: list[str]) -> bool:
    """Whether it refers to a mail of ours, or is sent to an address that was made for one party."""
    return bool(own.ids(_references(mail))) or any(own.tag(each) for each in to)


def _references(mail: MailPart) -> str:
    return " ".join((*all_headers(mail, "In-Reply-To"), *all_headers(mail, "References")))


def _is_answer(mail: MailPart, *, about_ours: bool) -> bool:
    submitted = keyword(mail, "Auto-Submitted")
    if submitted not in {*_NO, "auto-generated"} or keyword(mail, "Precedence") == "auto_reply":
        return True
    if any(keyword(mail, header) not in _NO for header in _ANSWER_HEADERS):
        return True
    if len(raw_values(mail, "Received")) > _MOST_RECEIVED:
        return True
    named = submitted == "auto-generated" or bool(raw_values(mail, _RULE_HEADER)) or _says_absent(mail)
    return about_ours and named


def _says_absent(mail: MailPart) -> bool:
    begin, colon, _ = first_header(mail, "Subject").replace("\uff1a", ":").partition(":")
    return bool(colon) and begin.strip().casefold() in _ABSENCES


def _is_receipt(mail: MailPart) -> bool:
    """Whether it says that a mail was shown, or was dealt with (RFC 8098)."""
    return "disposition-notification" in parameter(mail, "report-type").casefold() or any(
        content_type(part).endswith("disposition-notification") for part in mail.walk()
    )


def _reports(mail: MailPart) -> Iterator[MailPart]:
    """The parts at its top that say what became of a mail."""
    parts = mail.get_payload() if mail.is_multipart() else []
    return (part for part in parts if isinstance(part, MailPart) and content_type(part) in _REPORTS)


def _failures(mail: MailPart, raw: bytes) -> tuple[bool, bool]:
    """Whether something could not be delivered for now, and for good."""
    actions = {found[1].casefold() for part in _reports(mail) for found in _ACTION.finditer(_opened(part))}
    if actions:
        return "failed" not in actions, "failed" in actions
    if raw_values(mail, "X-Failed-Recipients"):
        return False, True
    if len(raw) > _LARGEST_REPORT:
        return False, False
    # It logs what it fails at with the words of the mail.
    logging.getLogger("flufl.bounce").disabled = True
    try:
        temporary, permanent = all_failures(mail)
    except Exception:  # whatever its many readers make of a mail that none of them was written for
        return False, False
    return bool(temporary), bool(permanent)


def _ids_within(mail: MailPart, own: OwnMail, raw: bytes) -> tuple[str, ...]:
    """The ids of mails that were sent back, wherever in the body they stand."""
    body = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[-1].decode("latin-1")
    texts = [body] if len(raw) > _LARGEST_REPORT else [body, *map(_opened, _leaves(mail))]
    return own.ids("\n".join(texts))


def _leaves(mail: MailPart) -> Iterator[MailPart]:
    """The parts at its top, and the texts in them."""
    return (part for part in mail.walk() if not part.is_multipart() or content_type(part) in _REPORTS)


def _opened(part: MailPart) -> str:
    """The part as text, also where it is encoded against the rules."""
    try:
        if not part.is_multipart():
            return bytes_of(part).decode("latin-1")
        body = part.as_bytes(policy=compat32).replace(b"\r\n", b"\n").partition(b"\n\n")[2]
    except FAULTS:
        return ""
    match transfer_encoding(part):
        case "base64":
            return decode_base64(body).decode("latin-1")
        case "quoted-printable":
            return quopri.decodestring(body).decode("latin-1")
        case _:
            return body.decode("latin-1")
