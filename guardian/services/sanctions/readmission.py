"""Answer requests to return when a term is over: who may ask, the reminders to them and to the group, and the answer.

Read `request_readmission` first. Policy: P-6.2.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.case import Case, CaseKind, CaseState, Party, PartyRole
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.proposals import Decision
from guardian.cases.submissions import build_addition
from guardian.errors import Refused
from guardian.ids import CaseId, MemberId, PersonId, SanctionId, new_id, new_reference
from guardian.journal import PARTY, SERVICE, Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.notices.party_facts import PartyAnswer, PartyFacts
from guardian.sanctions import lifting
from guardian.sanctions.models import Sanction, term_state_at
from guardian.services.case_flow import get_case, issue_personal_receipt, refer_to_board
from guardian.services.code_names import new_code_name
from guardian.services.conflicts.exclusions import claim_named_in_text
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_for_case, reschedule, start_deadline
from guardian.services.notify import notify_members, notify_person
from guardian.services.reminders import deadline_facts, remind
from rules.deadlines import TimeLimit, due_at, length, readmission_reminder_times, reminder_times
from rules.ladder import TermState
from rules.notification import NotificationState
from rules.policy import Policy
from rules.policy_sections.sanctions import OnTermEnd

_DECIDED: Final = (CaseState.IN_FORCE, CaseState.CLOSED)
_MOMENT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ReadmissionOption:
    """Whether, and from when, a person may ask to return from one sanction; `asked_at` once they have."""

    sanction: SanctionId
    opens_at: datetime
    is_open: bool
    requested_at: datetime | None = None


async def may_request(
    view: ReadView, person: PersonId, policy: Policy, *, only: CaseId | None = None
) -> tuple[ReadmissionOption, ...]:
    """Return every sanction of the person whose end asks for a request, and where that stands; `only`: of that case.

    Asking opens so long before the end as the group has for its answer: approved by then, access returns at the end.
    """
    found = []
    for sanction in await view.sanctions.of_person(person):
        if only not in (None, sanction.case):
            continue
        if sanction.ends is None or sanction.on_term_end is not OnTermEnd.AWAIT_READMISSION:
            continue
        if sanction.lifting is None:
            opens = sanction.ends - length(TimeLimit.READMISSION_ANSWER, policy)
            request = await _find_open_request(view, sanction)
            found.append(
                ReadmissionOption(sanction.id, opens, view.now >= opens, request.opened_at if request else None)
            )
    return tuple(found)


async def request_readmission(
    uow: UnitOfWork, policy: Policy, person: PersonId, text: str, *, only: CaseId | None = None
) -> tuple[Case, ...]:
    """Open a case to answer for each sanction that the person may ask to return from, with their words in it.

    `only`: the case to which the sanctions belong, where no other may be spoken of. Refused, kindly and with the date, where there is nothing to ask for or not yet.
    """
    options = await may_request(uow, person, policy, only=only)
    if not options:
        raise Refused("nothing_to_ask", "No restriction of yours waits for a request from you.", "P-6.2")
    ready = [each for each in options if each.is_open]
    if not ready:
        opens = min(each.opens_at for each in options)
        sentence = f"It is too early to ask: you can ask from {opens:%d %B %Y, %H:%M} UTC on. Your page stays open."
        raise Refused("too_early", sentence, "P-6.2", {"opens": opens})
    return tuple([await _request_from(uow, policy, each.sanction, text) for each in ready])


async def answer_request(uow: UnitOfWork, case: Case, decision: Decision, by: MemberId) -> None:
    """Answer the request: access returns at the end of the term, or now where it is over; or it does not."""
    sanction = await uow.sanctions.sanction(case.about_sanction) if case.about_sanction else None
    if sanction is None:
        raise Refused("no_sanction", "There is no sanction that this request is about any more.", "P-6.2")
    await complete_for_case(uow, case.id, DeadlineKind.READMISSION_ANSWER)
    facts: PartyFacts = {"answer": PartyAnswer.NO}
    if decision.consequence.readmit:
        lifted = sanction.lifting or await lifting.readmit(uow, sanction, by_member(by), decision.id)
        facts = {"answer": PartyAnswer.YES, "returns": lifted.effective_from}
    await notify_person(uow, case, sanction.person, NoticeKind.READMISSION_ANSWERED, facts)


async def on_term_end_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Notify the group that a term has run out, and remind the person who may ask; proof of the return notifies of it."""
    await complete(uow, deadline)
    sanction = await uow.sanctions.sanction(SanctionId(deadline.about))
    if sanction is None or sanction.lifting is not None:
        return
    case = await get_case(uow, sanction.case)
    state = term_state_at(sanction, uow.now)
    await notify_members(uow, case, NoticeKind.TERM_OVER, {"state": state})
    if sanction.notification in (NotificationState.TO_NOTIFY, NotificationState.COULD_NOT_NOTIFY):
        await notify_members(uow, case, NoticeKind.NOT_NOTIFIED, {"sanction": str(sanction.id)})
    if state is TermState.AWAITING and sanction.ends is not None:
        first = _next_reminder_or_review(sanction.ends, sanction.ends - _MOMENT, app.policy)
        await start_deadline(uow, DeadlineKind.READMISSION_REMINDER, case.id, first, about=sanction.id)
    uow.journal.note(
        Entry(act="term.has_ended", by=SERVICE, authority="P-6.2", about={"sanction": str(sanction.id)}, case=case.id)
    )


async def on_reminder_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind a person who may ask at the end and twice after it, and the group every year. Policy: P-6.2."""
    sanction = await uow.sanctions.sanction(SanctionId(deadline.about))
    if sanction is None or sanction.ends is None or sanction.lifting is not None or deadline.next_at is None:
        await complete(uow, deadline)
        return
    case = await get_case(uow, sanction.case)
    since = deadline.next_at
    reminding = [at for at in readmission_reminder_times(sanction.ends, app.policy) if since <= at <= uow.now]
    if reminding and await _find_open_request(uow, sanction) is None:
        facts: PartyFacts = {"ended": sanction.ends, **await issue_personal_receipt(app, uow, case, sanction.person)}
        await notify_person(uow, case, sanction.person, NoticeKind.MAY_REQUEST_READMISSION, facts)
    if _next_yearly_review(sanction.ends, since, app.policy) <= uow.now:
        await notify_members(uow, case, NoticeKind.TERM_OVER, {"state": TermState.AWAITING, "look": "yearly"})
    await reschedule(uow, deadline, _next_reminder_or_review(sanction.ends, uow.now, app.policy))
    uow.journal.note(
        Entry(
            act="asking.was_recalled", by=SERVICE, authority="P-6.2", about={"sanction": str(sanction.id)}, case=case.id
        )
    )


async def on_answer_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind the group of a request that waits, and send it to the Board when the time is over. Policy: P-6.2."""
    case = await get_case(uow, deadline.case) if deadline.case else None
    if case is None or case.state in (*_DECIDED, CaseState.WITH_BOARD):
        await complete(uow, deadline)
        return
    if uow.now < deadline.due:
        next_at = _next_group_reminder(deadline, uow.now, app.policy)
        await remind(uow, deadline, case, NoticeKind.DEADLINE_NEAR, deadline_facts(deadline), next_at)
        return
    if case.state is CaseState.AGREED:
        next_at = uow.now + length(TimeLimit.FIRST_ANSWER, app.policy)
        await remind(uow, deadline, case, NoticeKind.DEADLINE_PASSED, deadline_facts(deadline), next_at)
        return
    await notify_members(uow, case, NoticeKind.DEADLINE_PASSED, deadline_facts(deadline))
    await complete(uow, deadline)
    await refer_to_board(uow, app.policy, case, "readmission_late")


async def _request_from(uow: UnitOfWork, policy: Policy, sanction_id: SanctionId, text: str) -> Case:
    sanction = await uow.sanctions.sanction(sanction_id)
    if sanction is None:
        raise Refused("no_sanction", "There is no restriction that this is about any more.", "P-6.2")
    case = await _find_open_request(uow, sanction)
    news: dict[str, str] = {"news": News.ADDITION}
    if case is None:
        case = await _open_request_case(uow, policy, sanction)
        kind, news = NoticeKind.READMISSION_REQUESTED, {}
    else:
        kind = NoticeKind.CASE_NEWS
    await uow.cases.add_addition(build_addition(case.id, None, text, uow.now))
    await claim_named_in_text(uow, policy, case, text)
    await notify_members(uow, case, kind, news)
    about = {"case": str(case.id), "sanction": str(sanction.id)}
    uow.journal.note(Entry(act="readmission.was_asked", by=PARTY, authority="P-6.2", about=about, case=case.id))
    return case


async def _open_request_case(uow: UnitOfWork, policy: Policy, sanction: Sanction) -> Case:
    """Open a case of its own; whoever does not see the matter it grew from does not see this one either. Policy: P-4.3."""
    before = await get_case(uow, sanction.case)
    case = Case(
        id=CaseId(new_id()),
        code_name=await new_code_name(uow),
        kind=CaseKind.READMISSION,
        state=CaseState.OPEN,
        opened_at=uow.now,
        contact=before.contact,
        board_only=before.board_only,
        about_sanction=sanction.id,
    )
    await uow.cases.add_case(case)
    for exclusion in await uow.cases.exclusions_of(before.id):
        if exclusion.lifted_at is None:
            await uow.cases.add_exclusion(replace(exclusion, case=case.id))
    await uow.cases.add_party(Party(case.id, PartyRole.REPORTED, new_reference(), person=sanction.person))
    until = due_at(TimeLimit.READMISSION_ANSWER, uow.now, policy)
    first = reminder_times(TimeLimit.READMISSION_ANSWER, uow.now, policy)[0]
    await start_deadline(uow, DeadlineKind.READMISSION_ANSWER, case.id, until, next_at=first)
    return case


async def _find_open_request(view: ReadView, sanction: Sanction) -> Case | None:
    """Return the request about the sanction that is not answered yet."""
    for case in await view.cases.cases_of(sanction.person):
        if case.kind is CaseKind.READMISSION and case.about_sanction == sanction.id and case.state not in _DECIDED:
            return case
    return None


def _next_reminder_or_review(ended: datetime, after: datetime, policy: Policy) -> datetime:
    """Return the next reminder to the person, or the next yearly one of the group, whichever comes first."""
    later = [at for at in readmission_reminder_times(ended, policy) if at > after]
    return min([*later, _next_yearly_review(ended, after + _MOMENT, policy)])


def _next_yearly_review(ended: datetime, since: datetime, policy: Policy) -> datetime:
    """Return the first yearly reminder of the group at or after `since`."""
    every = policy.readmission.review_every
    passed = -((ended - since) // every) if since > ended else 0
    return ended + every * max(1, passed)


def _next_group_reminder(deadline: Deadline, now: datetime, policy: Policy) -> datetime:
    ahead = [at for at in reminder_times(TimeLimit.READMISSION_ANSWER, deadline.since, policy) if at > now]
    return min([*ahead, deadline.due])
