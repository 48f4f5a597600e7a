"""Log lines carry events, ids and durations; what could be somebody's words or name is withheld."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from guardian.logs import PERMITTED_KEYS, configure, location_of, logger, redact
from tests.architecture.test_conventions import PERSONAL_KEYS


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Logging is as it was, whatever a test made of it."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_an_event_comes_out_as_one_json_line_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    configure(as_json=True)
    logger("cases").info("case.opened", case="0198", took_ms=3)
    said = capsys.readouterr()
    assert said.out == ""
    told = json.loads(said.err)
    assert (told["event"], told["case"], told["took_ms"], told["level"]) == ("case.opened", "0198", 3, "info")


@pytest.mark.parametrize(
    "key", ["name", "handle", "username", "text", "content", "token", "receipt", "reason", "email", "subject", "sender"]
)
@pytest.mark.harm("somebodys-words-in-the-log")
def test_a_personal_key_is_withheld_even_if_somebody_logs_it(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure(as_json=True)
    logger("cases").warning("case.opened", **{key: "Ada Example"})
    assert "Ada" not in capsys.readouterr().err


def test_a_long_value_is_cut() -> None:
    told = redact(None, "info", {"event": "reconciliation.failed", "needs": "x" * 500})
    assert len(told["needs"]) <= 121


@pytest.mark.parametrize("as_json", [True, False])
def test_an_error_with_a_reports_words_in_it_shows_only_its_kind_and_place(
    as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Field 12: neither what the error says nor what its frames hold."""
    configure(as_json=as_json)
    try:
        _fails_with("Ada Example insulted me")
    except ValueError:
        logger("services").exception("deadline.has_failed", deadline="0198")
    said = capsys.readouterr().err
    assert "Ada" not in said
    assert "ValueError" in said
    assert "test_logs.py:" in said


def test_what_a_library_logs_is_known_without_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    """Field 12"""
    configure(as_json=True)
    try:
        _fails_with("Ada Example insulted me")
    except ValueError:
        logging.getLogger("asyncio").exception("a task of Ada's was never asked for")
    told = json.loads(capsys.readouterr().err)
    assert (told["event"], told["source"], told["kind"]) == ("library.spoke", "asyncio", "ValueError")
    assert "Ada" not in str(told)


def _fails_with(report: str) -> None:
    raise ValueError(report)


def test_no_key_that_may_be_somebodys_words_is_permitted() -> None:
    assert not PERSONAL_KEYS & PERMITTED_KEYS


def test_an_error_can_be_found_by_its_place_without_its_words() -> None:
    with pytest.raises(ValueError) as raised:
        int("Ada")
    assert location_of(raised.value).startswith("test_logs.py:")
    assert location_of(ValueError("Ada")) == ""
