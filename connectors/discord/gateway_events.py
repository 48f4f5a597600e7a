"""What Discord's gateway says of an account in our server, read from its frames. Pure. Read `parse_event` first."""

import re
from dataclasses import dataclass

from connectors.discord.translate import BAN_ADDED, BAN_REMOVED, MEMBER_KICKED, MEMBER_UPDATED
from guardian.untrusted_json import MalformedJson, id_at, object_at, read_object, text_at

_WATCHED = (
    "GUILD_MEMBER_ADD",
    "GUILD_MEMBER_REMOVE",
    "GUILD_MEMBER_UPDATE",
    "GUILD_BAN_ADD",
    "GUILD_BAN_REMOVE",
    "GUILD_AUDIT_LOG_ENTRY_CREATE",
)
_ENTRIES = (MEMBER_KICKED, BAN_ADDED, BAN_REMOVED, MEMBER_UPDATED)
RESTRICTION_EVENTS = ("GUILD_BAN_ADD", "GUILD_AUDIT_LOG_ENTRY_CREATE")
"""The events after which somebody's restriction may be new. The audit log's own comes once its entry can be read."""
_WATCHED_FRAME = re.compile(rf'"t":\s*"({"|".join(_WATCHED)})"')


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """An event about an account: it says only where to look."""

    kind: str
    native_id: str


def parse_event(frame: str, guild_id: str, own_id: str) -> AccountEvent | None:
    """Return the account of our server that a gateway frame is about.

    None for all other frames and for entries of our own.
    """
    if not _WATCHED_FRAME.search(frame):
        return None
    try:
        event = read_object(frame)
    except MalformedJson:
        return None
    kind, data = text_at(event, "t"), object_at(event, "d")
    if kind not in _WATCHED or id_at(data, "guild_id") != guild_id:
        return None
    if kind == "GUILD_AUDIT_LOG_ENTRY_CREATE":
        action = data.get("action_type")
        concerned = id_at(data, "target_id") if isinstance(action, int) and action in _ENTRIES else None
        native_id = None if text_at(data, "user_id") == own_id else concerned
    else:
        native_id = id_at(object_at(data, "user"), "id")
    return AccountEvent(kind, native_id) if native_id else None
