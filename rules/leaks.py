"""What in a text to somebody outside may give a reporter, a harmed person or a witness away: marked, never blocked.

It shows where a second reader has to look, and finds less than a reader does. Read `find_leaks` first. Policy: P-5.6.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rules.name_matching import KnownNames, find_mentioned
from rules.policy_sections.procedure import Conflicts


class LeakKind(StrEnum):
    """Why a part of a text is marked."""

    NAME = "name"
    PHRASE = "phrase"
    PLACE = "place"
    TIME = "time"
    PRONOUN = "pronoun"


@dataclass(frozen=True, slots=True)
class Leak:
    """A part of the text, `[start, end)`; empty where something stands in it that no one place shows."""

    kind: LeakKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ProtectedFacts:
    """What is known of those who are protected: what they are called, where it was, and their own words."""

    names: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_PHRASE_WORDS: Final = 4
"""So many words in a row that stand in somebody's own text are theirs."""
_SHORTEST: Final = 3
_SHORTEST_PLACE: Final = 4
_PRONOUNS: Final = frozenset(
    [
        "he",
        "him",
        "his",
        "himself",
        "she",
        "her",
        "hers",
        "herself",
        "er",
        "ihm",
        "ihn",
        "sein",
        "seine",
        "seinen",
        "seinem",
        "seiner",
        "seines",
        "il",
        "lui",
        "elle",
    ]
)
_DAYS: Final = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "yesterday",
    "tonight",
    "montag",
    "dienstag",
    "mittwoch",
    "donnerstag",
    "freitag",
    "samstag",
    "sonntag",
    "gestern",
    "vorgestern",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "hier",
    "avant-hier",
]
_MONTHS: Final = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "januar",
    "februar",
    "märz",
    "mai",
    "juni",
    "juli",
    "oktober",
    "dezember",
    "janvier",
    "février",
    "mars",
    "avril",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]
_TIMES: Final = (
    re.compile(r"\b\d{1,2}[:.h]\d{2}\b|\b\d{1,2}\s?(?:am|pm|uhr|heures?|o[\u2019']clock)\b", re.IGNORECASE),
    re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?\b"),
    re.compile(rf"\b\d{{1,2}}\.?\s(?:{'|'.join(_MONTHS)})\b|\b(?:{'|'.join(_MONTHS)})\s\d{{1,2}}\b", re.IGNORECASE),
    re.compile(rf"\b(?:{'|'.join(_DAYS)})\b", re.IGNORECASE),
)
_CHANNEL: Final = re.compile(r"(?<!\w)#[\w-]+|https?://\S+")


def find_leaks(text: str, facts: ProtectedFacts, conflicts: Conflicts) -> tuple[Leak, ...]:
    """Return what in the text may give somebody away, in the order of the text. Policy: P-5.6, P-2.6."""
    found = {
        *_names(text, facts.names, conflicts),
        *_phrases(text, facts.words),
        *_places(text, facts.places),
        *(Leak(LeakKind.TIME, *match.span()) for pattern in _TIMES for match in pattern.finditer(text)),
        *(Leak(LeakKind.PRONOUN, at, end) for word, at, end in _words(text) if word in _PRONOUNS),
    }
    return tuple(sorted(found, key=lambda leak: (leak.start, leak.end, leak.kind)))


def _names(text: str, names: Iterable[str], conflicts: Conflicts) -> Iterator[Leak]:
    """A name where it stands; one that is only sounded out, or written in other letters, without a place."""
    for name in names:
        parts = {word for word, _, _ in _words(name) if len(word) >= _SHORTEST}
        places = [Leak(LeakKind.NAME, at, end) for word, at, end in _words(text) if word in parts]
        yield from places
        if not places and find_mentioned(text, [KnownNames(name, (name,))], conflicts):
            yield Leak(LeakKind.NAME, 0, 0)


def _phrases(text: str, sources: Iterable[str]) -> Iterator[Leak]:
    """Each run of words that stands in one of the sources as well, as long as it is."""
    known = {run for source in sources for run in _runs([word for word, _, _ in _words(source)])}
    words = list(_words(text))
    starts = [at for at, run in enumerate(_runs([word for word, _, _ in words])) if run in known]
    while starts:
        first = last = starts.pop(0)
        while starts and starts[0] <= last + 1:
            last = starts.pop(0)
        yield Leak(LeakKind.PHRASE, words[first][1], words[last + _PHRASE_WORDS - 1][2])


def _runs(words: list[str]) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + _PHRASE_WORDS]) for at in range(len(words) - _PHRASE_WORDS + 1)]


def _places(text: str, places: Iterable[str]) -> Iterator[Leak]:
    known = {word for place in places for word, _, _ in _words(place) if len(word) >= _SHORTEST_PLACE}
    yield from (Leak(LeakKind.PLACE, at, end) for word, at, end in _words(text) if word in known)
    yield from (Leak(LeakKind.PLACE, *match.span()) for match in _CHANNEL.finditer(text))


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word in one form, whatever its capitals and accents, and where it stands."""
    for match in _WORD.finditer(text):
        plain = unicodedata.normalize("NFKD", match.group().casefold())
        yield "".join(sign for sign in plain if not unicodedata.combining(sign)), *match.span()
