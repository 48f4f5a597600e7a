"""One life of the service under trial: started, listened to, killed. What it had not ended when it died is known."""

import asyncio
import os
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess

from guardian.clock import monotonic_seconds
from tests.crash.kill_points import HIT, Aim, Point
from tests.crash.orders import Order
from tests.crash.service import Errand, run_service

_PIPE_BYTES = 65536


class Died(StrEnum):
    """Where the kill found it."""

    INSIDE_CALL = "inside_call"
    BETWEEN = "between"
    INSIDE_COMMIT = "inside_commit"
    ELSEWHERE = "elsewhere"


_PLACES = {Point.COMMIT: Died.INSIDE_COMMIT, Point.CALL: Died.INSIDE_CALL, Point.RECORD: Died.BETWEEN}


def create_forkserver() -> ForkServerContext:
    """Where services are born quickly: a process that has imported everything, and from which each is forked."""
    context = get_context("forkserver")
    context.set_forkserver_preload(
        [
            "tests.crash.service",
            "connectors.discord.space",
            "connectors.forum.space",
            "connectors.github.space",
            "connectors.forum.webhooks",
            "connectors.github.webhooks",
        ]
    )
    return context


@dataclass(slots=True)
class IdleReport:
    """The service said that nothing is in hand; `times` in a row since anything else was heard."""

    now: datetime
    due: datetime | None
    times: int = 1


@dataclass(slots=True)
class ServiceProcess:
    """A running service and what it has announced so far."""

    process: BaseProcess
    inbox: Connection
    pipe: Connection
    url: str = ""
    idle_report: IdleReport | None = None
    done: set[str] = field(default_factory=set)
    open: dict[Point, dict[int, None]] = field(default_factory=lambda: {point: {} for point in Point})
    aim: Aim | None = None
    target: int | None = None
    target_point: Point | None = None
    news_event: asyncio.Event = field(default_factory=asyncio.Event)
    heard_at: float = field(default_factory=monotonic_seconds)
    dead: bool = False
    killed: bool = False
    _rest_of_line: bytes = b""

    @staticmethod
    def start(context: ForkServerContext, errand: Errand) -> "ServiceProcess":
        """A new life has begun."""
        theirs, inbox = context.Pipe(duplex=False)
        pipe, voice = context.Pipe(duplex=False)
        process = context.Process(target=run_service, args=(errand, theirs, voice), daemon=True)
        process.start()
        theirs.close()
        voice.close()
        victim = ServiceProcess(process=process, inbox=inbox, pipe=pipe)
        os.set_blocking(pipe.fileno(), False)
        asyncio.get_running_loop().add_reader(pipe.fileno(), victim._read)
        return victim

    def send(self, message: Order | Aim) -> None:
        """The order, or the aim, is on its way."""
        if self.dead:
            return
        if isinstance(message, Aim):
            self.aim = message
        self.idle_report = None
        try:
            self.inbox.send(message)
        except BrokenPipeError:
            self.news_event.set()

    def kill(self) -> None:
        """It is dead."""
        if not self.dead:
            self.dead = self.killed = True
            self.process.kill()
        self.news_event.set()

    async def wait_for_end(self) -> Died:
        """Everything that it said before it died has been heard; where the kill found it."""
        await asyncio.to_thread(self.process.join)
        loop = asyncio.get_running_loop()
        loop.remove_reader(self.pipe.fileno())
        while self._read():
            pass
        self.inbox.close()
        self.pipe.close()
        return self._killed_where()

    def _killed_where(self) -> Died:
        if self.target is not None and self.target_point in _PLACES and self.target in self.open[self.target_point]:
            return _PLACES[self.target_point]
        if self.target_point is Point.OBSERVATION:
            return Died.ELSEWHERE
        return next((place for point, place in _PLACES.items() if self.open[point]), Died.ELSEWHERE)

    # -- what it says

    def _read(self) -> bool:
        try:
            heard = os.read(self.pipe.fileno(), _PIPE_BYTES)
        except BlockingIOError:
            return False
        if not heard:
            if not self.dead:
                # It ended by itself: that is never right, and the harness finds it dead.
                self.dead = True
                asyncio.get_running_loop().remove_reader(self.pipe.fileno())
            self.news_event.set()
            return False
        *lines, self._rest_of_line = (self._rest_of_line + heard).split(b"\n")
        for line in lines:
            self._take(line.decode().split(" "))
        self.news_event.set()
        return True

    def _take(self, words: list[str]) -> None:
        word, facts = words[0], words[1:]
        match word:
            case "ready":
                self.url = facts[0]
            case "carried":
                self.done.add(facts[0])
                self.idle_report = None
            case "idle":
                self._take_idle(datetime.fromisoformat(facts[0]), facts[1])
                return
            case "done":
                pass
            case _:
                self.idle_report = None
                self._take_point(Point(word[:-1]), word[-1], int(facts[0]))
        self.heard_at = monotonic_seconds()
        if facts[-1] == HIT:
            self._hit(word, int(facts[0]))

    def _take_idle(self, now: datetime, due: str) -> None:
        next_due = None if due == "-" else datetime.fromisoformat(due)
        if self.idle_report is not None and (self.idle_report.now, self.idle_report.due) == (now, next_due):
            self.idle_report.times += 1
        else:
            self.idle_report = IdleReport(now, next_due)

    def _take_point(self, point: Point, edge: str, token: int) -> None:
        if edge == "+":
            self.open[point][token] = None
        else:
            self.open[point].pop(token, None)

    def _hit(self, word: str, token: int) -> None:
        """The aim was met: the kill follows after its delay."""
        self.target = token
        self.target_point = self.aim.point if self.aim else None
        delay = self.aim.delay if self.aim else 0.0
        asyncio.get_running_loop().call_later(delay, self.kill)
