"""The questions of a report beside what happened: their names, the same in every channel, and what may be chosen.

No wording: a channel asks in its own words, and the reading room has a label for each. Policy: P-2.2.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from rules.escalation import OutsideGround

HANDLED: Final = "handled"
"""Whether it was dealt with already, and is sent for the file (P-2.3)."""

PART: Final = "part"
"""Whether the reporter was harmed, saw it, or heard of it."""

WHEN: Final = "when"
WHERE: Final = "where"
ONGOING: Final = "ongoing"
WITNESSES: Final = "witnesses"
LINK: Final = "link"
CONTEXT: Final = "context"

DANGER_WHERE: Final = "danger_where"
"""Where the person in danger is now."""

DANGER_AUTHORITY: Final = "danger_authority"
"""Which authority knows of the danger, or should."""

DANGER_NOTIFY: Final = "danger_notify"
"""Whether the group shall inform that authority."""

CONTACT_IS_SAFE: Final = "contact_is_safe"
"""Whether the reporter may be contacted."""

CONTACT: Final = "contact"
"""The reporter's own words for how they can be reached."""

ANSWER_BY: Final = "answer_by"
"""The reporter's own words for how they want to be answered."""

NAME_MAY_BE_TOLD: Final = "name_may_be_told"
"""Whether the reporter's name may be disclosed to anyone outside the members on the case."""

DO_NOT_CONTACT: Final = "hold_contact"
"""Whether ("yes") the reported person is not to be contacted yet; unsaid, the reporter is asked before it is done
(P-3.5).
"""

OUTSIDE_GROUND: Final = "outside_ground"
"""Whether an event or an affiliated program has dealt with it before, and why it comes here now (P-8.1)."""

OUTSIDE_NAME: Final = "outside_name"
"""Which event or program that was."""

OUTSIDE_DONE: Final = "outside_done"
"""What was done there."""

OUTSIDE_ANSWERED: Final = "outside_answered"
"""The day on which it answered, as year-month-day."""

TRANSLATED: Final = "translated"
ANYTHING_ELSE: Final = "anything_else"

QUESTIONS: Final = (
    HANDLED,
    PART,
    WHEN,
    WHERE,
    ONGOING,
    WITNESSES,
    LINK,
    CONTEXT,
    DANGER_WHERE,
    DANGER_AUTHORITY,
    DANGER_NOTIFY,
    CONTACT_IS_SAFE,
    CONTACT,
    ANSWER_BY,
    NAME_MAY_BE_TOLD,
    DO_NOT_CONTACT,
    OUTSIDE_GROUND,
    OUTSIDE_NAME,
    OUTSIDE_DONE,
    OUTSIDE_ANSWERED,
    TRANSLATED,
    ANYTHING_ELSE,
)
"""All of them, in the order in which they are read."""

_YES_NO: Final = ("yes", "no")
CHOICES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        HANDLED: _YES_NO,
        PART: ("harmed", "witness", "told"),
        ONGOING: (*_YES_NO, "unsure"),
        DANGER_NOTIFY: _YES_NO,
        CONTACT_IS_SAFE: _YES_NO,
        NAME_MAY_BE_TOLD: _YES_NO,
        DO_NOT_CONTACT: _YES_NO,
        OUTSIDE_GROUND: tuple(OutsideGround),
        TRANSLATED: _YES_NO,
    }
)
"""Those that are answered by choosing, and what can be chosen; the others take words."""

DANGER: Final = "danger"
"""The answer by which a reporter says later that somebody is in danger; with the report it is a field of its own."""

WHO: Final = "who"
"""The reporter's words for who was involved, said later; with the report they are a field of its own."""

ALL_CHAIRS: Final = "chairs"
"""Stands among the members of whom one chooses who hears first, for all chairs together (P-2.5)."""
