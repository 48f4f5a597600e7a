"""The floors: the shortest safe sequences of calls, made bare with the same clients and nothing round them.

Safe means: looked at before the act, what it destroys read before it, GitHub's login resolved from the id immediately
before each act, and the result looked at once. Reads that do not need each other are made at the same time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from connectors.discord.client import DiscordConnection
from connectors.discord.translate import Success
from connectors.forum.client import ForumClient
from connectors.forum.translate import OPEN_END
from connectors.github.client import GithubClient, Response
from guardian.clock import monotonic_seconds
from guardian.ids import SpaceName, new_reference
from tests.bench.measured_service import DISCORD, FORUM, GITHUB, Service, reason_text

RELEASE_FLOOR: Final[Mapping[SpaceName, tuple[str, ...]]] = {
    DISCORD: ("look at the ban", "unban", "look again"),
    FORUM: ("look at the account", "unsuspend", "look again"),
    GITHUB: ("login of the id", "look at the block", "login of the id", "unblock", "list of blocks", "look again"),
}
"""The calls of the shortest safe release. GitHub's 404 is a no only beside a list that proves the permission."""


@dataclass(frozen=True, slots=True)
class FloorClients:
    """The clients themselves."""

    discord: DiscordConnection
    forum: ForumClient
    github: GithubClient

    @classmethod
    def of(cls, service: Service) -> "FloorClients":
        """The same clients, configured as the service has them."""
        return cls(service.connection, ForumClient(service.forum), GithubClient(service.github))

    async def restrict(self, space: SpaceName, native_id: str) -> float:
        """The seconds that the shortest safe way to a confirmed bar takes there."""
        ways: dict[SpaceName, Callable[[str], Awaitable[bool]]] = {
            DISCORD: self._restrict_on_discord,
            FORUM: self._restrict_on_forum,
            GITHUB: self._restrict_on_github,
        }
        begun = monotonic_seconds()
        if not await ways[space](native_id):
            raise RuntimeError(f"the bare sequence did not bar anybody in {space}")
        return monotonic_seconds() - begun

    async def _restrict_on_discord(self, native_id: str) -> bool:
        connection = self.discord
        await asyncio.gather(connection.read_ban(native_id), connection.read_member(native_id), connection.read_guild())
        await connection.ban(native_id, reason_text(new_reference()))
        return isinstance(await connection.read_ban(native_id), Success)

    async def _restrict_on_forum(self, native_id: str) -> bool:
        await asyncio.to_thread(self.forum.user_by_id, native_id)
        reason = reason_text(new_reference())
        await asyncio.to_thread(self.forum.suspend_account, native_id, OPEN_END, reason)
        seen: Any = await asyncio.to_thread(self.forum.user_by_id, native_id)
        return seen["suspended_till"] is not None

    async def _restrict_on_github(self, native_id: str) -> bool:
        github = self.github
        _, account = await asyncio.gather(
            asyncio.to_thread(github.blocks, 1), asyncio.to_thread(github.account, native_id)
        )
        login = str(account.body["login"])
        membership, teams = await asyncio.gather(
            asyncio.to_thread(github.membership, login), asyncio.to_thread(github.teams, 1)
        )
        slugs = [team["slug"] for team in teams.body]
        await asyncio.gather(*(asyncio.to_thread(github.team_membership, slug, login) for slug in slugs))
        if membership.status == 200:
            await asyncio.to_thread(github.remove, await self._login(native_id))
        await asyncio.to_thread(github.block, await self._login(native_id))
        page: Response = await asyncio.to_thread(github.blocks, 1)
        return native_id in {str(row["id"]) for row in page.body}

    async def _login(self, native_id: str) -> str:
        return str((await asyncio.to_thread(self.github.account, native_id)).body["login"])
