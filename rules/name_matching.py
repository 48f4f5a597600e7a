"""Whether a text mentions somebody: names, nicknames, handles and account ids, however they are spelt.

It errs on the side of finding a mention, because a missed one shows a report to the person whom it concerns. Read
`find_mentioned` first.
"""

import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Final, Generic, TypeAlias, TypeVar

from rapidfuzz.distance import OSA

from rules.policy_sections.procedure import Conflicts
from rules.romanization import Place, Resemblance, Sound, is_latin, resemblance, sound_of, unmask

Who = TypeVar("Who", bound=Hashable)
_Index: TypeAlias = tuple[dict[int, Sound], dict[tuple[Place, str], set[int]]]

_WORD = re.compile(r"[^\W_]+")
# A word with the marks and apostrophes that many scripts write inside one.
_SPOKEN = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f\u0900-\u0dff\u0e00-\u0e7f'\u05f3\u200c\u200d])*")
_LONGEST_RUN = 5
_LONGEST_PART: Final = 12
_MOST_OF_ONE_SIGN: Final = 4
# Measured: tests/rules/spellings.toml names what is found, and sentences that name nobody hold the other side.
_ENOUGH_ALONE: Final = {0: 101, 1: 101, 2: 95, 3: 86}
_ENOUGH_OF_MANY: Final = 66
_ENOUGH_OF_TWO: Final = 3
_LEAST_OF_TWO: Final = 40
_MEAN_OF_TWO: Final = 60
_WITHOUT_VOWELS_OF_TWO: Final = (8, 5, 4)
"""By how many of the two words are the part of the name and nothing else."""
# A capital in the middle of a sentence: there even an everyday word ("Will") is likely to be a name.
_CAPITAL = re.compile(r"(?<=[\w,;:@] )[^\W\d_]+")
_ALSO_NAMES = frozenset({"will", "may"})
# Letters that Unicode does not take apart, as people write them on keyboards that lack them.
_PLAIN_LETTERS = str.maketrans(
    {"\u0142": "l", "\u00f8": "o", "\u0111": "d", "\u0131": "i", "\u00e6": "ae", "\u0153": "oe"}
)
# Everyday words that begin many names ("the" in Theodore): in lower case they stand for no nickname.
_EVERYDAY = frozenset(
    re.findall(
        r"\w+",
        """a all also am an and any are as at be been but by can car chat did do for from get had has have he her here
        him his how i if in is it its just like man may me men met my no not now of on one or our out per ran said
        same she so some than that the their them then there they this to told too up us very was we were what when
        where who why will with you your der die das den und ein les des une est pas que los las por con para""",
    )
)


@dataclass(frozen=True, slots=True)
class KnownNames(Generic[Who]):
    """What somebody is called: full names and nicknames in `names`, logins and stable account ids in `handles`."""

    who: Who
    names: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()


def find_mentioned(text: str, people: Iterable[KnownNames[Who]], conflicts: Conflicts) -> frozenset[Who]:
    """Return those of the people whom the text mentions, or may mention. Policy: P-2.5.

    Letter case, accents, separators and invisible signs make no difference; part of a name, its beginning, and one
    wrong letter in a longer one count as well, and so does what looks or sounds like it in other letters.
    """
    parsed = _Text.read(text)
    return frozenset(person.who for person in people if _is_mentioned(person, parsed, conflicts))


def names_exactly(text: str, handles: Iterable[str]) -> bool:
    """Return whether one of the handles itself stands in the text, letter case and separators apart.

    For what a mention may show about an account: there, what merely resembles a handle says nothing.
    """
    words = _WORD.findall(_simplify(_with_phrases_once(text)))
    runs = frozenset(_runs(words))
    return any("".join(_WORD.findall(_simplify(handle))) in runs for handle in handles)


@dataclass(frozen=True, slots=True)
class _Text:
    words: frozenset[str]
    capitals: frozenset[str]
    runs: frozenset[str]
    joined: str
    sounds: "_Sounds"

    @classmethod
    def read(cls, text: str) -> "_Text":
        tidy = unicodedata.normalize("NFKC", _with_phrases_once(text))
        words = _WORD.findall(_simplify(tidy))
        readings = [words, *_unmasked(_WORD.findall(tidy))]
        within = {_simplify(word) for word in _CAPITAL.findall(tidy) if word[0].isupper()}
        anywhere = {_simplify(word) for word in _WORD.findall(tidy) if word[0].isupper()}
        return cls(
            words=frozenset(word for reading in readings for word in (*reading, *_spelt_out(reading))),
            capitals=frozenset(within | (anywhere & _ALSO_NAMES)),
            runs=frozenset(run for reading in readings for run in _runs(reading)),
            joined="".join(words),
            sounds=_Sounds(tuple(_SPOKEN.findall(tidy))),
        )


class _Sounds:
    """How the words of a text sound, and where such consonants stand in them."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self._words = words

    def alike(self, part: Sound, place: Place, *, in_latin: bool) -> dict[int, Resemblance]:
        """Return the words, by their positions, that sound like the part of a name there."""
        known, where = self._all if in_latin else self._foreign, (Place.WHOLE, place)
        found = {at for each in where for heard in part.consonants for at in known[1].get((each, heard), ())}
        return {at: resemblance(known[0][at], part, place) for at in found}

    @cached_property
    def _foreign(self) -> "_Index":
        return _index({at: word for at, word in enumerate(self._words) if not is_latin(word)})

    @cached_property
    def _all(self) -> "_Index":
        return _index(dict(enumerate(self._words)))


def _is_mentioned(person: KnownNames[Who], text: _Text, conflicts: Conflicts) -> bool:
    if any(_contains_name(handle, text) for handle in person.handles):
        return True
    return any(
        _contains_name(name, text) or _is_near(name, text, conflicts) or _sounds_alike(name, text.sounds)
        for name in person.names
    )


def _contains_name(name: str, text: _Text) -> bool:
    """Return whether the whole name stands in the text, its parts apart, together, or with signs between."""
    joined = "".join(_WORD.findall(_simplify(name)))
    if not joined:
        return False
    return joined in text.runs or (_is_unspaced(joined) and joined in text.joined)


def _is_near(name: str, text: _Text, conflicts: Conflicts) -> bool:
    parts = _WORD.findall(_simplify(name))
    plain_words = text.words - _EVERYDAY | text.capitals
    if any(_is_beginning(word, part, conflicts) for part in parts for word in plain_words):
        return True
    return any(_may_be(word, part, conflicts) for part in parts for word in text.words)


def _is_beginning(word: str, part: str, conflicts: Conflicts) -> bool:
    return len(word) >= conflicts.nickname_letters and part.startswith(word)


def _may_be(word: str, part: str, conflicts: Conflicts) -> bool:
    """Return whether a word of the text may stand for this part of a name: the same, or one slip away if longer."""
    if word == part and len(word) >= conflicts.nickname_letters:
        return True
    return min(len(word), len(part)) >= conflicts.typo_letters and _is_one_slip_apart(word, part)


def _is_one_slip_apart(one: str, other: str) -> bool:
    """Return whether a letter added, left out, changed, or two neighbours swapped, make one word of the other."""
    return OSA.distance(one, other, score_cutoff=1) <= 1


def _sounds_alike(name: str, text: _Sounds) -> bool:
    """Return whether the name, or a part that says enough by itself, stands in the text in another script."""
    spoken = _SPOKEN.findall(unicodedata.normalize("NFKC", name))
    parts, in_latin = [sound_of(part) for part in spoken], not all(map(is_latin, spoken))
    if any(_is_enough(each) for part in parts for each in text.alike(part, Place.WHOLE, in_latin=in_latin).values()):
        return True
    pairs = ((parts[0], parts[-1]), (parts[-1], parts[0])) if len(parts) > 1 else ()
    return any(_stand_together(one, other, text, in_latin=in_latin) for one, other in pairs)


def _is_enough(alike: Resemblance) -> bool:
    """Return whether one word alone says the name: the fewer consonants, the more of its vowels."""
    if alike.percent is None:
        return alike.consonants > max(_ENOUGH_ALONE)
    return alike.percent >= _ENOUGH_ALONE.get(alike.consonants, _ENOUGH_OF_MANY)


def _stand_together(one: Sound, other: Sound, text: _Sounds, *, in_latin: bool) -> bool:
    """Return whether two neighbouring words sound like the two, where each may be glued to what is around them."""
    second = text.alike(other, Place.BEGINNING, in_latin=in_latin)
    first = text.alike(one, Place.END, in_latin=in_latin)
    return any(at + 1 in second and _are_enough(alike, second[at + 1]) for at, alike in first.items())


def _are_enough(one: Resemblance, other: Resemblance) -> bool:
    """Return whether two neighbours say the name: both glued to something, or without vowels, they have to say more."""
    consonants, whole = one.consonants + other.consonants, one.is_whole + other.is_whole
    if one.percent is None or other.percent is None:
        return consonants >= _WITHOUT_VOWELS_OF_TWO[whole]
    least, mean = min(one.percent, other.percent), (one.percent + other.percent) / 2
    return consonants >= _ENOUGH_OF_TWO and least >= _LEAST_OF_TWO and mean >= _MEAN_OF_TWO


def _index(words: Mapping[int, str]) -> _Index:
    """Return the words' sounds, and which of them have such consonants whole, at their end, or at their beginning."""
    places: dict[str, list[int]] = {}
    for at, word in words.items():
        places.setdefault(word, []).append(at)
    sounds: dict[int, Sound] = {}
    found: dict[tuple[Place, str], set[int]] = {}
    for word, where in places.items():
        sound = sound_of(word)
        sounds.update(dict.fromkeys(where, sound))
        for each in {cut for heard in sound.consonants for cut in _cuts(heard)}:
            found.setdefault(each, set()).update(where)
    return sounds, found


def _cuts(heard: str) -> Iterator[tuple[Place, str]]:
    yield Place.WHOLE, heard
    for length in range(1, min(len(heard), _LONGEST_PART) + 1):
        yield Place.END, heard[-length:]
        yield Place.BEGINNING, heard[:length]


def _unmasked(words: list[str]) -> Iterator[list[str]]:
    """The words as they look in Latin letters, in each way to take a digit; nothing where all look like themselves."""
    read = [sorted(unmask(word)) for word in words]
    if any(read):
        yield [_simplify(seen[0] if seen else word) for seen, word in zip(read, words, strict=True)]
        yield [_simplify(seen[-1] if seen else word) for seen, word in zip(read, words, strict=True)]


def _runs(words: list[str]) -> Iterator[str]:
    return ("".join(words[at : at + n]) for at in range(len(words)) for n in range(1, _LONGEST_RUN + 1))


def _spelt_out(words: list[str]) -> Iterator[str]:
    """Words that are written letter by letter with signs between."""
    for single, letters in groupby(words, key=lambda word: len(word) == 1):
        if single and len(word := "".join(letters)) > 2:
            yield word


def _with_phrases_once(text: str) -> str:
    """Return the text with each sign that stands for a phrase (up to eighteen letters) left in where it stands first.

    A text grows no more than so many times when it is normalised, and no word of it is lost.
    """
    for sign in {each for each in set(text) if len(unicodedata.normalize("NFKC", each)) > _MOST_OF_ONE_SIGN}:
        before, _, after = text.partition(sign)
        text = f"{before}{sign}{after.replace(sign, ' ')}"
    return text


def _simplify(text: str) -> str:
    """Return the text without letter case, accents, width variants and invisible signs."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    unseen = {ord(sign): None for sign in set(decomposed) if unicodedata.category(sign) in {"Mn", "Cf"}}
    return decomposed.translate(unseen).translate(_PLAIN_LETTERS)


def _is_unspaced(word: str) -> bool:
    """Return whether the word is in a script without letter case, where names may stand glued to their neighbours."""
    return any(unicodedata.category(sign) == "Lo" for sign in word)
