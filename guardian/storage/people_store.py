"""Stores members, people and their accounts. Read `SqlPeopleStore` first.

Who is searched by account or handle is found by the blind index: only what matches is decrypted.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.ids import AccountId, CaseId, MemberId, PersonId, SpaceName
from guardian.people.models import (
    LinkedAccount,
    LinkEvidence,
    Member,
    Person,
    Trust,
    contactable_accounts,
)
from guardian.spaces.port import Account
from guardian.storage.access_record import AccessRecord
from guardian.storage.blind_index import IndexedRow, IndexTerm
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged, FieldEncryption
from guardian.storage.member_codec import encode_member, read_member
from guardian.storage.statements import AT, insert, select_among, select_at
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.people import accounts, members, people

_MEMBERS: Final = KeyScope.of_service("members")
_BATCH: Final = 256


class SqlPeopleStore(EncryptedSqlStore):
    """The store of members and people."""

    def __init__(
        self,
        connection: AsyncConnection,
        encryption: FieldEncryption,
        access: AccessRecord,
        *,
        chairs_are_board: bool = False,
    ) -> None:
        super().__init__(connection, encryption)
        self._access = access
        self._chairs_are_board = chairs_are_board
        self._everybody: dict[MemberId, Member] | None = None
        self._single: dict[MemberId, Member | None] = {}

    async def members(self) -> tuple[Member, ...]:
        """Return everybody who has or had a role, in the order in which they were added.

        They are read once a transaction, and once more after each change that this store makes.
        """
        if self._everybody is None:
            rows = await self._connection.execute(select(members).order_by(members.c.id))
            self._everybody = {MemberId(row.id): await self._member(row) for row in rows}
        return tuple(self._everybody.values())

    async def member(self, member: MemberId) -> Member | None:
        """Return the member of that id."""
        if self._everybody is not None:
            return self._everybody.get(member)
        if member not in self._single:
            row = (await self._connection.execute(select_at(members.c.id), {AT: member})).first()
            self._single[member] = await self._member(row) if row else None
        return self._single[member]

    async def member_with_account(self, account: Account) -> Member | None:
        """Return the member whose own account it is."""
        for found in await self._index.find(_member_term(account)):
            member = await self.member(MemberId(found))
            if member is not None and account in member.accounts:
                return member
        return None

    async def add_member(self, member: Member) -> None:
        """Add the member."""
        encrypted = await self._encryption.encrypt_json(_MEMBERS, "members", member.id, "sealed", encode_member(member))
        row = {"id": member.id, "sealed": encrypted, "ended_at": member.ended_at, "version": member.version}
        await self._connection.execute(insert(members), row)
        await self._index.add([_index_member(member)])
        self._note_change(member.id)

    async def save_member(self, member: Member) -> Member:
        """Save the member, one version later; Stale where somebody was quicker."""
        encrypted = await self._encryption.encrypt_json(_MEMBERS, "members", member.id, "sealed", encode_member(member))
        version = await self._change(members, member.id, member.version, sealed=encrypted, ended_at=member.ended_at)
        await self._index.replace(_index_member(member))
        self._note_change(member.id)
        return replace(member, version=version)

    async def person(self, person: PersonId) -> Person | None:
        """Return the person of that id."""
        rows = await self._rows_at(people.c.id, person)
        return _read_person(rows[0]) if rows else None

    async def people_after(self, code_name: str, most: int) -> tuple[Person, ...]:
        """Return so many people whose code names come after that one, in the order of these."""
        asked = select(people).where(people.c.code_name > code_name).order_by(people.c.code_name).limit(most)
        return tuple(_read_person(row) for row in await self._connection.execute(asked))

    async def person_by_code_name(self, code_name: str) -> Person | None:
        """Return the person of that code name."""
        return await self._person(people.c.code_name == code_name)

    async def add_person(self, person: Person) -> None:
        """Add the person; their code name is taken for good."""
        row = {
            "id": person.id,
            "code_name": person.code_name,
            "created_at": person.created_at,
            "language": person.language,
            "version": person.version,
        }
        await self._connection.execute(insert(people), row)

    async def language_of(self, person: PersonId) -> str:
        """Return the language that the person is written to in; empty where none is known."""
        found = select(people.c.language).where(people.c.id == person)
        return (await self._connection.execute(found)).scalar() or ""

    async def keep_language(self, person: PersonId, language: str) -> None:
        """Keep the language that the person is written to in from now on; the last one counts."""
        await self._connection.execute(update(people).where(people.c.id == person).values(language=language))

    async def used_code_names(self, names: Collection[str]) -> frozenset[str]:
        """Return which of these names a person has."""
        found = select(people.c.code_name).where(people.c.code_name.in_(names))
        return frozenset((await self._connection.execute(found)).scalars())

    async def links_of_account(self, account: Account) -> tuple[LinkedAccount, ...]:
        """Return every link from that account to a person, oldest first.

        At most one of those that bind is not reached through another.
        """
        return await self.links_of_accounts([account])

    async def links_of_accounts(self, wanted: Sequence[Account]) -> tuple[LinkedAccount, ...]:
        """Return every link from any of those accounts to a person, oldest first."""
        chosen = frozenset(wanted)
        found = await self._index.find_all(_account_term(account) for account in chosen)
        return tuple(link for link in await self._accounts_by_ids(found) if link.account in chosen)

    async def links_with_handle(self, space: SpaceName, handle: str) -> tuple[LinkedAccount, ...]:
        """Return every link of an account that was called so when it was last observed, whatever the capitals."""
        found = await self._accounts_by_ids(await self._index.find(_handle_term(space, handle)))
        return tuple(link for link in found if link.handle.casefold() == handle.casefold())

    async def ids_of_accounts(self, space: SpaceName, native_ids: Iterable[str]) -> dict[AccountId, str]:
        """Return which links there are of the space's accounts, each with the native id; nothing is decrypted."""
        found = await self._index.find_all(_account_term(Account(space, native_id)) for native_id in native_ids)
        return {AccountId(row_id): term.parts[1] for row_id, term in found.items()}

    async def accounts_of(self, person: PersonId) -> tuple[LinkedAccount, ...]:
        """Return the person's accounts with every trust, oldest link first."""
        return tuple(await self._decrypt_accounts(await self._rows_at(accounts.c.person_id, person, accounts.c.id)))

    async def read_ahead(self, those: Collection[PersonId]) -> None:
        """Read these people and their accounts together, in a view that only reads, before they are asked for one by one."""
        await self._read_rows_ahead(people.c.id, those)
        await self._read_rows_ahead(accounts.c.person_id, those, accounts.c.id)

    async def people_of_same_accounts(self, person: PersonId) -> tuple[PersonId, ...]:
        """Return everybody to whom an account is bound that is bound to the person as well, the person first."""
        rows = await self._connection.execute(_select_people_of_same_accounts(), {AT: person})
        return tuple(dict.fromkeys((person, *(PersonId(each) for each in rows.scalars()))))

    async def contactable_accounts(self, person: PersonId) -> tuple[LinkedAccount, ...]:
        """Return those of the person's accounts at which they may be written to about their own matters."""
        return contactable_accounts(await self.accounts_of(person))

    async def account(self, account: AccountId) -> LinkedAccount | None:
        """Return the account of that id."""
        found = await self._accounts(select_at(accounts.c.id), account)
        return found[0] if found else None

    async def add_account(self, account: LinkedAccount) -> None:
        """Add the link."""
        row = {"id": account.id, "person_id": account.person, "version": account.version}
        await self._connection.execute(insert(accounts), {**row, **await self._account_columns(account)})
        await self._index.add([index_account(account)])

    async def add_new_people(self, new_people: Sequence[tuple[Person, LinkedAccount]]) -> None:
        """Add many people, each with one account."""
        await self._encryption.ensure_keys([KeyScope.of_person(person.id) for person, _ in new_people])
        named = [
            {"id": p.id, "code_name": p.code_name, "created_at": p.created_at, "language": p.language, "version": 0}
            for p, _ in new_people
        ]
        linked = [
            {"id": a.id, "person_id": a.person, "version": 0, **await self._account_columns(a)} for _, a in new_people
        ]
        await self._connection.execute(insert(people), named)
        await self._connection.execute(insert(accounts), linked)
        await self._index.add([index_account(account) for _, account in new_people])

    async def save_account(self, account: LinkedAccount) -> LinkedAccount:
        """Save the link, one version later; Stale where somebody was quicker."""
        columns = await self._account_columns(account)
        version = await self._change(accounts, account.id, account.version, **columns)
        await self._index.replace(index_account(account))
        return replace(account, version=version)

    def _note_change(self, member: MemberId) -> None:
        self._everybody = None
        self._single.clear()
        self._access.note_member(member)

    async def _member(self, row: Row[Any]) -> Member:
        content = await self._encryption.decrypt_json("members", row.id, "sealed", row.sealed)
        member = read_member(row, {"name": "Expunged"} if isinstance(content, Expunged) else content)
        return replace(member, chairs_are_board=True) if self._chairs_are_board else member

    async def _person(self, condition: ColumnElement[bool]) -> Person | None:
        row = (await self._connection.execute(select(people).where(condition))).first()
        return _read_person(row) if row else None

    async def _accounts(self, statement: Select[Any], of: str | list[str]) -> tuple[LinkedAccount, ...]:
        rows = (await self._connection.execute(statement, {AT: of})).all()
        found: list[LinkedAccount] = []
        for start in range(0, len(rows), _BATCH):
            found.extend(await self._decrypt_accounts(rows[start : start + _BATCH]))
        return tuple(found)

    async def _accounts_by_ids(self, ids: Iterable[str]) -> tuple[LinkedAccount, ...]:
        every, found = sorted(ids), list[LinkedAccount]()
        for start in range(0, len(every), _BATCH):
            part = every[start : start + _BATCH]
            found.extend(await self._accounts(select_among(accounts.c.id, accounts.c.id), part))
        return tuple(found)

    async def _decrypt_accounts(self, rows: Sequence[Row[Any]]) -> list[LinkedAccount]:
        """Return the accounts of these rows; those of a person whose key is destroyed are gone."""
        await self._encryption.load_keys(row.sealed for row in rows)
        found = []
        for row in rows:
            content = await self._encryption.decrypt_json("accounts", row.id, "sealed", row.sealed)
            if not isinstance(content, Expunged):
                found.append(read_linked_account(row, content))
        return found

    async def _account_columns(self, account: LinkedAccount) -> dict[str, Any]:
        content = {
            "native_id": account.account.native_id,
            "handle": account.handle,
            "evidence": account.evidence,
            "namings": [[each.case, each.trust, each.by, each.evidence] for each in account.case_evidence],
        }
        scope = KeyScope.of_person(account.person)
        return {
            "space": account.account.space,
            "trust": account.trust,
            "linked_at": account.linked_at,
            "linked_by": account.linked_by,
            "confirmed_by": account.confirmed_by,
            "ended_at": account.ended_at,
            "ended_by": account.ended_by,
            "reached_through": account.reached_through,
            "sealed": await self._encryption.encrypt_json(scope, "accounts", account.id, "sealed", content),
        }


@cache
def _select_people_of_same_accounts() -> Select[Any]:
    binds = and_(accounts.c.ended_at.is_(None), accounts.c.trust != Trust.ASSERTED)
    worked_as = func.coalesce(accounts.c.reached_through, accounts.c.id)
    theirs = select(worked_as).where(binds, accounts.c.person_id == bindparam(AT))
    return select(accounts.c.person_id).where(binds, worked_as.in_(theirs)).order_by(accounts.c.person_id)


def _read_person(row: Row[Any]) -> Person:
    return Person(PersonId(row.id), row.code_name, row.created_at, row.version, row.language)


def index_account(account: LinkedAccount) -> IndexedRow:
    """Return what the link can be found by: the account itself, and what it is called."""
    terms = (_account_term(account.account), _handle_term(account.account.space, account.handle))
    return IndexedRow(KeyScope.of_person(account.person), account.id, terms)


def _account_term(account: Account) -> IndexTerm:
    return IndexTerm("account", (account.space, account.native_id))


def _handle_term(space: SpaceName, handle: str) -> IndexTerm:
    return IndexTerm("handle", (space, handle.casefold()))


def _index_member(member: Member) -> IndexedRow:
    return IndexedRow(_MEMBERS, member.id, tuple(_member_term(account) for account in member.accounts))


def _member_term(account: Account) -> IndexTerm:
    return IndexTerm("member", (account.space, account.native_id))


def read_linked_account(row: Row[Any], content: Mapping[str, Any]) -> LinkedAccount:
    """Return the link of the row, whose sealed part says this."""
    return LinkedAccount(
        id=AccountId(row.id),
        person=PersonId(row.person_id),
        account=Account(SpaceName(row.space), content["native_id"]),
        handle=content["handle"],
        trust=Trust(row.trust),
        linked_at=row.linked_at,
        linked_by=row.linked_by,
        evidence=content["evidence"],
        confirmed_by=row.confirmed_by,
        case_evidence=tuple(
            LinkEvidence(CaseId(case), Trust(trust), by, evidence)
            for case, trust, by, evidence in content.get("namings", ())
        ),
        ended_at=row.ended_at,
        ended_by=row.ended_by,
        reached_through=AccountId(row.reached_through) if row.reached_through else None,
        version=row.version,
    )
