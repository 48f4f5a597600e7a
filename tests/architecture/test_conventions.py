"""What the house does not do anywhere: read clocks, hide imports, keep drawers, mock, sleep, or log names."""

import ast
import re
from collections.abc import Iterator

import pytest

from guardian.logs import PERMITTED_KEYS
from tests.architecture.source import PRODUCT, Module, dotted, imported, modules, nodes

CLOCK = "guardian/clock.py"
CLOCK_READINGS = frozenset(
    {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "datetime.datetime.now", "loop.time"}
)
LEFTOVER_MODULES = frozenset({"utils", "util", "helpers", "helper", "common", "misc"})
MOCK_LIBRARIES = frozenset({"mock", "unittest", "pytest_mock", "responses", "freezegun", "time_machine"})
LOG_METHODS = frozenset({"debug", "info", "warning", "error", "critical", "exception"})
# Those that are somebody's words: `guardian.logs` permits none of them.
PERSONAL_KEYS = frozenset(
    {"name", "names", "handle", "login", "username", "display_name", "nickname", "email", "mail", "address"}
    | {"text", "body", "content", "message", "title", "reason", "answer", "report", "url", "link"}
    | {"token", "secret", "receipt", "password", "key_material"}
)
LOGS = frozenset({"log", "_log", "logger", "_logger"})
EVENT = re.compile(r"^[a-z][a-z_]*\.[a-z][a-z_]*$")
WAITING_FOLDERS = ("tests/crash", "tests/bench", "tests/browser", "tests/second_judge", "tests/__main__.py")


def test_only_the_clock_reads_the_machines_clock() -> None:
    readings = [
        f"{module.path}:{line}"
        for module in modules(*PRODUCT)
        if module.path != CLOCK and not _keeps_system_time(module)
        for line in _clock_readings(module)
    ]
    assert readings == []


def test_connectors_take_monotonic_seconds_and_no_other_time_from_the_clock() -> None:
    taken = {
        name for module in modules("connectors") for name, _ in imported(module) if name.startswith("guardian.clock")
    }
    assert taken <= {"guardian.clock.monotonic_seconds", "guardian.clock.Clock"}


def test_every_refusal_names_a_rule_of_policy() -> None:
    nameless = [
        f"{module.path}:{node.lineno}"
        for module in modules("rules", *(f"guardian/{each}" for each in ("cases", "people", "sanctions", "services")))
        for node in nodes(module)
        if isinstance(node, ast.Call) and dotted(node.func) in ("Refused", "refused") and not _names_rule(node)
    ]
    assert nameless == []


def _names_rule(refusal: ast.Call) -> bool:
    """Whether a third argument says which rule; where it is written out, it is the id of one."""
    given = [*refusal.args[2:3], *(each.value for each in refusal.keywords if each.arg == "rule")]
    return any(not isinstance(each, ast.Constant) or str(each.value).startswith("P-") for each in given)


def test_no_import_hides_in_a_function() -> None:
    hidden = [
        f"{module.path}:{node.lineno}"
        for module in modules(*PRODUCT, "tests")
        for function in nodes(module)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_no_import_is_made_for_the_type_checker_alone() -> None:
    assert [m.path for m in modules(*PRODUCT, "tests") if any("TYPE_CHECKING" in name for name, _ in imported(m))] == []


def test_a_rooms_sign_holds_no_code() -> None:
    coded = [
        module.path
        for module in modules(*PRODUCT, "tests")
        if module.is_package_file and not (len(module.tree.body) == 1 and ast.get_docstring(module.tree))
    ]
    assert coded == []


def test_every_module_says_what_it_is_for() -> None:
    assert [module.path for module in modules(*PRODUCT, "tests") if not ast.get_docstring(module.tree)] == []


def test_every_room_has_its_sign() -> None:
    folders = {module.path.rpartition("/")[0] for module in modules(*PRODUCT)}
    signed = {module.path.rpartition("/")[0] for module in modules(*PRODUCT) if module.is_package_file}
    assert folders == signed


def test_there_is_no_drawer_for_leftovers() -> None:
    drawers = [module.path for module in modules(*PRODUCT, "tests") if LEFTOVER_MODULES & set(module.name.split("."))]
    assert drawers == []


def test_no_test_mocks_or_patches() -> None:
    doubled = [
        f"{module.path}:{line} {name}"
        for module in modules("tests")
        for name, line in imported(module)
        if name.split(".")[0] in MOCK_LIBRARIES
    ]
    patched = [
        f"{module.path}:{node.lineno}"
        for module in modules("tests")
        for node in nodes(module)
        if isinstance(node, ast.arg) and node.arg in {"monkeypatch", "mocker"}
    ]
    assert doubled + patched == []


def test_no_test_sleeps_unless_its_mark_says_why() -> None:
    """A test, or a whole file, marked `wire_time` shows a wait; giving way once (`sleep(0)`) is not sleeping."""
    sleeping = [
        f"{module.path}:{node.lineno}"
        for module in modules("tests")
        if not module.within(*WAITING_FOLDERS) and "pytest.mark.wire_time" not in module.text
        for node in nodes(module)
        if isinstance(node, ast.Call) and dotted(node.func) in {"asyncio.sleep", "time.sleep", "sleep"}
        if not _is_single_yield(node)
    ]
    assert sleeping == []


def test_log_events_are_a_noun_and_a_past_verb() -> None:
    odd = [f"{module.path}:{call.lineno}" for module, call in _log_calls() if not _is_event(call)]
    assert odd == []


@pytest.mark.harm("somebodys-words-in-the-log")
def test_no_log_line_is_given_anything_that_may_be_a_name_a_text_or_a_token() -> None:
    """What is not permitted is withheld at run time as well, so that nothing is said there."""
    told = [
        f"{module.path}:{call.lineno} {keyword.arg}"
        for module, call in _log_calls()
        for keyword in call.keywords
        if keyword.arg not in PERMITTED_KEYS
    ]
    assert told == []


def test_no_work_is_left_for_later_in_a_comment() -> None:
    later = re.compile(r"(?m)^[^\"\n]*#.*\b(TODO|FIXME|XXX|HACK)\b")
    assert [module.path for module in modules(*PRODUCT, "tests") if later.search(module.text)] == []


def test_a_human_is_never_called_a_user_by_the_core() -> None:
    """Glossary: person, member, reporter, account. Only a platform's own fields say `user`."""
    core = [module for module in modules("guardian", "rules") if not module.within("guardian/sandbox")]
    named = [
        f"{module.path}:{node.lineno} {node.name}"
        for module in core
        for node in nodes(module)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if re.search(r"(^|_)users?(_|$)|User", node.name)
    ]
    assert named == []


@pytest.mark.parametrize(
    "text",
    [
        "import time",
        "from time import monotonic",
        "at = datetime.now(UTC)",
        "default_factory = datetime.utcnow",
        "asyncio.get_running_loop().time()",
        "self.loop.time()",
    ],
)
def test_a_reading_of_the_clock_is_noticed(text: str) -> None:
    assert list(_clock_readings(_sample(text))) == [1]


@pytest.mark.parametrize("caller", ["log.info('Case opened')", "log.info(f'case.opened {case}')", "self._log.info()"])
def test_an_event_that_is_no_noun_and_past_verb_is_noticed(caller: str) -> None:
    (call,) = _log_calls_of(_sample(caller))
    assert not _is_event(call)


def _sample(text: str) -> Module:
    return Module("guardian/sample.py", "guardian.sample", ast.parse(text), text)


def _clock_readings(module: Module) -> Iterator[int]:
    yield from (line for name, line in imported(module) if name.split(".")[0] == "time")
    for node in nodes(module):
        if isinstance(node, ast.Attribute) and (_reads_clock(dotted(node)) or _is_time_of_a_loop(node)):
            yield node.lineno


def _reads_clock(name: str) -> bool:
    return name in CLOCK_READINGS or name.endswith(("_loop.time", ".loop.time"))


def _is_time_of_a_loop(node: ast.Attribute) -> bool:
    return node.attr == "time" and isinstance(node.value, ast.Call) and "loop" in dotted(node.value.func)


def _keeps_system_time(module: Module) -> bool:
    """An emulator plays a platform, whose rate windows and token lives are wire time."""
    return any(part.startswith("emulators") for part in module.name.split("."))


def _is_single_yield(call: ast.Call) -> bool:
    return bool(call.args) and isinstance(call.args[0], ast.Constant) and call.args[0].value == 0


def _log_calls() -> Iterator[tuple[Module, ast.Call]]:
    for module in modules(*PRODUCT):
        yield from ((module, call) for call in _log_calls_of(module))


def _log_calls_of(module: Module) -> list[ast.Call]:
    calls = [node for node in nodes(module) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Attribute) and _is_log_method(call.func)]


def _is_log_method(method: ast.Attribute) -> bool:
    return method.attr in LOG_METHODS and dotted(method.value).rpartition(".")[2] in LOGS


def _is_event(call: ast.Call) -> bool:
    first = call.args[0] if call.args else None
    return isinstance(first, ast.Constant) and isinstance(first.value, str) and bool(EVENT.match(first.value))
