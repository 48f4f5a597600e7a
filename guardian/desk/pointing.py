"""What a moderator points to when they pass a matter on: a message, an account or a local matter, as its space shows it now.

Spaces are called here, outside any transaction; nothing is decided. Policy: P-2.7.
"""

from dataclasses import dataclass
from typing import Final

from guardian.cases.intake import EvidenceIn
from guardian.cases.local import kept_piece
from guardian.desk.desk import Desk
from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.spaces.port import Account, Missing, Unknown

_NOT_FOUND: Final = "Nothing was found there when it was passed on. The link says where it stood."
_NOT_READ: Final = "It could not be read when it was passed on. The link says where it stood."


@dataclass(frozen=True, slots=True)
class ByThing:
    """A message or conversation, by its link or id; `evidence` is it itself, where the door was handed it.

    `space` is asked first; the others are asked as well, since a link may be of any of them.
    """

    space: SpaceName | None
    text: str
    evidence: tuple[EvidenceIn, ...] = ()


@dataclass(frozen=True, slots=True)
class ByAccount:
    """An account in a space, by its name there exactly as it is written, or by its id."""

    space: SpaceName
    text: str


@dataclass(frozen=True, slots=True)
class ByMatter:
    """A local matter, by its code name."""

    code: str


What = ByThing | ByAccount | ByMatter


@dataclass(frozen=True, slots=True)
class Found:
    """What a matter is about, as it stood when it was passed on; `missing`: a thing was not there to be read."""

    space: SpaceName | None = None
    who: str = ""
    accounts: frozenset[Account] = frozenset()
    evidence: tuple[EvidenceIn, ...] = ()
    missing: bool = False


async def found_by(desk: Desk, what: What, *, minors: bool, kept: frozenset[str] = frozenset()) -> Found:
    """What the space itself shows of it at this moment. Called outside any transaction. Policy: P-2.7.

    `kept` are the links of what lies with a local matter already: it was fetched then, or was not to be.
    """
    match what:
        case ByThing():
            return await _thing(desk, what, minors=minors, kept=kept)
        case ByAccount(space, text):
            place = desk.spaces.get(space)
            found = await place.find(text) if place is not None else None
            if isinstance(found, Unknown):
                sentence = "The space gave no answer just now, so nothing was done. Please try again in a few minutes."
                raise Refused("not_answered", sentence, "P-8.2")
            if found is None:
                sentence = "Nobody is found there by exactly that. Please give the name as it is written there."
                raise Refused("nobody_found", sentence, "P-8.2")
            return Found(space, found[1], frozenset({Account(space, found[0])}))
        case ByMatter():
            return Found()


async def _thing(desk: Desk, what: ByThing, *, minors: bool, kept: frozenset[str]) -> Found:
    if what.evidence:
        who = next((piece.author_handle for piece in what.evidence if piece.author_handle), "")
        return Found(what.space, who, evidence=what.evidence)
    named = () if what.space is None else (what.space,)
    for space in dict.fromkeys((*named, *desk.spaces.names)):
        things = desk.spaces.things(space)
        thing = await things.find(what.text) if things is not None else None
        if things is None or thing is None:
            continue
        if minors or thing.link in kept:
            return Found(space, evidence=(EvidenceIn("message", thing.link),))
        piece = await things.piece(thing)
        if isinstance(piece, Unknown | Missing):
            why = _NOT_FOUND if isinstance(piece, Missing) else _NOT_READ
            return Found(space, evidence=(EvidenceIn("message", thing.link, why_not=why),), missing=True)
        return Found(space, piece.author_handle, evidence=kept_piece(piece))
    if what.space is None:
        sentence = "None of our spaces finds that. Please give its whole link, or say which space it is in."
        raise Refused("nothing_found", sentence, "P-8.2")
    why = _NOT_READ if desk.spaces.things(what.space) is None else _NOT_FOUND
    return Found(what.space, evidence=(EvidenceIn("message", what.text.strip(), why_not=why),), missing=True)
