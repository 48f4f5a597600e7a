"""The heads of a mail as plain lines, addresses and keywords, whatever a program wrote into them. Pure."""

import re
from collections.abc import Iterator
from email.header import decode_header
from email.headerregistry import HeaderRegistry
from typing import Any, Final

from connectors.mail import charsets
from connectors.mail.structure import FAULTS, MailPart

_FACTORY: Final[Any] = HeaderRegistry()
_SPACE: Final = re.compile(r"[ \t\xa0]+")
_COMMENT: Final = re.compile(r"\([^()]*\)")
_ENCODED: Final = re.compile(r"=\?[^?]{1,60}\?[bBqQ]\?")
_PLAIN_ADDRESS: Final = re.compile(r"[^\s<>\"(),:;@\[\]]{1,200}@[^\s<>\"(),:;@\[\]]{1,200}")
_LONGEST_ADDRESSES: Final = 1_000
_MOST_ENCODED: Final = 200
_DELIVERY_HEADERS: Final = (
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Delivered-To",
    "X-Forwarded-To",
)


def raw_values(mail: MailPart, header: str) -> list[str]:
    """Return every head of that name as it stands, the topmost first."""
    return [str(value) for name, value in mail.raw_items() if name.casefold() == header.casefold()]


def all_headers(mail: MailPart, header: str) -> list[str]:
    """Return every head of that name as a plain line, the topmost first."""
    return [to_single_line(_decode_words(value)) for value in raw_values(mail, header)]


def first_header(mail: MailPart, header: str) -> str:
    """Return the topmost head of that name as a plain line; empty where there is none."""
    return next(iter(all_headers(mail, header)), "")


def keyword(mail: MailPart, header: str) -> str:
    """Return the word that the head consists of, without comments and parameters."""
    return _COMMENT.sub("", first_header(mail, header)).partition(";")[0].strip().casefold()


def to_single_line(text: str) -> str:
    """Return one line without control characters, and without halves of characters, which nothing can store."""
    whole = text.encode("utf-8", "replace").decode()
    return _SPACE.sub(" ", "".join(c if c.isprintable() else " " for c in whole)).strip()


def addresses(mail: MailPart, header: str) -> list[tuple[str, str]]:
    """Return the names and addresses of a head, by the grammar of mail: a name that looks like an address is none."""
    found = [pair for value in raw_values(mail, header) for pair in _parse_addresses(header, value)]
    return found or [("", address) for value in raw_values(mail, header) for address in _only_address(value)]


def recipients(mail: MailPart) -> Iterator[str]:
    """Return to whom it was written, and to whom servers on the way say that they delivered it."""
    for head in ("To", "Cc"):
        yield from (match[0] for value in raw_values(mail, head) for match in _PLAIN_ADDRESS.finditer(value))
    for head in _DELIVERY_HEADERS:
        yield from all_headers(mail, head)


def _parse_addresses(header: str, value: str) -> list[tuple[str, str]]:
    try:
        found = _FACTORY(header, " ".join(value[:_LONGEST_ADDRESSES].split())).addresses
        pairs = [(to_single_line(each.display_name), to_single_line(each.addr_spec)) for each in found]
    except FAULTS:
        return []
    return [(_with_words(name), address) for name, address in pairs if address.count("@") == 1 and " " not in address]


def _with_words(name: str) -> str:
    return to_single_line(_decode_words(name)) if "=?" in name else name


def _only_address(value: str) -> list[str]:
    """The one address in a head that follows no grammar; none where there are several to choose from."""
    found = list(dict.fromkeys(match[0] for match in _PLAIN_ADDRESS.finditer(value)))
    return found if len(found) == 1 else []


def _decode_words(value: str) -> str:
    """The head with its encoded words read: one character may have been split between two of them."""
    if not 0 < len(_ENCODED.findall(value)) <= _MOST_ENCODED:
        return value
    try:
        pieces = decode_header(value)
    except FAULTS:
        return value
    return "".join(_decode_piece(piece, charset) for piece, charset in pieces)


def _decode_piece(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    # What stands between encoded words comes back in this form.
    return charsets.decode(piece, charset)[0] if charset else piece.decode("raw-unicode-escape", "replace")
