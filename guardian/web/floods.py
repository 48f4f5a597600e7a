"""How much comes in through the pages' own forms within an hour. Beyond it nothing is dropped: it stays in the form.

In memory only. Of whoever sends, nothing is kept but a digest under a key that is thrown away with the hour.
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


class Pool(StrEnum):
    """What is counted apart, so that a flood of one kind leaves room for the others; who signed in is counted alone."""

    REPORT = "report"
    DANGER = "danger"
    SIGNED_IN = "signed_in"
    ADDITION = "addition"


@dataclass(frozen=True, slots=True)
class Most:
    """How many reports an hour are taken from all who did not sign in, and from one network address or account."""

    reports: int = 300
    of_one: int = 20


USUAL: Final = Most()


class Floods:
    """The hour's counts."""

    def __init__(self, wire: Callable[[], datetime], most: Most) -> None:
        self._wire = wire
        self._most = most
        self._said = False
        self._begin(wire())

    def admit(self, pool: Pool, sender: str, delivery: str) -> timedelta | None:
        """None where this may come in, and then it is counted; else how long until there is room again.

        What was let in once comes in again at any time: it may be the same form, whose answer was lost.
        """
        now = self._wire()
        if now >= self._until:
            self._begin(now)
        who, what = self._digest(pool, sender), self._digest(pool, delivery)
        if what in self._let_in:
            return None
        if self._is_full(pool, who):
            if not self._said:
                log.warning("flood.was_held_off", pool=pool)
                self._said = True
            return self._until - now
        self._let_in.add(what)
        self._of_one[who] += 1
        self._of_all[pool] += 1
        return None

    def give_back(self, pool: Pool, sender: str, delivery: str) -> None:
        """What was admitted did not come in after all."""
        who, what = self._digest(pool, sender), self._digest(pool, delivery)
        if what in self._let_in:
            self._let_in.discard(what)
            self._of_one[who] -= 1
            self._of_all[pool] -= 1

    def _is_full(self, pool: Pool, who: bytes) -> bool:
        if pool is Pool.ADDITION:
            return self._of_one[who] >= self._most.of_one * _ADDITIONS
        crowded = pool is not Pool.SIGNED_IN and self._of_all[pool] >= self._most.reports
        return crowded or self._of_one[who] >= self._most.of_one

    def _begin(self, now: datetime) -> None:
        self._until = now + _HOUR
        self._key = secrets.token_bytes(32)
        self._of_all: Counter[Pool] = Counter()
        self._of_one: Counter[bytes] = Counter()
        self._let_in: set[bytes] = set()
        self._said = False

    def _digest(self, pool: Pool, text: str) -> bytes:
        return hashlib.blake2b(f"{pool}\n{text}".encode(), key=self._key, digest_size=16).digest()


def network_of(request: Request) -> str:
    """The network address that the request comes from: of IPv6 the network, since one home has many addresses."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return str(ip_network((address, _NETWORK), strict=False)) if isinstance(address, IPv6Address) else host


def come_back(wait: timedelta, *, danger: bool, may_sign_in: bool) -> str:
    """What is said to somebody whose report has to wait: nothing is lost, and where else they can turn."""
    urgent = "If somebody is in danger, call your local emergency services now. " if danger else ""
    place = " If you sign in with your account below, there is a place kept for you." if may_sign_in else ""
    return (
        f"{urgent}Very many reports are coming in, so this one could not be taken in yet. Nothing is lost: all that you "
        f"wrote is still here. Please send it again in {_spoken(wait)}, or report in another way now: with /report on "
        f"Discord, by a private message to us on the forum, by mail, or by telling a member.{place}"
    )


def slow_down(wait: timedelta) -> str:
    """What is said to a reporter who adds very much within an hour."""
    return (
        f"Very much has come in for this report within an hour, so this could not be taken in yet. Nothing is lost: it "
        f"is still here. Please send it again in {_spoken(wait)}. In danger, call your local emergency services."
    )


def _spoken(wait: timedelta) -> str:
    minutes = max(1, -(-int(wait.total_seconds()) // 60))
    return f"{minutes} minutes" if minutes > 1 else "a minute"
