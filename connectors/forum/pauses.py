"""A category of the forum closed for a while: everybody who could write there reads, and staff alone writes.

What the category allows is one table of groups, which is set as a whole. So it is kept as it was found, word for word, and
set again so. The forum opens nothing by itself. Read `ForumPauses` first. Policy: P-1.6.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from connectors.forum.connection import ForumConnection
from connectors.forum.permissions import CATEGORIES
from connectors.http import CallFailed
from guardian.spaces.outcomes import Done, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.pauses import PauseAbility, PauseKind, PauseSetting, PauseTarget
from guardian.spaces.port import Missing, Unknown

TO_PAUSE: Final = CATEGORIES.label
_NOT_SHOWN: Final = "a category that our account is shown"
_FULL, _READ = 1, 3
"""What a group may do there: 1 begins topics, 2 replies, 3 reads."""
_OURS: Final = _READ - _FULL
_STAFF_GROUPS: Final = frozenset({1, 2, 3})
"""The lasting ids of administrators, moderators and both together, whatever they are called in the forum's language."""
_STAFF: Final = "staff"
_ADDRESS: Final = re.compile(r"/c/(?:[^/]+/)*(\d+)(?:/\w+)?/?")


@dataclass(frozen=True, slots=True)
class _Category:
    """A category by its name, with what each group may do in it, and which of the groups are staff's."""

    name: str
    permissions: Mapping[str, int]
    staff: frozenset[str]

    @property
    def strength(self) -> int:
        """How closed it is to all who are not staff: 0 where some of them begin topics, 2 where all read at most."""
        others = [kind for group, kind in self.permissions.items() if group not in self.staff]
        return min(others, default=_READ) - _FULL

    def closed(self) -> dict[str, int]:
        """The table in which nobody may do more than before, and staff alone writes."""
        shut = {group: kind if group in self.staff else _READ for group, kind in self.permissions.items()}
        return shut if self.staff else {**shut, _STAFF: _FULL}


class ForumPauses:
    """The categories of one forum."""

    def __init__(self, connection: ForumConnection) -> None:
        self._connection, self._caller = connection, connection.caller

    @property
    def supported(self) -> Mapping[PauseKind, PauseAbility]:
        """Return writing, in one category; it stays closed until it is opened."""
        return {PauseKind.WRITING: PauseAbility(_OURS, has_parts=True, needs_part=True)}

    async def find_part(self, kind: PauseKind, text: str) -> PauseTarget | Unknown | None:
        """Find the category by its address in the browser, or by its number."""
        number = self._number_in(text.strip())
        if number is None:
            return None
        seen = await self._caller.observe(self._read(number))
        return (
            seen
            if seen is None or isinstance(seen, Unknown)
            else PauseTarget(self._connection.config.name, kind, number, seen.name)
        )

    async def observe(self, target: PauseTarget) -> PauseSetting | Unknown | Missing:
        """Return how closed the category is, and its table. What is not shown to us may stand closed there still."""
        seen = await self._caller.observe(self._read(target.part))
        if seen is None:
            return Unknown("the category is not shown to us", needs=_NOT_SHOWN)
        return seen if isinstance(seen, Unknown) else PauseSetting(seen.strength, detail=_written(seen.permissions))

    async def apply(self, target: PauseTarget, setting: PauseSetting) -> Outcome:
        """Close it to all but staff, or set the table again that was found."""
        made = await self._caller.perform(self._apply(target, setting))
        return Forbidden(TO_PAUSE) if isinstance(made, Forbidden) else made

    async def _read(self, number: str) -> _Category | Unknown | None:
        """The category as it is set; None where it is not shown to us, which a deleted one is not either."""
        client = self._connection.client
        try:
            row = await self._caller.request(lambda: client.category(int(number)))
        except CallFailed as failed:
            if isinstance(failed.outcome, Gone):
                return None
            raise
        if "group_permissions" not in row:
            return Unknown("the forum does not show us who may write there", needs=TO_PAUSE)
        rows = row["group_permissions"]
        table = {str(each["group_name"]): int(each["permission_type"]) for each in rows}
        if not all(_FULL <= kind <= _READ for kind in table.values()):
            raise ValueError("a permission that cannot be read")
        staff = frozenset(str(each["group_name"]) for each in rows if int(each["group_id"]) in _STAFF_GROUPS)
        return _Category(str(row["name"]), table, staff)

    async def _apply(self, target: PauseTarget, setting: PauseSetting) -> Outcome:
        seen = await self._read(target.part)
        if seen is None:
            return Unavailable("the category is not shown to us")
        if isinstance(seen, Unknown):
            return Forbidden(TO_PAUSE)
        if setting.detail:
            table = {str(group): int(kind) for group, kind in json.loads(setting.detail).items()}
        elif setting.strength:
            table = seen.closed()
        else:
            return Rejected("what the category allowed before is not known")
        client = self._connection.client
        await self._caller.request(lambda: client.set_category_permissions(int(target.part), seen.name, table))
        return Done()

    def _number_in(self, text: str) -> str | None:
        if text.isdecimal() and text.isascii():
            return str(int(text))
        address, home = urlsplit(text), urlsplit(self._connection.config.base_url)
        found = _ADDRESS.fullmatch(address.path.removeprefix(home.path.rstrip("/")))
        return str(int(found[1])) if found and (address.scheme, address.netloc) == (home.scheme, home.netloc) else None


def _written(permissions: Mapping[str, int]) -> str:
    return json.dumps(dict(sorted(permissions.items())), ensure_ascii=False)
