"""What a person learns of why somebody acted on them: in words that a second member has read, by a date that is said.

The first message goes at once, before anybody can have read its words. Read `ask_for_words` first. Policy: P-5.5, P-5.6.
"""

from datetime import datetime
from enum import StrEnum

from guardian.cases.case import Case, PartyRole
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.drafts import Draft, DraftKind, read_text
from guardian.cases.unilateral_acts import ActState, UnilateralAct
from guardian.ids import DraftId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.notices.party_facts import PartyFacts, ReadText
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, reschedule, start_deadline
from guardian.services.notify import notify_deciders, notify_members, notify_person
from guardian.services.reminders import deadline_facts
from rules.deadlines import TimeLimit, due_at, length, reminder_times
from rules.policy import Policy

_OVER = frozenset({ActState.REVERSED, ActState.LAPSED})


class OwedWords(StrEnum):
    """What a person is told of words that they still wait for."""

    LATE = "words_late"


async def ask_for_words(uow: UnitOfWork, policy: Policy, case: Case, act: UnilateralAct) -> PartyFacts:
    """Put the actor's words before a second member, and return the date by which the person is to have them."""
    draft = Draft(
        id=DraftId(new_id()),
        case=case.id,
        kind=DraftKind.ANSWER,
        to=PartyRole.REPORTED,
        person=act.person,
        text=f"Why your access was restricted:\n{act.reason.strip()}",
        by=by_member(act.by),
        at=uow.now,
    )
    await uow.deliberation.add_draft(draft)
    until = due_at(TimeLimit.SECOND_READING, uow.now, policy)
    facts = {"draft": str(draft.id), "until": until.isoformat()}
    await notify_members(uow, case, NoticeKind.DRAFT_TO_READ, facts, besides=[act.by])
    first = reminder_times(TimeLimit.SECOND_READING, uow.now, policy)[0]
    await start_deadline(uow, DeadlineKind.ACT_WORDS, case.id, until, next_at=first, about=act.id)
    about = {"case": str(case.id), "draft": str(draft.id), "kind": draft.kind}
    uow.journal.note(Entry(act="draft.was_written", by=by_member(act.by), authority="P-5.6", about=about, case=case.id))
    return {"words_by": until}


async def words_for_ratified(view: ReadView, case: Case, act: UnilateralAct) -> PartyFacts:
    """Return what the message of a ratified act says of its why: the words that were read, else by when they follow."""
    words = await _read_words(view, case, act)
    if words is not None:
        return {"about": words}
    owed = await view.deadlines.open_about(act.id, DeadlineKind.ACT_WORDS)
    return {"words_by": max(deadline.due for deadline in owed)} if owed else {}


async def on_words_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind the members of the words, then the chairs, until the person has them; they are told once of a new date."""
    act = await uow.deliberation.act(deadline.about)
    case = await get_case(uow, deadline.case) if deadline.case else None
    if act is None or case is None or act.state in _OVER or await _has_words(uow, case, act):
        await complete(uow, deadline)
        return
    facts = {"until": deadline.due.isoformat(), "ask": "write"}
    await notify_members(uow, case, NoticeKind.DRAFT_TO_READ, facts, besides=[act.by])
    if uow.now < deadline.due:
        await reschedule(uow, deadline, _next_reminder(deadline, uow.now, app.policy))
        return
    await notify_deciders(uow, case, NoticeKind.DEADLINE_PASSED, deadline_facts(deadline))
    again = uow.now + length(TimeLimit.SECOND_READING, app.policy)
    if deadline.due == due_at(TimeLimit.SECOND_READING, deadline.since, app.policy):
        late: PartyFacts = {"result": OwedWords.LATE, "new_date": again}
        await notify_person(uow, case, act.person, NoticeKind.PERSON_ANSWER, late)
    await reschedule(uow, deadline, again, due_at=again)


def _next_reminder(deadline: Deadline, now: datetime, policy: Policy) -> datetime:
    ahead = [at for at in reminder_times(TimeLimit.SECOND_READING, deadline.since, policy) if at > now]
    return min(ahead, default=deadline.due)


async def _read_words(view: ReadView, case: Case, act: UnilateralAct) -> ReadText | None:
    drafts = await view.deliberation.drafts_of(case.id)
    ours = [d for d in drafts if d.kind is DraftKind.ANSWER and d.person == act.person and d.at >= act.at]
    read = [read_text(draft) for draft in ours]
    return next((text for text in reversed(read) if text is not None), None)


async def _has_words(view: ReadView, case: Case, act: UnilateralAct) -> bool:
    notices = await view.notices.of_person(act.person)
    return any(n.case == case.id and ("text" in n.facts or "about" in n.facts) for n in notices)
