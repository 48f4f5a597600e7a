"""The emulated platforms and mail server with the seeded community in them, on one clock. Knows nothing of the service.

Read `open_world` first.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectors.emulators.discord.server import DiscordEmulator
from connectors.emulators.discord.state import DiscordState
from connectors.emulators.forum.server import ForumEmulator
from connectors.emulators.github.server import GithubEmulator
from connectors.emulators.github.state import GithubState
from connectors.emulators.mail.server import MailEmulator
from connectors.emulators.shared.faults import Fault, FaultKind
from connectors.emulators.shared.server import EmulatedServer
from guardian.ids import SpaceName
from guardian.sandbox.community import DISCORD, FORUM, GITHUB, SPACES, Community, Human, seed_community

FORUM_WEBHOOK_SECRET: Final = "the sandbox's own secret for forum events"
GROUP_ADDRESS: Final = "conduct@orchard.example"
GROUP_MAIL_PASSWORD: Final = "the sandbox's own password for the group's mailbox"
BUDGET_SCALE: Final = 60.0
"""Rate budgets of the emulators and of the service in driven stories: days pass in seconds there."""

Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class World:
    """The running emulators and everybody who lives there."""

    discord: DiscordEmulator
    forum: ForumEmulator
    github: GithubEmulator
    community: Community
    now: Now
    mail: MailEmulator

    def emulator(self, space: SpaceName) -> EmulatedServer[Any]:
        """Return the platform behind the space."""
        found: dict[SpaceName, EmulatedServer[Any]] = {DISCORD: self.discord, FORUM: self.forum, GITHUB: self.github}
        return found[space]

    def __getitem__(self, key: str) -> Human:
        return self.community[key]

    def is_shut_out(self, human: Human, space: SpaceName, at: datetime) -> bool:
        """Return whether the platform kept them out at that instant."""
        queries = {DISCORD: self.discord.was_banned, FORUM: self.forum.was_suspended, GITHUB: self.github.was_shut_out}
        return queries[space](human.accounts[space], at)

    def spaces_shut_out_of(self, human: Human) -> tuple[SpaceName, ...]:
        """Return the spaces that keep them out at this moment."""
        return tuple(space for space in SPACES if self.is_shut_out(human, space, self.now()))

    def set_fault(self, space: SpaceName, kind: FaultKind, operation: str = "*", **facts: Any) -> None:
        """Make the platform misbehave from now on."""
        self.emulator(space).set_fault(Fault(kind=kind, operation=operation, **facts))

    def clear_faults(self, space: SpaceName) -> None:
        """Make the platform behave again."""
        self.emulator(space).faults.clear()

    def exchange_count(self) -> int:
        """Return how much has been asked of the platforms, and changed there: grows while anything goes on."""
        platforms = sum(len(e.history.exchanges) + len(e.history.changes) for e in map(self.emulator, SPACES))
        return platforms + self.mail.activity()

    def connect_webhooks(self, url: str) -> None:
        """Have the forum and GitHub tell the service at this address what happens there."""
        events = {"user_suspended", "user_unsuspended", "reviewable_created", "reviewable_updated"}
        self.forum.webhook_sender.webhooks.clear()
        self.github.webhook_sender.webhooks.clear()
        self.forum.add_webhook(f"{url}/hooks/{FORUM}", FORUM_WEBHOOK_SECRET, events)
        self.github.add_webhook(f"{url}/hooks/{GITHUB}")
        self.github.oauth.callbacks[:] = [f"{url}/sign-in/{GITHUB}"]
        self.discord.oauth.redirects[:] = [f"{url}/sign-in/{DISCORD}/back"]

    async def wait_for_deliveries(self) -> None:
        """Wait until no event is on its way to the service any more."""
        await self.forum.webhook_sender.wait_until_idle()
        await self.github.webhook_sender.wait_until_idle()


@asynccontextmanager
async def open_world(now: Now, *, scale: float = BUDGET_SCALE, seed: int = 0) -> AsyncIterator[World]:
    """Start the platforms on loopback, with the community in them; they stop afterwards."""
    started_at = now()
    discord = DiscordEmulator(
        DiscordState(begun=started_at, guild_name="Orchard"),
        now=now,
        seed=seed,
        budget_scale=scale,
        answer_window_s=30.0,
    )
    forum = ForumEmulator(now=now, seed=seed, budget_scale=scale)
    state = GithubState(organization="orchard")
    key = await asyncio.to_thread(_private_key)
    github = GithubEmulator(state, now=now, seed=seed, budget_scale=scale, private_key_pem=key)
    async with AsyncExitStack() as stack:
        mail = MailEmulator(now=now, signs_for=GROUP_ADDRESS.rpartition("@")[2], seed=seed)
        for emulator in (discord, forum, github, mail):
            await emulator.start()
            stack.push_async_callback(emulator.stop)
        community = seed_community(discord, forum, github, started_at)
        mail.add_account(GROUP_ADDRESS, GROUP_MAIL_PASSWORD)
        for human in community.people.values():
            mail.add_account(human.mail)
        yield World(discord=discord, forum=forum, github=github, community=community, now=now, mail=mail)


@cache
def _private_key() -> str:
    """The app's private key, made once a process: making one takes longer than some stories."""
    key = generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
