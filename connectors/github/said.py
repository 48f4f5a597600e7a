"""What people write on GitHub, as its two APIs give it, in our words; and whether it mentions the App. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final


class Place(StrEnum):
    """Where something stands; the value is its list in the API, where that has one."""

    ISSUE = "issues"
    COMMENT = "issues/comments"
    REVIEW = "pulls/comments"
    DISCUSSION = "discussions"
    REPLY = "discussions/comments"


REMOVABLE: Final = frozenset({Place.COMMENT, Place.REVIEW, Place.REPLY})
"""What is a comment; the text that a conversation begins with cannot be taken away without the conversation."""

LISTED: Final = (Place.ISSUE, Place.COMMENT, Place.REVIEW)
"""What the older API lists for a repository."""


@dataclass(frozen=True, slots=True)
class Name:
    """What finds it again: the repository with a number, or a lasting name of the other API."""

    place: Place
    id: str
    repository: str = ""

    @property
    def text(self) -> str:
        """The name in one word."""
        return f"{self.place} {self.id} {self.repository}".rstrip()


@dataclass(frozen=True, slots=True)
class Said:
    """Something that somebody wrote in public. `node` is its lasting name; `stands_on` is what it answers, where known;
    `parent` is where that can be asked for."""

    name: Name
    node: str
    text: str
    link: str
    author: str | None = None
    handle: str = ""
    by_program: bool = False
    written_at: datetime | None = None
    title: str = ""
    stands_on: "Said | None" = None
    parent: Name | None = None


_NAME: Final = re.compile(r"([a-z/]+) ([\w=-]+)(?: ([\w.-]+/[\w.-]+))?")
_FENCE: Final = re.compile(r"^\s*(```|~~~).*?^\s*\1\s*$", re.MULTILINE | re.DOTALL)
_CODE: Final = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_QUOTE: Final = re.compile(r"^\s*>.*$", re.MULTILINE)
_TYPES: Final = {"Issue": Place.ISSUE, "PullRequest": Place.ISSUE, "Discussion": Place.DISCUSSION}
_COMMENTS: Final = {
    "IssueComment": Place.COMMENT,
    "PullRequestReviewComment": Place.REVIEW,
    "DiscussionComment": Place.REPLY,
}


def named(text: str) -> Name | None:
    """The name that was written by `Name.text`."""
    found = _NAME.fullmatch(text)
    if found is None or found[1] not in set(Place):
        return None
    name = Name(Place(found[1]), found[2], found[3] or "")
    sound = bool(name.repository) and name.id.isdigit() if name.place in LISTED else not name.repository
    return name if sound else None


def mentions(text: str, slug: str) -> bool:
    """Whether the words themselves mention the App: neither in a quotation nor as code."""
    own = _QUOTE.sub("", _CODE.sub("", _FENCE.sub("", text)))
    return re.search(rf"(?<![\w@/.`-])@{re.escape(slug)}(?:\[bot\])?(?![\w-])", own, re.IGNORECASE) is not None


def ordered(text: str, slug: str) -> str | None:
    """What somebody wrote after `/escalate`, which stands right after the mention; None where they ordered nothing."""
    found = re.search(rf"@{re.escape(slug)}(?:\[bot\])?[,:]?\s+/escalate\b(.*)", text, re.IGNORECASE | re.DOTALL)
    return found[1].strip() if found and mentions(text, slug) else None


def from_list(repository: str, place: Place, row: Mapping[str, Any]) -> Said:
    """A row of one of the older API's lists."""
    user = row.get("user") if isinstance(row.get("user"), dict) else None
    number = str(row["number"] if place is Place.ISSUE else row["id"])
    return Said(
        name=Name(place, number, repository),
        node=str(row["node_id"]),
        text=str(row.get("body") or ""),
        link=str(row.get("html_url") or ""),
        author=str(user["id"]) if user else None,
        handle=str(user["login"]) if user else "",
        by_program=bool(user) and str((user or {}).get("type")) == "Bot",
        written_at=_instant(row.get("created_at")),
        title=str(row.get("title") or ""),
        parent=_parent(repository, place, row),
    )


def _parent(repository: str, place: Place, row: Mapping[str, Any]) -> Name | None:
    """What a comment stands on: the comment that it answers, or the conversation."""
    answered = row.get("in_reply_to_id")
    if place is Place.REVIEW and isinstance(answered, int):
        return Name(Place.REVIEW, str(answered), repository)
    number = str(row.get("issue_url") or row.get("pull_request_url") or "").rpartition("/")[2]
    return Name(Place.ISSUE, number, repository) if place is not Place.ISSUE and number.isdigit() else None


def from_node(node: Mapping[str, Any]) -> Said | None:
    """A conversation or comment of the other API; None where it is of another kind."""
    kind = str(node.get("__typename"))
    place = _TYPES.get(kind) or _COMMENTS.get(kind)
    if place is None:
        return None
    author = node.get("author") if isinstance(node.get("author"), dict) else None
    number = author.get("databaseId") if author else None
    above = node.get("replyTo") or node.get("discussion")
    return Said(
        name=Name(place, str(node["id"])),
        node=str(node["id"]),
        text=str(node.get("body") or ""),
        link=str(node.get("url") or ""),
        author=None if number is None else str(number),
        handle=str(author["login"]) if author else "",
        by_program=author is not None and author.get("__typename") == "Bot",
        written_at=_instant(node.get("createdAt")),
        title=str(node.get("title") or ""),
        stands_on=from_node(above) if isinstance(above, dict) else None,
    )


def from_discussion(discussion: Mapping[str, Any], since: datetime) -> Iterator[Said]:
    """The discussion where it was opened since then, and what was said in it since then."""
    opening = from_node(discussion)
    if opening is None:
        return
    if opening.written_at is not None and opening.written_at >= since:
        yield opening
    for comment in _nodes(discussion.get("comments")):
        yield from _fresh(comment, opening, since)
        above = from_node(comment)
        for reply in _nodes(comment.get("replies")):
            yield from _fresh(reply, above or opening, since)


def _fresh(node: Mapping[str, Any], above: Said, since: datetime) -> Iterator[Said]:
    found, changed = from_node(node), _instant(node.get("updatedAt"))
    if found is not None and changed is not None and changed >= since:
        yield replace(found, stands_on=above)


def changed_at(node: Mapping[str, Any]) -> datetime | None:
    """When the thing was changed last."""
    return _instant(node.get("updatedAt"))


def _nodes(connection: Any) -> list[Mapping[str, Any]]:
    nodes = connection.get("nodes") if isinstance(connection, dict) else None
    return [node for node in nodes or () if isinstance(node, dict)]


def _instant(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
