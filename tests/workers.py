"""Runs the tests in several processes, forked from one that has loaded and collected them: `-p tests.workers --workers 3`.

In some folders most tests wait, in the others most compute: one worker in three begins with those that compute, the rest
with those that wait, so that the processor is kept busy from beginning to end. Read `Workers` first.
"""

import gc
import os
import random
import signal
import threading
import traceback
import warnings
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any, Final, NoReturn

import pytest

from tests.changed import SLOW_FOLDERS

OPTION: Final = "--workers"
WAITING: Final = (*SLOW_FOLDERS, "bench", "contracts", "guardian/cli", "connectors")
"""Folders whose tests mostly wait, those that wait longest first: they fill the gaps of the rest."""
ALONE: Final = ("stories", "crash")
"""Folders whose tests share nothing, and of which each takes long: they are handed out one by one."""
LONG: Final = (
    "tests/guardian/services/test_hidden_facts_change_no_answer.py",
    "tests/guardian/services/test_every_use_case_is_blind.py",
    "tests/guardian/web/console/test_every_route.py",
    "tests/guardian/reconciler/test_loop.py",
)
"""Files whose tests compute long: they are handed out first, and one by one, so that nobody waits for them in the end."""
SHARING: Final = ("browser",)
"""Folders whose tests share something dear: one process runs them all, since a browser each would keep both cores busy."""
ONE_IN: Final = 3
MOST_TOGETHER: Final = 12
COLLECTED_AFTER: Final = (20_000, 20, 50)
"""How many new objects the collector of garbage waits for: by itself it looks through all of them far too often."""
_COMPUTES, _COMPUTES_LONG = -1, -2
_NAME: Final = "workers"
_PRINTERS: Final = ("terminalreporter", "terminalprogress")

Location = tuple[str, int | None, str]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, type=int, default=1, help="how many processes run the tests")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption(OPTION) > 1:
        config.pluginmanager.register(Workers(config.getoption(OPTION)), _NAME)


class Work:
    """The tests that nobody has taken yet, by their numbers: neighbours of one module together, for what they share."""

    def __init__(self, names: Iterable[str]) -> None:
        groups = list(_together(names))
        self._waiting = deque(group for _, group in sorted((e for e in groups if e[0] >= 0), key=lambda e: e[0]))
        self._computing = deque(group for _, group in sorted((e for e in groups if e[0] < 0), key=lambda e: e[0]))

    def take(self, *, computing: bool) -> list[int]:
        """Return tests of that kind, or of the other where there is none left; nothing where all are taken."""
        first, second = (self._computing, self._waiting)[:: 1 if computing else -1]
        left = first or second
        return left.popleft() if left else []

    def give_back(self, group: list[int]) -> None:
        """Let somebody else take these."""
        self._waiting.appendleft(group)


def _together(names: Iterable[str]) -> Iterator[tuple[int, list[int]]]:
    """Neighbours of one module with the place of their folder in `WAITING`; those in `ALONE` and `LONG` each by itself."""
    for module, numbered in groupby(enumerate(names), key=lambda entry: _shared_by(entry[1])):
        place = next((n for n, folder in enumerate(WAITING) if module.startswith(f"tests/{folder}/")), _COMPUTES)
        numbers = [number for number, _ in numbered]
        folder = WAITING[place] if place >= 0 else ""
        if module in LONG:
            place = _COMPUTES_LONG
        size = 1 if module in LONG or folder in ALONE else len(numbers) if folder in SHARING else MOST_TOGETHER
        yield from ((place, numbers[at : at + size]) for at in range(0, len(numbers), size))


def _shared_by(name: str) -> str:
    """What the tests share that run together: their module, or the whole folder."""
    module = name.partition("::")[0]
    return next((f"tests/{folder}/" for folder in SHARING if module.startswith(f"tests/{folder}/")), module)


@dataclass(slots=True)
class Worker:
    """One process: what it has taken and not finished, and which test it is at."""

    process: int
    connection: Connection
    computing: bool
    taken: list[int] = field(default_factory=list)
    at: tuple[str, Location] | None = None


class Workers:
    """The process that hands out the tests and tells what came of them; it runs none itself."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._workers: list[Worker] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Run all tests; left to pytest itself where there is nothing to run, or nothing to share."""
        if session.testsfailed or session.config.getoption("collectonly") or len(session.items) < self.count:
            return None
        assert threading.active_count() == 1, "what is forked has no threads: something that was loaded has started one"
        # One folder for the temporary files of all, made before they part.
        vars(session.config)["_tmp_path_factory"].getbasetemp()
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECTED_AFTER)
        work = Work(item.nodeid for item in session.items)
        try:
            for number in range(self.count):
                self._start(session, computing=number % ONE_IN == 0)
            while self._workers:
                self._listen(session, work)
                _stop_where_asked(session)
        finally:
            self._kill()
        return True

    def _start(self, session: pytest.Session, *, computing: bool) -> None:
        ours, theirs = Pipe()
        process = os.fork()
        if process == 0:
            for connection in (ours, *(worker.connection for worker in self._workers)):
                connection.close()
            _work(session, theirs)
        theirs.close()
        self._workers.append(Worker(process, ours, computing))

    def _listen(self, session: pytest.Session, work: Work) -> None:
        ready = wait([worker.connection for worker in self._workers])
        for worker in [worker for worker in self._workers if worker.connection in ready]:
            try:
                kind, told = worker.connection.recv()
            except (EOFError, ConnectionError):
                self._bury(session, work, worker)
            else:
                _hear(session, work, worker, kind, told)

    def _bury(self, session: pytest.Session, work: Work, worker: Worker) -> None:
        """A worker has ended. Where it was at a test, that has failed, and another worker takes the rest."""
        self._workers.remove(worker)
        worker.connection.close()
        os.waitpid(worker.process, 0)
        if worker.at is not None:
            _report_failure(session, *worker.at, "the process that ran this test ended in the middle of it")
            worker.taken.pop(0)
        if worker.taken:
            work.give_back(worker.taken)
        if worker.at is not None or worker.taken:
            self._start(session, computing=worker.computing)

    def _kill(self) -> None:
        for worker in self._workers:
            with suppress(ProcessLookupError):
                os.kill(worker.process, signal.SIGKILL)
            os.waitpid(worker.process, 0)


def _hear(session: pytest.Session, work: Work, worker: Worker, kind: str, told: Any) -> None:
    """What the worker told has been passed on; a free worker has been handed tests, none when it is to end."""
    hook = session.config.hook
    match kind:
        case "free":
            worker.taken = work.take(computing=worker.computing)
            worker.connection.send(list(worker.taken))
        case "started":
            worker.at = told
            hook.pytest_runtest_logstart(nodeid=told[0], location=told[1])
        case "reported":
            report = hook.pytest_report_from_serializable(config=session.config, data=told)
            hook.pytest_runtest_logreport(report=report)
        case "finished":
            worker.at = None
            worker.taken.pop(0)
            hook.pytest_runtest_logfinish(nodeid=told[0], location=told[1])
        case "warned":
            (text, category, file, line), rest = told
            message = warnings.WarningMessage(text, category, file, line)
            hook.pytest_warning_recorded.call_historic(kwargs={"warning_message": message, **rest})
        case _:
            _report_failure(session, "tests", ("tests", None, "the end of a worker"), told)


def _report_failure(session: pytest.Session, name: str, location: Location, why: str) -> None:
    report = pytest.TestReport(name, location, {}, "failed", why, "call")
    session.config.hook.pytest_runtest_logreport(report=report)


def _stop_where_asked(session: pytest.Session) -> None:
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    if session.shouldstop:
        raise session.Interrupted(session.shouldstop)


class Teller:
    """What happens in a worker is told to the process that started it."""

    def __init__(self, config: pytest.Config, connection: Connection) -> None:
        self._config, self._connection = config, connection

    def pytest_runtest_logstart(self, nodeid: str, location: Location) -> None:
        self._connection.send(("started", (nodeid, location)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        self._connection.send(("reported", told))

    def pytest_runtest_logfinish(self, nodeid: str, location: Location) -> None:
        self._connection.send(("finished", (nodeid, location)))

    def pytest_warning_recorded(
        self, warning_message: warnings.WarningMessage, when: str, nodeid: str, location: Location | None
    ) -> None:
        given = warning_message
        told = (str(given.message), given.category, given.filename, given.lineno)
        self._connection.send(("warned", (told, {"when": when, "nodeid": nodeid, "location": location})))


def _work(session: pytest.Session, connection: Connection) -> NoReturn:
    """This process runs what it is handed, and ends with what its tests shared."""
    try:
        _part(session.config, connection)
        while True:
            connection.send(("free", None))
            numbers = connection.recv()
            if not numbers:
                break
            _run([session.items[number] for number in numbers], session)
        session._setupstate.teardown_exact(None)
    except (EOFError, ConnectionError, KeyboardInterrupt):
        os._exit(1)
    except BaseException:
        connection.send(("broken", traceback.format_exc()))
    os._exit(0)


def _part(config: pytest.Config, connection: Connection) -> None:
    """What this process must not share with the one that it was forked from is its own now."""
    plugins = config.pluginmanager
    for name in (_NAME, *_PRINTERS):
        if plugins.has_plugin(name):
            plugins.unregister(name=name)
    capture = plugins.getplugin("capturemanager")
    assert capture is not None
    capture.stop_global_capturing()
    capture.start_global_capturing()
    plugins.register(Teller(config, connection))
    random.seed()


def _run(items: list[pytest.Item], session: pytest.Session) -> None:
    """Run these; after the last one nothing is kept but what lasts as long as the session."""
    for item, following in zip(items, (*items[1:], session), strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
