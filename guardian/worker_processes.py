"""Work on what strangers sent, in processes of its own with ceilings of seconds and memory: past them it is stopped, and
the service goes on. Read `WorkerProcesses.run` first.

What is run takes and returns plain values, and reads nothing but its arguments.
"""

import asyncio
import contextlib
import multiprocessing
import os
import pickle
import resource
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import SimpleQueue
from typing import Any, Final, ParamSpec, TypeVar

from guardian.logs import location_of, logger

P = ParamSpec("P")
T = TypeVar("T")

log = logger("workers")

_PROCESSES: Final = 2
_START_SECONDS: Final = 60.0
_NICENESS: Final = 5
"""What strangers sent is read after whatever the service has to do."""
_DYING_SECONDS: Final = 0.5


class StopReason(StrEnum):
    """Why work on something was given up."""

    SECONDS = "seconds"
    MEMORY = "memory"
    FAULT = "fault"


_REASONS: Final = {None: StopReason.SECONDS, -signal.SIGXCPU: StopReason.SECONDS, -signal.SIGKILL: StopReason.MEMORY}
"""By how a process ended, why its work was given up; one that still runs has taken too long."""


class WorkStopped(Exception):
    """The work took more than it may, or failed: what it was about is kept unread, and people are told.

    `at` is where in the code it failed.
    """

    def __init__(self, reason: StopReason, at: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at


@dataclass(frozen=True, slots=True)
class Ceilings:
    """What one piece of work may take: seconds of a processor, seconds altogether, bytes of address space."""

    processor_seconds: int = 10
    seconds: float = 60.0
    memory: int = 2_000_000_000


DEFAULT_CEILINGS: Final = Ceilings()


@dataclass(frozen=True, slots=True)
class _Result:
    """What a process answers: a value, or why there is none."""

    value: Any = None
    reason: StopReason | None = None
    at: str = ""


class WorkerProcesses:
    """A few processes, each started when it is first needed, and anew after its work was stopped."""

    def __init__(self, count: int = _PROCESSES, ceilings: Ceilings = DEFAULT_CEILINGS) -> None:
        self._count = count
        self._workers: SimpleQueue[_Worker] = SimpleQueue()
        for _ in range(count):
            self._workers.put(_Worker(ceilings))
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="worker process")

    async def run(self, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Return what the function makes of its arguments, in another process; WorkStopped where it may not go on."""
        found: T = await asyncio.get_running_loop().run_in_executor(self._threads, self._run, function, args, named)
        return found

    async def start(self) -> None:
        """Start the processes now, so that nobody's first mail waits for that. One that does not start is tried again."""
        await asyncio.gather(*(self.run(os.getpid) for _ in range(self._count)), return_exceptions=True)

    def close(self) -> None:
        """End the processes; nothing is run any more."""
        self._threads.shutdown(wait=True)
        while not self._workers.empty():
            self._workers.get().end()

    def _run(self, function: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        worker = self._workers.get()
        try:
            return worker.run(pickle.dumps((function, args, named)))
        except WorkStopped as stopped:
            log.warning("work.was_stopped", what=function.__name__, ceiling=stopped.reason, at=stopped.at)
            raise
        finally:
            self._workers.put(worker)


def shared_workers() -> WorkerProcesses:
    """Return the processes that this one has for whatever strangers sent; they end with it."""
    return _workers_of(os.getpid())


@cache
def _workers_of(process: int) -> WorkerProcesses:
    # A process that was forked has none of the threads of the one that it was forked from.
    return WorkerProcesses()


class _Worker:
    """One process, or the place where the next one will be."""

    def __init__(self, ceilings: Ceilings) -> None:
        self._ceilings = ceilings
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def run(self, work: bytes) -> Any:
        try:
            result = self._answer(work)
        except (EOFError, OSError) as error:
            reason = self._reason_of_death()
            self.end()
            raise WorkStopped(reason) from error
        if result.reason is not None:
            # What is left of its memory after a fault is not relied on.
            self.end()
            raise WorkStopped(result.reason, result.at)
        return result.value

    def end(self) -> None:
        """Whatever the process does, it ends now."""
        if self._process is not None and self._pipe is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
        self._process = self._pipe = None

    def _answer(self, work: bytes) -> _Result:
        pipe = self._pipe if self._pipe is not None else self._start()
        pipe.send_bytes(work)
        if not pipe.poll(self._ceilings.seconds):
            raise EOFError
        result: _Result = pipe.recv()
        return result

    def _start(self) -> Connection:
        # Spawned: what runs here has threads, and whoever reads a stranger's bytes inherits none of our files.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self._ceilings), name="guardian worker", daemon=True)
        process.start()
        theirs.close()
        self._process, self._pipe = process, ours
        if not ours.poll(_START_SECONDS):
            raise EOFError
        ours.recv()
        return ours

    def _reason_of_death(self) -> StopReason:
        """A process that is not dead yet took too long."""
        if self._process is None:
            return StopReason.FAULT
        self._process.join(_DYING_SECONDS)
        return _REASONS.get(self._process.exitcode, StopReason.FAULT)


def _serve(pipe: Connection, ceilings: Ceilings) -> None:
    """Do one piece of work after the other, until whoever started this is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (ceilings.memory, ceilings.memory))
    with contextlib.suppress(EOFError, OSError):
        pipe.send(_Result())
        while True:
            work = pipe.recv_bytes()
            _bound_processor_time(ceilings.processor_seconds)
            _answer(pipe, work)


def _bound_processor_time(seconds: int) -> None:
    """From now on the process may take so many seconds, besides those it took before."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    # The kernel bounds by its ticks, which on a busy machine run ahead of what it says was used: a second is for that.
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _answer(pipe: Connection, work: bytes) -> None:
    try:
        function, args, named = pickle.loads(work)  # noqa: S301 - our own service wrote it
        answer = pickle.dumps(_Result(function(*args, **named)))
    except MemoryError:
        answer = pickle.dumps(_Result(reason=StopReason.MEMORY))
    except Exception as error:
        # The edge of the process. An error's words may be a report's, so its place is all that is said.
        answer = pickle.dumps(_Result(reason=StopReason.FAULT, at=location_of(error)))
    pipe.send_bytes(answer)
