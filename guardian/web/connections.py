"""One connection to the pages, within limits: a request comes in good time, or its place is somebody else's.

Read `BoundedConnection` first. All in monotonic time.
"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from guardian.clock import monotonic_seconds
from guardian.web.networks import network_of_host

_MOST_HEADERS: Final = 100


class _TooManyHeaders(Exception):
    """No browser and no platform sends so many."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How many connections stand open at once, and within which time a request has to come in.

    `head`: from opening the connection, or the first byte, to the last header; `pause`: between two pieces of a body;
    `whole`: from the first byte to the last. `head_size` is in bytes.
    """

    connections: int = 256
    head: timedelta = timedelta(seconds=15)
    pause: timedelta = timedelta(seconds=20)
    whole: timedelta = timedelta(minutes=10)
    head_size: int = 64_000


class BoundedConnection(HttpToolsProtocol):
    """uvicorn's connection, which is given up where a request does not come in.

    Where there are too many, the place is taken of one that has no request under way, and of the network that has most
    of these: so nobody shuts the door by standing in it.
    """

    limits: ClassVar[ConnectionLimits] = ConnectionLimits()
    opened: ClassVar[dict[str, dict["BoundedConnection", None]]] = {}
    """The open connections of a server by network, each in the order in which they were opened."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.network = ""
        self._timer: asyncio.TimerHandle | None = None
        self._begun = 0.0
        self._head_bytes = self._headers_seen = 0
        self._in_head = self._in_body = False

    @property
    def is_working(self) -> bool:
        """Return whether a whole request is here that has not been answered yet."""
        return not (self._in_head or self._in_body or self._is_answered)

    @property
    def _is_answered(self) -> bool:
        cycle = getattr(self, "cycle", None)  # which the library sets with the first request
        return cycle is None or cycle.response_complete

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Other loops than the library's own have transports of their own kind.
        super().connection_made(cast(asyncio.Transport, transport))
        self.network = network_of_host(self.client[0] if self.client else "")
        self.opened.setdefault(self.network, {})[self] = None
        self._wait_for(self.limits.head)
        self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        self._wait_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > self.limits.head_size:
                self._give_up()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_bytes, self._headers_seen = True, 0, 0
        self._begun = monotonic_seconds()
        self._wait_for(self.limits.head)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers_seen += 1
        if self._headers_seen > _MOST_HEADERS:
            raise _TooManyHeaders
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head, self._in_body = False, True
        self._wait_for(self.limits.pause)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._wait_for(self.limits.pause)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body = False
        self._wait_no_more()
        super().on_message_complete()
        if self._is_answered:
            # Nobody waited for the end of it; the next one begins in good time.
            self._wait_for(self.limits.head)

    def _wait_for(self, time: timedelta) -> None:
        """So long is waited for what comes next, and never beyond the time for the whole."""
        self._wait_no_more()
        until = monotonic_seconds() + time.total_seconds()
        if self._in_head or self._in_body:
            until = min(until, self._begun + self.limits.whole.total_seconds())
        self._timer = self.loop.call_later(until - monotonic_seconds(), self._on_time_over, time)

    def _wait_no_more(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_time_over(self, time: timedelta) -> None:
        if self.flow.read_paused and monotonic_seconds() < self._begun + self.limits.whole.total_seconds():
            # It is we who do not read on just now.
            self._wait_for(time)
        else:
            self._give_up()

    def _give_up(self) -> None:
        self._leave()
        self.transport.abort()

    def _make_room(self) -> None:
        """Take the place of the oldest of the network that has most, where it has no request under way."""
        if sum(map(len, self.opened.values())) <= self.limits.connections:
            return
        largest = max(self.opened.values(), key=len)
        for each in largest:
            if not each.is_working:
                each._give_up()
                return
        self._give_up()

    def _leave(self) -> None:
        of_network = self.opened.get(self.network, {})
        of_network.pop(self, None)
        if not of_network:
            self.opened.pop(self.network, None)
