"""Starts the process that forks commands, and ends it."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.warm import stub

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def run_warm_server() -> Iterator[tuple[str, ...]]:
    """The words that stand for `guardian` in a command line, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="guardian-warm-") as folder:
        address = f"{folder}/door"
        command = (sys.executable, "-m", "tests.warm.server", address)
        pipe = subprocess.PIPE
        with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as server:
            assert server.stdin is not None
            assert server.stdout is not None
            assert server.stdout.readline() == "ready\n", "the process that forks commands did not start"
            yield (sys.executable, "-S", "-E", str(Path(str(stub.__file__))), address)
            server.stdin.close()
