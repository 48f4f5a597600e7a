"""`guardian roster`: an encrypted, printable list of running sanctions, for the day on which the service is gone.

It says how to lift each by hand in each space, and carries the journal's head, so that a journal cut short shows. Read
`print_roster` first.
"""

import asyncio
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from guardian.assembly.service import Service
from guardian.cli.authentication import Ask, ask_secretly, open_as
from guardian.cli.context import ConfigOption, load_settings, print_line
from guardian.cli.encrypted_page import decrypt, encrypt, read_body, require_passphrase
from guardian.errors import Refused
from guardian.people.permissions import UseCase
from guardian.services.operations.roster import RosterAccount, RosterEntry, compile_roster
from guardian.settings.models import Settings
from guardian.settings.spaces import DiscordSettings, ForumSettings, GithubSettings, ManualSettings, SpaceSettings


def command(
    as_name: Annotated[str | None, typer.Option("--as", metavar="NAME", help="The member who prints it.")] = None,
    out: Annotated[Path | None, typer.Option(help="A new file for the sealed list; otherwise it is printed.")] = None,
    opening: Annotated[
        Path | None, typer.Option("--open", metavar="FILE", help="Show what a sealed list says.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Print a sealed list of running sanctions, and how to lift each by hand in each space.

    It is sealed with a passphrase that you choose; keep the two apart. What you may not know of is not in it.
    """
    if (as_name is None) == (opening is None):
        raise typer.BadParameter("give --as NAME to print the list, or --open FILE to read one")
    if opening is not None:
        print_line(open_roster(opening, ask_secretly))
        return
    page = asyncio.run(print_roster(load_settings(config), as_name or ""))
    if out is None:
        print_line(page)
    else:
        _write_new(out, page)
        print_line(f"The sealed list stands in {out}. Print it, and keep its passphrase somewhere else.")


async def print_roster(settings: Settings, name: str) -> str:
    """Return the encrypted page, made for the member of that name."""
    async with open_as(settings, name, UseCase.PRINT_ROSTER) as (service, member):
        passphrase = await asyncio.to_thread(_ask_new_passphrase, ask_secretly)
        lines = await compile_roster(service.app, member)
        return encrypt(await _render_text(settings, service, lines), passphrase)


def open_roster(path: Path, ask: Ask) -> str:
    """Return what the encrypted page says."""
    try:
        body = read_body(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("no_page", f"{path} cannot be read.") from error
    return decrypt(body, ask("The passphrase of this list: "))


def _ask_new_passphrase(ask: Ask) -> str:
    passphrase = ask("A passphrase for this list: ")
    require_passphrase(passphrase)
    if ask("The same once more: ") != passphrase:
        raise Refused("passphrases_differ", "The two passphrases are not the same: nothing was printed.")
    return passphrase


async def _render_text(settings: Settings, service: Service, lines: tuple[RosterEntry, ...]) -> str:
    async with service.units_of_work.read() as view:
        journal = await view.journal.verify()
    manual_steps = {str(space.name): _manual_steps(space) for space in settings.spaces}
    head = [
        f"{settings.community}: running sanctions on {_format_instant(service.clock.now())}",
        f"The journal has {journal.entries} entries and ends with {journal.anchor}.",
        "" if journal.is_intact else "THE JOURNAL IS NOT WHOLE: see guardian journal verify.",
    ]
    body = [text for line in lines for text in _render_sanction(line, manual_steps)] or ["Nothing runs."]
    return "\n".join([*head, *body])


def _render_sanction(line: RosterEntry, manual_steps: Mapping[str, str]) -> list[str]:
    if line.ends is None:
        ends = "has no end"
    elif line.ends_by_itself:
        ends = f"ends by itself on {_format_instant(line.ends)}"
    else:
        ends = f"its term ends on {_format_instant(line.ends)}; access returns when readmission is granted"
    first = (
        f"{line.person}: {line.restriction} since {_format_instant(line.starts)}, {ends}. Reference {line.reference}."
    )
    return [first, *(_render_account(place, manual_steps) for place in line.accounts), ""]


def _render_account(account: RosterAccount, manual_steps: Mapping[str, str]) -> str:
    steps = manual_steps.get(str(account.space), "lift it there by hand")
    return f"  {account.space}: {account.handle} (id {account.native_id}), {account.state}. To lift it: {steps}"


_DISCORD: Final = "Server Settings, Bans, find the id, Revoke Ban; for a mute: the member's menu, Remove Timeout."
_FORUM: Final = "{url}/admin/users/list/suspended, open the account, Unsuspend (or Unsilence)."
_GITHUB: Final = (
    "https://github.com/organizations/{organization}/settings/blocked_users, Unblock; then invite them again."
)


def _manual_steps(space: SpaceSettings) -> str:
    match space:
        case DiscordSettings():
            return _DISCORD
        case ForumSettings():
            return _FORUM.format(url=space.url)
        case GithubSettings():
            return _GITHUB.format(organization=space.organization)
        case ManualSettings():
            return "ask " + " or ".join(space.administrators) + " to let them back in."


def _format_instant(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def _write_new(path: Path, text: str) -> None:
    """The new file holds the text, for its owner alone; a file that is there already is never replaced."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise Refused("file_exists", f"{path} is there already; name a new file.") from error
    except OSError as error:
        raise Refused("not_written", f"{path} cannot be written: {error.strerror}.") from error
