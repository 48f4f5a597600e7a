"""When the same words sent again are the same report, because its answer may have been lost on the way (P-2.4)."""

from datetime import datetime

from rules.policy import Policy


def repeat_window_start(now: datetime, policy: Policy) -> datetime:
    """A report received at that instant or later, with the same words from the same account, is the same one.

    An earlier one is another matter: it may have happened again. Policy: P-2.4.
    """
    return now - policy.reports.same_report_within
