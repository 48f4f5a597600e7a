"""How the service under trial says where it is: in a call, between a call and its record, in a commit.

Each begin and each end goes out over a pipe before anything else happens. Where the harness has aimed, the service waits
to be killed, so that a kill finds it where the seed said.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import TypeVar

T = TypeVar("T")

PAUSE_SECONDS = 5.0
"""How long the service waits for a kill that was aimed here; it comes within milliseconds."""


class Point(StrEnum):
    """Where a kill is aimed."""

    CALL = "call"
    RECORD = "record"
    COMMIT = "commit"
    OBSERVATION = "look"


class Side(StrEnum):
    """Before the thing itself, while it is under way, or when it is done and nobody has heard."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Aim:
    """The `nth` begin of such a point from the aiming on; the kill comes `delay` wire seconds after its announcement."""

    point: Point
    nth: int
    side: Side
    delay: float


HIT = "!"


class Announcer:
    """Writes to the pipe. It is the database's observer too."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe
        self._tokens = count(1)
        self._counted: Counter[str] = Counter()
        self._aim: Aim | None = None
        self._target: int | None = None
        self._commits: dict[asyncio.Task[object], int] = {}
        self._records: dict[asyncio.Task[object], list[int]] = {}

    def write(self, word: str, *facts: object) -> None:
        """The line is in the pipe."""
        os.write(self._pipe, (" ".join([word, *map(str, facts)]) + "\n").encode())

    def aim(self, aim: Aim) -> None:
        """From now on the points are counted towards this kill."""
        self._aim, self._counted = aim, Counter()

    async def call(self, word: Point, work: Awaitable[T], *, acts: bool) -> T:
        """The call has begun, has been made, and has ended; what it changed is still to be recorded."""
        token = self._begins(word)
        try:
            return await work
        finally:
            self._ends(word, token)
            if acts:
                self._records.setdefault(_task(), []).append(self._begins(Point.RECORD))

    # -- the database's observer

    def on_commit_start(self) -> None:
        """The transaction of this task is about to be committed."""
        task = _task()
        for token in self._records.get(task, ()):
            self._pause_if_target(token)
        self._commits[task] = self._begins(Point.COMMIT)

    def on_commit_end(self) -> None:
        """It has been committed, and with it the record of the calls that this task has made."""
        task = _task()
        self._ends(Point.COMMIT, self._commits.pop(task))
        for token in self._records.pop(task, ()):
            self.write(f"{Point.RECORD}-", token)

    # -- aiming

    def _begins(self, point: Point) -> int:
        token = next(self._tokens)
        self._counted[point] += 1
        aim = self._aim
        is_target = aim is not None and aim.point is point and self._counted[point] == aim.nth
        if aim is None or not is_target:
            self.write(f"{point}+", token)
            return token
        self._target = token
        at_once = aim.side is not Side.AFTER or point is Point.RECORD
        self.write(f"{point}+", token, *([HIT] if at_once else []))
        if aim.side is Side.BEFORE and point is not Point.RECORD:
            self._pause_if_target(token)
        return token

    def _ends(self, point: Point, token: int) -> None:
        if token == self._target:
            self.write("done", token, HIT)
        self._pause_if_target(token)
        self.write(f"{point}-", token)

    def _pause_if_target(self, token: int) -> None:
        """Where the kill was aimed, nothing goes on until it comes."""
        if token == self._target:
            time.sleep(PAUSE_SECONDS)


def _task() -> asyncio.Task[object]:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("calls and commits are made by tasks")
    return task
