"""The forum's answers about the review queue, and what stands beside its entries by ids."""

import html
from typing import Any

from connectors.emulators.forum.conversations import link_of
from connectors.emulators.forum.responses import brief, format_instant, slug
from connectors.emulators.forum.state import ForumState, Reviewable

_FLAG_TITLES = {3: "It's Off-Topic", 4: "It's Inappropriate", 7: "Something Else", 8: "It's Spam", 10: "It's Illegal"}
_EXCERPT = 220


def reviewable(state: ForumState, item: Reviewable) -> dict[str, Any]:
    """Return a flagged post as the review queue names it; who and what belongs to it stands beside, by ids."""
    post = state.posts[item.post_id]
    topic = state.topics[post.topic_id]
    return {
        "id": item.id,
        "type": "ReviewableFlaggedPost",
        "status": item.status,
        "version": item.version,
        "score": float(len(item.scores)),
        "topic_id": topic.id,
        "topic_url": f"/t/{slug(topic.title)}/{topic.id}",
        "target_id": item.post_id,
        "target_type": "Post",
        "target_url": link_of(state, post),
        "post_id": item.post_id,
        "created_at": format_instant(item.created_at),
        "created_by_id": item.created_by,
        "target_created_by_id": post.user_id,
        "reviewable_score_ids": [score.id for score in item.scores],
        "can_edit": False,
        "raw": post.raw,
        "cooked": f"<p>{html.escape(post.raw)}</p>",
    }


def beside(state: ForumState, items: list[Reviewable]) -> dict[str, Any]:
    """Return what the review queue puts beside its entries.

    Accounts, flags, their types, and the beginnings of conversations.
    """
    scores = [(item, score) for item in items for score in item.scores]
    talks = [state.topics[score.message_topic] for _, score in scores if score.message_topic in state.topics]
    first = [state.posts[topic.post_ids[0]] for topic in talks]
    people = {i for item, score in scores for i in (score.user_id, state.posts[item.post_id].user_id)}
    kinds = sorted({score.kind for _, score in scores})
    return {
        "users": [brief(state.users[i]) for i in sorted(people) if i in state.users],
        "reviewable_scores": [
            {
                "id": score.id,
                "score": 1.0,
                "agree_stats": {"agreed": 0, "disagreed": 0, "ignored": 0},
                "status": item.status,
                "created_at": format_instant(score.at),
                "reviewed_at": None,
                "user_id": score.user_id,
                "score_type_id": score.kind,
                "reviewable_conversation_id": score.message_topic,
            }
            for item, score in scores
        ],
        "score_types": [
            {"id": kind, "title": _FLAG_TITLES.get(kind, "Flag"), "reviewable_priority": 0, "icon": "flag"}
            for kind in kinds
        ],
        "reviewable_conversations": [
            {
                "id": topic.id,
                "permalink": f"{state.base_url}/t/{slug(topic.title)}/{topic.id}",
                "has_more": len(topic.post_ids) > 2,
                "conversation_post_ids": topic.post_ids[:2],
            }
            for topic in talks
        ],
        "conversation_posts": [
            {"id": p.id, "excerpt": html.escape(p.raw)[:_EXCERPT], "user_id": p.user_id} for p in first
        ],
    }
