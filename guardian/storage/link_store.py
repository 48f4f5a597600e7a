"""Remembers disputed links, codes, and people found to be one; what was said of them is sealed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.ids import AccountId, CaseId, MemberId, PersonId, SpaceName
from guardian.people.links import Challenge, Dispute, Join, together
from guardian.spaces.port import Account
from guardian.spaces.proof import Shown
from guardian.storage.keys_store import Scope
from guardian.storage.sealed import Expunged
from guardian.storage.store import SealedStore
from guardian.storage.tables.links import challenges, disputes, joins, seen


class LinkStore(SealedStore):
    """The people room's store of everything about links that is not a link."""

    async def add_dispute(self, dispute: Dispute) -> None:
        """The dispute waits for a look."""
        row = {
            "id": dispute.id,
            "account_id": dispute.link,
            "case_id": dispute.case,
            "at": dispute.at,
            "by_owner": dispute.by_owner,
            "version": dispute.version,
        }
        await self._connection.execute(insert(disputes).values(**row, **await self._dispute_columns(dispute)))

    async def save_dispute(self, dispute: Dispute) -> Dispute:
        """The dispute stands as given, one version later; Stale where somebody was quicker."""
        columns = await self._dispute_columns(dispute)
        return replace(dispute, version=await self._change(disputes, dispute.id, dispute.version, **columns))

    async def dispute(self, dispute: str) -> Dispute | None:
        """The dispute of that id."""
        row = (await self._connection.execute(select(disputes).where(disputes.c.id == dispute))).first()
        return await self._dispute(row) if row else None

    async def disputes_of(self, link: AccountId) -> tuple[Dispute, ...]:
        """The disputes of the link, settled ones too, oldest first."""
        statement = select(disputes).where(disputes.c.account_id == link).order_by(disputes.c.at, disputes.c.id)
        return tuple([await self._dispute(row) for row in await self._connection.execute(statement)])

    async def add_join(self, join: Join) -> None:
        """The join waits for a second member."""
        row = {
            "id": join.id,
            "kept_id": join.kept,
            "other_id": join.other,
            "case_id": join.case,
            "at": join.at,
            "by": join.by,
            "version": join.version,
        }
        await self._connection.execute(insert(joins).values(**row, **await self._join_columns(join)))

    async def save_join(self, join: Join) -> Join:
        """The join stands as given, one version later; Stale where somebody was quicker."""
        columns = await self._join_columns(join)
        return replace(join, version=await self._change(joins, join.id, join.version, **columns))

    async def join(self, join: str) -> Join | None:
        """The join of that id."""
        row = (await self._connection.execute(select(joins).where(joins.c.id == join))).first()
        return await self._join(row) if row else None

    async def joins_of(self, person: PersonId) -> tuple[Join, ...]:
        """Every join that names the person, ended ones too, oldest first."""
        named = or_(joins.c.kept_id == person, joins.c.other_id == person)
        statement = select(joins).where(named).order_by(joins.c.at, joins.c.id)
        return tuple([await self._join(row) for row in await self._connection.execute(statement)])

    async def together(self, person: PersonId) -> tuple[PersonId, ...]:
        """Everybody who is known to be the same human, the person themselves first."""
        return await joined_to(self._connection, person)

    async def add_challenge(self, challenge: Challenge) -> None:
        """The code waits to be written."""
        content = {
            "space": challenge.account.space,
            "native_id": challenge.account.native_id,
            "handle": challenge.handle,
        }
        scope = Scope.of_person(challenge.person)
        row = {
            "id": challenge.id,
            "digest": challenge.digest,
            "person_id": challenge.person,
            "case_id": challenge.case,
            "by": challenge.by,
            "at": challenge.at,
            "until": challenge.until,
            "known_at": challenge.known_at,
            "claimed_at": challenge.claimed_at,
            "sealed": await self._sealer.seal_json(scope, challenges.name, challenge.id, "sealed", content),
            "version": challenge.version,
        }
        await self._connection.execute(insert(challenges).values(row))

    async def save_challenge(self, challenge: Challenge) -> Challenge:
        """The challenge stands as given, one version later; Stale where somebody was quicker."""
        columns = {"known_at": challenge.known_at, "claimed_at": challenge.claimed_at, "until": challenge.until}
        return replace(challenge, version=await self._change(challenges, challenge.id, challenge.version, **columns))

    async def challenge(self, digest: str) -> Challenge | None:
        """The challenge whose code has that digest; None also where its person is expunged."""
        row = (await self._connection.execute(select(challenges).where(challenges.c.digest == digest))).first()
        if row is None:
            return None
        content = await self._sealer.unseal_json(challenges.name, row.id, "sealed", row.sealed)
        return None if isinstance(content, Expunged) else _read_challenge(row, content)

    async def note_seen(self, about: str, member: MemberId, at: datetime) -> None:
        """The member has read the evidence of the link or join; noting it again changes nothing."""
        statement = self._insert(seen).values(about=about, member_id=member, at=at)
        await self._connection.execute(statement.on_conflict_do_nothing())

    async def has_seen(self, about: str, member: MemberId) -> bool:
        """Whether the member has read that evidence."""
        statement = select(seen.c.at).where(seen.c.about == about, seen.c.member_id == member)
        return (await self._connection.execute(statement)).first() is not None

    async def _dispute_columns(self, dispute: Dispute) -> dict[str, Any]:
        scope = Scope.of_case(dispute.case)
        return {
            "settled_at": dispute.settled_at,
            "settled_by": dispute.settled_by,
            "upheld": dispute.upheld,
            "text": await self._sealer.seal(scope, disputes.name, dispute.id, "text", dispute.text),
            "shown": await self._sealer.seal_json(scope, disputes.name, dispute.id, "shown", _packed(dispute.shown)),
        }

    async def _dispute(self, row: Row[Any]) -> Dispute:
        text = await self._sealer.unseal_text(disputes.name, row.id, "text", row.text)
        shown = await self._sealer.unseal_json(disputes.name, row.id, "shown", row.shown) if row.shown else {}
        return Dispute(
            row.id,
            AccountId(row.account_id),
            CaseId(row.case_id),
            row.at,
            "" if isinstance(text, Expunged) else text,
            row.by_owner,
            row.settled_at,
            row.settled_by,
            row.upheld,
            () if isinstance(shown, Expunged) else _unpacked(shown),
            row.version,
        )

    async def _join_columns(self, join: Join) -> dict[str, Any]:
        scope = Scope.of_case(join.case)
        return {
            "confirmed_at": join.confirmed_at,
            "confirmed_by": join.confirmed_by,
            "ended_at": join.ended_at,
            "ended_by": join.ended_by,
            "evidence": await self._sealer.seal(scope, joins.name, join.id, "evidence", join.evidence),
        }

    async def _join(self, row: Row[Any]) -> Join:
        evidence = await self._sealer.unseal_text(joins.name, row.id, "evidence", row.evidence)
        return Join(
            row.id,
            PersonId(row.kept_id),
            PersonId(row.other_id),
            CaseId(row.case_id),
            row.at,
            row.by,
            "" if isinstance(evidence, Expunged) else evidence,
            row.confirmed_at,
            row.confirmed_by,
            row.ended_at,
            row.ended_by,
            row.version,
        )


async def joined_to(connection: AsyncConnection, person: PersonId) -> tuple[PersonId, ...]:
    """Everybody who is known to be the same human as the person, themselves first; mostly nobody else is."""
    standing = joins.c.confirmed_at.is_not(None) & joins.c.ended_at.is_(None)
    rows = await connection.execute(select(joins.c.kept_id, joins.c.other_id).where(standing))
    return together(person, [(PersonId(row.kept_id), PersonId(row.other_id)) for row in rows])


def _packed(shown: Sequence[Shown]) -> dict[str, Any]:
    return {"accounts": [[each.account.space, each.account.native_id, each.handle] for each in shown]}


def _unpacked(content: Mapping[str, Any]) -> tuple[Shown, ...]:
    named = content.get("accounts", ())
    return tuple(Shown(Account(SpaceName(space), native_id), handle) for space, native_id, handle in named)


def _read_challenge(row: Row[Any], content: dict[str, Any]) -> Challenge:
    return Challenge(
        row.id,
        row.digest,
        PersonId(row.person_id),
        Account(SpaceName(content["space"]), content["native_id"]),
        content["handle"],
        CaseId(row.case_id),
        row.by,
        row.at,
        row.until,
        row.known_at,
        row.claimed_at,
        row.version,
    )
