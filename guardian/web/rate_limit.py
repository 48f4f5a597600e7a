"""How much comes in through the pages' own forms. Beyond it nothing is dropped: it stays in the form, and its turn comes.

A stranger who sends very much uses up the share of their own network and the common pool, and nobody else's turn: who
has waited for a few minutes is taken beside the pool, first those from whose network nothing has come lately. In memory
only. Of whoever sends, nothing is kept but a digest under a key that is thrown away with the hour. Read `RateLimiter`
first.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from starlette.requests import Request

from guardian.logs import logger
from guardian.notices.translations import translate_count
from guardian.web.networks import is_local, network_of_host
from guardian.web.party_text import PartyText

_HOUR: Final = timedelta(hours=1)
_ADDITIONS: Final = 3
_MOST_KEPT: Final = 50_000
_ROUNDING: Final = 1e-6

log = logger("web")


class Bucket(StrEnum):
    """What is counted apart, so that a flood of one kind leaves room for the others; who signed in is counted alone."""

    REPORT = "report"
    DANGER = "danger"
    SIGNED_IN = "signed_in"
    ADDITION = "addition"
    SIGN_IN = "sign_in"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many reports an hour are taken from all who did not sign in, and from one network or account.

    `wait`: after that long somebody for whom there was no room is taken from a pool of its own.
    """

    reports: int = 300
    per_sender: int = 20
    wait: timedelta = timedelta(minutes=2)


DEFAULT_LIMITS: Final = Limits()


@dataclass(slots=True)
class _Level:
    """How full something is: each that is taken adds one, and it empties at an even pace."""

    capacity: int
    value: float = 0.0
    at: datetime | None = None

    def room_in(self, now: datetime) -> timedelta:
        """Return how long it takes until there is room for one more; zero where there is."""
        excess = self._value_at(now) + 1 - self.capacity - _ROUNDING
        return max(timedelta(), excess * (_HOUR / self.capacity))

    def is_empty(self, now: datetime) -> bool:
        """Return whether nothing was taken that has not drained since."""
        return not self._value_at(now)

    def add(self, count: int, now: datetime) -> None:
        """Take one, or give it back."""
        self.value, self.at = max(0.0, self._value_at(now) + count), now

    def _value_at(self, now: datetime) -> float:
        if self.at is None:
            return 0.0
        return max(0.0, self.value - (now - self.at) / _HOUR * self.capacity)


@dataclass(slots=True)
class _Hour:
    """What is known within one hour, under digests by its key."""

    until: datetime
    pool: _Level
    waited_pool: _Level
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    levels: dict[bytes, _Level] = field(default_factory=dict)
    admitted: dict[bytes, tuple[_Level, ...]] = field(default_factory=dict)
    waiting: dict[bytes, dict[bytes, datetime]] = field(default_factory=dict)
    warned: bool = False


class RateLimiter:
    """Count what comes in, and say when there is room again."""

    def __init__(self, system_time: Callable[[], datetime], limits: Limits) -> None:
        self._system_time = system_time
        self._limits = limits
        self._hour = self._start_hour(system_time())

    def admit(self, bucket: Bucket, sender: str, delivery: str, place: str = "") -> timedelta | None:
        """Count what wants to come in and return None, or return how long until it may ask again.

        What was let in once comes in again at any time: it may be the same form, whose answer was lost. By `place`
        somebody who waits is known again, whatever they change in their words. Danger is never held off. Policy: P-2.1,
        P-3.6.
        """
        now = self._system_time()
        if now >= self._hour.until:
            self._hour = self._start_hour(now)
        who, what = self._digest(bucket, sender), self._digest(bucket, delivery)
        if what in self._hour.admitted:
            return None
        own, waiter = self._level_of(bucket, who, sender), self._digest(bucket, place or delivery)
        wait = self._wait_for(bucket, own, self._hour.waiting.get(who, {}).get(waiter, now), now)
        if wait:
            self._remember_waiter(who, waiter, now)
            self._warn(bucket)
            return wait
        self._hour.waiting.get(who, {}).pop(waiter, None)
        self._take(what, self._levels_taken(bucket, own, now), now)
        return None

    def release(self, bucket: Bucket, delivery: str) -> None:
        """Take back what was admitted and did not come in after all."""
        for level in self._hour.admitted.pop(self._digest(bucket, delivery), ()):
            level.add(-1, self._system_time())

    def _wait_for(self, bucket: Bucket, own: _Level, waited_since: datetime, now: datetime) -> timedelta:
        if bucket is Bucket.DANGER:
            return timedelta()
        if bucket is not Bucket.REPORT or own.room_in(now) or not self._hour.pool.room_in(now):
            return own.room_in(now)
        if now < waited_since + self._limits.wait:
            return waited_since + self._limits.wait - now
        # Whoever floods has sent something: a network that has not is taken however many wait.
        return timedelta() if own.is_empty(now) else self._hour.waited_pool.room_in(now)

    def _levels_taken(self, bucket: Bucket, own: _Level, now: datetime) -> tuple[_Level, ...]:
        if bucket is not Bucket.REPORT:
            return (own,)
        return own, (self._hour.waited_pool if self._hour.pool.room_in(now) else self._hour.pool)

    def _take(self, what: bytes, levels: tuple[_Level, ...], now: datetime) -> None:
        for level in levels:
            level.add(1, now)
        if len(self._hour.admitted) < _MOST_KEPT:
            self._hour.admitted[what] = levels

    def _level_of(self, bucket: Bucket, who: bytes, sender: str) -> _Level:
        kept = who if len(self._hour.levels) < _MOST_KEPT else b""
        capacity = self._limits.per_sender * (_ADDITIONS if bucket is Bucket.ADDITION else 1)
        return self._hour.levels.setdefault(kept, _Level(capacity if sender else self._limits.reports))

    def _remember_waiter(self, who: bytes, waiter: bytes, now: datetime) -> None:
        """Of one network no more are remembered than are taken of it."""
        if who in self._hour.waiting or len(self._hour.waiting) < _MOST_KEPT:
            waiters = self._hour.waiting.setdefault(who, {})
            if len(waiters) < self._limits.per_sender:
                waiters.setdefault(waiter, now)

    def _warn(self, bucket: Bucket) -> None:
        if not self._hour.warned:
            log.warning("flood.was_held_off", pool=bucket)
            self._hour.warned = True

    def _start_hour(self, now: datetime) -> _Hour:
        return _Hour(until=now + _HOUR, pool=_Level(self._limits.reports), waited_pool=_Level(self._limits.reports))

    def _digest(self, bucket: Bucket, text: str) -> bytes:
        return hashlib.blake2b(f"{bucket}\n{text}".encode(), key=self._hour.key, digest_size=16).digest()


def network_of(request: Request) -> str:
    """Return the network that the request comes from; empty where all we know is a proxy that is not trusted to say."""
    host = request.client.host if request.client else ""
    return "" if is_local(host) else network_of_host(host)


def retry_later_text(say: PartyText, wait: timedelta, *, danger: bool, may_sign_in: bool) -> str:
    """Return what is said to somebody whose report has to wait: nothing is lost, and where else they can turn."""
    keys = ("report.flood_danger" if danger else "", "report.flood", "report.flood_sign_in" if may_sign_in else "")
    return " ".join(say(key, wait=_word_wait(say, wait)) for key in keys if key)


def slow_down_text(say: PartyText, wait: timedelta) -> str:
    """Return what is said to a reporter who adds very much within an hour."""
    return say("report.flood_added", wait=_word_wait(say, wait))


def _word_wait(say: PartyText, wait: timedelta) -> str:
    return translate_count(say.language, "count.minutes", max(1, -(-int(wait.total_seconds()) // 60)))
