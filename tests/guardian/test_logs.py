"""Log lines carry events, ids and durations; what could be somebody's words or name is withheld."""

import json

import pytest

from guardian.logs import configure, logger, place_of, redacted
from tests.architecture.test_manners import PERSONAL_KEYS


def test_an_event_comes_out_as_one_json_line_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    configure(as_json=True)
    logger("cases").info("case.opened", case="0198", took_ms=3)
    said = capsys.readouterr()
    assert said.out == ""
    told = json.loads(said.err)
    assert (told["event"], told["case"], told["took_ms"], told["level"]) == ("case.opened", "0198", 3, "info")


@pytest.mark.parametrize(
    "key", ["name", "handle", "username", "text", "content", "token", "receipt", "reason", "email"]
)
def test_a_personal_key_is_withheld_even_if_somebody_logs_it(key: str, capsys: pytest.CaptureFixture[str]) -> None:
    configure(as_json=True)
    logger("cases").warning("case.opened", **{key: "Ada Example"})
    assert "Ada" not in capsys.readouterr().err


def test_a_long_value_is_cut() -> None:
    told = redacted(None, "info", {"event": "look.failed", "detail": "x" * 500})
    assert len(told["detail"]) <= 121


def test_an_exception_keeps_its_whole_trace() -> None:
    trace = "Traceback\n" + "line\n" * 100
    assert redacted(None, "error", {"event": "sweep.failed", "exception": trace})["exception"] == trace


def test_what_the_log_withholds_the_house_also_forbids() -> None:
    withheld = {key for key in PERSONAL_KEYS if redacted(None, "info", {key: "Ada"})[key] == "[withheld]"}
    assert {"name", "handle", "text", "token", "receipt", "reason"} <= withheld


def test_an_error_can_be_found_by_its_place_without_its_words() -> None:
    with pytest.raises(ValueError) as raised:
        int("Ada")
    assert place_of(raised.value).startswith("test_logs.py:")
    assert place_of(ValueError("Ada")) == ""
