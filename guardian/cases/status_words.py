"""Where a case stands, in words: for members, and more vaguely for those whom it is about or who reported it.

Read `status_for_reporters` first.
"""

from collections.abc import Mapping
from typing import Final

from guardian.cases.case import CaseState
from guardian.cases.exclusions import ExclusionKind
from guardian.notices.translations import translate_text

CASE_STATE_LABELS: Final[Mapping[CaseState, str]] = {
    CaseState.OPEN: "open",
    CaseState.PROPOSED: "a proposal is being voted on",
    CaseState.AGREED: "agreed, not yet in force",
    CaseState.WITH_BOARD: "with the Board",
    CaseState.IN_FORCE: "in force, not yet closed",
    CaseState.CLOSED: "closed",
}
EXCLUSION_LABELS: Final[Mapping[ExclusionKind, str]] = {
    ExclusionKind.EXCLUDED: "kept out: the report concerns them",
    ExclusionKind.PENDING: "held out until it is decided whether they may take part",
    ExclusionKind.RECUSED: "stepped back",
}


def status_for_reporters(state: CaseState, locale: str = "") -> str:
    """Return where the case stands, in words for its reporters and in their language."""
    return translate_text(locale, f"state.{state}")
