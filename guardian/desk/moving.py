"""What moves a case inside an open transaction: its state, its steps, its promises, its way to the Board.

Asks no permissions: the use case that calls has done so.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from guardian.cases.access import members_who_may_know
from guardian.cases.machine import CASES
from guardian.cases.receipts import for_person
from guardian.cases.steps import STEPS, StepEvent, Steps
from guardian.cases.values import (
    Case,
    CaseEvent,
    CaseState,
    Party,
    PartyRole,
    Promise,
    PromiseKind,
    ReceiptKind,
    Step,
    StepKind,
    StepState,
)
from guardian.cases.walls import held_by
from guardian.desk.desk import Desk, Topic, View, Work
from guardian.desk.telling import tell_group_office, tell_liaison, tell_members
from guardian.errors import NotFound, Refused
from guardian.ids import CaseId, MemberId, PersonId, new_id
from guardian.journal import SERVICE, Entry
from guardian.notices.values import News, NoticeKind
from guardian.people.permissions import BOARD_LIAISON, sits
from guardian.people.values import Group, Office
from rules.conflicts import Standing
from rules.deadlines import Deadline, due
from rules.policy import Policy
from rules.verdict import Verdict


def insist(verdict: Verdict) -> None:
    """Returns where the rule allows it; Refused in the rule's own words where it does not."""
    if not verdict:
        raise Refused(verdict.code, verdict.sentence, verdict.rule)


# -- the case and its steps


async def move(work: Work, case: Case, event: CaseEvent) -> Case:
    """The case stands where the event leads; Refused where it leads nowhere."""
    return await work.cases.save_case(replace(case, state=CASES.advance(case.state, event)))


async def case_of(view: View, case: CaseId) -> Case:
    """The case of an id that we hold ourselves."""
    found = await view.cases.case(case)
    if found is None:
        raise NotFound
    return found


async def steps_of(view: View, case: CaseId) -> Steps:
    """The steps of the case as they stand."""
    return Steps({step.kind: step for step in await view.deliberation.steps_of(case)})


async def step_to(
    work: Work,
    case: CaseId,
    kind: StepKind,
    event: StepEvent,
    by: str,
    *,
    reason: str = "",
    second: MemberId | None = None,
    until: datetime | None = None,
) -> Step:
    """The step stands where the event leads; a step that nobody has touched begins as pending."""
    known = (await steps_of(work, case)).of.get(kind)
    state = STEPS.advance(known.state if known else StepState.PENDING, event)
    if known is None:
        step = Step(case, kind, state, work.now, by, reason, second, until)
        await work.deliberation.add_step(step)
        return step
    moved = replace(
        known, state=state, at=work.now, by=by, reason=reason or known.reason, second=second, until=until or known.until
    )
    return await work.deliberation.save_step(moved)


async def finish(work: Work, case: CaseId, kind: StepKind, by: str = SERVICE, reason: str = "") -> None:
    """The step is over; one that was done or skipped before stays as it is."""
    if not (await steps_of(work, case)).is_over(kind):
        await step_to(work, case, kind, StepEvent.FINISH, by, reason=reason)


async def renew(work: Work, case: CaseId, kinds: Iterable[StepKind], by: str) -> None:
    """The steps begin anew, because they belonged to an earlier decision."""
    steps = await steps_of(work, case)
    for kind in kinds:
        if steps.state(kind) is not StepState.PENDING:
            await step_to(work, case, kind, StepEvent.RENEW, by)


# -- promises


async def promise(
    work: Work,
    kind: PromiseKind,
    case: CaseId | None,
    until: datetime,
    *,
    next_at: datetime | None = None,
    about: str = "",
) -> Promise:
    """The promise runs from now; it asks for something at `next_at`, else when it is due."""
    made = Promise(new_id(), kind, case, work.now, until, next_at or until, about)
    await work.promises.add(made)
    work.wake(Topic.PROMISES)
    return made


async def again(work: Work, made: Promise, next_at: datetime, *, due_at: datetime | None = None) -> None:
    """The promise asks again at that instant; one more reminder has gone out."""
    await work.promises.save(replace(made, next_at=next_at, due=due_at or made.due, stage=made.stage + 1))
    work.wake(Topic.PROMISES)


async def keep(work: Work, made: Promise) -> None:
    """The promise is kept and asks for nothing more."""
    await work.promises.save(replace(made, kept_at=work.now, next_at=None))


async def keep_for(work: Work, case: CaseId, *kinds: PromiseKind) -> None:
    """The case's promises of these kinds are kept."""
    for kind in kinds:
        for made in await work.promises.open_for(case, kind):
            await keep(work, made)


async def keep_about(work: Work, about: str, *kinds: PromiseKind) -> None:
    """The promises of these kinds about one thing are kept."""
    for kind in kinds:
        for made in await work.promises.open_about(about, kind):
            await keep(work, made)


# -- people


async def counted(view: View, case: Case) -> frozenset[MemberId]:
    """The members in term without a conflict at this instant (E of P-5.1)."""
    return frozenset(member.id for member in await members_who_may_know(view, case))


async def reported(view: View, case: Case) -> tuple[PersonId, ...]:
    """The people reported in the case, as far as they are known."""
    parties: tuple[Party, ...] = await view.cases.parties_of(case.id)
    return tuple(p.person for p in parties if p.role is PartyRole.REPORTED and p.person is not None)


async def reported_person(view: View, case: Case, code_name: str | None) -> PersonId | None:
    """The reported person of that code name; with none given the only one there is. NotFound for anybody else."""
    known = await reported(view, case)
    if code_name is None:
        return known[0] if len(known) == 1 else None
    person = await view.people.person_named(code_name.strip().casefold())
    if person is None or person.id not in known:
        raise NotFound
    return person.id


async def hand_receipt(desk: Desk, work: Work, case: Case, person: PersonId) -> dict[str, str]:
    """The facts of a receipt for the person's page: a new one, unless one of theirs has been used and so is in hand.

    Whether an earlier message arrived is not known for sure, and no platform reaches the person once they are barred.
    """
    receipts = await work.cases.receipts_of(person)
    page = f"{desk.base_url}/personal"
    if any(each.kind is ReceiptKind.PERSONAL and each.used_at is not None for each in receipts):
        return {"page": page}
    minted = for_person(person, work.now, case.id)
    await work.cases.add_receipt(minted.kept)
    return {"page": page, "receipt": minted.secret}


# -- the Board


async def hand_to_board(work: Work, policy: Policy, case: Case, cause: str) -> Case:
    """The case lies with the Board: its liaison and the group are told, and the Board is reminded until it answers."""
    moved = await move(work, case, CaseEvent.TO_BOARD)
    facts = {"cause": cause, "ask": "answer"}
    await tell_liaison(work, moved, NoticeKind.WITH_BOARD, facts)
    await tell_members(work, moved, NoticeKind.WITH_BOARD, facts, besides=await _liaisons(work, moved))
    remind = due(Deadline.BOARD_ANSWER, work.now, policy)
    await promise(work, PromiseKind.BOARD_ANSWER, case.id, remind)
    about = {"case": str(case.id), "cause": cause}
    work.journal.note(Entry("case.went_to_board", SERVICE, "P-5.1", about, case.id))
    return moved


async def tell_board(work: Work, case: Case, kind: NoticeKind, facts: dict[str, str]) -> None:
    """The Board and its liaison are told, less those whom the case concerns. Policy: P-8.5."""
    await tell_group_office(work, Group.BOARD, None, kind, facts, case)
    board = {m.id for m in await work.people.members() if m.holds(Group.BOARD, work.now)}
    if not await _liaisons(work, case) <= board:
        await tell_group_office(work, Group.WORKING_GROUP, Office.BOARD_LIAISON, kind, facts, case)


async def tell_of_news(work: Work, case: Case, news: News) -> None:
    """Everybody who decides in the case hears of the news: its members, and the Board while it lies there."""
    facts: dict[str, str] = {"news": news}
    if case.state is not CaseState.WITH_BOARD or case.board_only:
        await tell_members(work, case, NoticeKind.CASE_NEWS, facts)
        return
    board = [m.id for m in await work.people.members() if m.holds(Group.BOARD, work.now)]
    await tell_members(work, case, NoticeKind.CASE_NEWS, facts, besides={*board, *await _liaisons(work, case)})
    await tell_board(work, case, NoticeKind.CASE_NEWS, facts)


async def _liaisons(view: View, case: Case) -> frozenset[MemberId]:
    held = held_by(await view.cases.walls_of(case.id))
    members = await view.people.members()
    free = [m for m in members if held.get(m.id, Standing.CLEAR) is Standing.CLEAR]
    return frozenset(m.id for m in free if sits(m, BOARD_LIAISON, view.now))
