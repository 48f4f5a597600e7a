"""How a word may be read in Latin letters: by the look of its letters (`unmask`), or by their sound (`sound_of`).

Spelling a name in another script leaves its consonants and rarely its vowels, so two sounds are compared by the classes
of their consonants first. Read `resemblance` first.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from anyascii import anyascii
from confusable_homoglyphs.confusables import confusables_data
from rapidfuzz import fuzz

_LOOK_ALIKE_SCRIPTS: Final = ("GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "LISU", "COPTIC")
_ONE: Final = (str.maketrans("1", "i"), str.maketrans("1", "l"))
_DIGITS: Final = str.maketrans({"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b"})
# What transliteration letter by letter does not know: pairs of letters that are one sound, and sounds of one language.
_SPELT: Final = {
    "\u03bc\u03c0": "b",
    "\u03bd\u03c4": "d",
    "\u03b3\u03ba": "g",
    "\u03bf\u03c5": "u",
    "\u03c4\u03b6": "j",
    "\u0b9a": "s",
    "\u0902": "n",
    "\u0b83\u0baa": "f",
    "\u0b83": "",
}
_GREEK: Final = re.compile("[\u0370-\u03ff]")
_WITHOUT_VOWELS: Final = re.compile("[\u0590-\u06ff]")
_WITHOUT_SPACES: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_ONE_SOUND: Final = (
    *(("sch", "s"), ("sh", "s"), ("tch", "s"), ("ph", "p"), ("bh", "p"), ("th", "t"), ("dz", "s"), ("ts", "s")),
    *(("zh", "s"), ("ck", "k"), ("qu", "k"), ("dh", "t"), ("gh", "k")),
)
_CONSONANTS: Final = {
    **dict.fromkeys("bpfv", "p"),
    **dict.fromkeys("td", "t"),
    **dict.fromkeys("kgqc", "k"),
    **dict.fromkeys("szj", "s"),
    **dict.fromkeys("lr", "l"),
    "m": "m",
    "n": "n",
}
_SAME_SOUND: Final = (
    *_ONE_SOUND,
    *(("kh", "k"), ("ch", "k"), ("ou", "u"), ("oo", "u"), ("y", "i"), ("w", "p"), ("j", "s"), ("z", "s"), ("r", "l")),
    *(("e", "i"), ("d", "t"), ("f", "p"), ("b", "p"), ("v", "p"), ("g", "k"), ("c", "k"), ("h", ""), ("x", "s")),
)


class Place(StrEnum):
    """Where in a word of the text a part of a name stands: words are glued to their neighbours, or take endings."""

    WHOLE = "whole"
    END = "end"
    BEGINNING = "beginning"


@dataclass(frozen=True, slots=True)
class Sound:
    """How a word sounds: its letters without what scripts confuse, and each way to hear its consonants.

    `takes_prefixes` where something may be glued to the front: in scripts without spaces, and in those without vowels.
    """

    letters: str
    consonants: frozenset[str]
    has_vowels: bool = True
    takes_prefixes: bool = False


@dataclass(frozen=True, slots=True)
class Resemblance:
    """How much of a part of a name a word sounds like: so many consonants alike, and the letters alike in percent.

    `percent` is None where the script writes no vowels, so that nothing but consonants can be compared.
    """

    consonants: int = 0
    percent: float | None = 0.0
    is_whole: bool = False


def unmask(word: str) -> frozenset[str]:
    """Return the Latin words that the word looks like; none where it looks like itself alone.

    Letters of other scripts that look Latin, and digits that stand for letters, are read as these.
    """
    seen = "".join(_LOOK_ALIKES.get(sign, sign) for sign in word)
    if not is_latin(seen) and not any(sign.isascii() and sign.isalpha() for sign in word):
        return frozenset()
    plain = anyascii(seen).casefold()
    read = frozenset(plain.translate(_DIGITS).translate(one) for one in _ONE)
    return frozenset(each for each in read if each != word.casefold())


def is_latin(word: str) -> bool:
    """Return whether all letters of the word are Latin ones, with or without accents."""
    return all(sign.isascii() or unicodedata.name(sign, "").startswith("LATIN") for sign in word if sign.isalpha())


def sound_of(word: str) -> Sound:
    """Return how a word of any script sounds."""
    latin, has_vowels = _romanize(word), not _WITHOUT_VOWELS.search(word)
    heard = frozenset(_heard(latin, of_latin=is_latin(word), drops_v=not has_vowels)) - {""}
    takes_prefixes = not has_vowels or bool(_WITHOUT_SPACES.search(word))
    return Sound(_without_doubles(_replace(latin, _SAME_SOUND)), heard, has_vowels, takes_prefixes)


def resemblance(word: Sound, part: Sound, place: Place) -> Resemblance:
    """Return how much the word, or its end or beginning, sounds like the part of a name."""
    common = max((len(p) for p in part.consonants for whole in word.consonants if _stands(p, whole, place)), default=0)
    is_whole = bool(word.consonants & part.consonants)
    if not common or (place is Place.END and not (is_whole or word.takes_prefixes)):
        return Resemblance()
    if not (word.has_vowels and part.has_vowels):
        return Resemblance(common, None, is_whole)
    length = len(part.letters) + 1
    cut = {Place.WHOLE: word.letters, Place.END: word.letters[-length:], Place.BEGINNING: word.letters[:length]}
    return Resemblance(common, fuzz.ratio(word.letters if is_whole else cut[place], part.letters), is_whole)


def _stands(part: str, word: str, place: Place) -> bool:
    if place is Place.WHOLE:
        return part == word
    return word.endswith(part) if place is Place.END else word.startswith(part)


def _romanize(word: str) -> str:
    text = unicodedata.normalize("NFKC", word).casefold()
    if _GREEK.search(text):
        text = "".join(sign for sign in unicodedata.normalize("NFKD", text) if unicodedata.category(sign) != "Mn")
    return re.sub("[^a-z]", "", anyascii(_replace(text, tuple(_SPELT.items()))).lower())


def _heard(latin: str, *, of_latin: bool, drops_v: bool) -> Iterator[str]:
    """Each way to hear the consonants: scripts disagree on kh, ch and x, and w may be a vowel."""
    for kh in ("k", ""):
        for ch in ("k", "s"):
            text = _replace(latin, (("kh", kh), ("x", "ks" if of_latin else "s"), ("ch", ch)))
            yield _consonants(text.replace("w", "v"))
            yield _consonants(text.replace("w", ""))
            if drops_v:
                yield _consonants(text.replace("w", "").replace("v", ""))
    if of_latin and latin.endswith("r"):
        yield _consonants(latin[:-1].replace("w", "v"))


def _consonants(latin: str) -> str:
    return _without_doubles("".join(_CONSONANTS.get(sign, "") for sign in _replace(latin, _ONE_SOUND)))


def _replace(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    for old, new in pairs:
        text = text.replace(old, new)
    return text


def _without_doubles(text: str) -> str:
    return re.sub(r"(.)\1+", r"\1", text)


def _look_alikes() -> Iterator[tuple[str, str]]:
    for sign, others in confusables_data.items():
        if len(sign) == 1 and unicodedata.name(sign, "").startswith(_LOOK_ALIKE_SCRIPTS):
            latin = [anyascii(each["c"]) for each in others if "LATIN" in each["n"]]
            yield from ((sign, letter.lower()) for letter in latin[:1] if len(letter) == 1 and letter.isalpha())


_LOOK_ALIKES: Final = dict(_look_alikes())
