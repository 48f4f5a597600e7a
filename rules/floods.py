"""Many reports within a short time: each is kept and answered, and nobody's inbox is filled with hundreds of notices.

Nothing is ever dropped here. Policy: P-2.1, P-2.9.
"""

from datetime import datetime
from enum import StrEnum

from rules.policy import Policy


class FloodNotice(StrEnum):
    """How somebody hears of one more report."""

    EACH = "each"
    SUMMARY = "many"
    NONE = "not"


def flood_window_start(now: datetime, policy: Policy) -> datetime:
    """Reports from that instant on count as coming together."""
    return now - policy.reports.flood_window


def flood_notice(notified_of: int, *, summary_sent: bool, policy: Policy) -> FloodNotice:
    """How one more report is told to somebody who was told of `told_of` others since then. Policy: P-2.9.

    Beyond `flood_from` they hear once that there are many, and the list of cases shows them all. Danger is never told so.
    """
    if notified_of < policy.reports.flood_from:
        return FloodNotice.EACH
    return FloodNotice.NONE if summary_sent else FloodNotice.SUMMARY


def joins_burst_case(identical: int, policy: Policy) -> bool:
    """Whether one more report in the very words of `already` others since then is put with them, in one case.

    It keeps a receipt and a reference of its own. Policy: P-2.9.
    """
    return identical >= policy.reports.burst_from
