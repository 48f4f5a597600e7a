"""`guardian explain`: why an account is restricted, until when, and what the next reconciliation will do.

As a named member. Read `explain` first.
"""

import asyncio
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final

import typer

from guardian.cli.authentication import open_as
from guardian.cli.context import (
    AsOption,
    ConfigOption,
    JsonOption,
    load_settings,
    print_json,
    print_line,
    show_progress,
)
from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.people.permissions import UseCase
from guardian.services.operations.explanation import AccountExplanation, explain_account, explain_person
from guardian.settings.models import Settings

_PUBLISHED: Final = {"desired": "wanted", "due_at": "next_look"}


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
    lines = asyncio.run(explain(load_settings(config), as_name, space, account, person))
    if as_json:
        print_json([asdict(line, dict_factory=_published) for line in lines])
        return
    for line in lines:
        _show(line)


def _published(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """Name the fields as scripts that read the output know them, whatever the code calls them."""
    return {_PUBLISHED.get(name, name): value for name, value in fields}


async def explain(
    settings: Settings, name: str, space: str | None, account: str | None, person: str | None
) -> tuple[AccountExplanation, ...]:
    """Return one explanation for each account, for a member who may know of the person."""
    if space is not None and space not in [each.name for each in settings.spaces]:
        known = ", ".join(each.name for each in settings.spaces)
        raise Refused("no_such_space", f"There is no space {space!r} in the file. There are: {known}.")
    async with open_as(settings, name, UseCase.EXPLAIN) as (service, member):
        with show_progress("Looking"):
            if person is not None:
                return await explain_person(service.app, member, person)
            return await explain_account(service.app, member, SpaceName(space or ""), account or "")


def _show(line: AccountExplanation) -> None:
    explanation = line.explanation
    print_line(f"{line.handle} in {explanation.space} ({line.person})")
    print_line(f"  wanted     {explanation.desired}{_format_until(explanation.until)}")
    for reason in line.because:
        print_line(f"  because    {reason.reference}: {reason.state}{_format_until(reason.ends)}")
    print_line(f"  seen       {explanation.seen}")
    print_line(f"  so         {explanation.total or 'nothing else'}")
    print_line(f"  next step  {explanation.next_step}")
    print_line(
        f"  next look  {_format_instant(explanation.due_at) if explanation.due_at else 'when something changes'}"
    )
    print_line()


def _format_until(instant: datetime | None) -> str:
    return f", until {_format_instant(instant)}" if instant else ""


def _format_instant(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
