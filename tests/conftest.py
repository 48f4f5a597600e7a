"""What every test may ask for: an empty database of either kind, and honest words about what could not run."""

import asyncio
import json
import os
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import structlog
import uvloop
from hypothesis import settings as hypothesis_settings

from guardian.ids import new_id
from tests import postgresql
from tests.builders.databases import copy_blank_file, drop_database, empty_database, run_statement
from tests.changed import SLOW_FOLDERS
from tests.warm.launcher import run_warm_server

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HOME = pytest.StashKey[Path]()
ON_THE_SERVICES_LOOP = (
    *(f"tests/guardian/{folder}/" for folder in ("notices", "reconciler", "services", "storage", "web")),
    "tests/stories/",
)

hypothesis_settings.register_profile("steady", deadline=None, derandomize=True, database=None)
hypothesis_settings.register_profile("fresh", deadline=None, max_examples=1000, database=None, print_blob=True)
hypothesis_settings.load_profile("steady")


def pytest_configure(config: pytest.Config) -> None:
    """The run has a folder for its PostgreSQL; workers of the run inherit it through the environment."""
    postgresql.sweep_abandoned()
    config.stash[HOME] = postgresql.claim_home()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The run's PostgreSQL has ended."""
    home = config.stash.get(HOME, None)
    if home is not None:
        postgresql.stop(home)


def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests of the service run on the event loop on which it runs, those of platforms on Python's own."""
    is_of_service = item.nodeid.startswith(ON_THE_SERVICES_LOOP)
    return {"loop": uvloop.new_event_loop if is_of_service else asyncio.new_event_loop}


def pytest_report_header() -> str:
    return postgresql.announcement()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits longest starts first; several workers share the rest out by themselves (`tests/workers.py`)."""
    items.sort(key=lambda item: not any(f"tests/{folder}/" in item.nodeid for folder in SLOW_FOLDERS))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test whose means are absent is not run, and says which package brings them; where they are required, it fails.

    The log is as at the start, whatever a test before it has made of that: a command that is run in this process silences
    it.
    """
    structlog.reset_defaults()
    for part, reason in (("postgresql", postgresql.missing()), ("browser", _why_no_browser())):
        if reason and item.get_closest_marker(part):
            if part in os.environ.get("GUARDIAN_TEST_REQUIRE", "").split(","):
                pytest.fail(f"required, but {reason}", pytrace=False)
            pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Where `python -m tests` asked for it, the counts, the time of each folder, and why some were not run stand in a file."""
    path = os.environ.get("GUARDIAN_TEST_REPORT")
    if not path:
        return
    stats = terminalreporter.stats
    skipped = [report.longrepr[2] for report in stats.get("skipped", []) if isinstance(report.longrepr, tuple)]
    broken = [report for state in ("failed", "error", "xpassed") for report in stats.get(state, [])]
    counts = {
        "passed": len(stats.get("passed", [])) + len(stats.get("xfailed", [])),
        "failed": len(broken),
        "skipped": len(stats.get("skipped", [])),
        "broken": sorted({report.nodeid for report in broken}),
        "reasons": sorted({reason.removeprefix("Skipped: ") for reason in skipped}),
        "seconds": _seconds_by_folder(report for reports in stats.values() for report in reports),
    }
    Path(path).write_text(json.dumps(counts), encoding="utf-8")


def _seconds_by_folder(reports: Iterable[object]) -> dict[str, float]:
    """How long the tests of each folder took, set up and taken down; what several workers did at once is added up."""
    seconds: dict[str, float] = defaultdict(float)
    for report in reports:
        if isinstance(report, pytest.TestReport):
            seconds[_folder_of(report.nodeid)] += report.duration
    return seconds


def _folder_of(nodeid: str) -> str:
    """The folder below `tests`, without the file; in `guardian` and `connectors` with the one below that."""
    folders = nodeid.partition("::")[0].split("/")[1:-1]
    return "/".join(folders[: 2 if folders[:1] in (["guardian"], ["connectors"]) else 1])


def _why_no_browser() -> str | None:
    if any(shutil.which(name) for name in BROWSERS):
        return None
    return "browser: not run (install the package chromium)"


@pytest.fixture(scope="session")
def warm() -> Iterator[tuple[str, ...]]:
    """The words that stand for `guardian` where its start is not the point: a process of its own, forked from a warm one."""
    with run_warm_server() as words:
        yield words


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite database that does not exist yet."""
    return f"sqlite+aiosqlite:///{tmp_path / 'guardian.sqlite'}"


@pytest.fixture
async def postgresql_url() -> AsyncIterator[str]:
    """The address of an empty PostgreSQL database, dropped afterwards. Needs the mark `postgresql`."""
    async with _create_database(postgresql.server_url()) as address:
        yield address


@asynccontextmanager
async def _create_database(server: str) -> AsyncIterator[str]:
    name = f"test_{new_id().replace('-', '')}"
    await run_statement(server, f'CREATE DATABASE "{name}"')
    yield _address(server, name)
    await run_statement(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _address(server: str, name: str) -> str:
    before, _, after = server.partition("?")
    address = f"{before.rpartition('/')[0]}/{name}"
    return address.replace("postgresql://", "postgresql+asyncpg://", 1) + (f"?{after}" if after else "")


@pytest.fixture(scope="session")
def own_databases() -> Iterator[None]:
    """What this process makes for itself on a server that was given is dropped in the end."""
    yield
    given = os.environ.get(postgresql.GIVEN_SERVER)
    if given:
        asyncio.run(drop_database(partial(_address, given)))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
async def full_database_url(request: pytest.FixtureRequest, tmp_path: Path, own_databases: None) -> AsyncIterator[str]:
    """The address of a database with every table and no row, of either kind: a copy, since making one is slow."""
    if request.param == "sqlite":
        yield await copy_blank_file(tmp_path / "guardian.sqlite")
        return
    yield await empty_database(partial(_address, postgresql.server_url()))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database: the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
