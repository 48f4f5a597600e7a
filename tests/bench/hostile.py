"""How long a stranger's input stops everything else: the longest pause of the event loop of a service that takes it in.

Each input meets a service in a process of its own, whose loop is looked at every few milliseconds; whoever is stopped
for longer than is waited counts as stopped for so long, and the next input meets a new one.
"""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from starlette.applications import Starlette

from connectors.forum.webhooks import ForumWebhookVerifier
from connectors.mail.intake import IntakeConfig, MailProcessor
from guardian.cli.serve import settle
from guardian.clock import monotonic_seconds
from guardian.services.platform_events.webhooks import receive
from guardian.spaces.webhooks import WebhookEvent
from guardian.web.app import create_app
from guardian.web.health import Health
from guardian.web.server import WebServer, address_of, bind_socket
from guardian.web.webhooks import Webhooks
from tests.bench.figures import Aim, Part
from tests.bench.hostile_inputs import INPUTS, Door, HostileInput
from tests.builders.community import FORUM, Community, a_community
from tests.connectors.webhook_signatures import sign

NAME: Final = "hostile"
AIM: Final = 0.05
_SECRET: Final = "a secret of the bench"
_TICK: Final = 0.004
_PATHS: Final = {Door.REPORT: "/report", Door.WEBHOOK: f"/hooks/{FORUM}"}


@dataclass(frozen=True, slots=True)
class Size:
    """Which inputs, and for how many seconds one is waited for at most."""

    inputs: Iterable[str] = tuple(INPUTS)
    timeout: float = 30.0


@dataclass(slots=True)
class LoopWatch:
    """The longest that the loop kept somebody waiting who wanted their turn."""

    longest: float = 0.0

    async def run(self) -> None:
        """Ask for a turn again and again, until cancelled."""
        while True:
            begun = monotonic_seconds()
            await asyncio.sleep(_TICK)
            self.longest = max(self.longest, monotonic_seconds() - begun - _TICK)


@dataclass(frozen=True, slots=True)
class Result:
    """The longest pause in seconds, how long the answer took, and whether it came at all."""

    pause: float
    seconds: float
    answered: bool = True


async def measure(folder: Path, size: Size) -> Part:
    """Every input after the other."""
    results: dict[str, Result] = {}
    for number, name in enumerate(size.inputs):
        here = folder / str(number)
        here.mkdir()
        async with _service_process(here) as (pipe, address):
            results[name] = await _send(pipe, address, INPUTS[name](), size.timeout)
    return _part(results)


async def _send(pipe: Connection, address: str, given: HostileInput, timeout: float) -> Result:
    begun = monotonic_seconds()
    try:
        async with asyncio.timeout(timeout), _idle_connections(address, given.idle_connections):
            if given.door is Door.MAIL:
                pipe.send(("mail", given.body))
                await _answer(pipe)
            else:
                await _post(address, _PATHS[given.door], given.body, _headers(given))
            took = monotonic_seconds() - begun
            pipe.send(("pause", b""))
            return Result(await _answer(pipe), took)
    except TimeoutError:
        return Result(timeout, timeout, answered=False)


async def _answer(pipe: Connection) -> float:
    while not pipe.poll():
        await asyncio.sleep(0.01)
    found: float = pipe.recv()
    return found


def _headers(given: HostileInput) -> Mapping[str, str]:
    signature = {"x-discourse-event-signature": sign(_SECRET, given.body)} if given.door is Door.WEBHOOK else {}
    return {**given.headers, **signature}


async def _post(address: str, path: str, body: bytes, headers: Mapping[str, str]) -> None:
    """A request as a stranger writes it; whatever is answered, or that the connection ends, is an answer."""
    reader, writer = await _connect(address)
    lines = {"host": "guardian.example", "connection": "close", "content-length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    with suppress(ConnectionError):
        writer.write(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        await writer.drain()
        await reader.read()
    writer.close()


async def _connect(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(address)
    return await asyncio.open_connection(parts.hostname, parts.port)


@asynccontextmanager
async def _idle_connections(address: str, count: int) -> AsyncIterator[None]:
    """So many requests whose headers never end."""
    opened: list[asyncio.StreamWriter] = []
    try:
        for _ in range(count):
            with suppress(OSError):
                _, writer = await _connect(address)
                writer.write(b"GET / HTTP/1.1\r\nhost: guardian")
                opened.append(writer)
        yield
    finally:
        for writer in opened:
            writer.close()


@asynccontextmanager
async def _service_process(folder: Path) -> AsyncIterator[tuple[Connection, str]]:
    context = multiprocessing.get_context("spawn")
    pipe, theirs = context.Pipe()
    process = context.Process(target=_run, args=(folder, theirs))
    process.start()
    try:
        yield pipe, await asyncio.to_thread(pipe.recv)
    finally:
        process.kill()
        process.join()


def _run(folder: Path, pipe: Connection) -> None:
    asyncio.run(_serve(folder, pipe))


async def _serve(folder: Path, pipe: Connection) -> None:
    """The pages, the webhooks and the mail of a small community, and whoever watches the loop."""
    async with a_community(folder) as community:
        listening = bind_socket("127.0.0.1", 0)
        server = WebServer(_web_app(community), listening)
        await server.start()
        processor = MailProcessor(community.app, IntakeConfig("conduct@community.example", "community.example"))
        await settle()
        watch = LoopWatch()
        ticking = asyncio.create_task(watch.run())
        pipe.send(address_of(listening))
        while not ticking.done():
            while not pipe.poll():
                await asyncio.sleep(_TICK)
            await _obey(pipe, processor, watch, *pipe.recv())


async def _obey(pipe: Connection, processor: MailProcessor, watch: LoopWatch, order: str, raw: bytes) -> None:
    if order == "mail":
        with suppress(Exception):
            # A mail that cannot be taken in is no fault of the measurement: what it stopped is measured all the same.
            await processor.process(raw)
    # Whoever watches has its turn before it is asked: else a pause that has just ended would not count.
    await asyncio.sleep(2 * _TICK)
    pipe.send(watch.longest)


def _web_app(community: Community) -> Starlette:
    async def health() -> Health:
        return Health()

    async def on_event(event: WebhookEvent) -> None:
        await receive(community.app, event)

    verifiers = {str(FORUM): ForumWebhookVerifier(FORUM, _SECRET)}
    return create_app(community.app, health=health, webhooks=Webhooks(verifiers, on_event), secure_cookies=False)


def _part(results: Mapping[str, Result]) -> Part:
    lines = ["hostile: the longest pause of the event loop, and the time until the answer"]
    for name, result in results.items():
        unanswered = "" if result.answered else ", no answer"
        lines.append(f"  {name}: {result.pause * 1000:.0f} ms, answered after {result.seconds:.2f} s{unanswered}")
    facts = {
        name: {"pause_s": round(each.pause, 4), "seconds": round(each.seconds, 3), "answered": each.answered}
        for name, each in results.items()
    }
    aims = tuple(Aim(f"seconds of the longest pause by {name}", each.pause, AIM) for name, each in results.items())
    return Part(NAME, tuple(lines), {"inputs": facts}, aims)
