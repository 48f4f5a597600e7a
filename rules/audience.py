"""Who may know of a report first, as its reporter chose, and who opens it to the others (P-2.5).

It says who is notified first, never who decides: a proposal waits until every member without a conflict knows the case.
Read `first_audience` first.
"""

from collections.abc import Collection, Hashable
from datetime import datetime
from typing import TypeVar

from rules.policy import Policy
from rules.verdict import Verdict, allowed, refused

Who = TypeVar("Who", bound=Hashable)


def first_audience(chosen: Collection[Who], may_know: frozenset[Who], *, danger: bool) -> frozenset[Who] | None:
    """Return those of the chosen who may know the case; None: everybody who may is notified at once. Policy: P-2.5.

    Of danger every allowed member is notified at once, whoever was chosen (P-3.6); where nobody of the chosen is left,
    or nobody besides them, there is nothing to keep back.
    """
    audience = frozenset(chosen) & may_know
    return None if danger or not audience or audience == may_know else audience


def open_to_all_at(received_at: datetime, policy: Policy) -> datetime:
    """Return when the service itself opens the case to all who may know it, if nobody has done so. Policy: P-2.5."""
    return received_at + policy.reports.heard_first_for


def is_in_audience(who: Who, audience: Collection[Who], excluded: Collection[Who]) -> bool:
    """Return whether somebody who may know the case is notified of it. Policy: P-2.5.

    Where nobody of the audience is left, everybody is.
    """
    remaining = frozenset(audience) - frozenset(excluded)
    return not remaining or who in remaining


def may_open_to_all(*, restricted: bool) -> Verdict:
    """Return whether there is anything to open: any of those who know the case may do it. Policy: P-2.5."""
    if not restricted:
        return refused("open_already", "Every member without a conflict knows this case already.", "P-2.5")
    return allowed("P-2.5")
