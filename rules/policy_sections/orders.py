"""Which values of policy contradict each other. Read `find_contradictions` first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class ValueOrder:
    """Two values of which the first may not be more than the second; `strict`: nor as much."""

    smaller: str
    larger: str
    reason: str
    strict: bool = False


ORDERS: tuple[ValueOrder, ...] = (
    ValueOrder("reports.first_answer_target", "reports.first_answer", "a target lies within what is promised"),
    ValueOrder("reports.first_answer", "reports.substantive_answer", "the first answer comes before the fuller one"),
    ValueOrder(
        "reports.substantive_answer", "reports.resolution", "the fuller answer comes no later than the resolution"
    ),
    ValueOrder("reports.danger_repeat", "reports.danger_page", "danger is repeated before it is passed on"),
    ValueOrder("rota.secondary_after", "rota.everybody_after", "the second on duty is told before everybody"),
    ValueOrder("conflicts.conflict_review", "unilateral.review_within", "a doubtful act is reviewed sooner, not later"),
    ValueOrder("quorum.others", "quorum.least_counted", "a group at its least could never agree", strict=True),
    ValueOrder(
        "quorum.severe_share", "quorum.consensus_share", "overruling an objection asks for more than a majority"
    ),
    ValueOrder(
        "quorum.objection_window", "quorum.consensus_window", "an objection lengthens the time, never shortens it"
    ),
    ValueOrder("quorum.consensus_window", "quorum.decide_by", "a proposal would leave the group before it could close"),
    ValueOrder("events.least_names", "events.most_names", "no list would ever be taken"),
    ValueOrder("sanctions.short_least", "sanctions.short_most", "no term would fit a short suspension"),
    ValueOrder("sanctions.short_most", "sanctions.extended_least", "one term would stand on two rungs"),
    ValueOrder("unilateral.account_due", "unilateral.unreviewed_end", "an act would end before its account is due"),
    ValueOrder("unilateral.review_within", "unilateral.unreviewed_end", "an act would end before its review is due"),
    ValueOrder("unilateral.liaison_after", "unilateral.unreviewed_end", "the liaison would hear of it only afterwards"),
    ValueOrder("brake.solo_people", "brake.max_people_per_hour", "one member could do more than the whole service"),
    ValueOrder("pauses.alone", "pauses.longest", "a second member could only shorten what one alone may do"),
    ValueOrder(
        "measures.native_reason_within", "measures.local_max", "it would outlast what moderators may do unexplained"
    ),
)

_Comparable = TypeVar("_Comparable", timedelta, int, Fraction)


def find_contradictions(known: Mapping[str, object]) -> tuple[ValueOrder, ...]:
    """Return each order that the known values break, by their paths.

    A value that is not known breaks none.
    """
    return tuple(order for order in ORDERS if _is_broken(order, known.get(order.smaller), known.get(order.larger)))


def _is_broken(order: ValueOrder, smaller: object, larger: object) -> bool:
    if isinstance(smaller, timedelta) and isinstance(larger, timedelta):
        return _exceeds(smaller, larger, order.strict)
    if isinstance(smaller, int | Fraction) and isinstance(larger, int | Fraction):
        return _exceeds(Fraction(smaller), Fraction(larger), order.strict)
    return False


def _exceeds(smaller: _Comparable, larger: _Comparable, strict: bool) -> bool:
    return smaller > larger or (strict and smaller == larger)
