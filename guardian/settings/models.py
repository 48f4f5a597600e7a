"""The configuration of one installation as frozen values. Secrets are in them, so they are never shown or logged.

Read `Settings` first.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from guardian.ids import ContactAddress
from guardian.settings.mail import PLAIN_ADDRESS, MailSettings
from guardian.settings.spaces import SpaceSettings
from guardian.settings.toml_table import Count, Duration, Seconds, Secret, Text, duration
from rules.policy import Policy


class LogFormat(StrEnum):
    """Who reads the log: people, or a program."""

    TEXT = "text"
    JSON = "json"


def _https(url: str) -> str:
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise ValueError("does not hold an address that begins with https://")
    return url


def _within_most(least: timedelta, info: ValidationInfo) -> timedelta:
    if least > info.data.get("retry_most", least):
        raise ValueError("is more than retry_most")
    return least


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatSettings:
    """An address outside that expects to hear from us: its silence is the alarm. The address itself is a secret."""

    url: Annotated[Secret, AfterValidator(_https), Field(alias="url_file")] = field(repr=False)
    every: Annotated[timedelta, duration(least=timedelta(seconds=10))] = timedelta(minutes=5)
    call_ceiling: Duration = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalSettings:
    """To whom the journal's last entry is mailed, and how often: what nobody can take back who only has the database."""

    anchor_to: Annotated[Text, PLAIN_ADDRESS, Field(examples=["archive@example.org"])]
    anchor_every: Annotated[timedelta, duration(least=timedelta(hours=1))] = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcilerSettings:
    """How soon a failed work item is tried again, when people hear of it, and how often a space is read as a whole.

    `relink_every`: how often the spaces that vouch for accounts elsewhere are asked again. `rounds_every`: how often it is
    looked whose turn of duty or term begins or ends, and what is to be forgotten.
    """

    retry_most: Duration = timedelta(minutes=15)
    retry_least: Annotated[Duration, AfterValidator(_within_most), Field(validate_default=True)] = timedelta(seconds=5)
    retry_share: Annotated[float, Field(strict=True, ge=0.01)] = 0.25
    tell_after: Duration = timedelta(minutes=10)
    braked: Duration = timedelta(minutes=5)
    sweep_every: Seconds = timedelta(minutes=15)
    relink_every: Annotated[timedelta, duration(least=timedelta(minutes=1))] = timedelta(minutes=15)
    rounds_every: Annotated[timedelta, duration(timedelta(days=1), timedelta(days=7))] = timedelta(days=1)
    people_at_once: Count = 16


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is configured for this installation. `base_url` None: the listening address itself, on loopback only.

    `largest_file` is in bytes. `reports_an_hour` are taken on the page from all who did not sign in, and
    `reports_an_hour_of_one` from one network or account; more stay in the form, to be sent later. `trusted_proxies` are
    believed about where a request comes from.
    `turn_to` is the address at which a reporter reaches somebody else than the group. `second_factor`: members show a
    passkey before identities, evidence and acts.
    """

    path: Path
    community: str
    base_url: str | None
    host: str
    port: int
    data: Path
    database: str = field(repr=False)
    key_ring: Path
    master_key: Path
    policy: Policy
    policy_name: str
    log_format: LogFormat
    largest_file: int
    spaces: tuple[SpaceSettings, ...]
    mail: MailSettings | None
    reconciler: ReconcilerSettings
    heartbeat: HeartbeatSettings | None = None
    journal: JournalSettings | None = None
    reports_per_hour: int = 300
    reports_per_hour_per_sender: int = 20
    trusted_proxies: tuple[str, ...] = ()
    turn_to: ContactAddress | None = None
    second_factor: bool = True
    language: str = "en"
    leave_to: str = "https://www.wikipedia.org/"
