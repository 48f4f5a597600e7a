"""Wire time and rate windows of the emulated platforms. Case time never reaches here."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

SystemTime = Callable[[], datetime]


def system_time() -> datetime:
    """Return the machine's own time: what tokens and rate windows are measured by on a real platform."""
    return datetime.now(UTC)


class RateWindow:
    """A sliding window: at most `limit` units in any `seconds` of wire time."""

    def __init__(self, limit: int, seconds: float, system_time: SystemTime) -> None:
        self.limit, self.seconds = limit, seconds
        self._system_time = system_time
        self._used: deque[tuple[datetime, int]] = deque()
        self._sum = 0

    def take(self, units: int = 1) -> float | None:
        """Take the units where they are free, and return None; else return the seconds until they would be."""
        self._drop_expired()
        if self._sum + units <= self.limit:
            self._add(units)
            return None
        return max(0.0, (self.resets_at() - self._system_time()).total_seconds())

    def fill(self, units: int) -> None:
        """Use up this much of the window as somebody else's calls, whether or not it was free."""
        self._drop_expired()
        self._add(units)

    def remaining(self) -> int:
        """Return what is free now."""
        self._drop_expired()
        return max(0, self.limit - self._sum)

    def resets_at(self) -> datetime:
        """Return when the oldest use leaves the window."""
        self._drop_expired()
        oldest = self._used[0][0] if self._used else self._system_time()
        return oldest + timedelta(seconds=self.seconds)

    def _add(self, units: int) -> None:
        self._used.append((self._system_time(), units))
        self._sum += units

    def _drop_expired(self) -> None:
        edge = self._system_time() - timedelta(seconds=self.seconds)
        while self._used and self._used[0][0] <= edge:
            self._sum -= self._used.popleft()[1]
