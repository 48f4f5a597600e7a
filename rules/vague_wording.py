"""Whether words of the sheet say too much: somebody's gender, a name, an account, an address, or a whole story.

It marks for people to look at, and changes nothing. Read `find_telling_words` first. Policy: P-9.1.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MOST_WORDS: Final = 12
"""What is vague is short: "other: talked with both" needs no more."""


class WordingFault(StrEnum):
    """Why a wording is marked."""

    GENDERED = "says a gender"
    IDENTIFYING = "may say who it is"
    DETAILED = "tells more than is vague"


@dataclass(frozen=True, slots=True)
class TellingWords:
    """The words that are marked, and why."""

    words: str
    fault: WordingFault


_GENDERED: Final = re.compile(
    r"\b(?:s?he|him|his|hers?|(?:him|her)self|mr|mrs|ms|sir|madam|(?:wo)?m[ae]n|guys?|gals?|girls?|boys?|lad(?:y|ies)?"
    r"|gentlem[ae]n|fe?males?|males?|(?:boy|girl)friend|husband|wife|mother|father|sister|brother|son|daughter"
    r"|(?:chair|spokes|business)(?:wo)?man|actress|er|ihm|ihn|seine[mnrs]?|ihre[mnrs]?|herr|frau|mann|il|elle|lui"
    r"|monsieur|madame)\b",
    re.IGNORECASE,
)
_IDENTIFYING: Final = re.compile(
    r"https?://\S+|www\.\S+|\S+@\S+\.\w+|(?<!\w)@\w[\w.-]*|\b\w+#\d{4}\b|\b\d{5,}\b|\b\w+\.(?:com|org|net|io)\b"
)
# Two capitals one after the other, in the middle of a sentence, are most likely somebody's or something's name.
_NAME: Final = re.compile(r"(?<=\w )[^\W\d_a-z][^\W\d_]*(?: [^\W\d_a-z][^\W\d_]+)+")
_DETAILED: Final = re.compile(r"[\"“”„«»][^\"“”„«»]+[\"“”«»]|\b\d{1,2}[:.h]\d{2}\b|\b\d{4}-\d{2}-\d{2}\b")
_WORD: Final = re.compile(r"\w+")


def find_telling_words(text: str, names: Iterable[str] = ()) -> tuple[TellingWords, ...]:
    """Return what of the text is not vague or not neutral, in the order of the faults.

    `names` are what people in the matter are known to be called.
    """
    marked = [
        *_marks(_GENDERED, text, WordingFault.GENDERED),
        *_marks(_IDENTIFYING, text, WordingFault.IDENTIFYING),
        *_marks(_NAME, text, WordingFault.IDENTIFYING),
        *_known_names(text, names),
        *_marks(_DETAILED, text, WordingFault.DETAILED),
    ]
    if len(_WORD.findall(text)) > MOST_WORDS:
        marked.append(TellingWords(f"more than {MOST_WORDS} words", WordingFault.DETAILED))
    return tuple(dict.fromkeys(marked))


def _marks(pattern: re.Pattern[str], text: str, fault: WordingFault) -> list[TellingWords]:
    return [TellingWords(found.group(), fault) for found in pattern.finditer(text)]


def _known_names(text: str, names: Iterable[str]) -> list[TellingWords]:
    said = text.casefold()
    parts = {part for name in names for part in (name, *name.split()) if len(part) > 2}
    return [
        TellingWords(part, WordingFault.IDENTIFYING)
        for part in sorted(parts)
        if re.search(rf"\b{re.escape(part.casefold())}\b", said)
    ]
