"""Stores what is stated of cases in the records, under the key of each case, and what was published.

Read `SqlRecordStore` first.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import delete, select

from guardian.cases.case_records import IdentityLook, KnownName, Publication, StatedRecord
from guardian.errors import Stale
from guardian.ids import CaseId, PersonId, new_id
from guardian.storage.case_facts_store import SqlCaseFactsStore
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged
from guardian.storage.statements import insert
from guardian.storage.tables.records import identity_looks, known_names, publications, stated_records
from guardian.storage.tracking_codec import encode_stated

_KEPT: Final = KeyScope.of_service("records of expunged cases")
_PUBLISHED: Final = KeyScope.of_service("publications")


class SqlRecordStore(SqlCaseFactsStore):
    """The store of records; what they are computed from is read in `case_facts_store`."""

    async def add_stated(self, record: StatedRecord) -> None:
        """Store what is stated of a case that nothing was stated of."""
        row_id = new_id()
        fixed = {"id": row_id, "case_id": record.case, "person_id": self._hide(record.case, record.person)}
        values = {**fixed, "version": record.version, **await self._stated_columns(row_id, record)}
        await self._connection.execute(insert(stated_records), values)

    async def save_stated(self, record: StatedRecord) -> StatedRecord:
        """Store it as given, one version later; Stale where somebody was quicker."""
        row_id = await self._row_of(record)
        columns = await self._stated_columns(row_id, record)
        return replace(record, version=await self._change(stated_records, row_id, record.version, **columns))

    async def stated_of(self, case: CaseId) -> Mapping[PersonId | None, StatedRecord]:
        """Return what is stated of the case, by person."""
        statement = select(stated_records).where(stated_records.c.case_id == case).order_by(stated_records.c.id)
        rows = (await self._connection.execute(statement)).all()
        found = [self._stated_record(row, await self._open(stated_records, row)) for row in rows]
        return {record.person: record for record in found}

    async def keep_stated(self, record: StatedRecord) -> None:
        """Store what stays of a person's record once its case is expunged, in the place of what was stated of them."""
        same = select(stated_records.c.id, stated_records.c.person_id).where(stated_records.c.case_id == record.case)
        rows = (await self._connection.execute(same)).all()
        old = [row.id for row in rows if self._reveal(record.case, row.person_id) == record.person]
        await self._connection.execute(delete(stated_records).where(stated_records.c.id.in_(old)))
        row_id = new_id()
        fixed = {"id": row_id, "case_id": record.case, "person_id": self._hide(record.case, record.person)}
        columns = await self._stated_columns(row_id, record, _KEPT)
        await self._connection.execute(insert(stated_records), {**fixed, "version": record.version, **columns})

    async def add_known_name(self, name: KnownName) -> None:
        """Store what a person is called."""
        scope = KeyScope.of_person(name.person)
        row = {
            "id": name.id,
            "person_id": name.person,
            "case_id": self._hide(name.id, name.case),
            "by": self._hide(name.id, name.by),
            "at": name.at,
            "sealed": await self._encryption.encrypt(scope, known_names.name, name.id, "sealed", name.name),
        }
        await self._connection.execute(insert(known_names), row)

    async def names_of(self, person: PersonId) -> tuple[KnownName, ...]:
        """Return what the person is called, oldest first."""
        statement = select(known_names).where(known_names.c.person_id == person).order_by(known_names.c.id)
        found = []
        for row in await self._connection.execute(statement):
            name = await self._encryption.decrypt_text(known_names.name, row.id, "sealed", row.sealed)
            if not isinstance(name, Expunged):
                case, by = CaseId(self._reveal(row.id, row.case_id)), self._reveal(row.id, row.by)
                found.append(KnownName(id=row.id, person=person, case=case, name=name, by=by, at=row.at))
        return tuple(found)

    async def add_identity_look(self, look: IdentityLook) -> None:
        """Store that somebody looked at who a person is."""
        row = {"id": look.id, "person_id": look.person, "by": self._hide(look.id, look.by), "at": look.at}
        await self._connection.execute(insert(identity_looks), row)

    async def identity_looks(self, person: PersonId) -> tuple[IdentityLook, ...]:
        """Return who looked at who the person is, the latest first."""
        of_person = select(identity_looks).where(identity_looks.c.person_id == person)
        rows = await self._connection.execute(of_person.order_by(identity_looks.c.at.desc(), identity_looks.c.id))
        return tuple(IdentityLook(row.id, person, self._reveal(row.id, row.by), row.at) for row in rows)

    async def add_publication(self, publication: Publication) -> None:
        """Store what was published; its kind and period are taken for good."""
        row = {
            "id": publication.id,
            "kind": publication.kind,
            "period": publication.period,
            "at": publication.at,
            "by": self._hide(publication.id, publication.by),
            "sealed": await self._encryption.encrypt(
                _PUBLISHED, publications.name, publication.id, "sealed", publication.content
            ),
        }
        await self._connection.execute(insert(publications), row)

    async def drop_publication(self, publication: str) -> None:
        """Remove what was prepared and not published."""
        await self._connection.execute(delete(publications).where(publications.c.id == publication))

    async def publications(self) -> tuple[Publication, ...]:
        """Return everything that was published, oldest first."""
        rows = await self._connection.execute(select(publications).order_by(publications.c.at, publications.c.id))
        found = []
        for row in rows:
            content = await self._encryption.decrypt_text(publications.name, row.id, "sealed", row.sealed)
            words = "" if isinstance(content, Expunged) else content
            found.append(
                Publication(
                    id=row.id,
                    kind=row.kind,
                    period=row.period,
                    at=row.at,
                    by=self._reveal(row.id, row.by),
                    content=words,
                )
            )
        return tuple(found)

    async def _row_of(self, record: StatedRecord) -> str:
        statement = select(stated_records.c.id, stated_records.c.person_id).where(
            stated_records.c.case_id == record.case
        )
        for row in await self._connection.execute(statement):
            if self._reveal(record.case, row.person_id) == record.person:
                return str(row.id)
        raise Stale

    async def _stated_columns(self, row_id: str, record: StatedRecord, scope: KeyScope | None = None) -> dict[str, Any]:
        chosen = scope or KeyScope.of_case(record.case)
        sealed = await self._encryption.encrypt_json(
            chosen, stated_records.name, row_id, "sealed", encode_stated(record)
        )
        return {"by": self._hide(record.case, record.by), "at": record.at, "sealed": sealed}
