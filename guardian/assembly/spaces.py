"""Connects the configured spaces. A connector that is not configured is never imported. Read `connect` first."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from guardian.clock import Clock
from guardian.ids import ContactAddress
from guardian.services.context import AppContext
from guardian.settings.models import HeartbeatSettings
from guardian.settings.spaces import DiscordSettings, ForumSettings, GithubSettings, ManualSettings, SpaceSettings
from guardian.spaces.account_proof import AccountProof
from guardian.spaces.content import ContentPort
from guardian.spaces.inbox import Inbox
from guardian.spaces.pauses import PausePort
from guardian.spaces.port import Administrator, CheckResult, Space
from guardian.spaces.registry import Mode
from guardian.spaces.webhooks import WebhookVerifier

Close = Callable[[], Awaitable[None]]


class GatewayConnection(Protocol):
    """A space's standing connection, which may also carry people's commands."""

    @property
    def fault(self) -> str | None:
        """Why the connection is down, in words for people; None while it is up."""
        ...

    async def start(self) -> None:
        """Connect, and stay connected; Misconfigured where people have to mend something first."""
        ...

    async def open(self) -> None:
        """Connect and stay connected, and try again for good where that cannot be now."""
        ...

    async def close(self) -> None:
        """Close the connection."""
        ...


@dataclass(frozen=True, slots=True)
class ConnectedSpace:
    """One space as its connector gives it: the port, and what else the space has. `inbox` reads for a context.

    `attach` gives a space the service, where it keeps there what it asks of people.
    """

    space: Space
    mode: Mode
    gateway: GatewayConnection | None = None
    webhook_verifier: WebhookVerifier | None = None
    close: Close | None = None
    content: ContentPort | None = None
    inbox: Callable[[AppContext], Inbox] | None = None
    attach: Callable[[AppContext], None] | None = None
    proof: AccountProof | None = None
    pauses: PausePort | None = None


def attach_commands(gateway: GatewayConnection, app: AppContext) -> None:
    """Let people's commands reach the services once the connection starts, and what happens to accounts too."""
    import_module("connectors.discord.intake").attach(gateway, app)


def connect(settings: SpaceSettings, clock: Clock, budget_scale: float) -> ConnectedSpace:
    """Connect the space by its connector, which alone is imported. `budget_scale` multiplies its budget of calls."""
    match settings:
        case DiscordSettings():
            return _discord(settings, clock, budget_scale)
        case ForumSettings():
            return _forum(settings, clock, budget_scale)
        case GithubSettings():
            return _github(settings, clock, budget_scale)
        case ManualSettings():
            return _manual(settings)


def _discord(settings: DiscordSettings, clock: Clock, budget_scale: float) -> ConnectedSpace:
    client, space = import_module("connectors.discord.client"), import_module("connectors.discord.space")
    configs = import_module("connectors.discord.config")
    config = configs.DiscordConfig(
        name=settings.name,
        token=settings.token,
        guild_id=settings.guild_id,
        api_url=settings.api_url,
        gateway_url=settings.gateway_url,
        call_ceiling=settings.call_ceiling,
        invite_url=settings.invite_url,
        patience=settings.patience,
        calls_a_second=configs.CALLS_A_SECOND * budget_scale,
    )
    gateway = client.DiscordConnection(config)
    content = import_module("connectors.discord.content").DiscordContent(gateway)
    return ConnectedSpace(
        space=space.DiscordSpace(gateway, clock),
        mode=settings.mode,
        gateway=gateway,
        content=content,
        proof=_discord_proof(settings),
        pauses=import_module("connectors.discord.pauses").DiscordPauses(gateway, clock),
    )


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


def _forum(settings: ForumSettings, clock: Clock, budget_scale: float) -> ConnectedSpace:
    client, space_module = import_module("connectors.forum.client"), import_module("connectors.forum.space")
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
    space = space_module.ForumSpace(config, clock)
    content = import_module("connectors.forum.content").ForumContent(space.connection)

    def inbox(app: AppContext) -> Inbox:
        made: Inbox = import_module("connectors.forum.intake").ForumInbox(app, space.connection, content)
        return made

    return ConnectedSpace(
        space=space,
        mode=settings.mode,
        webhook_verifier=_webhook_verifier("forum", settings),
        close=space.close,
        content=content,
        inbox=inbox,
        proof=_forum_proof(settings),
        pauses=import_module("connectors.forum.pauses").ForumPauses(space.connection),
    )


def _forum_proof(settings: ForumSettings) -> AccountProof | None:
    """The way in which people show that an account in the forum is theirs, where it shares a secret with us for that."""
    if settings.connect_secret is None:
        return None
    module = import_module("connectors.forum.sign_in")
    config = module.SignInConfig(name=settings.name, base_url=settings.url, secret=settings.connect_secret)
    proof: AccountProof = module.ForumSignIn(config)
    return proof


def _github(settings: GithubSettings, clock: Clock, budget_scale: float) -> ConnectedSpace:
    client, space_module = import_module("connectors.github.client"), import_module("connectors.github.space")
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
    space = space_module.GithubSpace(config, clock)
    intake, content_module = import_module("connectors.github.intake"), import_module("connectors.github.content")
    return ConnectedSpace(
        space=space,
        mode=settings.mode,
        webhook_verifier=_webhook_verifier("github", settings),
        close=space.close,
        content=content_module.GithubContent(space.connection),
        inbox=lambda app: intake.GithubInbox(space.connection, app),
        proof=_github_proof(settings),
        pauses=import_module("connectors.github.pauses").GithubPauses(space.connection, clock),
    )


def _manual(settings: ManualSettings) -> ConnectedSpace:
    named = tuple(Administrator(name, ContactAddress(address)) for name, address in settings.named_people())
    space = import_module("connectors.manual.space").ManualSpace(settings.name, named)
    pauses = import_module("connectors.manual.pauses").ManualPauses()

    def attach(app: AppContext) -> None:
        space.attach(app)
        pauses.attach(app)

    return ConnectedSpace(space=space, mode=settings.mode, attach=attach, pauses=pauses)


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


def _webhook_verifier(kind: str, settings: ForumSettings | GithubSettings) -> WebhookVerifier | None:
    if settings.webhook_secret is None:
        return None
    module = import_module(f"connectors.{kind}.webhooks")
    verifier_class = module.ForumWebhookVerifier if kind == "forum" else module.GithubWebhookVerifier
    verifier: WebhookVerifier = verifier_class(settings.name, settings.webhook_secret)
    return verifier


class Heartbeat(Protocol):
    """A sign of life to an address outside."""

    async def send(self) -> bool:
        """Send the sign of life."""
        ...

    async def check(self) -> CheckResult:
        """Check that the address takes it."""
        ...


def connect_heartbeat(settings: HeartbeatSettings) -> Heartbeat:
    """Connect the sign of life that is expected outside."""
    heartbeat: Heartbeat = import_module("connectors.heartbeat").Heartbeat(settings.url, settings.call_ceiling)
    return heartbeat
