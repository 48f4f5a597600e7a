"""`python -m tests.bench [PART...] [--json]`: measures, prints each number beside its aim, and says where one is missed.

A missed aim is a finding, not a failure: the exit is 0 when everything could be measured. A part that could not be is
named, and the others go on.
"""

import argparse
import asyncio
import json
import logging
import os
import sys
import tempfile
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from guardian.logs import configure
from tests.bench import event, hostile, intake, lift_lag, memory, pages, propagation, raid, records, restart
from tests.bench.figures import Part

_PARTS: dict[str, Callable[[Path], Awaitable[Part]]] = {
    propagation.NAME: lambda folder: propagation.measure(folder, propagation.Size()),
    lift_lag.NAME: lambda folder: lift_lag.measure(folder, lift_lag.Size()),
    raid.NAME: lambda folder: raid.measure(folder, raid.Size()),
    intake.NAME: lambda folder: intake.measure(folder, intake.Size()),
    hostile.NAME: lambda folder: hostile.measure(folder, hostile.Size()),
    memory.NAME: lambda folder: memory.measure(folder, memory.Size()),
    restart.NAME: lambda folder: restart.measure(folder, restart.Size()),
    event.NAME: lambda folder: event.measure(folder, event.Size()),
    pages.NAME: lambda folder: pages.measure(folder, pages.Size()),
    records.NAME: lambda folder: records.measure(folder, records.Size()),
}


def main(arguments: list[str]) -> int:
    """0 when every chosen part was measured, 1 when one could not be or was interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"all, or any of: {', '.join(_PARTS)}")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
    given = parser.parse_args(arguments)
    strangers = [name for name in given.parts if name not in _PARTS]
    if strangers:
        parser.error(f"there is no part {', '.join(strangers)}; there are: {', '.join(_PARTS)}")
    configure(as_json=False, level=logging.ERROR)
    names = given.parts or list(_PARTS)
    measured: list[Part] = []
    try:
        asyncio.run(_measure(names, measured))
    except KeyboardInterrupt:
        # Hours may lie behind a person who has seen enough: what was measured until now is theirs.
        print("interrupted: what stands above was measured, the rest was not", flush=True)
    if given.json:
        print(json.dumps({"machine": _machine(), "parts": {part.name: _facts(part) for part in measured}}))
    return 0 if len(measured) == len(names) else 1


async def _measure(names: list[str], parts: list[Part]) -> None:
    for name in names:
        try:
            with tempfile.TemporaryDirectory(prefix="guardian-bench-", ignore_cleanup_errors=True) as folder:
                part = await _PARTS[name](Path(folder))
        except Exception:
            # One part's fault keeps no figure of another's back.
            traceback.print_exc()
            print(f"{name}: could not be measured\n", flush=True)
            continue
        print("\n".join([*part.lines, *(aim.line() for aim in part.aims), ""]), flush=True)
        parts.append(part)


def _facts(part: Part) -> dict[str, Any]:
    return {**part.facts, "aims": [aim.as_json() for aim in part.aims]}


def _machine() -> dict[str, Any]:
    return {"cores": os.cpu_count(), "load": [round(load, 2) for load in os.getloadavg()]}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
