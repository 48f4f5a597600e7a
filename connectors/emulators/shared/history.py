"""What an emulated platform was asked, and what changed on it: the only evidence that stories judge by."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Exchange:
    """One request and its answer; `status` stays None where the caller never got one."""

    number: int
    at: datetime
    operation: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    actor: str
    fault: str | None = None
    status: int | None = None
    answer: Any = None


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the platform's own state: what stood before, what stands after, and who did it.

    `what` names the kind of thing (`ban`, `timeout`, `suspension`, `block`, `membership`, `message`, ...), `subject` is
    the stable id of the account (or of the thing) that it happened to.
    """

    number: int
    at: datetime
    what: str
    subject: str
    before: Any
    after: Any
    by: str
    exchange: int | None


@dataclass(slots=True)
class History:
    """Every exchange and every change, in one order; `at` is case time, read from the emulator's clock.

    Without `keeps_answers` the bodies of answers are forgotten, for measurements that read many thousands of pages.
    """

    now: Callable[[], datetime]
    exchanges: list[Exchange] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    keeps_answers: bool = True
    _number: int = 0

    def _next(self) -> int:
        self._number += 1
        return self._number

    def record_request(
        self,
        operation: str,
        method: str,
        path: str,
        query: dict[str, str],
        headers: dict[str, str],
        body: Any,
        actor: str,
    ) -> Exchange:
        """Record the request before anything is done about it."""
        exchange = Exchange(
            number=self._next(),
            at=self.now(),
            operation=operation,
            method=method,
            path=path,
            query=query,
            headers=headers,
            body=body,
            actor=actor,
        )
        self.exchanges.append(exchange)
        return exchange

    def record_change(
        self, what: str, subject: str, before: Any, after: Any, by: str, exchange: Exchange | None = None
    ) -> Change:
        """Record the change with the exchange that caused it (None: somebody's own hand)."""
        change = Change(
            number=self._next(),
            at=self.now(),
            what=what,
            subject=subject,
            before=before,
            after=after,
            by=by,
            exchange=exchange.number if exchange else None,
        )
        self.changes.append(change)
        return change

    def calls(self, operation: str) -> list[Exchange]:
        """Return the exchanges of one operation, oldest first."""
        return [exchange for exchange in self.exchanges if exchange.operation == operation]

    def changes_of(self, what: str, subject: str | None = None) -> Iterator[Change]:
        """Return the changes of one kind, oldest first, of one subject where it is given."""
        return (c for c in self.changes if c.what == what and (subject is None or c.subject == subject))

    def state_at(self, what: str, subject: str, at: datetime, current: Any) -> Any:
        """Return what stood at that instant; `today` answers where nothing was ever changed."""
        later: Change | None = None
        for change in reversed(self.changes):
            if change.what != what or change.subject != subject:
                continue
            if change.at <= at:
                return change.after
            later = change
        return current if later is None else later.before
