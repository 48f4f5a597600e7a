"""Reads the TOML file of one installation into its Settings. The environment names paths only, and never holds a key.

Every fault is named at once, in the file's own terms, with its remedy. What policy says stands in the policy file. Read
`read_settings` first.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo

from guardian.errors import Misconfigured
from guardian.ids import ContactAddress, SpaceName
from guardian.policy_file import read_policy
from guardian.presets import load_preset, preset_names
from guardian.settings.mail import read_mail
from guardian.settings.models import HeartbeatSettings, JournalSettings, LogFormat, ReconcilerSettings, Settings
from guardian.settings.spaces import read_spaces
from guardian.settings.toml_table import (
    TEXT,
    Count,
    FilePath,
    Listen,
    ListenAddress,
    Secret,
    TableReader,
    Text,
    Texts,
    Url,
)
from guardian.spaces.registry import Mode
from rules.policy import Policy

CONFIG_VARIABLE: Final = "GUARDIAN_CONFIG"
DATA_VARIABLE: Final = "GUARDIAN_DATA"
RING_VARIABLE: Final = "GUARDIAN_KEY_RING"
MASTER_VARIABLE: Final = "GUARDIAN_MASTER_KEY"
USUAL_FILE: Final = Path("guardian.toml")
_CONTACT: Final = re.compile(r"https://[^\s/]+\.[^\s]+|[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")
_USUAL_LISTEN: Final = Listen("127.0.0.1", 8420)


class _NamedPolicy(NamedTuple):
    name: str
    policy: Policy


def _reachable(url: str | None, info: ValidationInfo) -> str | None:
    if url is None and "listen" in info.data and not _is_loopback(info.data["listen"].host):
        raise ValueError('is missing; write the address under which people reach the pages, as base_url = "https://…"')
    if url is not None and url.startswith("http:") and not _is_loopback(urlsplit(url).hostname or ""):
        raise ValueError(f"'{url}' can be read by everybody on the way; the pages need an address with https://")
    return url


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _networks(given: tuple[str, ...]) -> tuple[str, ...]:
    for each in given:
        try:
            ip_network(each)
        except ValueError as error:
            raise ValueError(f"'{each}' is neither an address nor a network such as 10.0.0.0/8") from error
    return given


def _contact(address: str) -> str:
    """A mail address or a page that people can reach; anything else would send somebody in need nowhere."""
    if not _CONTACT.fullmatch(address):
        raise ValueError("is neither a mail address nor the address of a page that begins with https://")
    return address


def is_on_this_host_alone(settings: Settings) -> bool:
    """Return whether nobody but somebody at this machine can open the addresses that people are sent."""
    return settings.base_url is None or _is_loopback(urlsplit(settings.base_url).hostname or "")


def _without_password(database: str, info: ValidationInfo) -> str:
    faults = []
    if info.data.get("database_address", "") is not None:
        faults.append("stands beside database_address_file; keep one of the two")
    if "@" in database and ":" in database.rsplit("://", maxsplit=1)[-1].split("@", maxsplit=1)[0]:
        faults.append("holds a password; write the whole address to a file and set database_address_file")
    if faults:
        raise ValueError(*faults)
    return database


def _policy(name: str, info: ValidationInfo[Path]) -> _NamedPolicy:
    """A preset by its name, or a file by its path; the file's own faults stand among the others."""
    try:
        if name in preset_names():
            return _NamedPolicy(name, read_policy(load_preset(name)))
        path = info.context / Path(name).expanduser()
        return _NamedPolicy(str(path), read_policy(path.read_text(encoding="utf-8")))
    except Misconfigured as error:
        raise ValueError(*(f"in {name}: {fault}" for fault in error.faults)) from error
    except (OSError, ValueError) as error:
        known = ", ".join(preset_names())
        raise ValueError(f"'{name}' is neither a preset ({known}) nor a policy file that can be read") from error


def _usual_policy() -> _NamedPolicy:
    return _NamedPolicy("django", read_policy(load_preset("django")))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Service:
    """What `[service]` says."""

    community: Annotated[Text, Field(examples=["Example community"])]
    listen: ListenAddress = _USUAL_LISTEN
    base_url: Annotated[Url | None, AfterValidator(_reachable), Field(validate_default=True)] = None
    data: FilePath = Path("data")
    database_address: Annotated[Secret | None, Field(alias="database_address_file")] = field(default=None, repr=False)
    database: Annotated[Text, AfterValidator(_without_password)] | None = field(default=None, repr=False)
    policy: Annotated[_NamedPolicy, PlainValidator(_policy), TEXT] = field(default_factory=_usual_policy)
    log: LogFormat = LogFormat.TEXT
    largest_file: Count = 10
    reports_an_hour: Count = 300
    reports_an_hour_of_one: Count = 20
    trusted_proxies: Annotated[Texts, AfterValidator(_networks)] = ()
    turn_to: Annotated[Text, AfterValidator(_contact)] | None = None
    second_factor: bool = True
    language: Literal["en", "de", "fr"] = "en"
    leave_to: Url = "https://www.wikipedia.org/"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keys:
    """What `[keys]` says."""

    ring: FilePath | None = None
    master: FilePath | None = None


def config_path(environment: Mapping[str, str], given: Path | None = None) -> Path:
    """Return which configuration file is meant: the one given, the environment's, or guardian.toml in this folder."""
    return given or Path(environment.get(CONFIG_VARIABLE) or USUAL_FILE)


def read_settings(path: Path, environment: Mapping[str, str]) -> Settings:
    """Read the settings of the file; Misconfigured names every fault at once."""
    top = _toml(path)
    reader = TableReader(path.resolve().parent)
    reader.refuse_unknown("", top, "service", "keys", "spaces", "mail", "reconciler", "heartbeat", "journal")
    service = reader.read(_Service, "service", top.get("service", {}), **_named(environment, data=DATA_VARIABLE))
    paths = _named(environment, ring=RING_VARIABLE, master=MASTER_VARIABLE)
    keys = reader.read(_Keys, "keys", top.get("keys", {}), **paths)
    tables = reader.read(dict[str, Any], "spaces", top.get("spaces", {})) or {}
    spaces = read_spaces(reader, tables, has_mail="mail" in top)
    mail = read_mail(reader, top["mail"]) if "mail" in top else None
    reconciler = reader.read(ReconcilerSettings, "reconciler", top.get("reconciler", {}))
    heartbeat = reader.read(HeartbeatSettings, "heartbeat", top["heartbeat"]) if "heartbeat" in top else None
    journal = reader.read(JournalSettings, "journal", top["journal"]) if "journal" in top else None
    if journal is not None and mail is None:
        reader.fault("journal", "anchor_to", "nothing can be mailed without a [mail] section")
    if reader.faults or service is None or keys is None or reconciler is None:
        raise Misconfigured(reader.faults)
    data = reader.folder / service.data
    return Settings(
        path=path.resolve(),
        community=service.community,
        base_url=service.base_url,
        host=service.listen.host,
        port=service.listen.port,
        data=data,
        database=service.database_address or service.database or f"sqlite:///{data / 'guardian.sqlite'}",
        key_ring=keys.ring or data / "keys.ring",
        master_key=keys.master or data / "master.key",
        policy=service.policy.policy,
        policy_name=service.policy.name,
        log_format=service.log,
        largest_file=service.largest_file * 1_000_000,
        spaces=spaces,
        mail=mail,
        reconciler=reconciler,
        heartbeat=heartbeat,
        journal=journal,
        reports_per_hour=service.reports_an_hour,
        reports_per_hour_per_sender=service.reports_an_hour_of_one,
        trusted_proxies=service.trusted_proxies,
        turn_to=ContactAddress(service.turn_to) if service.turn_to else None,
        second_factor=service.second_factor,
        language=service.language,
        leave_to=service.leave_to,
    )


def read_modes(path: Path) -> Mapping[SpaceName, Mode]:
    """Read the mode of each space as the file says it now; Misconfigured where it cannot be read."""
    reader = TableReader(path.resolve().parent)
    spaces = reader.read(dict[str, dict[str, Any]], "spaces", _toml(path).get("spaces", {})) or {}
    said = {name: body.get("mode", Mode.OBSERVE) for name, body in spaces.items()}
    modes = {SpaceName(name): reader.read(Mode, f"spaces.{name}.mode", mode) for name, mode in said.items()}
    if reader.faults:
        raise Misconfigured(reader.faults)
    return {name: mode for name, mode in modes.items() if mode is not None}


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        remedy = f"Run guardian setup, or name another with --config or {CONFIG_VARIABLE}."
        raise Misconfigured([f"The configuration file {path} cannot be read: {error.strerror}. {remedy}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured([f"The configuration file {path} is not valid TOML: {error}."]) from error


def _named(environment: Mapping[str, str], **variables: str) -> Mapping[str, str]:
    """The keys for which the environment names a path."""
    return {key: environment[variable] for key, variable in variables.items() if environment.get(variable)}
