"""Stores events and what is kept of their lists; each line under the key of the case that it may touch.

Read `SqlEventStore` first.
"""

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, delete, select

from guardian.cases.events import EventList, EventMatch, RegisteredEvent
from guardian.ids import CaseId, MemberId, PersonId
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.events import event_lists, event_matches, events
from rules.event_check import MatchDegree

_EVENTS: Final = KeyScope.of_service("events")


class SqlEventStore(EncryptedSqlStore):
    """The store of events."""

    async def add_event(self, event: RegisteredEvent) -> None:
        """Store a new event."""
        words = {"name": event.name, "contact": event.contact, "address": event.address}
        row = {
            "id": event.id,
            "opens": event.opens,
            "ends": event.ends,
            "digest": event.digest,
            "by": self._hide(event.id, event.by),
            "at": event.at,
            "sealed": await self._encryption.encrypt_json(_EVENTS, events.name, event.id, "sealed", words),
        }
        await self._connection.execute(insert(events), row)

    async def events(self) -> tuple[RegisteredEvent, ...]:
        """Return every event, the latest to end first."""
        rows = await self._connection.execute(select(events).order_by(events.c.ends.desc(), events.c.id))
        return tuple([await self._event(row) for row in rows])

    async def event(self, event: str) -> RegisteredEvent | None:
        """Return the event of that id."""
        return await self._one(events.c.id == event)

    async def event_by_digest(self, digest: str) -> RegisteredEvent | None:
        """Return the event whose link has that digest."""
        return await self._one(events.c.digest == digest)

    async def add_event_list(self, event_list: EventList) -> None:
        """Store that a list was sent."""
        row = {
            "id": event_list.id,
            "event_id": event_list.event,
            "at": event_list.at,
            "lines": event_list.lines,
            "by": self._hide(event_list.id, event_list.by),
            "version": event_list.version,
        }
        await self._connection.execute(insert(event_lists), row)

    async def save_event_list(self, event_list: EventList) -> EventList:
        """Store it as given, one version later; Stale where somebody was quicker."""
        version = await self._change(
            event_lists,
            event_list.id,
            event_list.version,
            released_by=self._hide(event_list.id, event_list.released_by),
            released_at=event_list.released_at,
        )
        return replace(event_list, version=version)

    async def event_lists(self) -> tuple[EventList, ...]:
        """Return the lists of every event, oldest first."""
        rows = await self._connection.execute(select(event_lists).order_by(event_lists.c.at, event_lists.c.id))
        return tuple(
            EventList(
                id=row.id,
                event=row.event_id,
                at=row.at,
                lines=row.lines,
                by=self._reveal(row.id, row.by),
                released_by=self._reveal(row.id, row.released_by),
                released_at=row.released_at,
                version=row.version,
            )
            for row in rows
        )

    async def add_match(self, match: EventMatch) -> None:
        """Store a line that may mean somebody."""
        fixed = {"id": match.id, "list_id": match.list, "case_id": self._hide(match.id, match.case)}
        row = {**fixed, "version": match.version, "sealed": await self._seal(match)}
        await self._connection.execute(insert(event_matches), row)

    async def save_match(self, match: EventMatch) -> EventMatch:
        """Store it as given, one version later; Stale where somebody was quicker."""
        version = await self._change(event_matches, match.id, match.version, sealed=await self._seal(match))
        return replace(match, version=version)

    async def matches(self) -> tuple[EventMatch, ...]:
        """Return every match that is kept, oldest first."""
        rows = (await self._connection.execute(select(event_matches).order_by(event_matches.c.id))).all()
        await self._encryption.load_keys(row.sealed for row in rows)
        found = [await self._match(row) for row in rows]
        return tuple(match for match in found if match is not None)

    async def forget_matches(self, event: str) -> None:
        """Remove what is kept of the event's lists."""
        of_event = select(event_lists.c.id).where(event_lists.c.event_id == event)
        await self._connection.execute(delete(event_matches).where(event_matches.c.list_id.in_(of_event)))

    async def _one(self, condition: ColumnElement[bool]) -> RegisteredEvent | None:
        row = (await self._connection.execute(select(events).where(condition))).first()
        return await self._event(row) if row else None

    async def _event(self, row: Row[Any]) -> RegisteredEvent:
        content = await self._encryption.decrypt_json(events.name, row.id, "sealed", row.sealed)
        words: dict[str, str] = {} if isinstance(content, Expunged) else content
        return RegisteredEvent(
            id=row.id,
            name=words.get("name", ""),
            contact=words.get("contact", ""),
            address=words.get("address", ""),
            opens=row.opens,
            ends=row.ends,
            digest=row.digest,
            by=self._reveal(row.id, row.by),
            at=row.at,
        )

    async def _seal(self, match: EventMatch) -> bytes:
        content = {
            "person": match.person,
            "line": match.line,
            "degree": match.degree,
            "yes": list(match.yes),
            "no": list(match.no),
        }
        scope = KeyScope.of_case(match.case)
        return await self._encryption.encrypt_json(scope, event_matches.name, match.id, "sealed", content)

    async def _match(self, row: Row[Any]) -> EventMatch | None:
        """The match; None where the case is expunged, so that nothing is told of it any more."""
        content = await self._encryption.decrypt_json(event_matches.name, row.id, "sealed", row.sealed)
        if isinstance(content, Expunged):
            return None
        return EventMatch(
            id=row.id,
            list=row.list_id,
            case=CaseId(self._reveal(row.id, row.case_id)),
            person=PersonId(content["person"]),
            line=content["line"],
            degree=MatchDegree(content["degree"]),
            yes=tuple(MemberId(each) for each in content["yes"]),
            no=tuple(MemberId(each) for each in content["no"]),
            version=row.version,
        )
