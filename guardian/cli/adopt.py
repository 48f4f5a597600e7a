"""`guardian adopt`: the restrictions that others placed, listed, taken over with an end, or left. As a named member."""

import asyncio
import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
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
from guardian.errors import GuardianError, Misconfigured, Refused
from guardian.ids import MemberId, SpaceName
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext
from guardian.services.measures import adoption
from guardian.services.measures.adoption import ForeignPage
from guardian.settings.models import Settings

_PAGE_SIZE: Final = 20
_SHOWN: Final = 60
_REASON: Final = "taken over from a list"


@dataclass(frozen=True, slots=True)
class AdoptionRequest:
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
    requests = _read_requests(account, until, reason, file, leave=leave)
    settings = load_settings(config)
    if not requests:
        _show(asyncio.run(list_foreign(settings, as_name, space, page)), page, as_json=as_json)
        return
    if space is None:
        raise typer.BadParameter("say in which --space")
    failed = asyncio.run(carry_out(settings, as_name, SpaceName(space), requests))
    if failed:
        raise typer.Exit(1)


async def list_foreign(settings: Settings, name: str, space: str | None, page: int) -> tuple[ForeignPage, ...]:
    """List one page of each space, or of the one that was named."""
    known = [each.name for each in settings.spaces if space in (None, each.name)]
    if not known:
        names = ", ".join(each.name for each in settings.spaces)
        raise Refused("no_such_space", f"There is no space {space!r} in the file. There are: {names}.")
    async with open_as(settings, name, UseCase.ADOPT) as (service, member):
        with show_progress("Looking"):
            first = (page - 1) * _PAGE_SIZE
            return tuple([await adoption.list_foreign(service.app, member, each, first, _PAGE_SIZE) for each in known])


async def carry_out(settings: Settings, name: str, space: SpaceName, requests: Iterable[AdoptionRequest]) -> int:
    """Carry out each request, or say why not; return how many were not."""
    async with open_as(settings, name, UseCase.ADOPT) as (service, member):
        return sum([await _carry_out_one(service.app, member, space, request) for request in requests])


async def _carry_out_one(app: AppContext, member: MemberId, space: SpaceName, request: AdoptionRequest) -> bool:
    try:
        if request.until is None:
            await adoption.leave_as_is(app, member, space, request.account)
            print_line(f"{request.account}: left as it is")
        else:
            done = await adoption.adopt_restriction(app, member, space, request.account, request.until, request.reason)
            print_line(f"{request.account}: ends {_format_day(done.ends)}; {done.person}, case {done.code_name}")
    except GuardianError as refused:
        print_line(f"{request.account}: not done. {refused.sentence}")
        return True
    return False


def _read_requests(
    account: str | None, until: str | None, reason: str, file: Path | None, *, leave: bool
) -> tuple[AdoptionRequest, ...]:
    if file is not None:
        if account is not None:
            raise typer.BadParameter("give --account or --file, not both")
        return _read_file(file)
    if account is None:
        return ()
    if leave == (until is not None):
        raise typer.BadParameter("say what becomes of it: --until with a day, or --leave")
    return (AdoptionRequest(account, _parse_day(until) if until else None, reason),)


def _read_file(path: Path) -> tuple[AdoptionRequest, ...]:
    """The wishes of a CSV file; every line that cannot be read is named at once, and then nothing is done."""
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured([f"The file {path} cannot be read: {error}."]) from error
    requests, faults = [], []
    for number, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row] + ["", "", ""]
        if not any(cells) or cells[0] == "account":
            continue
        try:
            until = _parse_day(cells[1]) if cells[1] else None
        except typer.BadParameter as fault:
            faults.append(f"{path}, line {number}: {fault}")
            continue
        requests.append(AdoptionRequest(cells[0], until, cells[2] or _REASON))
    if faults or not requests:
        raise Misconfigured(faults or [f"The file {path} names no account."])
    return tuple(requests)


def _parse_day(text: str) -> datetime:
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise typer.BadParameter(f"write the day as 2027-03-31, not {text!r}") from None


def _published(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """Name the fields as scripts that read the output know them, whatever the code calls them."""
    return {"hold" if name == "level" else name: value for name, value in fields}


def _show(pages: tuple[ForeignPage, ...], number: int, *, as_json: bool) -> None:
    if as_json:
        print_json([asdict(page, dict_factory=_published) for page in pages])
        return
    for page in pages:
        print_line(f"{page.space}: {page.count} restrictions that are not ours")
        for line in page.lines:
            since = _format_day(line.since) if line.since else "unknown since when"
            until = f"until {_format_day(line.until)}" if line.until else "without an end"
            reason = " ".join(line.said.split())
            print_line(f"  {line.native_id}  {line.handle}  {line.level}  {since}  {until}  {reason[:_SHOWN]}".rstrip())
        if page.count > number * _PAGE_SIZE:
            print_line(f"  … more with --space {page.space} --page {number + 1}")
    print_line()
    print_line(
        "To take one over:  guardian adopt --as NAME --space SPACE --account ID --until 2027-03-31 --reason TEXT"
    )
    print_line("To leave it:       guardian adopt --as NAME --space SPACE --account ID --leave")


def _format_day(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d}"
