"""How reports and mails are put together: many in a short time, the same words again, many of one sender.

No report is ever dropped here: each is kept and answered, and nobody's inbox is filled. Policy: P-2.1, P-2.4, P-2.7,
P-2.9, P-2.10. Read `flood_notice` first.
"""

from datetime import datetime
from enum import StrEnum

from rules.policy import Policy


class FloodNotice(StrEnum):
    """How somebody is notified of one more report."""

    EACH = "each"
    SUMMARY = "many"
    NONE = "not"


def flood_window_start(now: datetime, policy: Policy) -> datetime:
    """Return the instant from which on reports count as coming together."""
    return now - policy.reports.flood_window


def flood_notice(notified_of: int, *, summary_sent: bool, policy: Policy) -> FloodNotice:
    """Return how somebody is notified of one more report, after `notified_of` others since then. Policy: P-2.9.

    Beyond `flood_from` they are notified once that there are many, and the list of cases shows them all. Danger never
    comes under this.
    """
    if notified_of < policy.reports.flood_from:
        return FloodNotice.EACH
    return FloodNotice.NONE if summary_sent else FloodNotice.SUMMARY


def joins_burst_case(identical: int, policy: Policy) -> bool:
    """Return whether one more report joins `identical` others in the very same words, in one case. Policy: P-2.9.

    It keeps a receipt and a reference of its own.
    """
    return identical >= policy.reports.burst_from


def repeat_window_start(now: datetime, policy: Policy) -> datetime:
    """Return since when a report with the same words from the same account is the same one. Policy: P-2.4.

    An earlier one is another matter: it may have happened again.
    """
    return now - policy.reports.same_report_within


def capture_window_start(now: datetime, policy: Policy) -> datetime:
    """Return since when what somebody pointed to may still wait for their report; what is as old is kept no more.

    Nothing is stored that nobody reported. Policy: P-2.7.
    """
    return now - policy.reports.capture_kept_for


def joins_last_mail(mails_today: int, policy: Policy) -> bool:
    """Return whether one more mail of a sender joins the last one, where people find it, and calls nobody.

    `mails_today` counts the mails of the last day by the same sender. Nothing is ever refused for being one too many.
    """
    return mails_today >= policy.reports.letters_a_day
