"""Swap a place on the rota: one member offers it, the other takes it, and until then it stays where it is.

Read `offer_swap` first. Policy: P-3.6.
"""

from dataclasses import replace

from guardian.cases.access import require_permission
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.permissions import UseCase
from guardian.people.rota import RotaSeat, RotaSwap, RotaTurn
from guardian.services.authorization import require
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.notify import notify_member
from guardian.services.rota.turns import members_on_rota, open_turn
from rules.rota import may_offer_swap


async def offer_swap(app: AppContext, by: MemberId, turn_id: str, seat: RotaSeat, to: MemberId) -> None:
    """Offer one's own place in a period to another member, who is told and answers."""
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.SWAP_TURN)
        turn = await open_turn(uow, turn_id)
        seated = {each.id for each in await members_on_rota(uow)}
        require(may_offer_swap(by, to, turn.holder(seat), seated, over=turn.ends <= uow.now))
        if any((s.turn, s.seat) == (turn.id, seat) for s in await uow.rota.open_swaps()):
            raise Refused("offered", "You have offered this place already. Take the offer back first.", "P-3.6")
        swap = RotaSwap(id=new_id(), turn=turn.id, seat=seat, by=by, to=to, at=uow.now)
        await uow.rota.add_swap(swap)
        await _tell(uow, to, "swap_offered", member.name, turn)
        _note(uow, "swap.was_offered", by, swap)


async def take_swap(app: AppContext, by: MemberId, swap_id: str) -> None:
    """Take the place that was offered: from this instant it is one's own."""
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.SWAP_TURN)
        swap = await _open_swap(uow, swap_id, by)
        turn = await open_turn(uow, swap.turn)
        if swap.to != by:
            raise Refused("not_yours", "The other answers: you have offered it.", "P-3.6")
        if turn.holder(swap.seat) != swap.by:
            raise Refused("gone", "The place is not theirs to give any more.", "P-3.6")
        await uow.rota.save_swap(replace(swap, ended_at=uow.now))
        await uow.rota.save_turn(_with_holder(turn, swap.seat, by, swap.by))
        await _tell(uow, swap.by, "swap_taken", member.name, turn)
        _note(uow, "swap.was_taken", by, swap)


async def decline_swap(app: AppContext, by: MemberId, swap_id: str) -> None:
    """Decline what was offered, or take one's own offer back; the other is told."""
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.SWAP_TURN)
        swap = await _open_swap(uow, swap_id, by)
        turn = await open_turn(uow, swap.turn)
        await uow.rota.save_swap(replace(swap, ended_at=uow.now))
        await _tell(uow, swap.by if by == swap.to else swap.to, "swap_declined", member.name, turn)
        _note(uow, "swap.was_declined", by, swap)


def _with_holder(turn: RotaTurn, seat: RotaSeat, new: MemberId, old: MemberId) -> RotaTurn:
    """The period with the new holder; who was in the other place of it already changes places with the old one."""
    other = RotaSeat.SECONDARY if seat is RotaSeat.PRIMARY else RotaSeat.PRIMARY
    holders = {seat: new, other: old if turn.holder(other) == new else turn.holder(other)}
    return replace(turn, primary=holders[RotaSeat.PRIMARY], secondary=holders[RotaSeat.SECONDARY])


async def _open_swap(view: ReadView, swap_id: str, by: MemberId) -> RotaSwap:
    found = next((s for s in await view.rota.open_swaps() if s.id == swap_id and by in (s.by, s.to)), None)
    if found is None:
        raise NotFound
    return found


async def _tell(uow: UnitOfWork, to: MemberId, news: str, name: str, turn: RotaTurn) -> None:
    facts = {"news": news, "of": name, "since": turn.starts.isoformat(), "until": turn.ends.isoformat()}
    await notify_member(uow, to, NoticeKind.ROTA, facts)


def _note(uow: UnitOfWork, act: str, by: MemberId, swap: RotaSwap) -> None:
    about = {"swap": swap.id, "turn": swap.turn}
    uow.journal.note(Entry(act=act, by=by_member(by), authority="P-3.6", about=about))
