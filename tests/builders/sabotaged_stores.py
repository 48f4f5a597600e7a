"""Sabotaged stores: each takes one mechanism of the records away, as a service does that only seems to have it.

Read `serve_with` first.
"""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.exclusions import Exclusion
from guardian.ids import CaseId, PersonId
from guardian.sandbox.stage import OpenService, Service, Wrap, run_in_this_process
from guardian.settings.models import Settings
from guardian.spaces.registry import Mode
from guardian.storage.unit_of_work import SqlReadView, SqlStores, SqlUnitOfWork, SqlUnitOfWorkFactory

Change = Callable[[SqlStores], None]


def serve_with(change: Change) -> OpenService:
    """The service, each of whose transactions has been changed so."""

    class ChangedFactory(SqlUnitOfWorkFactory):
        @asynccontextmanager
        async def begin(self) -> AsyncIterator[SqlUnitOfWork]:
            async with super().begin() as uow:
                change(uow)
                yield uow

        @asynccontextmanager
        async def read(self) -> AsyncIterator[SqlReadView]:
            async with super().read() as view:
                change(view)
                yield view

    def serve(settings: Settings, time: Path, wrap: Wrap) -> AbstractAsyncContextManager[Service]:
        return run_in_this_process(settings, time, wrap, ChangedFactory)

    return serve


def serve_in_enforce(settings: Settings, time: Path, wrap: Wrap) -> AbstractAsyncContextManager[Service]:
    """The service, which acts in every space, whatever its configuration says."""
    spaces = tuple(replace(each, mode=Mode.ENFORCE) for each in settings.spaces)
    return run_in_this_process(replace(settings, spaces=spaces), time, wrap)


class Around:
    """A store with something round it: what is not said otherwise is the inner store's own."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class KeysOutlive(Around):
    """Says that the key is destroyed, and keeps it."""

    async def destroy(self, scope: object) -> bool:
        return True


class CasesApart(Around):
    """Knows no other case of anybody."""

    async def cases_of(self, person: PersonId) -> Sequence[object]:
        return ()


class WallsLeftBehind(Around):
    """Keeps somebody out of a case, and not out of another by what that one says."""

    async def add_exclusion(self, exclusion: Exclusion) -> None:
        if not any(each.at == exclusion.at for each in await self.inner.exclusions_of_member(exclusion.member)):
            await self.inner.add_exclusion(exclusion)


class HoldsForgotten(Around):
    """Takes a hold, and asks nobody about it when the day comes."""

    async def holds_of(self, case: CaseId) -> Sequence[object]:
        return ()


class ConditionsForgotten(Around):
    """Takes what is asked of somebody, and reminds nobody of it."""

    async def add(self, deadline: Deadline) -> None:
        if deadline.kind is not DeadlineKind.CONDITION:
            await self.inner.add(deadline)


class MatchesUnconfirmed(Around):
    """Hears that somebody of an event's list is flagged, and keeps it from the answer."""

    async def save_match(self, match: object) -> None:
        return


class OneLost(Around):
    """Loses one case on the way to the numbers."""

    async def case_facts(self, those: Collection[CaseId] | None = None) -> Sequence[object]:
        return tuple(await self.inner.case_facts(those))[1:]


class RowsDropped(Around):
    """Says that a row is kept, and keeps its case alone."""

    async def add_stated(self, record: object) -> None:
        return


class RotationsForgotten(Around):
    """Forgets that old keys are to be destroyed."""

    async def open(self) -> Sequence[object]:
        return ()


def _around(name: str, kind: Callable[[Any], Around]) -> Change:
    def change(stores: SqlStores) -> None:
        setattr(stores, name, cast(Any, kind(getattr(stores, name))))

    return change


keys_outlive = serve_with(_around("encryption", KeysOutlive))
cases_apart = serve_with(_around("cases", CasesApart))
walls_left_behind = serve_with(_around("cases", WallsLeftBehind))
holds_forgotten = serve_with(_around("retention", HoldsForgotten))
conditions_forgotten = serve_with(_around("deadlines", ConditionsForgotten))
matches_unconfirmed = serve_with(_around("events", MatchesUnconfirmed))
one_lost = serve_with(_around("records", OneLost))
rows_dropped = serve_with(_around("records", RowsDropped))
rotations_forgotten = serve_with(_around("key_rotations", RotationsForgotten))
