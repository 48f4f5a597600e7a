"""The January round: members are reminded, asked whether they go on, and leave only where they were asked and did not answer.

Done each day, and again after a standstill, it does nothing twice. Read `run_renewal` first. Policy: P-1.2.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import assert_never

from guardian.cases.access import require_permission
from guardian.cases.exclusions import handling_groups
from guardian.errors import Refused
from guardian.ids import MemberId
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import NoticeKind, NoticeState
from guardian.people.models import Departure, Group, Member
from guardian.people.permissions import CHAIRS, MEMBERS, UseCase, holds_seat
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.membership.departures import end_places
from guardian.services.notify import notify_member
from rules.membership import (
    LeavingGround,
    RenewalStep,
    TermFacts,
    answer_due_at,
    is_needed,
    renewal_step,
    silent_since,
)
from rules.policy import Policy


async def run_renewal(app: AppContext) -> bool:
    """Do for each member what the round asks for today, and note of whom nothing was heard for long."""
    async with app.units_of_work.read() as view:
        seated = [m.id for m in await view.people.members() if holds_seat(m, MEMBERS, view.now)]
        last_acts = await view.history.last_acts(view.now - app.policy.membership.silence)
        begun_at = await view.history.begun_at() or view.now
    for member in seated:
        async with app.units_of_work.begin() as uow:
            current = await uow.people.member(member)
            if current is not None and holds_seat(current, MEMBERS, uow.now):
                await _note_silence(uow, app.policy, current, last_acts.get(str(member)), begun_at)
                await _renew_one(app, uow, member)
    return True


async def renew_term(app: AppContext, by: MemberId) -> None:
    """Go on for another year, as the member says themselves."""
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.RENEW_TERM)
        if not is_asked(member):
            raise Refused("not_asked", "You are not asked at the moment: your term goes on.", "P-1.2")
        await uow.people.save_member(replace(member, renewed_at=uow.now))
        uow.journal.note(Entry(act="term.was_renewed", by=by_member(by), authority="P-1.2", about={"member": str(by)}))


def is_asked(member: Member) -> bool:
    """Return whether the member is asked to go on, and has not answered."""
    return member.asked_at is not None and (member.renewed_at is None or member.renewed_at < member.asked_at)


async def _renew_one(app: AppContext, uow: UnitOfWork, member_id: MemberId) -> None:
    member = await uow.people.member(member_id)
    if member is None:
        return
    members = await uow.people.members()
    facts = TermFacts(
        since=_since(member, uow),
        renewed_at=member.renewed_at,
        asked_at=member.asked_at,
        heard_at=member.renewal_heard_at,
        was_reached=await _was_reached(uow, member),
        is_needed=is_needed(member.id, handling_groups(members, uow.now), app.policy),
    )
    match renewal_step(facts, uow.now, app.policy):
        case RenewalStep.NOTHING:
            return
        case RenewalStep.REMIND:
            await _tell(uow, (member,), "renewal_near")
            await _save(uow, member)
        case RenewalStep.ASK:
            await _ask(uow, app.policy, member)
        case RenewalStep.END:
            departure = Departure(uow.now, SERVICE, LeavingGround.NO_ANSWER)
            await end_places(app, uow, member, departure, lambda role: role.group is Group.WORKING_GROUP)
        case RenewalStep.HOLD_OVER:
            await _tell(uow, _chairs(members, uow), "held_over", member.name)
            await _save(uow, member)
        case RenewalStep.ASK_OTHERWISE:
            await _tell(uow, _chairs(members, uow), "not_asked", member.name)
            await _save(uow, member)
        case other:
            assert_never(other)


async def _ask(uow: UnitOfWork, policy: Policy, member: Member) -> None:
    facts = {"news": "renewal_asked", "due": answer_due_at(uow.now, policy).isoformat()}
    notice = await notify_member(uow, member.id, NoticeKind.MEMBERSHIP, facts)
    asked = replace(member, asked_at=uow.now, renewal_notice=notice, renewal_heard_at=uow.now)
    await uow.people.save_member(asked)
    uow.journal.note(Entry(act="term.was_asked", by=SERVICE, authority="P-1.2", about={"member": str(member.id)}))


async def _was_reached(view: ReadView, member: Member) -> bool:
    """Whether the question is known to have reached them: what could not be sent is no question."""
    notice = await view.notices.notice(member.renewal_notice) if member.renewal_notice else None
    return notice is not None and notice.state is NoticeState.SENT


async def _note_silence(
    uow: UnitOfWork, policy: Policy, member: Member, last_act: datetime | None, begun_at: datetime
) -> None:
    """Before the service began nothing could be heard of anybody."""
    since = silent_since(last_act, max(begun_at, _since(member, uow)), uow.now, policy)
    if (since is None) == (member.silent_since is None):
        return
    await uow.people.save_member(replace(member, silent_since=since))
    if since is not None:
        chairs = [chair for chair in _chairs(await uow.people.members(), uow) if chair.id != member.id]
        await _tell(uow, chairs, "silent", member.name)


async def _save(uow: UnitOfWork, member: Member) -> None:
    current = await uow.people.member(member.id)
    if current is not None:
        await uow.people.save_member(replace(current, renewal_heard_at=uow.now))


async def _tell(uow: UnitOfWork, members: Iterable[Member], news: str, name: str = "") -> None:
    for member in members:
        await notify_member(uow, member.id, NoticeKind.MEMBERSHIP, {"news": news, **({"of": name} if name else {})})


def _chairs(members: Iterable[Member], uow: UnitOfWork) -> list[Member]:
    return [member for member in members if holds_seat(member, CHAIRS, uow.now)]


def _since(member: Member, uow: UnitOfWork) -> datetime:
    """Since when they are in the group without a break, as far as their offices that run say."""
    running = [r for r in member.roles if r.group is Group.WORKING_GROUP and (r.until is None or r.until > uow.now)]
    return max(member.seated_at or min(r.since for r in running), min(r.since for r in running))
