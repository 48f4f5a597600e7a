"""The forum's answers about posts, topics, private conversations, flags and the review queue."""

from typing import Any

from connectors.emulation.server import Answer
from connectors.forum.emulator import answers
from connectors.forum.emulator.admin import ForumCall, caller, fields, number, viewer_of
from connectors.forum.emulator.rules import ForumRules, Refusal, reviewable
from connectors.forum.emulator.state import PRIVATE, ForumUser, Post, Topic

INBOX_PAGE = 30
REVIEW_PAGE = 10


class Talk:
    """Handlers about what is written on the forum."""

    def __init__(self, rules: ForumRules) -> None:
        self._rules = rules

    # -- posts

    def create(self, call: ForumCall) -> Answer:
        """POST /posts: an answer, a conversation, or a public topic"""
        wish, author = fields(call), caller(call)
        raw, title = str(wish.get("raw") or ""), str(wish.get("title") or "")
        if wish.get("topic_id"):
            post = self._rules.answer(author, _topic(call, number(wish["topic_id"])), raw, on=call.exchange)
        elif wish.get("archetype") == PRIVATE:
            to = wish.get("target_recipients") or wish.get("target_usernames") or ""
            mark = str(wish["external_id"]) if wish.get("external_id") else None
            post = self._rules.converse(author, str(to).split(","), title, raw, external_id=mark, on=call.exchange)
        else:
            post = self._rules.publish(author, title, raw, on=call.exchange)
        return answers.ok(answers.post(call.state, post, author))

    def show(self, call: ForumCall) -> Answer:
        """GET /posts/{id}"""
        viewer = viewer_of(call)
        return answers.ok(answers.post(call.state, self._readable(call, viewer), viewer))

    def edit(self, call: ForumCall) -> Answer:
        """PUT /posts/{id}"""
        author, wish = caller(call), fields(call)
        inner = wish.get("post")
        raw = inner.get("raw") if isinstance(inner, dict) else wish.get("post[raw]")
        post = self._readable(call, author)
        self._rules.edit(post, str(raw or ""), author, on=call.exchange)
        return answers.ok({"post": answers.post(call.state, post, author)})

    def delete(self, call: ForumCall) -> Answer:
        """DELETE /posts/{id}: an empty answer"""
        author = caller(call)
        self._rules.delete(self._readable(call, author), author, on=call.exchange)
        return Answer(200)

    def _readable(self, call: ForumCall, viewer: ForumUser | None) -> Post:
        post = call.state.posts.get(int(call.params["id"]))
        if post is None or (post.deleted_at is not None and not (viewer and viewer.staff)):
            raise Refusal(answers.not_found())
        if not self._rules.may_see(viewer, call.state.topics[post.topic_id]):
            raise Refusal(answers.not_allowed())
        return post

    # -- topics

    def topic(self, call: ForumCall) -> Answer:
        """GET /t/{id}"""
        viewer, topic = viewer_of(call), _topic(call, int(call.params["id"]))
        if not self._rules.may_see(viewer, topic):
            return answers.not_allowed() if viewer else answers.not_found()
        return answers.ok(answers.topic_page(call.state, topic, viewer))

    def by_external_id(self, call: ForumCall) -> Answer:
        """GET /t/external_id/{external_id}: a redirect to the topic"""
        topic = call.state.known_as(call.params["external_id"])
        if topic is None or topic.deleted_at is not None:
            return answers.not_found()
        if not self._rules.may_see(viewer_of(call), topic):
            return answers.not_allowed()
        return Answer(301, None, {"Location": f"/t/{answers.slug(topic.title)}/{topic.id}.json"})

    def topic_posts(self, call: ForumCall) -> Answer:
        """GET /t/{id}/posts: the posts asked for, or the first page"""
        viewer, topic = viewer_of(call), _topic(call, int(call.params["id"]))
        if not self._rules.may_see(viewer, topic):
            return answers.not_allowed()
        wanted = {number(v) for k, v in call.query.items() if k.startswith("post_ids")}
        chosen = [p for p in call.state.posts_of(topic) if not wanted or p.id in wanted][:20]
        return answers.ok({"post_stream": {"posts": [answers.streamed(call.state, p, viewer) for p in chosen]}})

    def delete_topic(self, call: ForumCall) -> Answer:
        """DELETE /t/{id}"""
        topic = _topic(call, int(call.params["id"]))
        self._rules.delete(call.state.posts[topic.post_ids[0]], caller(call), on=call.exchange)
        return Answer(200)

    def inbox(self, call: ForumCall) -> Answer:
        """GET /topics/private-messages/{username}: for that account alone; its own that nobody answered are elsewhere"""
        return self._conversations(call, sent=False)

    def sent(self, call: ForumCall) -> Answer:
        """GET /topics/private-messages-sent/{username}"""
        return self._conversations(call, sent=True)

    def _conversations(self, call: ForumCall, *, sent: bool) -> Answer:
        viewer, owner = caller(call), call.state.named(call.params["username"])
        if owner is None:
            return answers.not_found()
        if viewer.id != owner.id and not viewer.admin:
            return answers.not_allowed()
        found = [t for t in call.state.topics.values() if _lists(call, t, owner, sent)]
        found.sort(key=lambda t: (call.state.posts[t.post_ids[-1]].created_at, t.id), reverse=True)
        page = number(call.query.get("page"))
        shown = found[page * INBOX_PAGE : (page + 1) * INBOX_PAGE]
        listing: dict[str, Any] = {
            "can_create_topic": True,
            "draft": None,
            "draft_key": "new_private_message",
            "draft_sequence": 0,
            "per_page": INBOX_PAGE,
            "topics": [answers.topic_line(call.state, t, owner) for t in shown],
        }
        if len(found) > (page + 1) * INBOX_PAGE:
            listing["more_topics_url"] = f"{call.exchange.path.removesuffix('.json')}?page={page + 1}"
        people = {i for t in shown for i in t.allowed if i in call.state.users}
        users = [answers.brief(call.state.users[i]) for i in sorted(people)]
        return answers.ok({"users": users, "primary_groups": [], "topic_list": listing})

    # -- flags and review

    def flag(self, call: ForumCall) -> Answer:
        """POST /post_actions"""
        wish, author = fields(call), caller(call)
        post = call.state.posts.get(number(wish.get("id")))
        if post is None:
            return answers.not_found()
        reason = number(wish.get("post_action_type_id"))
        self._rules.flag(post, author, reason, str(wish.get("message") or ""), on=call.exchange)
        return answers.ok(answers.post(call.state, post, author))

    def queue(self, call: ForumCall) -> Answer:
        """GET /review: ten a page, from `offset`"""
        wanted = {"pending": 0, "approved": 1, "rejected": 2, "ignored": 3}.get(call.query.get("status", "pending"))
        items = [r for r in call.state.reviewables.values() if wanted is None or r.status == wanted]
        start = number(call.query.get("offset"))
        return answers.ok(
            {
                "reviewables": [reviewable(r) for r in items[start : start + REVIEW_PAGE]],
                "meta": {"total_rows_reviewables": len(items), "types": {"created_by": "user", "target": "post"}},
            }
        )

    def review_item(self, call: ForumCall) -> Answer:
        """GET /review/{id}"""
        item = call.state.reviewables.get(int(call.params["id"]))
        return answers.not_found() if item is None else answers.ok({"reviewable": reviewable(item)})

    def perform(self, call: ForumCall) -> Answer:
        """PUT /review/{id}/perform/{action}: with the version that was read"""
        item = call.state.reviewables.get(int(call.params["id"]))
        if item is None:
            return answers.not_found()
        version = fields(call).get("version", call.query.get("version"))
        if version is None:
            return answers.refusal(422, "The version is missing.")
        if number(version) != item.version:
            return answers.refusal(409, "Somebody else has changed this meanwhile.")
        self._rules.review(item, call.params["action"], caller(call), on=call.exchange)
        result = {"success": True, "transition_to": item.status, "version": item.version}
        return answers.ok({"reviewable_perform_result": result})


def _topic(call: ForumCall, topic_id: int) -> Topic:
    topic = call.state.topics.get(topic_id)
    if topic is None or topic.deleted_at is not None:
        raise Refusal(answers.not_found())
    return topic


def _lists(call: ForumCall, topic: Topic, owner: ForumUser, sent: bool) -> bool:
    """Whether the conversation stands in that box of this account. Those of its groups have boxes of their own."""
    if topic.archetype != PRIVATE or topic.deleted_at is not None or owner.id not in topic.allowed:
        return False
    if sent:
        return topic.user_id == owner.id
    writers = {p.user_id for p in call.state.posts_of(topic)}
    return writers != {owner.id}
