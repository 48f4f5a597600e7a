"""The lock files can be installed on every platform and Python that we promise, from the public index."""

import re
import tomllib
from collections.abc import Mapping

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.source import ROOT

LOCKS = ("requirements.lock", "requirements-runtime.lock")
EVERY_LOCK = (*LOCKS, "requirements-second-judge.lock")
COMPILED = ("aiohttp", "asyncpg", "cryptography", "greenlet", "httptools", "pydantic-core", "sqlalchemy", "uvloop")
SEVERAL_PLATFORMS = 10


def locked(lock: str) -> Mapping[str, str]:
    """Each package of a lock file with its whole entry."""
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", (ROOT / lock).read_text())
    return {canonicalize_name(re.split(r"[=\[]", entry)[0]): entry for entry in entries if entry.strip()}


@pytest.mark.parametrize("lock", EVERY_LOCK)
def test_every_package_is_pinned_with_hashes(lock: str) -> None:
    loose = [name for name, entry in locked(lock).items() if "==" not in entry or "--hash=sha256:" not in entry]
    assert loose == []


@pytest.mark.parametrize("lock", LOCKS)
@pytest.mark.parametrize("package", COMPILED)
def test_a_compiled_package_has_hashes_for_several_platforms(lock: str, package: str) -> None:
    assert locked(lock)[package].count("--hash=sha256:") >= SEVERAL_PLATFORMS


@pytest.mark.parametrize("lock", EVERY_LOCK)
def test_a_lock_file_names_no_addresses(lock: str) -> None:
    assert not re.search(r"https?:|file:|--index|--find-links|--extra", (ROOT / lock).read_text())


@pytest.mark.parametrize("lock", LOCKS)
def test_the_audio_module_that_python_dropped_is_replaced_from_3_13_on(lock: str) -> None:
    assert "python_full_version >= '3.13'" in locked(lock)["audioop-lts"].splitlines()[0]


def test_the_runtime_lock_is_part_of_the_whole_lock() -> None:
    whole = locked("requirements.lock")
    different = [
        name
        for name, entry in locked("requirements-runtime.lock").items()
        if _pin_and_hashes(entry) != _pin_and_hashes(whole[name])
    ]
    assert different == []


def test_every_dependency_is_locked_within_its_range() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    runtime = [Requirement(line) for line in project["dependencies"]]
    development = [Requirement(line) for line in project["optional-dependencies"]["dev"]]
    assert _outside("requirements-runtime.lock", runtime) == []
    assert _outside("requirements.lock", runtime + development) == []


def _outside(lock: str, requirements: list[Requirement]) -> list[str]:
    entries = locked(lock)
    return [
        str(wanted)
        for wanted in requirements
        if not wanted.specifier.contains(_version(entries.get(canonicalize_name(wanted.name), "==0")))
    ]


def _version(entry: str) -> str:
    return entry.partition("==")[2].split()[0]


def _pin_and_hashes(entry: str) -> tuple[str, ...]:
    return (_version(entry), *sorted(re.findall(r"sha256:[0-9a-f]{64}", entry)))
