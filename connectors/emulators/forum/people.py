"""The forum's human side: people at their keyboards and the hands of its moderators. They know nothing of any service."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha1
from typing import Any

from connectors.emulators.forum import responses
from connectors.emulators.forum.conversation_rules import ForumError
from connectors.emulators.forum.rules import ForumRules
from connectors.emulators.forum.state import ForumUser, Post, Topic, Upload
from connectors.emulators.shared.control import Declined, call_action

SOMETHING_ELSE = 7
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@contextmanager
def _declining() -> Iterator[None]:
    """What the forum refuses reaches a person as `Declined`."""
    try:
        yield
    except ForumError as refusal:
        body = refusal.answer.body
        raise Declined(body.get("message") or "; ".join(body.get("errors", []))) from refusal


class ForumPerson:
    """One person at the keyboard. Each act needs a log-in, which a suspension refuses; the person keeps the account
    through renames."""

    def __init__(self, rules: ForumRules, user: ForumUser) -> None:
        self._rules, self._id = rules, user.id

    @property
    def account(self) -> ForumUser:
        """The person's account as it is today."""
        user = self._rules.state.users.get(self._id)
        if user is None:
            raise Declined("there is no such account any more")
        return user

    def can_log_in(self) -> bool:
        """Return whether the forum lets this person in now."""
        user = self._rules.state.users.get(self._id)
        return user is not None and user.active and not user.is_suspended(self._rules.now())

    def inbox(self) -> list[dict[str, Any]]:
        """Return the conversations that the person is in, newest first, each with its posts' `raw`, `by` and `id`."""
        state, user = self._rules.state, self._require_login()
        mine = [t for t in state.topics.values() if user.id in state.participants(t) and t.deleted_at is None]
        mine.sort(key=lambda t: (state.posts[t.post_ids[-1]].created_at, t.id), reverse=True)
        return [self._topic_line(t) for t in mine]

    def read(self, topic_id: int) -> list[str]:
        """Return the texts of a conversation or topic, which count as read by this person now."""
        topic, user = self._require_topic(topic_id), self._require_login()
        if not self._rules.can_see(user, topic):
            raise Declined("this conversation is not the person's")
        posts = list(self._rules.state.posts_of(topic))
        for post in posts:
            post.read_by.add(user.id)
        return [p.raw for p in posts]

    def send_pm(self, to: str, title: str, raw: str) -> int:
        """A conversation with `to` (names or groups, by commas) is begun; its topic id."""
        user = self._require_login()
        with _declining():
            return self._rules.converse(user, to.split(","), title, raw).topic_id

    def reply(self, topic_id: int, raw: str) -> int:
        """Write the person's answer in the topic, and return its post id."""
        user, topic = self._require_login(), self._require_topic(topic_id)
        with _declining():
            return self._rules.answer(user, topic, raw).id

    def go_anonymous(self) -> "ForumPerson":
        """Go on under the nameless account that the anonymous mode gives; no measure against the person's own holds it."""
        state = self._rules.state
        if not any(state.settings.get(name) for name in ("allow_anonymous_mode", "allow_anonymous_posting")):
            raise Declined("the forum has no anonymous mode")
        name = f"anonymous{self._id}"
        return ForumPerson(self._rules, state.find_user(name) or state.add_user(name))

    def invite(self, topic_id: int, name: str) -> None:
        """Let somebody else, or a group, into a conversation that the person is in."""
        user, topic = self._require_login(), self._require_topic(topic_id)
        with _declining():
            self._rules.invite(topic, name, user)

    def publish(self, title: str, raw: str, *, category: int = 1) -> int:
        """Begin a public topic in the category, and return its id."""
        user = self._require_login()
        with _declining():
            return self._rules.publish(user, title, raw, category=category).topic_id

    def flag(self, post_id: int, message: str, kind: int = SOMETHING_ELSE) -> int:
        """The post waits for review, with this message; the id in the queue."""
        user = self._require_login()
        with _declining():
            item = self._rules.flag(self._rules.state.posts[post_id], user, kind, message)
        if item is None:
            raise Declined("what the system writes is not reviewed")
        return item.id

    def upload(self, file_name: str, content: str | bytes, elsewhere: str = "") -> str:
        """The file is on the forum (or, for a site that keeps its files so, elsewhere); what to write in a post for it."""
        self._require_login()
        raw = content.encode() if isinstance(content, str) else content
        short, stem, extension = _short_name(raw), *file_name.rpartition(".")[::2]
        self._rules.state.uploads[short] = Upload(short, file_name, raw, elsewhere)
        if extension.lower() in ("png", "jpg", "jpeg", "gif", "webp"):
            return f"![{stem}|690x388](upload://{short}.{extension})"
        return f"[{file_name}|attachment](upload://{short}.{extension}) ({len(raw)} Bytes)"

    def profile_of(self, username: str) -> dict[str, Any]:
        """Return what the person reads on somebody's public page."""
        other = self._rules.state.find_user(username)
        if other is None:
            raise Declined("there is no such account")
        hidden = bool(self._rules.state.settings["hide_suspension_reasons"])
        return responses.profile(other, self._rules.now(), not hidden or self._require_login().staff)

    def mails(self) -> list[str]:
        """Return what reached the person by mail, in or out of the forum."""
        return [c.after["text"] for c in self._rules.history.changes_of("mail", str(self._id))]

    def _require_login(self) -> ForumUser:
        if not self.can_log_in():
            raise Declined("this account cannot log in")
        self.account.logged_in = True
        return self.account

    def _require_topic(self, topic_id: int) -> Topic:
        topic = self._rules.state.topics.get(topic_id)
        if topic is None or topic.deleted_at is not None:
            raise Declined("there is no such topic")
        return topic

    def _topic_line(self, topic: Topic) -> dict[str, Any]:
        posts = [self._post_line(p) for p in self._rules.state.posts_of(topic)]
        return {"id": topic.id, "title": topic.title, "posts": posts}

    def _post_line(self, post: Post) -> dict[str, Any]:
        author = self._rules.state.users.get(post.user_id)
        return {"id": post.id, "by": author.username if author else "", "raw": post.raw}


def _short_name(content: bytes) -> str:
    """The name by which the forum writes a file: the number of its SHA-1 in digits and letters."""
    number, digits = int.from_bytes(sha1(content, usedforsecurity=False).digest()), ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits


class ManualActions:
    """What moderators and administrators do themselves, by name, in the forum's own pages."""

    def __init__(self, rules: ForumRules) -> None:
        self._rules = rules

    def suspend_by_hand(self, by: str, username: str, until: datetime | str, reason: str) -> None:
        """Suspend somebody as a moderator."""
        with _declining():
            self._rules.suspend(self._require_user(username), until, reason, self._require_staff(by))

    def unsuspend_by_hand(self, by: str, username: str) -> None:
        """Lift a suspension as a moderator."""
        with _declining():
            self._rules.unsuspend(self._require_user(username), self._require_staff(by))

    def silence_by_hand(self, by: str, username: str, until: datetime | str, reason: str) -> None:
        """Silence somebody as a moderator."""
        with _declining():
            self._rules.silence(self._require_user(username), until, reason, self._require_staff(by))

    def unsilence_by_hand(self, by: str, username: str) -> None:
        """Lift a silence as a moderator."""
        with _declining():
            self._rules.unsilence(self._require_user(username), self._require_staff(by))

    def close_by_hand(self, by: str, topic_id: int, closed: bool = True) -> None:
        """Close a topic as a moderator, or open it again."""
        topic = self._rules.state.topics.get(topic_id)
        if topic is None:
            raise Declined("there is no such topic")
        with _declining():
            self._rules.close(topic, self._require_staff(by), closed)

    def review_by_hand(self, by: str, item: int, action: str) -> None:
        """Settle an entry of the review queue as a moderator."""
        found = self._rules.state.reviewables.get(item)
        if found is None:
            raise Declined("there is no such entry")
        with _declining():
            self._rules.review(found, action, self._require_staff(by))

    def rename(self, username: str, new: str) -> None:
        """Give an account another name."""
        with _declining():
            self._rules.rename(self._require_user(username), new, username)

    def merge(self, by: str, username: str, into: str) -> None:
        """Make two accounts one, as an administrator."""
        self._rules.merge(self._require_user(username), self._require_user(into), self._require_staff(by).username)

    def anonymize(self, by: str, username: str) -> None:
        """Take name, address and linked accounts off an account, as a moderator."""
        with _declining():
            self._rules.anonymize(self._require_user(username), self._require_staff(by).username)

    def _require_user(self, username: str) -> ForumUser:
        user = self._rules.state.find_user(username)
        if user is None:
            raise Declined(f"nobody is called {username}")
        return user

    def _require_staff(self, username: str) -> ForumUser:
        user = self._require_user(username)
        if not user.staff:
            raise Declined(f"{username} has no staff rights")
        return user


def actions_of(rules: ForumRules) -> dict[str, Callable[..., Any]]:
    """Return everything that people and hands can do, by name; a person's acts take `username` first."""

    def of_person(method: str) -> Callable[..., Any]:
        def act(username: str, **arguments: Any) -> Any:
            user = rules.state.find_user(username)
            if user is None:
                raise Declined(f"nobody is called {username}")
            return call_action(getattr(ForumPerson(rules, user), method), arguments)

        return act

    writing = ("send_pm", "reply", "invite", "publish", "flag", "upload")
    personal = ("can_log_in", "inbox", "read", *writing, "profile_of", "mails")
    hands = ManualActions(rules)
    measures = ("suspend_by_hand", "unsuspend_by_hand", "silence_by_hand", "unsilence_by_hand")
    manual = (*measures, "rename", "merge", "anonymize", "close_by_hand", "review_by_hand")
    return {name: of_person(name) for name in personal} | {name: getattr(hands, name) for name in manual}
