"""How the forum words its answers: refusals, and the JSON of people and lists; posts stand in `conversations`."""

from datetime import datetime
from typing import Any

from connectors.emulators.forum.state import ForumState, ForumUser, Measure, StaffAction
from connectors.emulators.shared.server import Response

JSON = "application/json; charset=utf-8"

HTML_FAILURE = (
    b"<!DOCTYPE html><html><head><title>Oops</title></head><body><h1>The software is not well.</h1></body></html>"
)

_UNSEEN = {
    "last_seen_at": None,
    "last_emailed_at": None,
    "last_seen_age": None,
    "last_emailed_age": None,
    "created_at_age": None,
    "manual_locked_trust_level": None,
    "title": None,
    "time_read": 0,
    "staged": False,
    "days_visited": 1,
    "posts_read_count": 0,
    "topics_entered": 0,
}
_GRANTS = {
    "can_send_activation_email": False,
    "can_activate": False,
    "can_grant_admin": False,
    "can_revoke_admin": False,
    "can_grant_moderation": False,
    "can_revoke_moderation": False,
    "can_impersonate": False,
    "can_delete_all_posts": True,
    "can_be_deleted": False,
    "can_be_anonymized": True,
    "can_be_merged": True,
    "can_view_action_logs": True,
    "can_disable_second_factor": False,
    "can_delete_sso_record": False,
    "can_deactivate": True,
}
_COUNTS = {
    "like_count": 0,
    "like_given_count": 0,
    "topic_count": 0,
    "flags_given_count": 0,
    "flags_received_count": 0,
    "private_topics_count": 0,
    "badge_count": 0,
    "warnings_received_count": 0,
    "api_key_count": 0,
}


def format_instant(at: datetime) -> str:
    """Return the instant as the forum writes it: milliseconds and Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def ok_response(body: Any, status: int = 200) -> Response:
    """Return an answer in the one content type that the forum's own clients accept."""
    return Response(status, body, content_type=JSON)


def error_response(status: int, *errors: str, kind: str | None = None) -> Response:
    """Return a refusal in the forum's usual form."""
    body: dict[str, Any] = {"errors": list(errors)}
    return ok_response({**body, "error_type": kind} if kind else body, status)


def not_found_response() -> Response:
    """Return the forum's 404."""
    return error_response(404, "The requested URL or resource could not be found.", kind="not_found")


def not_allowed_response() -> Response:
    """Return the forum's 403."""
    return error_response(403, "You are not permitted to view the requested resource.", kind="invalid_access")


def failed_response(status: int, message: str) -> Response:
    """Return the other form of refusal, which has no `errors`: clients that look for these lose the sentence."""
    return ok_response({"failed": "FAILED", "message": message}, status)


def slug(title: str) -> str:
    """Return the title as it stands in addresses; digits alone would be taken for an id there."""
    words = "".join(c if c.isalnum() else " " for c in title.lower()).split()
    return "topic" if all(word.isdigit() for word in words) and len(words) < 2 else "-".join(words)


def brief(user: ForumUser) -> dict[str, Any]:
    """Return an account as it stands beside what it did."""
    return {
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "avatar_template": f"/letter_avatar_proxy/v4/letter/{user.username[0].lower()}/3be4f8/{{size}}.png",
    }


def listed(user: ForumUser, now: datetime, with_email: bool = False) -> dict[str, Any]:
    """Return an account in a list of the administration."""
    row = {
        **brief(user),
        **_UNSEEN,
        "active": user.active,
        "admin": user.admin,
        "moderator": user.moderator,
        "created_at": format_instant(user.created_at),
        "trust_level": user.trust_level,
        "post_count": 0,
    }
    if with_email:
        row |= {"email": user.email, "secondary_emails": []}
    return row | _restriction_fields(user, now)


def group_member(user: ForumUser) -> dict[str, Any]:
    """Return an account in the list of a group."""
    seen = format_instant(user.created_at)
    dates = {"last_posted_at": seen, "last_seen_at": seen, "added_at": seen}
    return {**brief(user), "title": None, **dates, "timezone": "Etc/UTC"}


def _restriction_fields(user: ForumUser, now: datetime) -> dict[str, Any]:
    """What is in force now; nothing is said of what has run out."""
    fields: dict[str, Any] = {}
    if user.suspension is not None and user.is_suspended(now):
        fields |= {"suspended": True}
        fields |= {
            "suspended_till": format_instant(user.suspension.until),
            "suspended_at": format_instant(user.suspension.at),
        }
    if user.silence is not None and user.is_silenced(now):
        fields |= {"silenced": True, "silenced_till": format_instant(user.silence.until)}
    return fields


def detailed(state: ForumState, user: ForumUser, now: datetime) -> dict[str, Any]:
    """Return an account as staff see it, with its linked accounts at login providers."""
    suspension = user.suspension if user.is_suspended(now) else None
    silence = user.silence if user.is_silenced(now) else None
    page = listed(user, now) | _GRANTS | _COUNTS
    page |= {
        "ip_address": "192.0.2.7",
        "registration_ip_address": None,
        "full_suspend_reason": suspension.reason if suspension else None,
        "full_silence_reason": silence.reason if silence else None,
        "silence_reason": silence.reason if silence else None,
        "suspended_by": _author(state, suspension),
        "silenced_by": _author(state, silence),
        "penalty_counts": {"silenced": user.times_silenced, "suspended": user.times_suspended},
        "primary_group_id": None,
        "bounce_score": 0,
        "reset_bounce_score_after": None,
        "single_sign_on_record": None,
        "approved_by": None,
        "associated_accounts": [{"name": p, "description": user.username} for p in user.external_ids],
        "groups": [],
        "external_ids": dict(user.external_ids),
        "include_ip": True,
    }
    return page


def _author(state: ForumState, measure: Measure | None) -> dict[str, Any] | None:
    if measure is None or measure.by not in state.users:
        return None
    return brief(state.users[measure.by])


def profile(user: ForumUser, now: datetime, with_reason: bool) -> dict[str, Any]:
    """Return the public page of an account; a suspension shows there, with its reason unless the site hides these."""
    page: dict[str, Any] = {
        **brief(user),
        "created_at": format_instant(user.created_at),
        "last_posted_at": None,
        "last_seen_at": None,
        "trust_level": user.trust_level,
        "moderator": user.moderator,
        "admin": user.admin,
        "title": None,
        "badge_count": 0,
        "can_send_private_message_to_user": True,
    }
    if user.suspension is not None and user.is_suspended(now):
        page["suspended_till"] = format_instant(user.suspension.until)
        if with_reason:
            page["suspend_reason"] = user.suspension.reason
    return page


def suspension(state: ForumState, user: ForumUser) -> dict[str, Any]:
    """Return the answer to a suspension that was made."""
    if user.suspension is None:
        return {"suspension": {"suspended_till": None, "suspended_at": None}}
    made = user.suspension
    return {
        "suspension": {
            "suspend_reason": made.reason,
            "full_suspend_reason": made.reason,
            "suspended_till": format_instant(made.until),
            "suspended_at": format_instant(made.at),
            "suspended_by": _author(state, made),
        }
    }


def silence(state: ForumState, user: ForumUser) -> dict[str, Any]:
    """Return the answer to a silence; it says `silenced` also where an old one stood there and nothing was set."""
    made = user.silence
    return {
        "silence": {
            "silenced": True,
            "silence_reason": made.reason if made else "",
            "full_silence_reason": made.reason if made else "",
            "silenced_till": format_instant(made.until) if made else None,
            "silenced_at": format_instant(made.at) if made else None,
            "silenced_by": _author(state, made),
        }
    }


def staff_action(state: ForumState, line: StaffAction) -> dict[str, Any]:
    """Return a line of the staff action log."""
    target = state.users.get(line.target) if line.target is not None else None
    author = state.users.get(line.by)
    return {
        "id": line.id,
        "action_name": line.action,
        "details": line.details,
        "context": None,
        "ip_address": None,
        "email": None,
        "created_at": format_instant(line.at),
        "subject": line.subject,
        "previous_value": None,
        "new_value": None,
        "topic_id": None,
        "post_id": None,
        "category_id": None,
        "action": 10,
        "custom_type": None,
        "acting_user": brief(author) if author else None,
        "target_user": brief(target) if target else None,
    }


def too_short(minimum: int, what: str = "Body") -> str:
    """Return why a text was refused."""
    return f"{what} is too short (minimum is {minimum} characters)"


def webhook(number: int, url: str, events: frozenset[str] | None) -> dict[str, Any]:
    """Return a webhook as administrators see it; the names of its events, or the wildcard."""
    return {
        "id": number,
        "payload_url": url,
        "content_type": 1,
        "last_delivery_status": 1,
        "wildcard_web_hook": events is None,
        "verify_certificate": True,
        "active": True,
        "web_hook_event_types": [{"id": i, "name": name} for i, name in enumerate(sorted(events or ()), 1)],
    }
