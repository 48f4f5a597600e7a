"""What the forum does, whoever asks for it: an API key, a moderator's hand, or a person at the keyboard.

A refusal is raised as `Refusal` with the answer that the API gives; people get the same as a `Declined`.
"""

from datetime import datetime, timedelta
from typing import Any

from connectors.emulators.forum import conversations, responses, reviews
from connectors.emulators.forum.conversation_rules import TITLE_LIMIT, ConversationRules, ForumError, creation_error
from connectors.emulators.forum.measures import measure_json, parse_end
from connectors.emulators.forum.state import SYSTEM_ID, ForumUser, Measure, Post, Reviewable, Score, StaffAction
from connectors.emulators.shared.history import Exchange

REASON_LIMIT = 300
UNSILENCE_JOB = timedelta(minutes=15)
WITH_MESSAGE = frozenset({7, 8, 10})
_SILENCED = "This is an automated message. As a precaution your account cannot post now; staff will review it."


class ForumRules(ConversationRules):
    """The forum's own behaviour over its state; every change is put on record."""

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
            raise ForumError(creation_error("Username must be unique"))
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
