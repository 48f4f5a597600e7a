"""Cases as others ask for them: the case itself, its exclusions, parties and receipts, and passes of the reading room.

Read `SqlCaseStore` first.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Column, Row, Select, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.cases.case import Case, CaseKind, CaseState, Party, PartyRole
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.receipts import Receipt, ReceiptKind
from guardian.ids import CaseId, MemberId, PersonId, Reference, ReportId, SpaceName
from guardian.storage.access_record import AccessRecord
from guardian.storage.blind_index import IndexTerm
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged, FieldEncryption
from guardian.storage.report_store import EXPUNGED_TEXT, SqlReportStore
from guardian.storage.statements import AT, insert, select_among, select_at
from guardian.storage.tables.cases import cases, exclusions, parties, receipts
from guardian.storage.tables.handoffs import handoffs

_ORDER: Final = (exclusions.c.at, exclusions.c.case_id)
_AT_ONCE: Final = 500


class SqlCaseStore(SqlReportStore):
    """The store of cases; what was sent in stands in `report_store`, what members say of a case in `risk_store`."""

    def __init__(self, connection: AsyncConnection, encryption: FieldEncryption, access: AccessRecord) -> None:
        super().__init__(connection, encryption)
        self._access = access
        self._exclusion_rows: dict[CaseId, Sequence[Row[Any]]] = {}
        self._cases_of: dict[PersonId, Sequence[CaseId]] = {}

    async def add_case(self, case: Case) -> None:
        """Store a new case; its code name is taken for good."""
        row = {"id": case.id, "version": case.version}
        await self._connection.execute(insert(cases), {**row, **await self._case_columns(case)})
        self._access.note_case(case.id)

    async def save_case(self, case: Case) -> Case:
        """Store the case as given, one version later; Stale where somebody was quicker."""
        version = await self._change(cases, case.id, case.version, **await self._case_columns(case))
        self._access.note_case(case.id)
        return replace(case, version=version)

    async def case(self, case: CaseId) -> Case | None:
        """Return the case of that id."""
        return await self._one_case(cases.c.id, case)

    async def case_by_code_name(self, code_name: str) -> Case | None:
        """Return the case of that code name."""
        return await self._one_case(cases.c.code_name, code_name)

    async def cases(self) -> tuple[Case, ...]:
        """Return every case, oldest first."""
        rows = (await self._connection.execute(select(cases).order_by(cases.c.id))).all()
        await self._encryption.load_keys(row.outcome for row in rows)
        return tuple([await self._case(row) for row in rows])

    async def cases_of(self, person: PersonId) -> tuple[Case, ...]:
        """Return the cases in which the person is reported, oldest first."""
        if person in self._cases_of:
            known = [await self.case(each) for each in self._cases_of[person]]
            return tuple(case for case in known if case is not None)
        found = await self._numbered.find(party_term(person))
        reported = parties.c.reference.in_(found) & (parties.c.role == PartyRole.REPORTED)
        named = select(parties.c.case_id).where(reported)
        rows = (await self._connection.execute(select(cases).where(cases.c.id.in_(named)).order_by(cases.c.id))).all()
        return tuple([await self._case(row) for row in rows])

    async def read_ahead(self, those: Collection[CaseId]) -> None:
        """Read these cases and who is kept out of them together, in a view that only reads."""
        await self._read_rows_ahead(cases.c.id, those)
        wanted = sorted(set(those) - self._exclusion_rows.keys())
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            rows = await self._read_exclusions(select_among(exclusions.c.case_id, *_ORDER), tuple(part))
            await self._encryption.load_keys(row.cause for row in rows)
            self._exclusion_rows |= {case: [row for row in rows if row.case_id == case] for case in part}

    async def read_people_ahead(self, people: Collection[PersonId]) -> tuple[CaseId, ...]:
        """Read the cases in which these people are reported together, in a view that only reads; returns which they are."""
        terms = {person: party_term(person) for person in people}
        found = await self._numbered.find_many(terms.values())
        references = {reference for each in found.values() for reference in each}
        reported = [
            row
            for row in await self._among(parties.c.reference, references)
            if PartyRole(row.role) is PartyRole.REPORTED
        ]
        case_of = {row.reference: CaseId(row.case_id) for row in reported}
        for person, term in terms.items():
            self._cases_of[person] = sorted({case_of[each] for each in found[term] if each in case_of})
        every = sorted(set(case_of.values()))
        await self.read_ahead(every)
        return tuple(every)

    async def used_code_names(self, names: Collection[str]) -> frozenset[str]:
        """Return which of these names a case has, or had while it was a local matter."""
        found = (
            await self._connection.execute(select(cases.c.code_name).where(cases.c.code_name.in_(names)))
        ).scalars()
        before = (
            await self._connection.execute(select(handoffs.c.matter).where(handoffs.c.matter.in_(names)))
        ).scalars()
        return frozenset((*found, *before))

    async def add_party(self, party: Party) -> None:
        """Store a new party; its reference is taken for good."""
        row = {"role": party.role, "reference": party.reference, "report_id": party.report}
        person = self._hide(party.case, party.person)
        await self._connection.execute(insert(parties), {"case_id": party.case, "person_id": person, **row})
        if party.person is not None:
            await self._numbered.add(KeyScope.of_case(party.case), party.reference, party_term(party.person))

    async def parties_of(self, case: CaseId) -> tuple[Party, ...]:
        """Return the parties of the case."""
        rows = await self._connection.execute(select_at(parties.c.case_id), {AT: case})
        found = [self._party(row) for row in rows]
        return tuple(
            sorted(found, key=lambda party: (party.role, party.person or "", party.report or "", party.reference))
        )

    async def party(self, reference: Reference) -> Party | None:
        """Return the party to whom that reference was given."""
        row = (await self._connection.execute(select(parties).where(parties.c.reference == reference))).first()
        return self._party(row) if row else None

    async def add_receipt(self, receipt: Receipt) -> None:
        """Store a new receipt, so that its secret opens what it says."""
        row = {
            "digest": receipt.digest,
            "kind": receipt.kind,
            "created_at": receipt.created_at,
            "case_id": receipt.case,
            "report_id": receipt.report,
            "person_id": self._hide(receipt.digest, receipt.person),
            "used_at": receipt.used_at,
            "account_id": self._hide(receipt.digest, receipt.account),
        }
        await self._connection.execute(insert(receipts), row)
        if receipt.person is not None:
            scope = KeyScope.of_case(receipt.case) if receipt.case else KeyScope.of_person(receipt.person)
            await self._numbered.add(scope, receipt.digest, _receipt_term(receipt.person))

    async def save_receipt(self, receipt: Receipt) -> None:
        """Store the receipt as given."""
        statement = update(receipts).where(receipts.c.digest == receipt.digest).values(used_at=receipt.used_at)
        await self._connection.execute(statement)

    async def receipt(self, digest: str) -> Receipt | None:
        """Return the receipt with that digest."""
        row = (await self._connection.execute(select(receipts).where(receipts.c.digest == digest))).first()
        return self._receipt(row) if row else None

    async def receipts_of(self, person: PersonId) -> tuple[Receipt, ...]:
        """Return the receipts that open the person's page, oldest first."""
        statement = select(receipts).where(receipts.c.digest.in_(await self._numbered.find(_receipt_term(person))))
        rows = await self._connection.execute(statement.order_by(receipts.c.created_at, receipts.c.digest))
        return tuple(self._receipt(row) for row in rows)

    async def add_exclusion(self, exclusion: Exclusion) -> None:
        """Store a new exclusion."""
        row = {
            "case_id": exclusion.case,
            "member_id": self._hide(exclusion.case, exclusion.member),
            "kind": exclusion.kind,
            "at": exclusion.at,
            "by": self._hide(exclusion.case, exclusion.by),
            "lifted_at": exclusion.lifted_at,
            "lifted_by": self._hide(exclusion.case, exclusion.lifted_by),
            "cause": await self._encrypt(
                exclusion.case,
                "exclusions",
                _exclusion_id(exclusion.case, exclusion.member, exclusion.kind),
                "cause",
                exclusion.cause,
            ),
        }
        self._exclusion_rows.pop(exclusion.case, None)
        await self._connection.execute(insert(exclusions), row)
        await self._numbered.add(KeyScope.of_case(exclusion.case), exclusion.case, _exclusion_term(exclusion.member))
        self._access.note_case(exclusion.case)

    async def save_exclusion(self, exclusion: Exclusion) -> None:
        """Store the exclusion as given: standing or lifted."""
        same = exclusions.c.member_id.in_(self._pseudonyms.every(exclusion.case, exclusion.member))
        theirs = exclusions.c.case_id == exclusion.case
        statement = update(exclusions).where(
            theirs, same, exclusions.c.kind == exclusion.kind, exclusions.c.at == exclusion.at
        )
        self._exclusion_rows.pop(exclusion.case, None)
        await self._connection.execute(
            statement.values(lifted_at=exclusion.lifted_at, lifted_by=self._hide(exclusion.case, exclusion.lifted_by))
        )
        self._access.note_case(exclusion.case)

    async def exclusions_of(self, case: CaseId) -> tuple[Exclusion, ...]:
        """Return every exclusion of the case, lifted ones too, oldest first.

        Their rows are read once a transaction, and once more after each change that this store makes.
        """
        if case not in self._exclusion_rows:
            self._exclusion_rows[case] = await self._read_exclusions(select_at(exclusions.c.case_id, *_ORDER), case)
        return await self._decrypt_exclusions(self._exclusion_rows[case])

    async def exclusions_of_member(self, member: MemberId) -> tuple[Exclusion, ...]:
        """Return every exclusion of the member, lifted ones too."""
        cases_of_member = await self._numbered.find(_exclusion_term(member))
        found = await self._decrypt_exclusions(
            await self._read_exclusions(select_among(exclusions.c.case_id, *_ORDER), cases_of_member)
        )
        return tuple(exclusion for exclusion in found if exclusion.member == member)

    async def _one_case(self, column: Column[Any], value: str) -> Case | None:
        rows = await self._rows_at(column, value)
        return await self._case(rows[0]) if rows else None

    async def _among(self, column: Column[Any], values: Iterable[str]) -> list[Row[Any]]:
        wanted, found = sorted(values), list[Row[Any]]()
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            found += (await self._connection.execute(select_among(column), {AT: part})).all()
        return found

    async def _case_columns(self, case: Case) -> dict[str, Any]:
        outcome = await self._encrypt(case.id, "cases", case.id, "outcome", case.outcome) if case.outcome else None
        return {
            "code_name": case.code_name,
            "kind": case.kind,
            "state": case.state,
            "opened_at": case.opened_at,
            "contact_id": self._hide(case.id, case.contact),
            "safety_risk": case.safety_risk,
            "board_only": case.board_only,
            "review_on": case.review_on,
            "closed_at": case.closed_at,
            "about_sanction": self._hide(case.id, case.about_sanction),
            "outcome": outcome,
            "space": case.space,
            "audience": None if case.audience is None else await self._encrypt_audience(case),
            "evasion_marked_at": case.evasion_marked_at,
            "joined_into": case.joined_into,
        }

    async def _case(self, row: Row[Any]) -> Case:
        outcome = await self._decrypt("cases", row.id, "outcome", row.outcome) if row.outcome else ""
        return Case(
            id=CaseId(row.id),
            code_name=row.code_name,
            kind=CaseKind(row.kind),
            state=CaseState(row.state),
            opened_at=row.opened_at,
            contact=self._reveal(row.id, row.contact_id),
            safety_risk=row.safety_risk,
            board_only=row.board_only,
            review_on=row.review_on,
            closed_at=row.closed_at,
            about_sanction=self._reveal(row.id, row.about_sanction),
            outcome=outcome,
            space=None if row.space is None else SpaceName(row.space),
            audience=None if row.audience is None else await self._decrypt_audience(row),
            evasion_marked_at=row.evasion_marked_at,
            joined_into=row.joined_into,
            version=row.version,
        )

    async def _read_exclusions(self, statement: Select[Any], of: str | tuple[str, ...]) -> Sequence[Row[Any]]:
        return list(await self._connection.execute(statement, {AT: of}))

    async def _decrypt_exclusions(self, rows: Iterable[Row[Any]]) -> tuple[Exclusion, ...]:
        found = [await self._exclusion(row) for row in rows]
        return tuple(sorted(found, key=lambda exclusion: (exclusion.at, exclusion.member)))

    async def _exclusion(self, row: Row[Any]) -> Exclusion:
        case = CaseId(row.case_id)
        member = MemberId(self._reveal(case, row.member_id))
        kind = ExclusionKind(row.kind)
        cause = await self._decrypt("exclusions", _exclusion_id(case, member, kind), "cause", row.cause)
        return Exclusion(
            case=case,
            member=member,
            kind=kind,
            cause=cause,
            at=row.at,
            by=self._reveal(case, row.by),
            lifted_at=row.lifted_at,
            lifted_by=self._reveal(case, row.lifted_by),
        )

    def _party(self, row: Row[Any]) -> Party:
        person = self._reveal(row.case_id, row.person_id)
        return Party(CaseId(row.case_id), PartyRole(row.role), Reference(row.reference), person, row.report_id)

    def _receipt(self, row: Row[Any]) -> Receipt:
        return Receipt(
            digest=row.digest,
            kind=ReceiptKind(row.kind),
            created_at=row.created_at,
            case=row.case_id,
            report=None if row.report_id is None else ReportId(row.report_id),
            person=self._reveal(row.digest, row.person_id),
            used_at=row.used_at,
            account=self._reveal(row.digest, row.account_id),
        )

    async def _encrypt_audience(self, case: Case) -> bytes:
        return await self._encryption.encrypt_json(
            KeyScope.of_case(case.id), "cases", case.id, "audience", case.audience
        )

    async def _decrypt_audience(self, row: Row[Any]) -> tuple[MemberId, ...]:
        """Return the chosen members; nobody once the case is expunged."""
        chosen = await self._encryption.decrypt_json("cases", row.id, "audience", row.audience)
        return () if isinstance(chosen, Expunged) else tuple(MemberId(member) for member in chosen)

    async def _encrypt(self, case: CaseId, table: str, row_id: str, column: str, text: str) -> bytes:
        return await self._encryption.encrypt(KeyScope.of_case(case), table, row_id, column, text)

    async def _decrypt(self, table: str, row_id: str, column: str, encrypted: bytes) -> str:
        text = await self._encryption.decrypt_text(table, row_id, column, encrypted)
        return EXPUNGED_TEXT if isinstance(text, Expunged) else text


def _exclusion_id(case: CaseId, member: MemberId, kind: ExclusionKind) -> str:
    return f"{case}/{member}/{kind}"


def party_term(person: PersonId) -> IndexTerm:
    """Return by what the parts of a person in cases are found, for as long as the case is not forgotten."""
    return IndexTerm("party", (person,))


def _receipt_term(person: PersonId) -> IndexTerm:
    return IndexTerm("receipt", (person,))


def _exclusion_term(member: MemberId) -> IndexTerm:
    return IndexTerm("exclusion", (member,))
