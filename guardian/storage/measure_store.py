"""Stores local measures, and restrictions of content. Read `SqlMeasureStore` first.

Why, and on what, is encrypted under the key of the case.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from guardian.cases.measures import Measure, MeasureKind
from guardian.ids import CaseId, PersonId, SpaceName
from guardian.reconciler.content_store import ContentRestriction, ContentRestrictionState
from guardian.spaces.content import ContentRef, ContentRestrictionKind
from guardian.storage.blind_index import IndexTerm
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.sanction_store import SANCTIONS
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.measures import content_restrictions, measures
from guardian.storage.tables.sanctions import liftings, sanctions
from rules.measures import MeasureReason

_OVER = (ContentRestrictionState.RELEASED, ContentRestrictionState.GONE)


class SqlMeasureStore(EncryptedSqlStore):
    """The store of local measures."""

    async def add(self, measure: Measure) -> None:
        """Store a new measure."""
        row = {
            "id": measure.id,
            "case_id": measure.case,
            "space": measure.space,
            "at": measure.at,
            "native": measure.native,
            "version": measure.version,
        }
        await self._connection.execute(insert(measures), {**row, **await self._columns(measure)})
        await self._index_person(measure)

    async def save(self, measure: Measure) -> Measure:
        """Store the measure as given, one version later; Stale where somebody was quicker."""
        version = await self._change(measures, measure.id, measure.version, **await self._columns(measure))
        await self._index_person(measure)
        return replace(measure, version=version)

    async def measure(self, measure: str) -> Measure | None:
        """Return the measure of that id."""
        found = await self._measures(measures.c.id == measure)
        return found[0] if found else None

    async def of_case(self, case: CaseId) -> tuple[Measure, ...]:
        """Return the measures of the matter, oldest first."""
        return await self._measures(measures.c.case_id == case)

    async def of_person(self, person: PersonId) -> tuple[Measure, ...]:
        """Return the measures on the person, in every space, oldest first."""
        return await self._measures(measures.c.id.in_(await self._numbered.find(measured_term(person))))

    async def unended(self, now: datetime) -> tuple[Measure, ...]:
        """Return every measure that runs at that instant, oldest first."""
        return await self._measures((measures.c.ends > now) & measures.c.ended_at.is_(None))

    async def ended_early(self, those: Collection[Measure]) -> frozenset[str]:
        """Return which of these measures have ended in their space, manually or here, whatever their own end."""
        cases = [name for case in {each.case for each in those} for name in self._pseudonyms.every(SANCTIONS, case)]
        lifted = select(sanctions.c.id, sanctions.c.authority_id).join(
            liftings, liftings.c.sanction_id == sanctions.c.id
        )
        among = lifted.where(sanctions.c.case_id.in_(cases) & sanctions.c.leader_id.is_(None))
        rows = await self._connection.execute(among)
        return frozenset({self._reveal(row.id, row.authority_id) for row in rows} & {each.id for each in those})

    async def _index_person(self, measure: Measure) -> None:
        if measure.person:
            await self._numbered.add(KeyScope.of_case(measure.case), measure.id, measured_term(measure.person))

    async def _measures(self, condition: ColumnElement[bool]) -> tuple[Measure, ...]:
        rows = (await self._connection.execute(select(measures).where(condition).order_by(measures.c.id))).all()
        await self._encryption.load_keys(row.sealed for row in rows)
        return tuple([await self._measure(row) for row in rows])

    async def _columns(self, measure: Measure) -> dict[str, Any]:
        details = {"reason": measure.reason, "words": measure.words, "thing": _encode_content(measure.content)}
        scope = KeyScope.of_case(measure.case)
        return {
            "person_id": self._hide(measure.case, measure.person),
            "kind": measure.kind,
            "by": self._hide(measure.case, measure.by),
            "ends": measure.ends,
            "ended_at": measure.ended_at,
            "ended_by": self._hide(measure.case, measure.ended_by),
            "reconsideration_requested_at": measure.reconsideration_requested_at,
            "reconsidered_at": measure.reconsidered_at,
            "sealed": await self._encryption.encrypt_json(scope, "measures", measure.id, "sealed", details),
        }

    async def _measure(self, row: Row[Any]) -> Measure:
        content = await self._encryption.decrypt_json("measures", row.id, "sealed", row.sealed)
        details: Mapping[str, Any] = {} if isinstance(content, Expunged) else content
        return Measure(
            id=row.id,
            case=CaseId(row.case_id),
            space=SpaceName(row.space),
            kind=MeasureKind(row.kind),
            by=self._reveal(row.case_id, row.by),
            at=row.at,
            ends=row.ends,
            reason=MeasureReason(details.get("reason", MeasureReason.GUIDELINES)),
            words=details.get("words", ""),
            person=self._reveal(row.case_id, row.person_id),
            content=_decode_content(SpaceName(row.space), details.get("thing")),
            native=row.native,
            ended_at=row.ended_at,
            ended_by=self._reveal(row.case_id, row.ended_by),
            reconsideration_requested_at=row.reconsideration_requested_at,
            reconsidered_at=row.reconsidered_at,
            version=row.version,
        )


def measured_term(person: PersonId) -> IndexTerm:
    """Return by what the measures on a person are found, for as long as their matter is not forgotten."""
    return IndexTerm("measure", (person,))


class SqlContentRestrictionStore(EncryptedSqlStore):
    """The store of content restrictions."""

    async def add(self, restriction: ContentRestriction) -> None:
        """Add the restriction."""
        row = {
            "id": restriction.id,
            "case_id": restriction.case,
            "space": restriction.content.space,
            "restriction": restriction.restriction,
            "version": restriction.version,
        }
        await self._connection.execute(insert(content_restrictions), {**row, **await self._columns(restriction)})

    async def save(self, restriction: ContentRestriction) -> ContentRestriction:
        """Save the restriction, one version later; Stale where somebody was quicker."""
        version = await self._change(
            content_restrictions, restriction.id, restriction.version, **await self._columns(restriction)
        )
        return replace(restriction, version=version)

    async def restriction(self, restriction_id: str) -> ContentRestriction | None:
        """Return the restriction of that id."""
        found = await self._restrictions(content_restrictions.c.id == restriction_id)
        return found[0] if found else None

    async def due(self, now: datetime, limit: int) -> tuple[ContentRestriction, ...]:
        """Return the restrictions that are due, the longest due first."""
        rows = await self._connection.execute(
            select(content_restrictions)
            .where(content_restrictions.c.due_at <= now)
            .order_by(content_restrictions.c.due_at)
            .limit(limit)
        )
        return tuple([await self._restriction(row) for row in rows.all()])

    async def next_due(self) -> datetime | None:
        """Return when the next one is due; None while nothing waits."""
        found: datetime | None = await self._connection.scalar(select(func.min(content_restrictions.c.due_at)))
        return found

    async def unfinished(self) -> tuple[ContentRestriction, ...]:
        """Return every restriction that is not over, oldest first."""
        return await self._restrictions(content_restrictions.c.state.not_in(_OVER))

    async def _restrictions(self, condition: ColumnElement[bool]) -> tuple[ContentRestriction, ...]:
        rows = (
            await self._connection.execute(
                select(content_restrictions).where(condition).order_by(content_restrictions.c.id)
            )
        ).all()
        return tuple([await self._restriction(row) for row in rows])

    async def _columns(self, restriction: ContentRestriction) -> dict[str, Any]:
        details = {"thing": _encode_content(restriction.content), "placed_by": restriction.restricted_by}
        scope = KeyScope.of_case(restriction.case)
        return {
            "until": restriction.until,
            "state": restriction.state,
            "due_at": restriction.due_at,
            "failures": restriction.failures,
            "blocked_since": restriction.blocked_since,
            "notified_at": restriction.notified_at,
            "detail": restriction.detail,
            "sealed": await self._encryption.encrypt_json(
                scope, "content_restrictions", restriction.id, "sealed", details
            ),
        }

    async def _restriction(self, row: Row[Any]) -> ContentRestriction:
        content = await self._encryption.decrypt_json("content_restrictions", row.id, "sealed", row.sealed)
        details: Mapping[str, Any] = {} if isinstance(content, Expunged) else content
        space = SpaceName(row.space)
        return ContentRestriction(
            id=row.id,
            case=CaseId(row.case_id),
            content=_decode_content(space, details.get("thing")) or ContentRef(space, ""),
            restriction=ContentRestrictionKind(row.restriction),
            until=row.until,
            due_at=row.due_at,
            state=ContentRestrictionState(row.state),
            restricted_by=details.get("placed_by"),
            failures=row.failures,
            blocked_since=row.blocked_since,
            notified_at=row.notified_at,
            detail=row.detail,
            version=row.version,
        )


def _encode_content(content: ContentRef | None) -> list[str] | None:
    return None if content is None else [content.native_id, content.link]


def _decode_content(space: SpaceName, written: list[str] | None) -> ContentRef | None:
    return None if written is None else ContentRef(space, written[0], written[1])
