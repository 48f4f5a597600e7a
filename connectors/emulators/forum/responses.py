"""How the forum words its answers: the JSON of people, posts, conversations, lists and refusals."""

import html
from datetime import datetime
from typing import Any

from connectors.emulators.forum.state import PRIVATE, ForumState, ForumUser, Measure, Post, StaffAction, Topic
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
_FLAIR = {
    "primary_group_name": None,
    "flair_name": None,
    "flair_url": None,
    "flair_bg_color": None,
    "flair_color": None,
    "flair_group_id": None,
}
_POST_PLAIN: dict[str, Any] = {
    "reply_count": 0,
    "reply_to_post_number": None,
    "quote_count": 0,
    "incoming_link_count": 0,
    "reads": 1,
    "readers_count": 0,
    "score": 0.2,
    "badges_granted": [],
    "can_delete": False,
    "can_recover": False,
    "can_see_hidden_post": True,
    "can_wiki": False,
    "user_title": None,
    "bookmarked": False,
    "actions_summary": [],
    "user_deleted": False,
    "edit_reason": None,
    "can_view_edit_history": True,
    "wiki": False,
    "reviewable_id": 0,
    "reviewable_score_count": 0,
    "reviewable_score_pending_count": 0,
}


def format_instant(at: datetime) -> str:
    """The instant as the forum writes it: milliseconds and Z."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def ok_response(body: Any, status: int = 200) -> Response:
    """An answer in the one content type that the forum's own clients accept."""
    return Response(status, body, content_type=JSON)


def error_response(status: int, *errors: str, kind: str | None = None) -> Response:
    """A refusal in the forum's usual form."""
    body: dict[str, Any] = {"errors": list(errors)}
    return ok_response({**body, "error_type": kind} if kind else body, status)


def not_found_response() -> Response:
    """The forum's 404."""
    return error_response(404, "The requested URL or resource could not be found.", kind="not_found")


def not_allowed_response() -> Response:
    """The forum's 403."""
    return error_response(403, "You are not permitted to view the requested resource.", kind="invalid_access")


def failed_response(status: int, message: str) -> Response:
    """The other form of refusal, which has no `errors`: clients that look for these lose the sentence."""
    return ok_response({"failed": "FAILED", "message": message}, status)


def slug(title: str) -> str:
    """The title as it stands in addresses; digits alone would be taken for an id there."""
    words = "".join(c if c.isalnum() else " " for c in title.lower()).split()
    return "topic" if all(word.isdigit() for word in words) and len(words) < 2 else "-".join(words)


def brief(user: ForumUser) -> dict[str, Any]:
    """An account as it stands beside what it did."""
    return {
        "id": user.id,
        "username": user.username,
        "name": user.name,
        "avatar_template": f"/letter_avatar_proxy/v4/letter/{user.username[0].lower()}/3be4f8/{{size}}.png",
    }


def listed(user: ForumUser, now: datetime, with_email: bool = False) -> dict[str, Any]:
    """An account in a list of the administration."""
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
    """An account in the list of a group."""
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
    """An account as staff see it, with its linked accounts at login providers."""
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
    """The public page of an account; a suspension shows there, with its reason unless the site hides these."""
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
    """The answer to a suspension that was made."""
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


def silence(state: ForumState, user: ForumUser, now: datetime) -> dict[str, Any]:
    """The answer to a silence that was made, or was not because an old one still stood there."""
    made = user.silence
    return {
        "silence": {
            "silenced": user.is_silenced(now),
            "silence_reason": made.reason if made else "",
            "full_silence_reason": made.reason if made else "",
            "silenced_till": format_instant(made.until) if made else None,
            "silenced_at": format_instant(made.at) if made else None,
            "silenced_by": _author(state, made),
        }
    }


def post(state: ForumState, item: Post, viewer: ForumUser | None) -> dict[str, Any]:
    """A post as this viewer gets it."""
    author, topic = state.users.get(item.user_id), state.topics[item.topic_id]
    own = viewer is not None and viewer.id == item.user_id
    name = author.name if author else ""
    return {
        **_POST_PLAIN,
        **_FLAIR,
        "id": item.id,
        "name": name,
        "username": author.username if author else "removed",
        "display_username": name,
        "avatar_template": brief(author)["avatar_template"] if author else "/images/avatar.png",
        "created_at": format_instant(item.created_at),
        "updated_at": format_instant(item.updated_at),
        "raw": item.raw,
        "cooked": f"<p>{html.escape(item.raw)}</p>",
        "post_number": item.number,
        "post_type": item.post_type,
        "posts_count": len(topic.post_ids),
        "yours": own,
        "topic_id": topic.id,
        "topic_slug": slug(topic.title),
        "version": item.version,
        "can_edit": own or bool(viewer and viewer.staff),
        "moderator": bool(author and author.moderator),
        "admin": bool(author and author.admin),
        "staff": bool(author and author.staff),
        "user_id": item.user_id,
        "draft_sequence": 0,
        "hidden": item.hidden,
        "trust_level": author.trust_level if author else 0,
        "deleted_at": format_instant(item.deleted_at) if item.deleted_at else None,
        "post_url": f"/t/{slug(topic.title)}/{topic.id}/{item.number}",
    } | ({"action_code": item.action} if item.action else {})


def link_of(state: ForumState, item: Post) -> str:
    """Where people see the post, without the site's own address."""
    topic = state.topics[item.topic_id]
    return f"{state.base_url}/t/{slug(topic.title)}/{topic.id}/{item.number}"


def stream_post(state: ForumState, item: Post, viewer: ForumUser | None, with_raw: bool = False) -> dict[str, Any]:
    """A post inside its topic; what was written stands there only for those who ask for it."""
    left_out = {"posts_count", "badges_granted", "draft_sequence", "post_url", "flair_group_id"}
    left_out |= set() if with_raw else {"raw"}
    whole = post(state, item, viewer)
    seen = viewer is not None and viewer.id in item.read_by
    return {k: v for k, v in whole.items() if k not in left_out} | {"link_counts": [], "read": seen}


def webhook_post(state: ForumState, item: Post) -> dict[str, Any]:
    """A post as webhooks carry it: private ones too, and without their addressees."""
    topic = state.topics[item.topic_id]
    return post(state, item, None) | {
        "topic_title": topic.title,
        "category_id": None if topic.archetype == PRIVATE else 1,
        "topic_archetype": topic.archetype,
        "topic_posts_count": len(topic.post_ids),
    }


def staff_action(state: ForumState, line: StaffAction) -> dict[str, Any]:
    """A line of the staff action log."""
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
    """Why a text was refused."""
    return f"{what} is too short (minimum is {minimum} characters)"


def topic_line(state: ForumState, topic: Topic, viewer: ForumUser) -> dict[str, Any]:
    """A conversation in a list."""
    posts = list(state.posts_of(topic))
    last = posts[-1] if posts else None
    read = max((p.number for p in posts if viewer.id in p.read_by or p.user_id == viewer.id), default=0)
    last_author = state.users.get(last.user_id) if last else None
    return {
        "id": topic.id,
        "title": topic.title,
        "fancy_title": html.escape(topic.title),
        "slug": slug(topic.title),
        "posts_count": len(posts),
        "reply_count": 0,
        "highest_post_number": last.number if last else 0,
        "image_url": None,
        "created_at": format_instant(topic.created_at),
        "last_posted_at": format_instant(last.created_at if last else topic.created_at),
        "bumped": True,
        "bumped_at": format_instant(last.created_at if last else topic.created_at),
        "archetype": topic.archetype,
        "unseen": read == 0,
        "last_read_post_number": read,
        "unread_posts": sum(p.number > read for p in posts),
        "pinned": False,
        "unpinned": None,
        "visible": True,
        "closed": topic.closed,
        "archived": False,
        "notification_level": 3,
        "bookmarked": False,
        "liked": False,
        "views": 0,
        "like_count": 0,
        "has_summary": False,
        "last_poster_username": last_author.username if last_author else "",
        "category_id": None,
        "pinned_globally": False,
        "featured_link": None,
        "allowed_user_count": len(topic.allowed),
        "posters": [{"extras": "latest", "description": "Original Poster", "user_id": topic.user_id}],
        "participants": [{"user_id": i} for i in topic.allowed],
    }


_TOPIC_PLAIN: dict[str, Any] = {
    "timeline_lookup": [[1, 0]],
    "suggested_topics": [],
    "tags": [],
    "tags_descriptions": {},
    "views": 0,
    "reply_count": 0,
    "like_count": 0,
    "visible": True,
    "closed": False,
    "archived": False,
    "has_summary": False,
    "word_count": None,
    "deleted_at": None,
    "featured_link": None,
    "pinned_globally": False,
    "pinned_at": None,
    "pinned_until": None,
    "image_url": None,
    "slow_mode_seconds": 0,
    "draft": None,
    "draft_sequence": 0,
    "unpinned": None,
    "pinned": False,
    "current_post_number": 1,
    "deleted_by": None,
    "has_deleted": False,
    "actions_summary": [],
    "chunk_size": 20,
    "bookmarked": False,
    "bookmarks": [],
    "topic_timer": None,
    "message_bus_last_id": 0,
    "show_read_indicator": False,
    "thumbnails": None,
    "slow_mode_enabled_until": None,
}
_DETAILS_PLAIN: dict[str, Any] = {
    "can_edit": True,
    "notification_level": 3,
    "can_move_posts": True,
    "can_delete": True,
    "can_remove_allowed_users": True,
    "can_create_post": True,
    "can_reply_as_new_topic": True,
    "can_convert_topic": True,
    "can_review_topic": True,
    "can_close_topic": True,
    "can_archive_topic": True,
    "can_split_merge_topic": True,
    "can_edit_staff_notes": True,
    "can_toggle_topic_visibility": True,
    "can_pin_unpin_topic": True,
    "can_moderate_category": True,
}


def topic_page(state: ForumState, topic: Topic, viewer: ForumUser | None, with_raw: bool = False) -> dict[str, Any]:
    """A topic with its first posts; of a conversation also who takes part in it."""
    posts = list(state.posts_of(topic))
    last_author = state.users.get(posts[-1].user_id) if posts else None
    author = state.users.get(topic.user_id)
    details = {**_DETAILS_PLAIN, "can_remove_self_id": viewer.id if viewer else 0}
    details["created_by"] = brief(author) if author else None
    details["last_poster"] = brief(last_author) if last_author else details["created_by"]
    if topic.archetype == PRIVATE:
        details["allowed_users"] = [brief(state.users[i]) for i in topic.allowed if i in state.users]
        details["allowed_groups"] = [{"id": i, "name": name} for i, name in enumerate(topic.groups, 1)]
    return {
        **_TOPIC_PLAIN,
        "post_stream": {
            "posts": [stream_post(state, p, viewer, with_raw) for p in posts[:20]],
            "stream": [p.id for p in posts],
        },
        "id": topic.id,
        "title": topic.title,
        "fancy_title": html.escape(topic.title),
        "posts_count": len(posts),
        "created_at": format_instant(topic.created_at),
        "last_posted_at": format_instant(posts[-1].created_at) if posts else None,
        "archetype": topic.archetype,
        "closed": topic.closed,
        "slug": slug(topic.title),
        "category_id": None if topic.archetype == PRIVATE else 1,
        "user_id": topic.user_id,
        "draft_key": f"topic_{topic.id}",
        "highest_post_number": posts[-1].number if posts else 0,
        "participant_count": len({p.user_id for p in posts}),
        "details": details,
    }


def webhook(number: int, url: str, events: frozenset[str] | None) -> dict[str, Any]:
    """A webhook as administrators see it; the names of its events, or the wildcard."""
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
