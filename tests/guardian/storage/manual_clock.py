"""A clock that stands until a test moves it."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(slots=True)
class ManualClock:
    """Case time for tests of the storage room."""

    instant: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    async def sleep_until(self, instant: datetime) -> None:
        self.instant = max(self.instant, instant)

    def trusted(self) -> bool:
        return True

    def observe_server_time(self, space: str, server_time: datetime | None) -> None:
        return None
