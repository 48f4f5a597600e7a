"""Reads the tables of the spaces: which keys each kind of space has, and what they are where the file is silent."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from guardian.ids import SpaceName
from guardian.settings.file import Table
from guardian.settings.values import (
    DiscordSettings,
    ForumSettings,
    GithubSettings,
    SpaceKind,
    SpaceSettings,
)
from guardian.spaces.registry import Mode

_OWN_GROUPS: Final = frozenset({"everyone", "admins", "moderators", "staff", *(f"trust_level_{i}" for i in range(5))})
_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")


def read_spaces(top: Table, folder: Path, faults: list[str]) -> tuple[SpaceSettings, ...]:
    """The spaces in the order of the file; what is wrong with them is added to the faults."""
    tables = {
        SpaceName(name): Table(f"spaces.{name}", body, folder, faults) for name, body in top.tables("spaces").items()
    }
    kinds = {name: _kind(table, name) for name, table in tables.items()}
    read = tuple(_space(table, name, kinds) for name, table in tables.items())
    for table in tables.values():
        table.end()
    if sum(1 for kind in kinds.values() if kind is SpaceKind.DISCORD) > 1:
        faults.append("spaces: one service speaks to one Discord server; run a second service for the second server")
    if not tables:
        faults.append("spaces: there is none; write at least one, as [spaces.discord]")
    return read


def _kind(table: Table, name: SpaceName) -> SpaceKind:
    """The kind of the space, which its name says where the file does not."""
    if not name or not set(name) <= _LETTERS:
        table.fault("", "the name of a space has small letters, digits, - and _ only")
    named = next((kind for kind in SpaceKind if kind.value == name), None)
    if named is None and not table.has("kind"):
        table.fault("kind", f"is missing; it is one of: {', '.join(SpaceKind)}")
    return table.choice("kind", SpaceKind, named or SpaceKind.DISCORD)


def _space(table: Table, name: SpaceName, kinds: Mapping[SpaceName, SpaceKind]) -> SpaceSettings:
    mode = table.choice("mode", Mode, Mode.OBSERVE)
    match kinds[name]:
        case SpaceKind.DISCORD:
            return _discord(table, name, mode, kinds)
        case SpaceKind.FORUM:
            return _forum(table, name, mode, kinds)
        case SpaceKind.GITHUB:
            return _github(table, name, mode)


def _discord(table: Table, name: SpaceName, mode: Mode, kinds: Mapping[SpaceName, SpaceKind]) -> DiscordSettings:
    client_id, secret = _sign_in(table)
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
        gateway_url=table.url("gateway_url", "", schemes=("wss", "ws")) or None,
        invite_url=table.url("invite_url", "") or None,
        patience=table.span("patience", timedelta(seconds=30)),
        oauth_client_id=client_id,
        oauth_client_secret=secret,
        oauth_url=table.url("oauth_url", "https://discord.com"),
        connections=tuple((str(kind), each) for each, kind in kinds.items() if kind is SpaceKind.GITHUB),
    )


def _sign_in(table: Table) -> tuple[str | None, str | None]:
    """The id and the secret by which people sign in on the pages; none where that is not set up."""
    client_id = table.text("oauth_client_id", "") or None
    return client_id, table.secret("oauth_client_secret", needed=client_id is not None)


def _forum(table: Table, name: SpaceName, mode: Mode, kinds: Mapping[SpaceName, SpaceKind]) -> ForumSettings:
    username = table.text("api_username", example="guardian")
    if any(letter.isspace() or letter in "/?#@" for letter in username):
        table.fault("api_username", f"'{username}' is not the name of an account as the forum writes it")
    return ForumSettings(
        name=name,
        mode=mode,
        call_ceiling=table.span("call_ceiling", timedelta(seconds=30)),
        url=table.url("url"),
        api_key=table.secret("api_key") or "",
        api_username=username,
        webhook_secret=table.secret("webhook_secret", needed=False),
        rate_per_minute=table.number("rate_per_minute", 45, least=1, whole=False),
        native_end=table.switch("native_end", default=False),
        providers=_providers(table, kinds),
        group=_group(table),
        inbox_every=table.span("inbox_every", timedelta(minutes=1), least=timedelta(seconds=1)),
    )


def _group(table: Table) -> str | None:
    """The group whose messages are reports. The forum's own groups get the messages of every flag, which are none."""
    group = table.text("group", "")
    if group.casefold() in _OWN_GROUPS:
        table.fault(
            "group", f"'{group}' is a group of the forum's own; make one for reports, with our account alone in it"
        )
    if any(letter.isspace() or letter in "/?#@" for letter in group):
        table.fault("group", f"'{group}' is not the name of a group as the forum writes it")
    return group or None


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
    organization = table.text("organization", example="example")
    if organization and not set(organization.casefold()) <= _LETTERS:
        table.fault("organization", f"'{organization}' is not the name of an organisation as it stands in its address")
    client_id, secret = _sign_in(table)
    return GithubSettings(
        name=name,
        mode=mode,
        call_ceiling=table.span("call_ceiling", timedelta(seconds=30)),
        organization=organization,
        app_id=int(table.number("app_id", least=1)),
        installation_id=int(table.number("installation_id", least=1)),
        private_key=table.secret("private_key") or "",
        api_url=table.url("api_url", "https://api.github.com"),
        webhook_secret=table.secret("webhook_secret", needed=False),
        rate_per_minute=table.number("rate_per_minute", 600, least=1, whole=False),
        inbox_every=table.span("inbox_every", timedelta(minutes=10), least=timedelta(seconds=1)),
        delete_mentions=table.switch("delete_mentions", default=True),
        oauth_client_id=client_id,
        oauth_client_secret=secret,
        oauth_url=table.url("oauth_url", "https://github.com"),
    )
