"""By when a person confirms what a space without a connector asks of them, and whom to ask next.

Read `next_asked` first. Policy: P-1.3.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from rules.policy import Policy


def confirm_by(asked_at: datetime, policy: Policy) -> datetime:
    """Return by when the person asked says that it is done. Policy: P-1.3."""
    return asked_at + policy.manual.confirm_within


def remind_at(asked_at: datetime, policy: Policy) -> datetime:
    """Return when whoever was asked is reminded: at half time. Policy: P-1.3."""
    return asked_at + policy.manual.confirm_within / 2


def ask_release_at(until: datetime, policy: Policy) -> datetime:
    """Return when somebody is asked to let a person back in whose term ends then: before it does. Policy: P-1.3."""
    return until - policy.manual.release_ahead


def next_asked(available: Sequence[str], asked: Collection[str]) -> str | None:
    """Return whom to ask next: the first who was not asked yet; None once all were. Policy: P-1.3."""
    return next((each for each in available if each not in asked), None)
