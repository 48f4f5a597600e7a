"""A process that has loaded what the product and its tests load from elsewhere, and forks one for each run of tests.

It stands in the copy and never loads the product itself, so that what it forks reads the source as it is by then. A
line of JSON asks, a line of JSON answers. Read `serve` first.
"""

import contextlib
import gc
import io
import json
import os
import select
import signal
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest

HERE: Final = Path(__file__).resolve().parents[2]
_OURS: Final = ("guardian", "connectors", "rules", "tests")
_BLOCK: Final = 65536
_OPTIONS: Final = (
    *("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not postgresql and not browser"),
    # The libraries are loaded before pytest looks at them: assertions in them are none of ours.
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)


class FirstFailure:
    """Notes the first test that fails, or the first file that cannot be read."""

    def __init__(self) -> None:
        self.failed = ""
        self.passed = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.passed += report.when == "call" and report.passed
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid


def serve() -> None:
    """Run tests for whoever asks, until our input is closed."""
    _load_libraries()
    _tell({"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        _tell(_run(asked["tests"], asked["seconds"]))


def _tell(answer: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


def _load_libraries() -> None:
    """Whatever the product loads from elsewhere is loaded; which that is, a process that loads the product has said."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        for path in sorted(HERE.joinpath("guardian").rglob("*.py")):
            _try_import(".".join(path.relative_to(HERE).with_suffix("").parts))
        _try_import("hypothesis.stateful")
        with os.fdopen(writes, "w") as told:
            told.write("\n".join(name for name in sys.modules if name.partition(".")[0] not in _OURS))
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as told:
        names = told.read().splitlines()
    os.waitpid(child, 0)
    for name in names:
        _try_import(name)
    gc.collect()
    gc.freeze()


def _try_import(name: str) -> None:
    if not name.endswith("__main__"):
        with contextlib.suppress(Exception):
            import_module(name)


def _run(tests: list[str], seconds: float) -> dict[str, Any]:
    """What came of the tests in a process of their own: `failed` is the first that did."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reads)
        os.setsid()
        _run_as_child(tests, writes)
    os.close(writes)
    answer = _read_until(reads, time.monotonic() + seconds)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return json.loads(answer) if answer else {"failed": "", "passed": 0, "code": -1}


def _read_until(reads: int, end: float) -> bytes:
    """What the child wrote; nothing where it did not come to an end in time."""
    told = b""
    with os.fdopen(reads, "rb", buffering=0) as pipe:
        while select.select([pipe], [], [], max(0.0, end - time.monotonic()))[0]:
            block = pipe.read(_BLOCK)
            if not block:
                return told
            told += block
    return b""


def _run_as_child(tests: list[str], writes: int) -> NoReturn:
    first = FirstFailure()
    quiet = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(quiet, number)
    sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
    code = pytest.main([*_OPTIONS, *tests], plugins=[first])
    os.write(writes, json.dumps({"failed": first.failed, "passed": first.passed, "code": int(code)}).encode())
    os._exit(0)


if __name__ == "__main__":
    serve()
