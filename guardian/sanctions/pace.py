"""When a key is looked at again after a failure: soon at first, then slower with the age of the trouble, for ever."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from guardian.sanctions.values import Key


@dataclass(frozen=True, slots=True)
class Pace:
    """Case time, from configuration. A retry waits `share` of the trouble's age, never less than `least` nor more than
    `most`; people are told of a key that has been blocked for `tell_after`. What a space refuses until people mend it
    (a rank, a permission) is asked for no sooner than every `refused`: a thousand such keys must not knock all day, and
    what was a passing fault of the space must still hold within a minute of its end."""

    least: timedelta = timedelta(seconds=5)
    share: float = 0.25
    most: timedelta = timedelta(minutes=15)
    tell_after: timedelta = timedelta(minutes=10)
    braked: timedelta = timedelta(minutes=5)
    missing: timedelta = timedelta(days=1)
    distrust_told_after: timedelta = timedelta(minutes=15)
    refused: timedelta = timedelta(seconds=40)

    def retry_at(self, key: Key, now: datetime) -> datetime:
        """The instant of the next try of a key that has just failed."""
        age = now - key.blocked_since if key.blocked_since else timedelta()
        least = max(self.least, self.refused) if key.needs else self.least
        return now + min(max(age * self.share, least), self.most)

    def tell_now(self, key: Key, now: datetime) -> bool:
        """Whether people must hear now that the key is blocked; they hear of one trouble once."""
        if key.blocked_since is None or key.told_at is not None:
            return False
        return bool(key.needs) or now - key.blocked_since >= self.tell_after
