"""Several processes run the tests as one would: every test once, each failure told, none lost with its process."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workers import LONG, MOST_TOGETHER, Work

ROOT = Path(__file__).resolve().parents[2]
BARE = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def play(folder: Path, text: str, *options: str) -> tuple[int, dict[str, int], str]:
    """How a run of this test file by three workers ended: its code, its counts, and what it printed."""
    (folder / "test_sample.py").write_text(text, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.workers", "--workers", "3")
    words = (*command, *options, f"--rootdir={folder}", f"--confcutdir={folder}", str(folder))
    done = subprocess.run(words, cwd=ROOT, env=BARE, capture_output=True, text=True, check=False, timeout=300)
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|errors?|skipped)", done.stdout)}
    return done.returncode, counts, done.stdout


def test_every_test_is_run_once(tmp_path: Path) -> None:
    text = """
import pathlib
import pytest

@pytest.mark.parametrize("number", range(40))
def test_it(number):
    with (pathlib.Path(__file__).parent / "run").open("a") as file:
        file.write(f"{number} ")
"""
    code, counts, _ = play(tmp_path, text)
    assert (code, counts) == (0, {"passed": 40})
    assert sorted(map(int, (tmp_path / "run").read_text(encoding="utf-8").split())) == list(range(40))


def test_a_failure_is_told_with_its_reason_and_what_was_printed(tmp_path: Path) -> None:
    text = """
def test_one(): pass
def test_two(): pass
def test_three():
    print("said before")
    assert 1 == 2
"""
    code, counts, told = play(tmp_path, text)
    assert (code, counts) == (1, {"passed": 2, "failed": 1})
    assert "assert 1 == 2" in told
    assert "said before" in told


def test_a_process_that_ends_in_the_middle_fails_its_test_and_loses_no_other(tmp_path: Path) -> None:
    text = """
import os
import pytest

@pytest.mark.parametrize("number", range(6))
def test_before(number): pass
def test_that_ends_its_process(): os._exit(0)
@pytest.mark.parametrize("number", range(6))
def test_after(number): pass
"""
    code, counts, told = play(tmp_path, text)
    assert (code, counts) == (1, {"passed": 12, "failed": 1})
    assert "ended in the middle" in told


def test_what_a_session_shares_is_ended_in_the_process_that_made_it(tmp_path: Path) -> None:
    text = """
import os, pathlib
import pytest

@pytest.fixture(scope="session")
def shared():
    made = os.getpid()
    yield made
    with (pathlib.Path(__file__).parent / "ended").open("a") as file:
        file.write(f"{made == os.getpid()} ")

@pytest.mark.parametrize("number", range(40))
def test_it(shared, number): pass
"""
    assert play(tmp_path, text)[1] == {"passed": 40}
    assert set((tmp_path / "ended").read_text(encoding="utf-8").split()) == {"True"}


def test_an_end_that_fails_fails_the_run(tmp_path: Path) -> None:
    text = """
import pytest

@pytest.fixture(scope="session")
def shared():
    yield
    raise ValueError("left open")

@pytest.mark.parametrize("number", range(4))
def test_it(shared, number): pass
"""
    code, _, told = play(tmp_path, text)
    assert code == 1
    assert "left open" in told


def test_the_run_ends_at_the_first_failure_where_that_is_asked(tmp_path: Path) -> None:
    text = """
import pytest

@pytest.mark.parametrize("number", range(400))
def test_it(number): assert False
"""
    code, counts, _ = play(tmp_path, text, "-x")
    assert code == 1
    assert counts["failed"] < 400


def test_a_file_that_cannot_be_read_is_an_error_and_nothing_runs(tmp_path: Path) -> None:
    code, counts, _ = play(tmp_path, "import pytest\nraise ValueError\n" + "def test_it(): pass\n" * 4)
    assert (code, counts) == (2, {"error": 1})


@pytest.mark.parametrize("computing", [True, False])
def test_whatever_kind_a_worker_begins_with_all_is_taken(computing: bool) -> None:
    names = [f"tests/{folder}/test_a.py::test_{number}" for folder in ("rules", "stories") for number in range(30)]
    work, taken = Work(names), list[int]()
    while group := work.take(computing=computing):
        taken += group
    assert sorted(taken) == list(range(60))


def test_what_computes_is_taken_by_whoever_begins_with_it() -> None:
    names = ["tests/stories/test_a.py::test_it", *(f"tests/rules/test_a.py::test_{number}" for number in range(20))]
    work = Work(names)
    assert work.take(computing=True) == list(range(1, 1 + MOST_TOGETHER))
    assert work.take(computing=False) == [0]


def test_what_computes_long_is_taken_first_and_one_by_one() -> None:
    work = Work(f"{module}::test_{number}" for module in ("tests/rules/test_a.py", LONG[0]) for number in range(2))
    assert [work.take(computing=True) for _ in range(3)] == [[2], [3], [0, 1]]


@pytest.mark.parametrize("path", LONG)
def test_what_is_said_to_compute_long_is_there(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_pages_of_one_browser_stay_together_and_stories_are_taken_one_by_one() -> None:
    modules = ("browser/test_a", "browser/test_b", "stories/test_a")
    work = Work(f"tests/{module}.py::test_{number}" for module in modules for number in range(3))
    assert [work.take(computing=False) for _ in range(4)] == [[0, 1, 2, 3, 4, 5], [6], [7], [8]]
