"""Whom something in a case points to, so that they are excluded before anybody is notified. Read `indicated_exclusions`.

Policy: P-2.5.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from guardian.cases.case import Case
from guardian.cases.exclusions import Exclusion, exclusions_from, known_names
from guardian.ids import MemberId
from guardian.people.models import Member
from guardian.services.context import UnitOfWork
from guardian.worker_processes import WorkerProcesses, WorkStopped, shared_workers
from rules.conflicts import ConflictIndicators, ConflictStatus, conflict_statuses, statuses_of_unread
from rules.policy import Policy

_SHORT: Final = 800
"""So few characters are searched faster here than elsewhere."""


async def indicated_exclusions(
    uow: UnitOfWork,
    indicators: ConflictIndicators[MemberId],
    members: Iterable[Member],
    policy: Policy,
    case: Case,
    by: str,
) -> tuple[Exclusion, ...]:
    """Return the exclusions that a case needs by what was said in it, whatever stands already."""
    statuses = await conflict_statuses_of(indicators, members, policy)
    return exclusions_from(indicators, statuses, case, uow.now, by)


async def conflict_statuses_of(
    indicators: ConflictIndicators[MemberId],
    members: Iterable[Member],
    policy: Policy,
    workers: WorkerProcesses | None = None,
) -> Mapping[MemberId, ConflictStatus]:
    """Return how each member stands to what was said; long texts are searched where that keeps nobody waiting.

    Where they could not be searched to the end, anybody may be mentioned.
    """
    names = known_names(members)
    if sum(map(len, indicators.texts)) <= _SHORT:
        return conflict_statuses(indicators, names, policy)
    try:
        return await (workers or shared_workers()).run(conflict_statuses, indicators, names, policy)
    except WorkStopped:
        return statuses_of_unread(indicators, names)
