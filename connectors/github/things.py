"""Conversations and comments on GitHub: found by their links, kept as evidence, locked or folded away for a while.

All by their lasting names, which survive the renaming of a repository. GitHub shows everybody that a conversation is
locked or a comment folded away; the App is named there, never a reason of ours.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from connectors.github import graph
from connectors.github.client import DISCUSSIONS, ISSUES, PULLS
from connectors.github.said import Place, Said, from_list, from_node
from connectors.github.wire import Wire
from connectors.http import Failed, Urgency
from guardian.ids import SpaceName
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected
from guardian.spaces.port import Account, Missing, Unknown
from guardian.spaces.things import Piece, PieceFile, Thing, ThingHold, ThingLook

FOLDED_AS: Final = "OFF_TOPIC"
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


class GithubThings:
    """Issues, pull requests, discussions, and the comments in them."""

    def __init__(self, wire: Wire) -> None:
        self._wire, self._line = wire, wire.line

    @property
    def space(self) -> SpaceName:
        """The configured name."""
        return self._wire.config.name

    @property
    def can(self) -> frozenset[ThingHold]:
        """A conversation can be locked, a comment folded away."""
        return frozenset({ThingHold.LOCKED, ThingHold.HIDDEN})

    # -- looking

    async def find(self, text: str) -> Thing | None:
        """The conversation or comment whose own link the words are; None if there is none, or no answer."""
        found = await self._line.look(self._find(text.strip()), _CEILINGS)
        return None if isinstance(found, Unknown) else found

    async def piece(self, thing: Thing) -> Piece | Unknown | Missing:
        """The text as it stands now, of a conversation the text that it begins with."""
        return await self._line.look(self._piece(thing), _CEILINGS)

    async def look(self, thing: Thing) -> ThingLook | Unknown | Missing:
        """Whether the conversation is locked, and by whom; whether the comment is folded away, of which GitHub says no more."""
        return await self._line.look(self._look(thing), _CEILINGS)

    # -- acting

    async def place(self, thing: Thing, hold: ThingHold) -> Outcome:
        """Nobody without a part in the repository can comment, or the comment is shown to nobody who does not ask for it."""
        return await self._line.act(self._change(thing, hold, stands=True))

    async def take_away(self, thing: Thing, hold: ThingHold) -> Outcome:
        """Everybody can comment again, or the comment is shown."""
        return await self._line.act(self._change(thing, hold, stands=False))

    # -- the steps of each

    async def _find(self, text: str) -> Thing | None:
        if _NODE.fullmatch(text):
            node = await self._node(text)
            return None if node is None else self._thing(text, str(node["url"]))
        link = _LINK.fullmatch(text)
        if link is None or link[1].casefold() != self._wire.config.organization.casefold():
            return None
        said = await self._linked(f"{link[1]}/{link[2]}", link[3].casefold(), int(link[4]), link[5] or "", link[6])
        # What is another host's link is not ours, however alike the rest of it looks.
        return self._thing(said.node, said.link) if said and _same_link(said.link, text) else None

    async def _linked(self, repository: str, kind: str, number: int, mark: str, comment: str | None) -> Said | None:
        if kind == Place.DISCUSSION:
            return await self._discussed(repository, number, comment)
        place = Place.ISSUE if comment is None else Place.REVIEW if mark.startswith("discussion_r") else Place.COMMENT
        wanted = number if comment is None else int(comment)
        reply = await self._wire.ask(lambda github: github.one(repository, place, wanted))
        return from_list(repository, place, reply.body) if reply.status == 200 else None

    async def _discussed(self, repository: str, number: int, comment: str | None) -> Said | None:
        """The discussion of that number, or the comment in it: looked for page by page, as no question names it."""
        owner, _, name = repository.partition("/")
        after: str | None = None
        while True:
            asked = {"owner": owner, "name": name, "number": number, "after": after}
            data = await self._wire.graph(graph.DISCUSSION, asked, DISCUSSIONS)
            discussion = (data.get("repository") or {}).get("discussion")
            if not discussion or comment is None:
                return from_node(discussion) if discussion else None
            page = discussion["comments"]
            for node in _with_replies(page["nodes"]):
                if str(node.get("databaseId")) == comment:
                    return from_node(node)
            if not page["pageInfo"]["hasNextPage"]:
                return None
            after = str(page["pageInfo"]["endCursor"])

    async def _piece(self, thing: Thing) -> Piece | Missing:
        node = await self._node(thing.native_id)
        said = from_node(node) if node else None
        if said is None:
            return Missing()
        attached = any(mark in said.text for mark in _LINK_MARKS)
        author = Account(self.space, said.author) if said.author else None
        return Piece(
            self._thing(said.node, said.link),
            f"{said.title}\n\n{said.text}".strip(),
            author,
            said.handle,
            said.written_at,
            (PieceFile("", why_not=_NOT_FETCHED),) if attached else (),
        )

    async def _look(self, thing: Thing, urgency: Urgency = Urgency.LOOK) -> ThingLook | Missing:
        node = await self._node(thing.native_id, urgency)
        if node is None:
            return Missing()
        if node.get("isMinimized"):
            return ThingLook(frozenset({ThingHold.HIDDEN}))
        if not node.get("locked"):
            return ThingLook()
        by = _locked_by(node)
        return ThingLook(frozenset({ThingHold.LOCKED}), {ThingHold.LOCKED: by} if by else {})

    async def _change(self, thing: Thing, hold: ThingHold, *, stands: bool) -> Outcome:
        kind = thing.native_id.partition("_")[0]
        if (hold is ThingHold.LOCKED) is not (kind in _CONVERSATIONS):
            return Rejected("on GitHub conversations can be locked, and comments folded away")
        seen = await self._look(thing, Urgency.ACT)
        if isinstance(seen, Missing):
            return Gone()
        if (hold in seen.holds) is stands:
            return Already()
        text, fields = _order(thing.native_id, hold, stands=stands)
        await self._wire.mutate(text, fields, _NEEDS[kind])
        return Done()

    async def _node(self, name: str, urgency: Urgency = Urgency.LOOK) -> Mapping[str, Any] | None:
        """The thing of that name; None where GitHub says that there is none, and we may see all such things."""
        needs = _NEEDS.get(name.partition("_")[0])
        if needs is None:
            raise Failed(Rejected("this is no name of a conversation or comment on GitHub"))
        try:
            data = await self._wire.graph(graph.NODE, {"id": name}, needs, urgency)
        except Failed as failed:
            if isinstance(failed.outcome, Forbidden) and await self._permitted(needs):
                return None
            raise
        node = data.get("node")
        return node if isinstance(node, dict) else None

    async def _permitted(self, needs: str) -> bool:
        """Whether we surely have the permission: GitHub denies what we may not see as if it were not there."""
        reply = await self._wire.ask(lambda github: github.installation())
        return reply.body.get("permissions", {}).get(_GRANTS[needs]) in ("write", "admin")

    def _thing(self, name: str, link: str) -> Thing:
        return Thing(self.space, name, link)


def _order(name: str, hold: ThingHold, *, stands: bool) -> tuple[str, Mapping[str, str]]:
    if hold is ThingHold.LOCKED:
        return (graph.LOCK if stands else graph.UNLOCK), {"lockableId": name}
    if stands:
        return graph.HIDE, {"subjectId": name, "classifier": FOLDED_AS}
    return graph.SHOW, {"subjectId": name}


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
