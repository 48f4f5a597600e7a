"""`python -m tests`: format, lint, types, import contracts and tests, each with its time and one line of result.

`python -m tests PART...` runs some of them, `--quick` types and tests only of what has changed since the main line
(`tests/changed.py`). The part `twins` runs where it is named: it tries the stories, not the product. With `--again` a few
tests that failed are tried once more, alone; what holds then is listed. Full output is shown only for what failed. The
type check works beside the others, since it needs one core for long. Read `main` first.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.changed import Changed, find_changed
from tests.docs.policy import still_to_come

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("guardian", "connectors", "rules", "tests")
QUICK = "--quick"
AGAIN = "--again"
MOST_AGAIN = 3
"""A fault of the machine meets a test or two; where more have failed, it is no accident."""
BESIDE = frozenset({"types"})
TWINS = "twins"
STILL_RUNNING_AFTER_SECONDS = 20.0
POLL_SECONDS = 0.05
WORKERS = str((os.cpu_count() or 1) + 2)
"""Two more than there are cores: a story waits for a third of its time, and the one that drives the browser for most of it."""
MEMORY = Path("/dev/shm")
TEMPORARY_BYTES = 4 * 1024**3


@dataclass(frozen=True, slots=True)
class Part:
    """One check: its name and the command line, run with this Python in the folder of the repository."""

    name: str
    command: tuple[str, ...]


@dataclass(slots=True)
class RunningPart:
    """A part at work, its output going to a file."""

    part: Part
    process: subprocess.Popen[bytes]
    output: Path
    began: float
    seconds: float | None = None

    def finished(self) -> bool:
        """Whether it has ended; notes how long it took the first time that it has."""
        if self.seconds is None and self.process.poll() is not None:
            self.seconds = time.monotonic() - self.began
        return self.seconds is not None

    @property
    def held(self) -> bool:
        """Whether it ended well."""
        return self.process.returncode == 0

    def text(self) -> str:
        """All that it printed."""
        return self.output.read_text(encoding="utf-8", errors="replace")


@dataclass(frozen=True, slots=True)
class Counts:
    """What the tests came to, and why some were not run."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    broken: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)


def parts(changed: Changed | None = None) -> tuple[Part, ...]:
    """Return every part in the order in which it is told; types and tests of `changed` alone, where that is given."""
    types = PACKAGES if changed is None else changed.packages or ("rules",)
    tests = () if changed is None else changed.tests
    tool = str(Path(sys.executable).parent)
    pytest = (sys.executable, "-m", "pytest", "-q", "-p", "tests.workers", "--workers", WORKERS, "--durations=15")
    return (
        Part("format", (f"{tool}/ruff", "format", "--check", ".")),
        Part("lint", (f"{tool}/ruff", "check", "--output-format=concise", ".")),
        Part("types", (sys.executable, "-m", "mypy", *types)),
        Part("contracts", (f"{tool}/lint-imports",)),
        Part("tests", (*pytest, "-m", "not twin", *tests)),
        Part(TWINS, (*pytest, "-m", "twin", "tests/stories/test_twins.py")),
    )


def main(words: list[str]) -> int:
    """Return 0 when every chosen part held."""
    names = [word for word in words if word not in (QUICK, AGAIN)]
    changed = find_changed() if QUICK in words else None
    known = {part.name: part for part in parts(changed)}
    strangers = [name for name in names if name not in known]
    if strangers:
        print(f"There is no part {', '.join(strangers)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    chosen = [part for part in known.values() if part.name in (names or known.keys() - {TWINS})]
    with tempfile.TemporaryDirectory(prefix="guardian-checks-") as folder:
        report = Path(folder) / "counts.json"
        os.environ["GUARDIAN_TEST_REPORT"] = str(report)
        _keep_compiled()
        _write_to_memory()
        finished = _run_parts(chosen, Path(folder))
        counts = _read_counts(report)
        _print_summary(finished, counts)
        broken = [running.part.name for running in finished if not running.held]
        if AGAIN in words and broken in (["tests"], [TWINS]) and _hold_alone(counts.broken, Path(folder)):
            broken = []
    if changed and changed.left:
        print(f"Left to the whole run, since they wait: {', '.join(changed.left)}")
    return 1 if broken else 0


def _hold_alone(names: tuple[str, ...], folder: Path) -> bool:
    """Whether the few tests that failed hold when they are run once more with nothing beside them; told either way."""
    if not 0 < len(names) <= MOST_AGAIN:
        return False
    again = Part("again", (sys.executable, "-m", "pytest", "-q", *names))
    held = _run_parts([again], folder)[0].held
    if held:
        print("Held at the second try, alone, and not at the first. Each is a fault, of the test or of the product:")
        print("\n".join(f"  {name}" for name in names))
    return held


def _keep_compiled() -> None:
    """Compiled modules are kept inside the environment: the workers and the many processes of the tests share them."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = str(Path(sys.prefix) / "compiled")


def _write_to_memory() -> None:
    """Temporary files lie in memory where the machine has plenty of it: each commit of a test waits for a disk otherwise."""
    if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > TEMPORARY_BYTES:
        os.environ["TMPDIR"] = str(MEMORY)


def _run_parts(chosen: list[Part], folder: Path) -> list[RunningPart]:
    """All chosen parts have ended: one after the other, but for those that work beside the rest. Told in order."""
    started = {part.name: _start(part, folder) for part in chosen if part.name in BESIDE}
    untold = list(chosen)
    in_turn = [part for part in chosen if part.name not in BESIDE]
    for part in in_turn:
        started[part.name] = _start(part, folder)
        _wait(part, started, untold)
    for part in chosen:
        _wait(part, started, untold)
    return [started[part.name] for part in chosen]


def _start(part: Part, folder: Path) -> RunningPart:
    output = folder / f"{part.name}.out"
    with output.open("wb") as file:
        process = subprocess.Popen(part.command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT)
    return RunningPart(part, process, output, time.monotonic())


def _wait(part: Part, started: Mapping[str, RunningPart], untold: list[Part]) -> None:
    """The part has ended; whatever can be told in order has been, and now and then that it is still at work."""
    told = time.monotonic()
    while not started[part.name].finished():
        _print_finished(started, untold)
        if time.monotonic() - told > STILL_RUNNING_AFTER_SECONDS:
            told = time.monotonic()
            print(f"  {part.name}: still running, {told - started[part.name].began:.0f} s", flush=True)
        time.sleep(POLL_SECONDS)
    _print_finished(started, untold)


def _print_finished(started: Mapping[str, RunningPart], untold: list[Part]) -> None:
    """Every part that has ended, and has no other before it that has not, is told."""
    for running in started.values():
        running.finished()
    while untold and untold[0].name in started and started[untold[0].name].finished():
        _print_part(started[untold.pop(0).name])


def _print_part(running: RunningPart) -> None:
    lines = [line for line in running.text().splitlines() if line.strip()]
    last = lines[-1].strip() if lines else "no output"
    if running.part.name == "contracts":
        last = next((line for line in lines if line.startswith("Contracts:")), last)
    result = re.sub(r"^=+ | =+$", "", last) if running.held else "FAILED"
    print(f"{running.part.name:<10} {running.seconds or 0.0:6.1f} s  {result}", flush=True)
    if not running.held:
        print(running.text(), flush=True)


def _read_counts(report: Path) -> Counts:
    if not report.exists():
        return Counts()
    told = json.loads(report.read_text(encoding="utf-8"))
    return Counts(
        passed=told["passed"],
        failed=told["failed"],
        skipped=told["skipped"],
        broken=tuple(told["broken"]),
        reasons=tuple(told["reasons"]),
        seconds=told["seconds"],
    )


def _print_summary(finished: list[RunningPart], counts: Counts) -> None:
    """The last lines: the parts that did not hold, what was not run and why, and the counts."""
    broken = [running.part.name for running in finished if not running.held]
    if broken:
        print(f"Failed: {', '.join(broken)}")
    if counts.reasons:
        print("Not run:")
        for reason in counts.reasons:
            print(f"  {reason}")
    if counts.seconds:
        print("Seconds of the tests by folder, those at work at once added up:")
        for folder, seconds in sorted(counts.seconds.items(), key=lambda entry: -entry[1]):
            print(f"  {seconds:7.1f}  {folder}")
    if any(running.part.name == "tests" for running in finished):
        print("Of the policy, not carried yet:")
        for rule, missing in still_to_come().items():
            print(f"  {rule}: {missing}")
        print(f"{counts.passed} passed, {counts.failed} failed, {counts.skipped} skipped")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
