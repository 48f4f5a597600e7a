"""How much mail from one address is taken for reports of its own. Policy: P-2.1, P-2.10."""

from rules.policy import Policy


def joins_last_mail(mails_today: int, policy: Policy) -> bool:
    """Whether one more letter of a sender is put with the last one, where people find it, and calls nobody.

    `already` counts the letters of the last day by the same sender. Nothing is ever refused for being one too many.
    """
    return mails_today >= policy.reports.letters_a_day
