"""The forum's answers about posts, topics, private conversations, flags and the review queue."""

from typing import Any

from connectors.emulation.server import Answer, Call
from connectors.forum.emulator import answers, reviews
from connectors.forum.emulator.admin import ForumCall, caller, fields, number, viewer_of
from connectors.forum.emulator.rules import ForumRules, Refusal
from connectors.forum.emulator.state import PRIVATE, ForumState, ForumUser, Post, Reviewable, Topic

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
        """GET /posts/{id}, and GET /posts/by_number/{topic}/{number}"""
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
        post = _asked_for(call)
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
        return answers.ok(answers.topic_page(call.state, topic, viewer, with_raw=_wants_raw(call)))

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
        wanted = {number(v) for v in call.query.get("post_ids[]", "").split(",") if v}
        chosen = [p for p in call.state.posts_of(topic) if not wanted or p.id in wanted][:20]
        posts = [answers.streamed(call.state, p, viewer, _wants_raw(call)) for p in chosen]
        return answers.ok({"post_stream": {"posts": posts}})

    def archive(self, call: ForumCall) -> Answer:
        """PUT /t/{id}/archive-message: an empty answer, or the group out of whose inbox it went"""
        name = self._rules.archive(_topic(call, int(call.params["id"])), caller(call), True, on=call.exchange)
        return Answer(200) if name is None else answers.ok({"group_name": name})

    def to_inbox(self, call: ForumCall) -> Answer:
        """PUT /t/{id}/move-to-inbox"""
        self._rules.archive(_topic(call, int(call.params["id"])), caller(call), False, on=call.exchange)
        return Answer(200)

    def status(self, call: ForumCall) -> Answer:
        """PUT /t/{id}/status: closes the topic or opens it again"""
        wish = fields(call)
        if wish.get("status") != "closed" or "enabled" not in wish:
            return answers.refusal(
                400, "You supplied invalid parameters to the request: status", kind="invalid_parameters"
            )
        closed = str(wish["enabled"]).lower() == "true"
        self._rules.close(_topic(call, int(call.params["id"])), caller(call), closed, on=call.exchange)
        return answers.ok({"success": "OK", "topic_status_update": None})

    def delete_topic(self, call: ForumCall) -> Answer:
        """DELETE /t/{id}"""
        topic = _topic(call, int(call.params["id"]))
        self._rules.delete(call.state.posts[topic.post_ids[0]], caller(call), on=call.exchange)
        return Answer(200)

    def inbox(self, call: ForumCall) -> Answer:
        """GET /topics/private-messages/{username}: for that account alone; its own that nobody answered are elsewhere"""
        return self._conversations(call, sent=False)

    def group_inbox(self, call: ForumCall) -> Answer:
        """GET /topics/private-messages-group/{username}/{group}: for its members and administrators; else it is not there"""
        viewer, name = caller(call), call.params["group"]
        if call.state.members_of(name) is None or not (viewer.admin or name in call.state.groups_of(viewer)):
            return answers.not_found()
        found = [t for t in _conversations(call) if name in t.groups and name not in t.archived_for]
        return self._listing(call, found, viewer)

    def sent(self, call: ForumCall) -> Answer:
        """GET /topics/private-messages-sent/{username}"""
        return self._conversations(call, sent=True)

    def _conversations(self, call: ForumCall, *, sent: bool) -> Answer:
        viewer, owner = caller(call), call.state.named(call.params["username"])
        if owner is None:
            return answers.not_found()
        if viewer.id != owner.id and not viewer.admin:
            return answers.not_allowed()
        return self._listing(call, [t for t in _conversations(call) if _lists(call, t, owner, sent)], owner)

    def _listing(self, call: ForumCall, found: list[Topic], owner: ForumUser) -> Answer:
        """The topics as a page of a list, the latest first."""
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
        """GET /review: ten a page, from `offset`, in the order that is asked for"""
        wanted = {"pending": 0, "approved": 1, "rejected": 2, "ignored": 3}.get(call.query.get("status", "pending"))
        items = [r for r in call.state.reviewables.values() if wanted is None or r.status == wanted]
        _order(items, call.query.get("sort_order", "score"))
        start = number(call.query.get("offset"))
        shown = items[start : start + REVIEW_PAGE]
        return answers.ok(
            {
                "reviewables": [reviews.reviewable(call.state, r) for r in shown],
                "meta": {"total_rows_reviewables": len(items), "types": {"created_by": "user", "target": "post"}},
            }
            | reviews.beside(call.state, shown)
        )

    def review_item(self, call: ForumCall) -> Answer:
        """GET /review/{id}"""
        item = call.state.reviewables.get(int(call.params["id"]))
        if item is None:
            return answers.not_found()
        return answers.ok({"reviewable": reviews.reviewable(call.state, item)} | reviews.beside(call.state, [item]))

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


class Files:
    """Handlers about what people put into their posts."""

    def short(self, call: ForumCall) -> Answer:
        """GET /uploads/short-url/{short}.{extension}: where the file itself is"""
        upload = call.state.uploads.get(call.params["short"])
        if upload is None:
            return answers.not_found()
        return Answer(302, None, {"Location": upload.elsewhere or f"/uploads/default/original/1X/{upload.short}.bin"})

    def whole(self, call: ForumCall) -> Answer:
        """GET /uploads/default/original/…: the bytes"""
        upload = call.state.uploads.get(call.params["short"])
        if upload is None:
            return answers.not_found()
        return Answer(200, None, content_type="application/octet-stream", raw=upload.content)


def _asked_for(call: Call[ForumState]) -> Post | None:
    if "number" not in call.params:
        return call.state.posts.get(int(call.params["id"]))
    topic = call.state.topics.get(int(call.params["id"]))
    place = int(call.params["number"]) - 1
    return call.state.posts[topic.post_ids[place]] if topic and 0 <= place < len(topic.post_ids) else None


def _wants_raw(call: ForumCall) -> bool:
    return bool(call.query.get("include_raw"))


def _order(items: list[Reviewable], by: str) -> None:
    if by.startswith("created_at"):
        items.sort(key=lambda r: (r.created_at, r.id), reverse=by == "created_at")
    else:
        items.sort(key=lambda r: (len(r.scores), r.id), reverse=by == "score")


def _conversations(call: ForumCall) -> list[Topic]:
    return [t for t in call.state.topics.values() if t.archetype == PRIVATE and t.deleted_at is None]


def _topic(call: ForumCall, topic_id: int) -> Topic:
    topic = call.state.topics.get(topic_id)
    if topic is None or topic.deleted_at is not None:
        raise Refusal(answers.not_found())
    return topic


def _lists(call: ForumCall, topic: Topic, owner: ForumUser, sent: bool) -> bool:
    """Whether the conversation stands in that box of this account. Those of its groups have boxes of their own."""
    if owner.id not in topic.allowed or owner.id in topic.archived_by:
        return False
    if sent:
        return topic.user_id == owner.id
    writers = {p.user_id for p in call.state.posts_of(topic)}
    return writers != {owner.id}
