"""What the forum's answers mean, and how texts go out, case by case."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from pydiscourse.exceptions import DiscourseError

from connectors.forum.translate import (
    find_attribution,
    format_end,
    format_external_id,
    parse_account,
    parse_row,
    to_plain_text,
    translate_error,
    translate_refusal,
)
from guardian.ids import new_id, new_reference
from guardian.spaces.outcomes import Already, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import ActedBy, Observed, ObservedRestriction
from rules.precedence import AccessLevel

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOT_FOUND = {"errors": ["The requested URL or resource could not be found."], "error_type": "not_found"}


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (409, {"failed": "FAILED", "message": "already suspended by morgan"}, Already),
        (403, {"errors": ["not permitted"]}, Forbidden),
        (404, NOT_FOUND, Gone),
        (404, None, Unavailable),
        (422, {"errors": ["Body is too short"]}, Rejected),
        (400, {"failed": "FAILED", "errors": ["reason is too long"]}, Rejected),
        (200, {"failed": "FAILED", "message": "no"}, Rejected),
        (200, None, Unavailable),
        (302, None, Unavailable),
        (401, None, Unavailable),
        (500, None, Unavailable),
        (503, {"errors": ["read only"]}, Unavailable),
    ],
)
def test_each_refusal_has_one_meaning(status: int, body: Any, outcome: type[Outcome]) -> None:
    assert isinstance(translate_refusal(status, body, {}), outcome)


@pytest.mark.parametrize(
    ("body", "headers", "wait"),
    [
        ({"errors": ["slow down"], "extras": {"wait_seconds": 9}}, {}, timedelta(seconds=9)),
        ({"errors": ["slow down"], "extras": {"wait_seconds": 9}}, {"retry-after": "4"}, timedelta(seconds=4)),
        ({"errors": ["slow down"]}, {}, None),
        (None, {}, None),
    ],
)
def test_a_limit_says_how_long_or_does_not(body: Any, headers: dict[str, str], wait: timedelta | None) -> None:
    assert translate_refusal(429, body, headers) == Unavailable("the forum asks for patience", wait)


@pytest.mark.parametrize("error", [requests.Timeout(), requests.ConnectionError(), DiscourseError("no answer")])
def test_no_answer_is_unavailable(error: Exception) -> None:
    assert isinstance(translate_error(error), Unavailable)


def test_a_far_end_is_no_end_and_a_past_one_holds_nothing() -> None:
    far = {"suspended_till": "3018-01-01T00:00:00.000Z"}
    assert parse_account(far, NOW) == Observed((ObservedRestriction(AccessLevel.BARRED),))
    assert parse_account({"suspended_till": "2026-03-02T09:00:00.000Z"}, NOW) == Observed()
    assert parse_account({"suspended_till": None, "silenced_till": None}, NOW) == Observed()


def test_an_end_that_cannot_be_read_holds() -> None:
    assert parse_row({"suspended_till": "some day"}, AccessLevel.BARRED, NOW) == ObservedRestriction(AccessLevel.BARRED)
    assert parse_row({}, AccessLevel.MUTED, NOW) == ObservedRestriction(AccessLevel.MUTED)
    assert parse_row({"suspended_till": "2026-03-01T00:00:00Z"}, AccessLevel.BARRED, NOW) is None


def test_our_reference_is_read_back_from_the_reason_whatever_stands_around_it() -> None:
    reference = new_reference()
    account = {
        "suspended_till": "2026-04-01T00:00:00.000Z",
        "full_suspend_reason": f"A pause. Reference {reference}.\n\nMore.",
        "suspended_by": {"id": 4, "username": "guardian"},
    }
    end = datetime(2026, 4, 1, tzinfo=UTC)
    assert parse_account(account, NOW) == Observed((ObservedRestriction(AccessLevel.BARRED, end, reference, "4"),))


@pytest.mark.parametrize("reason", [None, "", "spam", "GRD-short", "grd-23456789ABCD"])
def test_a_reason_without_our_reference_is_anothers(reason: str | None) -> None:
    account = {"suspended_till": "2026-04-01T00:00:00.000Z", "full_suspend_reason": reason}
    [observed_restriction] = parse_account(account, NOW).restrictions
    assert observed_restriction.reference is None


def test_ends_go_out_in_utc() -> None:
    assert format_end(NOW) == "2026-03-02T09:00:00Z"
    assert format_end(None) == "3018-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("See https://a.example/x?y=1 now.", "See `https://a.example/x?y=1` now."),
        ("www.a.example", "`www.a.example`"),
        ("a.example/x", "`a.example/x`"),
        ("hello @morgan and @staff", "hello `@morgan` and `@staff`"),
        ("![x](https://a.example/y.png)", "`![x](https://a.example/y.png)`"),
        ("<img src=https://a.example/y.png>", "&lt;img `src=https://a.example/y.png>`"),
        ("back`tick", "`back'tick`"),
        ("[quote]x[/quote]", "\\[quote\\]x\\[/quote\\]"),
        ("*bold* _it_ # head", "\\*bold\\* \\_it\\_ \\# head"),
        ("Two lines.\n\nStay two.", "Two lines.\n\nStay two."),
        ("It ends on Monday. Then it is over.", "It ends on Monday. Then it is over."),
    ],
)
def test_a_text_goes_out_as_plain_words(text: str, sent: str) -> None:
    assert to_plain_text(text) == sent


def test_a_nonce_fits_the_forums_form_and_stays_itself() -> None:
    nonce = f"notice:{new_id()}"
    assert format_external_id(nonce) == nonce.replace(":", "-")
    assert len(format_external_id("x" * 80)) == 50


def test_the_newest_line_about_that_account_and_hold_counts() -> None:
    def line(action: str, actor: str, target: int) -> dict[str, Any]:
        at = "2026-03-01T00:00:00.000Z"
        people = {"acting_user": {"id": 9, "username": actor}, "target_user": {"id": target}}
        return {"action_name": action, "created_at": at, **people}

    rows = [
        line("silence_user", "morgan", 5),
        line("suspend_user", "morgan", 6),
        line("suspend_user", "Guardian", 5),
        line("unsuspend_user", "morgan", 5),
    ]
    assert find_attribution(rows, "5", AccessLevel.BARRED, "guardian").acted_by is ActedBy.GUARDIAN
    assert find_attribution(rows, "5", AccessLevel.MUTED, "guardian").acted_by is ActedBy.OTHER
    assert find_attribution(rows, "7", AccessLevel.BARRED, "guardian").acted_by is ActedBy.UNKNOWN
    assert (
        find_attribution([{**rows[2], "acting_user": None}], "5", AccessLevel.BARRED, "guardian").acted_by
        is ActedBy.UNKNOWN
    )
