"""The configuration of one installation, read from its TOML file into frozen values. The environment names paths only.

Every fault is named at once, in the file's own terms, with its remedy. What policy says stands in the policy file.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

from guardian.errors import Misconfigured
from guardian.ids import SpaceName
from guardian.policy_file import read_policy
from guardian.presets import preset, preset_names
from guardian.settings_file import Table
from guardian.spaces.registry import Mode
from rules.policy import Policy

CONFIG_VARIABLE: Final = "GUARDIAN_CONFIG"
DATA_VARIABLE: Final = "GUARDIAN_DATA"
RING_VARIABLE: Final = "GUARDIAN_KEY_RING"
MASTER_VARIABLE: Final = "GUARDIAN_MASTER_KEY"
USUAL_FILE: Final = Path("guardian.toml")
_DEFAULT_LISTEN: Final = "127.0.0.1:8420"
_SPACE_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")


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


def config_path(environment: Mapping[str, str], given: Path | None = None) -> Path:
    """Which configuration file is meant: the one given, the environment's, or guardian.toml in this folder."""
    return given or Path(environment.get(CONFIG_VARIABLE) or USUAL_FILE)


def read_settings(path: Path, environment: Mapping[str, str]) -> Settings:
    """The settings of the file; Misconfigured names every fault at once."""
    body = _toml(path)
    faults: list[str] = []
    folder = path.resolve().parent
    top = Table("", body, folder, faults)
    service = Table("service", top.tables("service"), folder, faults)
    keys = Table("keys", top.tables("keys"), folder, faults)
    data = service.path("data", Path("data"), instead=environment.get(DATA_VARIABLE))
    host, port = _listen(service)
    policy_name, policy = _policy(service)
    settings = Settings(
        path=path.resolve(),
        community=service.text("community", example="Example community"),
        base_url=_base_url(service, host),
        host=host,
        port=port,
        data=data,
        database=_database(service, data),
        ring=keys.path("ring", data / "keys.ring", instead=environment.get(RING_VARIABLE)),
        master=keys.path("master", data / "master.key", instead=environment.get(MASTER_VARIABLE)),
        policy=policy,
        policy_name=policy_name,
        log_form=service.choice("log", LogForm, LogForm.TEXT),
        spaces=_spaces(top, folder, faults),
        mail=_mail(Table("mail", top.tables("mail"), folder, faults)) if top.has("mail") else None,
        reconciler=_reconciler(Table("reconciler", top.tables("reconciler"), folder, faults)),
    )
    for table in (service, keys, top):
        table.end()
    if faults:
        raise Misconfigured(faults)
    return settings


def read_modes(path: Path) -> Mapping[SpaceName, Mode]:
    """The mode of each space as the file says it now; Misconfigured where it cannot be read."""
    faults: list[str] = []
    top = Table("", _toml(path), path.resolve().parent, faults)
    modes = {
        SpaceName(name): Table(f"spaces.{name}", body, top.folder, faults).choice("mode", Mode, Mode.OBSERVE)
        for name, body in top.tables("spaces").items()
    }
    if faults:
        raise Misconfigured(faults)
    return modes


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        remedy = f"Run guardian setup, or name another with --config or {CONFIG_VARIABLE}."
        raise Misconfigured([f"The configuration file {path} cannot be read: {error.strerror}. {remedy}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured([f"The configuration file {path} is not valid TOML: {error}."]) from error


def _listen(table: Table) -> tuple[str, int]:
    """The address and port; port 0 is any free one."""
    listen = table.text("listen", _DEFAULT_LISTEN)
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        table.fault("listen", f"'{listen}' is not an address with a port; write it as \"{_DEFAULT_LISTEN}\"")
        return "127.0.0.1", 0
    return host.strip("[]"), int(port)


def _base_url(table: Table, host: str) -> str | None:
    if table.has("base_url"):
        return table.url("base_url")
    table.text("base_url", "-")
    if not _is_loopback(host):
        sentence = 'is missing; write the address under which people reach the pages, as base_url = "https://…"'
        table.fault("base_url", sentence)
    return None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _database(table: Table, data: Path) -> str:
    """The database's address; one with a password in it comes from a secret file."""
    hidden = table.secret("database_address", needed=False)
    usual = f"sqlite:///{data / 'guardian.sqlite'}"
    address = table.text("database", usual, example=usual)
    if table.has("database") and table.has("database_address_file"):
        table.fault("database", "stands beside database_address_file; keep one of the two")
    if "@" in address and ":" in address.split("://")[-1].split("@")[0]:
        table.fault("database", "holds a password; write the whole address to a file and set database_address_file")
    return hidden or address


def _policy(table: Table) -> tuple[str, Policy]:
    """A preset by its name, or a file by its path; the file's own faults stand among the others."""
    name = table.text("policy", "django")
    fallback = read_policy(preset("django"))
    try:
        if name in preset_names():
            return name, read_policy(preset(name))
        path = table.folder / Path(name).expanduser()
        return str(path), read_policy(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        known = ", ".join(preset_names())
        table.fault("policy", f"'{name}' is neither a preset ({known}) nor a policy file that can be read")
    except Misconfigured as error:
        for fault in error.faults:
            table.fault("policy", f"in {name}: {fault}")
    return name, fallback


def _spaces(top: Table, folder: Path, faults: list[str]) -> tuple[SpaceSettings, ...]:
    tables = [Table(f"spaces.{name}", body, folder, faults) for name, body in top.tables("spaces").items()]
    names = [SpaceName(table.where.removeprefix("spaces.")) for table in tables]
    for table, name in zip(tables, names, strict=True):
        if not name or not set(name) <= _SPACE_LETTERS:
            table.fault("", "the name of a space has small letters, digits, - and _ only")
    kinds = {
        name: table.choice("kind", SpaceKind, SpaceKind(name) if name in SpaceKind else SpaceKind.DISCORD)
        for name, table in zip(names, tables, strict=True)
    }
    for name, table in zip(names, tables, strict=True):
        if not table.has("kind") and name not in SpaceKind:
            table.fault("kind", f"is missing; it is one of: {', '.join(SpaceKind)}")
    read = tuple(_space(table, name, kinds) for name, table in zip(names, tables, strict=True))
    for table in tables:
        table.end()
    if sum(1 for kind in kinds.values() if kind is SpaceKind.DISCORD) > 1:
        faults.append("spaces: one service speaks to one Discord server; run a second service for the second server")
    if not tables:
        faults.append("spaces: there is none; write at least one, as [spaces.discord]")
    return read


def _space(table: Table, name: SpaceName, kinds: Mapping[SpaceName, SpaceKind]) -> SpaceSettings:
    mode = table.choice("mode", Mode, Mode.OBSERVE)
    match kinds[name]:
        case SpaceKind.DISCORD:
            return _discord(table, name, mode)
        case SpaceKind.FORUM:
            return _forum(table, name, mode, kinds)
        case SpaceKind.GITHUB:
            return _github(table, name, mode)


def _discord(table: Table, name: SpaceName, mode: Mode) -> DiscordSettings:
    guild = table.text("guild_id", example="123456789012345678")
    if guild and not guild.isdecimal():
        table.fault("guild_id", f"'{guild}' is not a server's id, which has digits only")
    return DiscordSettings(
        name=name,
        mode=mode,
        call_ceiling=table.span("call_ceiling", timedelta(seconds=20)),
        token=table.secret("token") or "",
        guild_id=guild,
        api_url=table.url("api_url", "https://discord.com/api/v10"),
        gateway_url=_maybe(table.url("gateway_url", "", schemes=("wss", "ws"))),
        invite_url=_maybe(table.url("invite_url", "")),
        patience=table.span("patience", timedelta(seconds=30)),
    )


def _forum(table: Table, name: SpaceName, mode: Mode, kinds: Mapping[SpaceName, SpaceKind]) -> ForumSettings:
    return ForumSettings(
        name=name,
        mode=mode,
        call_ceiling=table.span("call_ceiling", timedelta(seconds=30)),
        url=table.url("url"),
        api_key=table.secret("api_key") or "",
        api_username=table.text("api_username", example="guardian"),
        webhook_secret=table.secret("webhook_secret", needed=False),
        rate_per_minute=table.number("rate_per_minute", 45, least=1, whole=False),
        native_end=table.switch("native_end", default=False),
        providers=_providers(table, kinds),
    )


def _providers(table: Table, kinds: Mapping[SpaceName, SpaceKind]) -> tuple[tuple[str, SpaceName], ...]:
    """Where the file is silent, a provider of the name of a space's kind stands for that space."""
    usual = [(str(kind), name) for name, kind in kinds.items() if kind is not SpaceKind.FORUM]
    if not table.has("providers"):
        table.tables("providers")
        return tuple(usual)
    for provider, space in table.tables("providers").items():
        if space not in kinds:
            table.fault(f"providers.{provider}", f"there is no space '{space}' in this file")
    return tuple((provider, SpaceName(str(space))) for provider, space in table.tables("providers").items())


def _github(table: Table, name: SpaceName, mode: Mode) -> GithubSettings:
    return GithubSettings(
        name=name,
        mode=mode,
        call_ceiling=table.span("call_ceiling", timedelta(seconds=30)),
        organization=table.text("organization", example="example"),
        app_id=int(table.number("app_id", least=1)),
        installation_id=int(table.number("installation_id", least=1)),
        private_key=table.secret("private_key") or "",
        api_url=table.url("api_url", "https://api.github.com"),
        webhook_secret=table.secret("webhook_secret", needed=False),
        rate_per_minute=table.number("rate_per_minute", 600, least=1, whole=False),
    )


def _mail(table: Table) -> MailSettings:
    settings = MailSettings(
        host=table.text("host", example="mail.example.org"),
        port=int(table.number("port", 587, least=1)),
        sender=table.text("sender", example="conduct@example.org"),
        username=_maybe(table.text("username", "")),
        password=table.secret("password", needed=False),
        tls=table.choice("tls", MailTls, MailTls.STARTTLS),
        ca_file=table.path("ca_file") if table.has("ca_file") else None,
        call_ceiling=table.span("call_ceiling", timedelta(seconds=30)),
    )
    if not settings.ca_file:
        table.text("ca_file", "-")
    elif not settings.ca_file.is_file():
        table.fault("ca_file", f"{settings.ca_file} is not there")
    table.end()
    return settings


def _reconciler(table: Table) -> ReconcilerSettings:
    settings = ReconcilerSettings(
        retry_least=table.span("retry_least", timedelta(seconds=5)),
        retry_share=table.number("retry_share", 0.25, least=0.01, whole=False),
        retry_most=table.span("retry_most", timedelta(minutes=15)),
        tell_after=table.span("tell_after", timedelta(minutes=10)),
        braked=table.span("braked", timedelta(minutes=5)),
        sweep_every=table.span("sweep_every", timedelta(minutes=15), least=timedelta(seconds=1)),
        people_at_once=int(table.number("people_at_once", 16, least=1)),
    )
    if settings.retry_least > settings.retry_most:
        table.fault("retry_least", "is more than retry_most")
    table.end()
    return settings


def _maybe(text: str) -> str | None:
    return text or None
