"""The pages over real sockets: whoever stands in the door, or sends in drops, keeps nobody else out."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from guardian.web.connections import ConnectionLimits
from guardian.web.server import WebServer, address_of, bind_socket

LIMITS = ConnectionLimits(connections=4)
SOON = timedelta(seconds=0.2)
ASK = b"GET / HTTP/1.1\r\nhost: guardian\r\nconnection: close\r\n\r\n"

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], "asyncio.Future[Connection]"]


async def who(request: Request) -> Response:
    """Say from where the request came, and how much it brought."""
    return PlainTextResponse(f"{request.client.host if request.client else ''} {len(await request.body())}")


class Open:
    """A server, and the connections to it that stand open."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.opened: list[Connection] = []

    async def connect(self, begin: bytes = b"") -> Connection:
        """One more connection, in which so much has been said."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(begin)
        await writer.drain()
        self.opened.append((reader, writer))
        return reader, writer

    async def ask(self, request: bytes = ASK) -> str:
        """The answer to one request, and empty where there is none."""
        reader, _ = await self.connect(request)
        try:
            return (await reader.read()).decode()
        except ConnectionError:
            return ""


@asynccontextmanager
async def served(limits: ConnectionLimits = LIMITS, proxies: tuple[str, ...] = ()) -> AsyncIterator[Open]:
    """A page that says who asks."""
    listening = bind_socket("127.0.0.1", 0)
    port = int(address_of(listening).rpartition(":")[2])
    server = WebServer(
        Starlette(routes=[Route("/", who, methods=["GET", "POST"])]), listening, trusted_proxies=proxies, limits=limits
    )
    await server.start()
    opened = Open(port)
    try:
        yield opened
    finally:
        for _, writer in opened.opened:
            writer.close()
        await server.stop()


async def is_closed(connection: Connection) -> bool:
    """Whether the other side has ended the connection; waits until it does."""
    try:
        return await connection[0].read() == b""
    except ConnectionError:
        return True


@pytest.mark.harm("report-page-shut-by-idle-connections")
@pytest.mark.parametrize(
    "begin", [b"", b"GET / HTTP/1.1\r\nhost: guar", b"POST / HTTP/1.1\r\ncontent-length: 9\r\n\r\nx"]
)
async def test_many_connections_that_never_end_their_request_keep_nobody_out(begin: bytes) -> None:
    """P-2.1"""
    async with served() as opened:
        first, *_ = [await opened.connect(begin) for _ in range(20)]
        assert await opened.ask() == await opened.ask()
        assert "200 OK" in await opened.ask()
        assert await is_closed(first)


@pytest.mark.wire_time
@pytest.mark.harm("report-page-shut-by-idle-connections")
@pytest.mark.parametrize(
    ("begin", "limits"),
    [
        (b"", replace(LIMITS, head=SOON)),
        (b"GET / HTTP/1.1\r\nhost: guar", replace(LIMITS, head=SOON)),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nx", replace(LIMITS, pause=SOON)),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nx", replace(LIMITS, whole=SOON)),
    ],
)
async def test_a_request_that_does_not_come_in_is_given_up(begin: bytes, limits: ConnectionLimits) -> None:
    """P-2.1"""
    async with asyncio.timeout(10), served(limits) as opened:
        assert await is_closed(await opened.connect(begin))


@pytest.mark.wire_time
async def test_a_request_in_drops_is_given_up_however_steadily_they_fall() -> None:
    """P-2.1"""
    async with asyncio.timeout(20), served(replace(LIMITS, whole=timedelta(seconds=0.5))) as opened:
        connection = await opened.connect(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 900000\r\n\r\n")
        closed = asyncio.create_task(is_closed(connection))
        while not closed.done():
            connection[1].write(b"x")
            await asyncio.wait({closed}, timeout=0.05)
        assert closed.result()


@pytest.mark.parametrize(
    "head",
    [b"x: y\r\n" * 200, b"x: " + b"y" * 100_000 + b"\r\n", b"x" * 100_000],
)
async def test_a_head_that_is_longer_than_any_is_refused(head: bytes) -> None:
    async with asyncio.timeout(20), served() as opened:
        assert "200 OK" not in await opened.ask(b"GET / HTTP/1.1\r\nhost: x\r\n" + head)
        assert "200 OK" in await opened.ask()


async def test_a_request_that_takes_its_time_within_the_limits_is_answered() -> None:
    async with served() as opened:
        reader, writer = await opened.connect(b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n")
        for piece in (b"content-length: 6\r\n", b"\r\nabc", b"def"):
            writer.write(piece)
            await writer.drain()
        assert "127.0.0.1 6" in (await reader.read()).decode()


@pytest.mark.harm("anonymous-door-shut-by-a-stranger")
@pytest.mark.parametrize(
    ("proxies", "seen"), [((), "127.0.0.1"), (("192.0.2.1",), "127.0.0.1"), (("127.0.0.0/8",), "198.51.100.7")]
)
async def test_only_a_proxy_that_is_configured_says_where_a_request_comes_from(
    proxies: tuple[str, ...], seen: str
) -> None:
    """P-2.1: else whoever likes gives each report another address."""
    claimed = b"GET / HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 203.0.113.9, 198.51.100.7\r\nconnection: close\r\n\r\n"
    async with served(proxies=proxies) as opened:
        assert f"\r\n\r\n{seen} 0" in await opened.ask(claimed)


@pytest.mark.harm("report-page-shut-by-idle-connections")
def test_the_limits_hold_on_the_event_loop_of_the_service() -> None:
    """P-2.1: whose transports are not those of the library."""

    async def stand_in_the_door() -> str:
        async with served() as opened:
            for _ in range(20):
                await opened.connect(b"GET / HTTP/1.1\r\nhost: guar")
            return await opened.ask()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert "200 OK" in runner.run(stand_in_the_door())
