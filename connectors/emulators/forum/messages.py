"""The forum's answers about posts, topics, private conversations, flags and the review queue."""

from typing import Any

from connectors.emulators.forum import conversations, responses, reviews
from connectors.emulators.forum.admin import ForumCall, find_viewer, parse_fields, parse_number, require_caller
from connectors.emulators.forum.conversation_rules import ForumError
from connectors.emulators.forum.rules import ForumRules
from connectors.emulators.forum.state import PRIVATE, ForumState, ForumUser, Post, Reviewable, Topic
from connectors.emulators.shared.server import Request, Response

INBOX_PAGE = 30
REVIEW_PAGE = 10


class MessageHandlers:
    """Handlers about what is written on the forum."""

    def __init__(self, rules: ForumRules) -> None:
        self._rules = rules

    # -- posts

    def create(self, call: ForumCall) -> Response:
        """Answer POST /posts: an answer, a conversation, or a public topic"""
        body, author = parse_fields(call), require_caller(call)
        raw, title = str(body.get("raw") or ""), str(body.get("title") or "")
        if body.get("topic_id"):
            post = self._rules.answer(author, _topic(call, parse_number(body["topic_id"])), raw, on=call.exchange)
        elif body.get("archetype") == PRIVATE:
            to = body.get("target_recipients") or body.get("target_usernames") or ""
            mark = str(body["external_id"]) if body.get("external_id") else None
            post = self._rules.converse(author, str(to).split(","), title, raw, external_id=mark, on=call.exchange)
        else:
            post = self._rules.publish(author, title, raw, on=call.exchange)
        return responses.ok_response(conversations.post(call.state, post, author))

    def show(self, call: ForumCall) -> Response:
        """Answer GET /posts/{id}, and GET /posts/by_number/{topic}/{number}"""
        viewer = find_viewer(call)
        return responses.ok_response(conversations.post(call.state, self._readable(call, viewer), viewer))

    def edit(self, call: ForumCall) -> Response:
        """Answer PUT /posts/{id}"""
        author, body = require_caller(call), parse_fields(call)
        inner = body.get("post")
        raw = inner.get("raw") if isinstance(inner, dict) else body.get("post[raw]")
        post = self._readable(call, author)
        self._rules.edit(post, str(raw or ""), author, on=call.exchange)
        return responses.ok_response({"post": conversations.post(call.state, post, author)})

    def delete(self, call: ForumCall) -> Response:
        """Answer DELETE /posts/{id}: an empty answer"""
        author = require_caller(call)
        self._rules.delete(self._readable(call, author), author, on=call.exchange)
        return Response(200)

    def _readable(self, call: ForumCall, viewer: ForumUser | None) -> Post:
        post = _find_post(call)
        if post is None or (post.deleted_at is not None and not (viewer and viewer.staff)):
            raise ForumError(responses.not_found_response())
        if not self._rules.can_see(viewer, call.state.topics[post.topic_id]):
            raise ForumError(responses.not_allowed_response())
        return post

    # -- topics

    def topic(self, call: ForumCall) -> Response:
        """Answer GET /t/{id}"""
        viewer, topic = find_viewer(call), _topic(call, int(call.params["id"]))
        if not self._rules.can_see(viewer, topic):
            return responses.not_allowed_response() if viewer else responses.not_found_response()
        return responses.ok_response(conversations.topic_page(call.state, topic, viewer, with_raw=_wants_raw(call)))

    def by_external_id(self, call: ForumCall) -> Response:
        """Answer GET /t/external_id/{external_id}: a redirect to the topic"""
        topic = call.state.find_by_external_id(call.params["external_id"])
        if topic is None or topic.deleted_at is not None:
            return responses.not_found_response()
        if not self._rules.can_see(find_viewer(call), topic):
            return responses.not_allowed_response()
        return Response(301, None, {"Location": f"/t/{responses.slug(topic.title)}/{topic.id}.json"})

    def topic_posts(self, call: ForumCall) -> Response:
        """Answer GET /t/{id}/posts: the posts asked for, or the first page"""
        viewer, topic = find_viewer(call), _topic(call, int(call.params["id"]))
        if not self._rules.can_see(viewer, topic):
            return responses.not_allowed_response()
        wanted = {parse_number(v) for v in call.query.get("post_ids[]", "").split(",") if v}
        chosen = [p for p in call.state.posts_of(topic) if not wanted or p.id in wanted]
        chosen = chosen[: call.state.page_size(20)]
        posts = [conversations.stream_post(call.state, p, viewer, _wants_raw(call)) for p in chosen]
        return responses.ok_response({"post_stream": {"posts": posts}})

    def archive(self, call: ForumCall) -> Response:
        """Answer PUT /t/{id}/archive-message: an empty answer, or the group out of whose inbox it went"""
        name = self._rules.archive(_topic(call, int(call.params["id"])), require_caller(call), True, on=call.exchange)
        return Response(200) if name is None else responses.ok_response({"group_name": name})

    def to_inbox(self, call: ForumCall) -> Response:
        """Answer PUT /t/{id}/move-to-inbox"""
        self._rules.archive(_topic(call, int(call.params["id"])), require_caller(call), False, on=call.exchange)
        return Response(200)

    def status(self, call: ForumCall) -> Response:
        """Answer PUT /t/{id}/status: closes the topic or opens it again"""
        body = parse_fields(call)
        if body.get("status") != "closed" or "enabled" not in body:
            return responses.error_response(
                400, "You supplied invalid parameters to the request: status", kind="invalid_parameters"
            )
        closed = str(body["enabled"]).lower() == "true"
        self._rules.close(_topic(call, int(call.params["id"])), require_caller(call), closed, on=call.exchange)
        return responses.ok_response({"success": "OK", "topic_status_update": None})

    def delete_topic(self, call: ForumCall) -> Response:
        """Answer DELETE /t/{id}"""
        topic = _topic(call, int(call.params["id"]))
        self._rules.delete(call.state.posts[topic.post_ids[0]], require_caller(call), on=call.exchange)
        return Response(200)

    def inbox(self, call: ForumCall) -> Response:
        """Answer GET /topics/private-messages/{username}: for that account alone.

        Its own that nobody answered are elsewhere
        """
        return self._conversations(call, sent=False)

    def group_inbox(self, call: ForumCall) -> Response:
        """Answer GET /topics/private-messages-group/{username}/{group}: for its members and administrators.

        Else it is not there
        """
        viewer, name = require_caller(call), call.params["group"]
        if call.state.members_of(name) is None or not (viewer.admin or name in call.state.groups_of(viewer)):
            return responses.not_found_response()
        found = [t for t in _conversations(call) if name in t.groups and name not in t.archived_for]
        return self._listing(call, found, viewer)

    def sent(self, call: ForumCall) -> Response:
        """Answer GET /topics/private-messages-sent/{username}"""
        return self._conversations(call, sent=True)

    def _conversations(self, call: ForumCall, *, sent: bool) -> Response:
        viewer, owner = require_caller(call), call.state.find_user(call.params["username"])
        if owner is None:
            return responses.not_found_response()
        if viewer.id != owner.id and not viewer.admin:
            return responses.not_allowed_response()
        return self._listing(call, [t for t in _conversations(call) if _is_in_box(call, t, owner, sent)], owner)

    def _listing(self, call: ForumCall, found: list[Topic], owner: ForumUser) -> Response:
        """The topics as a page of a list, the latest first."""
        found.sort(key=lambda t: (call.state.posts[t.post_ids[-1]].created_at, t.id), reverse=True)
        page, size = parse_number(call.query.get("page")), call.state.page_size(INBOX_PAGE)
        shown = found[page * size : (page + 1) * size]
        listing: dict[str, Any] = {
            "can_create_topic": True,
            "draft": None,
            "draft_key": "new_private_message",
            "draft_sequence": 0,
            "per_page": INBOX_PAGE,
            "topics": [conversations.topic_line(call.state, t, owner) for t in shown],
        }
        if len(found) > (page + 1) * size:
            listing["more_topics_url"] = f"{call.exchange.path.removesuffix('.json')}?page={page + 1}"
        people = {i for t in shown for i in t.allowed if i in call.state.users}
        users = [responses.brief(call.state.users[i]) for i in sorted(people)]
        return responses.ok_response({"users": users, "primary_groups": [], "topic_list": listing})

    # -- flags and review

    def flag(self, call: ForumCall) -> Response:
        """Answer POST /post_actions"""
        body, author = parse_fields(call), require_caller(call)
        post = call.state.posts.get(parse_number(body.get("id")))
        if post is None:
            return responses.not_found_response()
        reason = parse_number(body.get("post_action_type_id"))
        self._rules.flag(post, author, reason, str(body.get("message") or ""), on=call.exchange)
        return responses.ok_response(conversations.post(call.state, post, author))

    def queue(self, call: ForumCall) -> Response:
        """Answer GET /review: ten a page, from `offset`, in the order that is asked for"""
        wanted = {"pending": 0, "approved": 1, "rejected": 2, "ignored": 3}.get(call.query.get("status", "pending"))
        items = [r for r in call.state.reviewables.values() if wanted is None or r.status == wanted]
        _sort(items, call.query.get("sort_order", "score"))
        start = parse_number(call.query.get("offset"))
        shown = items[start : start + call.state.page_size(REVIEW_PAGE)]
        return responses.ok_response(
            {
                "reviewables": [reviews.reviewable(call.state, r) for r in shown],
                "meta": {"total_rows_reviewables": len(items), "types": {"created_by": "user", "target": "post"}},
            }
            | reviews.beside(call.state, shown)
        )

    def review_item(self, call: ForumCall) -> Response:
        """Answer GET /review/{id}"""
        item = call.state.reviewables.get(int(call.params["id"]))
        if item is None:
            return responses.not_found_response()
        return responses.ok_response(
            {"reviewable": reviews.reviewable(call.state, item)} | reviews.beside(call.state, [item])
        )

    def perform(self, call: ForumCall) -> Response:
        """Answer PUT /review/{id}/perform/{action}: with the version that was read"""
        item = call.state.reviewables.get(int(call.params["id"]))
        if item is None:
            return responses.not_found_response()
        version = parse_fields(call).get("version", call.query.get("version"))
        if version is None:
            return responses.error_response(422, "The version is missing.")
        if parse_number(version) != item.version:
            return responses.error_response(409, "Somebody else has changed this meanwhile.")
        self._rules.review(item, call.params["action"], require_caller(call), on=call.exchange)
        result = {"success": True, "transition_to": item.status, "version": item.version}
        return responses.ok_response({"reviewable_perform_result": result})


class FileHandlers:
    """Handlers about what people put into their posts."""

    def short(self, call: ForumCall) -> Response:
        """Answer GET /uploads/short-url/{short}.{extension}: where the file itself is"""
        upload = call.state.uploads.get(call.params["short"])
        if upload is None:
            return responses.not_found_response()
        return Response(302, None, {"Location": upload.elsewhere or f"/uploads/default/original/1X/{upload.short}.bin"})

    def whole(self, call: ForumCall) -> Response:
        """Answer GET /uploads/default/original/…: the bytes"""
        upload = call.state.uploads.get(call.params["short"])
        if upload is None:
            return responses.not_found_response()
        return Response(200, None, content_type="application/octet-stream", raw=upload.content)


def _find_post(call: Request[ForumState]) -> Post | None:
    if "number" not in call.params:
        return call.state.posts.get(int(call.params["id"]))
    topic = call.state.topics.get(int(call.params["id"]))
    place = int(call.params["number"]) - 1
    return call.state.posts[topic.post_ids[place]] if topic and 0 <= place < len(topic.post_ids) else None


def _wants_raw(call: ForumCall) -> bool:
    return bool(call.query.get("include_raw"))


def _sort(items: list[Reviewable], by: str) -> None:
    if by.startswith("created_at"):
        items.sort(key=lambda r: (r.created_at, r.id), reverse=by == "created_at")
    else:
        items.sort(key=lambda r: (len(r.scores), r.id), reverse=by == "score")


def _conversations(call: ForumCall) -> list[Topic]:
    return [t for t in call.state.topics.values() if t.archetype == PRIVATE and t.deleted_at is None]


def _topic(call: ForumCall, topic_id: int) -> Topic:
    topic = call.state.topics.get(topic_id)
    if topic is None or topic.deleted_at is not None:
        raise ForumError(responses.not_found_response())
    return topic


def _is_in_box(call: ForumCall, topic: Topic, owner: ForumUser, sent: bool) -> bool:
    """Whether the conversation stands in that box of this account. Those of its groups have boxes of their own."""
    if owner.id not in topic.allowed or owner.id in topic.archived_by:
        return False
    if sent:
        return topic.user_id == owner.id
    writers = {p.user_id for p in call.state.posts_of(topic)}
    return writers != {owner.id}
