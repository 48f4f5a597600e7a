"""What a named human is asked to do by hand with a whole space without a connector: close it for a while, open it again.

Pure, beside the store's protocol. Nothing in it is about a person. Read `PauseTask`, then `closing_in_force`. Policy: P-1.3, P-1.6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guardian.ids import SpaceName
from guardian.sanctions.manual_tasks import ManualTaskState
from guardian.spaces.pauses import PauseKind


@dataclass(frozen=True, slots=True)
class PauseTask:
    """One thing asked: to close, or to open again. `digests` are those of the links, one for each who was asked, in order.

    `due` is by when somebody confirms it; then the next of those who look after the space is asked as well.
    """

    id: str
    space: SpaceName
    kind: PauseKind
    closes: bool
    asked_at: datetime
    due: datetime
    digests: tuple[str, ...] = ()
    state: ManualTaskState = ManualTaskState.OPEN
    settled_at: datetime | None = None
    version: int = 0


class PauseTaskStore(Protocol):
    """What is asked of people about whole spaces."""

    async def add(self, task: PauseTask) -> None:
        """Store a new task."""
        ...

    async def save(self, task: PauseTask) -> PauseTask:
        """Store the task as given, one version later; Stale where somebody was quicker."""
        ...

    async def of_space(self, space: SpaceName, kind: PauseKind) -> tuple[PauseTask, ...]:
        """Return what was asked about that in the space, oldest first."""
        ...

    async def by_digest(self, digest: str) -> PauseTask | None:
        """Return the task to whose page the link with that digest leads."""
        ...


def closing_in_force(tasks: Sequence[PauseTask]) -> PauseTask | None:
    """Return the closing that stands by people's own word: nothing is closed, or opened, before somebody has said so."""
    confirmed = [task for task in tasks if task.state is ManualTaskState.CONFIRMED]
    return confirmed[-1] if confirmed and confirmed[-1].closes else None


def may_be_closed(tasks: Sequence[PauseTask]) -> bool:
    """Return whether somebody may have closed it: who was asked and did not answer may have done it all the same."""
    confirmed = [task for task in tasks if task.state is ManualTaskState.CONFIRMED]
    since = confirmed[-1].asked_at if confirmed else None
    later = [task for task in tasks if task.closes and task.digests and (since is None or task.asked_at > since)]
    return bool(later) or closing_in_force(tasks) is not None
