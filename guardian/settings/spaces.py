"""The spaces of the file: which keys each kind of space has, and what they are where the file is silent.

Read `read_spaces` first.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, StrictBool, ValidationInfo
from pydantic_core import PydanticKnownError

from guardian.ids import SpaceName
from guardian.settings.toml_table import (
    GIVEN,
    Count,
    Duration,
    Rate,
    Seconds,
    Secret,
    TableReader,
    Text,
    Texts,
    Url,
    address,
    matching,
)
from guardian.spaces.registry import Mode

_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")
_GUILD: Final = matching(r"\d+", "is not a server's id, which has digits only")
_ORGANIZATION: Final = matching(r"(?i)[a-z0-9_-]+", "is not the name of an organisation as it stands in its address")
_USERNAME: Final = matching(r"[^\s/?#@]+", "is not the name of an account as the forum writes it")
_GROUP: Final = matching(r"[^\s/?#@]+", "is not the name of a group as the forum writes it")
_NOT_AUTOMATIC: Final = matching(
    r"(?i)(?!(everyone|admins|moderators|staff|trust_level_[0-4])$).*",
    "is a group of the forum's own; make one for reports, with our account alone in it",
)
"""The forum's own groups get the messages of every flag, which are no reports."""


class SpaceKind(StrEnum):
    """The kinds of space that there is a connector for."""

    DISCORD = "discord"
    FORUM = "forum"
    GITHUB = "github"
    MANUAL = "manual"


_NAMED_PERSON: Final = re.compile(r'(?P<name>[^<>"]*[^<>"\s]) *<(?P<address>[^<>",;:()\s@]+@[^<>",;:()\s@]+)>')


def _named_people(given: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [each for each in given if not _NAMED_PERSON.fullmatch(each)]
    if wrong or not given:
        said = f"'{wrong[0]}' is not" if wrong else "names nobody; it takes"
        raise ValueError(f"{said} a name and a mail address, such as Ana Silva <ana@example.org>")
    return given


def _with_client_id(secret: str | None, info: ValidationInfo) -> str | None:
    if secret is None and info.data.get("oauth_client_id"):
        raise PydanticKnownError("missing")
    return secret


WebhookSecret = Annotated[Secret | None, Field(alias="webhook_secret_file")]
ClientSecret = Annotated[
    Secret | None, AfterValidator(_with_client_id), Field(alias="oauth_client_secret_file", validate_default=True)
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordSettings:
    """A Discord server and our bot there. Without `oauth_client_id` nobody can sign in with Discord on the pages.

    `connections`: which space a kind of account that people connect on Discord stands for.
    """

    name: Annotated[SpaceName, GIVEN]
    mode: Mode = Mode.OBSERVE
    call_ceiling: Duration = timedelta(seconds=20)
    token: Annotated[Secret, Field(alias="token_file")] = field(repr=False)
    guild_id: Annotated[Text, _GUILD, Field(examples=["123456789012345678"])]
    api_url: Url = "https://discord.com/api/v10"
    gateway_url: Annotated[Text, address("wss", "ws")] | None = None
    invite_url: Url | None = None
    patience: Duration = timedelta(seconds=30)
    oauth_client_id: Text | None = None
    oauth_client_secret: ClientSecret = field(default=None, repr=False)
    oauth_url: Url = "https://discord.com"
    connections: Annotated[tuple[tuple[str, SpaceName], ...], GIVEN]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumSettings:
    """A Discourse forum and our key there. `providers`: which space a login provider of the forum stands for.

    `group`: whose messages are read beside those to our own account. Without `connect_secret` nobody can sign in with the
    forum on the pages.
    """

    name: Annotated[SpaceName, GIVEN]
    mode: Mode = Mode.OBSERVE
    call_ceiling: Duration = timedelta(seconds=30)
    url: Url
    api_key: Annotated[Secret, Field(alias="api_key_file")] = field(repr=False)
    api_username: Annotated[Text, _USERNAME, Field(examples=["guardian"])]
    webhook_secret: WebhookSecret = field(default=None, repr=False)
    rate_per_minute: Rate = 45
    native_end: StrictBool = False
    providers: tuple[tuple[str, SpaceName], ...]
    group: Annotated[Text, _GROUP, _NOT_AUTOMATIC] | None = None
    inbox_every: Seconds = timedelta(minutes=1)
    connect_secret: Annotated[Secret | None, Field(alias="connect_secret_file")] = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GithubSettings:
    """A GitHub organisation and our App there. Without `oauth_client_id` nobody can sign in with GitHub on the pages."""

    name: Annotated[SpaceName, GIVEN]
    mode: Mode = Mode.OBSERVE
    call_ceiling: Duration = timedelta(seconds=30)
    organization: Annotated[Text, _ORGANIZATION, Field(examples=["example"])]
    app_id: Count
    installation_id: Count
    private_key: Annotated[Secret, Field(alias="private_key_file")] = field(repr=False)
    api_url: Url = "https://api.github.com"
    webhook_secret: WebhookSecret = field(default=None, repr=False)
    rate_per_minute: Rate = 600
    inbox_every: Seconds = timedelta(minutes=10)
    delete_mentions: StrictBool = True
    oauth_client_id: Text | None = None
    oauth_client_secret: ClientSecret = field(default=None, repr=False)
    oauth_url: Url = "https://github.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualSettings:
    """A space without a connector: `administrators` do there by hand what is asked, in this order.

    Each is a name and a mail address, as `Ana Silva <ana@example.org>`.
    """

    name: Annotated[SpaceName, GIVEN]
    mode: Mode = Mode.OBSERVE
    administrators: Annotated[Texts, AfterValidator(_named_people), Field(examples=[["Ana Silva <ana@example.org>"]])]

    def named_people(self) -> tuple[tuple[str, str], ...]:
        """Return the name and the mail address of each, in their order."""
        found = (_NAMED_PERSON.fullmatch(each) for each in self.administrators)
        return tuple((each["name"], each["address"]) for each in found if each is not None)


SpaceSettings = DiscordSettings | ForumSettings | GithubSettings | ManualSettings


def read_spaces(reader: TableReader, tables: Mapping[str, Any], *, has_mail: bool = False) -> tuple[SpaceSettings, ...]:
    """Read the spaces in the order of the file, as far as nothing is wrong with them; without mail there must be one."""
    kinds = {SpaceName(name): _kind(reader, name, body) for name, body in tables.items()}
    for name, kind in kinds.items():
        if kind is SpaceKind.MANUAL and not has_mail:
            reader.fault(f"spaces.{name}", "", "people are asked by mail there; write a [mail] section")
    if sum(1 for kind in kinds.values() if kind is SpaceKind.DISCORD) > 1:
        reader.fault(
            "spaces", "", "one service speaks to one Discord server; run a second service for the second server"
        )
    if not tables and not has_mail:
        reader.fault("spaces", "", "there is none; write at least one, as [spaces.discord], or a [mail] section")
    read = [_space(reader, SpaceName(name), body, kinds) for name, body in tables.items()]
    return tuple(each for each in read if each is not None)


def _kind(reader: TableReader, name: str, body: object) -> SpaceKind:
    """The kind of the space, which its name says where the file does not."""
    place = f"spaces.{name}"
    if not name or not set(name) <= _LETTERS:
        reader.fault(place, "", "the name of a space has small letters, digits, - and _ only")
    named = next((kind for kind in SpaceKind if kind.value == name), None)
    said = body.get("kind", named) if isinstance(body, dict) else named
    if said is None:
        reader.fault(place, "kind", f"is missing; it is one of: {', '.join(SpaceKind)}")
        return SpaceKind.DISCORD
    return reader.read(SpaceKind, f"{place}.kind", said) or named or SpaceKind.DISCORD


def _space(
    reader: TableReader, name: SpaceName, body: object, kinds: Mapping[SpaceName, SpaceKind]
) -> SpaceSettings | None:
    place = f"spaces.{name}"
    match kinds[name]:
        case SpaceKind.DISCORD:
            github = tuple((str(kind), each) for each, kind in kinds.items() if kind is SpaceKind.GITHUB)
            return reader.read(DiscordSettings, place, body, "kind", name=name, connections=github)
        case SpaceKind.FORUM:
            providers = _providers(reader, place, body, kinds)
            return reader.read(ForumSettings, place, body, "kind", name=name, providers=providers)
        case SpaceKind.GITHUB:
            return reader.read(GithubSettings, place, body, "kind", name=name)
        case SpaceKind.MANUAL:
            return reader.read(ManualSettings, place, body, "kind", name=name)


def _providers(
    reader: TableReader, place: str, body: object, kinds: Mapping[SpaceName, SpaceKind]
) -> tuple[tuple[str, SpaceName], ...]:
    """Where the file is silent, a provider of the name of a space's kind stands for that space."""
    usual = {str(kind): name for name, kind in kinds.items() if kind is not SpaceKind.FORUM}
    said = body.get("providers", usual) if isinstance(body, dict) else usual
    providers = reader.read(dict[str, SpaceName], f"{place}.providers", said) or {}
    for provider, space in providers.items():
        if space not in kinds:
            reader.fault(place, f"providers.{provider}", f"there is no space '{space}' in this file")
    return tuple(providers.items())
