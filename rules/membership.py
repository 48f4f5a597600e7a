"""How somebody's place in a group ends: on which grounds, and never so that the group loses its last chair unseen.

Read `may_leave` first. Policy: P-1.1, P-1.2.
"""

from collections.abc import Hashable
from enum import StrEnum
from typing import TypeVar

from rules.routing import HandlingGroups
from rules.verdict import Verdict, allowed, refused

Who = TypeVar("Who", bound=Hashable)


class LeavingGround(StrEnum):
    """Why somebody's place in a group ended (P-1.2)."""

    STEPPED_DOWN = "stepped_down"
    CONFIDENTIALITY = "confidentiality"
    SILENCE = "silence"
    NO_ANSWER = "no_answer"
    SANCTION = "sanction"
    OTHER = "other"


REMOVAL_GROUNDS = (LeavingGround.CONFIDENTIALITY, LeavingGround.SILENCE, LeavingGround.OTHER)
"""The grounds that a chair can give; the others follow from what somebody else decided."""


def may_remove(ground: LeavingGround, words: str, *, own: bool) -> Verdict:
    """Return whether a chair may remove somebody on that ground; nobody removes themselves. Policy: P-1.2."""
    if own:
        return refused("own", "You step down yourself; nobody has to remove you.", "P-1.2")
    if ground not in REMOVAL_GROUNDS:
        return refused("ground", "Please choose the ground on which they are removed.", "P-1.2")
    if ground is LeavingGround.OTHER and not words.strip():
        return refused("no_reason", "Say in a sentence why they are removed. The chairs can read it later.", "P-1.2")
    return allowed("P-1.2")


def may_leave(who: Who, groups: HandlingGroups[Who], successor: Who | None) -> Verdict:
    """Return whether the place of `who` as a chair may end: not as the last one, unless somebody follows. Policy: P-1.2.

    Nobody is held back where nobody is left who could follow: then what a chair decides is the Board's.
    """
    others = groups.members - {who}
    if who not in groups.chairs or groups.chairs - {who} or not others:
        return allowed("P-1.2")
    if successor is None:
        return refused("last_chair", "The group would have no chair. Say who is chair from then on.", "P-1.2")
    if successor not in others:
        return refused("no_successor", "Only another member of the group can be chair from then on.", "P-1.2")
    return allowed("P-1.2")


def may_name_chair(by: Who, chair: Who, groups: HandlingGroups[Who]) -> Verdict:
    """Return whether `by` may name the chair of a group that has none: the Board, else another member. Policy: P-1.2."""
    if groups.chairs:
        return refused("has_chair", "The group has a chair, who changes it.", "P-1.2")
    deciding = groups.board | groups.liaisons or groups.members
    if by not in deciding:
        return refused("not_your_seat", "This step belongs to others: your role does not include it.", "P-1.2")
    if chair == by or chair not in groups.members:
        return refused("no_successor", "Only another member of the group can be its chair.", "P-1.2")
    return allowed("P-1.2")
