"""Rate limits of the emulated REST side, all in wire time: one global, some by route, one for requests gone wrong."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connectors.emulators.shared.limits import RateWindow

# Discord publishes no numbers for single routes; these are of the order that its headers are seen to carry.
BY_ROUTE: Mapping[str, tuple[int, float, str]] = {
    "message.post": (5, 5.0, "channel_id"),
    "message.delete": (5, 1.0, "channel_id"),
    "ban.put": (5, 1.0, "guild_id"),
    "ban.delete": (5, 1.0, "guild_id"),
    "ban.bulk": (5, 1.0, "guild_id"),
    "member.patch": (10, 10.0, "guild_id"),
    "member.remove": (5, 1.0, "guild_id"),
    "role.add": (10, 10.0, "guild_id"),
    "role.remove": (10, 10.0, "guild_id"),
    "dm.open": (10, 10.0, ""),
    "followup.post": (5, 2.0, "token"),
}
EXEMPT = ("interaction.callback", "followup.", "original.", "attachment.get", "sign_in.")
INVALID_ALLOWED, INVALID_SECONDS = 10_000, 600.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one request took: the seconds to wait where it is refused, and the headers of its bucket."""

    wait: float | None = None
    is_global: bool = False
    is_banned: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)


class Limiter:
    """All windows of one bot; `scale` widens every budget."""

    def __init__(
        self, scale: float, enforced: bool, system_time: Callable[[], datetime], now: Callable[[], datetime]
    ) -> None:
        self._scale, self._enforced = scale, enforced
        self._system_time, self._now = system_time, now
        self._windows: dict[str, RateWindow] = {}
        self._global = RateWindow(max(1, int(50 * scale)), 1.0, system_time)
        self._invalid = RateWindow(max(1, int(INVALID_ALLOWED * scale)), INVALID_SECONDS, system_time)

    def take(self, operation: str, params: Mapping[str, str]) -> Allowance:
        """Count one request, or refuse it with the time to wait."""
        if not self._enforced:
            return Allowance()
        if not self._invalid.remaining():
            return Allowance(INVALID_SECONDS, is_banned=True)
        if not operation.startswith(EXEMPT) and (wait := self._global.take()) is not None:
            return Allowance(wait, is_global=True)
        if operation not in BY_ROUTE:
            return Allowance()
        limit, seconds, major = BY_ROUTE[operation]
        key = f"{operation}:{params.get(major, '')}"
        if key not in self._windows:
            self._windows[key] = RateWindow(max(1, int(limit * self._scale)), seconds, self._system_time)
        window = self._windows[key]
        wait = window.take()
        return Allowance(wait, headers=self._headers(operation, window))

    def count_failure(self, status: int) -> None:
        """Count answers 401, 403 and 429 towards the ban of the whole address."""
        if self._enforced and status in (401, 403, 429):
            self._invalid.fill(1)

    def _headers(self, bucket: str, window: RateWindow) -> dict[str, str]:
        after = max(0.001, (window.resets_at() - self._system_time()).total_seconds())
        return {
            "X-RateLimit-Limit": str(window.limit),
            "X-RateLimit-Remaining": str(window.remaining()),
            "X-RateLimit-Reset": f"{self._now().timestamp() + after:.3f}",
            "X-RateLimit-Reset-After": f"{after:.3f}",
            "X-RateLimit-Bucket": bucket.replace(".", "-"),
        }
