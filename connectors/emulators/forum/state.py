"""What an emulated forum holds: its people, conversations, flags, staff log and settings. No rules, no wording."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
SYSTEM_ID = -1
PRIVATE = "private_message"


@dataclass(frozen=True, slots=True)
class Measure:
    """A suspension or a silence: until when, why, since when, and by which staff account."""

    until: datetime
    reason: str
    at: datetime
    by: int


@dataclass(slots=True)
class ForumUser:
    """An account of the forum."""

    id: int
    username: str
    email: str
    name: str = ""
    admin: bool = False
    moderator: bool = False
    active: bool = True
    external_ids: dict[str, str] = field(default_factory=dict)
    suspension: Measure | None = None
    silence: Measure | None = None
    logged_in: bool = True
    created_at: datetime = EPOCH
    trust_level: int = 1
    locale: str | None = None
    times_suspended: int = 0
    times_silenced: int = 0

    @property
    def staff(self) -> bool:
        """Administrators and moderators."""
        return self.admin or self.moderator

    def is_suspended(self, now: datetime) -> bool:
        """Return whether a suspension runs; it ends by itself: nothing is written when it does."""
        return self.suspension is not None and self.suspension.until > now

    def is_silenced(self, now: datetime) -> bool:
        """Return whether a silence runs; it ends by itself, like a suspension."""
        return self.silence is not None and self.silence.until > now


@dataclass(slots=True)
class Post:
    """A post; `reachable` says of each addressee whether they could log in when it was made.

    `post_type` 1 is somebody's writing, 3 a line of the forum's own (`action` says which: `closed.enabled`).
    """

    id: int
    topic_id: int
    number: int
    user_id: int
    raw: str
    created_at: datetime
    updated_at: datetime
    version: int = 1
    deleted_at: datetime | None = None
    hidden: bool = False
    reachable: dict[int, bool] = field(default_factory=dict)
    read_by: set[int] = field(default_factory=set)
    post_type: int = 1
    action: str | None = None
    action_who: str | None = None


@dataclass(slots=True)
class Topic:
    """A public topic, or a conversation between the accounts and groups that it is allowed to."""

    id: int
    title: str
    archetype: str
    user_id: int
    created_at: datetime
    allowed: list[int] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    post_ids: list[int] = field(default_factory=list)
    deleted_at: datetime | None = None
    external_id: str | None = None
    closed: bool = False
    category: int = 1
    archived_by: set[int] = field(default_factory=set)
    archived_for: set[str] = field(default_factory=set)


@dataclass(slots=True)
class ForumCategory:
    """A category, and what each group may do in it: 1 begins topics, 2 replies, 3 reads."""

    id: int
    name: str
    permissions: dict[str, int] = field(default_factory=lambda: {"everyone": 1})


@dataclass(frozen=True, slots=True)
class Score:
    """One person's flag on a post: its type, and the conversation with the moderators that its message began."""

    id: int
    user_id: int
    kind: int
    at: datetime
    message_topic: int | None = None


@dataclass(slots=True)
class Reviewable:
    """A flagged post in the review queue, one for each post; `status` 0 pending, 1 approved, 2 rejected, 3 ignored."""

    id: int
    post_id: int
    created_by: int
    created_at: datetime
    scores: list[Score] = field(default_factory=list)
    status: int = 0
    version: int = 0


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody put into a post; `short` is its name there, `upload://short`."""

    short: str
    file_name: str
    content: bytes
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class StaffAction:
    """One line of the staff action log."""

    id: int
    action: str
    at: datetime
    by: int
    target: int | None
    details: str
    subject: str | None = None


@dataclass(slots=True)
class ApiKey:
    """A key for the API: bound to one account, or (None) good for any."""

    key: str
    user_id: int | None = None


@dataclass(slots=True)
class ForumState:
    """Everything that the forum remembers. The indexes are kept by `add_user`, `name` and `link`.

    `swallowed`: how many of the next measures fail behind a 200, as their errors are only logged. `short_pages`: each page
    of a list has one row less than is usual, and the row is on the next one. `repeats_page`: whatever page is asked for,
    a cache in front gives the first.
    """

    title: str = "Community forum"
    base_url: str = ""
    users: dict[int, ForumUser] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    posts: dict[int, Post] = field(default_factory=dict)
    reviewables: dict[int, Reviewable] = field(default_factory=dict)
    staff_log: list[StaffAction] = field(default_factory=list)
    keys: list[ApiKey] = field(default_factory=list)
    groups: dict[str, set[int]] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    categories: dict[int, ForumCategory] = field(default_factory=lambda: {1: ForumCategory(1, "General")})
    read_only: bool = False
    swallowed: int = 0
    short_pages: bool = False
    most_on_a_page: int = 1_000
    repeats_page: bool = False
    providers: set[str] = field(default_factory=lambda: {"github", "discord"})
    settings: dict[str, Any] = field(
        default_factory=lambda: {
            "hide_suspension_reasons": False,
            "allow_anonymous_mode": False,
            "min_personal_message_post_length": 10,
            "min_personal_message_title_length": 2,
            "min_post_length": 20,
            "min_topic_title_length": 15,
            "max_post_length": 32000,
            "moderators_view_emails": False,
            "moderators_manage_categories_and_groups": False,
        }
    )
    measured: dict[int, None] = field(default_factory=dict)
    measures: int = 0
    _names: dict[str, int] = field(default_factory=dict)
    _links: dict[tuple[str, str], int] = field(default_factory=dict)
    _last_id: int = 0

    def next_id(self) -> int:
        """Return an id that nothing else has."""
        self._last_id += 1
        return self._last_id

    def new_post(self, topic: Topic, author: ForumUser, raw: str, at: datetime) -> Post:
        """Return a post with the next number of the topic; it is not there yet."""
        return Post(
            id=self.next_id(),
            topic_id=topic.id,
            number=len(topic.post_ids) + 1,
            user_id=author.id,
            raw=raw,
            created_at=at,
            updated_at=at,
        )

    def add_user(self, username: str, **fields: Any) -> ForumUser:
        """Add the account; its id and e-mail address are made up unless they are given."""
        user_id = fields.pop("id", None) or self.next_id()
        self._last_id = max(self._last_id, user_id)
        external = dict(fields.pop("external_ids", {}))
        user = ForumUser(
            id=user_id, username=username, email=fields.pop("email", f"{username.lower()}@example.org"), **fields
        )
        user.name = user.name or username
        self.users[user_id] = user
        self._names[_name_key(username)] = user_id
        for provider, uid in external.items():
            self.link(user, provider, uid)
        return user

    def link(self, user: ForumUser, provider: str, uid: str) -> None:
        """Link the account to that account of a login provider."""
        user.external_ids[provider] = str(uid)
        self._links[provider, str(uid)] = user.id

    def unlink(self, user: ForumUser) -> None:
        """Unlink every login provider."""
        for provider, uid in user.external_ids.items():
            self._links.pop((provider, uid), None)
        user.external_ids = {}

    def set_username(self, user: ForumUser, username: str) -> None:
        """Give the account this name; its old name is free."""
        self._names.pop(_name_key(user.username), None)
        user.username = username
        self._names[_name_key(username)] = user.id

    def remove(self, user: ForumUser) -> None:
        """Remove the account."""
        self.unlink(user)
        self._names.pop(_name_key(user.username), None)
        self.measured.pop(user.id, None)
        del self.users[user.id]

    def find_user(self, username: str) -> ForumUser | None:
        """Return whoever is called this today."""
        return self.users.get(self._names.get(username.lower(), 0))

    def find_linked(self, provider: str, uid: str) -> ForumUser | None:
        """Return whose account that of the login provider is."""
        return self.users.get(self._links.get((provider, uid), 0))

    def find_by_external_id(self, external_id: str) -> Topic | None:
        """Return the topic that another system knows by that id; deleted ones still hold theirs."""
        return next((t for t in self.topics.values() if t.external_id == external_id), None)

    def members_of(self, group: str) -> set[int] | None:
        """Return the accounts in a group, automatic groups included; None where there is no such group."""
        automatic = {"admins": "admin", "moderators": "moderator", "staff": "staff"}
        if group in automatic:
            return {u.id for u in self.users.values() if getattr(u, automatic[group])}
        return self.groups.get(group)

    def permission_in(self, category: ForumCategory, user: ForumUser) -> int | None:
        """Return the most that one of the account's groups may do in the category; None where it may not even read."""
        if user.admin:
            return 1
        groups = {"everyone", *self.groups_of(user)}
        return min((kind for name, kind in category.permissions.items() if name in groups), default=None)

    def group_id(self, name: str) -> int:
        """Return the lasting id of a group; those that every forum has come first."""
        automatic = {"everyone": 0, "admins": 1, "moderators": 2, "staff": 3}
        return automatic[name] if name in automatic else 41 + list(self.groups).index(name)

    def set_measure(self, user: ForumUser, kind: str, measure: Measure | None) -> None:
        """Set the account's `suspension` or `silence`; the index for the lists follows."""
        setattr(user, kind, measure)
        self.measures += 1
        if user.suspension or user.silence:
            self.measured[user.id] = None
        else:
            self.measured.pop(user.id, None)

    def page_size(self, usual: int) -> int:
        """Return how many rows a page has for which that many are usual."""
        size = min(usual, self.most_on_a_page)
        return size - 1 if self.short_pages else size

    def swallows(self) -> bool:
        """Return whether this measure fails unseen, which uses one such failure up."""
        if not self.swallowed:
            return False
        self.swallowed -= 1
        return True

    def forget_restrictions(self) -> None:
        """Let nobody be restricted: for a copy that an empty read answers from."""
        for user_id in list(self.measured):
            for kind in ("suspension", "silence"):
                self.set_measure(self.users[user_id], kind, None)

    def groups_of(self, user: ForumUser) -> set[str]:
        """Return the groups that the account is in, automatic ones included."""
        names = ("admins", "moderators", "staff", *self.groups)
        return {name for name in names if user.id in (self.members_of(name) or ())}

    def find_reviewable(self, post: Post) -> Reviewable | None:
        """Return the entry of the review queue for that post; there is never more than one."""
        return next((r for r in self.reviewables.values() if r.post_id == post.id), None)

    def posts_of(self, topic: Topic) -> Iterator[Post]:
        """Return the topic's posts that are not deleted, in order."""
        return (self.posts[i] for i in topic.post_ids if self.posts[i].deleted_at is None)

    def participants(self, topic: Topic) -> set[int]:
        """Return all who may read a conversation, those in its groups included."""
        return set(topic.allowed).union(*(self.members_of(g) or set() for g in topic.groups))


def _name_key(username: str) -> str:
    """The form in which the forum compares names, however they were typed."""
    return unicodedata.normalize("NFC", username).lower()
