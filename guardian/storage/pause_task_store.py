"""Stores what is asked of people about whole spaces without a connector. Read `SqlPauseTaskStore` first."""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from guardian.ids import SpaceName
from guardian.sanctions.manual_tasks import ManualTaskState
from guardian.sanctions.pause_tasks import PauseTask
from guardian.spaces.pauses import PauseKind
from guardian.storage.statements import insert
from guardian.storage.store import SqlStore
from guardian.storage.tables.pause_tasks import pause_task_links, pause_tasks


class SqlPauseTaskStore(SqlStore):
    """The store of tasks about whole spaces."""

    async def add(self, task: PauseTask) -> None:
        """Store a new task."""
        row = {"id": task.id, "space": task.space, "kind": task.kind, "closes": task.closes, "version": task.version}
        await self._connection.execute(insert(pause_tasks), {**row, "asked_at": task.asked_at, **_columns(task)})
        await self._add_links(task, ())

    async def save(self, task: PauseTask) -> PauseTask:
        """Store the task as given, one version later; Stale where somebody was quicker."""
        version = await self._change(pause_tasks, task.id, task.version, **_columns(task))
        await self._add_links(task, await self._digests_of(task.id))
        return replace(task, version=version)

    async def of_space(self, space: SpaceName, kind: PauseKind) -> tuple[PauseTask, ...]:
        """Return what was asked about that in the space, oldest first."""
        return await self._tasks((pause_tasks.c.space == space) & (pause_tasks.c.kind == kind))

    async def by_digest(self, digest: str) -> PauseTask | None:
        """Return the task to whose page the link with that digest leads."""
        of = select(pause_task_links.c.task_id).where(pause_task_links.c.digest == digest)
        return next(iter(await self._tasks(pause_tasks.c.id.in_(of))), None)

    async def _add_links(self, task: PauseTask, known: tuple[str, ...]) -> None:
        for position, digest in enumerate(task.digests):
            if digest not in known:
                row = {"digest": digest, "task_id": task.id, "position": position}
                await self._connection.execute(insert(pause_task_links), row)

    async def _tasks(self, condition: ColumnElement[bool]) -> tuple[PauseTask, ...]:
        asked = select(pause_tasks).where(condition).order_by(pause_tasks.c.asked_at, pause_tasks.c.id)
        rows = (await self._connection.execute(asked)).all()
        return tuple([_task(row, await self._digests_of(row.id)) for row in rows])

    async def _digests_of(self, task: str) -> tuple[str, ...]:
        of = select(pause_task_links.c.digest).where(pause_task_links.c.task_id == task)
        return tuple((await self._connection.scalars(of.order_by(pause_task_links.c.position))).all())


def _columns(task: PauseTask) -> dict[str, Any]:
    return {"due": task.due, "state": task.state, "settled_at": task.settled_at}


def _task(row: Row[Any], digests: tuple[str, ...]) -> PauseTask:
    return PauseTask(
        id=row.id,
        space=SpaceName(row.space),
        kind=PauseKind(row.kind),
        closes=row.closes,
        asked_at=row.asked_at,
        due=row.due,
        digests=digests,
        state=ManualTaskState(row.state),
        settled_at=row.settled_at,
        version=row.version,
    )
