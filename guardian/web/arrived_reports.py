"""What the page with a receipt shows: kept in memory from sending until it is shown, once, and then nowhere.

Read `ArrivedReports` first.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cachetools import TTLCache

from guardian.services.reports.intake import IntakeResult

_KEPT_FOR: Final = timedelta(minutes=10)
_MOST_KEPT: Final = 5_000


@dataclass(frozen=True, slots=True)
class ArrivedReport:
    """The answer to a report, and what of it the page speaks about."""

    received: IntakeResult
    danger: bool
    minors: bool
    files_left: bool
    unsafe: bool


class ArrivedReports:
    """Those that have not been shown yet, by a secret of their own that stands in the address and opens nothing twice."""

    def __init__(self, system_time: Callable[[], datetime]) -> None:
        self._reports: TTLCache[str, ArrivedReport] = TTLCache(
            maxsize=_MOST_KEPT, ttl=_KEPT_FOR.total_seconds(), timer=lambda: system_time().timestamp()
        )

    def keep(self, arrived: ArrivedReport) -> str:
        """Keep it until it is shown, and return its secret."""
        key = secrets.token_urlsafe(24)
        self._reports[key] = arrived
        return key

    def take(self, key: str) -> ArrivedReport | None:
        """Return it, this once; None where there is none of that secret any more."""
        found: ArrivedReport | None = self._reports.pop(key, None)
        return found
