"""The answer that every reporter gets at once, by itself. A fixed text: nothing of the report is repeated in it.

Read `acknowledgement` first.
"""

from datetime import datetime

from guardian.notices.translations import format_datetime, translate_text

__all__ = [
    "acknowledgement",
    "acknowledgement_for_file",
    "addition_acknowledgement",
    "format_datetime",
    "no_handler_left",
]


def acknowledgement(community: str, answer_by: datetime, locale: str = "") -> str:
    """Return what a reporter reads as soon as the report is in. Policy: P-2.4, P-3.6."""
    return translate_text(
        locale, "acknowledgement.needs_help", community=community, answer_by=format_datetime(answer_by, locale)
    )


def acknowledgement_for_file(community: str, answer_by: datetime, locale: str = "") -> str:
    """Return what a reporter reads whose report was dealt with already and is sent for the file.

    Policy: P-2.3, P-2.4.
    """
    return translate_text(
        locale, "acknowledgement.for_the_file", community=community, answer_by=format_datetime(answer_by, locale)
    )


def no_handler_left(community: str, locale: str = "") -> str:
    """Return what a reporter reads whose report concerns everybody who could handle it: no answer is promised.

    Policy: P-2.5.
    """
    return translate_text(locale, "acknowledgement.nobody_left", community=community)


def addition_acknowledgement(community: str, locale: str = "") -> str:
    """Return what a reporter reads after adding something."""
    return translate_text(locale, "received.added", community=community)
