"""What the forum does, whoever asks for it: an API key, a moderator's hand, or a person at the keyboard.

A refusal is raised as `Refusal` with the answer that the API gives; people get the same as a `Declined`.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from connectors.emulators.forum import conversations, responses, reviews
from connectors.emulators.forum.measures import measure_json, parse_end
from connectors.emulators.forum.state import (
    PRIVATE,
    SYSTEM_ID,
    ForumState,
    ForumUser,
    Measure,
    Post,
    Reviewable,
    Score,
    StaffAction,
    Topic,
)
from connectors.emulators.shared.history import Exchange, History
from connectors.emulators.shared.server import Response
from connectors.emulators.shared.webhooks import WebhookSender

REASON_LIMIT = 300
TITLE_LIMIT = 255
UNSILENCE_JOB = timedelta(minutes=15)
SMALL_ACTION = 3
WITH_MESSAGE = frozenset({7, 8, 10})
_SILENCED = "This is an automated message. As a precaution your account cannot post now; staff will review it."
_CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
_EXTERNAL_ID = re.compile(r"[\w-]{1,50}")
_LINK = re.compile(r"https?://[^\s`<>)\]]+")


class ForumError(Exception):
    """The forum does not do it; `answer` says so in its words."""

    def __init__(self, answer: Response) -> None:
        super().__init__(str(answer.body))
        self.answer = answer


class ForumRules:
    """The forum's own behaviour over its state; every change is put on record."""

    def __init__(
        self, state: ForumState, now: Callable[[], datetime], history: History, webhook_sender: WebhookSender
    ) -> None:
        self.state, self.now, self.history, self.webhook_sender = state, now, history, webhook_sender

    # -- suspension and silence

    def suspend(
        self, user: ForumUser, until: Any, reason: Any, by: ForumUser, message: Any = "", *, on: Exchange | None = None
    ) -> None:
        """Shut the account out until then, log it out, and (with a message) tell it by mail."""
        end, why = _parse_measure(until, reason, "suspend_until")
        if user.is_suspended(self.now()):
            raise ForumError(responses.failed_response(409, self._already_text(user.suspension, "suspended")))
        if user.staff:
            raise ForumError(responses.not_allowed_response())
        if self.state.swallows():
            return
        self._set(user, "suspension", Measure(end, why, self.now(), by.id), by, on)
        user.logged_in, user.times_suspended = False, user.times_suspended + 1
        self._log_action("suspend_user", by, user, why + (f"\n\n{message}" if message else ""))
        self._mail(user, message, by, on)
        self.webhook_sender.send_event("user_suspended", {"user": responses.profile(user, self.now(), True)})

    def unsuspend(self, user: ForumUser, by: ForumUser, *, on: Exchange | None = None) -> None:
        """End the suspension; said again it only writes the staff log again."""
        if user.staff:
            raise ForumError(responses.not_allowed_response())
        self._set(user, "suspension", None, by, on)
        self._log_action("unsuspend_user", by, user, "")
        self.webhook_sender.send_event("user_unsuspended", {"user": responses.profile(user, self.now(), True)})

    def silence(
        self, user: ForumUser, until: Any, reason: Any, by: ForumUser, message: Any = "", *, on: Exchange | None = None
    ) -> None:
        """Keep the account from posting until then, unless a silence that ran out has not been tidied away yet.

        The forum writes to it about that, by message and mail, whether a text is given or not.
        """
        end, why = _parse_measure(until, reason, "silenced_till")
        if user.is_silenced(self.now()):
            raise ForumError(responses.failed_response(409, self._already_text(user.silence, "silenced")))
        if user.staff:
            raise ForumError(responses.not_allowed_response())
        if self.state.swallows() or (user.silence is not None and self.now() < user.silence.until + UNSILENCE_JOB):
            return
        self._set(user, "silence", Measure(end, why, self.now(), by.id), by, on)
        user.times_silenced += 1
        self._log_action("silence_user", by, user, why)
        system = self.state.users[SYSTEM_ID]
        self.converse(system, [user.username], "Account temporarily on hold", message or _SILENCED, on=on)
        self._mail(user, message or _SILENCED, by, on)

    def unsilence(self, user: ForumUser, by: ForumUser, *, on: Exchange | None = None) -> None:
        """Let the account post; if it could not before, the forum writes to it about that."""
        if user.staff:
            raise ForumError(responses.not_allowed_response())
        previous = user.silence
        self._set(user, "silence", None, by, on)
        if previous is not None:
            self._log_action("unsilence_user", by, user, "")
            system = self.state.users[SYSTEM_ID]
            self.converse(system, [user.username], "Account no longer on hold", "You can post again.", on=on)

    def log_out(self, user: ForumUser) -> None:
        """End every session of the account."""
        user.logged_in = False

    def _set(self, user: ForumUser, kind: str, measure: Measure | None, by: ForumUser, on: Exchange | None) -> None:
        before = measure_json(getattr(user, kind))
        self.state.set_measure(user, kind, measure)
        if before != measure_json(measure):
            self.history.record_change(kind, str(user.id), before, measure_json(measure), by.username, on)

    def _already_text(self, measure: Measure | None, done: str) -> str:
        author = self.state.users.get(measure.by) if measure else None
        return f"The account was already {done} by {author.username if author else 'somebody'}."

    def _log_action(self, action: str, by: ForumUser, target: ForumUser | None, details: str) -> None:
        line = StaffAction(
            id=self.state.next_id(),
            action=action,
            at=self.now(),
            by=by.id,
            target=target.id if target else None,
            details=details,
        )
        self.state.staff_log.append(line)

    def _mail(self, user: ForumUser, message: Any, by: ForumUser, on: Exchange | None) -> None:
        if message:
            mail = {"to": user.email, "text": str(message)}
            self.history.record_change("mail", str(user.id), None, mail, by.username, on)

    # -- conversations

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

    def publish(self, author: ForumUser, title: str, raw: str, *, on: Exchange | None = None) -> Post:
        """Publish a public topic with its first post."""
        if author.is_silenced(self.now()):
            raise ForumError(responses.not_allowed_response())
        self._check_text(title, "min_topic_title_length", TITLE_LIMIT, "Title")
        topic = Topic(
            id=self.state.next_id(), title=title, archetype="regular", user_id=author.id, created_at=self.now()
        )
        return self._begin_topic(topic, author, raw, on)

    def answer(self, author: ForumUser, topic: Topic, raw: str, *, on: Exchange | None = None) -> Post:
        """Add a post to the topic. Silenced accounts can still answer in their own conversations."""
        if not self.can_see(author, topic):
            raise ForumError(responses.not_allowed_response())
        if author.is_silenced(self.now()) and topic.archetype != PRIVATE:
            raise ForumError(responses.not_allowed_response())
        if topic.closed and not author.staff:
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

    def _find_addressees(self, to: Iterable[str]) -> tuple[list[ForumUser], list[str]]:
        users, groups = [], []
        for name in filter(None, (n.strip() for n in to)):
            if self.state.members_of(name) is not None:
                groups.append(name)
            elif (user := self.state.find_user(name)) is not None:
                users.append(user)
            else:
                raise ForumError(_creation_error("You must select a valid user."))
        if not users and not groups:
            raise ForumError(_creation_error("You must select a valid user."))
        return users, groups

    def _require_may_write_to(self, author: ForumUser, user: ForumUser) -> None:
        free = author.staff or author.id == SYSTEM_ID
        if user.is_suspended(self.now()) and not free:
            raise ForumError(_creation_error("Sorry, you cannot send a personal message to that user."))
        if author.is_silenced(self.now()) and not user.staff:
            raise ForumError(responses.not_allowed_response())

    def _check_external_id(self, external_id: str | None) -> None:
        if external_id is None:
            return
        if not _EXTERNAL_ID.fullmatch(external_id):
            raise ForumError(
                _creation_error("External ID may only contain letters, numbers, dashes and underscores (50 at most)")
            )
        if self.state.find_by_external_id(external_id) is not None:
            raise ForumError(_creation_error("External ID has already been taken"))

    def _check_text(self, text: str, minimum: str, limit: int, what: str) -> None:
        if len(text.strip()) < self.state.settings[minimum]:
            raise ForumError(_creation_error(responses.too_short(self.state.settings[minimum], what)))
        if len(text) > limit:
            raise ForumError(_creation_error(f"{what} is too long (maximum is {limit} characters)"))
        if text == text.upper() != text.lower():
            raise ForumError(_creation_error(f"{what} seems unclear, is it a complete sentence?"))

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
            raise ForumError(_creation_error("Sorry, that user can't be invited."))
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

    # -- flags

    def flag(
        self, post: Post, by: ForumUser, kind: int, message: str, *, on: Exchange | None = None
    ) -> Reviewable | None:
        """The post waits for review; a message with "something else" or "illegal" begins a conversation with the
        moderators. Posts of the system wait for nobody."""
        if by.is_silenced(self.now()) or not self.can_see(by, self.state.topics[post.topic_id]):
            raise ForumError(responses.not_allowed_response())
        item = self.state.find_reviewable(post)
        if item is not None and any(score.user_id == by.id and score.kind == kind for score in item.scores):
            raise ForumError(responses.error_response(403, "You've already taken this action."))
        meta = self._message_moderators(post, by, message, on) if message and kind in WITH_MESSAGE else None
        self.history.record_change("flag", str(post.id), None, {"by": by.id, "kind": kind}, by.username, on)
        if post.user_id < 0:
            return None
        event = "reviewable_created" if item is None else "reviewable_updated"
        if item is None:
            item = Reviewable(id=self.state.next_id(), post_id=post.id, created_by=by.id, created_at=self.now())
            self.state.reviewables[item.id] = item
        item.scores.append(Score(self.state.next_id(), by.id, kind, self.now(), meta))
        item.status, item.version = 0, item.version + (event == "reviewable_updated")
        self.webhook_sender.send_event(event, {"reviewable": reviews.reviewable(self.state, item)})
        return item

    def _message_moderators(self, post: Post, by: ForumUser, message: str, on: Exchange | None) -> int:
        """The conversation that a flag's message begins, in the flagger's name; its topic id."""
        topic = self.state.topics[post.topic_id]
        raw = f"{conversations.link_of(self.state, post)}\n\n{message}"
        title = f'A post in "{topic.title}" requires staff attention'[:TITLE_LIMIT]
        return self.converse(by, ["moderators"], title, raw, on=on).topic_id

    def review(self, item: Reviewable, action: str, by: ForumUser, *, on: Exchange | None = None) -> None:
        """Settle the flag in that way."""
        outcome = {"agree": 1, "delete": 1, "disagree": 2, "ignore": 3}.get(action.split("_", maxsplit=1)[0])
        if outcome is None or item.status != 0:
            raise ForumError(responses.not_allowed_response())
        before, item.status, item.version = item.status, outcome, item.version + 1
        self.history.record_change("review", str(item.id), before, outcome, by.username, on)
        if action == "agree_and_hide":
            self.state.posts[item.post_id].hidden = True
        if action.startswith("delete_and"):
            self.delete(self.state.posts[item.post_id], by, on=on)
        self.webhook_sender.send_event("reviewable_updated", {"reviewable": reviews.reviewable(self.state, item)})

    # -- accounts

    def rename(self, user: ForumUser, username: str, by: str) -> None:
        """Give the account this name; whoever asks for its old name finds nobody."""
        if self.state.find_user(username) is not None:
            raise ForumError(_creation_error("Username must be unique"))
        before = user.username
        self.state.set_username(user, username)
        self.history.record_change("account", str(user.id), {"username": before}, {"username": username}, by)

    def anonymize(self, user: ForumUser, by: str, *, on: Exchange | None = None) -> None:
        """Name, address and linked accounts are gone; the account and what was decided about it stay."""
        if user.staff:
            raise ForumError(responses.not_allowed_response())
        before = user.username
        self.state.set_username(user, f"anon{user.id}")
        self.state.unlink(user)
        user.email, user.name = f"{user.username}@anonymized.invalid", user.username
        self.history.record_change("account", str(user.id), {"username": before}, {"username": user.username}, by, on)

    def merge(self, source: ForumUser, target: ForumUser, by: str) -> None:
        """Give all that the first account wrote to the other, and remove it. Its measures do not move."""
        for post in self.state.posts.values():
            if post.user_id == source.id:
                post.user_id = target.id
        for topic in self.state.topics.values():
            topic.user_id = target.id if topic.user_id == source.id else topic.user_id
            topic.allowed = list(dict.fromkeys(target.id if i == source.id else i for i in topic.allowed))
        self.state.remove(source)
        self.history.record_change("account", str(source.id), {"username": source.username}, None, by)


def _creation_error(error: str) -> Response:
    return responses.ok_response({"action": "create_post", "errors": [error]}, 422)


def _parse_measure(until: Any, reason: Any, field: str) -> tuple[datetime, str]:
    """The end and the reason, or the refusal; an end without a zone is read as UTC."""
    errors = []
    end = parse_end(until)
    if end is None:
        errors.append(f"{field.replace('_', ' ').capitalize()} can't be blank")
    if not str(reason or "").strip():
        errors.append("Reason can't be blank")
    elif len(str(reason)) > REASON_LIMIT:
        errors.append(f"Reason is too long (maximum is {REASON_LIMIT} characters)")
    if end is None or errors:
        raise ForumError(responses.ok_response({"failed": "FAILED", "errors": errors}, 400))
    return end, str(reason)
