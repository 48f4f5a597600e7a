"""What a space answers to an action: expected answers are values, handled with `match` and `assert_never`.

Read `Outcome` first.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never


@dataclass(frozen=True, slots=True)
class Done:
    """The space says that it did it. `proof` is what it gave as evidence (a message id, a link), else empty."""

    proof: str = ""


@dataclass(frozen=True, slots=True)
class Already:
    """The space says that it stands so already; whose doing that is has to be observed."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No usable answer: down, slow, limited, or cut off in the middle. It may or may not have happened.

    `after` is how long the space asked to be left alone, in monotonic time; None where it did not say.
    """

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Requested:
    """Somebody has been asked to do it by hand, and nobody has confirmed yet: it does not stand so.

    `again` is when somebody is reminded or asked next; from `overdue_at` on it is late, and put to people. `needs` says
    what is missing where nobody can be asked.
    """

    reason: str
    again: datetime
    overdue_at: datetime
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Forbidden:
    """The space refuses us; `needs` names the permission or the rank that is missing, as its own pages name it."""

    needs: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The account (or the content) does not exist any more in this space."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """The space will not do this as asked, and would not if asked again: a bug, a limit, or a rule of its own."""

    reason: str


Outcome = Done | Already | Unavailable | Requested | Forbidden | Gone | Rejected


def describe_refusal(outcome: Outcome) -> str:
    """Return why a space refuses something by its rules, in words for people; empty where it does not."""
    match outcome:
        case Forbidden(needs=needs):
            return needs
        case Rejected(reason=reason):
            return reason
        case Gone():
            return "the account is not there any more"
        case Done() | Already() | Unavailable() | Requested():
            return ""
        case _:
            assert_never(outcome)
