"""Reports made on GitHub by mentioning the App: a doorbell of last resort, since every watcher has been mailed the text.

Text and target are kept first, then the comment is removed; nothing is posted, reacted or sent. What an event says is
never believed: each thing is read back through the API. Of what does not mention us nothing is kept.
"""

import asyncio
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any, Final

from connectors.github import graph
from connectors.github.client import DISCUSSIONS, Github, Reply
from connectors.github.said import (
    LISTED,
    REMOVABLE,
    Name,
    Place,
    Said,
    changed_at,
    from_discussion,
    from_list,
    from_node,
    mentions,
    named,
    ordered,
)
from connectors.github.wire import Wire
from connectors.http import Failed, Urgency
from guardian.cases import local
from guardian.cases.conversations import Conversation
from guardian.cases.intake import EvidenceIn, Submission
from guardian.cases.values import Door
from guardian.desk.conversations import begin, known_in, read_on
from guardian.desk.desk import Desk
from guardian.desk.doorbell import text_was_removed
from guardian.desk.escalating import ByThing, escalate
from guardian.desk.intake import ByReporter, ByRule, add, receive
from guardian.desk.who import member_behind
from guardian.errors import NotFound, Refused
from guardian.ids import ReportId, SpaceName
from guardian.logs import logger
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import Account
from guardian.spaces.registry import Mode

READ_UNTIL: Final = "everything until"
"""The name under which it is remembered how far the whole organisation has been read, in minutes since 1970."""

_OVERLAP: Final = timedelta(minutes=10)
"""GitHub lists a change a little after it was made."""
_MINUTE: Final = 60
_CUT: Final = "\n\n(The text is longer; the whole of it stands among the evidence.)"
_NOT_FETCHED: Final = "Pictures and files in it are links in its text; they were not followed."
_LINK_MARKS: Final = ("![", "<img", "user-attachments/", "user-images.")
_URGENCIES: Final = {"soon": local.Urgency.SOON, "danger": local.Urgency.DANGER}
_URGENT: Final = re.compile(r"(soon|danger)[ \t]*(?:[.,:;!]|\n|$)", re.IGNORECASE)

log = logger("github")


class GithubInbox:
    """Comments and conversations that mention the App, of all repositories in which it is installed."""

    def __init__(self, wire: Wire, desk: Desk) -> None:
        self._wire, self._desk = wire, desk
        self._one_at_a_time = asyncio.Lock()
        self._known: dict[str, Conversation] = {}
        self._slug = ""

    @property
    def name(self) -> SpaceName:
        """The space's name."""
        return self._wire.config.name

    @property
    def every(self) -> timedelta:
        """How often everything that was changed is read, for what no event told."""
        return self._wire.config.inbox_every

    async def read(self, things: tuple[str, ...] = ()) -> bool:
        """Whatever mentions us is with the desk, and taken away where it can be; False where that has to be tried again."""
        async with self._one_at_a_time:
            try:
                self._known = {each.name: each for each in await known_in(self._desk, self.name)}
                self._slug = self._slug or await self._wire.slug()
                return await self._fetched(things) if things else await self._round()
            except Failed as failed:
                log.warning("inbox.not_read", space=self.name, kind=type(failed.outcome).__name__)
                return False

    # -- what knocked

    async def _fetched(self, things: Iterable[str]) -> bool:
        whole = True
        for thing in things:
            name = named(thing)
            said = await self._one(name) if name else None
            if said is None:
                # Deleted meanwhile, another kind of thing, or nothing that we may see: not believed, not kept.
                log.info("thing.not_found", space=self.name)
                continue
            whole = await self._take_in(said) and whole
        return whole

    async def _one(self, name: Name) -> Said | None:
        """The thing of that name; None where GitHub shows us none."""
        if name.place not in LISTED:
            return await self._of_discussion(name)
        reply = await self._wire.ask(lambda github: github.one(name.repository, name.place, int(name.id)))
        if reply.status != 200 or not isinstance(reply.body, dict):
            return None
        return from_list(name.repository, name.place, reply.body)

    async def _of_discussion(self, name: Name) -> Said | None:
        try:
            data = await self._wire.graph(graph.NODE, {"id": name.id}, DISCUSSIONS)
        except Failed as failed:
            # A name that leads nowhere is answered like a missing permission: neither is anything to keep.
            if isinstance(failed.outcome, Forbidden):
                return None
            raise
        return from_node(data["node"]) if isinstance(data.get("node"), dict) else None

    # -- everything that was changed

    async def _round(self) -> bool:
        begun = self._desk.clock.now()
        mark = self._known.get(READ_UNTIL) or await begin(self._desk, self.name, READ_UNTIL, _minutes(begun))
        since = datetime.fromtimestamp(mark.read_to * _MINUTE, UTC) - _OVERLAP
        whole = True
        for repository in await self._repositories():
            for said in await self._changed_in(repository, since):
                whole = await self._take_in(said) and whole
        if whole and mark.read_to < _minutes(begun):
            await read_on(self._desk, mark, _minutes(begun))
        return whole

    async def _repositories(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for page in count(1):
            reply = await self._wire.ask(_page_of_repositories(page), Urgency.SWEEP)
            rows = reply.body.get("repositories") if isinstance(reply.body, dict) else None
            if not isinstance(rows, list):
                raise Failed(Unavailable("GitHub answered about something else"))
            found += rows
            if not rows or len(found) >= int(reply.body.get("total_count") or 0):
                break
        return [row for row in found if not row.get("archived")]

    async def _changed_in(self, repository: dict[str, Any], since: datetime) -> list[Said]:
        name = str(repository["full_name"])
        found = [said for place in LISTED for said in await self._listed(name, place, since)]
        return found + (await self._discussed(name, since) if repository.get("has_discussions") else [])

    async def _listed(self, repository: str, place: Place, since: datetime) -> list[Said]:
        found: list[Said] = []
        for page in count(1):
            try:
                reply = await self._wire.ask(_page_of(repository, place, since, page), Urgency.SWEEP)
            except Failed as failed:
                return self._left_out(failed, place)
            if reply.status != 200 or not isinstance(reply.body, list):
                break
            found += [from_list(repository, place, row) for row in reply.body]
            if reply.last_page:
                break
        # A conversation is listed again for everything that happens in it: only its opening is of interest here.
        return [said for said in found if place is not Place.ISSUE or _opened_since(said, since)]

    async def _discussed(self, repository: str, since: datetime) -> list[Said]:
        owner, _, name = repository.partition("/")
        found: list[Said] = []
        after: str | None = None
        while True:
            asked = {"owner": owner, "name": name, "after": after}
            try:
                data = await self._wire.graph(graph.DISCUSSIONS, asked, DISCUSSIONS, Urgency.SWEEP)
            except Failed as failed:
                return self._left_out(failed, Place.DISCUSSION)
            page = (data.get("repository") or {}).get("discussions") or {}
            fresh = [node for node in page.get("nodes") or () if (changed_at(node) or since) >= since]
            found += [said for node in fresh for said in from_discussion(node, since)]
            pages = page.get("pageInfo") or {}
            if len(fresh) < len(page.get("nodes") or ()) or not pages.get("hasNextPage"):
                return found
            after = str(pages.get("endCursor"))

    def _left_out(self, failed: Failed, place: Place) -> list[Said]:
        """Nothing, where a permission is missing: `guardian check` names it, and asking again at once would not help."""
        if not isinstance(failed.outcome, Forbidden):
            raise failed
        log.warning("inbox.part_not_permitted", space=self.name, place=place)
        return []

    # -- one thing

    async def _take_in(self, said: Said) -> bool:
        """It is kept where it mentions us, and then taken away; False where that has to be tried again."""
        if said.by_program or not mentions(f"{said.title}\n{said.text}", self._slug):
            return True
        earlier = self._known.get(said.node)
        if earlier is None:
            earlier = await self._kept(said)
        elif earlier.report is not None and earlier.read_to != _print_of(said):
            earlier = await self._kept_again(earlier, earlier.report, said)
        self._known[said.node] = earlier
        if earlier.report is None or said.name.place not in REMOVABLE or not self._may_remove():
            return True
        return await self._removed(said, earlier.report)

    async def _kept(self, said: Said) -> Conversation:
        whole = await self._with_parent(said)
        report = await self._passed_on(whole)
        if report is None:
            report = (await receive(self._desk, _submission(whole, self.name, self._desk.longest_text))).report
        log.info("mention.was_kept", space=self.name, id=report)
        return await begin(self._desk, self.name, said.node, _print_of(said), report)

    async def _passed_on(self, said: Said) -> ReportId | None:
        """What a moderator orders to be passed on is with the group, and nobody is told here; None: it is no such order.

        The order of anybody else is a report like every mention.
        """
        words, author = ordered(said.text, self._slug), _author(said, self.name)
        member = await member_behind(self._desk, author) if words is not None and author is not None else None
        if words is None or member is None:
            return None
        what = ByThing(self.name, said.link, tuple(_evidence(said, self.name)))
        urgency, text = _urgency_of(words)
        kept = _fitting(text, self._desk.longest_text)
        try:
            seen = await escalate(self._desk, member.id, what, urgency, "", kept, said.node)
        except Refused as refused:
            log.info("order.was_refused", space=self.name, code=refused.code)
            return None
        return seen.report

    async def _kept_again(self, earlier: Conversation, report: ReportId, said: Said) -> Conversation:
        """What was changed in the text after it was kept stands with its report."""
        author = _author(said, self.name)
        key = ByReporter(report, author) if author else ByRule(report)
        text = _fitting(_words(said), self._desk.longest_text)
        try:
            # Whoever maintains a repository can change what others wrote there, and GitHub does not say here who did.
            await add(self._desk, key, text, delivery=f"{said.node} {_print_of(said)}", verified=False)
        except NotFound:
            log.info("mention.has_no_report", space=self.name)
        return await read_on(self._desk, earlier, _print_of(said))

    async def _with_parent(self, said: Said) -> Said:
        """The thing with what it stands on, as far as GitHub shows it."""
        parent = said.parent
        return replace(said, stands_on=await self._one(parent)) if parent else said

    # -- taking away

    def _may_remove(self) -> bool:
        return self._wire.config.delete_mentions and self._desk.spaces.mode(self.name) is Mode.ENFORCE

    async def _removed(self, said: Said, report: ReportId) -> bool:
        outcome = await self._wire.line.act(self._remove(said.name))
        match outcome:
            case Done():
                await text_was_removed(self._desk, report)
                return True
            case Already() | Gone():
                return True
            case Unavailable():
                return False
            case Forbidden() | Rejected():
                # Trying again would not help: `guardian check` names the missing permission.
                log.warning("mention.not_removed", space=self.name, id=report, kind=type(outcome).__name__)
                return True

    async def _remove(self, name: Name) -> Outcome:
        if name.place in LISTED:
            reply = await self._wire.change(lambda github: github.delete(name.repository, name.place, int(name.id)))
            return Done() if reply.status == 204 else Already()
        await self._wire.mutate(graph.DELETE_DISCUSSION_COMMENT, {"id": name.id}, DISCUSSIONS)
        return Done()


def _page_of_repositories(page: int) -> Any:
    def ask(github: Github) -> Reply:
        return github.repositories(page)

    return ask


def _page_of(repository: str, place: Place, since: datetime, page: int) -> Any:
    def ask(github: Github) -> Reply:
        return github.written(repository, place, since, page)

    return ask


def _submission(said: Said, space: SpaceName, longest_text: int) -> Submission:
    words = _words(said)
    return Submission(
        door=Door.GITHUB_MENTION,
        what_happened=_fitting(words, longest_text),
        reporter=_author(said, space),
        reporter_handle=said.handle,
        evidence=tuple(_evidence(said, space)),
        delivery=said.node,
    )


def _evidence(said: Said, space: SpaceName) -> Iterator[EvidenceIn]:
    """The text as it stood, and what it stands on. The reporter is no author of evidence: that is who is reported."""
    why_not = _NOT_FETCHED if any(mark in said.text for mark in _LINK_MARKS) else ""
    yield EvidenceIn("message", said.link, text=_words(said), why_not=why_not, written_at=said.written_at)
    above = said.stands_on
    if above is not None:
        author = _author(above, space)
        own = author is not None and author == _author(said, space)
        yield EvidenceIn(
            "linked parent",
            above.link,
            None if own else author,
            "" if own else above.handle,
            _words(above),
            written_at=above.written_at,
        )


def _urgency_of(words: str) -> tuple[local.Urgency, str]:
    """How urgent it is, where an order begins with that and nothing else on its line, and the words after it."""
    found = _URGENT.match(words)
    return (_URGENCIES[found[1].casefold()], words[found.end() :].strip()) if found else (local.Urgency.ORDINARY, words)


def _words(said: Said) -> str:
    return f"{said.title}\n\n{said.text}".strip()


def _author(said: Said, space: SpaceName) -> Account | None:
    return Account(space, said.author) if said.author else None


def _fitting(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - len(_CUT)] + _CUT


def _print_of(said: Said) -> int:
    """A number that another text would not have."""
    return int.from_bytes(sha256(_words(said).encode()).digest()[:3])


def _opened_since(said: Said, since: datetime) -> bool:
    return said.written_at is not None and said.written_at >= since


def _minutes(at: datetime) -> int:
    return int(at.timestamp()) // _MINUTE
