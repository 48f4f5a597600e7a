"""Move a case inside an open unit of work: its state, its people, its way to another group.

Asks no permissions: the use case that calls has done so. Steps are in `case_steps`, deadlines in `deadlines`.
"""

from dataclasses import replace

from guardian.cases.access import members_who_count, members_who_may_know
from guardian.cases.case import CASE_MACHINE, Case, CaseEvent, CaseState, Party, PartyRole
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.exclusions import conflict_status_by_member
from guardian.cases.handoffs import Handoff
from guardian.cases.proposals import Decision
from guardian.cases.receipts import ReceiptKind, create_personal_receipt
from guardian.errors import NotFound
from guardian.ids import CaseId, DecisionId, MemberId, PageAddress, PersonId
from guardian.journal import SERVICE, Entry
from guardian.notices.models import News, NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.people.models import Group, Office
from guardian.people.permissions import BOARD_LIAISON, holds_seat
from guardian.sanctions.models import Sanction
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import start_deadline
from guardian.services.notify import notify_board_liaison, notify_members, notify_office
from rules.conflicts import ConflictStatus
from rules.deadlines import TimeLimit, due_at
from rules.ladder import AuthorityKind
from rules.policy import Policy


async def transition(uow: UnitOfWork, case: Case, event: CaseEvent) -> Case:
    """Move the case to the state where the event leads; Refused where it leads nowhere."""
    return await uow.cases.save_case(replace(case, state=CASE_MACHINE.advance(case.state, event)))


async def get_case(view: ReadView, case: CaseId) -> Case:
    """Return the case of an id that we keep ourselves; NotFound where there is none."""
    found = await view.cases.case(case)
    if found is None:
        raise NotFound
    return found


async def open_handoff(uow: UnitOfWork, policy: Policy, handoff: Handoff) -> None:
    """Store the handoff, which waits to be accepted by somebody by name. Policy: P-8.2."""
    await uow.handoffs.add_handoff(handoff)
    until = due_at(TimeLimit.ACCEPTANCE, uow.now, policy)
    await start_deadline(uow, DeadlineKind.ACCEPTANCE, handoff.target or handoff.case, until, about=handoff.id)


async def eligible_members(view: ReadView, case: Case) -> frozenset[MemberId]:
    """Return the members in term without a conflict at this instant (E of P-5.1)."""
    return frozenset(member.id for member in await members_who_may_know(view, case))


async def voting_members(view: ReadView, case: Case) -> frozenset[MemberId]:
    """Return the members whose ballots count at this instant: held out is not excluded (P-2.5, P-4.3, P-5.1)."""
    return frozenset(member.id for member in await members_who_count(view, case))


async def reported_people(view: ReadView, case: Case) -> tuple[PersonId, ...]:
    """Return the people reported in the case, as far as they are known."""
    parties: tuple[Party, ...] = await view.cases.parties_of(case.id)
    return tuple(p.person for p in parties if p.role is PartyRole.REPORTED and p.person is not None)


async def resolve_reported_person(view: ReadView, case: Case, code_name: str | None) -> PersonId | None:
    """Return the reported person of that code name, or the only one there is where none is given: a raid as a whole.

    None where nobody or several are reported and no name is given; NotFound for anybody else's name.
    """
    known = await reported_people(view, case)
    if code_name is None:
        raid = await view.raids.of_case(case.id) if len(known) > 1 else None
        return raid.person if raid else known[0] if len(known) == 1 else None
    person = await view.people.person_by_code_name(code_name.strip().casefold())
    if person is None or person.id not in known:
        raise NotFound
    return person.id


async def issue_personal_receipt(app: AppContext, uow: UnitOfWork, case: Case, person: PersonId) -> PartyFacts:
    """Return the facts of a receipt for the person's page: a new one, unless they have used one of theirs already.

    Whether an earlier message arrived is not known for sure, and no platform reaches the person once they are barred.
    """
    receipts = await uow.cases.receipts_of(person)
    page = PageAddress(f"{app.base_url}/personal")
    if any(each.kind is ReceiptKind.PERSONAL and each.used_at is not None for each in receipts):
        return {"page": page}
    minted = create_personal_receipt(person, uow.now, case.id)
    await uow.cases.add_receipt(minted.receipt)
    return {"page": page, "receipt": minted.secret}


async def refer_to_board(uow: UnitOfWork, policy: Policy, case: Case, cause: str) -> Case:
    """Refer the case to the Board: notify its liaison and the group, and remind the Board until it answers."""
    moved = await transition(uow, case, CaseEvent.TO_BOARD)
    facts = {"cause": cause, "ask": "answer"}
    told = await notify_board_liaison(uow, moved, NoticeKind.WITH_BOARD, facts)
    await notify_members(uow, moved, NoticeKind.WITH_BOARD, facts, besides=told)
    remind_at = due_at(TimeLimit.BOARD_ANSWER, uow.now, policy)
    await start_deadline(uow, DeadlineKind.BOARD_ANSWER, case.id, remind_at)
    about = {"case": str(case.id), "cause": cause}
    uow.journal.note(Entry(act="case.went_to_board", by=SERVICE, authority="P-5.1", about=about, case=case.id))
    return moved


async def notify_board(uow: UnitOfWork, case: Case, kind: NoticeKind, facts: dict[str, str]) -> None:
    """Notify the Board and its liaison, less those whom the case concerns. Policy: P-8.5."""
    await notify_office(uow, Group.BOARD, None, kind, facts, case)
    board = {m.id for m in await uow.people.members() if m.holds_office(Group.BOARD, uow.now)}
    if not await _board_liaisons(uow, case) <= board:
        await notify_office(uow, Group.WORKING_GROUP, Office.BOARD_LIAISON, kind, facts, case)


async def notify_board_of_result(uow: UnitOfWork, case: Case, kind: NoticeKind, facts: dict[str, str]) -> None:
    """Notify the Board of what a case has come to; where there is none, its stand-ins only if no chair may know.

    Chairs who take the Board's place know the case already, so that nobody else needs to hear of it. Policy: P-1.1,
    P-8.5.
    """
    members = await members_who_may_know(uow, case)
    chairs = [member.id for member in members if member.is_chair_for_board(uow.now)]
    if chairs:
        await notify_members(uow, case, kind, facts, only=chairs)
    else:
        await notify_board(uow, case, kind, facts)


async def notify_case_news(uow: UnitOfWork, case: Case, news: News) -> None:
    """Notify everybody who decides in the case of the news: its members, and the Board while it lies there."""
    facts: dict[str, str] = {"news": news}
    if case.state is not CaseState.WITH_BOARD or case.board_only:
        await notify_members(uow, case, NoticeKind.CASE_NEWS, facts)
        return
    board = [m.id for m in await uow.people.members() if m.holds_office(Group.BOARD, uow.now)]
    await notify_members(uow, case, NoticeKind.CASE_NEWS, facts, besides={*board, *await _board_liaisons(uow, case)})
    await notify_board(uow, case, NoticeKind.CASE_NEWS, facts)


async def _board_liaisons(view: ReadView, case: Case) -> frozenset[MemberId]:
    statuses = conflict_status_by_member(await view.cases.exclusions_of(case.id))
    members = await view.people.members()
    free = [m for m in members if statuses.get(m.id, ConflictStatus.CLEAR) is ConflictStatus.CLEAR]
    return frozenset(m.id for m in free if holds_seat(m, BOARD_LIAISON, view.now))


async def decision_behind(view: ReadView, sanction: Sanction) -> Decision | None:
    """Return the decision that the sanction rests on, a follower's by the sanction that leads it; None where none does."""
    leading = await view.sanctions.sanction(sanction.leader) if sanction.leader else sanction
    if leading is None or leading.authority.kind is not AuthorityKind.DECISION:
        return None
    return await view.deliberation.decision(DecisionId(leading.authority.id))
