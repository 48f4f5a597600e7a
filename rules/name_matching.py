"""Whether a text mentions somebody: names, nicknames, handles and account ids, however they are spelt.

It errs on the side of finding a mention, because a missed one shows a report to the person whom it concerns. Read
`find_mentioned` first.
"""

import re
import unicodedata
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from rules.policy import Conflicts

Who = TypeVar("Who", bound=Hashable)

_WORD = re.compile(r"[^\W_]+")
_LONGEST_RUN = 5
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
    wrong letter in a longer one count as well.
    """
    parsed = _Text.read(text)
    return frozenset(person.who for person in people if _is_mentioned(person, parsed, conflicts))


@dataclass(frozen=True, slots=True)
class _Text:
    words: frozenset[str]
    capitals: frozenset[str]
    runs: frozenset[str]
    joined: str

    @classmethod
    def read(cls, text: str) -> "_Text":
        words = _WORD.findall(_simplify(text))
        runs = {"".join(words[start : start + n]) for start in range(len(words)) for n in range(1, _LONGEST_RUN + 1)}
        tidy = unicodedata.normalize("NFKC", text)
        within = {_simplify(word) for word in _CAPITAL.findall(tidy) if word[0].isupper()}
        anywhere = {_simplify(word) for word in _WORD.findall(tidy) if word[0].isupper()}
        capitals = frozenset(within | (anywhere & _ALSO_NAMES))
        return cls(frozenset(words), capitals, frozenset(runs), "".join(words))


def _is_mentioned(person: KnownNames[Who], text: _Text, conflicts: Conflicts) -> bool:
    if any(_contains_name(handle, text) for handle in person.handles):
        return True
    return any(_contains_name(name, text) or _is_near(name, text, conflicts) for name in person.names)


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
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, other_rest = one[start:], other[start:]
    swapped = rest[1:2] + rest[:1] + rest[2:]
    return rest[1:] == other_rest[1:] or rest[1:] == other_rest or rest == other_rest[1:] or swapped == other_rest


def _simplify(text: str) -> str:
    """Return the text without letter case, accents, width variants and invisible signs."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return "".join(sign for sign in decomposed if unicodedata.category(sign) not in {"Mn", "Cf"}).translate(
        _PLAIN_LETTERS
    )


def _is_unspaced(word: str) -> bool:
    """Return whether the word is in a script without letter case, where names may stand glued to their neighbours."""
    return any(unicodedata.category(sign) == "Lo" for sign in word)
