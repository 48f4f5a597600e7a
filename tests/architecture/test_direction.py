"""Who may import what, beyond the contracts in pyproject.toml."""

import ast
import sys
import tomllib
from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.architecture.source import PRODUCT, ROOT, Module, imported, modules, nodes

LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "sqlalchemy": ("guardian/storage",),
    "alembic": ("guardian/storage",),
    "aiosqlite": ("guardian/storage",),
    "sqlite3": ("guardian/storage",),
    "asyncpg": ("guardian/storage",),
    "discord": ("connectors/discord",),
    "github": ("connectors/github",),
    "pydiscourse": ("connectors/forum",),
    "aiosmtplib": ("connectors/mail",),
    "authres": ("connectors/mail",),
    "flufl": ("connectors/mail",),
    "inscriptis": ("connectors/mail",),
    "webencodings": ("connectors/mail",),
    "structlog": ("guardian/logs.py",),
    "typer": ("guardian/cli",),
    "openpyxl": ("guardian/services/records/sheet_files.py",),
    "pydantic": ("guardian/settings", "guardian/cli/members_file.py", "guardian/web/api"),
    "fastapi": ("guardian/web/api",),
    "pydantic_core": ("guardian/settings",),
}
PURE_LIBRARIES: Mapping[str, tuple[str, ...]] = {
    "anyascii": ("rules/romanization.py",),
    "confusable_homoglyphs": ("rules/romanization.py",),
    "rapidfuzz": ("rules/romanization.py", "rules/name_matching.py"),
}
"""What the rules may know besides the standard library: functions of their arguments and of tables, and nothing else."""
SHARED_CONNECTOR_PACKAGES = frozenset({"emulators", "http"})
CONNECTOR_SIDE = ("client", "translate", "space", "intake", "panels")


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_is_known_to_its_own_room_alone(library: str) -> None:
    violations = [
        f"{module.path}:{line}"
        for module in modules(*PRODUCT)
        for name, line in imported(module)
        if name.split(".")[0] == library and not module.within(*LIBRARIES[library])
    ]
    assert violations == []


def test_rules_know_only_the_standard_library_and_pure_functions() -> None:
    violations = [
        f"{module.path}:{line} {name}"
        for module in modules("rules")
        for name, line in imported(module)
        if name.split(".")[0] not in {*sys.stdlib_module_names, "rules"}
        and not module.within(*PURE_LIBRARIES.get(name.split(".")[0], ()))
    ]
    assert violations == []


def test_rules_read_no_clock_file_database_or_network_and_do_not_wait() -> None:
    forbidden = {"time", "os", "io", "pathlib", "socket", "sqlite3", "urllib", "http", "asyncio", "threading", "random"}
    found = [
        f"{module.path}:{line} {name}"
        for module in modules("rules")
        for name, line in imported(module)
        if name.split(".")[0] in forbidden
    ]
    waiting = [
        f"{module.path}:{node.lineno}"
        for module in modules("rules")
        for node in nodes(module)
        if isinstance(node, ast.AsyncFunctionDef | ast.Await)
    ]
    assert found + waiting == []


def test_an_emulator_shares_nothing_with_guardian_or_its_connector() -> None:
    violations = [
        f"{module.path}:{line} {name}"
        for module in modules("connectors")
        if _is_emulator(module)
        for name, line in imported(module)
        if _is_other_side(name)
    ]
    assert violations == []


def test_connectors_do_not_know_each_other() -> None:
    violations = [
        f"{module.path}:{line} {name}"
        for module in modules("connectors")
        for name, line in imported(module)
        if _is_other_connector(module.name.split("."), name.split("."))
    ]
    assert violations == []


def test_only_the_assembly_and_the_sandbox_know_the_connectors() -> None:
    violations = [
        f"{module.path}:{line} {name}"
        for module in modules("guardian")
        if not module.within("guardian/assembly.py", "guardian/assembly", "guardian/sandbox")
        for name, line in imported(module)
        if name.split(".")[0] == "connectors"
    ]
    assert violations == []


def test_the_product_does_not_know_its_tests() -> None:
    violations = [
        f"{module.path}:{line} {name}"
        for module in modules(*PRODUCT)
        for name, line in imported(module)
        if name.split(".")[0] in {"tests", "pytest", "hypothesis"}
    ]
    assert violations == []


def test_no_ring_of_files_stands_anywhere() -> None:
    known = {module.name for module in modules(*PRODUCT)}
    graph = {
        module.name: {file for name, _ in imported(module) if (file := _file_of(name, known)) and file != module.name}
        for module in modules(*PRODUCT)
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as ring:
        pytest.fail(" -> ".join(ring.args[1]))


def test_every_room_of_guardian_has_its_place_in_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "direction")
    placed = {room.strip(" ()") for layer in layers for room in layer.split("|")}
    rooms = {".".join(module.name.split(".")[:2]) for module in modules("guardian")} - {"guardian", "guardian.__main__"}
    assert rooms <= placed


def _is_emulator(module: Module) -> bool:
    return any(part.startswith("emulators") for part in module.name.split(".")[1:])


def _is_other_side(name: str) -> bool:
    parts = name.split(".")
    if parts[0] == "guardian":
        return True
    return parts[0] == "connectors" and len(parts) > 2 and parts[2].startswith(CONNECTOR_SIDE)


def _is_other_connector(importer: list[str], target: list[str]) -> bool:
    if target[0] != "connectors" or len(target) < 2 or len(importer) < 2:
        return False
    return target[1] != importer[1] and target[1] not in SHARED_CONNECTOR_PACKAGES


def _file_of(name: str, known: set[str]) -> str | None:
    """The module that an imported name stands in: the name itself, or what it is taken from."""
    if name in known:
        return name
    before = name.rpartition(".")[0]
    return before if before in known else None
