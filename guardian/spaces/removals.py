"""Members whom somebody put out of a space with its own menu: an act that leaves nothing behind to observe.

Read `RemovalRecords` first. Policy: P-7.2.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from guardian.spaces.port import Account, Unknown


@dataclass(frozen=True, slots=True)
class Removal:
    """One entry of the space's own records: who was put out, by whom (a native id there), and when."""

    id: str
    account: Account
    by: str
    at: datetime


@runtime_checkable
class RemovalRecords(Protocol):
    """A space that knows such an act, and records it. The others are asked nothing."""

    async def removals(self, native_id: str | None) -> tuple[Removal, ...] | Unknown:
        """Return the newest removals by others than us, oldest first: of that account, or of anybody."""
        ...
