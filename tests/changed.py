"""What `python -m tests --quick` looks at: the files that differ from the main line, and the tests beside them.

Read `Changed` first. A module's tests are the file that mirrors it, or else the nearest folder that does. Folders whose
tests wait (`SLOW_FOLDERS`) are left to the whole run, which is said where one of them has changed.
"""

import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
SLOW_FOLDERS: Final = ("browser", "stories", "crash")
PRODUCT: Final = ("guardian", "connectors", "rules")
ALWAYS: Final = "tests/architecture"
DOCS: Final = "tests/docs"
POLICIES: Final = "config/policies/"


@dataclass(frozen=True)
class Changed:
    """Paths below the root of the repository, of files that are there; `root` is that root."""

    paths: tuple[str, ...]
    root: Path = ROOT

    @cached_property
    def python(self) -> tuple[str, ...]:
        """The Python files among them."""
        return tuple(path for path in self.paths if path.endswith(".py"))

    @cached_property
    def packages(self) -> tuple[str, ...]:
        """The folders of the Python files, none within another of them."""
        return _outermost(str(Path(path).parent) for path in self.python if "/" in path)

    @cached_property
    def tests(self) -> tuple[str, ...]:
        """The test files and folders to run, none within another of them; those that read all sources are among them."""
        return _outermost([ALWAYS, *(place for path in self.paths for place in self._tests_of(path))])

    @cached_property
    def left(self) -> tuple[str, ...]:
        """The changed test files that are left to the whole run, since they wait."""
        return tuple(path for path in self.python if _is_slow(path) and Path(path).name.startswith("test_"))

    def _tests_of(self, path: str) -> Iterator[str]:
        if path.startswith("tests/") and not _is_slow(path):
            yield from self._changed_test(path)
        elif path.endswith(".py") and path.startswith(PRODUCT):
            yield from self._mirrored(path)
        elif path.startswith(POLICIES):
            yield "tests/rules"
            yield "tests/guardian/test_policy_file.py"
        if path.endswith((".md", ".toml", ".svg")):
            yield DOCS

    def _changed_test(self, path: str) -> Iterator[str]:
        """A test file itself; for a `conftest.py`, the folder that it serves, unless that is all."""
        name = Path(path).name
        if name.startswith("test_") and path.endswith(".py"):
            yield path
        elif name == "conftest.py" and path != "tests/conftest.py":
            yield str(Path(path).parent)

    def _mirrored(self, path: str) -> Iterator[str]:
        """The test file of the module or of a package that it is in, or the nearest folder that mirrors its own."""
        at = Path("tests") / path
        while at.parent != Path("tests"):
            beside = at.with_name(f"test_{at.stem}.py")
            found = next((place for place in (beside, at.parent) if self._holds_tests(place)), None)
            if found is not None:
                yield str(found)
                return
            at = at.parent

    def _holds_tests(self, place: Path) -> bool:
        """Whether the place is a test file, or a folder for one package: those of whole layers take too long."""
        return (self.root / place).exists() and str(place) not in {"tests/guardian", "tests/connectors"}


def find_changed() -> Changed:
    """Return what differs from where this branch left the main line, with what is not committed yet."""
    base = _git("merge-base", "HEAD", "main") or ["HEAD"]
    paths = {*_git("diff", "--name-only", base[0]), *_git("ls-files", "--others", "--exclude-standard")}
    return Changed(tuple(sorted(path for path in paths if (ROOT / path).exists())))


def _git(*words: str) -> list[str]:
    """The lines of git's answer; none where it refuses."""
    done = subprocess.run(("git", *words), cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if done.returncode == 0 else []


def _is_slow(path: str) -> bool:
    return path.startswith(tuple(f"tests/{folder}/" for folder in SLOW_FOLDERS))


def _outermost(places: Iterable[str]) -> tuple[str, ...]:
    known = sorted(set(places))
    return tuple(place for place in known if not any(place.startswith(f"{other}/") for other in known))
