"""Where a case stands, in words: for members, and more vaguely for those whom it is about or who reported it."""

from collections.abc import Mapping
from typing import Final

from guardian.cases.values import CaseState, WallKind

FOR_MEMBERS: Final[Mapping[CaseState, str]] = {
    CaseState.OPEN: "open",
    CaseState.PROPOSED: "a proposal is being voted on",
    CaseState.AGREED: "agreed, not yet in force",
    CaseState.WITH_BOARD: "with the Board",
    CaseState.IN_FORCE: "in force, not yet closed",
    CaseState.CLOSED: "closed",
}
FOR_REPORTERS: Final[Mapping[CaseState, str]] = {
    CaseState.OPEN: "Your report has been received and is being looked at.",
    CaseState.PROPOSED: "Your report is being looked at, and the group is forming its view.",
    CaseState.AGREED: "The group has come to a conclusion and is about to carry it out.",
    CaseState.WITH_BOARD: "Your report has been passed on to those who decide in such matters.",
    CaseState.IN_FORCE: "The group has come to a conclusion and has acted on it.",
    CaseState.CLOSED: "The matter is closed. It is opened again if you tell us something new.",
}
WALLS: Final[Mapping[WallKind, str]] = {
    WallKind.EXCLUDED: "kept out: the report concerns them",
    WallKind.HELD_OUT: "held out until it is decided whether they may take part",
    WallKind.RECUSED: "stepped back",
}
