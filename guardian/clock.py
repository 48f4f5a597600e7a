"""The Clock port: case time for terms, deadlines and resyncs. The only module that reads the machine's clocks.

Read `Clock` first. Monotonic time (call ceilings, leases, retries) is the machine's and never compressed:
`monotonic_seconds()`.
"""

import asyncio
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from mmap import ACCESS_READ, ACCESS_WRITE, mmap
from pathlib import Path
from typing import Protocol

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
JUMP_TOLERANCE = timedelta(seconds=60)
DATE_TOLERANCE = timedelta(minutes=5)
_DRIVEN_POLL_SECONDS = 0.005
_MAX_SLEEP_SECONDS = 30.0


class Clock(Protocol):
    """Case time: aware UTC."""

    def now(self) -> datetime:
        """Return the instant it is."""
        ...

    async def sleep_until(self, instant: datetime) -> None:
        """Sleep until `now()` has reached the instant."""
        ...

    def trusted(self) -> bool:
        """Return whether a release may act on this time."""
        ...

    def observe_server_time(self, space: str, server_time: datetime | None) -> None:
        """Take a space's fresh `Date` into account for `trusted()`; None: it could not be had."""
        ...


def monotonic_seconds() -> float:
    """Return monotonic machine seconds, for ceilings, leases and back-off inside one process."""
    return time.monotonic()


def monotonic_now() -> datetime:
    """Return monotonic time as an instant of this process, for triggers that no jump of the machine's clock may move."""
    return EPOCH + timedelta(seconds=monotonic_seconds())


def system_now() -> datetime:
    """Return the machine's system time, for leases that several processes of one host read (architecture 10)."""
    return datetime.now(UTC)


def _boot_seconds() -> float:
    """Return seconds since boot, sleep included where the machine can say."""
    clock_id = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(clock_id)


@dataclass(slots=True)
class ClockTrust:
    """Whether the system time may be believed: it moved with the boot clock, and no space's Date contradicts it.

    Once distrusted, trust returns when at least one space's fresh Date agrees within five minutes and none disagrees.
    """

    system_time: Callable[[], datetime]
    boot_seconds: Callable[[], float]
    _last: tuple[datetime, float] | None = None
    _jumped: bool = False
    _offsets: dict[str, timedelta] = field(default_factory=dict)

    def observe_server_time(self, space: str, server_time: datetime | None) -> None:
        """Record the space's Date; a silent space neither agrees nor disagrees."""
        if server_time is None:
            self._offsets.pop(space, None)
        else:
            self._offsets[space] = abs(server_time - self.system_time())

    def trusted(self) -> bool:
        """Return whether nothing speaks against the machine's clock."""
        self._check_for_jump()
        disagreeing = any(offset > DATE_TOLERANCE for offset in self._offsets.values())
        if disagreeing:
            self._jumped = True
            return False
        if self._jumped and self._offsets:
            self._jumped = False
        return not self._jumped

    def _check_for_jump(self) -> None:
        system_time, boot_seconds = self.system_time(), self.boot_seconds()
        if self._last is not None:
            moved = (system_time - self._last[0]) - timedelta(seconds=boot_seconds - self._last[1])
            if abs(moved) > JUMP_TOLERANCE:
                self._jumped = True
                self._offsets.clear()
        self._last = (system_time, boot_seconds)


@dataclass(slots=True)
class MachineClock:
    """The machine's own time, distrusted after a jump until a space's Date confirms it."""

    _trust: ClockTrust = field(default_factory=lambda: ClockTrust(system_now, _boot_seconds))

    def now(self) -> datetime:
        """Return the machine's system time."""
        return system_now()

    async def sleep_until(self, instant: datetime) -> None:
        """Sleep until the machine's time has reached the instant, in pieces that notice a changed clock."""
        while (left := (instant - self.now()).total_seconds()) > 0:
            await asyncio.sleep(min(left, _MAX_SLEEP_SECONDS))

    def trusted(self) -> bool:
        """Return whether nothing speaks against the machine's clock."""
        return self._trust.trusted()

    def observe_server_time(self, space: str, server_time: datetime | None) -> None:
        """Record the space's Date."""
        self._trust.observe_server_time(space, server_time)


class DrivenTime:
    """Case time that a harness keeps in a small file: it survives a kill, and every process reads it there."""

    def __init__(self, path: Path, *, writable: bool = False) -> None:
        self._file = path.open("r+b" if writable else "rb")
        self._map = mmap(self._file.fileno(), 8, access=ACCESS_WRITE if writable else ACCESS_READ)

    @staticmethod
    def create(path: Path, start: datetime) -> "DrivenTime":
        """Create a file that stands at `start`."""
        path.write_bytes(struct.pack("<q", _microseconds(start)))
        return DrivenTime(path, writable=True)

    def now(self) -> datetime:
        """Return the instant that the harness has set."""
        (microseconds,) = struct.unpack("<q", self._map[:8])
        return EPOCH + timedelta(microseconds=microseconds)

    def set(self, instant: datetime) -> None:
        """Set case time to the instant; it never goes back."""
        self._map[:8] = struct.pack("<q", max(_microseconds(instant), _microseconds(self.now())))

    def close(self) -> None:
        """Close the file."""
        self._map.close()
        self._file.close()


@dataclass(slots=True)
class DrivenClock:
    """Reads the harness's case time. Trusted unless the story says otherwise.

    One reading of the file serves everybody who sleeps: when each of the service's loops read it for itself, that took
    half of the machine.
    """

    time: DrivenTime
    trust: bool = True
    _sleepers: dict[asyncio.Future[None], datetime] = field(default_factory=dict)
    _poll: asyncio.TimerHandle | None = None

    def now(self) -> datetime:
        """Return the instant that the harness has set."""
        return self.time.now()

    async def sleep_until(self, instant: datetime) -> None:
        """Sleep until the harness has set the instant, or a later one."""
        if self.now() >= instant:
            return
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers[sleeper] = instant
        if self._poll is None:
            self._schedule_poll()
        try:
            await sleeper
        finally:
            self._sleepers.pop(sleeper, None)
            if not self._sleepers and self._poll is not None:
                self._poll.cancel()
                self._poll = None

    def _schedule_poll(self) -> None:
        self._poll = asyncio.get_running_loop().call_later(_DRIVEN_POLL_SECONDS, self._wake)

    def _wake(self) -> None:
        now = self.now()
        for sleeper in [each for each, instant in self._sleepers.items() if instant <= now and not each.done()]:
            sleeper.set_result(None)
        self._schedule_poll()

    def trusted(self) -> bool:
        """Return what the story says."""
        return self.trust

    def observe_server_time(self, space: str, server_time: datetime | None) -> None:
        """Ignore what the spaces say: the story says whether the clock is trusted."""


def _microseconds(instant: datetime) -> int:
    delta = instant - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
