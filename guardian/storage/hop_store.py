"""Remembers what passed between the moderators and the working group; words are sealed under the key of the case."""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, or_, select

from guardian.cases.local import Hop, HopState, Urgency, Way
from guardian.ids import CaseId, MemberId, PersonId, Reference, SpaceName
from guardian.storage.keys_store import Scope
from guardian.storage.sealed import Expunged
from guardian.storage.store import SealedStore
from guardian.storage.tables.hops import hops


class HopStore(SealedStore):
    """Implements the cases room's store of hops."""

    async def add_hop(self, hop: Hop) -> None:
        """The hop is remembered; its reference, and the code name of its matter, are taken for good."""
        row = {
            "id": hop.id,
            "reference": hop.reference,
            "case_id": hop.case,
            "way": hop.way,
            "space": hop.space,
            "at": hop.at,
            "by": hop.by,
            "urgency": hop.urgency,
            "matter": hop.matter or None,
            "version": hop.version,
        }
        await self._connection.execute(insert(hops).values(**row, **await self._columns(hop)))

    async def save_hop(self, hop: Hop) -> Hop:
        """The hop stands as given, one version later; Stale where somebody was quicker."""
        version = await self._change(hops, hop.id, hop.version, **await self._columns(hop))
        return replace(hop, version=version)

    async def hop(self, hop: str) -> Hop | None:
        """The hop of that id."""
        return await self._one(hops.c.id == hop)

    async def by_reference(self, reference: Reference) -> Hop | None:
        """The hop that the moderators know by that reference."""
        return await self._one(hops.c.reference == reference)

    async def all_hops(self) -> tuple[Hop, ...]:
        """Every hop, oldest first."""
        return await self._many(hops.c.id.is_not(None))

    async def of_case(self, case: CaseId) -> tuple[Hop, ...]:
        """The hops of a case of the working group, and of a local matter that came from one, oldest first."""
        return await self._many(or_(hops.c.case_id == case, hops.c.target_id == case))

    async def of_person(self, person: PersonId) -> tuple[Hop, ...]:
        """The hops about that person, oldest first."""
        return await self._many(hops.c.person_id == person)

    async def _columns(self, hop: Hop) -> dict[str, Any]:
        words = {
            "words": hop.words,
            "done_locally": hop.done_locally,
            "positions": dict(hop.positions),
            "spaces": list(hop.spaces),
        }
        return {
            "state": hop.state,
            "person_id": hop.person,
            "target_id": hop.target,
            "accepted_by": hop.accepted_by,
            "accepted_at": hop.accepted_at,
            "sealed": await self._sealer.seal_json(Scope.of_case(hop.case), "hops", hop.id, "sealed", words),
        }

    async def _one(self, condition: ColumnElement[bool]) -> Hop | None:
        row = (await self._connection.execute(select(hops).where(condition))).first()
        return await self._hop(row) if row else None

    async def _many(self, condition: ColumnElement[bool]) -> tuple[Hop, ...]:
        rows = await self._connection.execute(select(hops).where(condition).order_by(hops.c.at, hops.c.id))
        return tuple([await self._hop(row) for row in rows])

    async def _hop(self, row: Row[Any]) -> Hop:
        content = await self._sealer.unseal_json("hops", row.id, "sealed", row.sealed)
        known: dict[str, Any] = {} if isinstance(content, Expunged) else dict(content)
        return Hop(
            id=row.id,
            reference=Reference(row.reference),
            case=CaseId(row.case_id),
            way=Way(row.way),
            space=SpaceName(row.space),
            at=row.at,
            by=None if row.by is None else MemberId(row.by),
            urgency=Urgency(row.urgency),
            state=HopState(row.state),
            matter=row.matter or "",
            person=None if row.person_id is None else PersonId(row.person_id),
            target=None if row.target_id is None else CaseId(row.target_id),
            accepted_by=None if row.accepted_by is None else MemberId(row.accepted_by),
            accepted_at=row.accepted_at,
            words=known.get("words", ""),
            done_locally=known.get("done_locally", ""),
            positions=known.get("positions", {}),
            spaces=tuple(SpaceName(name) for name in known.get("spaces", ())),
            version=row.version,
        )
