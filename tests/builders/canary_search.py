"""Looks for words in bytes of any kind, however they may be written: what a thief would try before giving up.

Read `find_words` first.
"""

import base64
import binascii
import html
import json
import quopri
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import unquote_to_bytes

_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}(?:\r?\n[A-Za-z0-9+/_-]{4,}={0,2})*")
_HEX: Final = re.compile(rb"(?:[0-9a-fA-F]{2}){12,}")
_DEFLATED: Final = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"\x1f\x8b\x08")
_DEEPEST: Final = 3
_LONGEST: Final = 1 << 24
_LATIN: Final = 256


def find_words(content: bytes, words: Iterable[str]) -> list[str]:
    """Return which of the words stand in the content: in plain, in UTF-16, escaped, or in base64, hex and deflated parts,
    one in another as well.
    """
    wanted = [word for word in words if word]
    patterns = {word: _spellings(word) for word in wanted}
    found: dict[str, None] = {}
    for text in _readings(content, _DEEPEST, {}):
        lowered = text.lower()
        for word in wanted:
            if any(each in lowered for each in patterns[word]):
                found[word] = None
    return [word for word in wanted if word in found]


def _spellings(word: str) -> set[bytes]:
    """How the word may stand in bytes. In Latin letters UTF-16 of either order has the same between its outer zeros."""
    lowered = word.lower()
    escaped = json.dumps(lowered)[1:-1]
    spelled = {lowered.encode(), escaped.encode()}
    if max(map(ord, lowered)) < _LATIN:
        return {*spelled, lowered.encode("utf-16-be")[1:]}
    return {*spelled, lowered.encode("utf-16-le"), lowered.encode("utf-16-be")}


def _readings(content: bytes, depth: int, seen: dict[bytes, int]) -> Iterator[bytes]:
    """What the content may say, and what each of that may say; `seen` is how deep each was read already."""
    if seen.get(content, -1) >= depth:
        return
    if content not in seen:
        yield content
    seen[content] = depth
    if depth == 0:
        return
    for reading in {*_unescaped(content), *_unpacked(content)} - {content, b""}:
        yield from _readings(reading, depth - 1, seen)


def _unescaped(content: bytes) -> Iterator[bytes]:
    if b"%" in content:
        yield unquote_to_bytes(content)
    if b"=" in content:
        yield quopri.decodestring(content)
    if b"&#" in content or b"&quot" in content:
        yield html.unescape(content.decode("latin-1")).encode("utf-8", "replace")
    if b"\\u" in content:
        yield re.sub(rb"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)).encode("utf-8", "replace"), content)


def _unpacked(content: bytes) -> Iterator[bytes]:
    for found in _BASE64.finditer(content):
        text = re.sub(rb"[\r\n]", b"", found[0]).rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        for start in range(4):
            part = text[start:]
            try:
                yield base64.b64decode(part + b"=" * (-len(part) % 4))
            except binascii.Error:
                continue
    for found in _HEX.finditer(content):
        yield binascii.unhexlify(found[0][: len(found[0]) // 2 * 2])
    for magic in _DEFLATED:
        start = content.find(magic)
        while start >= 0:
            inflated = _inflate(content[start:])
            if inflated:
                yield inflated
            start = content.find(magic, start + 1)


def _inflate(content: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=47).decompress(content, _LONGEST)
    except zlib.error:
        return b""
