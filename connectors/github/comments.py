"""What people write on GitHub, as its two APIs give it, in our words; and whether it mentions the App. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from connectors.github.mentions import Mention, find_mention


class CommentKind(StrEnum):
    """Where something stands; the value is its list in the API, where that has one."""

    ISSUE = "issues"
    COMMENT = "issues/comments"
    REVIEW = "pulls/comments"
    DISCUSSION = "discussions"
    REPLY = "discussions/comments"


REMOVABLE: Final = frozenset({CommentKind.COMMENT, CommentKind.REVIEW, CommentKind.REPLY})
"""What is a comment; the text that a conversation begins with cannot be taken away without the conversation."""

LISTED: Final = (CommentKind.ISSUE, CommentKind.COMMENT, CommentKind.REVIEW)
"""What the older API lists for a repository."""


@dataclass(frozen=True, slots=True)
class CommentRef:
    """What finds it again: the repository with a number, or a lasting name of the other API."""

    comment_kind: CommentKind
    id: str
    repository: str = ""

    @property
    def text(self) -> str:
        """The name in one word."""
        return f"{self.comment_kind} {self.id} {self.repository}".rstrip()


@dataclass(frozen=True, slots=True)
class Comment:
    """Something that somebody wrote in public. `node` is its lasting name; `above` is what it answers, where known;
    `above_ref` is where that can be asked for. `changed`: it may not say any more what it said at first."""

    ref: CommentRef
    node_id: str
    text: str
    link: str
    author: str | None = None
    handle: str = ""
    by_bot: bool = False
    written_at: datetime | None = None
    title: str = ""
    changed: bool = False
    above: "Comment | None" = None
    above_ref: CommentRef | None = None


_NAME: Final = re.compile(r"([a-z/]+) ([\w=-]+)(?: ([\w.-]+/[\w.-]+))?")
_TYPES: Final = {"Issue": CommentKind.ISSUE, "PullRequest": CommentKind.ISSUE, "Discussion": CommentKind.DISCUSSION}
_COMMENTS: Final = {
    "IssueComment": CommentKind.COMMENT,
    "PullRequestReviewComment": CommentKind.REVIEW,
    "DiscussionComment": CommentKind.REPLY,
}


def parse_ref(text: str) -> CommentRef | None:
    """Return the name that was written by `Name.text`."""
    found = _NAME.fullmatch(text)
    if found is None or found[1] not in set(CommentKind):
        return None
    ref = CommentRef(CommentKind(found[1]), found[2], found[3] or "")
    sound = bool(ref.repository) and ref.id.isdigit() if ref.comment_kind in LISTED else not ref.repository
    return ref if sound else None


def mention_in(comment: Comment, slug: str) -> Mention:
    """Return whether the comment mentions the App.

    Doubtful where only its title does, or where it was changed later: whoever maintains a repository can change what
    others wrote there, and GitHub does not say who did.
    """
    found = find_mention(comment.text, slug)
    if found is Mention.NONE:
        return Mention.DOUBTFUL if find_mention(comment.title, slug) is not Mention.NONE else Mention.NONE
    return Mention.DOUBTFUL if comment.changed else found


def parse_escalation(text: str, slug: str) -> str | None:
    """Return what somebody wrote after `/escalate`, which stands right after the mention.

    None where they ordered nothing.
    """
    found = re.search(rf"@{re.escape(slug)}(?:\[bot\])?[,:]?\s+/escalate\b(.*)", text, re.IGNORECASE | re.DOTALL)
    return found[1].strip() if found and find_mention(text, slug) is not Mention.NONE else None


def parse_row(repository: str, comment_kind: CommentKind, row: Mapping[str, Any]) -> Comment:
    """Return a row of one of the older API's lists."""
    user = row.get("user") if isinstance(row.get("user"), dict) else None
    number = str(row["number"] if comment_kind is CommentKind.ISSUE else row["id"])
    return Comment(
        ref=CommentRef(comment_kind, number, repository),
        node_id=str(row["node_id"]),
        text=str(row.get("body") or ""),
        link=str(row.get("html_url") or ""),
        author=str(user["id"]) if user else None,
        handle=str(user["login"]) if user else "",
        by_bot=bool(user) and str((user or {}).get("type")) == "Bot",
        written_at=_parse_instant(row.get("created_at")),
        title=str(row.get("title") or ""),
        changed=row.get("updated_at") != row.get("created_at"),
        above_ref=_parse_parent(repository, comment_kind, row),
    )


def _parse_parent(repository: str, comment_kind: CommentKind, row: Mapping[str, Any]) -> CommentRef | None:
    """What a comment stands on: the comment that it answers, or the conversation."""
    replied_to = row.get("in_reply_to_id")
    if comment_kind is CommentKind.REVIEW and isinstance(replied_to, int):
        return CommentRef(CommentKind.REVIEW, str(replied_to), repository)
    number = str(row.get("issue_url") or row.get("pull_request_url") or "").rpartition("/")[2]
    return (
        CommentRef(CommentKind.ISSUE, number, repository)
        if comment_kind is not CommentKind.ISSUE and number.isdigit()
        else None
    )


def parse_node(node: Mapping[str, Any]) -> Comment | None:
    """Return a conversation or comment of the other API; None where it is of another kind."""
    kind = str(node.get("__typename"))
    comment_kind = _TYPES.get(kind) or _COMMENTS.get(kind)
    if comment_kind is None:
        return None
    author = node.get("author") if isinstance(node.get("author"), dict) else None
    number = author.get("databaseId") if author else None
    above = node.get("replyTo") or node.get("discussion")
    return Comment(
        ref=CommentRef(comment_kind, str(node["id"])),
        node_id=str(node["id"]),
        text=str(node.get("body") or ""),
        link=str(node.get("url") or ""),
        author=None if number is None else str(number),
        handle=str(author["login"]) if author else "",
        by_bot=author is not None and author.get("__typename") == "Bot",
        written_at=_parse_instant(node.get("createdAt")),
        title=str(node.get("title") or ""),
        above=parse_node(above) if isinstance(above, dict) else None,
    )


def parse_discussion(discussion: Mapping[str, Any], since: datetime) -> Iterator[Comment]:
    """Return the discussion where it was opened since then, and what was said in it since then."""
    opening = parse_node(discussion)
    if opening is None:
        return
    if opening.written_at is not None and opening.written_at >= since:
        yield opening
    for comment in _nodes(discussion.get("comments")):
        yield from _changed_since(comment, opening, since)
        above = parse_node(comment)
        for reply in _nodes(comment.get("replies")):
            yield from _changed_since(reply, above or opening, since)


def _changed_since(node: Mapping[str, Any], above: Comment, since: datetime) -> Iterator[Comment]:
    found, changed = parse_node(node), _parse_instant(node.get("updatedAt"))
    if found is not None and changed is not None and changed >= since:
        yield replace(found, above=above)


def changed_at(node: Mapping[str, Any]) -> datetime | None:
    """Return when the thing was changed last."""
    return _parse_instant(node.get("updatedAt"))


def _nodes(connection: Any) -> list[Mapping[str, Any]]:
    nodes = connection.get("nodes") if isinstance(connection, dict) else None
    return [node for node in nodes or () if isinstance(node, dict)]


def _parse_instant(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
