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


class InboxKind(StrEnum):
    """How the group's mail comes in: it is fetched, or handed to us by a mail server."""

    IMAP = "imap"
    LMTP = "lmtp"
    SMTP = "smtp"


class LogForm(StrEnum):
    """Who reads the log: people, or a program."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class DiscordSettings:
    """A Discord server and our bot there. Without `oauth_client_id` nobody can sign in with Discord on the pages.

    `connections`: which space a kind of account that people connect on Discord stands for.
    """

    name: SpaceName
    mode: Mode
    call_ceiling: timedelta
    token: str = field(repr=False)
    guild_id: str
    api_url: str
    gateway_url: str | None
    invite_url: str | None
    patience: timedelta
    oauth_client_id: str | None
    oauth_client_secret: str | None = field(repr=False)
    oauth_url: str
    connections: tuple[tuple[str, SpaceName], ...]


@dataclass(frozen=True, slots=True)
class ForumSettings:
    """A Discourse forum and our key there. `providers`: which space a login provider of the forum stands for.

    `group`: whose messages are read beside those to our own account.
    """

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
    group: str | None
    inbox_every: timedelta


@dataclass(frozen=True, slots=True)
class GithubSettings:
    """A GitHub organisation and our App there. Without `oauth_client_id` nobody can sign in with GitHub on the pages."""

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
    inbox_every: timedelta
    delete_mentions: bool
    oauth_client_id: str | None
    oauth_client_secret: str | None = field(repr=False)
    oauth_url: str


SpaceSettings = DiscordSettings | ForumSettings | GithubSettings


@dataclass(frozen=True, slots=True)
class InboxSettings:
    """Where the group's own mail comes in: a mailbox that we read, or a door of ours that our mail server delivers to.

    `authserv_id`: the name under which that server says whom it has recognised; None: nobody is. `answer_unproved`: an
    address that nothing vouches for is answered as well.
    """

    kind: InboxKind
    address: str
    authserv_id: str | None
    answer_unproved: bool
    every: timedelta
    host: str
    port: int
    tls: MailTls
    ca_file: Path | None
    username: str
    password: str = field(repr=False)
    folder: str
    done_folder: str
    aside_folder: str
    call_ceiling: timedelta
    listen_host: str
    listen_port: int


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
    inbox: InboxSettings | None = None


@dataclass(frozen=True, slots=True)
class HeartbeatSettings:
    """An address outside that expects to hear from us: its silence is the alarm. The address itself is a secret."""

    url: str = field(repr=False)
    every: timedelta
    call_ceiling: timedelta


@dataclass(frozen=True, slots=True)
class ReconcilerSettings:
    """How soon a failed key is tried again, when people hear of it, and how often a space is read as a whole.

    `relink_every`: how often the spaces that vouch for accounts elsewhere are asked again.
    """

    retry_least: timedelta
    retry_share: float
    retry_most: timedelta
    tell_after: timedelta
    braked: timedelta
    sweep_every: timedelta
    relink_every: timedelta
    people_at_once: int


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that this installation is told. `base_url` None: the listening address itself, on loopback only.

    `largest_file` is in bytes. `reports_an_hour` are taken on the page from all who did not sign in, and
    `reports_an_hour_of_one` from one network address or account; more stay in the form, to be sent later.
    """

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
    largest_file: int
    spaces: tuple[SpaceSettings, ...]
    mail: MailSettings | None
    reconciler: ReconcilerSettings
    heartbeat: HeartbeatSettings | None = None
    reports_an_hour: int = 300
    reports_an_hour_of_one: int = 20
