"""Why a try failed, and when the next one is: soon at first, then slower with the age of the failure, for ever.

Read `RetryPolicy.next_try` first.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Wait longer the longer something fails, and never give up.

    Case time, from configuration. A retry waits `age_share` of the failure's age, never less than `min_delay` nor more
    than `max_delay`; people are notified of an item that has been blocked for `notify_after`. What a space refuses until
    people mend it (a rank, a permission) is asked for no sooner than every `refused_delay`: a thousand such items must
    not ask all day, and what was a passing fault of the space must still hold within a minute of its end.

    `brake_delay` and `missing_delay` do not grow: nothing has failed there, so the age of a failure says nothing of when
    the brake has room again, or an account that is not there comes back.
    """

    min_delay: timedelta = timedelta(seconds=5)
    age_share: float = 0.25
    max_delay: timedelta = timedelta(minutes=15)
    notify_after: timedelta = timedelta(minutes=10)
    brake_delay: timedelta = timedelta(minutes=5)
    missing_delay: timedelta = timedelta(days=1)
    distrust_notify_after: timedelta = timedelta(minutes=15)
    refused_delay: timedelta = timedelta(seconds=40)

    def next_try(
        self,
        since: datetime | None,
        now: datetime,
        *,
        needs_people: bool = False,
        asked_for: timedelta | None = None,
    ) -> datetime:
        """Return the instant of the next try of what has just failed; it has failed `since`, or None: only now.

        `asked_for` is how long the space asked to be left alone: it is never asked sooner.
        """
        age = now - since if since else timedelta()
        min_delay = max(self.min_delay, self.refused_delay) if needs_people else self.min_delay
        delay = min(max(age * self.age_share, min_delay), self.max_delay)
        return now + (delay if asked_for is None else max(delay, asked_for))

    def notify_now(
        self, since: datetime | None, notified_at: datetime | None, now: datetime, *, needs_people: bool
    ) -> bool:
        """Return whether people must be notified now of what has failed `since`; they are notified of one failure once."""
        if since is None or notified_at is not None:
            return False
        return needs_people or now - since >= self.notify_after


@dataclass(frozen=True, slots=True)
class Awaited:
    """Somebody was asked to do it by hand: until `overdue_at` nothing is wrong, and `again` more people are asked."""

    overdue_at: datetime
    again: datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a try did not succeed. `cut_off`: a call may still take effect.

    `needs` is what people have to mend; `retry_after` how long the space asked to be left alone. `awaited`: people do it.
    """

    reason: str
    needs: str = ""
    cut_off: bool = False
    retry_after: timedelta | None = None
    awaited: Awaited | None = None


SERVICE_FAULT: Final = Failure("a fault of the service itself", "a look at its log")
"""What stopped a try was none of the space's answers."""
