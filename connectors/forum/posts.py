"""What the forum's pages say of conversations, posts and flags, in values of our own. Pure: asks the forum nothing."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from connectors.forum.translate import parse_instant
from guardian.untrusted_json import id_at

WRITTEN_TYPES: Final = frozenset({1, 2})
"""The types of post that somebody wrote: the others are lines of the forum's own, and whispers among its staff."""

FLAGS: Final[Mapping[int, str]] = {7: "something else", 10: "illegal"}
"""The flags that reach the moderators as local matters; the others are the forum's own business."""

ILLEGAL: Final = "illegal"
_PRIVATE: Final = "private_message"
_INVITED: Final = frozenset({"invited_user", "invited_group"})
_MADE_PRIVATE: Final = "private_topic"
_UPLOAD: Final = re.compile(
    r"!?\[([^\]\n]{0,255})\]\(upload://([0-9A-Za-z]{1,64})((?:\.[A-Za-z0-9]{1,10})?)(?:[ \t][^)\n]{0,255})?\)"
)
_LINK: Final = re.compile(r"https?://[^\s<>()\[\]`\"']{1,500}")
_TOPIC_PATH: Final = re.compile(r"/t/(?:[^/]*[^/\d][^/]*/)?(\d{1,12})(?:/(\d{1,7}))?/?")
"""The name of a topic in an address is never digits only, so that it cannot be taken for its id."""
_POST_PATH: Final = re.compile(r"/(?:p|posts)/(\d{1,12})/?")


@dataclass(frozen=True, slots=True)
class Post:
    """One post of a conversation. `edited`: it does not say any more what it said when it was sent."""

    id: int
    number: int
    user_id: int
    username: str
    text: str
    written_at: datetime | None
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Invitation:
    """A line of the forum's own in a conversation: who let whom in, by the name of that account or group."""

    number: int
    by: int
    name: str


@dataclass(frozen=True, slots=True)
class Opening:
    """Who asked us into a conversation (None: nobody did), and up to which number it is older than that."""

    asker: int | None
    invited_at: int = 0


@dataclass(frozen=True, slots=True)
class ForumConversation:
    """A topic: its posts by people in order, what posts there are besides those that came with it, and who takes part in it.

    `begun_by` is who began it, which its first post need not show; None where it was no conversation at first.
    """

    id: int
    title: str
    posts: tuple[Post, ...]
    missing_post_ids: tuple[int, ...] = ()
    private: bool = False
    participants: frozenset[int] = frozenset()
    closed: bool = False
    groups: frozenset[str] = frozenset()
    usernames: Mapping[int, str] = field(default_factory=dict)
    begun_by: int | None = None
    invitations: tuple[Invitation, ...] = ()

    def find_opening(self, own: int, own_name: str, group: str | None) -> Opening:
        """Return by whose asking we are in it: whoever let us in; whoever began it, where we were in it from then.

        `own` is our account, `own_name` what it is called, `group` whose messages are read for it.
        """
        ways = [own_name.casefold()] if own in self.participants else []
        ways += [group.casefold()] if group is not None and group.casefold() in self.groups else []
        invited = [self._last_invitation(way) for way in ways]
        if invited and all(invited):
            first = min((each for each in invited if each is not None), key=lambda each: each.number)
            return Opening(first.by, first.number)
        return Opening(self.begun_by) if self.begun_by else Opening(None, len(self.posts) and self.posts[-1].number + 1)

    def others_take_part(self, own: int, asker: int) -> bool:
        """Return whether anybody but us and the asker is in it by name."""
        return bool(self.participants - {own, asker})

    def _last_invitation(self, name: str) -> Invitation | None:
        return max((each for each in self.invitations if each.name == name), key=lambda e: e.number, default=None)


@dataclass(frozen=True, slots=True)
class PostAttachment:
    """A file in a post: what it is called there, and the path of the forum under which it is found."""

    file_name: str
    path: str


@dataclass(frozen=True, slots=True)
class Flag:
    """One person's flag on a post. `message_topic` is the conversation with the moderators that it began, if it did."""

    score: int
    kind: str
    by: int
    by_name: str
    post: int
    link: str
    author: int
    author_name: str
    at: datetime | None
    message_topic: int | None = None
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """Where a link into the forum leads: a post by its id, or a topic and, if it says so, the number of a post in it."""

    post: int | None = None
    topic: int | None = None
    number: int | None = None


def parse_conversation(page: Mapping[str, Any]) -> ForumConversation:
    """Return the topic of that page."""
    stream = page["post_stream"]
    given = [post for post in stream["posts"] if isinstance(post, dict)]
    shown = {post["id"] for post in given}
    details = page.get("details") or {}
    return ForumConversation(
        id=int(page["id"]),
        title=str(page.get("title") or ""),
        posts=parse_posts(given),
        missing_post_ids=tuple(i for i in stream.get("stream") or () if i not in shown),
        private=page.get("archetype") == _PRIVATE,
        participants=frozenset(int(each["id"]) for each in details.get("allowed_users") or ()),
        closed=bool(page.get("closed")),
        groups=frozenset(str(each.get("name")).casefold() for each in details.get("allowed_groups") or ()),
        usernames={int(each["id"]): str(each.get("username")) for each in details.get("allowed_users") or ()},
        begun_by=_parse_beginner(page, given),
        invitations=parse_invitations(given),
    )


def parse_invitations(posts: Iterable[Mapping[str, Any]]) -> tuple[Invitation, ...]:
    """Return who let whom into the conversation, as its own lines say."""
    return tuple(
        Invitation(int(post["post_number"]), int(post["user_id"]), str(post.get("action_code_who")).casefold())
        for post in posts
        if post.get("action_code") in _INVITED and isinstance(post.get("user_id"), int)
    )


def _parse_beginner(page: Mapping[str, Any], posts: Iterable[Mapping[str, Any]]) -> int | None:
    """Who began it, by the topic's own word (below 0: the forum itself); a public topic made private asked nobody in."""
    began = page.get("user_id")
    made_private = any(post.get("action_code") == _MADE_PRIVATE for post in posts)
    return began if isinstance(began, int) and not made_private else None


def parse_posts(posts: Iterable[Mapping[str, Any]]) -> tuple[Post, ...]:
    """Return what people wrote, in order."""
    written = [
        _parse_post(post)
        for post in posts
        if post.get("post_type") in WRITTEN_TYPES and isinstance(post.get("raw"), str)
    ]
    return tuple(sorted(written, key=lambda post: post.number))


def find_closer(posts: Iterable[Mapping[str, Any]]) -> int | None:
    """Return who closed the topic the last time, as its own lines say."""
    lines = [p for p in posts if str(p.get("action_code") or "").startswith(("closed.", "autoclosed."))]
    latest = max(lines, key=lambda p: int(p["post_number"]), default=None)
    return int(latest["user_id"]) if latest and str(latest["action_code"]).endswith("enabled") else None


def find_attachments(text: str) -> tuple[PostAttachment, ...]:
    """Return the files of a post, each once, in the order in which they stand in it."""
    found: dict[str, PostAttachment] = {}
    for label, short, extension in _UPLOAD.findall(text):
        stem = label.partition("|")[0].strip() or short
        name = stem if extension and stem.endswith(extension) else stem + extension
        found.setdefault(short, PostAttachment(name[:255], f"/uploads/short-url/{short}{extension}"))
    return tuple(found.values())


def find_links(text: str, base_url: str) -> tuple[str, ...]:
    """Return the links in a text that lead into this forum, each once."""
    found = (match.rstrip(".,;:!?") for match in _LINK.findall(text))
    return tuple(dict.fromkeys(link for link in found if parse_link(link, base_url) is not None))


def parse_link(link: str, base_url: str) -> LinkTarget | None:
    """Return where the link leads in this forum; None where it leads anywhere else."""
    base, there = urlsplit(base_url), urlsplit(link)
    if there.netloc.casefold() != base.netloc.casefold() or not there.path.startswith(base.path.rstrip("/")):
        return None
    path = there.path.removeprefix(base.path.rstrip("/"))
    if match := _TOPIC_PATH.fullmatch(path):
        return LinkTarget(topic=int(match[1]), number=int(match[2]) if match[2] else None)
    if match := _POST_PATH.fullmatch(path):
        return LinkTarget(post=int(match[1]))
    return None


def parse_flags(page: Mapping[str, Any], items: Iterable[Mapping[str, Any]]) -> tuple[Flag, ...]:
    """Return the flags in these entries of the review queue that are ours to take.

    What belongs to them stands beside, by ids.
    """
    side_loaded = _SideLoaded(page)
    return tuple(flag for item in items for flag in _parse_entry_flags(item, side_loaded))


class _SideLoaded:
    """What a page of the review queue puts beside its entries."""

    def __init__(self, page: Mapping[str, Any]) -> None:
        self.users = _by_id(page.get("users"))
        self.scores = _by_id(page.get("reviewable_scores"))
        self.conversations = _by_id(page.get("reviewable_conversations"))
        self.posts = _by_id(page.get("conversation_posts"))

    def name(self, user: int) -> str:
        return str(self.users.get(user, {}).get("username") or "")


def _parse_entry_flags(item: Mapping[str, Any], side_loaded: _SideLoaded) -> list[Flag]:
    found = []
    author = int(item.get("target_created_by_id") or 0)
    for score in (side_loaded.scores[i] for i in item.get("reviewable_score_ids") or () if i in side_loaded.scores):
        kind = FLAGS.get(_kind_of(score))
        if kind is None or item.get("target_type") != "Post":
            continue
        topic, excerpt = _find_message(score, side_loaded)
        by = int(score.get("user_id") or 0)
        found.append(
            Flag(
                score=int(score["id"]),
                kind=kind,
                by=by,
                by_name=side_loaded.name(by),
                post=int(item["target_id"]),
                link=str(item.get("target_url") or ""),
                author=author,
                author_name=side_loaded.name(author),
                at=parse_instant(score.get("created_at")),
                message_topic=topic,
                excerpt=excerpt,
            )
        )
    return found


def _kind_of(score: Mapping[str, Any]) -> int:
    """The type of a flag: by its id, or (as forums have said it at other times) as a thing with an id."""
    kind = score.get("score_type_id", score.get("score_type"))
    number = kind.get("id") if isinstance(kind, dict) else kind
    return number if isinstance(number, int) else 0


def _find_message(score: Mapping[str, Any], side_loaded: _SideLoaded) -> tuple[int | None, str]:
    """The conversation that holds the flag's own words, and how they begin."""
    conversation = side_loaded.conversations.get(score.get("reviewable_conversation_id") or 0, {})
    match = re.search(r"/t/.*?(\d{1,12})/?$", urlsplit(str(conversation.get("permalink") or "")).path)
    first = next(iter(conversation.get("conversation_post_ids") or ()), None)
    return (int(match[1]) if match else None), str(side_loaded.posts.get(first or 0, {}).get("excerpt") or "")


def _by_id(rows: Any) -> dict[int, Mapping[str, Any]]:
    return {row["id"]: row for row in rows or () if isinstance(row, dict) and isinstance(row.get("id"), int)}


def _parse_post(post: Mapping[str, Any]) -> Post:
    return Post(
        id=int(post["id"]),
        number=int(post["post_number"]),
        user_id=int(id_at(post, "user_id") or 0),  # nobody's, where the account is gone
        username=str(post.get("username") or ""),
        text=str(post["raw"]),
        written_at=parse_instant(post.get("created_at")),
        edited=int(post.get("version") or 1) > 1,
    )
