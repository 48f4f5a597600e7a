"""The configuration of one installation as frozen values. Secrets are in them, so they are never shown or logged."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from guardian.ids import SpaceName
from guardian.spaces.registry import Mode
from rules.policy import Policy


class SpaceKind(StrEnum):
    """The kinds of space that there is a connector for."""

    DISCORD = "discord"
    FORUM = "forum"
    GITHUB = "github"


class MailTls(StrEnum):
    """How the connection to the mail server is protected."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class LogForm(StrEnum):
    """Who reads the log: people, or a program."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class DiscordSettings:
    """A Discord server and our bot there."""

    name: SpaceName
    mode: Mode
    call_ceiling: timedelta
    token: str = field(repr=False)
    guild_id: str
    api_url: str
    gateway_url: str | None
    invite_url: str | None
    patience: timedelta


@dataclass(frozen=True, slots=True)
class ForumSettings:
    """A Discourse forum and our key there. `providers`: which space a login provider of the forum stands for."""

    name: SpaceName
    mode: Mode
    call_ceiling: timedelta
    url: str
    api_key: str = field(repr=False)
    api_username: str
    webhook_secret: str | None = field(repr=False)
    rate_per_minute: float
    native_end: bool
    providers: tuple[tuple[str, SpaceName], ...]


@dataclass(frozen=True, slots=True)
class GithubSettings:
    """A GitHub organisation and our App there."""

    name: SpaceName
    mode: Mode
    call_ceiling: timedelta
    organization: str
    app_id: int
    installation_id: int
    private_key: str = field(repr=False)
    api_url: str
    webhook_secret: str | None = field(repr=False)
    rate_per_minute: float


SpaceSettings = DiscordSettings | ForumSettings | GithubSettings


@dataclass(frozen=True, slots=True)
class MailSettings:
    """The mail server that takes our mail."""

    host: str
    port: int
    sender: str
    username: str | None
    password: str | None = field(repr=False)
    tls: MailTls
    ca_file: Path | None
    call_ceiling: timedelta


@dataclass(frozen=True, slots=True)
class HeartbeatSettings:
    """An address outside that expects to hear from us: its silence is the alarm. The address itself is a secret."""

    url: str = field(repr=False)
    every: timedelta
    call_ceiling: timedelta


@dataclass(frozen=True, slots=True)
class ReconcilerSettings:
    """How soon a failed key is tried again, when people hear of it, and how often a space is read as a whole."""

    retry_least: timedelta
    retry_share: float
    retry_most: timedelta
    tell_after: timedelta
    braked: timedelta
    sweep_every: timedelta
    people_at_once: int


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that this installation is told. `base_url` None: the listening address itself, on loopback only."""

    path: Path
    community: str
    base_url: str | None
    host: str
    port: int
    data: Path
    database: str = field(repr=False)
    ring: Path
    master: Path
    policy: Policy
    policy_name: str
    log_form: LogForm
    spaces: tuple[SpaceSettings, ...]
    mail: MailSettings | None
    reconciler: ReconcilerSettings
    heartbeat: HeartbeatSettings | None = None
