"""`guardian check`: what is well and what is not, each with its remedy. Shows no content; exits with 1 if all is not well."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from guardian.assembly.service import Service
from guardian.assembly.spaces import ConnectedSpace
from guardian.cli.backup import recipient_file
from guardian.cli.context import (
    ConfigOption,
    JsonOption,
    load_settings,
    open_service,
    print_json,
    print_line,
    show_progress,
)
from guardian.errors import Misconfigured
from guardian.journal import OPERATOR, Entry
from guardian.services.operations.setup import is_chair_unconfirmed
from guardian.services.operations.shortfalls import list_shortfalls
from guardian.settings.loader import is_on_this_host_alone
from guardian.settings.models import Settings
from guardian.spaces.port import CheckResult
from guardian.spaces.registry import Mode
from guardian.storage.key_ring import KeyRing


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One thing that was checked. `where` is the part of the installation or the name of the space."""

    where: str
    what: str
    well: bool
    needs: str = ""
    remedy: str = ""
    breaks: str = ""


def command(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Look whether all is well: configuration, keys, database, and what each space allows us. Exits with 1 if not."""
    lines = asyncio.run(check_all(config))
    well = all(line.well for line in lines)
    if as_json:
        print_json({"well": well, "findings": [asdict(line) for line in lines]})
    else:
        _show(lines)
    raise typer.Exit(0 if well else 1)


async def check_all(config: Path | None) -> list[CheckLine]:
    """Check everything as things stand; what could not be opened hides only what lies behind it."""
    lines = []
    try:
        settings = load_settings(config)
    except Misconfigured as error:
        return [CheckLine(where="configuration", what=fault, well=False) for fault in error.faults]
    lines.append(
        CheckLine(where="configuration", what=f"{settings.path} is whole; policy {settings.policy_name}", well=True)
    )
    try:
        KeyRing.load(settings.key_ring, settings.master_key)
        lines.append(CheckLine(where="keys", what="the key ring opens, and nobody else may read it", well=True))
        async with open_service(settings) as service:
            lines.append(CheckLine(where="database", what=f"{service.database.where} is of this release", well=True))
            with show_progress("Looking at the spaces"):
                lines += [line async for line in _check_parts(settings, service)]
            await _record_check(service)
    except Misconfigured as error:
        where = "database" if any(line.where == "keys" for line in lines) else "keys"
        lines += [CheckLine(where=where, what=fault, well=False) for fault in error.faults]
    return lines


async def _check_parts(settings: Settings, service: Service) -> AsyncIterator[CheckLine]:
    yield await _check_chair(service)
    for line in await _check_people(service):
        yield line
    yield _check_pages(settings)
    if not settings.trusted_proxies and not is_on_this_host_alone(settings):
        yield CheckLine(
            where="pages",
            what="No proxy is believed about where people come from.",
            well=True,
            remedy="Write the address of the web server in front as trusted_proxies; else one stranger's flood is everybody's.",
        )
    for each in service.connected:
        for line in await _check_space(each):
            yield line
    if service.mailer is None:
        yield CheckLine(
            where="mail",
            what="No mail server is configured.",
            well=True,
            remedy="Add a [mail] section, so that members are reached when Discord is down.",
        )
    else:
        yield _check_line("mail", await service.mailer.check())
        if service.mail_receiver is not None:
            yield _check_line("mail", await service.mail_receiver.check())
    yield _check_backup(settings)
    if settings.journal is None:
        yield CheckLine(
            where="journal",
            what="Nobody outside is told where the journal ends.",
            well=True,
            remedy="Add a [journal] section, so that acts which somebody takes away from its end are missed.",
        )
    if service.heartbeat is None:
        yield CheckLine(
            where="heartbeat",
            what="No address outside listens for this service.",
            well=True,
            remedy="Add a [heartbeat] section, so that somebody hears of it when this host is gone.",
        )
    else:
        yield _check_line("heartbeat", await service.heartbeat.check())


def _check_backup(settings: Settings) -> CheckLine:
    """Whether the nightly copy can be made at all: without a recovery key it is refused, night after night."""
    if recipient_file(settings).exists():
        return CheckLine(where="backup", what="copies are encrypted for the recovery key", well=True)
    return CheckLine(
        where="backup",
        what="The nightly copy waits for a recovery key: until there is one, no copy is made.",
        well=True,
        remedy="Run: guardian keys recovery, and give each envelope to another person.",
        breaks="If this disk is lost, so is everything: who is restricted, until when, and why.",
    )


def _check_pages(settings: Settings) -> CheckLine:
    if not is_on_this_host_alone(settings):
        return CheckLine(where="pages", what=f"people are sent to {settings.base_url}", well=True)
    return CheckLine(
        where="pages",
        what="The addresses that people are sent open on this machine alone.",
        well=False,
        needs="an address of the pages that people reach",
        remedy='Put a web server with TLS in front, and write its address: base_url = "https://…"',
        breaks="Nobody elsewhere can report on the page, read what was decided on them, or open the reading room.",
    )


async def _check_chair(service: Service) -> CheckLine:
    if not await is_chair_unconfirmed(service.app):
        return CheckLine(where="group", what="the first chair is confirmed", well=True)
    return CheckLine(
        where="group",
        what="The first chair is not confirmed yet.",
        well=False,
        remedy="A second member of the working group runs: guardian confirm-chair --as NAME",
        breaks="Only the operator of this host has vouched for the chair so far.",
    )


async def _check_people(service: Service) -> list[CheckLine]:
    """What the policy cannot do with the people who are seated, in words. Policy: P-11.2."""
    shortfalls = await list_shortfalls(service.app, has_mail=service.mailer is not None)
    return [CheckLine(where="group", what=each.what, well=not each.harmful, remedy=each.remedy) for each in shortfalls]


async def _check_space(connected: ConnectedSpace) -> list[CheckLine]:
    """The space's own findings; a link that cannot be opened is one of them."""
    name = str(connected.space.name)
    mode = "acts here (enforce)" if connected.mode is Mode.ENFORCE else "only looks here (observe)"
    lines = [CheckLine(where=name, what=f"Guardian {mode}.", well=True)]
    try:
        if connected.gateway is not None:
            await connected.gateway.start()
    except Misconfigured as error:
        return [*lines, *(CheckLine(where=name, what=fault, well=False) for fault in error.faults)]
    return [*lines, *(_check_line(name, result) for result in await connected.space.check())]


def _check_line(where: str, result: CheckResult) -> CheckLine:
    return CheckLine(
        where=where, what=result.summary, well=result.ok, needs=result.needs, remedy=result.remedy, breaks=result.impact
    )


async def _record_check(service: Service) -> None:
    async with service.units_of_work.begin() as uow:
        uow.journal.note(Entry(act="installation.was_checked", by=OPERATOR, authority="P-1.5"))


def _show(lines: list[CheckLine]) -> None:
    where = ""
    for line in lines:
        if line.where != where:
            print_line(f"{'' if not where else chr(10)}{line.where}")
            where = line.where
        print_line(f"  {'ok ' if line.well else 'NOT'} {line.what}")
        for word, text in (("needs", line.needs), ("breaks", line.breaks), ("remedy", line.remedy)):
            if text and (not line.well or word == "remedy"):
                print_line(f"      {word}: {text}")
