"""How the forum words what people write: the JSON of posts and of conversations. Read `post` first."""

import html
from typing import Any

from connectors.emulators.forum.responses import brief, format_instant, slug
from connectors.emulators.forum.state import PRIVATE, ForumState, ForumUser, Post, Topic

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


def post(state: ForumState, item: Post, viewer: ForumUser | None) -> dict[str, Any]:
    """Return a post as this viewer gets it."""
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
    } | _action(item)


def _action(item: Post) -> dict[str, Any]:
    """What a line of the forum's own says of itself; of an invitation also who was let in."""
    named = {"action_code": item.action, "action_code_who": item.action_who}
    return {name: value for name, value in named.items() if value is not None}


def link_of(state: ForumState, item: Post) -> str:
    """Return where people see the post, without the site's own address."""
    topic = state.topics[item.topic_id]
    return f"{state.base_url}/t/{slug(topic.title)}/{topic.id}/{item.number}"


def stream_post(state: ForumState, item: Post, viewer: ForumUser | None, with_raw: bool = False) -> dict[str, Any]:
    """Return a post inside its topic; what was written stands there only for those who ask for it."""
    left_out = {"posts_count", "badges_granted", "draft_sequence", "post_url", "flair_group_id"}
    left_out |= set() if with_raw else {"raw"}
    whole = post(state, item, viewer)
    seen = viewer is not None and viewer.id in item.read_by
    return {k: v for k, v in whole.items() if k not in left_out} | {"link_counts": [], "read": seen}


def webhook_post(state: ForumState, item: Post) -> dict[str, Any]:
    """Return a post as webhooks carry it: private ones too, and without their addressees."""
    topic = state.topics[item.topic_id]
    return post(state, item, None) | {
        "topic_title": topic.title,
        "category_id": None if topic.archetype == PRIVATE else 1,
        "topic_archetype": topic.archetype,
        "topic_posts_count": len(topic.post_ids),
    }


def topic_line(state: ForumState, topic: Topic, viewer: ForumUser) -> dict[str, Any]:
    """Return a conversation in a list."""
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
    """Return a topic with its first posts; of a conversation also who takes part in it."""
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
