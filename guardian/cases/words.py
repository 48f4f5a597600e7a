"""Where a case stands, in words: for members, and more vaguely for those whom it is about or who reported it."""

from collections.abc import Mapping
from typing import Final

from guardian.cases.values import CaseState, WallKind
from guardian.notices.catalogue import say

FOR_MEMBERS: Final[Mapping[CaseState, str]] = {
    CaseState.OPEN: "open",
    CaseState.PROPOSED: "a proposal is being voted on",
    CaseState.AGREED: "agreed, not yet in force",
    CaseState.WITH_BOARD: "with the Board",
    CaseState.IN_FORCE: "in force, not yet closed",
    CaseState.CLOSED: "closed",
}
WALLS: Final[Mapping[WallKind, str]] = {
    WallKind.EXCLUDED: "kept out: the report concerns them",
    WallKind.HELD_OUT: "held out until it is decided whether they may take part",
    WallKind.RECUSED: "stepped back",
}


def for_reporters(state: CaseState, locale: str = "") -> str:
    """Where the case stands, as its reporters are told, in their language."""
    return say(locale, f"state.{state}")
