"""Stores who is on duty when, each member under a pseudonym of its row. Read `SqlRotaStore` first."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, delete, select

from guardian.ids import MemberId
from guardian.people.rota import CalendarLink, RotaSeat, RotaSwap, RotaTurn, TimeAway
from guardian.storage.statements import insert
from guardian.storage.store import EncryptedSqlStore
from guardian.storage.tables.rota import absences, calendar_links, rota_swaps, rota_turns

_WITHIN: Final = "calendar links"


class SqlRotaStore(EncryptedSqlStore):
    """The store of periods, swaps, absences and calendar links."""

    async def add_turn(self, turn: RotaTurn) -> None:
        """Store a new period."""
        row = {"id": turn.id, "starts": turn.starts, "version": turn.version, **self._turn_columns(turn)}
        await self._connection.execute(insert(rota_turns), row)

    async def save_turn(self, turn: RotaTurn) -> RotaTurn:
        """Store the period as given, one version later; Stale where somebody was quicker."""
        version = await self._change(rota_turns, turn.id, turn.version, **self._turn_columns(turn))
        return replace(turn, version=version)

    async def turns(self, since: datetime) -> tuple[RotaTurn, ...]:
        """Return the periods that end after that instant, in their order."""
        found = select(rota_turns).where(rota_turns.c.ends > since).order_by(rota_turns.c.starts)
        return tuple(self._turn(row) for row in await self._connection.execute(found))

    async def add_swap(self, swap: RotaSwap) -> None:
        """Store a new offer."""
        row = {
            "id": swap.id,
            "turn_id": swap.turn,
            "seat": swap.seat,
            "by": self._hide(swap.id, swap.by),
            "to": self._hide(swap.id, swap.to),
            "at": swap.at,
            "ended_at": swap.ended_at,
            "version": swap.version,
        }
        await self._connection.execute(insert(rota_swaps), row)

    async def save_swap(self, swap: RotaSwap) -> RotaSwap:
        """Store the offer as given, one version later; Stale where somebody was quicker."""
        version = await self._change(rota_swaps, swap.id, swap.version, ended_at=swap.ended_at)
        return replace(swap, version=version)

    async def open_swaps(self) -> tuple[RotaSwap, ...]:
        """Return the offers that are not answered, oldest first."""
        found = select(rota_swaps).where(rota_swaps.c.ended_at.is_(None)).order_by(rota_swaps.c.at, rota_swaps.c.id)
        return tuple(self._swap(row) for row in await self._connection.execute(found))

    async def add_absence(self, absence: TimeAway) -> None:
        """Store a time away."""
        row = {
            "id": absence.id,
            "member_id": self._hide(absence.id, absence.member),
            "since": absence.since,
            "until": absence.until,
        }
        await self._connection.execute(insert(absences), row)

    async def remove_absence(self, absence: str) -> None:
        """Forget a time away."""
        await self._connection.execute(delete(absences).where(absences.c.id == absence))

    async def absences(self, since: datetime) -> tuple[TimeAway, ...]:
        """Return the times away that end after that instant, in their order."""
        found = select(absences).where(absences.c.until > since).order_by(absences.c.since, absences.c.id)
        rows = await self._connection.execute(found)
        return tuple(TimeAway(r.id, MemberId(self._reveal(r.id, r.member_id)), r.since, r.until) for r in rows)

    async def add_calendar_link(self, link: CalendarLink) -> None:
        """Store a new link, so that its secret opens the member's own turns."""
        row = {"digest": link.digest, "member_id": self._hide(_WITHIN, link.member), "at": link.at}
        await self._connection.execute(insert(calendar_links), row)

    async def calendar_link(self, digest: str) -> CalendarLink | None:
        """Return the link with that digest."""
        found = select(calendar_links).where(calendar_links.c.digest == digest)
        row = (await self._connection.execute(found)).first()
        return CalendarLink(row.digest, MemberId(self._reveal(_WITHIN, row.member_id)), row.at) if row else None

    async def delete_calendar_links_of(self, member: MemberId) -> None:
        """Delete every link to the member's turns."""
        theirs = calendar_links.c.member_id.in_(self._pseudonyms.every(_WITHIN, member))
        await self._connection.execute(delete(calendar_links).where(theirs))

    def _turn_columns(self, turn: RotaTurn) -> dict[str, Any]:
        return {
            "ends": turn.ends,
            "primary_id": self._hide(turn.id, turn.primary),
            "secondary_id": self._hide(turn.id, turn.secondary),
            "announced_at": turn.announced_at,
            "reminded_at": turn.reminded_at,
        }

    def _turn(self, row: Row[Any]) -> RotaTurn:
        return RotaTurn(
            id=row.id,
            starts=row.starts,
            ends=row.ends,
            primary=self._reveal(row.id, row.primary_id),
            secondary=self._reveal(row.id, row.secondary_id),
            announced_at=row.announced_at,
            reminded_at=row.reminded_at,
            version=row.version,
        )

    def _swap(self, row: Row[Any]) -> RotaSwap:
        return RotaSwap(
            id=row.id,
            turn=row.turn_id,
            seat=RotaSeat(row.seat),
            by=MemberId(self._reveal(row.id, row.by)),
            to=MemberId(self._reveal(row.id, row.to)),
            at=row.at,
            ended_at=row.ended_at,
            version=row.version,
        )
