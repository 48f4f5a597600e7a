"""`guardian adopt`: the restrictions that others placed, listed, taken over with an end, or left. As a named member."""

import asyncio
import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from guardian.cli.opening import AsOption, ConfigOption, JsonOption, say, say_json, settings_of, waiting
from guardian.cli.terminal import opened_as
from guardian.desk import adopting
from guardian.desk.adopting import StandingPage
from guardian.desk.desk import Desk
from guardian.errors import GuardianError, Misconfigured, Refused
from guardian.ids import MemberId, SpaceName
from guardian.people.permissions import UseCase
from guardian.settings.models import Settings

_A_PAGE: Final = 20
_SHOWN: Final = 60
_REASON: Final = "taken over from a list"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to become of one account's restriction: an end, or (None) it is left."""

    account: str
    until: datetime | None
    reason: str


def command(
    as_name: AsOption,
    space: Annotated[str | None, typer.Option(help="The space's name in the configuration file.")] = None,
    account: Annotated[str | None, typer.Option(help="The account's id, or its exact handle.")] = None,
    until: Annotated[str | None, typer.Option(help="The day of its end, as 2027-03-31.")] = None,
    reason: Annotated[str, typer.Option(help="Why it ends then; kept with the case.")] = "",
    leave: Annotated[bool, typer.Option("--leave", help="Leave it as it is, and list it no more.")] = False,
    file: Annotated[Path | None, typer.Option(help="A CSV file: account, until (empty: left), reason.")] = None,
    page: Annotated[int, typer.Option(min=1, help="Which page of the list.")] = 1,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the restrictions that stood before Guardian, take them over with an end, or leave them.

    Taking over only ever shortens what stands: at its end Guardian lifts it, and never places it anew.
    """
    wishes = _wishes(account, until, reason, file, leave=leave)
    settings = settings_of(config)
    if not wishes:
        _show(asyncio.run(listed(settings, as_name, space, page)), page, as_json=as_json)
        return
    if space is None:
        raise typer.BadParameter("say in which --space")
    failed = asyncio.run(carried_out(settings, as_name, SpaceName(space), wishes))
    if failed:
        raise typer.Exit(1)


async def listed(settings: Settings, name: str, space: str | None, page: int) -> tuple[StandingPage, ...]:
    """One page of each space, or of the one that was named."""
    known = [each.name for each in settings.spaces if space in (None, each.name)]
    if not known:
        names = ", ".join(each.name for each in settings.spaces)
        raise Refused("no_such_space", f"There is no space {space!r} in the file. There are: {names}.")
    async with opened_as(settings, name, UseCase.ADOPT) as (service, member):
        with waiting("Looking"):
            first = (page - 1) * _A_PAGE
            return tuple([await adopting.listed(service.desk, member, each, first, _A_PAGE) for each in known])


async def carried_out(settings: Settings, name: str, space: SpaceName, wishes: Iterable[Wish]) -> int:
    """Each wish is carried out, or it is said why not; how many were not."""
    async with opened_as(settings, name, UseCase.ADOPT) as (service, member):
        return sum([await _failed(service.desk, member, space, wish) for wish in wishes])


async def _failed(desk: Desk, member: MemberId, space: SpaceName, wish: Wish) -> bool:
    try:
        if wish.until is None:
            await adopting.leave(desk, member, space, wish.account)
            say(f"{wish.account}: left as it is")
        else:
            done = await adopting.adopt(desk, member, space, wish.account, wish.until, wish.reason)
            say(f"{wish.account}: ends {_day(done.ends)}; {done.person}, case {done.code_name}")
    except GuardianError as refused:
        say(f"{wish.account}: not done. {refused.sentence}")
        return True
    return False


def _wishes(account: str | None, until: str | None, reason: str, file: Path | None, *, leave: bool) -> tuple[Wish, ...]:
    if file is not None:
        if account is not None:
            raise typer.BadParameter("give --account or --file, not both")
        return _from_file(file)
    if account is None:
        return ()
    if leave == (until is not None):
        raise typer.BadParameter("say what becomes of it: --until with a day, or --leave")
    return (Wish(account, _instant(until) if until else None, reason),)


def _from_file(path: Path) -> tuple[Wish, ...]:
    """The wishes of a CSV file; every line that cannot be read is named at once, and then nothing is done."""
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured([f"The file {path} cannot be read: {error}."]) from error
    wishes, faults = [], []
    for number, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row] + ["", "", ""]
        if not any(cells) or cells[0] == "account":
            continue
        try:
            until = _instant(cells[1]) if cells[1] else None
        except typer.BadParameter as fault:
            faults.append(f"{path}, line {number}: {fault}")
            continue
        wishes.append(Wish(cells[0], until, cells[2] or _REASON))
    if faults or not wishes:
        raise Misconfigured(faults or [f"The file {path} names no account."])
    return tuple(wishes)


def _instant(text: str) -> datetime:
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise typer.BadParameter(f"write the day as 2027-03-31, not {text!r}") from None


def _show(pages: tuple[StandingPage, ...], number: int, *, as_json: bool) -> None:
    if as_json:
        say_json([asdict(page) for page in pages])
        return
    for page in pages:
        say(f"{page.space}: {page.count} restrictions that are not ours")
        for line in page.lines:
            since = _day(line.since) if line.since else "unknown since when"
            until = f"until {_day(line.until)}" if line.until else "without an end"
            said = " ".join(line.said.split())
            say(f"  {line.native_id}  {line.handle}  {line.hold}  {since}  {until}  {said[:_SHOWN]}".rstrip())
        if page.count > number * _A_PAGE:
            say(f"  … more with --space {page.space} --page {number + 1}")
    say()
    say("To take one over:  guardian adopt --as NAME --space SPACE --account ID --until 2027-03-31 --reason TEXT")
    say("To leave it:       guardian adopt --as NAME --space SPACE --account ID --leave")


def _day(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d}"
