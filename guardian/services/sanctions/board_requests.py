"""Ask the Board to reconsider a decision, for every party alike, and keep those who decided from answering.

What was decided stands and is enforced meanwhile; the party's words are claims only. Read `submit_request` first.
Policy: P-2.5, P-5.7.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.case import Case, CaseEvent, CaseKind, CaseState
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.drafts import check_text
from guardian.cases.exclusions import conflict_status_by_member
from guardian.cases.procedure import DECISION_STEPS
from guardian.cases.proposals import BoardRequest, Decision, newest_decision_on
from guardian.cases.receipts import ReceiptKind
from guardian.cases.submissions import build_addition
from guardian.errors import Refused
from guardian.ids import DecisionId, MemberId, PersonId, ReportId, new_id
from guardian.journal import PARTY, Entry
from guardian.notices.models import News, Notice, NoticeKind, NoticeState
from guardian.notices.replies import Reply
from guardian.people.permissions import BOARD, holds_seat
from guardian.services.authorization import require
from guardian.services.case_flow import get_case, notify_case_news, refer_to_board, transition
from guardian.services.case_steps import reset_steps
from guardian.services.conflicts.exclusions import claim_named_in_text
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_for_case, reschedule, start_deadline
from guardian.services.notify import notify_board_liaison, notify_deciders, notify_members
from guardian.services.sanctions.imposition import sanction_for_decision
from rules.conflicts import ConflictStatus
from rules.deadlines import TimeLimit, due_at, length
from rules.notification import NotificationState
from rules.policy import Policy
from rules.reconsideration import (
    LEAST_OTHERS,
    EarlierRequests,
    may_answer_again,
    may_request,
    needs_news,
    request_until,
)
from rules.verdict import Verdict

NOTHING_DECIDED: Final = (
    "Nothing has been decided here that could be looked at again. What you want the group to know, you can write to it "
    "at any time."
)
_RESULTS: Final = frozenset({News.DECIDED, News.CLOSED})
_REFERABLE: Final = frozenset({CaseState.OPEN, CaseState.IN_FORCE, CaseState.CLOSED})
_NOT_NOTIFIED: Final = frozenset(
    {NotificationState.TO_NOTIFY, NotificationState.COULD_NOT_NOTIFY, NotificationState.TOLD_BY_HAND}
)
"""No message is known to have reached them: a member's word does not show what they could read, so no time runs out."""


@dataclass(frozen=True, slots=True)
class Requester:
    """Whose request it is: a reporter's, by their report, or that of a person of the case."""

    report: ReportId | None = None
    person: PersonId | None = None

    def has_made(self, request: BoardRequest) -> bool:
        """Return whether the request is theirs."""
        return (request.report, request.person) == (self.report, self.person)


@dataclass(frozen=True, slots=True)
class RequestOption:
    """What a party can do about the decision. `waits`: they have asked, and the Board has not answered.

    `until` is the last instant for asking without anything new; None: nothing shows that they have been told.
    """

    waits: bool
    needs_news: bool
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Standing:
    """A decision that a party can have reconsidered, and what they have had to do with it."""

    decision: Decision
    earlier: EarlierRequests
    waits: bool


async def known_matters(view: ReadView, person: PersonId) -> list[Case]:
    """Return the cases of the person of which they know, oldest first: they were notified, or began it themselves.

    Whoever was handed a receipt for a case knows of it as well.
    """
    notified = {notice.case for notice in await view.notices.of_person(person)}
    notified |= {each.case for each in await view.cases.receipts_of(person) if each.kind is ReceiptKind.HANDED}
    cases = await view.cases.cases_of(person)
    return [case for case in cases if case.kind is CaseKind.READMISSION or case.id in notified]


async def find_option(view: ReadView, policy: Policy, case: Case, by: Requester) -> RequestOption | None:
    """Return what the party can do about what was decided in the case; None where they know of no decision."""
    found = await _standings(view, case, by)
    if not found:
        return None
    open_ones = [each for each in found if not each.waits]
    with_news = bool(open_ones) and all(needs_news(each.earlier, view.now, policy) for each in open_ones)
    told = [each.earlier.notified_at for each in found if each.earlier.notified_at is not None]
    return RequestOption(
        waits=not open_ones,
        needs_news=with_news,
        until=request_until(max(told), policy) if told and not with_news and open_ones else None,
    )


async def submit_request(
    app: AppContext, uow: UnitOfWork, case: Case, by: Requester, text: str, *, shows_news: bool = False
) -> Reply:
    """Ask the Board to reconsider what was decided in the case, and return what the party reads.

    Whoever has asked and waits adds to their request. Refused too late or a second time, unless `shows_news`: the words
    say what is new. Policy: P-5.7.
    """
    require(check_text(text, app.longest_text))
    found = await _standings(uow, case, by)
    if not found:
        raise Refused("nothing_decided", NOTHING_DECIDED, "P-5.7")
    open_ones = [each for each in found if not each.waits]
    verdicts = [may_request(each.earlier, uow.now, app.policy, shows_news=shows_news) for each in open_ones]
    admitted = [each for each, verdict in zip(open_ones, verdicts, strict=True) if verdict]
    if open_ones and not admitted:
        require(verdicts[-1])
    for each in admitted:
        request = BoardRequest(
            id=new_id(),
            case=case.id,
            decision=each.decision.id,
            at=uow.now,
            report=by.report,
            person=by.person,
            shows_news=shows_news,
        )
        await uow.deliberation.add_board_request(request)
    await uow.cases.add_addition(build_addition(case.id, by.report, text, uow.now))
    await claim_named_in_text(uow, app.policy, case, text)
    await _bring_before_board(app, uow, await get_case(uow, case.id))
    _note(uow, case, by)
    return Reply("answers.board_taken" if admitted else "answers.board_added")


async def may_answer(view: ReadView, case: Case, by: MemberId) -> Verdict:
    """Return whether somebody of the Board may answer: not where they took part in what a party has asked about.

    Policy: P-5.7.
    """
    return may_answer_again(by, await _deciders_in_question(view, case))


async def on_request_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Bring a request before the Board that could not be while the group was deciding anew. Policy: P-5.7."""
    case = await get_case(uow, deadline.case) if deadline.case else None
    if case is None or case.state is CaseState.WITH_BOARD or not await _open_requests(uow, case):
        await complete(uow, deadline)
    elif case.state in _REFERABLE:
        await complete(uow, deadline)
        await _bring_before_board(app, uow, case)
    else:
        await reschedule(uow, deadline, uow.now + length(TimeLimit.ACCEPTANCE, app.policy))


async def _bring_before_board(app: AppContext, uow: UnitOfWork, case: Case) -> None:
    """Refer the case to the Board, which can read it now; say so to those who may answer, wherever it lies."""
    if case.state is CaseState.WITH_BOARD:
        await notify_board_liaison(uow, case, NoticeKind.WITH_BOARD, {"cause": "reconsideration", "ask": "reconsider"})
        await notify_case_news(uow, case, News.RECONSIDER)
        return
    if case.state not in _REFERABLE:
        await notify_board_liaison(uow, case, NoticeKind.WITH_BOARD, {"cause": "reconsideration", "ask": "reconsider"})
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.RECONSIDER})
        if not await uow.deadlines.open_for(case.id, DeadlineKind.BOARD_REQUEST):
            until = due_at(TimeLimit.ACCEPTANCE, uow.now, app.policy)
            await start_deadline(uow, DeadlineKind.BOARD_REQUEST, case.id, until)
        return
    await _refer(uow, app.policy, case)


async def _refer(uow: UnitOfWork, policy: Policy, case: Case) -> None:
    if case.state is CaseState.CLOSED:
        case = await uow.cases.save_case(replace(case, closed_at=None, review_on=None))
        case = await transition(uow, case, CaseEvent.REOPEN)
        await complete_for_case(uow, case.id, DeadlineKind.CASE_REVIEW)
    await reset_steps(uow, case.id, DECISION_STEPS, PARTY)
    moved = await refer_to_board(uow, policy, case, "reconsideration")
    await notify_case_news(uow, moved, News.RECONSIDER)
    if len(await _others_of_board(uow, moved)) < LEAST_OTHERS:
        # Nobody may answer it as things stand; people have to seat somebody, and until then it stays asked.
        await notify_deciders(uow, moved, NoticeKind.CASE_NEWS, {"news": News.BOARD_LACKS_OTHERS})
        await notify_board_liaison(uow, moved, NoticeKind.CASE_NEWS, {"news": News.BOARD_LACKS_OTHERS})


async def _standings(view: ReadView, case: Case, by: Requester) -> list[_Standing]:
    """The decisions in force that the party knows of, the newest on each person; what became of others is not a person's."""
    if case.kind is CaseKind.LOCAL:
        return []
    decisions = await view.deliberation.decisions_of(case.id)
    enacted = {d.person: d for d in decisions if d.enacted_at is not None}
    requests = await view.deliberation.board_requests_of(case.id)
    held_by = None if by.person is None else await _held_by(view, case, by.person, enacted.values())
    found = []
    for decision in enacted.values():
        if by.person is not None and decision != held_by:
            continue
        notices = await _notices_of(view, case, by)
        if by.report is not None and not _tells_result(notices, decision):
            continue
        theirs = [r for r in requests if by.has_made(r) and r.decision in _lineage(decisions, requests, decision)]
        told = await _notified_at(view, case, decision, by, notices)
        earlier = EarlierRequests(told, theirs[-1].at if theirs else None)
        found.append(_Standing(decision, earlier, waits=any(request.decision == decision.id for request in theirs)))
    return found


async def decision_on(view: ReadView, case: Case, person: PersonId | None) -> DecisionId | None:
    """Return the newest decision of the case on the person, else that on the raid with which they were restricted."""
    found = await _held_by(view, case, person, await view.deliberation.decisions_of(case.id))
    return found.id if found is not None else None


async def _held_by(
    view: ReadView, case: Case, person: PersonId | None, decisions: Iterable[Decision]
) -> Decision | None:
    newest = {decision.person: decision for decision in decisions}
    if person in newest or person is None:
        return newest.get(person)
    raid = await view.raids.of_case(case.id)
    is_follower = any(s.case == case.id and s.leader for s in await view.sanctions.of_person(person))
    return newest.get(raid.person) if raid is not None and is_follower else None


def _lineage(
    decisions: Sequence[Decision], requests: Sequence[BoardRequest], decision: Decision
) -> frozenset[DecisionId]:
    """The decision, and those before it that the Board was asked about: its answer is no new beginning."""
    by_id = {each.id: each for each in decisions}
    asked = {request.decision for request in requests}
    found = [decision]
    while found[-1].by_board and (before := found[-1].supersedes) is not None and before in asked:
        found.append(by_id[before])
    return frozenset(each.id for each in found)


async def _notices_of(view: ReadView, case: Case, by: Requester) -> list[Notice]:
    if by.report is not None:
        return list(await view.notices.of_report(by.report))
    found = await view.notices.of_person(by.person) if by.person is not None else ()
    return [notice for notice in found if notice.case == case.id and notice.kind is NoticeKind.DECISION]


def _tells_result(notices: Iterable[Notice], decision: Decision) -> bool:
    return any(notice.facts.get("news") in _RESULTS for notice in _since(notices, decision))


def _since(notices: Iterable[Notice], decision: Decision) -> list[Notice]:
    at = decision.enacted_at
    return [n for n in notices if at is not None and n.created_at is not None and n.created_at >= at]


async def _read_at(view: ReadView, case: Case, decision: Decision, person: PersonId) -> datetime | None:
    """When somebody of a raid could first read on their page what was decided of all; None where they never opened it."""
    receipts = await view.cases.receipts_of(person)
    opened = min((each.used_at for each in receipts if each.used_at and each.case == case.id), default=None)
    return max(opened, decision.enacted_at) if opened and decision.enacted_at else None


async def _notified_at(
    view: ReadView, case: Case, decision: Decision, by: Requester, notices: Iterable[Notice]
) -> datetime | None:
    """When the party learned of the decision; None where nothing shows that they have: their time does not run then."""
    told = [n for n in _since(notices, decision) if n.state is not NoticeState.UNDELIVERABLE]
    first = min((n.sent_at or n.created_at for n in told if n.created_at is not None), default=None)
    if by.person is not None and decision.person != by.person:
        return await _read_at(view, case, decision, by.person)
    sanction = await sanction_for_decision(view, decision, case)
    is_person = any(n.kind is NoticeKind.DECISION for n in told)
    unreached = sanction is not None and sanction.notification in _NOT_NOTIFIED
    return None if is_person and unreached else first


async def _open_requests(view: ReadView, case: Case) -> list[BoardRequest]:
    """The requests about decisions that nothing has taken the place of since."""
    decisions = await view.deliberation.decisions_of(case.id)
    people = {decision.person for decision in decisions}
    newest = {newest_decision_on(decisions, person) for person in people}
    return [request for request in await view.deliberation.board_requests_of(case.id) if request.decision in newest]


async def _deciders_in_question(view: ReadView, case: Case) -> frozenset[MemberId]:
    found: set[MemberId] = set()
    for decision_id in {request.decision for request in await _open_requests(view, case)}:
        decision = await view.deliberation.decision(decision_id)
        found |= await _deciders_of(view, decision) if decision else set()
    return frozenset(found)


async def _deciders_of(view: ReadView, decision: Decision) -> set[MemberId]:
    """Everybody who took part: who proposed and voted, moved, answered for the Board, or acted and reviewed."""
    if decision.by_board:
        answers = await view.deliberation.board_answers_of(decision.case)
        given = [answer for answer in answers if answer.confirmed_at == decision.at]
        return {member for answer in given for member in (answer.by, answer.confirmed_by) if member}
    if decision.proposal is None:
        acts = await view.deliberation.acts_of(decision.case)
        reviews = [review for act in acts for review in await view.deliberation.reviews_of(act.id)]
        return {act.by for act in acts} | {review.member for review in reviews}
    proposal = await view.deliberation.proposal(decision.proposal)
    motion = await view.deliberation.motion_on(decision.proposal)
    voters = {ballot.member for ballot in await view.deliberation.ballots_on(decision.proposal)}
    movers = {member for member in (motion.by, motion.confirmed_by) if member} if motion else set()
    return voters | movers | ({proposal.by} if proposal else set())


async def _others_of_board(view: ReadView, case: Case) -> list[MemberId]:
    """Those of the Board who may answer: no conflict, and no part in the decision."""
    statuses = conflict_status_by_member(await view.cases.exclusions_of(case.id))
    deciders = await _deciders_in_question(view, case)
    seated = [m.id for m in await view.people.members() if holds_seat(m, BOARD, view.now)]
    return [m for m in seated if m not in deciders and statuses.get(m, ConflictStatus.CLEAR) is ConflictStatus.CLEAR]


def _note(uow: UnitOfWork, case: Case, by: Requester) -> None:
    whose = {"report": str(by.report)} if by.report else {"person": str(by.person)}
    about = {"case": str(case.id), **whose}
    uow.journal.note(Entry(act="reconsideration.was_asked", by=PARTY, authority="P-5.7", about=about, case=case.id))
