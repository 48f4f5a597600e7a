"""A visit: for half an hour after a receipt was typed, the browser that typed it needs no receipt again.

Kept in memory and nowhere else: after a restart the receipt is typed once more. The cookie never holds the receipt.
"""

import asyncio
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

LASTS: Final = timedelta(minutes=30)
_MOST: Final = 5_000


@dataclass(slots=True)
class Visit:
    """One browser's visit; `sent` are the forms it has sent, by their ids, and `said` is what to show once."""

    receipt: str
    until: datetime
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    said: str = ""
    sent: set[str] = field(default_factory=set)
    one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    def is_ours(self, token: str) -> bool:
        """Whether a form with this token was made for this visit."""
        return hmac.compare_digest(self.token.encode(), token.encode())

    def take_said(self) -> str:
        """What is to be said, which is not said again."""
        said, self.said = self.said, ""
        return said


class Visits:
    """The visits to one kind of page that have not ended yet."""

    def __init__(self, wire: Callable[[], datetime]) -> None:
        self._wire = wire
        self._visits: dict[str, Visit] = {}

    def begin(self, receipt: str) -> str:
        """The secret of a new visit."""
        now = self._wire()
        self._visits = {key: visit for key, visit in self._visits.items() if now < visit.until}
        while len(self._visits) >= _MOST:
            self._visits.pop(next(iter(self._visits)))
        key = secrets.token_urlsafe(24)
        self._visits[key] = Visit(receipt, now + LASTS)
        return key

    def find(self, key: str | None) -> Visit | None:
        """The visit with that secret, while it lasts."""
        visit = self._visits.get(key or "")
        return visit if visit is not None and self._wire() < visit.until else None

    def end(self, key: str | None) -> None:
        """The visit is over, whether there was one or not."""
        self._visits.pop(key or "", None)
