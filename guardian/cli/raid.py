"""`guardian raid`: a list of accounts from a file is announced, agreed to, or reported on, as a named member."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from guardian.cli.authentication import ask, open_as
from guardian.cli.context import AsOption, ConfigOption, load_settings, print_line, show_progress
from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.people.permissions import UseCase
from guardian.services.raids import announcement
from guardian.services.raids.announcement import RaidPreview, RaidView
from guardian.settings.models import Settings
from rules.precedence import Restriction
from rules.unilateral import Ground

_YES = "yes"


def command(
    as_name: AsOption,
    file: Annotated[Path | None, typer.Option(help="The list: one account a line, as id or as space,id.")] = None,
    space: Annotated[str | None, typer.Option(help="The space of lines that name none.")] = None,
    restriction: Annotated[Restriction, typer.Option(help="What is to hold.")] = Restriction.BANNED,
    ground: Annotated[Ground, typer.Option(help="Why it cannot wait.")] = Ground.ONGOING,
    reason: Annotated[str, typer.Option(help="What is happening; it is kept with the case.")] = "",
    second: Annotated[str | None, typer.Option(metavar="CASE", help="Agree to the raid of that case.")] = None,
    status: Annotated[str | None, typer.Option(metavar="CASE", help="Say how far the raid of that case is.")] = None,
    report: Annotated[Path | None, typer.Option(help="With --status: write every account's state there.")] = None,
    config: ConfigOption = None,
) -> None:
    """Announce a raid from a list, agree to one as a second member, or look how far one has come."""
    if sum(each is not None for each in (file, second, status)) != 1:
        raise typer.BadParameter("give one of --file, --second and --status")
    settings = load_settings(config)
    if file is not None:
        asyncio.run(_announce(settings, as_name, file, space, restriction, ground, reason))
    else:
        asyncio.run(_show_or_confirm(settings, as_name, second, status or "", report))


async def _announce(
    settings: Settings, name: str, file: Path, space: str | None, restriction: Restriction, ground: Ground, reason: str
) -> None:
    text = _read_list(file)
    async with open_as(settings, name, UseCase.ANNOUNCE_RAID) as (service, member):
        with show_progress("Reading the list"):
            default = SpaceName(space) if space else None
            preview = await announcement.preview(service.app, member, text, default, restriction)
        _show_preview(preview)
        answer = await asyncio.to_thread(ask, f"To ask the others for a second member, type {_YES}: ")
        if answer.casefold() != _YES:
            print_line("Nothing was done.")
            return
        made = await announcement.announce(service.app, member, preview, restriction, ground, reason)
        print_line(f"Nobody is restricted yet. The others have been asked to agree. The case is {made.code_name}.")


async def _show_or_confirm(settings: Settings, name: str, second: str | None, status: str, report: Path | None) -> None:
    use = UseCase.READ_CASE if second is None else UseCase.CONFIRM_RAID
    async with open_as(settings, name, use) as (service, member):
        if second is not None:
            _show_status(await announcement.confirm(service.app, member, second))
            return
        _show_status(await announcement.get_status(service.app, member, status))
        if report is not None:
            content = await announcement.outcome_report(service.app, member, status)
            report.touch(mode=0o600)
            report.write_bytes(content)


def _read_list(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("no_file", f"The list {file} could not be read ({type(error).__name__}).") from error


def _show_preview(preview: RaidPreview) -> None:
    for share in preview.shares:
        print_line(
            f"{share.space}: {share.accounts} accounts, in about {announcement.round_up_to_minutes(share.duration)} min"
        )
    for line in preview.refused:
        print_line(f"left out: line {line.number}: {line.refusal}")
    print_line(f"{preview.accounts} accounts in all, and {len(preview.refused)} lines left out.")


def _show_status(status: RaidView) -> None:
    print_line(f"{status.code_name}: {status.state}")
    for space, counts in status.counts.items():
        print_line(f"{space}: " + ", ".join(f"{number} {word}" for word, number in sorted(counts.items())))
    if status.remaining:
        print_line(f"what is left takes about {announcement.round_up_to_minutes(status.remaining)} min")
