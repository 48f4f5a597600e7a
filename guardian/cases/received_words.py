"""Words that came in from outside, as they are kept: without a receipt that somebody quotes, and in whole characters.

Every text of a party passes `kept_text` before it is stored or shown, whichever way it came. Pure. Policy: P-2.6.
"""

import codecs
from typing import Final

from guardian.cases.receipts import redact_receipts

_LONGEST_FILE: Final = 30_000
"""A file beyond so many bytes is searched before it is stored, where that keeps nobody waiting (`is_searched_apart`)."""
_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def kept_text(text: str) -> str:
    """Return the text as it is kept: whoever reads it can open nobody's page, and every store and mail can hold it.

    Half a character, as a platform's JSON may hold one, is shown as a question mark. Doing it twice changes nothing.
    """
    return redact_receipts(whole_characters(text))


def whole_characters(text: str) -> str:
    """Return the text in characters that every store can hold; a link is kept so, since its signs are no receipt's."""
    return text.encode("utf-8", "replace").decode()


def is_searched_apart(content: bytes) -> bool:
    """Return whether the file is so long that it is searched before, in a process of its own."""
    return len(content) > _LONGEST_FILE


def search_file(content: bytes) -> bytes:
    """Return the bytes of a file without receipts; in text of wide characters they stand as in any other."""
    for mark, name in _BOMS:
        if content.startswith(mark):
            return _searched(content, name)
    # Letters and digits are the same in every encoding that is left; what is no UTF-8 stays byte for byte.
    return redact_receipts(content.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def search_files(contents: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """Return each file without receipts."""
    return tuple(search_file(content) for content in contents)


def _searched(content: bytes, encoding: str) -> bytes:
    text = content.decode(encoding, "replace")
    found = redact_receipts(text)
    return content if found == text else found.encode(encoding)
