"""What somebody pointed to in a space when they began a report: sealed until the report is in, or for a while.

Some spaces hand a thing over once only, in the moment in which it is chosen. It is opened by whoever chose it, and goes
by itself where no report follows: of what nobody reported nothing is kept. Policy: P-2.7. Read `Capture` first.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guardian.spaces.port import Account


@dataclass(frozen=True, slots=True)
class Capture:
    """One thing as it was handed over: who chose it, by which name they come back to it, and its content as given."""

    id: str
    by: Account
    name: str
    content: str
    at: datetime


class CaptureStore(Protocol):
    """What is stored of things that were pointed to."""

    async def add_capture(self, capture: Capture) -> None:
        """Store what was handed over."""
        ...

    async def captures_by(self, account: Account) -> tuple[str, ...]:
        """Return the ids of what that account has pointed to, oldest first."""
        ...

    async def find_captures(self, by: Account, name: str) -> tuple[Capture, ...]:
        """Return what that account has pointed to by that name, oldest first."""
        ...

    async def remove_capture(self, capture: str) -> None:
        """Remove it, and what it is found by."""
        ...

    async def captures_before(self, instant: datetime) -> tuple[str, ...]:
        """Return the ids of what was pointed to at the instant or before."""
        ...
