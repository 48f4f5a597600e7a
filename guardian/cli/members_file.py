"""Reads the file that says who takes which place in the groups; every fault is named at once, in the file's own terms."""

import tomllib
from pathlib import Path

from guardian.desk.setup import Newcomer, Seat
from guardian.errors import Misconfigured
from guardian.ids import SpaceName
from guardian.people.values import Group, Office
from guardian.settings.file import Table
from guardian.settings.values import Settings
from guardian.spaces.port import Account


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
