"""What GitHub's answers mean, case by case."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from github import GithubException

from connectors.github.client import INSTALLED, ErrorResponse, Response
from connectors.github.translate import (
    check_permissions,
    error_message,
    find_attribution,
    observe_account,
    parse_presence,
    team_entitlement,
    translate_error,
    translate_refusal,
)
from guardian.spaces.outcomes import Forbidden, Outcome, Rejected, Unavailable
from guardian.spaces.port import ActedBy, Presence

NEED = "Blocking users: write"
DATE = "Mon, 02 Mar 2026 09:00:00 GMT"
AN_HOUR_ON = str(int(datetime(2026, 3, 2, 9, 40, tzinfo=UTC).timestamp()))
SECONDARY = {"message": "You have exceeded a secondary rate limit."}
MINUTE = timedelta(minutes=1)


def waits(outcome: Outcome) -> timedelta | None:
    assert isinstance(outcome, Unavailable)
    return outcome.after


@pytest.mark.harm("shown-as-held-while-inside")
@pytest.mark.parametrize(("presence", "effective"), [(Presence.MEMBER, False), (Presence.OUTSIDE, True)])
def test_a_member_who_is_blocked_is_not_held(presence: Presence, effective: bool) -> None:
    seen = observe_account(blocked=True, presence=presence)
    assert (not seen.ineffective) is effective


@pytest.mark.parametrize(
    ("status", "body", "headers", "wait"),
    [
        (403, SECONDARY, {}, MINUTE),
        (403, SECONDARY, {"retry-after": "7"}, timedelta(seconds=7)),
        (403, {"message": "Forbidden"}, {"retry-after": "7"}, timedelta(seconds=7)),
        (429, {"message": "Too many"}, {}, MINUTE),
        (429, None, {"retry-after": "7"}, timedelta(seconds=7)),
        (
            403,
            {"message": "API rate limit exceeded"},
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": AN_HOUR_ON, "date": DATE},
            timedelta(minutes=40),
        ),
        (403, {"message": "API rate limit exceeded"}, {"x-ratelimit-remaining": "0"}, MINUTE),
        (502, None, {}, None),
        (503, None, {"retry-after": "7"}, timedelta(seconds=7)),
        (301, None, {}, None),
        (200, None, {}, None),
    ],
)
def test_what_passes_is_waited_for(status: int, body: Any, headers: dict[str, str], wait: timedelta | None) -> None:
    assert waits(translate_refusal(Response(status, body, headers), NEED)) == wait


@pytest.mark.parametrize("status", [403, 404])
def test_what_was_not_asked_for_and_is_not_shown_names_the_permission(status: int) -> None:
    assert translate_refusal(Response(status, {"message": "Not Found"}, {}), NEED) == Forbidden(NEED)


def test_a_refused_sign_in_names_the_installation() -> None:
    assert translate_refusal(Response(401, {"message": "Bad credentials"}, {}), NEED) == Forbidden(INSTALLED)


def test_a_rejection_keeps_githubs_reasons() -> None:
    body = {"message": "Validation Failed", "errors": [{"message": "first remove the member"}, {"code": "custom"}]}
    assert translate_refusal(Response(422, body, {}), NEED) == Rejected("Validation Failed: first remove the member")
    assert error_message("<html>") == ""


def test_what_github_says_of_somebody_is_kept_without_their_login() -> None:
    """Field 12: the sentence stands in plain columns and in the journal."""
    assert error_message({"message": "Octo-Cat is a member"}, "octo-cat") == "the account is a member"


def test_the_librarys_own_errors_are_read_by_their_status() -> None:
    """A 404 for the token says that the installation is gone; it says nothing about any account."""
    assert translate_error(GithubException(404, {"message": "Not Found"}, {})) == Forbidden(INSTALLED)
    assert translate_error(ErrorResponse(404, None, {}, NEED)) == Forbidden(NEED)
    assert waits(translate_error(GithubException(403, SECONDARY, {"Retry-After": "3"}))) == timedelta(seconds=3)


@pytest.mark.parametrize("error", [requests.Timeout(), requests.ConnectionError(), RuntimeError("redirected")])
def test_no_answer_is_unavailable(error: Exception) -> None:
    assert isinstance(translate_error(error), Unavailable)


@pytest.mark.parametrize(
    ("response", "there"),
    [
        (Response(200, {"state": "active", "role": "member"}, {}), Presence.MEMBER),
        (Response(200, {"state": "pending", "role": "member"}, {}), Presence.OUTSIDE),
        (Response(404, {"message": "Not Found"}, {}), Presence.OUTSIDE),
    ],
)
def test_somebody_invited_is_still_outside(response: Response, there: Presence) -> None:
    assert parse_presence(response) is there


@pytest.mark.parametrize(
    ("permission", "role", "power"),
    [("pull", "member", False), ("triage", "member", False), ("push", "member", True), ("pull", "maintainer", True)],
)
def test_a_team_that_may_change_things_is_power(permission: str, role: str, power: bool) -> None:
    """P-6.7: power is given back by a named person's yes."""
    assert team_entitlement({"id": 3, "slug": "helpers", "permission": permission}, role).privileged is power


def test_the_newest_entry_about_that_login_counts() -> None:
    entries = [
        {"action": "org.block_user", "blocked_user": "rowan", "actor": "app[bot]", "actor_id": 1, "created_at": 1000},
        {"action": "org.unblock_user", "user": "Rowan", "actor": "morgan", "actor_id": 2, "created_at": 3000},
        {"action": "org.block_user", "blocked_user": "willow", "actor": "app[bot]", "created_at": 9000},
        {"action": "team.add_member", "user": "rowan", "actor": "app[bot]", "created_at": 8000},
    ]
    traced = find_attribution(entries, "rowan", "app[bot]")
    assert (traced.acted_by, traced.by, traced.at) == (ActedBy.OTHER, "2", datetime(1970, 1, 1, 0, 0, 3, tzinfo=UTC))
    assert find_attribution(entries[:1], "rowan", "app[bot]").acted_by is ActedBy.GUARDIAN
    assert (
        find_attribution([{"action": "org.block_user", "user": "rowan"}], "rowan", "app[bot]").acted_by
        is ActedBy.UNKNOWN
    )
    assert find_attribution([], "rowan", "app[bot]").acted_by is ActedBy.UNKNOWN


@pytest.mark.parametrize(("given", "well"), [("write", True), ("admin", True), ("read", False), ("", False)])
def test_a_permission_that_is_too_weak_is_missing(given: str, well: bool) -> None:
    assert check_permissions({"organization_user_blocking": given})[0].ok is well
