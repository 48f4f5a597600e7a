"""Why a try failed, and when the next one is: soon at first, then slower with the age of the failure, for ever."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from guardian.sanctions.models import WorkItem


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Case time, from configuration. A retry waits `share` of the trouble's age, never less than `least` nor more than
    `most`; people are told of a key that has been blocked for `tell_after`. What a space refuses until people mend it
    (a rank, a permission) is asked for no sooner than every `refused`: a thousand such keys must not knock all day, and
    what was a passing fault of the space must still hold within a minute of its end."""

    min_delay: timedelta = timedelta(seconds=5)
    age_share: float = 0.25
    max_delay: timedelta = timedelta(minutes=15)
    notify_after: timedelta = timedelta(minutes=10)
    brake_delay: timedelta = timedelta(minutes=5)
    missing_delay: timedelta = timedelta(days=1)
    distrust_notify_after: timedelta = timedelta(minutes=15)
    refused_delay: timedelta = timedelta(seconds=40)

    def retry_at(self, item: WorkItem, now: datetime) -> datetime:
        """The instant of the next try of a key that has just failed."""
        age = now - item.blocked_since if item.blocked_since else timedelta()
        min_delay = max(self.min_delay, self.refused_delay) if item.needs else self.min_delay
        return now + min(max(age * self.age_share, min_delay), self.max_delay)

    def notify_now(self, item: WorkItem, now: datetime) -> bool:
        """Whether people must hear now that the key is blocked; they hear of one trouble once."""
        if item.blocked_since is None or item.notified_at is not None:
            return False
        return bool(item.needs) or now - item.blocked_since >= self.notify_after


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a look could not come to its end. `cut` means that a call may still take effect."""

    reason: str
    needs: str = ""
    cut_off: bool = False
    retry_after: timedelta | None = None
