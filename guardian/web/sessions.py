"""For half an hour after a receipt was typed, the browser that typed it needs no receipt again.

Kept in memory and nowhere else: after a restart the receipt is typed once more. The cookie never holds the receipt.
Read `PageSessions` first.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from guardian.notices.replies import Reply
from guardian.secrets import are_equal

SESSION_LENGTH: Final = timedelta(minutes=30)
_MAX_SESSIONS: Final = 5_000


@dataclass(slots=True)
class PageSession:
    """One browser's session; `sent` are the forms it has sent, by their ids, and `said` is what to show once."""

    receipt: str
    until: datetime
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    message: Reply | None = None
    sent: set[str] = field(default_factory=set)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def owns_token(self, token: str) -> bool:
        """Return whether a form with this token was made for this session."""
        return are_equal(self.token, token)

    def pop_message(self) -> Reply | None:
        """Return what is to be said, which is not said again."""
        message, self.message = self.message, None
        return message


class PageSessions:
    """The sessions of one kind of page that have not ended yet."""

    def __init__(self, system_time: Callable[[], datetime]) -> None:
        self._system_time = system_time
        self._sessions: dict[str, PageSession] = {}

    def begin(self, receipt: str) -> str:
        """Begin a session, and return its secret."""
        now = self._system_time()
        self._sessions = {key: session for key, session in self._sessions.items() if now < session.until}
        while len(self._sessions) >= _MAX_SESSIONS:
            self._sessions.pop(next(iter(self._sessions)))
        key = secrets.token_urlsafe(24)
        self._sessions[key] = PageSession(receipt=receipt, until=now + SESSION_LENGTH)
        return key

    def find(self, key: str | None) -> PageSession | None:
        """Return the session with that secret, while it lasts."""
        session = self._sessions.get(key or "")
        return session if session is not None and self._system_time() < session.until else None

    def end(self, key: str | None) -> None:
        """End the session, whether there was one or not."""
        self._sessions.pop(key or "", None)
