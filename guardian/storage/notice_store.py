"""The outbox: what fills a notice and what proves its delivery are encrypted under the key of its case.

Read `SqlNoticeStore` first.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import CursorResult, Executable, Row, Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.ids import AccountId, CaseId, MemberId, NoticeId, PersonId, ReportId
from guardian.notices.models import Notice, NoticeKind, NoticeState, Recipient, RecipientKind
from guardian.storage.blind_index import IndexTerm
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged, FieldEncryption
from guardian.storage.statements import AT, insert, select_among, select_at
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.notices import notices

_WITHOUT_CASE: Final = KeyScope.of_service("notices")


class SqlNoticeStore(EncryptedSqlStore):
    """The store of notices. What is added is written together: before anything is read, at the latest by `flush`."""

    def __init__(self, connection: AsyncConnection, encryption: FieldEncryption) -> None:
        super().__init__(connection, encryption)
        self._added: list[dict[str, Any]] = []

    async def flush(self) -> None:
        """Write all that was added: the last thing that is asked of the store in a transaction."""
        if self._added:
            rows, self._added = self._added, []
            await self._connection.execute(insert(notices), rows)

    async def add(self, notice: Notice) -> None:
        """Add the notice, which waits to be sent."""
        columns = await self._columns(notice)
        self._added.append({"id": notice.id, "version": notice.version, **columns})
        scope = _scope_of(notice)
        for term in _terms(notice.to):
            await self._numbered.add(scope, notice.id, term)

    async def notice(self, notice: NoticeId) -> Notice | None:
        """Return the notice of that id."""
        found = await self._where(select_at(notices.c.id), notice)
        return found[0] if found else None

    async def save(self, notice: Notice) -> Notice:
        """Save the notice, one version later; Stale where somebody was quicker."""
        await self.flush()
        version = await self._change(notices, notice.id, notice.version, **await self._columns(notice))
        return replace(notice, version=version)

    async def due(self, now: datetime, limit: int = 50) -> tuple[NoticeId, ...]:
        """Return the notices that wait and whose next try has come, the longest due first."""
        waiting = (notices.c.state == NoticeState.WAITING) & (notices.c.next_try <= now)
        statement = select(notices.c.id).where(waiting).order_by(notices.c.next_try, notices.c.id).limit(limit)
        return tuple(NoticeId(row.id) for row in await self._execute(statement))

    async def postpone(self, notice: NoticeId, until: datetime) -> None:
        """Try the notice no sooner than `until`, whatever is in it; one that does not wait stays as it is."""
        waiting = (notices.c.id == notice) & (notices.c.state == NoticeState.WAITING)
        later = {"next_try": until, "tries": notices.c.tries + 1, "version": notices.c.version + 1}
        await self._execute(update(notices).where(waiting).values(later))

    async def count(self, state: NoticeState) -> int:
        """Count the notices that stand so."""
        statement = select(func.count()).select_from(notices).where(notices.c.state == state)
        found: int = (await self._execute(statement)).scalar_one()
        return found

    async def count_by_member_since(
        self, kinds: Collection[NoticeKind], since: datetime
    ) -> Mapping[tuple[MemberId, NoticeKind], int]:
        """Count the notices of those kinds that each member was given at that instant or after it."""
        matching = notices.c.kind.in_(kinds) & (notices.c.created_at >= since) & notices.c.member_id.is_not(None)
        rows = await self._execute(select(notices.c.id, notices.c.member_id, notices.c.kind).where(matching))
        return Counter((MemberId(self._reveal(row.id, row.member_id)), NoticeKind(row.kind)) for row in rows)

    async def next_try(self) -> datetime | None:
        """Return when the next waiting notice is due; None while none waits."""
        statement = select(func.min(notices.c.next_try)).where(notices.c.state == NoticeState.WAITING)
        first: datetime | None = (await self._execute(statement)).scalar_one()
        return first

    async def of_case(self, case: CaseId) -> tuple[Notice, ...]:
        """Return every notice about the case, oldest first."""
        return await self._where(select_at(notices.c.case_id, notices.c.id), case)

    async def of_report(self, report: ReportId) -> tuple[Notice, ...]:
        """Return every notice to the reporter of that report, oldest first."""
        return await self._where(select_at(notices.c.report_id, notices.c.id), report)

    async def of_person(self, person: PersonId) -> tuple[Notice, ...]:
        """Return every notice to that person, oldest first."""
        return await self._where(
            select_among(notices.c.id, notices.c.id), await self._numbered.find(person_term(person))
        )

    async def of_account(self, account: AccountId) -> tuple[Notice, ...]:
        """Return every notice to the owner of that linked account, oldest first."""
        return await self._where(
            select_among(notices.c.id, notices.c.id), await self._numbered.find(_account_term(account))
        )

    async def _execute(self, statement: Executable, values: Mapping[str, object] | None = None) -> CursorResult[Any]:
        await self.flush()
        return await self._connection.execute(statement, values)

    async def _where(self, statement: Select[Any], of: str | tuple[str, ...]) -> tuple[Notice, ...]:
        rows = await self._execute(statement, {AT: of})
        return tuple([await self._read(row) for row in rows])

    async def _columns(self, notice: Notice) -> dict[str, Any]:
        scope = _scope_of(notice)
        content: dict[str, Any] = {"facts": dict(notice.facts), "proof": notice.proof}
        if notice.to.address is not None:
            content["address"] = notice.to.address
        return {
            "kind": notice.kind,
            "recipient": notice.to.kind,
            "member_id": self._hide(notice.id, notice.to.member),
            "report_id": notice.to.report,
            "person_id": self._hide(notice.id, notice.to.person),
            "account_id": self._hide(notice.id, notice.to.account),
            "case_id": notice.case,
            "created_at": notice.created_at,
            "next_try": notice.next_try,
            "sent_at": notice.sent_at,
            "state": notice.state,
            "tries": notice.tries,
            "sanction_id": self._hide(notice.id, notice.sanction),
            "sealed": await self._encryption.encrypt_json(scope, "notices", notice.id, "sealed", content),
        }

    async def _read(self, row: Row[Any]) -> Notice:
        content = await self._encryption.decrypt_json("notices", row.id, "sealed", row.sealed)
        known: Mapping[str, Any] = {"facts": {}, "proof": ""} if isinstance(content, Expunged) else content
        return Notice(
            id=NoticeId(row.id),
            kind=NoticeKind(row.kind),
            to=Recipient(
                kind=RecipientKind(row.recipient),
                member=self._reveal(row.id, row.member_id),
                report=row.report_id,
                person=self._reveal(row.id, row.person_id),
                account=self._reveal(row.id, row.account_id),
                address=known.get("address"),
            ),
            case=row.case_id,
            facts=known["facts"],
            created_at=row.created_at,
            next_try=row.next_try,
            state=NoticeState(row.state),
            tries=row.tries,
            sanction=self._reveal(row.id, row.sanction_id),
            proof=known["proof"],
            version=row.version,
            sent_at=row.sent_at,
        )


def _scope_of(notice: Notice) -> KeyScope:
    """With whose key it is forgotten: its case's, else the person's whom it is for."""
    if notice.case is not None:
        return KeyScope.of_case(notice.case)
    return KeyScope.of_person(notice.to.person) if notice.to.person is not None else _WITHOUT_CASE


def _terms(to: Recipient) -> list[IndexTerm]:
    """Return by whom the notice is found again; those to members are not looked for."""
    found = [person_term(to.person)] if to.person else []
    return [*found, _account_term(to.account)] if to.account else found


def person_term(person: PersonId) -> IndexTerm:
    """Return by what the notices to a person are found."""
    return IndexTerm("notice", ("person", person))


def _account_term(account: AccountId) -> IndexTerm:
    return IndexTerm("notice", ("account", account))
