"""Conversations and comments on GitHub: found by their links, kept as evidence, locked or folded away for a while.

All by their lasting names, which survive the renaming of a repository. GitHub shows everybody that a conversation is
locked or a comment folded away; the App is named there, never a reason of ours.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from connectors.github import graphql_queries
from connectors.github.client import DISCUSSIONS, ISSUES, PULLS
from connectors.github.comments import Comment, CommentKind, parse_node, parse_row
from connectors.github.connection import GithubConnection
from connectors.http import CallFailed, Priority
from guardian.ids import SpaceName
from guardian.spaces.content import ContentCopy, ContentFile, ContentRef, ContentRestrictionKind, ObservedContent
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected
from guardian.spaces.port import Account, Missing, Unknown

MINIMIZED_AS: Final = "OFF_TOPIC"
"""GitHub asks for a reason and shows it to everybody; this one says nothing of the person (P-10.3)."""

_LINK: Final = re.compile(
    r"https?://[^/\s]+/([\w.-]+)/([\w.-]+)/(issues|pull|discussions)/(\d+)"
    r"(?:/files)?(?:#(issuecomment-|discussion_r|discussioncomment-)(\d+))?",
    re.IGNORECASE,
)
_NODE: Final = re.compile(r"(I|PR|D|IC|PRRC|DC)_[\w-]+")
_NEEDS: Final = {"I": ISSUES, "IC": ISSUES, "PR": PULLS, "PRRC": PULLS, "D": DISCUSSIONS, "DC": DISCUSSIONS}
_CONVERSATIONS: Final = frozenset({"I", "PR", "D"})
_GRANTS: Final = {ISSUES: "issues", PULLS: "pull_requests", DISCUSSIONS: "discussions"}
_NOT_FETCHED: Final = "GitHub gives what is attached as links in the text alone, and these are not followed"
_LINK_MARKS: Final = ("![", "<img", "user-attachments/", "user-images.")
_CEILINGS: Final = 4


class GithubContent:
    """Issues, pull requests, discussions, and the comments in them."""

    def __init__(self, connection: GithubConnection) -> None:
        self._connection, self._caller = connection, connection.caller

    @property
    def space(self) -> SpaceName:
        """The configured name."""
        return self._connection.config.name

    @property
    def supported(self) -> frozenset[ContentRestrictionKind]:
        """A conversation can be locked, a comment folded away."""
        return frozenset({ContentRestrictionKind.LOCKED, ContentRestrictionKind.HIDDEN})

    # -- looking

    async def find(self, text: str) -> ContentRef | None:
        """Return the conversation or comment whose own link the words are; None if there is none, or no answer."""
        found = await self._caller.observe(self._find(text.strip()), _CEILINGS)
        return None if isinstance(found, Unknown) else found

    async def read_copy(self, content: ContentRef) -> ContentCopy | Unknown | Missing:
        """Return the text as it stands now, of a conversation the text that it begins with."""
        return await self._caller.observe(self._read_copy(content), _CEILINGS)

    async def observe(self, content: ContentRef) -> ObservedContent | Unknown | Missing:
        """Return whether the conversation is locked, and by whom.

        Whether the comment is folded away, of which GitHub says no more.
        """
        return await self._caller.observe(self._observe(content), _CEILINGS)

    # -- acting

    async def restrict(self, content: ContentRef, restriction: ContentRestrictionKind) -> Outcome:
        """Lock the conversation to those with a part in the repository, or fold the comment away."""
        return await self._caller.perform(self._change(content, restriction, restricted=True))

    async def release(self, content: ContentRef, restriction: ContentRestrictionKind) -> Outcome:
        """Let everybody comment again, or show the comment."""
        return await self._caller.perform(self._change(content, restriction, restricted=False))

    # -- the steps of each

    async def _find(self, text: str) -> ContentRef | None:
        if _NODE.fullmatch(text):
            node = await self._read_node(text)
            return None if node is None else self._ref(text, str(node["url"]))
        link = _LINK.fullmatch(text)
        if link is None or link[1].casefold() != self._connection.config.organization.casefold():
            return None
        comment = await self._find_by_link(
            f"{link[1]}/{link[2]}", link[3].casefold(), int(link[4]), link[5] or "", link[6]
        )
        # What is another host's link is not ours, however alike the rest of it looks.
        return self._ref(comment.node_id, comment.link) if comment and _same_link(comment.link, text) else None

    async def _find_by_link(
        self, repository: str, kind: str, number: int, mark: str, comment: str | None
    ) -> Comment | None:
        if kind == CommentKind.DISCUSSION:
            return await self._find_in_discussion(repository, number, comment)
        comment_kind = (
            CommentKind.ISSUE
            if comment is None
            else CommentKind.REVIEW
            if mark.startswith("discussion_r")
            else CommentKind.COMMENT
        )
        wanted = number if comment is None else int(comment)
        response = await self._connection.request(lambda github: github.read_comment(repository, comment_kind, wanted))
        return parse_row(repository, comment_kind, response.body) if response.status == 200 else None

    async def _find_in_discussion(self, repository: str, number: int, comment: str | None) -> Comment | None:
        """The discussion of that number, or the comment in it: looked for page by page, as no question names it."""
        owner, _, name = repository.partition("/")
        after: str | None = None
        while True:
            variables = {"owner": owner, "name": name, "number": number, "after": after}
            data = await self._connection.query(graphql_queries.DISCUSSION, variables, DISCUSSIONS)
            discussion = (data.get("repository") or {}).get("discussion")
            if not discussion or comment is None:
                return parse_node(discussion) if discussion else None
            page = discussion["comments"]
            for node in _with_replies(page["nodes"]):
                if str(node.get("databaseId")) == comment:
                    return parse_node(node)
            if not page["pageInfo"]["hasNextPage"]:
                return None
            after = str(page["pageInfo"]["endCursor"])

    async def _read_copy(self, content: ContentRef) -> ContentCopy | Missing:
        node = await self._read_node(content.native_id)
        comment = parse_node(node) if node else None
        if comment is None:
            return Missing()
        attached = any(mark in comment.text for mark in _LINK_MARKS)
        author = Account(self.space, comment.author) if comment.author else None
        return ContentCopy(
            content=self._ref(comment.node_id, comment.link),
            text=f"{comment.title}\n\n{comment.text}".strip(),
            author=author,
            author_handle=comment.handle,
            written_at=comment.written_at,
            files=(ContentFile("", why_not=_NOT_FETCHED),) if attached else (),
        )

    async def _observe(
        self, content: ContentRef, priority: Priority = Priority.OBSERVATION
    ) -> ObservedContent | Missing:
        node = await self._read_node(content.native_id, priority)
        if node is None:
            return Missing()
        if node.get("isMinimized"):
            return ObservedContent(frozenset({ContentRestrictionKind.HIDDEN}))
        if not node.get("locked"):
            return ObservedContent()
        by = _locked_by(node)
        return ObservedContent(
            frozenset({ContentRestrictionKind.LOCKED}), {ContentRestrictionKind.LOCKED: by} if by else {}
        )

    async def _change(self, content: ContentRef, restriction: ContentRestrictionKind, *, restricted: bool) -> Outcome:
        kind = content.native_id.partition("_")[0]
        if (restriction is ContentRestrictionKind.LOCKED) is not (kind in _CONVERSATIONS):
            return Rejected("on GitHub conversations can be locked, and comments folded away")
        seen = await self._observe(content, Priority.ACTION)
        if isinstance(seen, Missing):
            return Gone()
        if (restriction in seen.restrictions) is restricted:
            return Already()
        text, fields = _build_mutation(content.native_id, restriction, restricted=restricted)
        await self._connection.mutate(text, fields, _NEEDS[kind])
        return Done()

    async def _read_node(self, name: str, priority: Priority = Priority.OBSERVATION) -> Mapping[str, Any] | None:
        """The thing of that name; None where GitHub says that there is none, and we may see all such things."""
        needs = _NEEDS.get(name.partition("_")[0])
        if needs is None:
            raise CallFailed(Rejected("this is no name of a conversation or comment on GitHub"))
        try:
            data = await self._connection.query(graphql_queries.NODE, {"id": name}, needs, priority)
        except CallFailed as failed:
            if isinstance(failed.outcome, Forbidden) and await self._has_permission(needs):
                return None
            raise
        node = data.get("node")
        return node if isinstance(node, dict) else None

    async def _has_permission(self, needs: str) -> bool:
        """Whether we surely have the permission: GitHub denies what we may not see as if it were not there."""
        response = await self._connection.request(lambda github: github.installation())
        return response.body.get("permissions", {}).get(_GRANTS[needs]) in ("write", "admin")

    def _ref(self, name: str, link: str) -> ContentRef:
        return ContentRef(self.space, name, link)


def _build_mutation(
    name: str, restriction: ContentRestrictionKind, *, restricted: bool
) -> tuple[str, Mapping[str, str]]:
    if restriction is ContentRestrictionKind.LOCKED:
        return (graphql_queries.LOCK if restricted else graphql_queries.UNLOCK), {"lockableId": name}
    if restricted:
        return graphql_queries.HIDE, {"subjectId": name, "classifier": MINIMIZED_AS}
    return graphql_queries.SHOW, {"subjectId": name}


def _with_replies(nodes: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for node in nodes:
        yield node
        yield from node["replies"]["nodes"]


def _locked_by(node: Mapping[str, Any]) -> str | None:
    for event in (node.get("timelineItems") or {}).get("nodes") or ():
        number = (event.get("actor") or {}).get("databaseId")
        return None if number is None else str(number)
    return None


def _same_link(one: str, other: str) -> bool:
    """Whether both lead to the same place; a review comment's page may be that of the changed files."""
    return one.casefold() == other.casefold().replace("/files#", "#")
