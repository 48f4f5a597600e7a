"""What an event may ask and what it is answered: which lists are taken, who on one may be meant, and who settles that.

Read `degree_of` first. Policy: P-9.6.
"""

import re
from collections.abc import Collection, Iterable, Sized
from datetime import datetime
from enum import StrEnum
from typing import Final

from rules.name_matching import KnownNames, find_mentioned, names_exactly
from rules.policy_sections.procedure import Conflicts
from rules.policy_sections.records import Events
from rules.verdict import Verdict, allowed, refused

_PIECES: Final = re.compile(r"[,;<>\t()]+")
_LEAST_PARTS: Final = 2
_LONGEST_LINE: Final = 300
_APART: Final = 2


class MatchDegree(StrEnum):
    """How a line of a list and somebody of the records go together."""

    EXACT = "exact"
    NEAR = "near"


class MatchState(StrEnum):
    """What members have come to: nothing yet, that it is this person, or that it is somebody else."""

    OPEN = "open"
    SAME = "same"
    OTHER = "other"


def read_names(text: str) -> tuple[str, ...]:
    """Return the lines of a list, each once, without the empty ones."""
    lines = (" ".join(line.split())[:_LONGEST_LINE] for line in text.splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def may_check_list(names: Sized, lists_before: int, events: Events) -> Verdict:
    """Return whether such a list is taken: somebody who asks after one name, or again and again, is told nothing.

    Policy: P-9.6.
    """
    if len(names) < events.least_names:
        sentence = f"A list has at least {events.least_names} names. One person alone is not looked up."
        return refused("too_few_names", sentence, "P-9.6", {"least": events.least_names})
    if len(names) > events.most_names:
        sentence = f"A list has at most {events.most_names} names."
        return refused("too_many_names", sentence, "P-9.6", {"most": events.most_names})
    if lists_before >= events.most_lists:
        sentence = f"{events.most_lists} lists were sent for this event, and no more are taken."
        return refused("too_many_lists", sentence, "P-9.6", {"most": events.most_lists})
    return allowed("P-9.6")


def is_open_at(opens: datetime, ends: datetime, now: datetime) -> bool:
    """Return whether the event may send lists and read answers, in `[opens, ends)`."""
    return opens <= now < ends


def degree_of(line: str, known: KnownNames[str], conflicts: Conflicts) -> MatchDegree | None:
    """Return how the line and what somebody is called go together; None where nothing speaks for it.

    Exact is a whole piece of the line that is the person's account, address or full name, letter case and accents apart.
    Near is whatever else may be meant: every part of the one name stands in the other, also in other scripts, or one
    letter away.
    """
    full = [name for name in known.names if len(name.split()) >= _LEAST_PARTS]
    pieces = [piece.strip().removeprefix("@") for piece in (line, *_PIECES.split(line)) if piece.strip()]
    if any(_is_same(piece, name) for piece in pieces for name in (*known.handles, *full)):
        return MatchDegree.EXACT
    if names_exactly(line, (*known.handles, *full)):
        return MatchDegree.NEAR
    if any(_has_every_part(line, name, conflicts) or _has_every_part(name, line, conflicts) for name in known.names):
        return MatchDegree.NEAR
    return None


def settle(degree: MatchDegree, yes: Collection[str], no: Collection[str], events: Events) -> MatchState:
    """Return what members have come to: below an exact match more of them have to agree that it is this person."""
    needed = 1 if degree is MatchDegree.EXACT else events.yes_when_near
    if len(yes) >= needed and not no:
        return MatchState.SAME
    if no and not yes:
        return MatchState.OTHER
    # They disagree: whoever is more decides once they are two apart.
    if len(yes) >= needed and len(yes) - len(no) >= _APART:
        return MatchState.SAME
    return MatchState.OTHER if len(no) - len(yes) >= _APART else MatchState.OPEN


def _is_same(one: str, other: str) -> bool:
    return names_exactly(one, [other]) and names_exactly(other, [one])


def _has_every_part(text: str, name: str, conflicts: Conflicts) -> bool:
    """Whether each of the name's two or more parts may be meant by a word of the text."""
    parts = [part for part in name.split() if len(part) > 1]
    if len(parts) < _LEAST_PARTS:
        return False
    return len(find_mentioned(text, _as_people(parts), conflicts)) == len(set(parts))


def _as_people(parts: Iterable[str]) -> list[KnownNames[str]]:
    return [KnownNames(part, (part,)) for part in parts]
