"""Stores what is asked of people in spaces without a connector, and the links by which they answer, as digests.

Whom it was asked of is encrypted with the key of whom it is about. Read `SqlManualTaskStore` first.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from guardian.ids import AccountId, ContactAddress, ManualTaskId, PersonId, SpaceName
from guardian.sanctions.manual_tasks import ManualTask, ManualTaskKind, ManualTaskState, TaskLink
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.enforcement_store import REFERENCES
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.manual_tasks import manual_task_links, manual_tasks
from rules.precedence import AccessLevel


class SqlManualTaskStore(EncryptedSqlStore):
    """The store of tasks for people."""

    async def add(self, task: ManualTask) -> None:
        """Store a new task."""
        row = {
            "id": task.id,
            "person_id": task.person,
            "account_id": task.account,
            "space": task.space,
            "kind": task.kind,
            "level": task.level,
            "version": task.version,
        }
        await self._connection.execute(insert(manual_tasks), {**row, **await self._columns(task)})

    async def save(self, task: ManualTask) -> ManualTask:
        """Store the task as given, one version later; Stale where somebody was quicker."""
        version = await self._change(manual_tasks, task.id, task.version, **await self._columns(task))
        return replace(task, version=version)

    async def task(self, task: ManualTaskId) -> ManualTask | None:
        """Return the task of that id."""
        return next(iter(await self._tasks(manual_tasks.c.id == task)), None)

    async def of_accounts(self, accounts: Collection[AccountId]) -> tuple[ManualTask, ...]:
        """Return the tasks about those accounts, oldest first."""
        return await self._tasks(manual_tasks.c.account_id.in_(accounts))

    async def open_tasks(self) -> tuple[ManualTask, ...]:
        """Return the tasks of every space that nobody has answered yet, oldest first."""
        return await self._tasks(manual_tasks.c.state == ManualTaskState.OPEN)

    async def confirmed_in(self, space: SpaceName) -> tuple[ManualTask, ...]:
        """Return the confirmed tasks of the space, oldest first."""
        confirmed = manual_tasks.c.state == ManualTaskState.CONFIRMED
        return await self._tasks((manual_tasks.c.space == space) & confirmed)

    async def add_link(self, link: TaskLink, person: PersonId) -> None:
        """Store a new link, encrypted with the key of whom its task is about."""
        scope = KeyScope.of_person(person)
        sealed = await self._encryption.encrypt_json(
            scope, "manual_task_links", link.digest, "sealed", {"address": link.address}
        )
        row = {"digest": link.digest, "task_id": link.task, "sealed": sealed}
        await self._connection.execute(insert(manual_task_links), row)

    async def link(self, digest: str) -> TaskLink | None:
        """Return the link with that digest."""
        found = select(manual_task_links).where(manual_task_links.c.digest == digest)
        row = (await self._connection.execute(found)).first()
        if row is None:
            return None
        content = await self._encryption.decrypt_json("manual_task_links", row.digest, "sealed", row.sealed)
        if isinstance(content, Expunged):
            return None
        return TaskLink(row.digest, ManualTaskId(row.task_id), ContactAddress(content["address"]))

    async def _tasks(self, condition: ColumnElement[bool]) -> tuple[ManualTask, ...]:
        rows = await self._connection.execute(select(manual_tasks).where(condition).order_by(manual_tasks.c.id))
        return tuple([await self._task(row) for row in rows.all()])

    async def _columns(self, task: ManualTask) -> dict[str, Any]:
        content = {"asked": task.asked, "refused_by": task.refused_by, "settled_by": task.settled_by}
        scope = KeyScope.of_person(task.person)
        return {
            "reference": self._hide(REFERENCES, task.reference),
            "asked_at": task.asked_at,
            "due": task.due,
            "until": task.until,
            "not_before": task.not_before,
            "state": task.state,
            "settled_at": task.settled_at,
            "sealed": await self._encryption.encrypt_json(scope, "manual_tasks", task.id, "sealed", content),
        }

    async def _task(self, row: Row[Any]) -> ManualTask:
        found = await self._encryption.decrypt_json("manual_tasks", row.id, "sealed", row.sealed)
        content: Mapping[str, Any] = {} if isinstance(found, Expunged) else found
        return ManualTask(
            id=ManualTaskId(row.id),
            person=PersonId(row.person_id),
            account=AccountId(row.account_id),
            space=SpaceName(row.space),
            kind=ManualTaskKind(row.kind),
            level=AccessLevel(row.level),
            reference=self._reveal(REFERENCES, row.reference),
            asked_at=row.asked_at,
            due=row.due,
            until=row.until,
            not_before=row.not_before,
            asked=tuple(content.get("asked", ())),
            refused_by=tuple(content.get("refused_by", ())),
            state=ManualTaskState(row.state),
            settled_at=row.settled_at,
            settled_by=content.get("settled_by", ""),
            version=row.version,
        )
