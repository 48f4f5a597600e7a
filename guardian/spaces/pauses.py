"""The PausePort: settings of a whole space, or of a part of it, that keep many out or silent for a while.

A setting has a strength, so that what others have set is never loosened, and what was found can be given back exactly.
Read `PausePort` first. Policy: P-1.6.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from guardian.ids import SpaceName
from guardian.spaces.outcomes import Outcome
from guardian.spaces.port import Missing, Unknown


class PauseKind(StrEnum):
    """What is paused: coming in by invitation, writing privately to strangers, or taking part without being known there.

    PULL_REQUESTS is a cap: whoever may not write there has one of them open at a time. WRITING: everybody reads, and those
    who look after the space alone write.
    """

    INVITES = "invites"
    DIRECT_MESSAGES = "direct_messages"
    INTERACTIONS = "interactions"
    PULL_REQUESTS = "pull_requests"
    WRITING = "writing"


@dataclass(frozen=True, slots=True)
class PauseTarget:
    """What of which space: `part` is the lasting id of a part of it (empty: the whole), `label` what people call that."""

    space: SpaceName
    kind: PauseKind
    part: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class PauseSetting:
    """How a space is set: `strength` 0 is open, more is stricter; `until` is when it opens by itself, where it does.

    `detail` is the connector's own, with which exactly this can be set again. `is_wider`: it is set for more than was looked
    at, so that it counts while it stands, and is nobody's to give back here.
    """

    strength: int = 0
    until: datetime | None = None
    detail: str = ""
    is_wider: bool = False

    def covers(self, strength: int, until: datetime) -> bool:
        """Return whether this is at least as strict until that instant."""
        return self.strength >= strength and (self.until is None or self.until >= until)

    def is_alive(self, now: datetime) -> bool:
        """Return whether this closes anything at that instant, as far as it says."""
        return self.strength > 0 and (self.until is None or self.until > now)


OPEN = PauseSetting()
"""Nothing is paused."""


@dataclass(frozen=True, slots=True)
class PauseAbility:
    """How a space can pause something: how strict, for how long at once, and whether a part of it can be named.

    `longest` None: what is set stays until it is taken back. `needs_part`: it cannot be paused as a whole.
    """

    strength: int
    longest: timedelta | None = None
    has_parts: bool = False
    needs_part: bool = False


class PausePort(Protocol):
    """What a space can do with itself as a whole."""

    @property
    def supported(self) -> Mapping[PauseKind, PauseAbility]:
        """Return what can be paused there."""
        ...

    async def find_part(self, kind: PauseKind, text: str) -> PauseTarget | Unknown | None:
        """Find the part of the space that a person's words mean exactly; None if there is none."""
        ...

    async def observe(self, target: PauseTarget) -> PauseSetting | Unknown | Missing:
        """Return how it is set at this moment."""
        ...

    async def apply(self, target: PauseTarget, setting: PauseSetting) -> Outcome:
        """Set it so. Repeatable; a space that knows only certain spans takes the shortest that is long enough."""
        ...
