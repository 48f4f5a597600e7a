"""One defect at a time in a copy of the repository, and the tests that concern it. Read `Trials.of` first.

The copy lies in memory where the machine has some. A test counts only where it passes without the defect.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from tests.changed import ROOT
from tests.mutate.concern import Concern
from tests.mutate.defect import Defect

_LEFT_OUT: Final = shutil.ignore_patterns(
    ".git", ".venv", "*_cache", "__pycache__", ".hypothesis", "node_modules", "*.egg-info"
)
_MEMORY: Final = Path("/dev/shm")
_NICE: Final = 10
_FAILED: Final = 1
_TOGETHER: Final = 4
_ASKED_TOGETHER: Final = 40
_NOT_COLLECTED: Final = (2, 3, 4)
_CUT_OFF: Final = -1


class Verdict(StrEnum):
    """What became of a defect."""

    NOTICED = "noticed"
    SURVIVED = "survived"
    UNREADABLE = "unreadable"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one defect, by which test, or why it is not known; and how long it took."""

    defect: Defect
    verdict: Verdict
    by: str
    seconds: float


class Trials:
    """A copy of the repository and the process that runs tests in it."""

    def __init__(self, copy: Path, server: "subprocess.Popen[str]", ceiling_seconds: float) -> None:
        self._copy = copy
        self._server = server
        self._ceiling_seconds = ceiling_seconds
        self._concern = Concern(copy)
        self._sound: dict[str, bool] = {}
        self._planted = 0

    def of(self, defect: Defect, circles: int, first: str = "") -> Result:
        """Plant the defect, ask the tests that concern it circle by circle, and take it out again.

        `first` is asked before all others; so many circles are asked at most.
        """
        began = time.monotonic()
        verdict, by = self._judge(defect, circles, first)
        return Result(defect, verdict, by, time.monotonic() - began)

    def _judge(self, defect: Defect, circles: int, first: str) -> tuple[Verdict, str]:
        asked = [(test,) for test in dict.fromkeys((first, defect.test)) if test and self._is_there(test)]
        unknown = ""
        for tests in (*asked, *self._portions(defect, circles)):
            with self._plant(defect) as sound:
                answer = self._run(tests, defect.file, sound)
            code, failed = answer["code"], answer["failed"]
            if code in _NOT_COLLECTED:
                return Verdict.UNREADABLE, failed
            if code == _FAILED and self._passes_without(failed):
                return Verdict.NOTICED, failed
            if code in (_FAILED, _CUT_OFF):
                unknown = f"fails without it too: {failed}" if failed else f"no end after {self._ceiling_seconds:.0f} s"
        return (Verdict.UNKNOWN, unknown) if unknown else (Verdict.SURVIVED, "")

    def _portions(self, defect: Defect, circles: int) -> Iterator[tuple[str, ...]]:
        """The files of each circle, a few at a time: of many that take too long together, all but one may be quick."""
        if defect.asked:
            yield from (defect.asked[at : at + _ASKED_TOGETHER] for at in range(0, len(defect.asked), _ASKED_TOGETHER))
            return
        for circle in self._concern.circles(defect.file)[:circles]:
            yield from (circle[at : at + _TOGETHER] for at in range(0, len(circle), _TOGETHER))

    def _is_there(self, test: str) -> bool:
        return (self._copy / test.partition("::")[0]).exists()

    def _passes_without(self, test: str) -> bool:
        if test not in self._sound:
            answer = self._run((test,))
            self._sound[test] = answer["code"] == 0 and answer["passed"] > 0
        return self._sound[test]

    def _run(self, tests: tuple[str, ...], file: str = "", sound: str = "") -> dict[str, Any]:
        """What came of the tests, with the defect that stands in the file, which was `sound` before."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        asked = {"tests": tests, "seconds": self._ceiling_seconds, "file": file, "sound": sound}
        self._server.stdin.write(f"{json.dumps(asked)}\n")
        self._server.stdin.flush()
        answer: dict[str, Any] = json.loads(self._server.stdout.readline())
        return answer

    @contextmanager
    def _plant(self, defect: Defect) -> Iterator[str]:
        """The defect stands in the copy for as long as the block lasts, which is given what stood there before.

        Each time the file is as of another second.
        """
        path = self._copy / defect.file
        sound = path.read_text(encoding="utf-8")
        path.write_text(defect.plant(sound), encoding="utf-8")
        self._set_time(path)
        try:
            yield sound
        finally:
            path.write_text(sound, encoding="utf-8")
            self._set_time(path)

    def _set_time(self, path: Path) -> None:
        """What was compiled of another content is known by the time of the file, in whole seconds."""
        self._planted += 1
        at = 1_000_000_000 + self._planted
        os.utime(path, (at, at))


@contextmanager
def open_trials(ceiling_seconds: float) -> Iterator[Trials]:
    """Trials in a copy of the repository, which is gone afterwards."""
    beside = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="guardian-defects-", dir=beside) as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=_LEFT_OUT, symlinks=True)
        environment = os.environ | {"PYTHONPATH": str(copy), "TMPDIR": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment.pop("PYTHONPYCACHEPREFIX", None)
        command = ("nice", "-n", str(_NICE), sys.executable, "-m", "tests.mutate.warm")
        with subprocess.Popen(
            command, cwd=copy, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdin is not None
            assert server.stdout is not None
            if not server.stdout.readline():
                raise RuntimeError("the process that runs the tests did not start")
            yield Trials(copy, server, ceiling_seconds)
            server.stdin.close()
