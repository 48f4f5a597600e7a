"""The journal's entries: who did what, on which authority. Append-only; ids only, free text encrypted.

The chain itself (position, codes, the one head row) is kept by `guardian.storage`; here stands what an entry says.
Read `Entry` first.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol, Self

from guardian.ids import CaseId, MemberId

SERVICE = "service"
OPERATOR = "operator"
PARTY = "party"

_ANCHOR: Final = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Entry:
    """One act. `act` is `noun.past_verb`; `by` a member id, or `service`, `operator` (of the host) or `party`.

    `authority` says on what ground (a decision, an act, a rule id, a term's end). `about` are our own ids only. `text`
    is free text (a recorded reason): encrypted under the key of `case`, so it needs one.
    """

    act: str
    by: str
    authority: str = ""
    about: Mapping[str, str] = field(default_factory=dict)
    case: CaseId | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Anchor:
    """How far the journal had come at some time, and the code of its last entry: what is noted outside the database."""

    position: int
    mac: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the anchor that the text is (`4711:` and 64 letters and digits); None where it is none."""
        found = _ANCHOR.fullmatch(text.strip())
        return cls(int(found[1]), found[2]) if found else None

    def __str__(self) -> str:
        return f"{self.position}:{self.mac}"


@dataclass(frozen=True, slots=True)
class PastEntry:
    """An entry as it stands in the journal, without its words: what was done, when, by whom, in which case."""

    position: int
    at: datetime
    act: str
    by: str
    case: CaseId | None


class History(Protocol):
    """Reads what the journal has, and says whether it is as it was written."""

    async def entries_before(self, position: int | None, limit: int) -> tuple[PastEntry, ...]:
        """Return the entries of the `limit` places before this one, newest first; None begins at the last."""
        ...

    async def last_acts(self, since: datetime) -> Mapping[str, datetime]:
        """Return when each of those who act in it last did, from that instant on."""
        ...

    async def begun_at(self) -> datetime | None:
        """Return when its first entry was written; None where there is none."""
        ...

    async def is_whole(self) -> bool:
        """Return whether every entry is as it was written."""
        ...


class Journal(Protocol):
    """Takes one entry in the act's own transaction; it is written as the transaction's last statement."""

    def note(self, entry: Entry) -> None:
        """Note the entry: it is written when the transaction commits, or not at all."""
        ...


def by_member(member: MemberId) -> str:
    """Return how an entry names a member who acted."""
    return str(member)
