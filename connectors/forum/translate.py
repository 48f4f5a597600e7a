"""Between the forum's words and ours: answers, refusals, and texts on their way out. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import requests
from pydiscourse.exceptions import DiscourseError

from connectors.forum.client import Elsewhere, TooLarge, body_of
from connectors.http import retry_after
from guardian.ids import REFERENCE_PREFIX, Reference
from guardian.spaces.outcomes import Already, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import Hand, Held, Seen, Trace
from rules.precedence import Hold

OPEN_END = "3018-01-01T00:00:00Z"
LONGEST_REASON = 300
NEEDS_STAFF = "an API key of a moderator of the forum (not limited to single actions)"
NEEDS_RANK = "an account that may be restricted: the forum protects its own staff"
_FOR_EVER = timedelta(days=36_500)
_REFERENCE = re.compile(re.escape(REFERENCE_PREFIX) + r"[2-9A-HJ-NP-Z]{12}")
_LOG_ACTIONS = {
    Hold.BARRED: frozenset({"suspend_user", "unsuspend_user"}),
    Hold.MUTED: frozenset({"silence_user", "unsilence_user"}),
}
_FETCHED = re.compile(r"://|^www\.|[\w-]\.[a-z]{2,}|[@`]", re.IGNORECASE)


def fault(error: Exception) -> Outcome:
    """What an error of the client means."""
    response = getattr(error, "response", None)
    if isinstance(error, Elsewhere | TooLarge):
        return Rejected(str(error))
    if not isinstance(error, DiscourseError) or response is None:
        return Unavailable(f"the forum could not be reached ({_kind(error)})")
    headers = {name.lower(): value for name, value in response.headers.items()}
    return refusal(response.status_code, body_of(response), headers)


def refusal(status: int, body: Any, headers: Mapping[str, str]) -> Outcome:
    """What a refused request, or one without a usable answer, means. A 404 says Gone: who asks must prove it."""
    if status == 429:
        return Unavailable("the forum asks for patience", retry_after(headers) or _wait_of(body))
    if status >= 500:
        return Unavailable(f"the forum answered {status}", retry_after(headers))
    if status == 409:
        return Already()
    if status == 401 or (status == 404 and not _says_not_found(body)):
        return Unavailable("the forum answered without its own words: is the address right?")
    if status == 403:
        return Forbidden(NEEDS_STAFF)
    if status == 404:
        return Gone()
    if status < 400 and not isinstance(body, dict):
        return Unavailable("the forum did not answer with its own words: is the address right?")
    return Rejected(_sentence(body) or f"the forum answered {status}")


def seen(account: Mapping[str, Any], now: datetime) -> Seen:
    """What an account's staff page says that it holds now."""
    holds = (
        _held(Hold.BARRED, account, "suspended_till", "full_suspend_reason", "suspended_by", now),
        _held(Hold.MUTED, account, "silenced_till", "silence_reason", "silenced_by", now),
    )
    return Seen(tuple(held for held in holds if held is not None))


def listed(row: Mapping[str, Any], hold: Hold, now: datetime) -> Held | None:
    """What a row of an administration list says; such rows give no reason. A row without an end is held all the same."""
    till = row.get("suspended_till" if hold is Hold.BARRED else "silenced_till")
    return _until(hold, instant(till), now) if till else Held(hold)


def trace(rows: Iterable[Mapping[str, Any]], native_id: str, hold: Hold, our_username: str) -> Trace:
    """Whose doing the latest change of that hold was, by the staff log (newest first)."""
    for row in rows:
        if row.get("action_name") not in _LOG_ACTIONS[hold] or _id_of(row.get("target_user")) != native_id:
            continue
        actor = row.get("acting_user") or {}
        ours = str(actor.get("username", "")).casefold() == our_username.casefold()
        hand = Hand.OURS if ours else Hand.ANOTHER if actor else Hand.UNSAID
        return Trace(hand, _id_of(actor), instant(row.get("created_at")))
    return Trace(Hand.UNSAID)


def end_of(until: datetime | None) -> str:
    """An end as the forum takes it; no end is a far date."""
    return OPEN_END if until is None else until.strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text: Any) -> datetime | None:
    """The instant that the forum wrote, if it is one."""
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def plain(text: str) -> str:
    """The text for a post: nothing is mentioned, fetched, embedded or formatted; links stand as code, to be copied."""
    return "\n".join(" ".join(_word(word) for word in line.split(" ")) for line in text.splitlines())


def external_id(nonce: str) -> str:
    """The nonce as the forum's `external_id` takes it: letters, digits, hyphens, at most fifty."""
    return re.sub(r"[^A-Za-z0-9-]", "-", nonce)[:50]


def _held(hold: Hold, account: Mapping[str, Any], till: str, reason: str, author: str, now: datetime) -> Held | None:
    end = instant(account.get(till))
    held = _until(hold, end, now) if end else None
    if held is None:
        return None
    said = str(account.get(reason) or "")
    found = _REFERENCE.search(said)
    reference = Reference(found.group()) if found else None
    return Held(hold, held.until, reference, _id_of(account.get(author)), said)


def _until(hold: Hold, end: datetime | None, now: datetime) -> Held | None:
    if end is None:
        return Held(hold)
    if end <= now:
        return None
    return Held(hold, None if end - now > _FOR_EVER else end)


def _word(word: str) -> str:
    if _FETCHED.search(word):
        return "`" + word.replace("`", "'") + "`"
    return re.sub(r"([\\*_\[\]#~|])", r"\\\1", word.replace("&", "&amp;").replace("<", "&lt;"))


def _id_of(person: Any) -> str | None:
    return str(person["id"]) if isinstance(person, dict) and "id" in person else None


def _says_not_found(body: Any) -> bool:
    return isinstance(body, dict) and bool(body.get("errors"))


def _wait_of(body: Any) -> timedelta | None:
    extras = body.get("extras") if isinstance(body, dict) else None
    seconds = extras.get("wait_seconds") if isinstance(extras, dict) else None
    return timedelta(seconds=float(seconds)) if isinstance(seconds, int | float) else None


def _sentence(body: Any) -> str:
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors")
    return "; ".join(map(str, errors)) if isinstance(errors, list) else str(body.get("message") or "")


def _kind(error: Exception) -> str:
    return "too slow" if isinstance(error, requests.Timeout) else "connection lost"
