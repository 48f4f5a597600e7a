"""When a term is over: who may ask to return, the reminders to them and to the group, and the answer. Policy: P-6.2."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.values import (
    Addition,
    Case,
    CaseKind,
    CaseState,
    Decision,
    Party,
    PartyRole,
    Promise,
    PromiseKind,
)
from guardian.desk.desk import Desk, View, Work
from guardian.desk.moving import again, case_of, hand_receipt, hand_to_board, keep, keep_for, promise
from guardian.desk.telling import tell_members, tell_person
from guardian.desk.walling import tell_of_walls, wall_off
from guardian.errors import Refused
from guardian.ids import CaseId, MemberId, PersonId, SanctionId, new_id, new_reference
from guardian.journal import PARTY, SERVICE, Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.names import code_name
from guardian.sanctions import lifting
from guardian.sanctions.values import Sanction, state_at
from rules.conflicts import Signs
from rules.deadlines import Deadline, due, length, readmission_reminders, reminders
from rules.ladder import TermState
from rules.policy import OnTermEnd, Policy
from rules.telling import Telling

_DECIDED: Final = (CaseState.IN_FORCE, CaseState.CLOSED)
_MOMENT: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class MayAsk:
    """Whether, and from when, a person may ask to return from one sanction; `asked_at` once they have."""

    sanction: SanctionId
    opens_at: datetime
    open: bool
    asked_at: datetime | None = None


async def may_ask(view: View, person: PersonId, policy: Policy) -> tuple[MayAsk, ...]:
    """Every sanction of the person whose end asks for a request, and where that stands.

    Asking opens so long before the end as the group has for its answer: approved by then, access returns at the end.
    """
    found = []
    for sanction in await view.sanctions.of_person(person):
        if sanction.ends is None or sanction.on_term_end is not OnTermEnd.AWAIT_READMISSION:
            continue
        if sanction.lifting is None:
            opens = sanction.ends - length(Deadline.READMISSION_ANSWER, policy)
            request = await _open_request(view, sanction)
            found.append(MayAsk(sanction.id, opens, view.now >= opens, request.opened_at if request else None))
    return tuple(found)


async def open_request(work: Work, policy: Policy, person: PersonId, text: str) -> tuple[Case, ...]:
    """A case to answer stands for each sanction that the person may ask to return from, with their words in it.

    Refused, kindly and with the date, where there is nothing to ask for or not yet.
    """
    asking = await may_ask(work, person, policy)
    if not asking:
        raise Refused("nothing_to_ask", "No restriction of yours waits for a request from you.", "P-6.2")
    ready = [each for each in asking if each.open]
    if not ready:
        opens = min(each.opens_at for each in asking)
        sentence = f"It is too early to ask: you can ask from {opens:%d %B %Y, %H:%M} UTC on. Your page stays open."
        raise Refused("too_early", sentence, "P-6.2")
    return tuple([await _ask(work, policy, each.sanction, text) for each in ready])


async def answer_request(work: Work, case: Case, decision: Decision, by: MemberId) -> None:
    """The request is answered: access returns at the end of the term, or now where it is over; or it does not."""
    sanction = await work.sanctions.sanction(case.about_sanction) if case.about_sanction else None
    if sanction is None:
        raise Refused("no_sanction", "There is no sanction that this request is about any more.", "P-6.2")
    await keep_for(work, case.id, PromiseKind.READMISSION_ANSWER)
    facts = {"answer": "no", "returns": ""}
    if decision.consequence.readmit:
        lifted = sanction.lifting or await lifting.readmit(work, sanction, by_member(by), decision.id)
        facts = {"answer": "yes", "returns": lifted.from_.isoformat()}
    await tell_person(work, case, sanction.person, NoticeKind.READMISSION_ANSWERED, facts)


async def term_over(work: Work, policy: Policy, made: Promise) -> None:
    """A term has run out: the group is told, and the person who may ask is reminded; return itself is told by its proof."""
    await keep(work, made)
    sanction = await work.sanctions.sanction(SanctionId(made.about))
    if sanction is None or sanction.lifting is not None:
        return
    case = await case_of(work, sanction.case)
    state = state_at(sanction, work.now)
    await tell_members(work, case, NoticeKind.TERM_OVER, {"state": state})
    if sanction.telling in (Telling.TO_TELL, Telling.COULD_NOT):
        await tell_members(work, case, NoticeKind.NOT_TOLD, {"sanction": str(sanction.id)})
    if state is TermState.AWAITING and sanction.ends is not None:
        first = _next_look(sanction.ends, sanction.ends - _MOMENT, policy)
        await promise(work, PromiseKind.ASK_REMINDER, case.id, first, about=sanction.id)
    work.journal.note(Entry("term.has_ended", SERVICE, "P-6.2", {"sanction": str(sanction.id)}, case.id))


async def ask_reminder(desk: Desk, work: Work, made: Promise) -> None:
    """A person who may ask is reminded at the end and twice after it; the group looks at them every year. Policy: P-6.2."""
    sanction = await work.sanctions.sanction(SanctionId(made.about))
    if sanction is None or sanction.ends is None or sanction.lifting is not None or made.next_at is None:
        await keep(work, made)
        return
    case = await case_of(work, sanction.case)
    since = made.next_at
    reminding = [at for at in readmission_reminders(sanction.ends, desk.policy) if since <= at <= work.now]
    if reminding and await _open_request(work, sanction) is None:
        facts = {"ended": sanction.ends.isoformat(), **await hand_receipt(desk, work, case, sanction.person)}
        await tell_person(work, case, sanction.person, NoticeKind.MAY_ASK, facts)
    if _yearly(sanction.ends, since, desk.policy) <= work.now:
        await tell_members(work, case, NoticeKind.TERM_OVER, {"state": TermState.AWAITING, "look": "yearly"})
    await again(work, made, _next_look(sanction.ends, work.now, desk.policy))
    work.journal.note(Entry("asking.was_recalled", SERVICE, "P-6.2", {"sanction": str(sanction.id)}, case.id))


async def answer_by_the_clock(work: Work, policy: Policy, made: Promise) -> None:
    """A request is never left lying: the group is reminded, and when the time is over it goes to the Board. Policy: P-6.2."""
    case = await case_of(work, made.case) if made.case else None
    if case is None or case.state in (*_DECIDED, CaseState.WITH_BOARD):
        await keep(work, made)
        return
    if work.now < made.due:
        await tell_members(work, case, NoticeKind.DEADLINE_NEAR, {"promise": made.kind, "due": made.due.isoformat()})
        await again(work, made, _next_reminder(made, work.now, policy))
        return
    await tell_members(work, case, NoticeKind.DEADLINE_PASSED, {"promise": made.kind, "due": made.due.isoformat()})
    if case.state is CaseState.AGREED:
        await again(work, made, work.now + length(Deadline.FIRST_ANSWER, policy))
        return
    await keep(work, made)
    await hand_to_board(work, policy, case, "readmission_late")


async def keep_out(work: Work, policy: Policy, case: Case, text: str) -> Case:
    """Whoever the person's words point to hears of them only when a chair has said so. Policy: P-2.5."""
    after, changed = await wall_off(work, policy, case, Signs(texts=(text,)), PARTY)
    if changed:
        await tell_of_walls(work, case, after)
    return after


async def _ask(work: Work, policy: Policy, sanction_id: SanctionId, text: str) -> Case:
    sanction = await work.sanctions.sanction(sanction_id)
    if sanction is None:
        raise Refused("no_sanction", "There is no restriction that this is about any more.", "P-6.2")
    case = await _open_request(work, sanction)
    news: dict[str, str] = {"news": News.ADDITION}
    if case is None:
        case = await _new_request(work, policy, sanction)
        kind, news = NoticeKind.READMISSION_ASKED, {}
    else:
        kind = NoticeKind.CASE_NEWS
    await work.cases.add_addition(Addition(new_id(), case.id, None, work.now, text))
    case = await keep_out(work, policy, case, text)
    await tell_members(work, case, kind, news)
    about = {"case": str(case.id), "sanction": str(sanction.id)}
    work.journal.note(Entry("readmission.was_asked", PARTY, "P-6.2", about, case.id))
    return case


async def _new_request(work: Work, policy: Policy, sanction: Sanction) -> Case:
    """A case of its own; whoever does not see the matter it grew from does not see this one either. Policy: P-4.3."""
    before = await case_of(work, sanction.case)
    taken = await work.cases.code_names() | await work.people.code_names()
    case = Case(
        CaseId(new_id()),
        code_name(taken),
        CaseKind.READMISSION,
        CaseState.OPEN,
        work.now,
        before.contact,
        board_only=before.board_only,
        about_sanction=sanction.id,
    )
    await work.cases.add_case(case)
    for wall in await work.cases.walls_of(before.id):
        if wall.lifted_at is None:
            await work.cases.add_wall(replace(wall, case=case.id))
    await work.cases.add_party(Party(case.id, PartyRole.REPORTED, new_reference(), person=sanction.person))
    until = due(Deadline.READMISSION_ANSWER, work.now, policy)
    first = reminders(Deadline.READMISSION_ANSWER, work.now, policy)[0]
    await promise(work, PromiseKind.READMISSION_ANSWER, case.id, until, next_at=first)
    return case


async def _open_request(view: View, sanction: Sanction) -> Case | None:
    """The request about the sanction that is not answered yet."""
    for case in await view.cases.cases_of(sanction.person):
        if case.kind is CaseKind.READMISSION and case.about_sanction == sanction.id and case.state not in _DECIDED:
            return case
    return None


def _next_look(ended: datetime, after: datetime, policy: Policy) -> datetime:
    """The next reminder to the person, or the next yearly look of the group, whichever comes first."""
    later = [at for at in readmission_reminders(ended, policy) if at > after]
    return min([*later, _yearly(ended, after + _MOMENT, policy)])


def _yearly(ended: datetime, since: datetime, policy: Policy) -> datetime:
    """The first yearly look at or after `since`."""
    every = policy.readmission.review_every
    passed = -((ended - since) // every) if since > ended else 0
    return ended + every * max(1, passed)


def _next_reminder(made: Promise, now: datetime, policy: Policy) -> datetime:
    ahead = [at for at in reminders(Deadline.READMISSION_ANSWER, made.since, policy) if at > now]
    return min([*ahead, made.due])
