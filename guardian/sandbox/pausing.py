"""A wrapper round a space that stops just after an act was carried out, before anybody could record it: for restarts."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from guardian.ids import SpaceName
from guardian.spaces.outcomes import Outcome
from guardian.spaces.port import Account, Order, Space
from rules.precedence import Hold

RESTRICT: Final = "restrict"
RELEASE: Final = "release"
RESTRICT_MANY: Final = "restrict_many"


@dataclass(slots=True)
class Trap:
    """Where the next stop is: the act in that space is carried out, announced, and then never returns."""

    announce: Callable[[SpaceName, str], None]
    armed: set[tuple[SpaceName, str]] = field(default_factory=set)

    async def after(self, space: SpaceName, act: str) -> None:
        """Returns at once, or never where the trap is set for this act."""
        if (space, act) in self.armed:
            self.armed.clear()
            self.announce(space, act)
            await asyncio.Event().wait()


class Pausing:
    """The space itself, with the trap behind its two acts; everything else is the inner space's own."""

    def __init__(self, inner: Space, trap: Trap) -> None:
        self._inner, self._trap = inner, trap

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def restrict(self, order: Order) -> Outcome:
        outcome = await self._inner.restrict(order)
        await self._trap.after(self._inner.name, RESTRICT)
        return outcome

    async def restrict_many(self, orders: Sequence[Order]) -> Mapping[Account, Outcome]:
        outcomes = await self._inner.restrict_many(orders)
        await self._trap.after(self._inner.name, RESTRICT_MANY)
        return outcomes

    async def release(self, account: Account, hold: Hold, reason: str) -> Outcome:
        outcome = await self._inner.release(account, hold, reason)
        await self._trap.after(self._inner.name, RELEASE)
        return outcome
