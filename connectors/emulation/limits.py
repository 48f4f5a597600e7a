"""Wire time and rate windows of the emulated platforms. Case time never reaches here."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

WireTime = Callable[[], datetime]


def machine_time() -> datetime:
    """The machine's own time: what tokens and rate windows are measured by on a real platform."""
    return datetime.now(UTC)


class Window:
    """A sliding window: at most `limit` units in any `seconds` of wire time."""

    def __init__(self, limit: int, seconds: float, wire: WireTime) -> None:
        self.limit, self.seconds = limit, seconds
        self._wire = wire
        self._taken: deque[tuple[datetime, int]] = deque()
        self._sum = 0

    def take(self, units: int = 1) -> float | None:
        """None where the units were free and are taken now; else the seconds until they would be."""
        self._forget()
        if self._sum + units <= self.limit:
            self._add(units)
            return None
        return max(0.0, (self.resets_at() - self._wire()).total_seconds())

    def fill(self, units: int) -> None:
        """Somebody else's calls have used this much of the window, whether or not it was free."""
        self._forget()
        self._add(units)

    def left(self) -> int:
        """What is free now."""
        self._forget()
        return max(0, self.limit - self._sum)

    def resets_at(self) -> datetime:
        """When the oldest use leaves the window."""
        self._forget()
        oldest = self._taken[0][0] if self._taken else self._wire()
        return oldest + timedelta(seconds=self.seconds)

    def _add(self, units: int) -> None:
        self._taken.append((self._wire(), units))
        self._sum += units

    def _forget(self) -> None:
        edge = self._wire() - timedelta(seconds=self.seconds)
        while self._taken and self._taken[0][0] <= edge:
            self._sum -= self._taken.popleft()[1]
