"""Reads the file that says who takes which place in the groups; every fault is named at once, in the file's own terms."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from guardian.errors import Misconfigured
from guardian.ids import SpaceName
from guardian.people.models import Group, Office
from guardian.services.operations.setup import NewMember, SeatInput
from guardian.settings.models import Settings
from guardian.settings.toml_table import TableReader, Text, Texts, matching
from guardian.spaces.port import Account
from rules.policy_sections.community import BoardSeats

AccountId = Annotated[Text, matching(r"[0-9]+", "is not an account's id, which has digits only")]
"""Each kind of space that there is a connector for names its accounts by numbers."""
STANDBY: Final = "standby"
"""The seat of somebody from outside who takes the Board's place beside the chairs, where there is no Board (P-1.1)."""
Email = Annotated[Text, matching(r"[^\s@,;<>]+@[^\s@,;<>]+", "is not a mail address")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """What a person's table says, beside their seats, and their accounts under the names of the spaces."""

    name: Annotated[Text, Field(examples=["Amara Okafor"])]
    email: Email | None = None
    aliases: Texts = ()


def read_new_members(path: Path, settings: Settings) -> tuple[NewMember, ...]:
    """Read the people of the file, in its order."""
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Misconfigured([f"The file of members {path} cannot be read: {error.strerror}."]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Misconfigured([f"The file of members {path} is not valid TOML: {error}."]) from error
    reader = TableReader(path.parent)
    people = body.pop("member", [])
    if not isinstance(people, list) or not people:
        reader.fault("member", "", "is missing; write each person as [[member]] with name, seats and accounts")
        people = []
    for key in body:
        reader.fault(key, "", "there is no such key; write each person as [[member]]")
    read = [_read_new_member(reader, f"member {number}", each, settings) for number, each in enumerate(people, 1)]
    if reader.faults:
        raise Misconfigured([f"{path.name}: {fault}" for fault in reader.faults])
    return tuple(each for each in read if each is not None)


def _read_new_member(reader: TableReader, place: str, body: object, settings: Settings) -> NewMember | None:
    spaces = [each.name for each in settings.spaces]
    said = body if isinstance(body, dict) else {}
    ids = {space: said[space] for space in spaces if space in said}
    accounts = reader.read(dict[SpaceName, AccountId], place, ids) or {}
    places = reader.read(dict[str, Texts], place, {"seats": said["seats"]} if "seats" in said else {}) or {}
    seats = [_read_seat(reader, place, text, settings) for text in places.get("seats", ())]
    member = reader.read(_Member, place, body, "seats", *spaces)
    if member is None:
        return None
    return NewMember(
        member.name,
        tuple(seat for seat in seats if seat is not None),
        tuple(Account(space, account) for space, account in accounts.items()),
        member.email,
        member.aliases,
    )


def _read_seat(reader: TableReader, where: str, text: str, settings: Settings) -> SeatInput | None:
    """`working_group`, `working_group:chair`, `moderators@discord`; `standby` where the policy knows no Board."""
    place, _, space = text.partition("@")
    group_name, _, office_name = place.partition(":")
    if text == STANDBY and settings.policy.groups.board is BoardSeats.SEATED:
        reader.fault(where, "seats", "'standby' is for a policy without a Board; write board")
        return None
    group = Group.BOARD if text == STANDBY else next((each for each in Group if each.value == group_name), None)
    office = next((each for each in Office if each.value == (office_name or Office.MEMBER)), None)
    if group is None or office is None or (space and space not in {each.name for each in settings.spaces}):
        groups, offices = ", ".join(Group), ", ".join(Office)
        sentence = f"'{text}' is not a place; write group or group:office (groups: {groups}; offices: {offices})"
        reader.fault(where, "seats", f"{sentence}, and @space for the moderators of one space")
        return None
    return SeatInput(group, office, SpaceName(space) if space else None)
