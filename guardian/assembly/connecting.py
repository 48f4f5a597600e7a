"""Connects the configured spaces. A connector that is not configured is never imported."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from guardian.clock import Clock
from guardian.desk.desk import Desk
from guardian.settings.models import HeartbeatSettings
from guardian.settings.spaces import DiscordSettings, ForumSettings, GithubSettings, SpaceSettings
from guardian.spaces.inbox import Inbox
from guardian.spaces.inlet import Inlet
from guardian.spaces.port import Finding, Space
from guardian.spaces.proof import AccountProof
from guardian.spaces.registry import Mode
from guardian.spaces.things import Things

Close = Callable[[], Awaitable[None]]


class Link(Protocol):
    """A space's standing connection, which may also carry people's commands."""

    async def start(self) -> None: ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Connected:
    """One space as its connector gives it: the port, and what else the space has. `inbox` reads for the desk that it is given."""

    space: Space
    mode: Mode
    link: Link | None = None
    inlet: Inlet | None = None
    close: Close | None = None
    things: Things | None = None
    inbox: Callable[[Desk], Inbox] | None = None
    proof: AccountProof | None = None


def take_commands(link: Link, desk: Desk) -> None:
    """Once the link starts, people's commands reach the desk, and it hears of what happens to accounts."""
    import_module("connectors.discord.intake").attach(link, desk)


def connect(settings: SpaceSettings, clock: Clock, budget_scale: float) -> Connected:
    """The space as its connector gives it; only that connector is imported. `budget_scale` multiplies its budget of calls."""
    match settings:
        case DiscordSettings():
            return _discord(settings, clock, budget_scale)
        case ForumSettings():
            return _forum(settings, clock, budget_scale)
        case GithubSettings():
            return _github(settings, clock, budget_scale)


def _discord(settings: DiscordSettings, clock: Clock, budget_scale: float) -> Connected:
    client, space = import_module("connectors.discord.client"), import_module("connectors.discord.space")
    config = client.DiscordConfig(
        name=settings.name,
        token=settings.token,
        guild_id=settings.guild_id,
        api_url=settings.api_url,
        gateway_url=settings.gateway_url,
        call_ceiling=settings.call_ceiling,
        invite_url=settings.invite_url,
        patience=settings.patience,
        calls_a_second=client.CALLS_A_SECOND * budget_scale,
    )
    link = client.DiscordLink(config)
    things = import_module("connectors.discord.things").DiscordThings(link)
    proof = _discord_proof(settings)
    return Connected(space.DiscordSpace(link, clock), settings.mode, link=link, things=things, proof=proof)


def _discord_proof(settings: DiscordSettings) -> AccountProof | None:
    """The way in which people show which account on Discord is theirs, where the application's sign-in is set up."""
    if settings.oauth_client_id is None or settings.oauth_client_secret is None:
        return None
    module = import_module("connectors.discord.sign_in")
    config = module.SignInConfig(
        name=settings.name,
        client_id=settings.oauth_client_id,
        client_secret=settings.oauth_client_secret,
        oauth_url=settings.oauth_url,
        api_url=settings.api_url,
        connections=settings.connections,
        call_ceiling=settings.call_ceiling,
    )
    proof: AccountProof = module.DiscordSignIn(config)
    return proof


def _forum(settings: ForumSettings, clock: Clock, budget_scale: float) -> Connected:
    client, room = import_module("connectors.forum.client"), import_module("connectors.forum.space")
    config = client.ForumConfig(
        name=settings.name,
        base_url=settings.url,
        api_key=settings.api_key,
        api_username=settings.api_username,
        call_ceiling=settings.call_ceiling,
        native_end=settings.native_end,
        webhook_secret=settings.webhook_secret,
        rate_per_minute=settings.rate_per_minute * budget_scale,
        providers=settings.providers,
        group=settings.group,
        inbox_every=settings.inbox_every,
    )
    space = room.ForumSpace(config, clock)
    things = import_module("connectors.forum.things").ForumThings(space.wire)

    def inbox(desk: Desk) -> Inbox:
        made: Inbox = import_module("connectors.forum.intake").ForumInbox(desk, space.wire, things)
        return made

    return Connected(
        space, settings.mode, inlet=_inlet("forum", settings), close=space.close, things=things, inbox=inbox
    )


def _github(settings: GithubSettings, clock: Clock, budget_scale: float) -> Connected:
    client, room = import_module("connectors.github.client"), import_module("connectors.github.space")
    config = client.GithubConfig(
        name=settings.name,
        organization=settings.organization,
        app_id=settings.app_id,
        private_key_pem=settings.private_key,
        installation_id=settings.installation_id,
        api_url=settings.api_url,
        call_ceiling=settings.call_ceiling,
        webhook_secret=settings.webhook_secret,
        rate_per_minute=settings.rate_per_minute * budget_scale,
        inbox_every=settings.inbox_every,
        delete_mentions=settings.delete_mentions,
    )
    space = room.GithubSpace(config, clock)
    intake, things = import_module("connectors.github.intake"), import_module("connectors.github.things")
    return Connected(
        space,
        settings.mode,
        inlet=_inlet("github", settings),
        close=space.close,
        things=things.GithubThings(space.wire),
        inbox=lambda desk: intake.GithubInbox(space.wire, desk),
        proof=_github_proof(settings),
    )


def _github_proof(settings: GithubSettings) -> AccountProof | None:
    """The way in which people show that an account on GitHub is theirs, where the App's sign-in is set up."""
    if settings.oauth_client_id is None or settings.oauth_client_secret is None:
        return None
    module = import_module("connectors.github.sign_in")
    config = module.SignInConfig(
        name=settings.name,
        client_id=settings.oauth_client_id,
        client_secret=settings.oauth_client_secret,
        oauth_url=settings.oauth_url,
        api_url=settings.api_url,
        call_ceiling=settings.call_ceiling,
    )
    proof: AccountProof = module.GithubSignIn(config)
    return proof


def _inlet(kind: str, settings: ForumSettings | GithubSettings) -> Inlet | None:
    if settings.webhook_secret is None:
        return None
    module = import_module(f"connectors.{kind}.inlet")
    made = module.ForumInlet if kind == "forum" else module.GithubInlet
    inlet: Inlet = made(settings.name, settings.webhook_secret)
    return inlet


class Pulse(Protocol):
    """A sign of life to an address outside."""

    async def beat(self) -> bool: ...

    async def check(self) -> Finding: ...


def pulse_of(settings: HeartbeatSettings) -> Pulse:
    """The sign of life that is expected outside."""
    pulse: Pulse = import_module("connectors.heartbeat").Heartbeat(settings.url, settings.call_ceiling)
    return pulse
