"""What a quick run takes along is what is written in `tests/changed.py`."""

from pathlib import Path

import pytest

from tests.changed import ALWAYS, Changed

FILES = (
    "tests/guardian/test_clock.py",
    "tests/guardian/test_assembly.py",
    "tests/guardian/services/test_notify.py",
    "tests/guardian/services/reports/test_intake.py",
    "tests/connectors/forum/test_space.py",
    "tests/rules/test_quorum.py",
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with some tests in it."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("path", "places"),
    [
        ("guardian/clock.py", ["tests/guardian/test_clock.py"]),
        ("guardian/assembly/bootstrap.py", ["tests/guardian/test_assembly.py"]),
        ("guardian/services/notify.py", ["tests/guardian/services/test_notify.py"]),
        ("guardian/services/reports/intake.py", ["tests/guardian/services/reports/test_intake.py"]),
        ("guardian/services/reports/floods.py", ["tests/guardian/services/reports"]),
        ("guardian/services/reports/emoji/faces.py", ["tests/guardian/services/reports"]),
        ("guardian/sandbox/stories/outage.py", []),
        ("connectors/forum/client.py", ["tests/connectors/forum"]),
        ("rules/quorum.py", ["tests/rules/test_quorum.py"]),
        ("rules/policy.py", ["tests/rules"]),
        ("tests/stories/test_twins.py", []),
        ("tests/stories/conftest.py", []),
        ("tests/guardian/web/conftest.py", ["tests/guardian/web"]),
        ("tests/conftest.py", []),
        ("docs/policy.md", ["tests/docs"]),
        ("config/policies/django.toml", ["tests/docs", "tests/guardian/test_policy_file.py", "tests/rules"]),
    ],
)
def test_a_change_takes_along_the_tests_that_mirror_it(root: Path, path: str, places: list[str]) -> None:
    assert list(Changed((path,), root).tests) == [ALWAYS, *places]


def test_a_file_in_a_folder_that_is_taken_along_is_not_named_again(root: Path) -> None:
    changed = Changed(("rules/policy.py", "rules/quorum.py", "tests/rules/test_quorum.py"), root)
    assert changed.tests == (ALWAYS, "tests/rules")


def test_a_test_that_waits_is_left_to_the_whole_run() -> None:
    assert Changed(("tests/stories/test_twins.py", "tests/rules/test_quorum.py")).left == (
        "tests/stories/test_twins.py",
    )


def test_types_are_checked_in_the_folders_of_what_changed() -> None:
    changed = Changed(("guardian/clock.py", "guardian/web/app.py", "rules/quorum.py", "README.md", "setup.py"))
    assert changed.packages == ("guardian", "rules")
