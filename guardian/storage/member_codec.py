"""A member as what is sealed of them: names, offices, accounts, and how they came and left. Read `encode_member` first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from guardian.ids import MemberId, SpaceName
from guardian.people.models import Departure, Group, Member, Office, Role
from guardian.spaces.port import Account
from guardian.storage.utc_datetime import from_microseconds, to_microseconds
from rules.membership import LeavingGround

_INSTANTS: Final = ("conflicts_asked_at", "renewed_at", "asked_at", "renewal_heard_at", "silent_since")


def encode_member(member: Member) -> dict[str, Any]:
    """Return what is kept of a member, but for their id and the end of their access."""
    return {
        "name": member.name,
        "roles": [_encode_role(role) for role in member.roles],
        "accounts": [[account.space, account.native_id] for account in member.accounts],
        "email": member.email,
        "aliases": list(member.aliases),
        "person": member.person,
        "administers": list(member.administers),
        "renewal_notice": member.renewal_notice,
        "has_sharp_pictures": member.has_sharp_pictures,
        **{name: _to_optional(getattr(member, name)) for name in _INSTANTS},
        "seated_at": _to_optional(member.seated_at),
        "departures": [[to_microseconds(d.at), d.by, d.ground, d.words] for d in member.departures],
    }


def _encode_role(role: Role) -> dict[str, Any]:
    return {
        "group": role.group,
        "office": role.office,
        "since": to_microseconds(role.since),
        "until": None if role.until is None else to_microseconds(role.until),
        "space": role.space,
        "body": role.body,
        "named_by": role.named_by,
    }


def read_member(row: Row[Any], content: Mapping[str, Any]) -> Member:
    """Return the member of the row, whose sealed part says this."""
    return Member(
        id=MemberId(row.id),
        name=content["name"],
        roles=tuple(_read_role(role) for role in content.get("roles", ())),
        accounts=tuple(Account(SpaceName(space), native_id) for space, native_id in content.get("accounts", ())),
        email=content.get("email"),
        aliases=tuple(content.get("aliases", ())),
        person=content.get("person"),
        ended_at=row.ended_at,
        version=row.version,
        conflicts_asked_at=_from_optional(content.get("conflicts_asked_at")),
        administers=tuple(map(SpaceName, content.get("administers", ()))),
        renewal_notice=content.get("renewal_notice"),
        has_sharp_pictures=content.get("has_sharp_pictures", False),
        renewed_at=_from_optional(content.get("renewed_at")),
        asked_at=_from_optional(content.get("asked_at")),
        renewal_heard_at=_from_optional(content.get("renewal_heard_at")),
        silent_since=_from_optional(content.get("silent_since")),
        seated_at=_from_optional(content.get("seated_at")),
        departures=tuple(_read_departure(*each) for each in content.get("departures", ())),
    )


def _read_departure(at: int, by: str, ground: str, words: str) -> Departure:
    return Departure(from_microseconds(at), by, LeavingGround(ground), words)


def _to_optional(at: datetime | None) -> int | None:
    return None if at is None else to_microseconds(at)


def _from_optional(at: int | None) -> datetime | None:
    return None if at is None else from_microseconds(at)


def _read_role(role: Mapping[str, Any]) -> Role:
    until: datetime | None = None if role["until"] is None else from_microseconds(role["until"])
    return Role(
        group=Group(role["group"]),
        office=Office(role["office"]),
        since=from_microseconds(role["since"]),
        until=until,
        space=role["space"],
        named_by=role.get("named_by"),
        body=role.get("body"),
    )
