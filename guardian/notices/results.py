"""What a reporter is told that a matter came to: one word for each outcome, worded by the phrases."""

from enum import StrEnum


class Result(StrEnum):
    """What is proposed or was decided, as far as it is a reporter's to know: the step, and nobody's name."""

    WARNING = "warning"
    SHORT_SUSPENSION = "short_suspension"
    EXTENDED_SUSPENSION = "extended_suspension"
    PERMANENT_BAN = "permanent_ban"
    MUTED = "muted"
    RESTRICTED = "restricted"
    NO_VIOLATION = "no_violation"
    OUT_OF_SCOPE = "out_of_scope"
    NO_ACTION = "no_action"
    FACILITATED_COMMUNICATION = "facilitated_communication"
    REFERRAL = "referral"
    ACCOUNT_COMPROMISED = "account_compromised"
    OTHER = "other"
