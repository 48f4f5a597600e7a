"""The hand-over from one period to the next: the group is told who is on duty, and those whose turn comes are reminded.

Done again, or late after a standstill, it tells nobody twice. Read `hand_over` first. Policy: P-3.6.
"""

from dataclasses import replace

from guardian.ids import MemberId, new_id
from guardian.journal import SERVICE, Entry
from guardian.notices.models import NoticeKind
from guardian.people.rota import RotaTurn
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.notify import notify_member
from guardian.services.rota.turns import members_on_rota
from rules.rota import next_turn_start, reminder_at, turn_start


async def hand_over(app: AppContext) -> bool:
    """Tell of the period that runs, and of the one that comes, whoever has not been told; nothing where there is no rota."""
    async with app.units_of_work.begin() as uow:
        begun = turn_start(uow.now, app.policy)
        turns = await uow.rota.turns(begun.replace(year=begun.year - 1, day=min(begun.day, 28)))
        if not turns:
            return True
        current = next((turn for turn in turns if turn.is_running(uow.now)), None)
        if current is None:
            # The plan has run out: the group hears that nobody is on duty, once in each period.
            current = RotaTurn(id=new_id(), starts=begun, ends=next_turn_start(begun, app.policy))
            await uow.rota.add_turn(current)
        if current.announced_at is None:
            await _announce(uow, current)
        for turn in turns:
            if turn.reminded_at is None and reminder_at(turn.starts, app.policy) <= uow.now < turn.starts:
                await _remind(uow, turn)
    return True


async def _announce(uow: UnitOfWork, turn: RotaTurn) -> None:
    names = {member.id: member.name for member in await uow.people.members()}
    facts = {
        "news": "begins",
        "by": _name(names, turn.primary),
        "of": _name(names, turn.secondary),
        "until": turn.ends.isoformat(),
    }
    for member in await members_on_rota(uow):
        await notify_member(uow, member.id, NoticeKind.ROTA, facts)
    await uow.rota.save_turn(replace(turn, announced_at=uow.now))
    uow.journal.note(Entry(act="rota.was_handed_over", by=SERVICE, authority="P-3.6", about={"turn": turn.id}))


async def _remind(uow: UnitOfWork, turn: RotaTurn) -> None:
    for member in (turn.primary, turn.secondary):
        if member is not None:
            facts = {"news": "soon", "since": turn.starts.isoformat(), "until": turn.ends.isoformat()}
            await notify_member(uow, member, NoticeKind.ROTA, facts)
    await uow.rota.save_turn(replace(turn, reminded_at=uow.now))


def _name(names: dict[MemberId, str], member: MemberId | None) -> str:
    return names.get(member, "") if member is not None else ""
