"""Between the forum's words and ours: answers, refusals, and texts on their way out. Pure."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import requests
from pydiscourse.exceptions import DiscourseError

from connectors.forum.client import FileTooLarge, StoredElsewhere, body_of
from connectors.http import parse_retry_after
from guardian.ids import REFERENCE_PREFIX, Reference
from guardian.spaces.outcomes import Already, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import ActedBy, Attribution, LiftRecord, Observed, ObservedRestriction
from rules.precedence import AccessLevel

OPEN_END = "3018-01-01T00:00:00Z"
MAX_REASON_LENGTH = 300
NEEDS_STAFF = "an API key of a moderator of the forum (not limited to single actions)"
NEEDS_RANK = "an account that may be restricted: the forum protects its own staff"
_FOR_EVER = timedelta(days=36_500)
_REFERENCE = re.compile(re.escape(REFERENCE_PREFIX) + r"[2-9A-HJ-NP-Z]{12}")
_LOG_ACTIONS = {
    AccessLevel.BARRED: frozenset({"suspend_user", "unsuspend_user"}),
    AccessLevel.MUTED: frozenset({"silence_user", "unsilence_user"}),
}
_LINK_LIKE = re.compile(r"://|^www\.|[\w-]\.[a-z]{2,}|[@`]", re.IGNORECASE)


def translate_error(error: Exception) -> Outcome:
    """Return what an error of the client means."""
    response = getattr(error, "response", None)
    if isinstance(error, StoredElsewhere | FileTooLarge):
        return Rejected(str(error))
    if not isinstance(error, DiscourseError) or response is None:
        return Unavailable(f"the forum could not be reached ({_describe_failure(error)})")
    headers = {name.lower(): value for name, value in response.headers.items()}
    return translate_refusal(response.status_code, body_of(response), headers)


def translate_refusal(status: int, body: Any, headers: Mapping[str, str]) -> Outcome:
    """Return what a refused request, or one without a usable answer, means. A 404 says Gone: who asks must prove it."""
    if status == 429:
        return Unavailable("the forum asks for patience", parse_retry_after(headers) or _parse_wait(body))
    if status >= 500:
        return Unavailable(f"the forum answered {status}", parse_retry_after(headers))
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


def parse_account(account: Mapping[str, Any], now: datetime) -> Observed:
    """Return what an account's staff page says that it holds now."""
    restrictions = (
        _parse_restriction(AccessLevel.BARRED, account, "suspended_till", "full_suspend_reason", "suspended_by", now),
        _parse_restriction(AccessLevel.MUTED, account, "silenced_till", "silence_reason", "silenced_by", now),
    )
    return Observed(
        tuple(observed_restriction for observed_restriction in restrictions if observed_restriction is not None)
    )


def parse_end(answer: Any, level: AccessLevel) -> datetime | None:
    """Return until when the account is restricted, as the answer to a suspension or silence says; None where it is not."""
    kind, till = ("suspension", "suspended_till") if level is AccessLevel.BARRED else ("silence", "silenced_till")
    said = answer.get(kind) if isinstance(answer, dict) else None
    return parse_instant(said.get(till)) if isinstance(said, dict) else None


def says_lifted(answer: Any, level: AccessLevel) -> bool:
    """Return whether the answer to lifting shows the account without that restriction."""
    kind, till = ("suspension", "suspended_till") if level is AccessLevel.BARRED else ("unsilence", "silenced_till")
    said = answer.get(kind) if isinstance(answer, dict) else None
    return isinstance(said, dict) and till in said and said[till] is None


def ran_out(answer: Any, level: AccessLevel, now: datetime) -> bool:
    """Return whether what stands there, by that answer, has run out and was not replaced."""
    end = parse_end(answer, level)
    return end is not None and end <= now


def parse_row(row: Mapping[str, Any], level: AccessLevel, now: datetime) -> ObservedRestriction | None:
    """Return what a row of an administration list says; such rows give no reason.

    A row without an end is held all the same.
    """
    till = row.get("suspended_till" if level is AccessLevel.BARRED else "silenced_till")
    return _restriction_until(level, parse_instant(till), now) if till else ObservedRestriction(level)


def find_attribution(
    rows: Iterable[Mapping[str, Any]], native_id: str, level: AccessLevel, our_username: str
) -> Attribution:
    """Return whose doing the latest change of that restriction was, by the staff log (newest first)."""
    concerned = [
        row
        for row in rows
        if row.get("action_name") in _LOG_ACTIONS[level] and _id_of(row.get("target_user")) == native_id
    ]
    if not concerned:
        return Attribution(ActedBy.UNKNOWN)
    actor, at = concerned[0].get("acting_user"), parse_instant(concerned[0].get("created_at"))
    lifts = (_lift_record(row) for row in concerned if _actor(row, our_username) is ActedBy.OTHER)
    return Attribution(
        _actor(concerned[0], our_username),
        _id_of(actor),
        at,
        _is_lifting(concerned[0]),
        next((lift for lift in lifts if lift is not None), None),
    )


def _actor(row: Mapping[str, Any], our_username: str) -> ActedBy:
    actor = row.get("acting_user") or {}
    ours = str(actor.get("username", "")).casefold() == our_username.casefold()
    return ActedBy.GUARDIAN if ours else ActedBy.OTHER if actor else ActedBy.UNKNOWN


def _lift_record(row: Mapping[str, Any]) -> LiftRecord | None:
    by, at = _id_of(row.get("acting_user")), parse_instant(row.get("created_at"))
    return LiftRecord(by, at) if _is_lifting(row) and by is not None and at is not None else None


def _is_lifting(row: Mapping[str, Any]) -> bool:
    return str(row.get("action_name")).startswith("un")


def format_end(until: datetime | None) -> str:
    """Return an end as the forum takes it; no end is a far date."""
    return OPEN_END if until is None else until.strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_instant(text: Any) -> datetime | None:
    """Return the instant that the forum wrote, if it is one."""
    try:
        return datetime.fromisoformat(str(text)) if text else None
    except ValueError:
        return None


def to_plain_text(text: str) -> str:
    """Return the text for a post: nothing is mentioned, fetched, embedded or formatted.

    Links stand as code, to be copied.
    """
    return "\n".join(" ".join(_escape_word(word) for word in line.split(" ")) for line in text.splitlines())


def format_external_id(nonce: str) -> str:
    """Return the nonce as the forum's `external_id` takes it: letters, digits, hyphens, at most fifty."""
    return re.sub(r"[^A-Za-z0-9-]", "-", nonce)[:50]


def _parse_restriction(
    level: AccessLevel, account: Mapping[str, Any], till: str, reason: str, author: str, now: datetime
) -> ObservedRestriction | None:
    end = parse_instant(account.get(till))
    observed_restriction = _restriction_until(level, end, now) if end else None
    if observed_restriction is None:
        return None
    reason_text = str(account.get(reason) or "")
    found = _REFERENCE.search(reason_text)
    reference = Reference(found.group()) if found else None
    return ObservedRestriction(level, observed_restriction.until, reference, _id_of(account.get(author)), reason_text)


def _restriction_until(level: AccessLevel, end: datetime | None, now: datetime) -> ObservedRestriction | None:
    if end is None:
        return ObservedRestriction(level)
    if end <= now:
        return None
    return ObservedRestriction(level, None if end - now > _FOR_EVER else end)


def _escape_word(word: str) -> str:
    if _LINK_LIKE.search(word):
        return "`" + word.replace("`", "'") + "`"
    return re.sub(r"([\\*_\[\]#~|])", r"\\\1", word.replace("&", "&amp;").replace("<", "&lt;"))


def _id_of(person: Any) -> str | None:
    return str(person["id"]) if isinstance(person, dict) and "id" in person else None


def _says_not_found(body: Any) -> bool:
    return isinstance(body, dict) and bool(body.get("errors"))


def _parse_wait(body: Any) -> timedelta | None:
    extras = body.get("extras") if isinstance(body, dict) else None
    seconds = extras.get("wait_seconds") if isinstance(extras, dict) else None
    return timedelta(seconds=float(seconds)) if isinstance(seconds, int | float) else None


def _sentence(body: Any) -> str:
    if not isinstance(body, dict):
        return ""
    errors = body.get("errors")
    return "; ".join(map(str, errors)) if isinstance(errors, list) else str(body.get("message") or "")


def _describe_failure(error: Exception) -> str:
    return "too slow" if isinstance(error, requests.Timeout) else "connection lost"
