"""Follow up what a decision asks of its person: start it with the decision, remind of it, and say whether it is met.

Read `start_conditions` first. What is not met restricts nobody: people look at it again. Policy: P-5.2, P-6.2.
"""

from dataclasses import replace

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.case import Case
from guardian.cases.conditions import CONDITION_MACHINE, STILL_ASKED, Condition, ConditionEvent, ConditionState
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.drafts import check_text
from guardian.cases.proposals import Decision
from guardian.cases.received_words import kept_text
from guardian.errors import NotFound
from guardian.ids import MemberId, new_id
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import eligible_members, get_case
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_about, start_deadline
from guardian.services.notify import notify_members
from guardian.services.reminders import deadline_facts, remind
from rules.conditions import condition_reminder_times, may_check_condition
from rules.deadlines import TimeLimit, due_at, length
from rules.policy import Policy

_CHECKED = (DeadlineKind.CONDITION, DeadlineKind.UNMET_CONDITION)


async def start_conditions(uow: UnitOfWork, policy: Policy, decision: Decision) -> None:
    """Begin to follow up what the decision asks; what an earlier one asked of the same person is asked no more."""
    await _drop_earlier(uow, decision)
    for asked in decision.consequence.asked:
        condition = Condition(
            id=new_id(),
            case=decision.case,
            decision=decision.id,
            kind=asked.kind,
            words=asked.words.strip(),
            since=uow.now,
            due=uow.now + asked.within if asked.within else None,
            followed_by=MemberId(asked.followed_by) if asked.followed_by else None,
        )
        await uow.conditions.add_condition(condition)
        if condition.due is not None:
            first = condition_reminder_times(condition.since, condition.due, policy)[0]
            await start_deadline(
                uow, DeadlineKind.CONDITION, decision.case, condition.due, next_at=first, about=condition.id
            )


async def check_condition(
    app: AppContext, by: MemberId, code_name: str, condition_id: str, *, met: bool, evidence: str
) -> str:
    """Say that a condition is met, or is not, and what shows it; not met, it waits for the group to look again.

    Nobody is restricted by it. Policy: P-5.2, P-6.2.
    """
    require(may_check_condition(evidence))
    require(check_text(evidence, app.longest_text))
    async with app.units_of_work.begin() as uow:
        case, condition = await _condition_for_member(uow, by, code_name, condition_id)
        event = ConditionEvent.FIND_MET if met else ConditionEvent.FIND_UNMET
        await _save_checked(uow, condition, event, by, evidence)
        await complete_about(uow, condition.id, *_CHECKED)
        if not met:
            until = due_at(TimeLimit.CONDITION_CHECK, uow.now, app.policy)
            await start_deadline(uow, DeadlineKind.UNMET_CONDITION, case.id, until, about=condition.id)
        news = News.CONDITION_MET if met else News.CONDITION_UNMET
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": news}, besides=[by])
        _note(uow, "condition.was_checked", by_member(by), condition)
    return "It stands with the case." if met else "It stands with the case, and the group is asked to look again."


async def review_condition(app: AppContext, by: MemberId, code_name: str, condition_id: str, words: str) -> str:
    """Say what the group makes of a condition that is not met, once it has looked at it again.

    Anything that restricts the person is proposed and decided like everything else. Policy: P-5.1, P-5.2.
    """
    require(check_text(words, app.longest_text))
    async with app.units_of_work.begin() as uow:
        _, condition = await _condition_for_member(uow, by, code_name, condition_id)
        told = f"{condition.evidence}\n\n{words.strip()}"
        await _save_checked(uow, condition, ConditionEvent.REVIEW, by, told)
        await complete_about(uow, condition.id, *_CHECKED)
        _note(uow, "condition.was_reviewed", by_member(by), condition)
    return "It stands with the case that the group has looked at it again."


async def on_condition_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind whoever follows a condition up, or the group, before its day, and the group after it until somebody looks.

    Policy: P-2.4.
    """
    condition = await uow.conditions.condition(deadline.about)
    if condition is None or condition.state not in (ConditionState.OPEN, ConditionState.SAID_DONE):
        await complete(uow, deadline)
        return
    case = await get_case(uow, condition.case)
    facts = deadline_facts(deadline)
    if uow.now < deadline.due:
        times = condition_reminder_times(deadline.since, deadline.due, app.policy)
        next_at = next(at for at in times if at > uow.now)
        only = await _followers(uow, case, condition)
        await remind(uow, deadline, case, NoticeKind.DEADLINE_NEAR, facts, next_at, only=only)
    else:
        next_at = uow.now + length(TimeLimit.CONDITION_CHECK, app.policy)
        await remind(uow, deadline, case, NoticeKind.DEADLINE_PASSED, facts, next_at)
    _note(uow, "condition.was_recalled", SERVICE, condition)


async def on_unmet_condition_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind the group of a condition that is not met, until it has looked at it again."""
    condition = await uow.conditions.condition(deadline.about)
    if condition is None or condition.state is not ConditionState.UNMET:
        await complete(uow, deadline)
        return
    case = await get_case(uow, condition.case)
    next_at = uow.now + length(TimeLimit.CONDITION_CHECK, app.policy)
    await remind(uow, deadline, case, NoticeKind.DEADLINE_PASSED, deadline_facts(deadline), next_at)
    _note(uow, "condition.was_recalled", SERVICE, condition)


async def _drop_earlier(uow: UnitOfWork, decision: Decision) -> None:
    people = {each.id: each.person for each in await uow.deliberation.decisions_of(decision.case)}
    for condition in await uow.conditions.conditions_of(decision.case):
        if condition.state in STILL_ASKED and people.get(condition.decision) == decision.person:
            state = CONDITION_MACHINE.advance(condition.state, ConditionEvent.DROP)
            await uow.conditions.save_condition(replace(condition, state=state))
            await complete_about(uow, condition.id, *_CHECKED)


async def _followers(view: ReadView, case: Case, condition: Condition) -> tuple[MemberId, ...] | None:
    """Whoever follows it up, while the case is theirs to know of; None: everybody on it."""
    followed_by = condition.followed_by
    return (followed_by,) if followed_by is not None and followed_by in await eligible_members(view, case) else None


async def _condition_for_member(
    uow: UnitOfWork, by: MemberId, code_name: str, condition_id: str
) -> tuple[Case, Condition]:
    await require_permission(uow, by, UseCase.CHECK_CONDITION)
    case = await case_for_member(uow, by, code_name)
    condition = await uow.conditions.condition(condition_id)
    if condition is None or condition.case != case.id:
        raise NotFound
    return case, condition


async def _save_checked(
    uow: UnitOfWork, condition: Condition, event: ConditionEvent, by: MemberId, evidence: str
) -> None:
    state = CONDITION_MACHINE.advance(condition.state, event)
    kept = kept_text(evidence.strip())
    await uow.conditions.save_condition(
        replace(condition, state=state, evidence=kept, checked_by=by, checked_at=uow.now)
    )


def _note(uow: UnitOfWork, act: str, by: str, condition: Condition) -> None:
    about = {"case": str(condition.case), "condition": condition.id}
    uow.journal.note(Entry(act=act, by=by, authority="P-5.2", about=about, case=condition.case))
