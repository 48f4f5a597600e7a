"""The service in a process of its own, as a story uses it: asks it how it is, kills it, and starts it again.

Read `ServiceProcess` first.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from guardian.ids import SpaceName
from guardian.sandbox.stage import Wrap
from guardian.settings.models import Settings

MAIN_MODULE: Final = "guardian.sandbox.service_process_main"
_TIMEOUT_SECONDS: Final = 60.0


class ServiceProcess:
    """One installation's service, whichever process it runs in at the moment. While none runs it is never idle."""

    def __init__(self, settings: Settings, time: Path, wrap: Wrap) -> None:
        self._command = (str(settings.path), str(time), f"{wrap.__module__}:{wrap.__qualname__}")
        self._process: asyncio.subprocess.Process | None = None
        self._reader_task: asyncio.Task[None] | None = None
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._question_lock = asyncio.Lock()
        self._paused = asyncio.Event()
        self.url = ""
        self.on_start: Callable[[str], None] = lambda url: None
        self.kill_count = 0

    async def start(self) -> None:
        """Start a process that serves the installation."""
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", MAIN_MODULE, *self._command, stdin=pipe, stdout=pipe, env=environment
        )
        self._answers = asyncio.Queue()
        self._paused.clear()
        self._reader_task = asyncio.create_task(self._read(self._process))
        self.url = (await self._next_answer())["url"]
        self.on_start(self.url)

    async def stop(self) -> None:
        """Stop the process."""
        if self._process is None:
            return
        process, self._process = self._process, None
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), _TIMEOUT_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
        await self._wait_for_reader()

    async def arm(self, space: SpaceName, act: str) -> None:
        """Make the process stop after the next such act in the space, before it is recorded."""
        await self._ask({"ask": "arm", "space": space, "act": act})

    async def kill_when_paused(self) -> None:
        """Kill the process between applying and recording, and start another one in its place."""
        await asyncio.wait_for(self._paused.wait(), _TIMEOUT_SECONDS)
        async with self._question_lock:
            process, self._process = self._process, None
            if process is None:
                raise LookupError("no process to kill")
            process.kill()
            await process.wait()
            await self._wait_for_reader()
            self.kill_count += 1
            await self.start()

    async def kill(self) -> None:
        """Kill the process where it stands, and start none in its place."""
        async with self._question_lock:
            process, self._process = self._process, None
            if process is None:
                raise LookupError("no process to kill")
            process.kill()
            await process.wait()
            await self._wait_for_reader()
            self.kill_count += 1

    async def is_waiting(self) -> bool:
        """Return whether no work is active and nothing is being written; what is due is not asked."""
        if self._process is None or self._paused.is_set():
            return False
        return bool((await self._ask({"ask": "waits"}))["waits"])

    async def is_idle(self) -> bool:
        """Return whether no work is active; a process that stands in the middle of an act is at work."""
        if self._process is None or self._paused.is_set():
            return False
        return bool((await self._ask({"ask": "idle"}))["idle"])

    async def next_due(self) -> datetime | None:
        """Return the next instant at which it has something to do."""
        due = (await self._ask({"ask": "next"}))["next"]
        return datetime.fromisoformat(due) if due else None

    async def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        async with self._question_lock:
            if self._process is None or self._process.stdin is None:
                raise LookupError("no process runs")
            self._process.stdin.write(json.dumps(question).encode() + b"\n")
            await self._process.stdin.drain()
            return await self._next_answer()

    async def _next_answer(self) -> dict[str, Any]:
        answer = await asyncio.wait_for(self._answers.get(), _TIMEOUT_SECONDS)
        if "ended" in answer:
            raise LookupError("the process of the service has ended by itself")
        return answer

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        while line := await process.stdout.readline():
            answer = json.loads(line)
            if "paused" in answer:
                self._paused.set()
            else:
                self._answers.put_nowait(answer)
        self._answers.put_nowait({"ended": True})

    async def _wait_for_reader(self) -> None:
        if self._reader_task is not None:
            await self._reader_task
            self._reader_task = None


@asynccontextmanager
async def run_in_own_process(settings: Settings, time: Path, wrap: Wrap) -> AsyncIterator[ServiceProcess]:
    """Run the service in another process, on the case time of the file."""
    service = ServiceProcess(settings, time, wrap)
    try:
        await service.start()
        yield service
    finally:
        await service.stop()
