"""Carries a raid on, step by step: takes its list up, and gives its accounts what is decided of the raid. Policy: P-7.5.

Each step is a transaction of its own and finds in the database how far the others came.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from guardian.cases.raids import LineState, Raid, RaidLine, RaidState
from guardian.cases.values import Act, Case
from guardian.desk.desk import Desk, Work
from guardian.desk.knowing import cases_against
from guardian.desk.moving import case_of, hand_receipt
from guardian.desk.sanctioning import scope_facts
from guardian.desk.telling import tell_members, tell_person
from guardian.ids import AccountId, PersonId, SanctionId, new_id, new_reference
from guardian.journal import SERVICE, Entry
from guardian.logs import logger
from guardian.notices.values import NoticeKind
from guardian.people.names import code_name as new_code_name
from guardian.people.values import KnownAccount, Naming, Person, Trust
from guardian.sanctions.lifting import TOPIC
from guardian.sanctions.many import Newcomer
from guardian.sanctions.values import (
    Coverage,
    CoverageState,
    Key,
    Lifting,
    LiftingCause,
    Sanction,
    following,
    may_act_from,
    state_at,
)
from guardian.spaces.port import Account
from rules.brake import tells_each_of_a_raid
from rules.ladder import TermState
from rules.precedence import Hold, hold_of
from rules.telling import Telling

log = logger("desk")

TAKEN_UP_AT_ONCE: Final = 200


async def carry_raids(desk: Desk) -> None:
    """Every raid stands where its list and its leading sanction have brought it."""
    async with desk.works.look() as view:
        raids = await view.raids.under_way()
        working = bool(raids) and bool(await view.raids.spaces_with_batch()) and not await view.raids.still_coming()
    for raid in raids:
        if working and not await _is_lifted(desk, raid):
            # Its accounts are being asked for: nothing is to be carried over, and it cannot be done yet.
            continue
        known: dict[Account, KnownAccount] = {}
        while await _step(desk, raid.id, known):
            pass


async def _is_lifted(desk: Desk, raid: Raid) -> bool:
    async with desk.works.look() as view:
        leader = await view.sanctions.sanction(raid.leader) if raid.leader else None
        return leader is None or leader.lifting is not None


async def _step(desk: Desk, raid_id: str, known: dict[Account, KnownAccount]) -> bool:
    """Whether there was something to do, and may be more. `known` are the accounts that are somebody's, once read."""
    async with desk.works.begin() as work:
        raid = await work.raids.raid(raid_id)
        leader = await work.sanctions.sanction(raid.leader) if raid and raid.leader else None
        act = await work.deliberation.act(raid.act) if raid else None
        if raid is None or leader is None or act is None or raid.state is RaidState.OVER:
            return False
        if leader.lifting is not None:
            return await _followed(work, raid, leader)
        if state_at(leader, work.now) is TermState.OVER:
            return await _is_over(work, raid)
        if lines := await work.raids.lines(raid.id, LineState.LISTED, TAKEN_UP_AT_ONCE):
            if not known:
                known |= {
                    a.account: a for name in desk.spaces.names for a in await work.people.accounts_in(name) if a.binding
                }
            await _taken_up(desk, work, raid, leader, act, lines, known)
            return True
        if raid.state is RaidState.RUNNING and not await work.raids.still_open(raid.id):
            await _done(work, raid)
        return False


# -- the list is taken up


async def _taken_up(
    desk: Desk,
    work: Work,
    raid: Raid,
    leader: Sanction,
    act: Act,
    lines: tuple[RaidLine, ...],
    known: dict[Account, KnownAccount],
) -> None:
    """Each account has a person, and that person a sanction that follows the leading one."""
    taken = set(await work.people.code_names() | await work.cases.code_names())
    case = await case_of(work, raid.case)
    newcomers: list[Newcomer] = []
    done: list[RaidLine] = []
    for line in lines:
        owner = known.get(line.place)
        if owner is None:
            newcomer = _newcomer(desk, work, raid, leader, line, taken)
            newcomers.append(newcomer)
            known[line.place] = owner = newcomer.account
            state = LineState.WAITING if newcomer.key.batch else LineState.BACK
        else:
            await _known_already(desk, work, raid, leader, owner)
            state = LineState.BACK
        done.append(replace(line, state=state, person=owner.person, account=owner.id))
    await work.raids.take_up(newcomers)
    await work.raids.save_lines(done)
    for each in newcomers if tells_each_of_a_raid(desk.policy) else ():
        await _told(desk, work, case, each.sanction)
    await _those_protecting(work, act, [line.person for line in done if line.person is not None])
    about = {"raid": raid.id, "accounts": str(len(lines)), "case": str(raid.case)}
    work.journal.note(Entry("raid.was_taken_up", SERVICE, raid.act, about, raid.case))
    work.wake(TOPIC)


def _newcomer(desk: Desk, work: Work, raid: Raid, leader: Sanction, line: RaidLine, taken: set[str]) -> Newcomer:
    """A stranger with one account, whose key is one of many where the space is to keep them out."""
    person = Person(PersonId(new_id()), new_code_name(taken), work.now)
    taken.add(person.code_name)
    by = f"raid {raid.id}"
    naming = Naming(raid.case, Trust.EVIDENCED, by, "named in a raid")
    account, handle = AccountId(new_id()), line.native_id
    link = KnownAccount(
        account, person.id, line.place, handle, Trust.EVIDENCED, work.now, by, naming.evidence, namings=(naming,)
    )
    batch = raid.id if hold_of(leader.restriction) is Hold.BARRED else None
    sanction = _follower(leader, person.id, tells=tells_each_of_a_raid(desk.policy))
    totals = tuple(
        Coverage(person.id, space, CoverageState.OPEN if space == line.space else CoverageState.NO_ACCOUNT, work.now)
        for space in desk.spaces.names
        if leader.covers(space)
    )
    key = Key(account, person.id, line.space, None if batch else work.now, batch=batch)
    return Newcomer(person, link, sanction, totals, key)


async def _known_already(desk: Desk, work: Work, raid: Raid, leader: Sanction, owner: KnownAccount) -> None:
    """Somebody known is named once, and their accounts are looked at by themselves."""
    if await work.raids.names_person(raid.id, owner.person):
        return
    sanction = _follower(leader, owner.person, tells=tells_each_of_a_raid(desk.policy))
    await work.sanctions.add_sanction(sanction)
    links = [a for a in await work.people.accounts_of(owner.person) if a.binding]
    known = {row.space for row in await work.sanctions.coverage_of(owner.person)}
    for space in [name for name in desk.spaces.names if leader.covers(name) and name not in known]:
        here = any(link.account.space == space for link in links)
        state = CoverageState.OPEN if here else CoverageState.NO_ACCOUNT
        await work.sanctions.save_coverage(Coverage(owner.person, space, state, work.now))
    for link in links:
        await work.sanctions.add_key(Key(link.id, link.person, link.account.space, work.now))
    if tells_each_of_a_raid(desk.policy):
        await _told(desk, work, await case_of(work, raid.case), sanction)


def _follower(leader: Sanction, person: PersonId, *, tells: bool) -> Sanction:
    return replace(
        leader,
        id=SanctionId(new_id()),
        person=person,
        authority=following(leader.authority.kind, leader.id),
        reference=new_reference(),
        telling=Telling.TO_TELL if tells else Telling.COULD_NOT,
        holds_from=None,
        lifting=None,
        version=0,
    )


async def _told(desk: Desk, work: Work, case: Case, sanction: Sanction) -> None:
    facts = {"restriction": sanction.restriction, "ends": sanction.ends.isoformat() if sanction.ends else ""}
    facts |= {**scope_facts(sanction.spaces), **await hand_receipt(desk, work, case, sanction.person)}
    await tell_person(work, case, sanction.person, NoticeKind.ACTED, facts, sanction.id)


async def _those_protecting(work: Work, act: Act, people: Iterable[PersonId]) -> None:
    """Cases that protect one of the people from whoever announced the raid hear of it at once. Policy: P-4.4."""
    actor = await work.people.member(act.by)
    if actor is None or not await work.cases.walls_of_member(actor.id):
        return
    for person in people:
        for other in await cases_against(work, actor, person):
            await tell_members(work, other, NoticeKind.ACT_TAKEN, {"conflict": "yes"})


# -- what is decided of the raid holds for all


async def _followed(work: Work, raid: Raid, leader: Sanction) -> bool:
    """The leading sanction has been lifted, or another has taken its place: so it goes with each that follows it."""
    next_one = await _next_leader(work, raid)
    followers = await work.raids.followers(leader.id, TAKEN_UP_AT_ONCE)
    for each in followers:
        sanction = await work.sanctions.sanction(each)
        if sanction is not None and leader.lifting is not None:
            await _goes_with(work, raid, sanction, leader.lifting, next_one)
    if followers:
        about = {
            "raid": raid.id,
            "accounts": str(len(followers)),
            "cause": leader.lifting.cause if leader.lifting else "",
        }
        work.journal.note(Entry("raid.was_followed", SERVICE, raid.act, about, raid.case))
        work.wake(TOPIC)
        return True
    if next_one is None:
        return await _is_over(work, raid)
    await work.raids.save(replace(raid, leader=next_one.id))
    return True


async def _next_leader(work: Work, raid: Raid) -> Sanction | None:
    found = [s for s in await work.sanctions.of_person(raid.person) if s.lifting is None and s.case == raid.case]
    return found[-1] if found else None


async def _goes_with(work: Work, raid: Raid, old: Sanction, lifting: Lifting, next_one: Sanction | None) -> None:
    from_ = max(work.now, lifting.from_)
    if next_one is not None:
        new = _follower(next_one, old.person, tells=False)
        await work.sanctions.add_sanction(new)
        from_ = max(work.now, may_act_from(new))
    cause = LiftingCause.SUPERSEDED if next_one is not None else lifting.cause
    await work.sanctions.add_lifting(Lifting(old.id, from_, cause, lifting.by, lifting.authority, work.now))
    same = next_one is not None and hold_of(next_one.restriction) is hold_of(old.restriction)
    ends = next_one.ends if next_one is not None else None
    # Where the same goes on to hold nothing has to be done now: the end of either is the next look.
    look = ends if same and ends is not None else from_
    if not same or ends is not None:
        await work.sanctions.touch_person(old.person, look)


async def _is_over(work: Work, raid: Raid) -> bool:
    await work.raids.drop_listed(raid.id)
    await work.raids.save(replace(raid, state=RaidState.OVER))
    work.journal.note(Entry("raid.was_over", SERVICE, raid.act, {"raid": raid.id}, raid.case))
    work.wake(TOPIC)
    return False


async def _done(work: Work, raid: Raid) -> None:
    """Every account has been looked at: the two who announced it have their report waiting."""
    await work.raids.save(replace(raid, state=RaidState.DONE))
    case = await case_of(work, raid.case)
    only = [member for member in (raid.by, raid.second) if member is not None]
    await tell_members(work, case, NoticeKind.RAID, {"news": "done", "act": raid.act}, only=only)
    work.journal.note(Entry("raid.was_done", SERVICE, raid.act, {"raid": raid.id}, raid.case))
