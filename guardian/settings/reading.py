"""Reads the TOML file of one installation into its Settings. The environment names paths only, and never holds a key.

Every fault is named at once, in the file's own terms, with its remedy. What policy says stands in the policy file.
"""

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

from guardian.errors import Misconfigured
from guardian.ids import SpaceName
from guardian.policy_file import read_policy
from guardian.presets import preset, preset_names
from guardian.settings.file import Table
from guardian.settings.mail import read_mail
from guardian.settings.spaces import read_spaces
from guardian.settings.values import HeartbeatSettings, LogForm, ReconcilerSettings, Settings
from guardian.spaces.registry import Mode
from rules.policy import Policy

CONFIG_VARIABLE: Final = "GUARDIAN_CONFIG"
DATA_VARIABLE: Final = "GUARDIAN_DATA"
RING_VARIABLE: Final = "GUARDIAN_KEY_RING"
MASTER_VARIABLE: Final = "GUARDIAN_MASTER_KEY"
USUAL_FILE: Final = Path("guardian.toml")
_DEFAULT_LISTEN: Final = "127.0.0.1:8420"


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
        largest_file=int(service.number("largest_file", 10, least=1)) * 1_000_000,
        spaces=read_spaces(top, folder, faults),
        mail=read_mail(Table("mail", top.tables("mail"), folder, faults), folder, faults) if top.has("mail") else None,
        reconciler=_reconciler(Table("reconciler", top.tables("reconciler"), folder, faults)),
        heartbeat=_heartbeat(top, folder, faults) if top.has("heartbeat") else None,
        reports_an_hour=int(service.number("reports_an_hour", 300, least=1)),
        reports_an_hour_of_one=int(service.number("reports_an_hour_of_one", 20, least=1)),
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
    table.known("base_url")
    if table.has("base_url"):
        return table.url("base_url")
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
    except (OSError, ValueError):
        known = ", ".join(preset_names())
        table.fault("policy", f"'{name}' is neither a preset ({known}) nor a policy file that can be read")
    except Misconfigured as error:
        for fault in error.faults:
            table.fault("policy", f"in {name}: {fault}")
    return name, fallback


def _heartbeat(top: Table, folder: Path, faults: list[str]) -> HeartbeatSettings:
    table = Table("heartbeat", top.tables("heartbeat"), folder, faults)
    url = (table.secret("url") or "").strip()
    if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        table.fault("url_file", "does not hold an address that begins with https://")
    settings = HeartbeatSettings(
        url=url,
        every=table.span("every", timedelta(minutes=5), least=timedelta(seconds=10)),
        call_ceiling=table.span("call_ceiling", timedelta(seconds=10)),
    )
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
        relink_every=table.span("relink_every", timedelta(minutes=15), least=timedelta(minutes=1)),
        people_at_once=int(table.number("people_at_once", 16, least=1)),
    )
    if settings.retry_least > settings.retry_most:
        table.fault("retry_least", "is more than retry_most")
    table.end()
    return settings
