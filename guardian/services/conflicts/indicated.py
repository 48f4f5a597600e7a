"""Whom something in a case points to, so that they are excluded before anybody is notified. Read `indicated_exclusions`.

A long text is searched in another process, which takes a while. A use case has that done before its transaction begins
(`search_ahead`), since nobody else could write meanwhile. Policy: P-2.5.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

from cachetools import LRUCache

from guardian.cases.case import Case
from guardian.cases.exclusions import Exclusion, exclusions_from, known_names
from guardian.ids import MemberId
from guardian.logs import logger
from guardian.people.models import Member
from guardian.services.context import AppContext, UnitOfWork
from guardian.worker_processes import WorkerProcesses, WorkStopped, shared_workers
from rules.conflicts import ConflictIndicators, ConflictStatus, conflict_statuses, statuses_of_mentioned
from rules.name_matching import KnownNames, find_mentioned
from rules.policy import Policy

log = logger("services")

_SHORT: Final = 800
"""So few characters are searched faster here than elsewhere."""

_Names = tuple[KnownNames[MemberId], ...]
_AHEAD: Final[LRUCache[bytes, frozenset[MemberId] | None]] = LRUCache(200)
"""Whom texts mention that were searched ahead, by a digest of text, names and policy; None: it took too long."""


async def search_ahead(app: AppContext, *texts: str) -> None:
    """Search the texts for names of members, to be called before the transaction in which they are kept begins."""
    text = "\n".join(texts).strip()
    if len(text) <= _SHORT:
        return
    async with app.units_of_work.read() as view:
        names = known_names(await view.people.members())
    key = _key(text, names, app.policy)
    if key not in _AHEAD:
        _AHEAD[key] = await _search(text, names, app.policy, shared_workers())


async def search_for(app: AppContext, member: Member, text: str) -> None:
    """Search the text for the names of one member, to be called before the transaction that asks for it begins."""
    if len(text.strip()) <= _SHORT:
        return
    names = known_names((member,))
    key = _key(text.strip(), names, app.policy)
    if key not in _AHEAD:
        _AHEAD[key] = await _search(text.strip(), names, app.policy, shared_workers())


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
    names, text = known_names(members), "\n".join(indicators.texts).strip()
    if len(text) <= _SHORT:
        return conflict_statuses(indicators, names, policy)
    key = _key(text, names, policy)
    if workers is not None or key not in _AHEAD:
        log.info("names.searched_late")
        return statuses_of_mentioned(indicators, names, await _search(text, names, policy, workers or shared_workers()))
    return statuses_of_mentioned(indicators, names, _AHEAD[key])


async def _search(text: str, names: _Names, policy: Policy, workers: WorkerProcesses) -> frozenset[MemberId] | None:
    try:
        return await workers.run(find_mentioned, text, names, policy.conflicts)
    except WorkStopped:
        return None


def _key(text: str, names: _Names, policy: Policy) -> bytes:
    """A name that is new meanwhile makes another key: then the text is searched again."""
    return hashlib.sha256(repr((text, names, policy.conflicts)).encode()).digest()
