"""Case time that stands still until a test moves it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(slots=True)
class FrozenClock:
    """A Clock that a test moves by hand; `dates` keeps what each space said of the time."""

    instant: datetime = START
    trust: bool = True
    dates: dict[str, datetime | None] = field(default_factory=dict)

    def now(self) -> datetime:
        return self.instant

    async def sleep_until(self, instant: datetime) -> None:
        self.instant = max(self.instant, instant)

    def trusted(self) -> bool:
        return self.trust

    def observe_server_time(self, space: str, server_time: datetime | None) -> None:
        self.dates[space] = server_time

    def advance(self, by: timedelta) -> None:
        """So much later."""
        self.instant += by
