"""Reads the file that says who takes which place in the groups; every fault is named at once, in the file's own terms."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from guardian.desk.setup import Newcomer, Seat
from guardian.errors import Misconfigured
from guardian.ids import SpaceName
from guardian.people.values import Group, Office
from guardian.settings.file import Table
from guardian.settings.values import Settings
from guardian.spaces.port import Account

_ADDRESS: Final = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+")


def faults_of(newcomer: Newcomer) -> Iterator[tuple[str, str]]:
    """What keeps the service from ever reaching the newcomer: the key of each fault, and a sentence."""
    if not newcomer.name.strip() or not newcomer.name.isprintable():
        yield "name", f"{newcomer.name!r} is not a name; write it in one line"
    for account in newcomer.accounts:
        # Each kind of space that there is a connector for names its accounts by numbers.
        if not (account.native_id.isascii() and account.native_id.isdecimal()):
            yield account.space, f"{account.native_id!r} is not an account's id, which has digits only"
    if newcomer.email is not None and not (newcomer.email.isprintable() and _ADDRESS.fullmatch(newcomer.email)):
        yield "email", f"{newcomer.email!r} is not a mail address"


def read_newcomers(path: Path, settings: Settings) -> tuple[Newcomer, ...]:
    """The people of the file, in its order."""
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Misconfigured([f"The file of members {path} cannot be read: {error.strerror}."]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured([f"The file of members {path} is not valid TOML: {error}."]) from error
    faults: list[str] = []
    people = body.pop("member", [])
    if not isinstance(people, list) or not people:
        faults.append("member: is missing; write each person as [[member]] with name, seats and accounts")
        people = []
    faults += [f"{key}: there is no such key; write each person as [[member]]" for key in body]
    read = tuple(
        _newcomer(Table(f"member {number}", each, path.parent, faults), settings)
        for number, each in enumerate(people, 1)
    )
    if faults:
        raise Misconfigured([f"{path.name}: {fault}" for fault in faults])
    return read


def _newcomer(table: Table, settings: Settings) -> Newcomer:
    spaces = [each.name for each in settings.spaces]
    newcomer = Newcomer(
        table.text("name", example="Amara Okafor"),
        tuple(seat for text in table.texts("seats") if (seat := _seat(table, text, spaces)) is not None),
        tuple(Account(space, table.text(space)) for space in spaces if table.has(space)),
        table.text("email", "") or None,
        table.texts("aliases"),
    )
    if newcomer.name:
        for key, sentence in faults_of(newcomer):
            table.fault(key, sentence)
    table.known(*spaces)
    table.end()
    return newcomer


def _seat(table: Table, text: str, spaces: list[SpaceName]) -> Seat | None:
    """`working_group`, `working_group:chair`, `moderators@discord`."""
    place, _, space = text.partition("@")
    group_name, _, office_name = place.partition(":")
    group = next((each for each in Group if each.value == group_name), None)
    office = next((each for each in Office if each.value == (office_name or Office.MEMBER)), None)
    if group is None or office is None or (space and space not in spaces):
        groups, offices = ", ".join(Group), ", ".join(Office)
        sentence = f"'{text}' is not a place; write group or group:office (groups: {groups}; offices: {offices})"
        table.fault("seats", f"{sentence}, and @space for the moderators of one space")
        return None
    return Seat(group, office, SpaceName(space) if space else None)
