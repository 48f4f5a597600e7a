"""Between GitHub's words and ours. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from github import GithubException

from connectors.github.client import INSTALLED, Refusal, Reply, limited
from connectors.github.permissions import EVENTS, PERMISSIONS
from connectors.http import instant_of, retry_after
from guardian.spaces.outcomes import Forbidden, Outcome, Rejected, Unavailable
from guardian.spaces.port import Belonging, BelongingKind, Finding, Hand, Presence, Trace

BLOCKED, UNBLOCKED = "org.block_user", "org.unblock_user"
_SECONDARY_WAIT = timedelta(seconds=60)
_RANK = {"": 0, "read": 1, "write": 2, "admin": 3}
_POWERS = frozenset({"push", "maintain", "admin"})


def fault(error: Exception) -> Outcome:
    """What an error of the client means."""
    if isinstance(error, GithubException):
        headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
        needs = error.needs if isinstance(error, Refusal) else INSTALLED
        return refusal(Reply(error.status, error.data, headers), needs)
    if isinstance(error, requests.Timeout):
        return Unavailable("GitHub was too slow")
    if isinstance(error, requests.RequestException):
        return Unavailable("the connection to GitHub was lost")
    return Unavailable("GitHub sends us to another address: is the configured one right?")


def refusal(reply: Reply, needs: str) -> Outcome:
    """What a refused request means. A 404 that was not asked for is a missing permission, never a no."""
    if limited(reply):
        return Unavailable("GitHub asks for patience", _patience(reply.headers))
    if reply.status >= 500:
        return Unavailable(f"GitHub answered {reply.status}", retry_after(reply.headers))
    if reply.status == 401:
        return Forbidden(INSTALLED)
    if reply.status in (403, 404):
        return Forbidden(needs)
    if reply.status < 400:
        return Unavailable("GitHub did not answer in its own words: is the address right?")
    return Rejected(sentence(reply.body) or f"GitHub answered {reply.status}")


def sentence(body: Any, login: str = "") -> str:
    """What GitHub said, with the reasons that it keeps among its errors; the login, which is not to be kept, left out."""
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors")
    reasons = [str(e.get("message") or "") for e in errors if isinstance(e, dict)] if isinstance(errors, list) else []
    said = ": ".join(part for part in (str(body.get("message") or ""), "; ".join(filter(None, reasons))) if part)
    return re.sub(rf"@?{re.escape(login)}", "the account", said, flags=re.IGNORECASE) if login else said


def presence(membership: Reply) -> Presence:
    """Whether the membership's answer says that the account is a member; somebody invited is still outside."""
    active = membership.status == 200 and membership.body.get("state") == "active"
    return Presence.MEMBER if active else Presence.OUTSIDE


def membership_of(organization: str, role: str) -> Belonging:
    """The membership as a thing that a block takes; to give it back needs a named person's yes (P-6.7)."""
    return Belonging(BelongingKind.MEMBERSHIP, organization, role, power=True)


def team_of(team: Mapping[str, Any], role: str) -> Belonging:
    """A team as a thing that a block takes; one that may change repositories, or looking after it, is power."""
    power = role == "maintainer" or team.get("permission") in _POWERS
    return Belonging(BelongingKind.TEAM, str(team["id"]), str(team["slug"]), power=power)


def trace(entries: Iterable[Mapping[str, Any]], login: str, our_login: str) -> Trace:
    """Whose doing the latest block or unblock of that login was, by entries of the audit log in any order."""
    for entry in sorted(entries, key=lambda e: int(e.get("created_at") or 0), reverse=True):
        named = (entry.get("blocked_user"), entry.get("user"))
        if entry.get("action") not in (BLOCKED, UNBLOCKED) or not any(_same(n, login) for n in named):
            continue
        actor, actor_id = entry.get("actor"), entry.get("actor_id")
        hand = Hand.UNSAID if not actor else Hand.OURS if _same(actor, our_login) else Hand.ANOTHER
        return Trace(hand, str(actor_id) if actor_id else None, _instant(entry.get("created_at")))
    return Trace(Hand.UNSAID)


def findings(permissions: Mapping[str, str]) -> tuple[Finding, ...]:
    """A line for each permission that we need: there, or missing with what breaks without it."""
    held = {need: _RANK.get(permissions.get(need.key, ""), 0) >= _RANK[need.level] for need in PERMISSIONS}
    return tuple(
        need.finding(f"The GitHub App {'has' if well else 'lacks'} the permission {need.shown}.", well=well)
        for need, well in held.items()
    )


def subscriptions(events: Iterable[str]) -> tuple[Finding, ...]:
    """A line for each event that the App is not subscribed to; one line where there is none."""
    told = set(events)
    missing = [need for need in EVENTS if need.key not in told]
    if not missing:
        return (Finding("GitHub tells us of every event that we ask for.", well=True),)
    return tuple(need.finding(f"GitHub does not tell us of the event {need.shown}.", well=False) for need in missing)


def hook(config: Any, name: str) -> Finding:
    """Whether the App's events go to our door, by an encrypted way, in the form that is read."""
    address = str(config.get("url") or "") if isinstance(config, dict) else ""
    if not address.rstrip("/").endswith(f"/hooks/{name}"):
        what = "The App's webhook leads somewhere else." if address else "The App has no webhook address."
        return _hook(what, name)
    if str(config.get("content_type")) != "json" or str(config.get("insecure_ssl")) not in ("0", "None"):
        return _hook("The App's webhook does not check certificates, or does not send JSON.", name)
    return Finding("The App's webhook leads to us.", well=True)


def _hook(what: str, name: str) -> Finding:
    return Finding(
        what,
        well=False,
        remedy=f"Set the webhook address in the App's settings to https://your.address/hooks/{name}, with the content "
        "type application/json and with SSL verification.",
        breaks="No event of GitHub arrives: a block lifted by hand, or a comment that mentions the App, is noticed by "
        "the next round only.",
    )


def _patience(headers: Mapping[str, str]) -> timedelta:
    """How long a limit asks us to stay away: as it says, until the hour's budget returns, or a minute where it is silent."""
    said = retry_after(headers)
    if said is not None:
        return said
    reset, now = headers.get("x-ratelimit-reset", ""), instant_of(headers.get("date"))
    if headers.get("x-ratelimit-remaining") == "0" and reset.isdigit() and now is not None:
        return max(timedelta(seconds=1), min(datetime.fromtimestamp(int(reset), UTC) - now, timedelta(hours=1)))
    return _SECONDARY_WAIT


def _same(name: Any, login: str) -> bool:
    return isinstance(name, str) and name.casefold() == login.casefold()


def _instant(milliseconds: Any) -> datetime | None:
    if not isinstance(milliseconds, int | float):
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
