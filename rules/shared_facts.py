"""What facts about somebody may be passed to others, and on which ground: the least that is needed, and in writing. Pure.

Read `may_share` first. Policy: P-2.6, P-2.11, P-8.6.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rules.verdict import Verdict, allowed, refused


class SharingGround(StrEnum):
    """Why something is passed to others."""

    PERMISSION = "permission"
    INVESTIGATING = "investigating"
    SAFETY = "safety"
    LAW = "law"
    CARRYING_OUT = "carrying_out"


class SharedOf(StrEnum):
    """Whose facts they are: of somebody who is protected, or of the reported person."""

    PROTECTED = "protected"
    REPORTED = "reported"


@dataclass(frozen=True, slots=True)
class SharedFactsInput:
    """What one member would pass on: to whom, what, what it may be used for, on which ground, how well it is known.

    `told_beforehand` says what those whom it is about were told before; empty: nothing. `incidents` and `sources` are
    numbers, `why_one` why a single incident is enough. `legal_advice`: what was said, or why none was sought.
    """

    of: SharedOf
    to: str
    what: str
    purpose: str
    ground: SharingGround
    incidents: int
    sources: int
    legal_advice: str
    told_beforehand: str = ""
    why_one: str = ""


_OF_PROTECTED: Final = frozenset(
    {SharingGround.PERMISSION, SharingGround.INVESTIGATING, SharingGround.SAFETY, SharingGround.LAW}
)
_ORDERS: Final = re.compile(r"\b(you|they)\s+(must|have to|are to|shall)\b|\bdo not (let|admit|invite|hire)\b", re.I)
_NEEDED: Final = (
    ("to", "Say to whom it goes: a named person, and for which body."),
    ("what", "Write down what is passed on, in the words in which it goes."),
    ("purpose", "Say what it may be used for, and what not."),
    ("legal_advice", "Say what legal advice was, or why none was sought."),
)


def may_share(given: SharedFactsInput) -> Verdict:
    """Return whether it may be passed on as it is written; the answer names the field that is to be mended.

    Policy: P-2.6, P-8.6.
    """
    for name, sentence in _NEEDED:
        if not str(getattr(given, name)).strip():
            return refused(name, sentence, "P-8.6")
    if given.of is SharedOf.PROTECTED and given.ground not in _OF_PROTECTED:
        sentence = "Who reported, was harmed or saw it is passed on with their written permission, or as far as"
        return refused("ground", f"{sentence} investigating, immediate safety or the law needs.", "P-2.6")
    if given.ground is SharingGround.PERMISSION and not given.told_beforehand.strip():
        sentence = "Say where their written permission stands, and what they were told beforehand."
        return refused("told_beforehand", sentence, "P-2.6")
    if given.sources < 1:
        return refused("sources", "Say how many independent sources there are: at least one.", "P-8.6")
    if given.incidents <= 1 and not given.why_one.strip():
        sentence = "Patterns are passed on rather than single incidents: say why one is enough here."
        return refused("why_one", sentence, "P-8.6")
    if _ORDERS.search(given.what):
        sentence = "Inform rather than order: what the others do with it is theirs to decide."
        return refused("what", sentence, "P-8.6")
    return allowed("P-8.6")
