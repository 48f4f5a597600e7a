"""Reports made on GitHub by mentioning the App: a doorbell of last resort, since every watcher has been mailed the text.

Text and target are kept first, then the comment is removed; nothing is posted, reacted or sent. What an event says is
never believed: each thing is read back through the API. Of what does not mention us nothing is kept.
"""

import asyncio
from collections.abc import Awaitable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Final

from connectors.github import graphql_queries
from connectors.github.client import DISCUSSIONS, GithubClient, Response
from connectors.github.comments import (
    LISTED,
    REMOVABLE,
    Comment,
    CommentKind,
    CommentRef,
    changed_at,
    mention_in,
    parse_discussion,
    parse_escalation,
    parse_node,
    parse_ref,
    parse_row,
)
from connectors.github.connection import GithubConnection
from connectors.github.mentions import Mention
from connectors.github.repositories import list_repositories
from connectors.github.submissions import (
    author_of,
    evidence_of,
    fingerprint,
    fit_text,
    full_text,
    parse_urgency,
    submission_of,
)
from connectors.http import CallFailed, Priority
from guardian.cases.conversations import Conversation
from guardian.errors import NotFound, Refused
from guardian.ids import ReportId, SpaceName
from guardian.logs import logger
from guardian.services.context import AppContext
from guardian.services.escalation.escalations import ContentSubject, EscalationInput, escalate
from guardian.services.failed_items import isolate
from guardian.services.members import member_for_account
from guardian.services.reports.conversations import list_conversations, mark_read_to, start_conversation
from guardian.services.reports.follow_up import AdditionInput
from guardian.services.reports.intake import (
    PolicyAccess,
    ReporterAccess,
    add_to_report,
    receive,
    record_public_text_removed,
)
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected, Requested, Unavailable
from guardian.spaces.registry import Mode
from guardian.untrusted_json import object_at

READ_UNTIL: Final = "everything until"
"""The name under which it is remembered how far the whole organisation has been read, in minutes since 1970."""

_OVERLAP: Final = timedelta(minutes=10)
"""GitHub lists a change a little after it was made."""
_MINUTE: Final = 60
_SOURCE: Final = "a comment or conversation on GitHub"

log = logger("github")


class GithubInbox:
    """Comments and conversations that mention the App, of all repositories in which it is installed."""

    def __init__(self, connection: GithubConnection, app: AppContext) -> None:
        self._connection, self._app = connection, app
        self._lock = asyncio.Lock()
        self._conversations: dict[str, Conversation] = {}
        self._slug = ""

    @property
    def name(self) -> SpaceName:
        """The space's name."""
        return self._connection.config.name

    @property
    def poll_interval(self) -> timedelta:
        """How often everything that was changed is read, for what no event told."""
        return self._connection.config.inbox_every

    async def read(self, items: tuple[str, ...] = ()) -> bool:
        """Take in whatever mentions us, and take it away where that can be; False where it has to be tried again."""
        async with self._lock:
            try:
                self._conversations = {each.name: each for each in await list_conversations(self._app, self.name)}
                self._slug = self._slug or await self._connection.app_slug()
                return await self._read_items(items) if items else await self._read_all_changes()
            except CallFailed as failed:
                log.warning("inbox.not_read", space=self.name, kind=type(failed.outcome).__name__)
                return False

    # -- what knocked

    async def _read_items(self, items: Iterable[str]) -> bool:
        complete = True
        for item in items:
            complete = await self._isolated(item, self._read_item(item)) and complete
        return complete

    async def _read_item(self, item: str) -> bool:
        ref = parse_ref(item)
        comment = await self._read_comment(ref) if ref else None
        if comment is None:
            # Deleted meanwhile, another kind of content, or nothing that we may see: not believed, not kept.
            log.info("content.not_found", space=self.name)
            return True
        return await self._receive(comment)

    async def _isolated(self, item: str, work: Awaitable[bool]) -> bool:
        """What is odd about one thing stops no other; that GitHub gives nothing now is no matter of the thing."""
        failed: CallFailed | None = None

        async def take_in() -> bool:
            nonlocal failed
            try:
                return await work
            except CallFailed as error:
                failed = error
                return False

        done = await isolate(self._app, f"{_SOURCE} ({self.name})", item, take_in())
        if failed is not None:
            raise failed
        return done

    async def _read_comment(self, ref: CommentRef) -> Comment | None:
        """The thing of that name; None where GitHub shows us none."""
        if ref.comment_kind not in LISTED:
            return await self._read_discussion_node(ref)
        response = await self._connection.request(
            lambda github: github.read_comment(ref.repository, ref.comment_kind, int(ref.id))
        )
        if response.status != 200 or not isinstance(response.body, dict):
            return None
        return parse_row(ref.repository, ref.comment_kind, response.body)

    async def _read_discussion_node(self, ref: CommentRef) -> Comment | None:
        try:
            data = await self._connection.query(graphql_queries.NODE, {"id": ref.id}, DISCUSSIONS)
        except CallFailed as failed:
            # A name that leads nowhere is answered like a missing permission: neither is anything to keep.
            if isinstance(failed.outcome, Forbidden):
                return None
            raise
        return parse_node(data["node"]) if isinstance(data.get("node"), dict) else None

    # -- everything that was changed

    async def _read_all_changes(self) -> bool:
        begun = self._app.clock.now()
        mark = self._conversations.get(READ_UNTIL) or await start_conversation(
            self._app, self.name, READ_UNTIL, _minutes(begun)
        )
        since = datetime.fromtimestamp(mark.read_to * _MINUTE, UTC) - _OVERLAP
        complete = True
        for repository in await self._list_repositories():
            name = f"all of {repository.get('full_name')}"
            complete = await self._isolated(name, self._read_repository(repository, since)) and complete
        if complete and mark.read_to < _minutes(begun):
            await mark_read_to(self._app, mark, _minutes(begun))
        return complete

    async def _read_repository(self, repository: dict[str, Any], since: datetime) -> bool:
        complete = True
        for comment in await self._list_changes(repository, since):
            complete = await self._isolated(comment.node_id, self._receive(comment)) and complete
        return complete

    async def _list_repositories(self) -> list[dict[str, Any]]:
        found = await list_repositories(self._connection, Priority.LISTING)
        return [row for row in found if not row.get("archived")]

    async def _list_changes(self, repository: dict[str, Any], since: datetime) -> list[Comment]:
        name = str(repository["full_name"])
        found = [comment for comment_kind in LISTED for comment in await self._list_kind(name, comment_kind, since)]
        return found + (await self._list_discussions(name, since) if repository.get("has_discussions") else [])

    async def _list_kind(self, repository: str, comment_kind: CommentKind, since: datetime) -> list[Comment]:
        found: list[Comment] = []
        for page in count(1):
            try:
                reply = await self._connection.request(
                    _request_page(repository, comment_kind, since, page), Priority.LISTING
                )
            except CallFailed as failed:
                return self._skip_forbidden(failed, comment_kind)
            if reply.status != 200 or not isinstance(reply.body, list):
                break
            found += [each for row in reply.body for each in await self._parse_rows(repository, comment_kind, row)]
            if reply.last_page:
                break
        # A conversation is listed again for everything that happens in it: only its opening is of interest here.
        return [comment for comment in found if comment_kind is not CommentKind.ISSUE or _opened_since(comment, since)]

    async def _parse_rows(self, repository: str, comment_kind: CommentKind, row: Any) -> list[Comment]:
        """The row as a comment; none where it has no shape that we know, of which people are told."""
        found: list[Comment] = []

        async def parse() -> None:
            found.append(parse_row(repository, comment_kind, row))

        await self._isolated(f"{repository} {comment_kind} {object_at(row).get('id')}", _as_done(parse()))
        return found

    async def _list_discussions(self, repository: str, since: datetime) -> list[Comment]:
        owner, _, name = repository.partition("/")
        found: list[Comment] = []
        after: str | None = None
        while True:
            variables = {"owner": owner, "name": name, "after": after}
            try:
                data = await self._connection.query(
                    graphql_queries.DISCUSSIONS, variables, DISCUSSIONS, Priority.LISTING
                )
            except CallFailed as failed:
                return self._skip_forbidden(failed, CommentKind.DISCUSSION)
            page = (data.get("repository") or {}).get("discussions") or {}
            fresh = [node for node in page.get("nodes") or () if (changed_at(node) or since) >= since]
            found += [comment for node in fresh for comment in parse_discussion(node, since)]
            pages = page.get("pageInfo") or {}
            if len(fresh) < len(page.get("nodes") or ()) or not pages.get("hasNextPage"):
                return found
            after = str(pages.get("endCursor"))

    def _skip_forbidden(self, failed: CallFailed, comment_kind: CommentKind) -> list[Comment]:
        """Nothing, where a permission is missing: `guardian check` names it, and asking again at once would not help."""
        if not isinstance(failed.outcome, Forbidden):
            raise failed
        log.warning("inbox.part_not_permitted", space=self.name, place=comment_kind)
        return []

    # -- one thing

    async def _receive(self, comment: Comment) -> bool:
        """It is kept where it may mention us, and taken away where it surely does; False where to try again.

        What is known is read again when it was changed, also where it mentions us no more.
        """
        earlier = self._conversations.get(comment.node_id)
        mention = await asyncio.to_thread(mention_in, comment, self._slug)
        if comment.by_bot or (earlier is None and mention is Mention.NONE):
            return True
        if earlier is None:
            earlier = await self._store(comment)
        elif earlier.report is not None and earlier.read_to != fingerprint(comment):
            earlier = await self._store_change(earlier, earlier.report, comment)
        self._conversations[comment.node_id] = earlier
        if earlier.report is None or mention is not Mention.SURE or comment.ref.comment_kind not in REMOVABLE:
            return True
        if not self._may_remove():
            return True
        return await self._remove_comment(comment, earlier.report)

    async def _store(self, comment: Comment) -> Conversation:
        whole = await self._with_parent(comment)
        report = await self._escalate(whole)
        if report is None:
            report = (await receive(self._app, submission_of(whole, self.name, self._app.longest_text))).report
        log.info("mention.was_kept", space=self.name, id=report)
        return await start_conversation(self._app, self.name, comment.node_id, fingerprint(comment), report)

    async def _escalate(self, comment: Comment) -> ReportId | None:
        """What a moderator orders to be passed on is with the group, and nobody is told here; None: it is no such order.

        The order of anybody else is a report like every mention.
        """
        words, author = parse_escalation(comment.text, self._slug), author_of(comment, self.name)
        member = await member_for_account(self._app, author) if words is not None and author is not None else None
        if words is None or member is None:
            return None
        what = ContentSubject(self.name, comment.link, tuple(evidence_of(comment, self.name)))
        urgency, text = parse_urgency(words)
        kept = fit_text(text, self._app.longest_text)
        try:
            seen = await escalate(
                self._app, member.id, EscalationInput(what, urgency, "", kept), delivery=comment.node_id
            )
        except Refused as refused:
            log.info("order.was_refused", space=self.name, code=refused.code)
            return None
        return seen.report

    async def _store_change(self, earlier: Conversation, report: ReportId, comment: Comment) -> Conversation:
        """What was changed in the text after it was kept stands with its report."""
        author = author_of(comment, self.name)
        access = ReporterAccess(report, author) if author else PolicyAccess(report)
        text = fit_text(full_text(comment), self._app.longest_text)
        try:
            # Whoever maintains a repository can change what others wrote there, and GitHub does not say here who did.
            await add_to_report(
                self._app,
                access,
                AdditionInput(text, verified=False),
                delivery=f"{comment.node_id} {fingerprint(comment)}",
            )
        except NotFound:
            log.info("mention.has_no_report", space=self.name)
        return await mark_read_to(self._app, earlier, fingerprint(comment))

    async def _with_parent(self, comment: Comment) -> Comment:
        """The thing with what it stands on, as far as GitHub shows it."""
        parent = comment.above_ref
        return replace(comment, above=await self._read_comment(parent)) if parent else comment

    # -- taking away

    def _may_remove(self) -> bool:
        return self._connection.config.delete_mentions and self._app.spaces.mode(self.name) is Mode.ENFORCE

    async def _remove_comment(self, comment: Comment, report: ReportId) -> bool:
        outcome = await self._connection.caller.perform(self._delete(comment.ref))
        match outcome:
            case Done():
                if await self._read_comment(comment.ref) is not None:
                    # GitHub said that it is gone, and shows it still: it is tried again, and nobody is told that it went.
                    return False
                await record_public_text_removed(self._app, report)
                return True
            case Already() | Gone():
                return True
            case Unavailable() | Requested():
                return False
            case Forbidden() | Rejected():
                # Trying again would not help: `guardian check` names the missing permission.
                log.warning("mention.not_removed", space=self.name, id=report, kind=type(outcome).__name__)
                return True

    async def _delete(self, ref: CommentRef) -> Outcome:
        if ref.comment_kind in LISTED:
            response = await self._connection.change(
                lambda github: github.delete(ref.repository, ref.comment_kind, int(ref.id))
            )
            return Done() if response.status == 204 else Already()
        await self._connection.mutate(graphql_queries.DELETE_DISCUSSION_COMMENT, {"id": ref.id}, DISCUSSIONS)
        return Done()


async def _as_done(work: Awaitable[None]) -> bool:
    await work
    return True


def _request_page(repository: str, comment_kind: CommentKind, since: datetime, page: int) -> Any:
    def ask(github: GithubClient) -> Response:
        return github.list_changed(repository, comment_kind, since, page)

    return ask


def _opened_since(comment: Comment, since: datetime) -> bool:
    return comment.written_at is not None and comment.written_at >= since


def _minutes(at: datetime) -> int:
    return int(at.timestamp()) // _MINUTE
