"""The words of files that came in, so that whoever they name is kept out before anybody is notified. Pure.

What cannot be read says so: a picture, an encrypted mail, what is too long. Read `read_words` first. Policy: P-2.5.
"""

import codecs
import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from itertools import chain
from typing import Final

LONGEST: Final = 50_000
"""So many characters of all files together are matched; more of them count as not read."""

_MOST_PARTS: Final = 100
_MOST_DEPTH: Final = 5
_BYTES: Final = 4 * LONGEST
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f]")
_FORMATS: Final = (b"%PDF", b"{\\rtf", b"%!PS")
_SEALED: Final = ("-----BEGIN PGP MESSAGE-----", "-----BEGIN PKCS7-----", "-----BEGIN CMS-----")
_SEALED_TYPES: Final = frozenset({"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime"})
_TAG: Final = re.compile(r"<[^<>]{0,300}>")
_ESCAPED: Final = re.compile(r"\\u([0-9a-fA-F]{4})")
_HEAD: Final = re.compile(rb"\A(?:[!-9;-~]{1,60}:[^\r\n]{0,2000}\r?\n(?:[ \t][^\r\n]{0,2000}\r?\n){0,50}){2,}")
_HEADS: Final = ("From", "Sender", "Reply-To", "To", "Cc", "Subject")


@dataclass(frozen=True, slots=True)
class FileWords:
    """What files say. `unread`: something in them could not be read, so that nobody knows whom it names."""

    texts: tuple[str, ...] = ()
    unread: bool = False


def is_sealed(text: str) -> bool:
    """Return whether the text is, or holds, what only somebody else's key opens."""
    return any(mark in text for mark in _SEALED)


def looks_like_mail(content: bytes) -> bool:
    """Return whether the bytes begin as a mail does: with heads."""
    found = _HEAD.match(content[:20_000])
    return found is not None and re.search(rb"(?im)^(?:from|received|mime-version|message-id):", found[0]) is not None


def read_words(contents: Iterable[bytes]) -> FileWords:
    """Return the words of the files together, in every way in which they may stand there."""
    found = [_read(content, depth=0) for content in contents]
    texts = tuple(chain.from_iterable(each.texts for each in found))
    kept = "\n".join(texts)
    return FileWords((kept[:LONGEST],) if kept else (), any(each.unread for each in found) or len(kept) > LONGEST)


def _read(content: bytes, depth: int) -> FileWords:
    if depth <= _MOST_DEPTH and looks_like_mail(content):
        return _read_mail(content, depth)
    text = _decode(content[:_BYTES])
    if text is None:
        return FileWords(unread=True)
    return FileWords(_forms(text), unread=len(content) > _BYTES or is_sealed(text))


def _decode(content: bytes) -> str | None:
    """The bytes as text, where they are one: a file of another format, or binary, is none."""
    if content.startswith(_FORMATS):
        return None
    named = [name for mark, name in _BOMS if content.startswith(mark)]
    for name in (*named, "utf-8", "cp1252"):
        # A character that was cut at the end is no reason to take the whole for something else.
        text = codecs.getincrementaldecoder(name)("strict" if name in ("utf-8", "cp1252") else "ignore")
        try:
            decoded = text.decode(content)
        except UnicodeDecodeError:
            continue
        return None if _CONTROLS.search(decoded) else decoded
    return None


def _forms(text: str) -> tuple[str, ...]:
    """The text as it stands, and as a browser or a program would show it, where that is something else."""
    shown = html.unescape(_TAG.sub("", _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)))
    return (text,) if shown == text else (text, shown)


def _read_mail(content: bytes, depth: int) -> FileWords:
    mail = message_from_bytes(content, policy=default)
    parts = list(zip(range(_MOST_PARTS + 1), mail.walk(), strict=False))
    found = [_read_part(part, depth) for _, part in parts[:_MOST_PARTS]]
    texts = (*_heads(mail), *chain.from_iterable(each.texts for each in found))
    return FileWords(texts, any(each.unread for each in found) or len(parts) > _MOST_PARTS)


def _read_part(part: Message, depth: int) -> FileWords:
    kind = part.get_content_type()
    if kind in _SEALED_TYPES:
        return FileWords(unread=True)
    if part.is_multipart():
        return FileWords(tuple(_heads(part)))
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return FileWords(unread=True)
    name = part.get_filename() or ""
    if kind.startswith("text/") and isinstance(part, EmailMessage):
        text = str(part.get_content())
        return FileWords((name, *_forms(text)), unread=is_sealed(text))
    inner = _read(content, depth + 1)
    return FileWords((name, *inner.texts), inner.unread)


def _heads(mail: Message) -> Iterator[str]:
    return (str(value) for name in _HEADS for value in mail.get_all(name, ()))
