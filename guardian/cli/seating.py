"""`guardian seat`: a chair gives the people of a file their places in the groups."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from guardian.cli.members_file import read_newcomers
from guardian.cli.opening import AsOption, ConfigOption, say, settings_of
from guardian.cli.terminal import opened_as
from guardian.desk.setup import Seated, seat
from guardian.people.permissions import UseCase
from guardian.settings.models import Settings


def command(
    people: Annotated[Path, typer.Argument(metavar="FILE", help="Who takes which place; see docs/connect.md.")],
    as_name: AsOption,
    config: ConfigOption = None,
) -> None:
    """Give the people of a file their places in the groups, as a chair. Who is known already stays as they are."""
    for line in told(asyncio.run(seated(settings_of(config), as_name, people))):
        say(line)


async def seated(settings: Settings, name: str, people: Path) -> Seated:
    """What became of the people of the file."""
    newcomers = read_newcomers(people, settings)
    async with opened_as(settings, name, UseCase.CHANGE_MEMBERS) as (service, member):
        return await seat(service.desk, member, newcomers)


def told(result: Seated) -> list[str]:
    """The result in lines."""
    lines = [f"Seated: {', '.join(result.new)}."] if result.new else []
    return lines + ([f"Known already, and left as they are: {', '.join(result.known)}."] if result.known else [])
