"""`guardian explain`: why an account is restricted, until when, and what the next look will do. As a named member."""

import asyncio
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from guardian.cli.opening import AsOption, ConfigOption, JsonOption, say, say_json, settings_of, waiting
from guardian.cli.terminal import opened_as
from guardian.desk.standing import Explained, explain_account, explain_person
from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.people.permissions import UseCase
from guardian.settings.models import Settings


def command(
    as_name: AsOption,
    space: Annotated[str | None, typer.Argument(help="The space's name in the configuration file.")] = None,
    account: Annotated[str | None, typer.Argument(help="The account's id, or its exact handle.")] = None,
    person: Annotated[str | None, typer.Option(help="The person's code name, instead of an account.")] = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say why an account is restricted, until when, and what the next look will do. It reads; it changes nothing."""
    if (person is None) == (space is None or account is None):
        raise typer.BadParameter("give a space and an account, or --person with a code name")
    lines = asyncio.run(explained(settings_of(config), as_name, space, account, person))
    if as_json:
        say_json([asdict(line) for line in lines])
        return
    for line in lines:
        _show(line)


async def explained(
    settings: Settings, name: str, space: str | None, account: str | None, person: str | None
) -> tuple[Explained, ...]:
    """One explanation an account, for a member who may know of the person."""
    if space is not None and space not in [each.name for each in settings.spaces]:
        known = ", ".join(each.name for each in settings.spaces)
        raise Refused("no_such_space", f"There is no space {space!r} in the file. There are: {known}.")
    async with opened_as(settings, name, UseCase.EXPLAIN) as (service, member):
        with waiting("Looking"):
            if person is not None:
                return await explain_person(service.desk, member, person)
            return await explain_account(service.desk, member, SpaceName(space or ""), account or "")


def _show(line: Explained) -> None:
    told = line.explanation
    say(f"{line.handle} in {told.space} ({line.person})")
    say(f"  wanted     {told.wanted}{_until(told.until)}")
    for because in line.because:
        say(f"  because    {because.reference}: {because.state}{_until(because.ends)}")
    say(f"  seen       {told.seen}")
    say(f"  so         {told.total or 'nothing else'}")
    say(f"  next step  {told.next_step}")
    say(f"  next look  {_at(told.next_look) if told.next_look else 'when something changes'}")
    say()


def _until(instant: datetime | None) -> str:
    return f", until {_at(instant)}" if instant else ""


def _at(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
