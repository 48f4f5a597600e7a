"""Stores what passed between the moderators and the working group; words are encrypted under the key of the case.

Read `SqlHandoffStore` first.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.cases.handoffs import Direction, Handoff, HandoffState, OutsideOrigin, Urgency
from guardian.ids import CaseId, PersonId, Reference, SpaceName
from guardian.storage.blind_index import IndexTerm
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged, FieldEncryption
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.handoffs import handoffs
from rules.escalation import OutsideGround

_AT_ONCE: Final = 500


class SqlHandoffStore(EncryptedSqlStore):
    """The store of handoffs."""

    def __init__(self, connection: AsyncConnection, encryption: FieldEncryption) -> None:
        super().__init__(connection, encryption)
        self._of_case: dict[CaseId, tuple[Handoff, ...]] = {}

    async def add_handoff(self, handoff: Handoff) -> None:
        """Store a new handoff; its reference, and the code name of its matter, are taken for good."""
        row = {
            "id": handoff.id,
            "reference": handoff.reference,
            "case_id": handoff.case,
            "direction": handoff.direction,
            "space": handoff.space,
            "at": handoff.at,
            "by": self._hide(handoff.case, handoff.by),
            "urgency": handoff.urgency,
            "matter": handoff.matter or None,
            "version": handoff.version,
        }
        await self._connection.execute(insert(handoffs), {**row, **await self._columns(handoff)})
        await self._index_person(handoff)

    async def save_handoff(self, handoff: Handoff) -> Handoff:
        """Store the handoff as given, one version later; Stale where somebody was quicker."""
        version = await self._change(handoffs, handoff.id, handoff.version, **await self._columns(handoff))
        await self._index_person(handoff)
        return replace(handoff, version=version)

    async def handoff(self, handoff: str) -> Handoff | None:
        """Return the handoff of that id."""
        return await self._select_one(handoffs.c.id == handoff)

    async def by_reference(self, reference: Reference) -> Handoff | None:
        """Return the handoff that the moderators know by that reference."""
        return await self._select_one(handoffs.c.reference == reference)

    async def all_handoffs(self) -> tuple[Handoff, ...]:
        """Return every handoff, oldest first."""
        return await self._select_all(handoffs.c.id.is_not(None))

    async def of_case(self, case: CaseId) -> tuple[Handoff, ...]:
        """Return the handoffs of a case of the working group, and of a local matter that came from one, oldest first."""
        known = self._of_case.get(case)
        if known is None:
            known = await self._select_all(or_(handoffs.c.case_id == case, handoffs.c.target_id == case))
        return known

    async def read_ahead(self, cases: Collection[CaseId]) -> None:
        """Read the handoffs of these cases together, in a view that only reads, before they are asked for one by one."""
        found: dict[CaseId, list[Handoff]] = {case: [] for case in cases}
        wanted = sorted(found)
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            for handoff in await self._select_all(handoffs.c.case_id.in_(part) | handoffs.c.target_id.in_(part)):
                for case in {handoff.case, handoff.target}:
                    if case is not None and case in part:
                        found[case].append(handoff)
        self._of_case |= {case: tuple(each) for case, each in found.items()}

    async def of_person(self, person: PersonId) -> tuple[Handoff, ...]:
        """Return the handoffs about that person, oldest first."""
        return await self._select_all(handoffs.c.id.in_(await self._numbered.find(handed_term(person))))

    async def _columns(self, handoff: Handoff) -> dict[str, Any]:
        words = {
            "words": handoff.words,
            "done_locally": handoff.done_locally,
            "positions": dict(handoff.positions),
            "spaces": list(handoff.spaces),
            "origin": None if handoff.origin is None else _origin_words(handoff.origin),
        }
        return {
            "state": handoff.state,
            "person_id": self._hide(handoff.case, handoff.person),
            "target_id": handoff.target,
            "accepted_by": self._hide(handoff.case, handoff.accepted_by),
            "accepted_at": handoff.accepted_at,
            "sealed": await self._encryption.encrypt_json(
                KeyScope.of_case(handoff.case), "handoffs", handoff.id, "sealed", words
            ),
        }

    async def _index_person(self, handoff: Handoff) -> None:
        if handoff.person:
            await self._numbered.add(KeyScope.of_case(handoff.case), handoff.id, handed_term(handoff.person))

    async def _select_one(self, condition: ColumnElement[bool]) -> Handoff | None:
        row = (await self._connection.execute(select(handoffs).where(condition))).first()
        return await self._handoff(row) if row else None

    async def _select_all(self, condition: ColumnElement[bool]) -> tuple[Handoff, ...]:
        every = select(handoffs).where(condition).order_by(handoffs.c.at, handoffs.c.id)
        rows = (await self._connection.execute(every)).all()
        await self._encryption.load_keys(row.sealed for row in rows)
        return tuple([await self._handoff(row) for row in rows])

    async def _handoff(self, row: Row[Any]) -> Handoff:
        content = await self._encryption.decrypt_json("handoffs", row.id, "sealed", row.sealed)
        known: dict[str, Any] = {} if isinstance(content, Expunged) else dict(content)
        return Handoff(
            id=row.id,
            reference=Reference(row.reference),
            case=CaseId(row.case_id),
            direction=Direction(row.direction),
            space=SpaceName(row.space),
            at=row.at,
            by=self._reveal(row.case_id, row.by),
            urgency=Urgency(row.urgency),
            state=HandoffState(row.state),
            matter=row.matter or "",
            person=self._reveal(row.case_id, row.person_id),
            target=None if row.target_id is None else CaseId(row.target_id),
            accepted_by=self._reveal(row.case_id, row.accepted_by),
            accepted_at=row.accepted_at,
            words=known.get("words", ""),
            done_locally=known.get("done_locally", ""),
            positions=known.get("positions", {}),
            spaces=tuple(SpaceName(name) for name in known.get("spaces", ())),
            origin=_read_origin(known.get("origin")),
            version=row.version,
        )


def handed_term(person: PersonId) -> IndexTerm:
    """Return by what the handoffs about a person are found, for as long as their case is not forgotten."""
    return IndexTerm("handoff", (person,))


def _origin_words(origin: OutsideOrigin) -> dict[str, str]:
    answered = "" if origin.answered_on is None else origin.answered_on.isoformat()
    return {"ground": origin.ground, "name": origin.name, "body": origin.body, "answered_on": answered}


def _read_origin(words: Mapping[str, str] | None) -> OutsideOrigin | None:
    if words is None:
        return None
    answered = words["answered_on"]
    return OutsideOrigin(
        ground=OutsideGround(words["ground"]),
        name=words["name"],
        body=words["body"],
        answered_on=date.fromisoformat(answered) if answered else None,
    )
