"""`guardian expunge`: shows what is forgotten today, or forgets it now. The running service does the same by itself."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from guardian.cli.context import ConfigOption, JsonOption, load_settings, open_service, print_json, print_line
from guardian.services.retention.expunction import DueCase, forget_due, list_due
from guardian.settings.models import Settings
from guardian.storage.key_rotation import rotate_keys


def command(
    config: ConfigOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would go; nothing is changed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Forget what is to be forgotten by now, and carry on what destroys old keys. Nothing can be brought back."""
    settings = load_settings(config)
    due = asyncio.run(_list(settings)) if dry_run else asyncio.run(_forget(settings))
    if as_json:
        print_json([_as_json(each) for each in due])
    else:
        _show(due, dry_run=dry_run)


async def _list(settings: Settings) -> tuple[DueCase, ...]:
    async with open_service(settings) as service:
        return await list_due(service.app)


async def _forget(settings: Settings) -> tuple[DueCase, ...]:
    async with open_service(settings) as service:
        due = await list_due(service.app)
        await forget_due(service.app)
        await rotate_keys(service.units_of_work)
        return due


def _as_json(each: DueCase) -> dict[str, object]:
    return {
        "case": each.case,
        "people": list(each.people),
        "reports": each.reports,
        "copies_open_until": each.copies_open_until.isoformat(),
    }


def _show(due: Sequence[DueCase], *, dry_run: bool) -> None:
    if not due:
        print_line("Nothing is to be forgotten today.")
    for each in due:
        people = f", and all that is known of {', '.join(each.people)}" if each.people else ""
        verb = "would go" if dry_run else "is forgotten"
        print_line(f"{each.case} {verb}: {each.reports} reports with their evidence and messages{people}.")
        print_line(f"  Copies of the whole database open for it until {each.copies_open_until:%d %B %Y} at the latest.")
