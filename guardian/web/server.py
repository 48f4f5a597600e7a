"""Listens for people and programs inside our own event loop. Knows an application and an address, nothing of the pages.

Read `WebServer` first.
"""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from guardian.errors import Misconfigured
from guardian.web.connections import BoundedConnection, ConnectionLimits

_SHUTDOWN_TIMEOUT_SECONDS: Final = 5
_BACKLOG: Final = 128
"""So many new connections are taken in one go: between two of these everything else has its turn."""
_DEFAULT_LIMITS: Final = ConnectionLimits()


def bind_socket(host: str, port: int) -> socket.socket:
    """Bind a socket to the address, port 0 being any free one; Misconfigured where somebody else has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound_socket = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound_socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound_socket.bind((host, port))
    except OSError as error:
        bound_socket.close()
        remedy = "Stop what listens there, or set another address as service.listen."
        raise Misconfigured([f"The service cannot listen on {host}:{port}: {error.strerror}. {remedy}"]) from error
    return bound_socket


def address_of(bound_socket: socket.socket) -> str:
    """Return the address under which this machine reaches the socket."""
    host, port = bound_socket.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class WebServer:
    """Serve one application on one bound socket.

    `trusted_proxies` are the addresses and networks whose X-Forwarded-For says where a request comes from; from anybody
    else the header is no more than a claim.
    """

    def __init__(
        self,
        app: ASGIApp,
        bound_socket: socket.socket,
        *,
        trusted_proxies: Sequence[str] = (),
        limits: ConnectionLimits = _DEFAULT_LIMITS,
    ) -> None:
        config = uvicorn.Config(
            app,
            http=type("Connection", (BoundedConnection,), {"limits": limits, "opened": {}}),
            ws="none",
            backlog=_BACKLOG,
            proxy_headers=bool(trusted_proxies),
            forwarded_allow_ips=list(trusted_proxies),
            log_config=None,
            access_log=False,  # addresses and paths of people are nobody's business, the log's least of all
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=_SHUTDOWN_TIMEOUT_SECONDS,
        )
        self._socket = bound_socket
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take requests from now on."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="web")
        ready = asyncio.create_task(self._server.ready.wait())
        await asyncio.wait({self._task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            await self._task

    async def stop(self) -> None:
        """Take no request any more, and give those under way some seconds to end."""
        if self._task is not None:
            self._server.should_exit = True
            await asyncio.wait({self._task})
        self._socket.close()


class _Server(uvicorn.Server):
    """The server without its own signal handlers: who ends the service decides when this ends."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()
