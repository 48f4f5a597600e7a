"""The mail itself as evidence: its very bytes, in pieces that can be kept, without receipts that somebody quoted. Pure."""

from collections.abc import Iterator
from email.policy import compat32
from typing import Final

from connectors.mail import charsets
from connectors.mail.encodings import bytes_of
from connectors.mail.structure import FAULTS, MailPart, TooComplex, content_type, parameter, read_message
from guardian.cases.receipts import redact_receipts
from guardian.cases.received_words import search_file

_NAME: Final = "mail.eml"
_LONGEST_TEXT: Final = 1_000_000


def raw_pieces(raw: bytes, largest: int) -> Iterator[tuple[str, bytes]]:
    """Return the names and bytes of the files that hold the mail, each as large as is kept at most."""
    starts = range(0, max(1, len(raw)), largest)
    for number, start in enumerate(starts, start=1):
        name = _NAME if len(starts) == 1 else f"{_NAME}.{number}-of-{len(starts)}"
        yield name, raw[start : start + largest]


def without_receipts(content: bytes) -> bytes:
    """Return the bytes of a file, unchanged unless a receipt stands in them.

    Whoever quotes our mail, or attaches it, would pass theirs to all who read it.
    """
    return search_file(content)


def mail_without_receipts(raw: bytes) -> bytes:
    """Return the bytes of a mail, unchanged unless a receipt stands in them; it may stand there encoded."""
    plain = without_receipts(raw)
    try:
        mail = read_message(plain)
        redacted = [_redact(part) for part in mail.walk()]
        return mail.as_bytes(policy=compat32) if any(redacted) else plain
    except (TooComplex, *FAULTS):
        return plain


def _redact(part: MailPart) -> bool:
    """Whether there was one in the text of this part, which is written anew without it."""
    if part.is_multipart() or not content_type(part).startswith("text/"):
        return False
    content = bytes_of(part)
    text, _ = charsets.decode(content[:_LONGEST_TEXT], parameter(part, "charset"))
    redacted = redact_receipts(text)
    if redacted == text:
        return False
    del part["Content-Transfer-Encoding"]
    part.set_payload(redacted + charsets.decode(content[_LONGEST_TEXT:])[0], "utf-8")
    return True
