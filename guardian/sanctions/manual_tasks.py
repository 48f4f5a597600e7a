"""What a named human is asked to do by hand in a space without a connector, and what follows from their answers.

Pure, beside the store's protocol. It knows accounts and levels, never why. Read `ManualTask`, then `standing`.
Policy: P-1.3.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from guardian.ids import AccountId, ContactAddress, ManualTaskId, PersonId, Reference, SpaceName
from rules.precedence import AccessLevel


class ManualTaskKind(StrEnum):
    """What is asked: to restrict an account, or to let it back in."""

    RESTRICT = "restrict"
    RELEASE = "release"


class ManualTaskState(StrEnum):
    """Where a task stands. `dropped`: something later is asked instead. `undone`: it was done, and does not hold any more."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    DROPPED = "dropped"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class ManualTask:
    """One thing asked of people: `due` is by when they confirm, `asked` whom it was asked of, in order.

    `until`: when a restriction ends, if that is known. `not_before`: from when on a release counts, whenever it is
    confirmed. `refused_by`: who said that they cannot.
    """

    id: ManualTaskId
    person: PersonId
    account: AccountId
    space: SpaceName
    kind: ManualTaskKind
    level: AccessLevel
    reference: Reference
    asked_at: datetime
    due: datetime
    until: datetime | None = None
    not_before: datetime | None = None
    asked: tuple[ContactAddress, ...] = ()
    refused_by: tuple[ContactAddress, ...] = ()
    state: ManualTaskState = ManualTaskState.OPEN
    settled_at: datetime | None = None
    settled_by: str = ""
    version: int = 0

    def is_awaited(self, now: datetime) -> bool:
        """Return whether it is open, and not only asked ahead of its time."""
        return self.state is ManualTaskState.OPEN and (self.not_before is None or self.not_before <= now)

    def has_released(self, now: datetime) -> bool:
        """Return whether it is a release that was confirmed and whose time has come."""
        done = self.kind is ManualTaskKind.RELEASE and self.state is ManualTaskState.CONFIRMED
        return done and (self.not_before is None or self.not_before <= now)


@dataclass(frozen=True, slots=True)
class TaskLink:
    """What lets one asked human to the page of one task: the digest of its secret, and whose it is."""

    digest: str
    task: ManualTaskId
    address: ContactAddress


def standing(tasks: Iterable[ManualTask], now: datetime) -> Mapping[AccessLevel, ManualTask]:
    """Return what stands by the confirmations of people: nothing is in force, or released, before somebody has said so.

    `tasks` are those of one account, oldest first.
    """
    found: dict[AccessLevel, ManualTask] = {}
    for task in tasks:
        if task.kind is ManualTaskKind.RESTRICT and task.state is ManualTaskState.CONFIRMED:
            found[task.level] = task
        elif task.has_released(now):
            found.pop(task.level, None)
    return found


def was_ever_asked(tasks: Iterable[ManualTask], level: AccessLevel, now: datetime) -> bool:
    """Return whether somebody may have restricted the account so: asked, unless all said that they cannot, and not released.

    Who was asked and did not answer may have done it all the same.
    """
    asked = False
    for task in (each for each in tasks if each.level is level):
        if task.kind is ManualTaskKind.RESTRICT:
            asked = asked or set(task.asked) > set(task.refused_by) or task.state is ManualTaskState.CONFIRMED
        elif task.has_released(now):
            asked = False
    return asked


class ManualTaskStore(Protocol):
    """Tasks for people, and the links by which they answer."""

    async def add(self, task: ManualTask) -> None:
        """Store a new task."""
        ...

    async def save(self, task: ManualTask) -> ManualTask:
        """Store the task as given, one version later; Stale where somebody was quicker."""
        ...

    async def task(self, task: ManualTaskId) -> ManualTask | None:
        """Return the task of that id."""
        ...

    async def of_accounts(self, accounts: Collection[AccountId]) -> tuple[ManualTask, ...]:
        """Return the tasks about those accounts, oldest first."""
        ...

    async def open_tasks(self) -> tuple[ManualTask, ...]:
        """Return the tasks of every space that nobody has answered yet, oldest first."""
        ...

    async def confirmed_in(self, space: SpaceName) -> tuple[ManualTask, ...]:
        """Return the confirmed tasks of the space, oldest first."""
        ...

    async def add_link(self, link: TaskLink, person: PersonId) -> None:
        """Store a new link, encrypted with the key of whom its task is about."""
        ...

    async def link(self, digest: str) -> TaskLink | None:
        """Return the link with that digest."""
        ...
