"""Bytes of a mail as characters, under whichever name their character set goes. Read `decode` first. Pure.

Mail programs call Windows' and Microsoft's own sets by the names of the standards that these extend; the labels of the
web's standard (webencodings) and the larger set of each family read both.
"""

import codecs
import re
from typing import Final

import webencodings
from charset_normalizer import from_bytes

_LARGER: Final = {
    "gbk": "gb18030",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
    "iso-2022-jp": "iso2022_jp_ext",
}
"""Sets that are named, and the larger ones that are meant."""
_OF_MANY_BYTES: Final = frozenset({*_LARGER.values(), "euc_jp", "euc-jp", "utf-16-le", "utf-16-be", "utf-16", "utf-32"})
_OTHER_SETS: Final = re.compile(r"(?:utf|iso|cp|mac|koi|hz|hp|tis|big5|euc|gb|shift|johab|kz)[\w-]*")
"""Python's own, without those whose reading takes more time than they are long (punycode)."""
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_GUESSED: Final = ["cp1252", "cp1251", "koi8_r", "gb18030", "cp932", "euc_jp", "cp949", "big5"]
_CYRILLIC: Final = ("cp1251", "koi8_r")
_SAMPLE: Final = 4_000
_FEW: Final = 0.05


def decode(content: bytes, label: str = "") -> tuple[str, bool]:
    """Return the text, and whether it is sure which characters are meant.

    `label` is the character set that the mail names, if any; a wrong one is recognised where it can be.
    """
    for mark, marked in _MARKS:
        if content.startswith(mark) and (text := _strict(content, marked)) is not None:
            return text.removeprefix("\ufeff"), True
    codec = _codec(label)
    order = (codec, "utf-8") if codec in _OF_MANY_BYTES or content.isascii() else ("utf-8", codec)
    for each in order:
        if each and (text := _strict(content, each)) is not None:
            return text, True
    return _nearest(content, codec), False


def _nearest(content: bytes, codec: str) -> str:
    if codec:
        text = content.decode(codec, "replace")
        if text.count("\ufffd") <= len(text) * _FEW:
            return text
    return content.decode(_guess(content[:_SAMPLE]), "replace")


def _guess(sample: bytes) -> str:
    """What is most likely, of what people do write in; a text in mostly plain letters is a western one."""
    if sum(map(bytes.isalpha, _bytes_of(sample))) * 2 > len(sample):
        return "cp1252"
    found = from_bytes(sample, cp_isolation=_GUESSED).best()
    likely = found.encoding if found else "cp1252"
    # These two differ in which letters are the capitals.
    return min(_CYRILLIC, key=lambda each: _capitals(sample, each)) if likely in _CYRILLIC else likely


def _bytes_of(sample: bytes) -> list[bytes]:
    return [sample[at : at + 1] for at in range(len(sample))]


def _capitals(sample: bytes, codec: str) -> int:
    return sum(map(str.isupper, sample.decode(codec, "replace")))


def _strict(content: bytes, codec: str) -> str | None:
    try:
        return content.decode(codec)
    except (UnicodeError, LookupError):
        return None


def _codec(label: str) -> str:
    """Return the codec for what a mail calls its character set; empty where that is none."""
    name = re.split(r"[;,\s\"']", label.strip().strip("\"'"), maxsplit=1)[0].casefold()
    known = webencodings.lookup(name) or webencodings.lookup(name.removeprefix("x-"))
    if known is not None:
        return _LARGER.get(known.name) or str(known.codec_info.name)
    if not _OTHER_SETS.fullmatch(name):
        return ""
    try:
        b"".decode(name)
        return name
    except LookupError:
        return ""
