"""The service as a process of its own, which a story can kill: it answers the harness over a socket.

Never `guardian serve`, which has no such switch. One line of JSON asks, one line with the same number answers.
"""

import asyncio
import json
import logging
import socket
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast

from guardian.assembly.bootstrap import assemble
from guardian.assembly.service import Service
from guardian.clock import DrivenClock, DrivenTime
from guardian.ids import SpaceName
from guardian.logs import configure
from guardian.sandbox.crash_points import CrashPoint, CrashPointSpace
from guardian.sandbox.world import BUDGET_SCALE
from guardian.settings.loader import read_settings
from guardian.spaces.port import Space

STARTED: Final = 0
"""The number of what is said once the service has started, unasked."""


async def serve(line: socket.socket, config: Path, time: Path, wrapping: str) -> None:
    """Run the service until the other end closes the line, or kills us."""
    lines, writer = await asyncio.open_connection(sock=line)

    def say(answer: Mapping[str, Any]) -> None:
        writer.write(json.dumps(answer).encode() + b"\n")

    crash_point = CrashPoint(lambda space, act: say({"paused": [space, act]}))
    service = await _assemble(config, time, wrapping, crash_point)
    await service.start()
    say({"number": STARTED, "url": service.url})
    await _answer_all(service, crash_point, lines, say)
    await service.stop()


async def _assemble(config: Path, time: Path, wrapping: str, crash_point: CrashPoint) -> Service:
    module, _, name = wrapping.partition(":")
    wrap = getattr(import_module(module), name)
    return await assemble(
        read_settings(config, {}),
        clock=DrivenClock(DrivenTime(time)),
        wrap=lambda space: cast(Space, CrashPointSpace(wrap(space), crash_point)),
        budget_scale=BUDGET_SCALE,
    )


async def _answer_all(
    service: Service, crash_point: CrashPoint, lines: asyncio.StreamReader, say: Callable[[Mapping[str, Any]], None]
) -> None:
    while line := await lines.readline():
        question = json.loads(line)
        say({"number": question["number"], **await _answer(service, crash_point, question)})


async def _answer(service: Service, crash_point: CrashPoint, question: Mapping[str, Any]) -> Mapping[str, Any]:
    match question["ask"]:
        case "idle":
            return {"idle": await service.is_idle()}
        case "waits":
            return {"waits": await service.is_waiting()}
        case "next":
            due = await service.next_due()
            return {"next": due.isoformat() if due else None}
        case _:
            crash_point.armed.add((SpaceName(question["space"]), str(question["act"])))
            return {"armed": True}


def main(line: socket.socket, config: str, time: str, wrapping: str) -> None:
    """Serve: the line to the harness, the configuration, the file with the time, and what is put round each space."""
    configure(as_json=False, level=logging.CRITICAL)
    asyncio.run(serve(line, Path(config), Path(time), wrapping))
