"""Roll a raid out, step by step: take its list up, and give its accounts what is decided of the raid. Policy: P-7.5.

Each step is a transaction of its own and finds in the database how far the others came. Read `advance_raids` first.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from guardian.cases.case import Case
from guardian.cases.raids import RESTRICTING, Raid, RaidLine, RaidLineState, RaidState, count_pending
from guardian.cases.unilateral_acts import UnilateralAct
from guardian.ids import AccountId, PersonId, SanctionId, new_id, new_reference
from guardian.journal import SERVICE, Entry
from guardian.logs import logger
from guardian.notices.models import NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.people.models import LinkedAccount, LinkEvidence, Person, Trust
from guardian.reconciler.bulk_store import NewAccount
from guardian.sanctions.models import (
    Authority,
    Coverage,
    CoverageState,
    Lifting,
    LiftingCause,
    Sanction,
    WorkItem,
    effective_from,
    term_state_at,
)
from guardian.services.case_flow import get_case, issue_personal_receipt
from guardian.services.code_names import new_code_names
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.notify import notify_members, notify_person
from guardian.services.sanctions.imposition import build_scope_facts
from guardian.services.visibility import protecting_cases
from guardian.unit_of_work import WakeupTopic
from rules.brake import notifies_each_of_raid
from rules.ladder import TermState
from rules.notification import NotificationState
from rules.precedence import AccessLevel, access_level_of

log = logger("services")

ACCOUNTS_PER_STEP: Final = 200


async def advance_raids(app: AppContext) -> None:
    """Bring every raid where its list and its leading sanction lead it."""
    async with app.units_of_work.read() as view:
        raids = await view.raids.in_states(RESTRICTING)
        is_asking = bool(raids) and bool(await view.bulk.spaces_with_items()) and not await view.bulk.expects_more()
    for raid in raids:
        if is_asking and not await _is_lifted(app, raid):
            # Its accounts are being asked for: nothing is to be carried over, and it cannot be done yet.
            continue
        while await _advance_raid(app, raid.id):
            pass


async def _is_lifted(app: AppContext, raid: Raid) -> bool:
    async with app.units_of_work.read() as view:
        leader = await view.sanctions.sanction(raid.leader) if raid.leader else None
        return leader is None or leader.lifting is not None


async def _advance_raid(app: AppContext, raid_id: str) -> bool:
    """Advance the raid; return whether there was something to do, and may be more."""
    async with app.units_of_work.begin() as uow:
        raid = await uow.raids.raid(raid_id)
        leader = await uow.sanctions.sanction(raid.leader) if raid and raid.leader else None
        act = await uow.deliberation.act(raid.act) if raid else None
        if raid is None or leader is None or act is None or raid.state is RaidState.OVER:
            return False
        if leader.lifting is not None:
            return await _propagate_lifting(uow, raid, leader)
        if term_state_at(leader, uow.now) is TermState.OVER:
            return await _end_raid(uow, raid)
        if lines := await uow.raids.lines(raid.id, RaidLineState.LISTED, ACCOUNTS_PER_STEP):
            await _register_accounts(app, uow, raid, leader, act, lines)
            return True
        if raid.state is RaidState.RUNNING and not count_pending(await uow.raids.line_counts(raid.id)):
            await _complete_raid(uow, raid)
        return False


# -- the list is taken up


async def _register_accounts(
    app: AppContext,
    uow: UnitOfWork,
    raid: Raid,
    leader: Sanction,
    act: UnilateralAct,
    lines: tuple[RaidLine, ...],
) -> None:
    """Register each account with a person, and that person with a sanction that follows the leading one."""
    names = await new_code_names(uow, len(lines))
    case = await get_case(uow, raid.case)
    links = await uow.people.links_of_accounts([line.space_account for line in lines])
    # An account that several people are said to be behind is the one's through whom it is worked.
    known = {link.account: link for link in sorted(links, key=lambda each: not each.reached_through) if link.binding}
    new_accounts: list[NewAccount] = []
    done: list[RaidLine] = []
    for line in lines:
        owner = known.get(line.space_account)
        if owner is None:
            new_account = _new_account(app, uow, raid, leader, line, names.pop())
            new_accounts.append(new_account)
            known[line.space_account] = owner = new_account.account
            state = RaidLineState.WAITING if new_account.work_item.bulk_id else RaidLineState.RETURNED
        else:
            await _register_known_person(app, uow, raid, leader, owner)
            state = RaidLineState.RETURNED
        done.append(replace(line, state=state, person=owner.person, account=owner.id))
    await uow.bulk.add_accounts(new_accounts)
    await uow.raids.save_lines(done)
    for each in new_accounts if notifies_each_of_raid(app.policy) else ():
        await _notify_person(app, uow, case, each.sanction)
    await _notify_protecting_cases(uow, act, [line.person for line in done if line.person is not None])
    about = {"raid": raid.id, "accounts": str(len(lines)), "case": str(raid.case)}
    uow.journal.note(Entry(act="raid.was_taken_up", by=SERVICE, authority=raid.act, about=about, case=raid.case))
    uow.wake(WakeupTopic.WORK_ITEMS)


def _new_account(
    app: AppContext, uow: UnitOfWork, raid: Raid, leader: Sanction, line: RaidLine, name: str
) -> NewAccount:
    """Return a stranger with one account, whose work item is one of a bulk where the space is to keep them out."""
    person = Person(PersonId(new_id()), name, uow.now)
    by = f"raid {raid.id}"
    link_evidence = LinkEvidence(raid.case, Trust.EVIDENCED, by, "named in a raid")
    account, handle = AccountId(new_id()), line.native_id
    link = LinkedAccount(
        id=account,
        person=person.id,
        account=line.space_account,
        handle=handle,
        trust=Trust.EVIDENCED,
        linked_at=uow.now,
        linked_by=by,
        evidence=link_evidence.evidence,
        case_evidence=(link_evidence,),
    )
    bulk = raid.id if access_level_of(leader.restriction) is AccessLevel.BARRED else None
    sanction = _follower(leader, person.id, notifies=notifies_each_of_raid(app.policy))
    totals = tuple(
        Coverage(
            person=person.id,
            space=space,
            state=CoverageState.OPEN if space == line.space else CoverageState.NO_ACCOUNT,
            since=uow.now,
        )
        for space in app.spaces.names
        if leader.covers(space)
    )
    work_item = WorkItem(
        account=account, person=person.id, space=line.space, due_at=None if bulk else uow.now, bulk_id=bulk
    )
    return NewAccount(person, link, sanction, totals, work_item)


async def _register_known_person(
    app: AppContext, uow: UnitOfWork, raid: Raid, leader: Sanction, owner: LinkedAccount
) -> None:
    """Register an account of somebody known: the list reaches what it names of them, and no other account (P-4.2)."""
    own = [s for s in await uow.sanctions.of_person(owner.person) if s.leader == leader.id and s.lifting is None]
    await uow.sanctions.add_work_item(
        WorkItem(account=owner.id, person=owner.person, space=owner.account.space, due_at=uow.now)
    )
    if own:
        named = frozenset((*(own[-1].accounts or ()), owner.id))
        await uow.sanctions.save_sanction(replace(own[-1], accounts=named))
        return
    follower = _follower(leader, owner.person, notifies=notifies_each_of_raid(app.policy))
    sanction = replace(follower, accounts=frozenset({owner.id}))
    await uow.sanctions.add_sanction(sanction)
    known = {row.space for row in await uow.sanctions.coverage_of(owner.person)}
    for space in [name for name in app.spaces.names if leader.covers(name) and name not in known]:
        state = CoverageState.OPEN if owner.account.space == space else CoverageState.NO_ACCOUNT
        await uow.sanctions.save_coverage(Coverage(person=owner.person, space=space, state=state, since=uow.now))
    if notifies_each_of_raid(app.policy):
        await _notify_person(app, uow, await get_case(uow, raid.case), sanction)


def _follower(leader: Sanction, person: PersonId, *, notifies: bool) -> Sanction:
    return replace(
        leader,
        id=SanctionId(new_id()),
        person=person,
        authority=Authority(leader.authority.kind, leader.id),
        reference=new_reference(),
        notification=NotificationState.TO_NOTIFY if notifies else NotificationState.COULD_NOT_NOTIFY,
        waits_until=None,
        leader=leader.id,
        lifting=None,
        version=0,
    )


async def _notify_person(app: AppContext, uow: UnitOfWork, case: Case, sanction: Sanction) -> None:
    facts: PartyFacts = {
        "restriction": sanction.restriction,
        **({"ends": sanction.ends} if sanction.ends else {}),
        **build_scope_facts(sanction.spaces),
        **await issue_personal_receipt(app, uow, case, sanction.person),
    }
    await notify_person(uow, case, sanction.person, NoticeKind.ACTED, facts, sanction.id)


async def _notify_protecting_cases(uow: UnitOfWork, act: UnilateralAct, people: Iterable[PersonId]) -> None:
    """Notify the cases that protect one of the people from whoever announced the raid at once. Policy: P-4.4."""
    actor = await uow.people.member(act.by)
    if actor is None or not await uow.cases.exclusions_of_member(actor.id):
        return
    for person in people:
        for other in await protecting_cases(uow, actor, person):
            await notify_members(uow, other, NoticeKind.ACT_TAKEN, {"conflict": "yes"})


# -- what is decided of the raid applies to all


async def _propagate_lifting(uow: UnitOfWork, raid: Raid, leader: Sanction) -> bool:
    """Lift or replace each sanction that follows the leading one, as that has been lifted or replaced."""
    next_one = await _next_leader(uow, raid)
    followers = await uow.raids.followers(leader.id, ACCOUNTS_PER_STEP)
    for each in followers:
        sanction = await uow.sanctions.sanction(each)
        if sanction is not None and leader.lifting is not None:
            await _propagate_to_follower(uow, raid, sanction, leader.lifting, next_one)
    if followers:
        about = {
            "raid": raid.id,
            "accounts": str(len(followers)),
            "cause": leader.lifting.cause if leader.lifting else "",
        }
        uow.journal.note(Entry(act="raid.was_followed", by=SERVICE, authority=raid.act, about=about, case=raid.case))
        uow.wake(WakeupTopic.WORK_ITEMS)
        return True
    if next_one is None:
        return await _end_raid(uow, raid)
    await uow.raids.save(replace(raid, leader=next_one.id))
    return True


async def _next_leader(uow: UnitOfWork, raid: Raid) -> Sanction | None:
    found = [s for s in await uow.sanctions.of_person(raid.person) if s.lifting is None and s.case == raid.case]
    return found[-1] if found else None


async def _propagate_to_follower(
    uow: UnitOfWork, raid: Raid, old: Sanction, lifting: Lifting, next_one: Sanction | None
) -> None:
    from_ = max(uow.now, lifting.effective_from)
    if next_one is not None:
        new = replace(_follower(next_one, old.person, notifies=False), accounts=old.accounts)
        await uow.sanctions.add_sanction(new)
        from_ = max(uow.now, effective_from(new))
    cause = LiftingCause.SUPERSEDED if next_one is not None else lifting.cause
    await uow.sanctions.add_lifting(
        Lifting(
            sanction=old.id,
            effective_from=from_,
            cause=cause,
            by=lifting.by,
            authority=lifting.authority,
            recorded_at=uow.now,
        )
    )
    same = next_one is not None and access_level_of(next_one.restriction) is access_level_of(old.restriction)
    ends = next_one.ends if next_one is not None else None
    # Where the same goes on to apply nothing has to be done now: the work item is due again at the end of either.
    due_at = ends if same and ends is not None else from_
    if not same or ends is not None:
        await uow.sanctions.schedule_person(old.person, due_at)


async def _end_raid(uow: UnitOfWork, raid: Raid) -> bool:
    await uow.raids.drop_listed(raid.id)
    await uow.raids.save(replace(raid, state=RaidState.OVER))
    uow.journal.note(
        Entry(act="raid.was_over", by=SERVICE, authority=raid.act, about={"raid": raid.id}, case=raid.case)
    )
    uow.wake(WakeupTopic.WORK_ITEMS)
    return False


async def _complete_raid(uow: UnitOfWork, raid: Raid) -> None:
    """Complete the raid once every account has been reconciled: the two who announced it have their report waiting."""
    await uow.raids.save(replace(raid, state=RaidState.DONE))
    case = await get_case(uow, raid.case)
    only = [member for member in (raid.by, raid.confirmed_by) if member is not None]
    await notify_members(uow, case, NoticeKind.RAID, {"news": "done", "act": raid.act}, only=only)
    uow.journal.note(
        Entry(act="raid.was_done", by=SERVICE, authority=raid.act, about={"raid": raid.id}, case=raid.case)
    )
