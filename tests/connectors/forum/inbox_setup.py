"""A forum whose members stand behind a desk, with the inbox of our account between them; what tests of the inbox begin with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from connectors.emulators.forum.people import ForumPerson
from connectors.emulators.forum.server import ForumEmulator
from connectors.emulators.forum.state import ForumState
from connectors.forum.client import ForumConfig
from connectors.forum.connection import connect
from connectors.forum.content import ForumContent
from connectors.forum.intake import ForumInbox
from guardian.cases.case import Case
from guardian.cases.reports import Addition, Evidence, Report
from tests.builders.community import BOARD, FORUM, Community, a_community, everybody
from tests.contracts.schemas.forum import validate_history

OURS = 500


@dataclass(slots=True)
class ForumInboxSetup:
    """The forum, the desk, and the inbox in between."""

    forum: ForumEmulator
    community: Community
    config: ForumConfig
    inbox: ForumInbox

    def person(self, username: str) -> ForumPerson:
        return self.forum.person(username)

    def writes(self, username: str, text: str, title: str = "About the help channel", to: str = "guardian") -> int:
        """Somebody begins a conversation with our account; its topic."""
        return self.person(username).send_pm(to, title, text)

    async def read(self, *things: str) -> bool:
        return await self.inbox.read(things)

    def restart(self, **changes: Any) -> ForumInbox:
        """Another inbox over the same forum and desk, as after a restart."""
        connection = connect(replace(self.config, **changes), self.community.clock, timedelta(milliseconds=5))
        self.inbox = ForumInbox(self.community.app, connection, ForumContent(connection))
        return self.inbox

    def replies(self, topic: int) -> list[str]:
        """What our account has written in the conversation."""
        state = self.forum.state
        return [post.raw for post in state.posts_of(state.topics[topic]) if post.user_id == OURS]

    def is_in_inbox(self, topic: int) -> bool:
        return OURS not in self.forum.state.topics[topic].archived_by

    async def cases(self) -> tuple[Case, ...]:
        async with self.community.units_of_work.read() as view:
            return await view.cases.cases()

    async def reports(self) -> list[Report]:
        async with self.community.units_of_work.read() as view:
            cases = await view.cases.cases()
            return [report for case in cases for report in await view.cases.reports_of(case.id)]

    async def additions(self) -> list[Addition]:
        async with self.community.units_of_work.read() as view:
            cases = await view.cases.cases()
            return [added for case in cases for added in await view.cases.additions_of(case.id)]

    async def evidence(self) -> list[Evidence]:
        async with self.community.units_of_work.read() as view:
            pieces = [piece for case in await view.cases.cases() for piece in await view.cases.evidence_of(case.id)]
            return [found for piece in pieces if (found := await view.cases.evidence(piece.id)) is not None]


@asynccontextmanager
async def forum_inbox(folder: Path, *, odd: bool = False, **changes: Any) -> AsyncIterator[ForumInboxSetup]:
    """A forum with the desk's members, somebody called rowan and somebody called birch; its answers are such as described."""
    async with a_community(folder) as community:
        state = ForumState()
        state.add_user("guardian", id=OURS, moderator=True)
        state.add_user("keeper", admin=True)
        for member in everybody():
            number = next(account.native_id for account in member.accounts if account.space == FORUM)
            state.add_user(member.aliases[0], id=int(number), moderator=member.id not in BOARD)
        for name in ("rowan", "birch"):
            state.add_user(name)
        forum = ForumEmulator(state, now=community.clock.now, enforce_limits=False)
        await forum.start()
        config = ForumConfig(
            name=FORUM,
            base_url=forum.url,
            api_key=forum.api_key,
            api_username="guardian",
            call_ceiling=timedelta(seconds=5),
            rate_per_minute=100_000,
        )
        setup = ForumInboxSetup(forum, community, config, None)  # type: ignore[arg-type]  # made on the next line
        setup.restart(**changes)
        try:
            yield setup
            assert odd or validate_history(forum.history) == []
        finally:
            await forum.stop()
