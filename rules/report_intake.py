"""How much of what comes in is put together: many reports in a short time, the same words again, many mails of one sender.

Nothing is ever dropped here: each is kept and answered, and nobody's inbox is filled. Policy: P-2.1, P-2.4, P-2.9, P-2.10.
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


def repeat_window_start(now: datetime, policy: Policy) -> datetime:
    """A report received at that instant or later, with the same words from the same account, is the same one.

    An earlier one is another matter: it may have happened again. Policy: P-2.4.
    """
    return now - policy.reports.same_report_within


def joins_last_mail(mails_today: int, policy: Policy) -> bool:
    """Whether one more letter of a sender is put with the last one, where people find it, and calls nobody.

    `already` counts the letters of the last day by the same sender. Nothing is ever refused for being one too many.
    """
    return mails_today >= policy.reports.letters_a_day
