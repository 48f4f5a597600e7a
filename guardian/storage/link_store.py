"""Stores disputed links, codes, and merges of people; what was said of them is encrypted. Read `SqlLinkStore` first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import BindParameter, ColumnElement, Row, Select, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.ids import AccountId, CaseId, MemberId, PersonId, SanctionId, SpaceName
from guardian.people.links import Dispute, Merge, OwnershipCode, Turn, merged_people
from guardian.secrets import keyed_digest
from guardian.spaces.account_proof import ProvenAccount
from guardian.spaces.port import Account
from guardian.storage.data_key_store import KeyScope
from guardian.storage.encryption import Expunged, FieldEncryption
from guardian.storage.key_ring import KeyKind
from guardian.storage.statements import AT, insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.links import disputes, evidence_readings, merges, ownership_codes
from guardian.storage.tables.people import accounts
from guardian.storage.tables.sanctions import liftings, sanctions
from guardian.storage.tables.system import meta
from rules.policy_sections.sanctions import OnTermEnd

_CODES: Final = "ownership codes 1"
_AT_ONCE: Final = 500
_ASKED_UNTIL: Final = "links.asked_until"
"""The turn up to which the spaces have been asked: a sanction's id and an account's."""


class SqlLinkStore(EncryptedSqlStore):
    """The store of everything about links that is not a link."""

    def __init__(self, connection: AsyncConnection, encryption: FieldEncryption) -> None:
        super().__init__(connection, encryption)
        self._merged: dict[PersonId, tuple[PersonId, ...]] = {}

    async def add_dispute(self, dispute: Dispute) -> None:
        """Add the dispute, which waits to be decided."""
        row = {
            "id": dispute.id,
            "account_id": dispute.link,
            "case_id": dispute.case,
            "at": dispute.at,
            "by_owner": dispute.by_owner,
            "version": dispute.version,
        }
        await self._connection.execute(insert(disputes), {**row, **await self._dispute_columns(dispute)})

    async def save_dispute(self, dispute: Dispute) -> Dispute:
        """Save the dispute, one version later; Stale where somebody was quicker."""
        columns = await self._dispute_columns(dispute)
        return replace(dispute, version=await self._change(disputes, dispute.id, dispute.version, **columns))

    async def dispute(self, dispute: str) -> Dispute | None:
        """Return the dispute of that id."""
        row = (await self._connection.execute(select(disputes).where(disputes.c.id == dispute))).first()
        return await self._dispute(row) if row else None

    async def disputes_of(self, link: AccountId) -> tuple[Dispute, ...]:
        """Return the disputes of the link, settled ones too, oldest first."""
        statement = select(disputes).where(disputes.c.account_id == link).order_by(disputes.c.at, disputes.c.id)
        return tuple([await self._dispute(row) for row in await self._connection.execute(statement)])

    async def add_merge(self, merge: Merge) -> None:
        """Add the merge, which waits for a second member."""
        row = {
            "id": merge.id,
            "kept_id": merge.kept,
            "other_id": merge.other,
            "case_id": merge.case,
            "at": merge.at,
            "by": merge.by,
            "version": merge.version,
        }
        await self._connection.execute(insert(merges), {**row, **await self._merge_columns(merge)})

    async def save_merge(self, merge: Merge) -> Merge:
        """Save the merge, one version later; Stale where somebody was quicker."""
        columns = await self._merge_columns(merge)
        return replace(merge, version=await self._change(merges, merge.id, merge.version, **columns))

    async def merge(self, merge: str) -> Merge | None:
        """Return the merge of that id."""
        row = (await self._connection.execute(select(merges).where(merges.c.id == merge))).first()
        return await self._merge(row) if row else None

    async def merges_of(self, person: PersonId) -> tuple[Merge, ...]:
        """Return every merge that names the person, ended ones too, oldest first."""
        named = or_(merges.c.kept_id == person, merges.c.other_id == person)
        statement = select(merges).where(named).order_by(merges.c.at, merges.c.id)
        return tuple([await self._merge(row) for row in await self._connection.execute(statement)])

    async def merged_people(self, person: PersonId) -> tuple[PersonId, ...]:
        """Return everybody who is known to be the same human, the person themselves first."""
        known = self._merged.get(person)
        return await load_merged_people(self._connection, person) if known is None else known

    async def read_ahead(self, people: Collection[PersonId]) -> tuple[PersonId, ...]:
        """Read who is the same human as one of these together, in a view that only reads; returns everybody found."""
        pairs = await _load_merges(self._connection, people)
        self._merged |= {person: merged_people(person, pairs) for person in people}
        return tuple(sorted({each for person in people for each in self._merged[person]}))

    async def add_ownership_code(self, ownership_code: OwnershipCode) -> None:
        """Add the code, which waits to be written."""
        content = {
            "space": ownership_code.account.space,
            "native_id": ownership_code.account.native_id,
            "handle": ownership_code.handle,
        }
        scope = KeyScope.of_person(ownership_code.person)
        row = {
            "id": ownership_code.id,
            "digest": self._keyed_digests(ownership_code.digest)[0],
            "person_id": ownership_code.person,
            "case_id": ownership_code.case,
            "by": ownership_code.by,
            "at": ownership_code.at,
            "until": ownership_code.until,
            "known_at": ownership_code.known_at,
            "claimed_at": ownership_code.claimed_at,
            "sealed": await self._encryption.encrypt_json(
                scope, ownership_codes.name, ownership_code.id, "sealed", content
            ),
            "version": ownership_code.version,
        }
        await self._connection.execute(insert(ownership_codes), row)

    async def save_ownership_code(self, ownership_code: OwnershipCode) -> OwnershipCode:
        """Save the code, one version later; Stale where somebody was quicker."""
        columns = {
            "known_at": ownership_code.known_at,
            "claimed_at": ownership_code.claimed_at,
            "until": ownership_code.until,
        }
        return replace(
            ownership_code,
            version=await self._change(ownership_codes, ownership_code.id, ownership_code.version, **columns),
        )

    async def ownership_code(self, digest: str) -> OwnershipCode | None:
        """Return the code that has that digest."""
        wanted = ownership_codes.c.digest.in_(self._keyed_digests(digest))
        row = (await self._connection.execute(select(ownership_codes).where(wanted))).first()
        if row is None:
            return None
        content = await self._encryption.decrypt_json(ownership_codes.name, row.id, "sealed", row.sealed)
        return None if isinstance(content, Expunged) else _read_ownership_code(row, content)

    def _keyed_digests(self, digest: str) -> list[str]:
        """What stands for the digest: without the key ring no code can be tried, nor be joined to what was sent."""
        ring = self._encryption.ring
        keys = [ring.derive(KeyKind.LASTING, _CODES, number) for number in ring.numbers(KeyKind.LASTING)]
        return [keyed_digest(key, f"{ownership_codes.name}\n{digest}") for key in keys]

    async def record_evidence_read(self, subject: str, member: MemberId, at: datetime) -> None:
        """Record that the member has read the evidence of the link or merge; doing so again changes nothing."""
        statement = self._insert(evidence_readings).values(about=subject, member_id=member, at=at)
        await self._connection.execute(statement.on_conflict_do_nothing())

    async def has_read_evidence(self, subject: str, member: MemberId) -> bool:
        """Return whether the member has read that evidence."""
        statement = select(evidence_readings.c.at).where(
            evidence_readings.c.about == subject, evidence_readings.c.member_id == member
        )
        return (await self._connection.execute(statement)).first() is not None

    async def next_to_ask(self, now: datetime, limit: int) -> tuple[Turn, ...]:
        """Return the accounts whose turn is next, at most so many: of people on whom something runs outside a raid.

        They go round by the age of the sanction; after the last comes the first again, and nobody twice at once.
        """
        value = (await self._connection.execute(select(meta.c.value).where(meta.c.name == _ASKED_UNTIL))).scalar()
        sanction, _, account = str(value or " ").partition(" ")
        later = (sanctions.c.id > sanction) | ((sanctions.c.id == sanction) & (accounts.c.id > account))
        after = await self._turns(now, (sanctions.c.id >= sanction) & later, limit)
        before = await self._turns(now, ~later, limit - len(after)) if len(after) < limit else ()
        return tuple({turn.account: turn for turn in (*after, *before)}.values())

    async def record_asked(self, turn: Turn) -> None:
        """Record that the turn was taken, so that the next one follows it, after a restart too."""
        value = f"{turn.sanction} {turn.account}"
        statement = self._insert(meta).values(name=_ASKED_UNTIL, value=value)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=[meta.c.name], set_={"value": value})
        )

    async def _turns(self, now: datetime, condition: ColumnElement[bool], limit: int) -> tuple[Turn, ...]:
        joined = sanctions.join(accounts, accounts.c.person_id == sanctions.c.person_id).outerjoin(
            liftings, liftings.c.sanction_id == sanctions.c.id
        )
        statement = (
            select(sanctions.c.id, accounts.c.id.label("account_id"))
            .select_from(joined)
            .where(liftings.c.sanction_id.is_(None), sanctions.c.leader_id.is_(None), is_running(now))
            .where(accounts.c.ended_at.is_(None), condition)
            .order_by(sanctions.c.id, accounts.c.id)
            .limit(limit)
        )
        return tuple(
            Turn(SanctionId(row.id), AccountId(row.account_id)) for row in await self._connection.execute(statement)
        )

    async def _dispute_columns(self, dispute: Dispute) -> dict[str, Any]:
        scope = KeyScope.of_case(dispute.case)
        return {
            "settled_at": dispute.settled_at,
            "settled_by": dispute.settled_by,
            "upheld": dispute.upheld,
            "text": await self._encryption.encrypt(scope, disputes.name, dispute.id, "text", dispute.text),
            "shown": await self._encryption.encrypt_json(
                scope, disputes.name, dispute.id, "shown", _encode_shown(dispute.shown)
            ),
        }

    async def _dispute(self, row: Row[Any]) -> Dispute:
        text = await self._encryption.decrypt_text(disputes.name, row.id, "text", row.text)
        shown = await self._encryption.decrypt_json(disputes.name, row.id, "shown", row.shown) if row.shown else {}
        return Dispute(
            id=row.id,
            link=AccountId(row.account_id),
            case=CaseId(row.case_id),
            at=row.at,
            text="" if isinstance(text, Expunged) else text,
            by_owner=row.by_owner,
            settled_at=row.settled_at,
            settled_by=row.settled_by,
            upheld=row.upheld,
            shown=() if isinstance(shown, Expunged) else _decode_shown(shown),
            version=row.version,
        )

    async def _merge_columns(self, merge: Merge) -> dict[str, Any]:
        scope = KeyScope.of_case(merge.case)
        return {
            "confirmed_at": merge.confirmed_at,
            "confirmed_by": merge.confirmed_by,
            "ended_at": merge.ended_at,
            "ended_by": merge.ended_by,
            "evidence": await self._encryption.encrypt(scope, merges.name, merge.id, "evidence", merge.evidence),
        }

    async def _merge(self, row: Row[Any]) -> Merge:
        evidence = await self._encryption.decrypt_text(merges.name, row.id, "evidence", row.evidence)
        return Merge(
            id=row.id,
            kept=PersonId(row.kept_id),
            other=PersonId(row.other_id),
            case=CaseId(row.case_id),
            at=row.at,
            by=row.by,
            evidence="" if isinstance(evidence, Expunged) else evidence,
            confirmed_at=row.confirmed_at,
            confirmed_by=row.confirmed_by,
            ended_at=row.ended_at,
            ended_by=row.ended_by,
            version=row.version,
        )


def is_running(now: datetime) -> ColumnElement[bool]:
    """Return whether a sanction without a lifting is not over; a term that awaits readmission has no end of its own."""
    awaits = sanctions.c.on_term_end == OnTermEnd.AWAIT_READMISSION
    return sanctions.c.ends.is_(None) | (sanctions.c.ends > now) | awaits


async def load_merged_people(connection: AsyncConnection, person: PersonId) -> tuple[PersonId, ...]:
    """Return everybody who is known to be the same human, the person first; mostly nobody else is."""
    return merged_people(person, await _load_merges(connection, (person,)))


async def _load_merges(
    connection: AsyncConnection, people: Collection[PersonId]
) -> dict[tuple[PersonId, PersonId], None]:
    """Every pair that stands now and that one of these people is in, or somebody who is the same human as they."""
    pairs: dict[tuple[PersonId, PersonId], None] = {}
    asked: set[PersonId] = set()
    waiting = sorted(set(people))
    while waiting:
        part, waiting = waiting[:_AT_ONCE], waiting[_AT_ONCE:]
        asked.update(part)
        rows = await connection.execute(_select_active_merges(), {AT: part})
        pairs |= dict.fromkeys((PersonId(row.kept_id), PersonId(row.other_id)) for row in rows)
        waiting = sorted({*waiting, *(each for pair in pairs for each in pair)} - asked)
    return pairs


@cache
def _select_active_merges() -> Select[Any]:
    """Return the select of the pairs in which one of `AT` is."""
    is_active = merges.c.confirmed_at.is_not(None) & merges.c.ended_at.is_(None)
    people: BindParameter[Any] = bindparam(AT, expanding=True)
    named = merges.c.kept_id.in_(people) | merges.c.other_id.in_(people)
    return select(merges.c.kept_id, merges.c.other_id).where(is_active, named)


def _encode_shown(shown: Sequence[ProvenAccount]) -> dict[str, Any]:
    return {"accounts": [[each.account.space, each.account.native_id, each.handle] for each in shown]}


def _decode_shown(content: Mapping[str, Any]) -> tuple[ProvenAccount, ...]:
    named = content.get("accounts", ())
    return tuple(ProvenAccount(Account(SpaceName(space), native_id), handle) for space, native_id, handle in named)


def _read_ownership_code(row: Row[Any], content: dict[str, Any]) -> OwnershipCode:
    return OwnershipCode(
        id=row.id,
        digest=row.digest,
        person=PersonId(row.person_id),
        account=Account(SpaceName(content["space"]), content["native_id"]),
        handle=content["handle"],
        case=CaseId(row.case_id),
        by=row.by,
        at=row.at,
        until=row.until,
        known_at=row.known_at,
        claimed_at=row.claimed_at,
        version=row.version,
    )
