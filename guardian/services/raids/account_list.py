"""The list of accounts that a raid is announced with: read line by line, looked up, and what on it cannot be restricted.

Read `parse_list` first."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.ids import SpaceName
from guardian.people.models import Group, Member
from guardian.services.context import AppContext
from guardian.spaces.account_text import read_account_text
from guardian.spaces.port import Account, Unknown
from rules.precedence import Restriction, access_level_of

_MOST_NAMES: Final = 50
"""A name is looked up by a call of its own; an id is taken as it is."""
_LONGEST_ID: Final = 100
_TOO_MANY_NAMES: Final = (
    f"names are looked up one by one, {_MOST_NAMES} at most: give ids, as id:123, or under a first line that says id"
)


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """One line of the list as it was typed: its number, the space, an id or a name, and why it is refused.

    `is_id`: the list itself says that it is an id. Digits alone may be what somebody is called.
    """

    number: int
    space: SpaceName
    text: str
    refusal: str = ""
    is_id: bool = False


def parse_list(text: str, spaces: Sequence[SpaceName], default: SpaceName | None) -> tuple[ListedAccount, ...]:
    """Parse the lines of the list: an account, or `space,account` with anything after a further comma left aside.

    A line in which no space of ours is named belongs to `default`; empty ones are skipped, and a heading is. Under a
    heading that says `id` each account is one, as is every `id:…`; all else is looked up.
    """
    found, under_id = [], False
    for number, row in enumerate(csv.reader(io.StringIO(text.lstrip("\ufeff"))), start=1):
        cells = [cell.strip() for cell in row if cell.strip()]
        if not cells:
            continue
        if number == 1 and cells[0].casefold() in ("space", "id", "account"):
            under_id = "id" in (cell.casefold() for cell in cells)
            continue
        named = SpaceName(cells[0].casefold())
        if named in spaces:
            refusal = "" if len(cells) > 1 else "no account is named"
            found.append(_refuse_unfit(ListedAccount(number, named, cells[1] if len(cells) > 1 else "", refusal)))
        elif default is not None and len(cells) == 1:
            found.append(_refuse_unfit(ListedAccount(number, default, cells[0])))
        else:
            found.append(
                ListedAccount(number, default or SpaceName(""), cells[0][:_LONGEST_ID], "it names no space of ours")
            )
    return tuple(_with_meaning(line, under_id=under_id) for line in found)


def _refuse_unfit(line: ListedAccount) -> ListedAccount:
    unfit = len(line.text) > _LONGEST_ID or not line.text.isprintable()
    return replace(line, text=line.text[:_LONGEST_ID], refusal="that is no id and no name") if unfit else line


def _with_meaning(line: ListedAccount, *, under_id: bool) -> ListedAccount:
    said = read_account_text(line.text)
    if line.refusal or not said.may_be_id or (said.may_be_name and not under_id):
        return line
    if _is_id(said.words):
        return replace(line, text=said.words, is_id=True)
    return line if said.may_be_name else replace(line, refusal="that is no id")


async def resolve_names(app: AppContext, lines: Sequence[ListedAccount]) -> tuple[ListedAccount, ...]:
    """Look the names up one by one, so there may be few of them; what the list says to be an id is taken as it is."""
    found, left = [], _MOST_NAMES
    for line in lines:
        space = app.spaces.get(line.space)
        if line.refusal or space is None or line.is_id:
            found.append(line)
        elif left == 0:
            found.append(replace(line, refusal=_TOO_MANY_NAMES))
        else:
            left -= 1
            known = await space.find_account(line.text)
            found.append(_with_lookup(line, known))
    return tuple(found)


def _with_lookup(line: ListedAccount, known: tuple[str, str] | Unknown | None) -> ListedAccount:
    if isinstance(known, Unknown):
        return replace(line, refusal="the space could not be asked just now: give the id, or try again")
    if known is None and _is_id(line.text):
        # Nobody is called so, and whoever has that id has left meanwhile.
        return replace(line, is_id=True)
    return replace(line, text=known[0]) if known else replace(line, refusal="nobody there has that name")


def _is_id(text: str) -> bool:
    """Whether it is an id as spaces write it. One with zeros before it, or in other digits, could mean a member unseen."""
    return text.isascii() and text.isdecimal() and not text.startswith("0")


def refuse_role_holders(lines: Iterable[ListedAccount], role_holders: Iterable[Member]) -> tuple[ListedAccount, ...]:
    """Refuse whoever has a role here: about each of them is decided by name, not by a list."""
    owned = {account for member in role_holders for account in member.accounts}
    return tuple(
        replace(line, refusal="somebody who has a role here")
        if not line.refusal and Account(line.space, line.text) in owned
        else line
        for line in lines
    )


def refuse_repeated(lines: Iterable[ListedAccount]) -> tuple[ListedAccount, ...]:
    """Refuse each line whose account the list has named already."""
    first: dict[tuple[SpaceName, str], int] = {}
    checked = []
    for line in lines:
        before = first.setdefault((line.space, line.text), line.number) if not line.refusal else line.number
        checked.append(line if before == line.number else replace(line, refusal=f"it stands in line {before} already"))
    return tuple(checked)


def refuse_inexpressible(app: AppContext, line: ListedAccount, restriction: Restriction) -> ListedAccount:
    """Refuse the line where its space cannot express the restriction."""
    space = app.spaces.get(line.space)
    if line.refusal or space is None or access_level_of(restriction) in space.capabilities.levels:
        return line
    return replace(line, refusal=f"{line.space} cannot hold that anybody is {restriction}")


def has_role(member: Member, at: datetime) -> bool:
    """Return whether the member holds an office in any group at that instant."""
    return any(member.holds_office(group, at) for group in Group)
