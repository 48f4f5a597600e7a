"""The service in a process of its own, as a story uses it: asks it how it is, kills it, and starts it again.

Each is forked from a process that has loaded what the service needs, so that only the first one waits for that. Read
`ServiceProcess` first.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

from guardian.ids import SpaceName
from guardian.sandbox import service_process_main
from guardian.sandbox.service_process_main import STARTED
from guardian.sandbox.stage import Wrap
from guardian.settings.models import Settings

_TIMEOUT_SECONDS: Final = 60.0
_FORKSERVER: Final = get_context("forkserver")
_PRELOADED: Final = (
    service_process_main.__name__,
    *(f"connectors.discord.{name}" for name in ("client", "content", "intake", "space")),
    *(f"connectors.forum.{name}" for name in ("client", "content", "intake", "space", "webhooks")),
    *(f"connectors.github.{name}" for name in ("client", "content", "intake", "space", "webhooks")),
)
"""What the service imports, some of it only once it knows its configuration."""


class ServiceProcess:
    """One installation's service, whichever process it runs in at the moment. While none runs it is never idle."""

    def __init__(self, settings: Settings, time: Path, wrap: Wrap) -> None:
        self._errand = (str(settings.path), str(time), f"{wrap.__module__}:{wrap.__qualname__}")
        self._process: BaseProcess | None = None
        self._line: ProcessLine | None = None
        self._question_lock = asyncio.Lock()
        self.url = ""
        self.on_start: Callable[[str], None] = lambda url: None
        self.kill_count = 0

    async def start(self) -> None:
        """Start a process that serves the installation."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = await asyncio.to_thread(_fork, (theirs, *self._errand))
        self._line = await ProcessLine.open(ours)
        self.url = (await self._line.wait_for_answer(STARTED))["url"]
        self.on_start(self.url)

    async def stop(self) -> None:
        """Stop the process."""
        if self._process is None or self._line is None:
            return
        process, self._process = self._process, None
        await self._line.close()
        await asyncio.to_thread(process.join, _TIMEOUT_SECONDS)
        if process.is_alive():
            process.kill()
        await _bury(process)

    async def arm(self, space: SpaceName, act: str) -> None:
        """Make the process stop after the next such act in the space, before it is recorded."""
        await self._ask({"ask": "arm", "space": space, "act": act})

    async def kill_when_paused(self) -> None:
        """Kill the process between applying and recording, and start another one in its place."""
        if self._line is None:
            raise LookupError("no process to kill")
        await asyncio.wait_for(self._line.paused.wait(), _TIMEOUT_SECONDS)
        async with self._question_lock:
            await self._kill()
            await self.start()

    async def kill(self) -> None:
        """Kill the process where it stands, and start none in its place."""
        async with self._question_lock:
            await self._kill()

    async def is_waiting(self) -> bool:
        """Return whether no work is active and nothing is being written; what is due is not asked."""
        return self._is_at_large() and bool((await self._ask({"ask": "waits"}))["waits"])

    async def is_idle(self) -> bool:
        """Return whether no work is active; a process that stands in the middle of an act is at work."""
        return self._is_at_large() and bool((await self._ask({"ask": "idle"}))["idle"])

    async def next_due(self) -> datetime | None:
        """Return the next instant at which it has something to do."""
        due = (await self._ask({"ask": "next"}))["next"]
        return datetime.fromisoformat(due) if due else None

    def _is_at_large(self) -> bool:
        """Whether it runs, and does not stand in the middle of an act."""
        return self._process is not None and self._line is not None and not self._line.paused.is_set()

    async def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        async with self._question_lock:
            if self._process is None or self._line is None:
                raise LookupError("no process runs")
            return await self._line.ask(question)

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is None or self._line is None:
            raise LookupError("no process to kill")
        process.kill()
        await _bury(process)
        await self._line.close()
        self.kill_count += 1


class ProcessLine:
    """The line to one process. Each question has a number, and only the answer of that number is one to it: what comes
    after nobody waits for it any more is passed over.
    """

    def __init__(self, lines: asyncio.StreamReader, writer: asyncio.StreamWriter, timeout: float) -> None:
        self._writer = writer
        self.timeout = timeout
        self._numbers = count(STARTED + 1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._has_ended = False
        self._expect(STARTED)
        self._reader_task = asyncio.create_task(self._read(lines))
        self.paused = asyncio.Event()

    @classmethod
    async def open(cls, ours: socket.socket, timeout: float = _TIMEOUT_SECONDS) -> "ProcessLine":
        """Return the line whose end this socket is."""
        return cls(*await asyncio.open_connection(sock=ours), timeout)

    async def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to the question."""
        number = next(self._numbers)
        self._expect(number)
        self._writer.write(json.dumps({**question, "number": number}).encode() + b"\n")
        return await self.wait_for_answer(number)

    async def wait_for_answer(self, number: int) -> dict[str, Any]:
        """Return the answer of that number; raise where none comes in time, or ever."""
        try:
            return await asyncio.wait_for(self._answers[number], self.timeout)
        finally:
            del self._answers[number]

    async def close(self) -> None:
        """Close our end, and hear nothing more."""
        self._writer.close()
        await self._reader_task

    def _expect(self, number: int) -> None:
        self._answers[number] = asyncio.get_running_loop().create_future()
        if self._has_ended:
            self._fail(self._answers[number])

    async def _read(self, lines: asyncio.StreamReader) -> None:
        while line := await lines.readline():
            answer = json.loads(line)
            waiting = self._answers.get(answer.get("number"))
            if "paused" in answer:
                self.paused.set()
            elif waiting is not None and not waiting.done():
                waiting.set_result(answer)
        self._has_ended = True
        for each in self._answers.values():
            self._fail(each)

    def _fail(self, waiting: "asyncio.Future[dict[str, Any]]") -> None:
        if not waiting.done():
            waiting.set_exception(LookupError("the process of the service has ended by itself"))
            waiting.exception()  # not lost where nobody waits: whoever asks next is told the same


def _fork(arguments: tuple[object, ...]) -> BaseProcess:
    """Fork a process that serves. Waits for the process that it is forked from, where that is new."""
    _FORKSERVER.set_forkserver_preload(list(_PRELOADED))
    process = _FORKSERVER.Process(target=service_process_main.main, args=arguments, daemon=True)
    process.start()
    return process


async def _bury(process: BaseProcess) -> None:
    """The process is dead, and nothing of it is held any more."""
    await asyncio.to_thread(process.join)
    process.close()


@asynccontextmanager
async def run_in_own_process(settings: Settings, time: Path, wrap: Wrap) -> AsyncIterator[ServiceProcess]:
    """Run the service in another process, on the case time of the file."""
    service = ServiceProcess(settings, time, wrap)
    try:
        await service.start()
        yield service
    finally:
        await service.stop()
