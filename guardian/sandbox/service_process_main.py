"""The service as a process of its own, which a story can kill: it answers the harness over its standard streams.

Never `guardian serve`, which has no such switch. One line of JSON asks, one line answers.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from guardian.assembly.bootstrap import assemble
from guardian.assembly.service import Service
from guardian.clock import DrivenClock, DrivenTime
from guardian.ids import SpaceName
from guardian.logs import configure
from guardian.sandbox.crash_points import CrashPoint, CrashPointSpace
from guardian.sandbox.world import BUDGET_SCALE
from guardian.settings.loader import read_settings
from guardian.spaces.port import Space

_LONGEST_LINE = 1024 * 1024


async def serve(config: Path, time: Path, wrapping: str) -> None:
    """Run the service until the other end closes our input, or kills us."""
    crash_point = CrashPoint(lambda space, act: write_line({"paused": [space, act]}))
    module, _, name = wrapping.partition(":")
    wrap = getattr(import_module(module), name)
    service = await assemble(
        read_settings(config, {}),
        clock=DrivenClock(DrivenTime(time)),
        wrap=lambda space: cast(Space, CrashPointSpace(wrap(space), crash_point)),
        budget_scale=BUDGET_SCALE,
    )
    await service.start()
    write_line({"url": service.url})
    lines = await _open_input()
    while line := await lines.readline():
        write_line(await _answer(service, crash_point, json.loads(line)))
    await service.stop()


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


def write_line(answer: Mapping[str, Any]) -> None:
    """Write the line to the other end."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


async def _open_input() -> asyncio.StreamReader:
    lines = asyncio.StreamReader(limit=_LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    return lines


def main() -> None:
    """Read the command line: the configuration, the file with the time, and what is put round each space."""
    configure(as_json=False, level=logging.CRITICAL)
    config, time, wrapping = sys.argv[1:]
    asyncio.run(serve(Path(config), Path(time), wrapping))


if __name__ == "__main__":
    main()
