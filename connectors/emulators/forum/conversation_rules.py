"""What the forum does with conversations, whoever writes in them. Read `ConversationRules` first.

A refusal is raised as `ForumError` with the answer that the API gives."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime

from connectors.emulators.forum import conversations, responses
from connectors.emulators.forum.state import PRIVATE, SYSTEM_ID, ForumState, ForumUser, Post, Topic
from connectors.emulators.shared.history import Exchange, History
from connectors.emulators.shared.server import Response
from connectors.emulators.shared.webhooks import WebhookSender

TITLE_LIMIT = 255
SMALL_ACTION = 3
_BEGIN, _REPLY = 1, 2
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
_EXTERNAL_ID = re.compile(r"[\w-]{1,50}")
_LINK = re.compile(r"https?://[^\s`<>)\]]+")


class ForumError(Exception):
    """The forum does not do it; `answer` says so in its words."""

    def __init__(self, answer: Response) -> None:
        super().__init__(str(answer.body))
        self.answer = answer


class ConversationRules:
    """The forum's own behaviour over its conversations; every change is put on record."""

    def __init__(
        self, state: ForumState, now: Callable[[], datetime], history: History, webhook_sender: WebhookSender
    ) -> None:
        self.state, self.now, self.history, self.webhook_sender = state, now, history, webhook_sender

    def converse(
        self,
        author: ForumUser,
        to: Iterable[str],
        title: str,
        raw: str,
        *,
        external_id: str | None = None,
        on: Exchange | None = None,
    ) -> Post:
        """A private conversation with these accounts and groups is there, with its first post."""
        users, groups = self._find_addressees(to)
        for user in users:
            self._require_may_write_to(author, user)
        if author.is_silenced(self.now()) and groups:
            raise ForumError(responses.not_allowed_response())
        self._check_text(title, "min_personal_message_title_length", TITLE_LIMIT, "Title")
        self._check_external_id(external_id)
        topic = Topic(
            id=self.state.next_id(),
            title=title,
            archetype=PRIVATE,
            user_id=author.id,
            created_at=self.now(),
            groups=groups,
        )
        topic.allowed = list(dict.fromkeys([author.id, *(u.id for u in users)]))
        topic.external_id = external_id
        return self._begin_topic(topic, author, raw, on)

    def publish(
        self, author: ForumUser, title: str, raw: str, *, category: int = 1, on: Exchange | None = None
    ) -> Post:
        """Publish a public topic with its first post, where the author may begin one in that category."""
        if author.is_silenced(self.now()) or not self._may_do(author, category, _BEGIN):
            raise ForumError(responses.not_allowed_response())
        self._check_text(title, "min_topic_title_length", TITLE_LIMIT, "Title")
        topic = Topic(
            id=self.state.next_id(), title=title, archetype="regular", user_id=author.id, created_at=self.now()
        )
        topic.category = category
        return self._begin_topic(topic, author, raw, on)

    def answer(self, author: ForumUser, topic: Topic, raw: str, *, on: Exchange | None = None) -> Post:
        """Add a post to the topic. Silenced accounts can still answer in their own conversations."""
        if not self.can_see(author, topic):
            raise ForumError(responses.not_allowed_response())
        if author.is_silenced(self.now()) and topic.archetype != PRIVATE:
            raise ForumError(responses.not_allowed_response())
        if topic.closed and not author.staff:
            raise ForumError(responses.not_allowed_response())
        if topic.archetype != PRIVATE and not self._may_do(author, topic.category, _REPLY):
            raise ForumError(responses.not_allowed_response())
        self._check_body(raw, topic)
        return self._add_post(topic, author, raw, on)

    def edit(self, post: Post, raw: str, by: ForumUser, *, on: Exchange | None = None) -> None:
        """Let the post say this."""
        if by.id != post.user_id and not by.staff:
            raise ForumError(responses.not_allowed_response())
        self._check_body(raw, self.state.topics[post.topic_id])
        before = post.raw
        post.raw, post.updated_at, post.version = raw, self.now(), post.version + 1
        self.history.record_change("message", str(post.id), {"raw": before}, {"raw": raw}, by.username, on)

    def delete(self, post: Post, by: ForumUser, *, on: Exchange | None = None) -> None:
        """Delete the post; with the first post its topic goes."""
        if by.id != post.user_id and not by.staff:
            raise ForumError(responses.not_allowed_response())
        post.deleted_at = self.now()
        if post.number == 1:
            self.state.topics[post.topic_id].deleted_at = self.now()
        self.history.record_change("message", str(post.id), {"raw": post.raw}, None, by.username, on)

    def can_see(self, viewer: ForumUser | None, topic: Topic) -> bool:
        """Return whether the viewer may read it: conversations are for those in them, and administrators."""
        if topic.archetype != PRIVATE:
            return True
        return viewer is not None and (viewer.admin or viewer.id in self.state.participants(topic))

    def _may_do(self, author: ForumUser, category: int, least: int) -> bool:
        """Whether one of the author's groups may do so much in the category."""
        kind = self.state.permission_in(self.state.categories[category], author)
        return kind is not None and kind <= least

    def _find_addressees(self, to: Iterable[str]) -> tuple[list[ForumUser], list[str]]:
        users, groups = [], []
        for name in filter(None, (n.strip() for n in to)):
            if self.state.members_of(name) is not None:
                groups.append(name)
            elif (user := self.state.find_user(name)) is not None:
                users.append(user)
            else:
                raise ForumError(creation_error("You must select a valid user."))
        if not users and not groups:
            raise ForumError(creation_error("You must select a valid user."))
        return users, groups

    def _require_may_write_to(self, author: ForumUser, user: ForumUser) -> None:
        free = author.staff or author.id == SYSTEM_ID
        if user.is_suspended(self.now()) and not free:
            raise ForumError(creation_error("Sorry, you cannot send a personal message to that user."))
        if author.is_silenced(self.now()) and not user.staff:
            raise ForumError(responses.not_allowed_response())

    def _check_external_id(self, external_id: str | None) -> None:
        if external_id is None:
            return
        if not _EXTERNAL_ID.fullmatch(external_id):
            raise ForumError(
                creation_error("External ID may only contain letters, numbers, dashes and underscores (50 at most)")
            )
        if self.state.find_by_external_id(external_id) is not None:
            raise ForumError(creation_error("External ID has already been taken"))

    def _check_text(self, text: str, minimum: str, limit: int, what: str) -> None:
        if len(text.strip()) < self.state.settings[minimum]:
            raise ForumError(creation_error(responses.too_short(self.state.settings[minimum], what)))
        if len(text) > limit:
            raise ForumError(creation_error(f"{what} is too long (maximum is {limit} characters)"))
        if text == text.upper() != text.lower():
            raise ForumError(creation_error(f"{what} seems unclear, is it a complete sentence?"))

    def _check_body(self, raw: str, topic: Topic) -> None:
        minimum = "min_personal_message_post_length" if topic.archetype == PRIVATE else "min_post_length"
        self._check_text(raw, minimum, self.state.settings["max_post_length"], "Body")

    def _begin_topic(self, topic: Topic, author: ForumUser, raw: str, on: Exchange | None) -> Post:
        self._check_body(raw, topic)
        self.state.topics[topic.id] = topic
        return self._add_post(topic, author, raw, on)

    def _add_post(self, topic: Topic, author: ForumUser, raw: str, on: Exchange | None) -> Post:
        now = self.now()
        post = self.state.new_post(topic, author, raw, now)
        if topic.archetype == PRIVATE:
            others = self.state.participants(topic) - {author.id}
            post.reachable = {i: not self.state.users[i].is_suspended(now) for i in sorted(others)}
        self.state.posts[post.id] = post
        topic.post_ids.append(post.id)
        self._return_to_inboxes(topic)
        sent = {"topic": topic.id, "title": topic.title, "raw": raw, "reachable": dict(post.reachable)}
        self.history.record_change("message", str(post.id), None, sent, author.username, on)
        for link in _LINK.findall(_CODE.sub(" ", raw)):
            self.history.record_change("fetch", link, None, {"post": post.id}, "forum", on)
        self.webhook_sender.send_event("post_created", {"post": conversations.webhook_post(self.state, post)})
        return post

    def close(self, topic: Topic, by: ForumUser, closed: bool, *, on: Exchange | None = None) -> None:
        """Close the topic to all but staff, or open it again; the change stands in it as a line of its own."""
        if not by.staff or not self.can_see(by, topic):
            raise ForumError(responses.not_allowed_response())
        if topic.closed == closed:
            return
        topic.closed = closed
        now, action = self.now(), "closed.enabled" if closed else "closed.disabled"
        line = self.state.new_post(topic, by, "", now)
        line.post_type, line.action = SMALL_ACTION, action
        self.state.posts[line.id] = line
        topic.post_ids.append(line.id)
        self._return_to_inboxes(topic)
        self.history.record_change("closed", str(topic.id), not closed, closed, by.username, on)

    def invite(self, topic: Topic, name: str, by: ForumUser, *, on: Exchange | None = None) -> None:
        """Let the account or group into the conversation; whoever is in it may, and a line in it says who did."""
        if topic.archetype != PRIVATE or not self.can_see(by, topic):
            raise ForumError(responses.not_allowed_response())
        user = self.state.find_user(name)
        if user is not None and user.id not in topic.allowed:
            topic.allowed.append(user.id)
        elif user is None and self.state.members_of(name) is not None and name not in topic.groups:
            topic.groups.append(name)
        else:
            raise ForumError(creation_error("Sorry, that user can't be invited."))
        line = self.state.new_post(topic, by, "", self.now())
        line.post_type, line.action = SMALL_ACTION, "invited_user" if user else "invited_group"
        line.action_who = user.username if user else name
        self.state.posts[line.id] = line
        topic.post_ids.append(line.id)
        self._return_to_inboxes(topic)
        self.history.record_change("allowed", str(topic.id), None, name, by.username, on)

    def archive(self, topic: Topic, by: ForumUser, archived: bool, *, on: Exchange | None = None) -> str | None:
        """The conversation is out of (or back in) the inbox of this account and of its groups; the last such group."""
        groups = [name for name in topic.groups if name in self.state.groups_of(by)]
        for name in groups:
            (topic.archived_for.add if archived else topic.archived_for.discard)(name)
        if by.id in topic.allowed:
            (topic.archived_by.add if archived else topic.archived_by.discard)(by.id)
        self.history.record_change("archived", str(topic.id), not archived, archived, by.username, on)
        return groups[-1] if groups and archived else None

    def _return_to_inboxes(self, topic: Topic) -> None:
        """Whatever is written in a conversation brings it back into every inbox, the writer's own too."""
        topic.archived_by.clear()
        topic.archived_for.clear()


def creation_error(error: str) -> Response:
    return responses.ok_response({"action": "create_post", "errors": [error]}, 422)
