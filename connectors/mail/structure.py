"""The parts of a mail, from its bytes: by the standard library's parser, within bounds. Read `read_message` first. Pure.

The parser's time grows with the product of lines and depth, and that of a head with the square of its length: so all of
these have a bound, which is checked while it parses. A mail beyond them is read by its first heads alone.
"""

from email import message_from_bytes
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.policy import EmailPolicy
from typing import Any, Final

FAULTS: Final = (MessageError, ValueError, LookupError, TypeError, AttributeError, IndexError, RecursionError)
"""What the standard library raises over heads and parts that are not what they should be."""

_LONGEST_HEADER: Final = 4_000
_MOST_HEADERS: Final = 500
_MOST_PARTS: Final = 150
_DEEPEST: Final = 10
_MOST_LINES: Final = 600_000
_MOST_PARAMETERS: Final = 12
_LONGEST_HEAD: Final = 100_000
_WITH_PARAMETERS: Final = frozenset({"content-type", "content-disposition"})
_MARK: Final = b"\xef\xbb\xbf"


class TooComplex(Exception):
    """The mail has more parts, or deeper ones, than are read."""


class MailPart(EmailMessage):
    """A part of a mail, which knows how deep it stands."""

    def __init__(self, policy: Any = None) -> None:
        super().__init__(policy)
        self._depth = 0
        self._headers_kept = 0

    def attach(self, payload: Any) -> None:
        payload._depth = self._depth + 1
        if payload._depth > _DEEPEST:
            raise TooComplex
        super().attach(payload)

    def set_raw(self, name: str, value: Any) -> None:
        self._headers_kept += 1
        if self._headers_kept <= _MOST_HEADERS:
            super().set_raw(name, value)


class _PartCounter:
    """Makes the parts of one mail, as many as are read."""

    def __init__(self, most: int) -> None:
        self._left = most

    def __call__(self, policy: Any = None) -> MailPart:
        self._left -= 1
        if self._left < 0:
            raise TooComplex
        return MailPart(policy)


class _BoundedPolicy(EmailPolicy):
    """Heads as they stand, to a bound; characters that no standard allows there are read all the same."""

    def header_source_parse(self, sourcelines: Any) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        value = value[:_LONGEST_HEADER]
        if name.casefold() in _WITH_PARAMETERS:
            value = ";".join(value.split(";", _MOST_PARAMETERS)[:_MOST_PARAMETERS])
        return name, value if value.isascii() else _decode_header(value.encode("utf-8", "surrogateescape"))


def _decode_header(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeError:
        return value.decode("cp1252", "replace")


def read_message(raw: bytes, most_parts: int = _MOST_PARTS) -> MailPart:
    """Return the mail with its parts; TooComplex where there are more than are read, or too deep or long ones."""
    if max(raw.count(b"\n"), raw.count(b"\r")) > _MOST_LINES:
        raise TooComplex
    policy = _BoundedPolicy(message_factory=_PartCounter(most_parts + 1))
    try:
        found = message_from_bytes(_from_first_header(raw), policy=policy)
    except RecursionError as error:
        raise TooComplex from error
    assert isinstance(found, MailPart), "made by our own factory"  # noqa: S101
    return found


def read_head(raw: bytes) -> MailPart:
    """Return the mail with its first heads, and nothing else of it."""
    head = _from_first_header(raw[:_LONGEST_HEAD]).replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    lines = head.split(b"\n")[: _MOST_HEADERS * 2]
    # Of no known type, it is never looked into for parts.
    return read_message(b"\n".join(each for each in lines if not each.lower().startswith(b"content-type:")))


def _from_first_header(raw: bytes) -> bytes:
    """What programs that store mails put before them is no part of them."""
    return raw.removeprefix(_MARK).lstrip(b"\r\n")


def content_type(part: Message) -> str:
    """Return of which type a part is; a text, where that cannot be read."""
    try:
        return part.get_content_type()
    except FAULTS:
        return "text/plain"


def parameter(part: Message, name: str) -> str:
    """Return a parameter of the part's type; empty where there is none."""
    try:
        value = part.get_param(name, "")
        return value if isinstance(value, str) else value[2]
    except FAULTS:
        return ""


def transfer_encoding(part: Message) -> str:
    """Return how the part says that it is encoded."""
    try:
        return str(part.get("Content-Transfer-Encoding", "")).strip().casefold()
    except FAULTS:
        return ""


def is_attached(part: Message) -> bool:
    """Return whether the part says that it is a file beside the text."""
    try:
        return part.get_content_disposition() == "attachment"
    except FAULTS:
        return False
