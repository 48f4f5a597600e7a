"""Between GitHub's words and ours. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from github import GithubException

from connectors.github.client import INSTALLED, ErrorResponse, Response, is_rate_limited
from connectors.github.permissions import EVENTS, PERMISSIONS
from connectors.http import parse_http_date, parse_retry_after
from guardian.spaces.outcomes import Forbidden, Outcome, Rejected, Unavailable
from guardian.spaces.port import (
    ActedBy,
    Appraisal,
    Attribution,
    CheckResult,
    Entitlement,
    EntitlementKind,
    LiftRecord,
    Observed,
    ObservedRestriction,
    Presence,
)
from rules.precedence import AccessLevel

BLOCKED, UNBLOCKED = "org.block_user", "org.unblock_user"
_SECONDARY_WAIT = timedelta(seconds=60)
_RANK = {"": 0, "read": 1, "write": 2, "admin": 3}
_POWERS = frozenset({"push", "maintain", "admin"})


def translate_error(error: Exception) -> Outcome:
    """Return what an error of the client means."""
    if isinstance(error, GithubException):
        headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
        needs = error.needs if isinstance(error, ErrorResponse) else INSTALLED
        return translate_refusal(Response(error.status, error.data, headers), needs)
    if isinstance(error, requests.Timeout):
        return Unavailable("GitHub was too slow")
    if isinstance(error, requests.RequestException):
        return Unavailable("the connection to GitHub was lost")
    return Unavailable("GitHub sends us to another address: is the configured one right?")


def translate_refusal(response: Response, needs: str) -> Outcome:
    """Return what a refused request means. A 404 that was not asked for is a missing permission, never a no."""
    if is_rate_limited(response):
        return Unavailable("GitHub asks for patience", _rate_limit_wait(response.headers))
    if response.status >= 500:
        return Unavailable(f"GitHub answered {response.status}", parse_retry_after(response.headers))
    if response.status == 401:
        return Forbidden(INSTALLED)
    if response.status in (403, 404):
        return Forbidden(needs)
    if response.status < 400:
        return Unavailable("GitHub did not answer in its own words: is the address right?")
    return Rejected(error_message(response.body) or f"GitHub answered {response.status}")


def error_message(body: Any, login: str = "") -> str:
    """Return what GitHub said, with the reasons that it keeps among its errors.

    The login, which is not to be kept, left out.
    """
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors")
    reasons = [str(e.get("message") or "") for e in errors if isinstance(e, dict)] if isinstance(errors, list) else []
    said = ": ".join(part for part in (str(body.get("message") or ""), "; ".join(filter(None, reasons))) if part)
    return re.sub(rf"@?{re.escape(login)}", "the account", said, flags=re.IGNORECASE) if login else said


def observe_account(*, blocked: bool, presence: Presence) -> Observed:
    """Return what a block and a membership come to together: a member who is blocked is still inside."""
    if not blocked:
        return Observed(presence=presence)
    ineffective = frozenset({AccessLevel.BARRED}) if presence is Presence.MEMBER else frozenset()
    return Observed((ObservedRestriction(AccessLevel.BARRED),), presence, ineffective)


def parse_presence(membership: Response) -> Presence:
    """Return whether the membership's answer says that the account is a member; somebody invited is still outside."""
    active = membership.status == 200 and membership.body.get("state") == "active"
    return Presence.MEMBER if active else Presence.OUTSIDE


def membership_entitlement(organization: str, role: str) -> Entitlement:
    """Return the membership as an entitlement that a block takes.

    To give it back needs a named person's yes (P-6.7).
    """
    return Entitlement(EntitlementKind.MEMBERSHIP, organization, role, privileged=True)


def team_entitlement(team: Mapping[str, Any], role: str) -> Entitlement:
    """Return a team as an entitlement that a block takes.

    One that may change repositories, or looking after it, is power.
    """
    power = role == "maintainer" or team.get("permission") in _POWERS
    return Entitlement(EntitlementKind.TEAM, str(team["id"]), str(team["slug"]), privileged=power)


def appraise(entitlements: Iterable[Entitlement], teams: Iterable[Mapping[str, Any]]) -> Appraisal:
    """Return the entitlements as they are today, by the organisation's teams; looking after a team stays power."""
    by_id = {str(team["id"]): team for team in teams}
    return Appraisal(
        tuple(
            replace(e, privileged=e.privileged or by_id[e.native_id].get("permission") in _POWERS)
            if e.kind is EntitlementKind.TEAM
            else e
            for e in entitlements
            if e.kind is not EntitlementKind.TEAM or e.native_id in by_id
        )
    )


def find_attribution(entries: Iterable[Mapping[str, Any]], login: str, our_login: str) -> Attribution:
    """Return whose doing the latest block or unblock of that login was, by entries of the audit log in any order."""
    newest_first = sorted(entries, key=lambda e: int(e.get("created_at") or 0), reverse=True)
    concerned = [e for e in newest_first if e.get("action") in (BLOCKED, UNBLOCKED) and _names(e, login)]
    if not concerned:
        return Attribution(ActedBy.UNKNOWN)
    newest = concerned[0]
    actor_id, at = newest.get("actor_id"), _parse_instant(newest.get("created_at"))
    lifts = (_lift_record(entry) for entry in concerned if _actor(entry, our_login) is ActedBy.OTHER)
    return Attribution(
        _actor(newest, our_login),
        str(actor_id) if actor_id else None,
        at,
        newest.get("action") == UNBLOCKED,
        next((lift for lift in lifts if lift is not None), None),
    )


def _names(entry: Mapping[str, Any], login: str) -> bool:
    return any(_same_login(named, login) for named in (entry.get("blocked_user"), entry.get("user")))


def _actor(entry: Mapping[str, Any], our_login: str) -> ActedBy:
    actor = entry.get("actor")
    return ActedBy.UNKNOWN if not actor else ActedBy.GUARDIAN if _same_login(actor, our_login) else ActedBy.OTHER


def _lift_record(entry: Mapping[str, Any]) -> LiftRecord | None:
    by, at = entry.get("actor_id"), _parse_instant(entry.get("created_at"))
    return LiftRecord(str(by), at) if entry.get("action") == UNBLOCKED and by and at is not None else None


def check_permissions(permissions: Mapping[str, str]) -> tuple[CheckResult, ...]:
    """Return a line for each permission that we need: there, or missing with what breaks without it."""
    granted = {
        requirement: _RANK.get(permissions.get(requirement.api_name, ""), 0) >= _RANK[requirement.api_level]
        for requirement in PERMISSIONS
    }
    return tuple(
        requirement.result(f"The GitHub App {'has' if well else 'lacks'} the permission {requirement.label}.", ok=well)
        for requirement, well in granted.items()
    )


def check_subscriptions(events: Iterable[str]) -> tuple[CheckResult, ...]:
    """Return a line for each event that the App is not subscribed to; one line where there is none."""
    subscribed = set(events)
    missing = [requirement for requirement in EVENTS if requirement.api_name not in subscribed]
    if not missing:
        return (CheckResult("GitHub tells us of every event that we ask for.", ok=True),)
    return tuple(
        requirement.result(f"GitHub does not tell us of the event {requirement.label}.", ok=False)
        for requirement in missing
    )


def check_webhook(config: Any, name: str) -> CheckResult:
    """Return whether the App's events go to our door, by an encrypted way, in the form that is read."""
    address = str(config.get("url") or "") if isinstance(config, dict) else ""
    if not address.rstrip("/").endswith(f"/hooks/{name}"):
        what = "The App's webhook leads somewhere else." if address else "The App has no webhook address."
        return _webhook_result(what, name)
    if str(config.get("content_type")) != "json" or str(config.get("insecure_ssl")) not in ("0", "None"):
        return _webhook_result("The App's webhook does not check certificates, or does not send JSON.", name)
    return CheckResult("The App's webhook leads to us.", ok=True)


def _webhook_result(summary: str, name: str) -> CheckResult:
    return CheckResult(
        summary,
        ok=False,
        remedy=f"Set the webhook address in the App's settings to https://your.address/hooks/{name}, with the content "
        "type application/json and with SSL verification.",
        impact="No event of GitHub arrives: a block lifted by hand, or a comment that mentions the App, is noticed by "
        "the next round only.",
    )


def _rate_limit_wait(headers: Mapping[str, str]) -> timedelta:
    """How long a limit asks us to stay away: as it says, until the hour's budget returns, or a minute where it is silent."""
    said = parse_retry_after(headers)
    if said is not None:
        return said
    reset, now = headers.get("x-ratelimit-reset", ""), parse_http_date(headers.get("date"))
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdigit() and now is not None:
        return max(timedelta(seconds=1), min(datetime.fromtimestamp(int(reset), UTC) - now, timedelta(hours=1)))
    return _SECONDARY_WAIT


def _same_login(name: Any, login: str) -> bool:
    return isinstance(name, str) and name.casefold() == login.casefold()


def _parse_instant(milliseconds: Any) -> datetime | None:
    if not isinstance(milliseconds, int | float):
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
