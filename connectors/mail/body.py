"""What a mail says, as plain text, and every other part of it as a file. Read `read_body` first. Pure.

Nothing that somebody wrote is lost: a part that is no file is text, alternatives are one text only where they say the
same, and what stands outside of all parts is text as well.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.policy import compat32
from itertools import chain
from typing import Final

from connectors.mail import charsets
from connectors.mail.encodings import bytes_of
from connectors.mail.evidence import mail_without_receipts, without_receipts
from connectors.mail.headers import first_header, to_single_line
from connectors.mail.html_text import html_to_text
from connectors.mail.structure import (
    FAULTS,
    MailPart,
    TooComplex,
    content_type,
    is_attached,
    parameter,
    read_message,
)

_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
_BARE_MESSAGES: Final = frozenset({"message/partial", "message/external-body"})
_SAID_BY_PROGRAMS: Final = re.compile(r"multi-?part message|mime[- ]format", re.IGNORECASE)
_META_CHARSET: Final = re.compile(rb"charset=[\"']?([\w-]{1,40})", re.IGNORECASE)
_URL: Final = re.compile(r"(?:https?|mailto|cid):[^\s<>()\[\]]+")
_WORD: Final = re.compile(r"\w+")
_BOUNDARY: Final = re.compile(r"--(\S[^\r\n]{0,69})")
_ANOTHER: Final = "[The same mail has another text, which says something else:]"
_UNSURE: Final = "[This part does not say which characters it is written in, so that some may be wrong.]"
_GOES_ON: Final = "[This part is longer; all of it is among the files.]"
_LONGEST_NAMED_TEXT: Final = 20_000
_LONGEST_TEXT: Final = 1_000_000
_LONGEST_COMPARED: Final = 50_000
_MOST_PAGES: Final = 4
_MOST_REPAIRS: Final = 4


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in a mail."""

    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """The texts of a mail or a part of one, and its files; `spare` is what they say, if nothing else is said at all."""

    texts: tuple[str, ...] = ()
    files: tuple[Attachment, ...] = ()
    spare: tuple[str, ...] = ()

    def joined(self) -> str:
        """Return all texts as one; empty where nothing is said."""
        return "\n\n".join(text.strip("\n") for text in self.texts or self.spare if text.strip())


def read_body(mail: MailPart) -> Body:
    """Return what the mail says, and its files."""
    body = _BodyReader().read(mail)
    named = (
        Attachment(each.file_name or f"part-{at}", without_receipts(each.content))
        for at, each in enumerate(body.files, start=1)
    )
    if body.joined():
        return Body(body.texts or body.spare, tuple(named))
    files = tuple(named)
    return Body((_nothing_readable(mail),) if files else (), files)


def _nothing_readable(mail: MailPart) -> str:
    kinds = ", ".join(dict.fromkeys(content_type(part) for part in mail.walk() if not part.is_multipart()))
    return f"[This mail has no text that can be read here. It has files: {kinds[:300]}.]"


class _BodyReader:
    """Reads one mail, with bounds for what takes long: pages laid out, and parts whose boundary is looked for."""

    def __init__(self) -> None:
        self._pages_left, self._repairs_left = _MOST_PAGES, _MOST_REPAIRS

    def read(self, part: MailPart) -> Body:
        """Return what the part says, with all parts in it."""
        kind = content_type(part)
        if kind.startswith("multipart/"):
            return self._read_parts(part, kind) if part.is_multipart() else self._read_without_parts(part)
        if kind in _BARE_MESSAGES:
            return Body((_as_text(part),))
        if kind.startswith("message/"):
            return self._read_attached_mail(part)
        if kind.startswith("text/") or kind in _PAGES:
            return self._read_text(part, kind)
        return Body(files=(Attachment(_file_name(part), bytes_of(part)),))

    def _read_parts(self, part: MailPart, kind: str) -> Body:
        found = [self.read(each) for each in _parts(part)]
        texts = [body.texts for body in found]
        inner = _merge([text for text in texts if text]) if kind == "multipart/alternative" else chain(*texts)
        around = _outside_parts(part.preamble), *inner, _outside_parts(part.epilogue)
        files, spare = chain(*(body.files for body in found)), chain(*(body.spare for body in found))
        return Body(tuple(filter(None, around)), tuple(files), tuple(spare))

    def _read_without_parts(self, part: MailPart) -> Body:
        """A mail that is called one of parts, and names no boundary, or another than it has."""
        content = bytes_of(part)
        text, _ = charsets.decode(content)
        start = _BOUNDARY.search(text.lstrip()[:2000])
        self._repairs_left -= 1
        if start is None or self._repairs_left < 0:
            return Body((_clean(text),))
        head = f'Content-Type: {content_type(part)}; boundary="{start[1].replace(chr(34), "")}"\r\n\r\n'
        try:
            inner = read_message(head.encode() + content)
        except TooComplex:
            return Body((_clean(text),))
        return self.read(inner) if inner.is_multipart() else Body((_clean(text),))

    def _read_text(self, part: MailPart, kind: str) -> Body:
        content, name = bytes_of(part), _file_name(part)
        if len(content) > _LONGEST_TEXT:
            return self._read_long_text(part, kind, content)
        text, sure = charsets.decode(content, _charset(part, kind, content))
        text = self._words_of_page(_clean(text)) if kind in _PAGES else _clean(text)
        text = text if sure else f"{text}\n\n{_UNSURE}"
        file = (Attachment(name, content),) if name or is_attached(part) else ()
        if is_attached(part) or (file and len(text) > _LONGEST_NAMED_TEXT):
            return Body(files=file, spare=(text,))
        return Body((text,), file)

    def _read_long_text(self, part: MailPart, kind: str, content: bytes) -> Body:
        text, _ = charsets.decode(content[:_LONGEST_TEXT], _charset(part, kind, content))
        text = html_to_text(_clean(text), roughly=True) if kind in _PAGES else _clean(text)
        return Body((f"{text}\n\n{_GOES_ON}",), (Attachment(_file_name(part), content),))

    def _words_of_page(self, page: str) -> str:
        self._pages_left -= 1
        return html_to_text(page, roughly=self._pages_left < 0)

    def _read_attached_mail(self, part: MailPart) -> Body:
        """A whole mail in another: a file, whose words stand for the mail's own only where that says nothing."""
        try:
            content = mail_without_receipts(part.as_bytes(policy=compat32))
        except FAULTS:
            content = bytes_of(part)
        inner = _parts(part) if len(content) <= _LONGEST_TEXT else ()
        spare = tuple(self._words_of_mail(each) for each in inner)
        return Body(files=(Attachment(_file_name(part), content),), spare=spare)

    def _words_of_mail(self, mail: MailPart) -> str:
        heads = [f"{name}: {value}" for name in ("From", "Date", "Subject") if (value := first_header(mail, name))]
        return "\n".join(["[An attached mail:]", *heads, "", self.read(mail).joined()])


def _parts(part: MailPart) -> Iterator[MailPart]:
    return (each for each in part.get_payload() if isinstance(each, MailPart)) if part.is_multipart() else iter(())


def _charset(part: MailPart, kind: str, content: bytes) -> str:
    meta = _META_CHARSET.search(content[:4000]) if kind in _PAGES else None
    return parameter(part, "charset") or (meta[1].decode() if meta else "")


def _outside_parts(text: str | None) -> str:
    """What stands before the first part or after the last; programs put a word of their own there."""
    said = (text or "").strip()
    read, _ = charsets.decode(said.encode("utf-8", "surrogateescape"))
    return "" if _SAID_BY_PROGRAMS.search(said[:200]) else _clean(read)


def _merge(alternatives: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Those that say something else than those before; of two that say the same, the one that names more addresses."""
    kept: dict[tuple[str, ...], str] = {}
    for text in ("\n\n".join(each) for each in alternatives):
        words = _words(text)
        if words not in kept or set(_URL.findall(text)) - set(_URL.findall(kept[words])):
            kept[words] = text
    return tuple(text for at, each in enumerate(kept.values()) for text in ((_ANOTHER, each) if at else (each,)))


def _words(text: str) -> tuple[str, ...]:
    begin = _WORD.findall(_URL.sub(" ", text[:_LONGEST_COMPARED]).casefold())
    return (*begin, text[_LONGEST_COMPARED:])


def _as_text(part: MailPart) -> str:
    try:
        return _clean(part.as_string(policy=compat32))
    except FAULTS:
        return _clean(charsets.decode(bytes_of(part))[0])


def _file_name(part: MailPart) -> str:
    try:
        name = part.get_filename() or ""
    except FAULTS:
        name = ""
    return to_single_line(name).replace("/", "_").replace("\\", "_")[:200]


def _clean(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return lines.encode("utf-8", "replace").decode()
