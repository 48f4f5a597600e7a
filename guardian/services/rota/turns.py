"""Periods of the rota: who is first and second in each, planned by a chair and seen by the group. Read `list_rota` first.

Nobody outside is ever promised that somebody watches. Policy: P-3.6.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.access import require_permission
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.models import Member
from guardian.people.permissions import CHAIRS, MEMBERS, UseCase, holds_seat
from guardian.people.rota import RotaSeat, RotaSwap, RotaTurn, TimeAway
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.notify import notify_member
from rules.rota import next_pair, next_turn_start, turn_start

MOST_PLANNED: Final = 60


@dataclass(frozen=True, slots=True)
class TurnLine:
    """One period as the group sees it: the names of its first and second, "" for nobody; `own` are the asker's places.

    `holders` are the same two by their ids.
    """

    id: str
    starts: datetime
    ends: datetime
    primary: str
    secondary: str
    is_running: bool
    own: tuple[RotaSeat, ...]
    holders: tuple[MemberId | None, MemberId | None]


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """When somebody is away; `is_own`: it is the asker's."""

    id: str
    name: str
    since: datetime
    until: datetime
    is_own: bool


@dataclass(frozen=True, slots=True)
class SwapLine:
    """An offer of a place that waits for an answer, from the asker or to them."""

    id: str
    by: str
    to: str
    seat: RotaSeat
    starts: datetime
    is_to_asker: bool


@dataclass(frozen=True, slots=True)
class RotaView:
    """What the group sees of its rota: the periods from now on, times away, the asker's swaps, and who can be chosen."""

    turns: tuple[TurnLine, ...]
    absences: tuple[AbsenceLine, ...]
    swaps: tuple[SwapLine, ...]
    members: tuple[tuple[MemberId, str], ...]


async def list_rota(app: AppContext, by: MemberId) -> RotaView:
    """Return the rota from now on; nothing of it depends on any case."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.READ_ROTA)
        names = {member.id: member.name for member in await view.people.members()}
        turns = await view.rota.turns(view.now)
        swaps = [swap for swap in await view.rota.open_swaps() if by in (swap.by, swap.to)]
        starts = {turn.id: turn.starts for turn in turns}
        seated = await members_on_rota(view)
        return RotaView(
            turns=tuple(_turn_line(turn, names, by, view.now) for turn in turns),
            absences=tuple(_absence_line(a, names, by) for a in await view.rota.absences(view.now)),
            swaps=tuple(_swap_line(s, names, starts, by) for s in swaps if s.turn in starts),
            members=tuple((member.id, member.name) for member in seated),
        )


async def plan_turns(app: AppContext, by: MemberId, count: int) -> int:
    """Plan so many periods after the last that is planned, from the running one on; return how many are new.

    Whoever was first on duty longest ago comes first; whoever is away then is left out.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.PLAN_ROTA)
        if not 1 <= count <= MOST_PLANNED:
            raise Refused("count", f"Please give a number of periods, from 1 to {MOST_PLANNED}.", "P-3.6")
        for _ in range(count):
            await _plan_next(app, uow)
        about = {"turns": str(count)}
        uow.journal.note(Entry(act="rota.was_planned", by=by_member(by), authority="P-3.6", about=about))
    return count


async def assign_turn(
    app: AppContext, by: MemberId, turn_id: str, primary: MemberId | None, secondary: MemberId | None
) -> None:
    """Put others first and second in a period that is not over, and tell whoever is new in it."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.PLAN_ROTA)
        turn = await open_turn(uow, turn_id)
        seated = {member.id for member in await members_on_rota(uow)}
        chosen = [who for who in (primary, secondary) if who is not None]
        if not seated >= set(chosen):
            raise Refused("not_member", "Choose members of the group.", "P-3.6")
        if len(set(chosen)) < len(chosen):
            raise Refused("same", "First and second are two people.", "P-3.6")
        await uow.rota.save_turn(replace(turn, primary=primary, secondary=secondary))
        await tell_of_turn(uow, turn, {who for who in chosen if who not in (turn.primary, turn.secondary)} - {by})
        uow.journal.note(Entry(act="rota.was_changed", by=by_member(by), authority="P-3.6", about={"turn": turn.id}))


async def leave_rota(uow: UnitOfWork, member: MemberId) -> None:
    """Take somebody who leaves the group out of every period, swap and calendar, and tell the chairs what is vacant."""
    vacant = 0
    for turn in await uow.rota.turns(uow.now):
        if member in (turn.primary, turn.secondary):
            primary, secondary = (None if who == member else who for who in (turn.primary, turn.secondary))
            await uow.rota.save_turn(replace(turn, primary=primary, secondary=secondary))
            vacant += 1
    for swap in await uow.rota.open_swaps():
        if member in (swap.by, swap.to):
            await uow.rota.save_swap(replace(swap, ended_at=uow.now))
    for absence in await uow.rota.absences(uow.now):
        if absence.member == member:
            await uow.rota.remove_absence(absence.id)
    await uow.rota.delete_calendar_links_of(member)
    for chair in [m for m in await uow.people.members() if holds_seat(m, CHAIRS, uow.now)] if vacant else ():
        await notify_member(uow, chair.id, NoticeKind.ROTA, {"news": "vacant"})


async def members_on_rota(view: ReadView) -> list[Member]:
    """Return the members who can be on duty, by name."""
    seated = [member for member in await view.people.members() if holds_seat(member, MEMBERS, view.now)]
    return sorted(seated, key=lambda member: member.name.casefold())


async def open_turn(view: ReadView, turn_id: str) -> RotaTurn:
    """Return the period of that id while it is not over; NotFound otherwise."""
    found = next((turn for turn in await view.rota.turns(view.now) if turn.id == turn_id), None)
    if found is None:
        raise NotFound
    return found


async def tell_of_turn(uow: UnitOfWork, turn: RotaTurn, members: Iterable[MemberId]) -> None:
    """Tell each of them that the period is theirs."""
    for member in sorted(members):
        facts = {"news": "given", "since": turn.starts.isoformat(), "until": turn.ends.isoformat()}
        await notify_member(uow, member, NoticeKind.ROTA, facts)


async def _plan_next(app: AppContext, uow: UnitOfWork) -> None:
    planned = await uow.rota.turns(uow.now)
    starts = planned[-1].ends if planned else turn_start(uow.now, app.policy)
    ends = next_turn_start(starts, app.policy)
    away = {a.member for a in await uow.rota.absences(starts) if a.since < ends}
    # A year back is as far as anybody's turn counts.
    past = await uow.rota.turns(starts.replace(year=starts.year - 1, day=min(starts.day, 28)))
    last = {turn.primary: turn.starts for turn in past if turn.primary is not None}
    seated: list[MemberId] = [member.id for member in await members_on_rota(uow)]
    found = next_pair(seated, last, away)
    turn = RotaTurn(id=new_id(), starts=starts, ends=ends, primary=found[0], secondary=found[1])
    await uow.rota.add_turn(turn)


def _turn_line(turn: RotaTurn, names: Mapping[MemberId, str], by: MemberId, at: datetime) -> TurnLine:
    return TurnLine(
        id=turn.id,
        starts=turn.starts,
        ends=turn.ends,
        primary=names.get(turn.primary, "") if turn.primary else "",
        secondary=names.get(turn.secondary, "") if turn.secondary else "",
        is_running=turn.is_running(at),
        holders=(turn.primary, turn.secondary),
        own=tuple(seat for seat in RotaSeat if turn.holder(seat) == by),
    )


def _absence_line(absence: TimeAway, names: Mapping[MemberId, str], by: MemberId) -> AbsenceLine:
    name = names.get(absence.member, "")
    return AbsenceLine(absence.id, name, absence.since, absence.until, absence.member == by)


def _swap_line(swap: RotaSwap, names: Mapping[MemberId, str], starts: Mapping[str, datetime], by: MemberId) -> SwapLine:
    return SwapLine(
        id=swap.id,
        by=names.get(swap.by, ""),
        to=names.get(swap.to, ""),
        seat=swap.seat,
        starts=starts[swap.turn],
        is_to_asker=swap.to == by,
    )
