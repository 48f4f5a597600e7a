"""`guardian seat`: a chair gives the people of a file their places in the groups."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from guardian.cli.authentication import open_as
from guardian.cli.context import AsOption, ConfigOption, load_settings, print_line
from guardian.cli.members_file import read_new_members
from guardian.people.permissions import UseCase
from guardian.services.operations.setup import SeatingResult, seat_members
from guardian.settings.models import Settings


def command(
    people: Annotated[Path, typer.Argument(metavar="FILE", help="Who takes which place; see docs/connect.md.")],
    as_name: AsOption,
    config: ConfigOption = None,
) -> None:
    """Give the people of a file their places in the groups, as a chair. Who is known already stays as they are."""
    for line in result_lines(asyncio.run(seat_from_file(load_settings(config), as_name, people))):
        print_line(line)


async def seat_from_file(settings: Settings, name: str, people: Path) -> SeatingResult:
    """Seat the people of the file, and return what became of them."""
    new_members = read_new_members(people, settings)
    async with open_as(settings, name, UseCase.CHANGE_MEMBERS) as (service, member):
        return await seat_members(service.app, member, new_members)


def result_lines(result: SeatingResult) -> list[str]:
    """Return the result in lines."""
    lines = [f"Seated: {', '.join(result.new)}."] if result.new else []
    return lines + ([f"Known already, and left as they are: {', '.join(result.known)}."] if result.known else [])
