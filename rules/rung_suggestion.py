"""Which rung of the ladder somebody's history suggests, and why. A suggestion: the group may skip rungs either way.

Read `suggest_rung` first. Policy: P-2.9, P-5.2.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rules.ladder import Outcome, rung_of


class SuggestionReason(StrEnum):
    """Why a rung is suggested."""

    NOTHING_FOUND = "nothing_found"
    AFTER_EARLIER = "after_earlier"
    AT_THE_TOP = "at_the_top"


@dataclass(frozen=True, slots=True)
class RungSuggestion:
    """The rung that the violations found before suggest, should another be found; `highest` is the highest of them."""

    outcome: Outcome
    reason: SuggestionReason
    highest: Outcome | None = None


_BY_RUNG = {rung: outcome for outcome in Outcome if (rung := rung_of(outcome)) is not None}


def suggest_rung(found: Iterable[Outcome]) -> RungSuggestion:
    """Return the rung after the highest that was found before; the first where none was.

    Only violations count: reports, and what was found to be none, suggest nothing. Policy: P-2.9, P-5.2.
    """
    rungs = [rung for outcome in found if (rung := rung_of(outcome)) is not None]
    if not rungs:
        return RungSuggestion(_BY_RUNG[min(_BY_RUNG)], SuggestionReason.NOTHING_FOUND)
    highest, top = max(rungs), max(_BY_RUNG)
    if highest == top:
        return RungSuggestion(_BY_RUNG[top], SuggestionReason.AT_THE_TOP, _BY_RUNG[top])
    return RungSuggestion(_BY_RUNG[highest + 1], SuggestionReason.AFTER_EARLIER, _BY_RUNG[highest])
