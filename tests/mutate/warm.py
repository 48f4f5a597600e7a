"""A process that has loaded the product as it is without a defect, and forks one for each run of tests.

What is forked brings in the defect. A line of JSON asks, a line of JSON answers. Read `serve` first.
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

from tests.mutate.exchange import bring_in

HERE: Final = Path(__file__).resolve().parents[2]
_PRODUCT: Final = ("rules", "guardian", "connectors")
_BLOCK: Final = 65536
_OPTIONS: Final = (
    *("-x", "-q", "--tb=no", "-p", "no:cacheprovider", "-m", "not postgresql and not browser"),
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
    _load()
    _tell({"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        _tell(_run(asked))


def _tell(answer: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(answer)}\n")
    sys.stdout.flush()


def _load() -> None:
    """All of the product, and what builds its tests, is loaded once: what is forked begins with it."""
    for folder in (*_PRODUCT, "tests/builders", "tests/fakes"):
        for path in sorted((HERE / folder).rglob("*.py")):
            _try_import(".".join(path.relative_to(HERE).with_suffix("").parts).removesuffix(".__init__"))
    gc.collect()
    gc.freeze()


def _try_import(name: str) -> None:
    if not name.endswith("__main__"):
        with contextlib.suppress(Exception):
            import_module(name)


def _run(asked: dict[str, Any]) -> dict[str, Any]:
    """What came of the tests in a process of their own: `failed` is the first that did."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reads)
        os.setpgid(0, 0)
        _run_as_child(asked, writes)
    os.close(writes)
    answer = _read_until(reads, time.monotonic() + asked["seconds"])
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


def _run_as_child(asked: dict[str, Any], writes: int) -> NoReturn:
    first = FirstFailure()
    quiet = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(quiet, number)
    sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
    if asked["file"]:
        bring_in(HERE / asked["file"], asked["sound"])
    code = pytest.main([*_OPTIONS, *asked["tests"]], plugins=[first])
    os.write(writes, json.dumps({"failed": first.failed, "passed": first.passed, "code": int(code)}).encode())
    os._exit(0)


if __name__ == "__main__":
    serve()
