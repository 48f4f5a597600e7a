"""`guardian check`: what is well and what is not, each with its remedy. Shows no content; exits with 1 if all is not well."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from guardian.assembly.connecting import Connected
from guardian.assembly.service import Service
from guardian.cli.opening import ConfigOption, JsonOption, opened, say, say_json, settings_of, waiting
from guardian.desk.setup import chair_waits
from guardian.errors import Misconfigured
from guardian.journal import OPERATOR, Entry
from guardian.settings.models import Settings
from guardian.spaces.port import Finding
from guardian.spaces.registry import Mode
from guardian.storage.key_ring import KeyRing


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at. `where` is the part of the installation or the name of the space."""

    where: str
    what: str
    well: bool
    needs: str = ""
    remedy: str = ""
    breaks: str = ""


def command(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Look whether all is well: configuration, keys, database, and what each space allows us. Exits with 1 if not."""
    lines = asyncio.run(checked(config))
    well = all(line.well for line in lines)
    if as_json:
        say_json({"well": well, "findings": [asdict(line) for line in lines]})
    else:
        _show(lines)
    raise typer.Exit(0 if well else 1)


async def checked(config: Path | None) -> list[Line]:
    """Everything that can be looked at as things stand; what could not be opened hides only what lies behind it."""
    lines = []
    try:
        settings = settings_of(config)
    except Misconfigured as error:
        return [Line("configuration", fault, well=False) for fault in error.faults]
    lines.append(Line("configuration", f"{settings.path} is whole; policy {settings.policy_name}", well=True))
    try:
        KeyRing.load(settings.ring, settings.master)
        lines.append(Line("keys", "the key ring opens, and nobody else may read it", well=True))
        async with opened(settings) as service:
            lines.append(Line("database", f"{service.database.where} is of this release", well=True))
            with waiting("Looking at the spaces"):
                lines += [line async for line in _looked_at(settings, service)]
            await _note(service)
    except Misconfigured as error:
        where = "database" if any(line.where == "keys" for line in lines) else "keys"
        lines += [Line(where, fault, well=False) for fault in error.faults]
    return lines


async def _looked_at(settings: Settings, service: Service) -> AsyncIterator[Line]:
    yield await _chair(service)
    for each in service.connected:
        for line in await _space(each):
            yield line
    if service.mailer is None:
        yield Line(
            "mail",
            "No mail server is configured.",
            well=True,
            remedy="Add a [mail] section, so that members are reached when Discord is down.",
        )
    else:
        yield _line("mail", await service.mailer.check())
        if service.mail_door is not None:
            yield _line("mail", await service.mail_door.check())
    if service.pulse is None:
        yield Line(
            "heartbeat",
            "No address outside listens for this service.",
            well=True,
            remedy="Add a [heartbeat] section, so that somebody hears of it when this host is gone.",
        )
    else:
        yield _line("heartbeat", await service.pulse.check())


async def _chair(service: Service) -> Line:
    if not await chair_waits(service.desk):
        return Line("group", "the first chair is confirmed", well=True)
    return Line(
        "group",
        "The first chair is not confirmed yet.",
        well=False,
        remedy="A second member of the working group runs: guardian confirm-chair --as NAME",
        breaks="Only the operator of this host has vouched for the chair so far.",
    )


async def _space(connected: Connected) -> list[Line]:
    """The space's own findings; a link that cannot be opened is one of them."""
    name = str(connected.space.name)
    mode = "acts here (enforce)" if connected.mode is Mode.ENFORCE else "only looks here (observe)"
    lines = [Line(name, f"Guardian {mode}.", well=True)]
    try:
        if connected.link is not None:
            await connected.link.start()
    except Misconfigured as error:
        return [*lines, *(Line(name, fault, well=False) for fault in error.faults)]
    return [*lines, *(_line(name, finding) for finding in await connected.space.check())]


def _line(where: str, finding: Finding) -> Line:
    return Line(where, finding.what, finding.well, finding.needs, finding.remedy, finding.breaks)


async def _note(service: Service) -> None:
    async with service.works.begin() as work:
        work.journal.note(Entry("installation.was_checked", OPERATOR, "P-1.5"))


def _show(lines: list[Line]) -> None:
    where = ""
    for line in lines:
        if line.where != where:
            say(f"{'' if not where else chr(10)}{line.where}")
            where = line.where
        say(f"  {'ok ' if line.well else 'NOT'} {line.what}")
        for word, text in (("needs", line.needs), ("breaks", line.breaks), ("remedy", line.remedy)):
            if text and (not line.well or word == "remedy"):
                say(f"      {word}: {text}")
