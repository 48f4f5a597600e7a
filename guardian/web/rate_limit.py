"""How much comes in through the pages' own forms within an hour. Beyond it nothing is dropped: it stays in the form.

In memory only. Of whoever sends, nothing is kept but a digest under a key that is thrown away with the hour. Read
`RateLimiter` first.
"""

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from starlette.requests import Request

from guardian.logs import logger

_HOUR: Final = timedelta(hours=1)
_ADDITIONS: Final = 3
_NETWORK: Final = 64

log = logger("web")


class Bucket(StrEnum):
    """What is counted apart, so that a flood of one kind leaves room for the others; who signed in is counted alone."""

    REPORT = "report"
    DANGER = "danger"
    SIGNED_IN = "signed_in"
    ADDITION = "addition"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many reports an hour are taken from all who did not sign in, and from one network address or account."""

    reports: int = 300
    per_sender: int = 20


DEFAULT_LIMITS: Final = Limits()


class RateLimiter:
    """Count what comes in within the hour."""

    def __init__(self, system_time: Callable[[], datetime], limits: Limits) -> None:
        self._system_time = system_time
        self._limits = limits
        self._warned = False
        self._start_hour(system_time())

    def admit(self, bucket: Bucket, sender: str, delivery: str) -> timedelta | None:
        """Count what wants to come in and return None, or return how long until there is room again.

        What was let in once comes in again at any time: it may be the same form, whose answer was lost.
        """
        now = self._system_time()
        if now >= self._until:
            self._start_hour(now)
        sender_digest, delivery_digest = self._digest(bucket, sender), self._digest(bucket, delivery)
        if delivery_digest in self._admitted:
            return None
        if self._is_full(bucket, sender_digest):
            if not self._warned:
                log.warning("flood.was_held_off", pool=bucket)
                self._warned = True
            return self._until - now
        self._admitted.add(delivery_digest)
        self._by_sender[sender_digest] += 1
        self._by_bucket[bucket] += 1
        return None

    def release(self, bucket: Bucket, sender: str, delivery: str) -> None:
        """Take back what was admitted and did not come in after all."""
        sender_digest, delivery_digest = self._digest(bucket, sender), self._digest(bucket, delivery)
        if delivery_digest in self._admitted:
            self._admitted.discard(delivery_digest)
            self._by_sender[sender_digest] -= 1
            self._by_bucket[bucket] -= 1

    def _is_full(self, bucket: Bucket, who: bytes) -> bool:
        if bucket is Bucket.ADDITION:
            return self._by_sender[who] >= self._limits.per_sender * _ADDITIONS
        is_crowded = bucket is not Bucket.SIGNED_IN and self._by_bucket[bucket] >= self._limits.reports
        return is_crowded or self._by_sender[who] >= self._limits.per_sender

    def _start_hour(self, now: datetime) -> None:
        self._until = now + _HOUR
        self._key = secrets.token_bytes(32)
        self._by_bucket: Counter[Bucket] = Counter()
        self._by_sender: Counter[bytes] = Counter()
        self._admitted: set[bytes] = set()
        self._warned = False

    def _digest(self, bucket: Bucket, text: str) -> bytes:
        return hashlib.blake2b(f"{bucket}\n{text}".encode(), key=self._key, digest_size=16).digest()


def network_of(request: Request) -> str:
    """Return the network address that the request comes from: of IPv6 the network, since one home has many addresses."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(ip_network((address, _NETWORK), strict=False)) if isinstance(address, IPv6Address) else host


def retry_later_text(wait: timedelta, *, danger: bool, may_sign_in: bool) -> str:
    """Return what is said to somebody whose report has to wait: nothing is lost, and where else they can turn."""
    urgent = "If somebody is in danger, call your local emergency services now. " if danger else ""
    kept_place = " If you sign in with your account below, there is a place kept for you." if may_sign_in else ""
    return (
        f"{urgent}Very many reports are coming in, so this one could not be taken in yet. Nothing is lost: all that you "
        f"wrote is still here. Please send it again in {_format_wait(wait)}, or report in another way now: with /report on "
        f"Discord, by a private message to us on the forum, by mail, or by telling a member.{kept_place}"
    )


def slow_down_text(wait: timedelta) -> str:
    """Return what is said to a reporter who adds very much within an hour."""
    return (
        f"Very much has come in for this report within an hour, so this could not be taken in yet. Nothing is lost: it "
        f"is still here. Please send it again in {_format_wait(wait)}. In danger, call your local emergency services."
    )


def _format_wait(wait: timedelta) -> str:
    minutes = max(1, -(-int(wait.total_seconds()) // 60))
    return f"{minutes} minutes" if minutes > 1 else "a minute"
