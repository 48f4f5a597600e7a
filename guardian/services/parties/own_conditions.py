"""What a decision asks of the person, as they read it on their page, and their word that it is done.

The words of what is asked stand there only as a second member has read them, in the letter. Read `own_conditions` first.
Policy: P-5.2, P-5.6.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.case import Case, PartyRole
from guardian.cases.conditions import CONDITION_MACHINE, STILL_ASKED, Condition, ConditionEvent, ConditionState
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.drafts import Draft, DraftKind, DraftState
from guardian.cases.submissions import build_addition
from guardian.errors import Refused
from guardian.ids import PersonId
from guardian.journal import PARTY, Entry
from guardian.notices.models import News
from guardian.notices.replies import Reply
from guardian.services.case_flow import notify_case_news
from guardian.services.conflicts.exclusions import claim_named_in_text
from guardian.services.context import ReadView, UnitOfWork
from guardian.services.deadlines import complete_about, start_deadline
from rules.conditions import ConditionKind
from rules.deadlines import TimeLimit, due_at
from rules.policy import Policy


@dataclass(frozen=True, slots=True)
class OwnConditionLine:
    """One thing that is asked of the person; `words` "": only the letter says it, in the words that were read."""

    id: str
    kind: ConditionKind
    words: str
    due: datetime | None
    state: ConditionState
    may_say_done: bool


async def own_conditions(view: ReadView, case: Case, person: PersonId) -> tuple[OwnConditionLine, ...]:
    """Return what the case's decisions ask of the person, oldest first, without what is asked no more."""
    found = await _asked_of(view, case, person)
    letters = [each for each in await view.deliberation.drafts_of(case.id) if _is_letter_to(each, person)]
    return tuple(
        OwnConditionLine(
            id=each.id,
            kind=each.kind,
            words=each.words if any(each.words in letter.text for letter in letters) else "",
            due=each.due,
            # Whether members have looked again at what is not met is theirs; to the person it is not met.
            state=ConditionState.UNMET if each.state is ConditionState.REVIEWED else each.state,
            may_say_done=each.state in STILL_ASKED,
        )
        for each in found
    )


async def say_done(
    uow: UnitOfWork, policy: Policy, cases: Sequence[Case], person: PersonId, condition_id: str, text: str
) -> Reply:
    """Take the person's word that something asked of them is done; a member then has to look. Policy: P-5.2, P-2.5."""
    for case in cases:
        asked = {each.id: each for each in await _asked_of(uow, case, person)}
        condition = asked.get(condition_id)
        if condition is not None and condition.state in STILL_ASKED:
            return await _record_done(uow, policy, case, condition, text)
    raise Refused("condition_over", "This is not asked of you any more.", "P-5.2")


async def _record_done(uow: UnitOfWork, policy: Policy, case: Case, condition: Condition, text: str) -> Reply:
    state = CONDITION_MACHINE.advance(condition.state, ConditionEvent.SAY_DONE)
    await uow.conditions.save_condition(replace(condition, state=state))
    await uow.cases.add_addition(build_addition(case.id, None, text, uow.now))
    await complete_about(uow, condition.id, DeadlineKind.CONDITION, DeadlineKind.UNMET_CONDITION)
    until = due_at(TimeLimit.CONDITION_CHECK, uow.now, policy)
    await start_deadline(uow, DeadlineKind.CONDITION, case.id, until, about=condition.id)
    await claim_named_in_text(uow, policy, case, text)
    await notify_case_news(uow, case, News.CONDITION_SAID_DONE)
    about = {"case": str(case.id), "condition": condition.id}
    uow.journal.note(Entry(act="condition.was_said_done", by=PARTY, authority="P-5.2", about=about, case=case.id))
    return Reply("answers.condition_done")


async def _asked_of(view: ReadView, case: Case, person: PersonId) -> tuple[Condition, ...]:
    theirs = {each.id for each in await view.deliberation.decisions_of(case.id) if each.person == person}
    asked = [each for each in await view.conditions.conditions_of(case.id) if each.decision in theirs]
    return tuple(each for each in asked if each.state is not ConditionState.DROPPED)


def _is_letter_to(draft: Draft, person: PersonId) -> bool:
    """Whether the text is a letter on a decision that a second member has read and that went to this person."""
    is_letter = draft.kind is DraftKind.DECISION and draft.to is PartyRole.REPORTED
    return is_letter and draft.state is DraftState.SENT and draft.person in (None, person)
