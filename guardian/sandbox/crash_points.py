"""A wrapper round a space that stops just after an act was carried out, before anybody could record it: for restarts."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardian.ids import SpaceName
from guardian.spaces.outcomes import Outcome
from guardian.spaces.port import Account, RestrictionOrder, Space
from rules.precedence import AccessLevel

RESTRICT: Final = "restrict"
RELEASE: Final = "release"
RESTRICT_BULK: Final = "restrict_many"


@dataclass(slots=True)
class CrashPoint:
    """Where the next stop is: the act in that space is carried out, announced, and then never returns."""

    announce: Callable[[SpaceName, str], None]
    armed: set[tuple[SpaceName, str]] = field(default_factory=set)

    async def pause_after(self, space: SpaceName, act: str) -> None:
        """Return at once, or never where the trap is set for this act."""
        if (space, act) in self.armed:
            self.armed.clear()
            self.announce(space, act)
            await asyncio.Event().wait()


class CrashPointSpace:
    """The space itself, with the trap behind its two acts; everything else is the inner space's own."""

    def __init__(self, inner: Space, crash_point: CrashPoint) -> None:
        self._inner, self._crash_point = inner, crash_point

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def restrict(self, order: RestrictionOrder) -> Outcome:
        """Restrict the account, and stop there if the trap is set."""
        outcome = await self._inner.restrict(order)
        await self._crash_point.pause_after(self._inner.name, RESTRICT)
        return outcome

    async def restrict_bulk(self, orders: Sequence[RestrictionOrder]) -> Mapping[Account, Outcome]:
        """Restrict the accounts, and stop there if the trap is set."""
        outcomes = await self._inner.restrict_bulk(orders)
        await self._crash_point.pause_after(self._inner.name, RESTRICT_BULK)
        return outcomes

    async def release(self, account: Account, level: AccessLevel, reason: str) -> Outcome:
        """Release the account, and stop there if the trap is set."""
        outcome = await self._inner.release(account, level, reason)
        await self._crash_point.pause_after(self._inner.name, RELEASE)
        return outcome
