"""What is half done, and whom it waits for: never for whoever began it. Pure. Read `tasks_of_items` first.

Policy: P-4.2, P-5.5, P-5.6, P-7.3.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from guardian.cases.access import is_hidden_by_status
from guardian.cases.case import CaseState
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.drafts import DraftKind
from guardian.cases.exclusions import deciders_by_status
from guardian.cases.open_work import ALSO_WHEN_CLOSED, CaseSummary, OpenItem
from guardian.cases.tasks import TaskKind
from guardian.cases.unilateral_acts import ActState
from guardian.ids import MemberId, SpaceName
from guardian.journal import by_member
from guardian.people.models import Group
from guardian.people.permissions import BOARD, BOARD_LIAISON, CHAIRS, MEMBERS, Seat, holds_seat
from guardian.services.worklist.asker import AskedTask, Asker
from rules.conflicts import ConflictStatus
from rules.worklist import ballot_due_at

_DUE_BY: Final[Mapping[TaskKind, DeadlineKind]] = {
    TaskKind.VOTE: DeadlineKind.PROPOSAL_CLOSES,
    TaskKind.REVIEW_ACT: DeadlineKind.REVIEW,
    TaskKind.REVIEW_STOP: DeadlineKind.REVIEW,
    TaskKind.REVIEW_PAUSE: DeadlineKind.PAUSE_REVIEW,
    TaskKind.GIVE_STATEMENT: DeadlineKind.STATEMENT,
    TaskKind.LOOK_AT_LINK: DeadlineKind.LINK_DISPUTE,
    TaskKind.DECIDE_CONFLICT: DeadlineKind.CONFLICT_CLAIM,
    TaskKind.ACCEPT_ESCALATION: DeadlineKind.ACCEPTANCE,
    TaskKind.ACCEPT_REFERRAL: DeadlineKind.ACCEPTANCE,
    TaskKind.EXPLAIN_NATIVE_ACTION: DeadlineKind.NATIVE_REASON,
}
_READINGS: Final = (DeadlineKind.SECOND_READING, DeadlineKind.ACT_WORDS)


def tasks_of_items(asker: Asker) -> Iterator[AskedTask]:
    """Return what others have begun and the member is asked to go on with."""
    for item in asker.work.items:
        task = _ASKED.get(item.kind, _nothing)(asker, item)
        if task is None or _is_over(task):
            continue
        kind = _DUE_BY.get(item.kind)
        due = asker.dues.get((kind, item.subject)) if kind else _reading_due(asker, item)
        if item.kind is TaskKind.GIVE_STATEMENT and due is None:
            continue  # the act has lapsed, and nobody asks for its statement any more
        yield replace(task, due=_ballot_due(asker, item, due))


def _is_over(task: AskedTask) -> bool:
    """Whether its case was closed over it, so that nobody is asked for it any more."""
    return task.case is not None and task.case.state is CaseState.CLOSED and task.kind not in ALSO_WHEN_CLOSED


def _ballot_due(asker: Asker, item: OpenItem, due: datetime | None) -> datetime | None:
    if item.kind is not TaskKind.VOTE or due is None:
        return due
    return ballot_due_at(item.at, due, asker.at, asker.policy)


def _reading_due(asker: Asker, item: OpenItem) -> datetime | None:
    """By when a letter has to be read: then the standard text goes (P-5.6)."""
    if item.kind is not TaskKind.READ_DRAFT or item.word != DraftKind.DECISION or item.case is None:
        return None
    waits = [asker.dues.get((kind, item.case)) for kind in _READINGS]
    return min((due for due in waits if due is not None), default=None)


def _task(item: OpenItem, case: CaseSummary | None, facts: Mapping[str, str] | None = None) -> AskedTask:
    return AskedTask(kind=item.kind, case=case, subject=item.subject, since=item.at, facts=facts or {})


def _nothing(_asker: Asker, _item: OpenItem) -> AskedTask | None:
    return None


def _is_own(asker: Asker, item: OpenItem) -> bool:
    return item.by == by_member(asker.member.id)


def _second(asker: Asker, item: OpenItem) -> AskedTask | None:
    """What needs another member than the one who began it."""
    case = asker.summary(item.case)
    if case is None or _is_own(asker, item) or not asker.may_know(case):
        return None
    return _task(item, case, {**asker.person_name(item, case), **({"what": item.word} if item.word else {})})


def _ballot(asker: Asker, item: OpenItem) -> AskedTask | None:
    return None if asker.member.id in item.answered else _second(asker, item)


def _act_review(asker: Asker, item: OpenItem) -> AskedTask | None:
    """The chair rules on what lies with them, whether they have answered before or not (P-7.3)."""
    rules = item.word == ActState.WITH_CHAIR and holds_seat(asker.member, CHAIRS, asker.at)
    return _second(asker, item) if rules else _ballot(asker, item)


def _stop_review(asker: Asker, item: OpenItem) -> AskedTask | None:
    """A stop is about the group itself: all of it knows, but neither of the two reviews it (P-7.5)."""
    if _is_own(asker, item) or asker.member.id in item.answered:
        return None
    facts = {"of": asker.names.get(MemberId(item.word), ""), "by": asker.names.get(MemberId(item.by or ""), "")}
    return _task(item, None, facts)


def _pause_review(asker: Asker, item: OpenItem) -> AskedTask | None:
    """A pause is about a space: whoever looks after it knows, and whoever began it does not review it (P-1.6)."""
    seats = (MEMBERS, Seat(Group.MODERATORS, space=SpaceName(item.word)))
    if _is_own(asker, item) or not any(holds_seat(asker.member, seat, asker.at) for seat in seats):
        return None
    return _task(item, None, {"space": item.word, "by": asker.names.get(MemberId(item.by or ""), "")})


def _statement(asker: Asker, item: OpenItem) -> AskedTask | None:
    """It is owed by whoever acted, also once they have stepped back; not by somebody to whom the case does not exist."""
    case = asker.summary(item.case)
    if case is None or not _is_own(asker, item):
        return None
    recused = asker.work.statuses_in(case.id).get(asker.member.id) is ConflictStatus.RECUSED
    return _task(item, case) if recused or asker.may_know(case) else None


def _board_second(asker: Asker, item: OpenItem) -> AskedTask | None:
    case = asker.summary(item.case)
    if case is None or _is_own(asker, item) or not asker.may_know_for_board(case):
        return None
    return _task(item, case, asker.person_name(item, case)) if holds_seat(asker.member, BOARD, asker.at) else None


def _motion(asker: Asker, item: OpenItem) -> AskedTask | None:
    """The organisers approve of a proposal wherever it lies, but for those whom the case concerns (P-5.1)."""
    case = asker.summary(item.case)
    if case is None or _is_own(asker, item):
        return None
    seated = any(holds_seat(asker.member, seat, asker.at) for seat in (BOARD, BOARD_LIAISON))
    hidden = is_hidden_by_status(asker.member.id, case, asker.work.statuses_in(case.id))
    return _task(item, case) if seated and not hidden else None


def _link(asker: Asker, item: OpenItem) -> AskedTask | None:
    """A link waits for whoever may know it and did not say it; they are shown it in the oldest case that is theirs."""
    visible = asker.visible_link(item.link) if item.link is not None else None
    if visible is None or visible.binding or visible.linked_by == by_member(asker.member.id):
        return None
    cases = [each for each in (asker.summary(said.case) for said in visible.case_evidence) if each is not None]
    theirs = sorted((case for case in cases if asker.may_know(case)), key=lambda case: (case.opened_at, case.code_name))
    return _task(item, theirs[0], asker.person_name(item, theirs[0])) if theirs else None


def _disputed_link(asker: Asker, item: OpenItem) -> AskedTask | None:
    case = asker.summary(item.case)
    if case is None or item.link is None or not asker.may_know(case) or asker.visible_link(item.link) is None:
        return None
    makers = {item.link.linked_by, item.link.confirmed_by, *(each.by for each in item.link.case_evidence)}
    task = None if by_member(asker.member.id) in makers else _task(item, case, {"space": item.link.account.space})
    return replace(task, subject=item.link.id) if task else None


def _blocked(asker: Asker, item: OpenItem) -> AskedTask | None:
    case = asker.summary(item.case)
    if case is None or item.link is None or not asker.may_know(case) or asker.visible_link(item.link) is None:
        return None
    return _task(item, case, {**asker.person_name(item, case), "space": item.word})


def _given_back(asker: Asker, item: OpenItem) -> AskedTask | None:
    """Power roles and membership come back by a named person's yes: asked of whoever may know of their latest case."""
    case = asker.summary(item.case)
    if case is None or not asker.may_know(case):
        return None
    return _task(item, case, {**asker.person_name(item, case), "space": item.word})


def _unexplained(asker: Asker, item: OpenItem) -> AskedTask | None:
    """Whoever did it is asked first; late, everybody who may know of the matter (P-7.2)."""
    case = asker.summary(item.case)
    hidden = case is not None and is_hidden_by_status(asker.member.id, case, asker.work.statuses_in(case.id))
    facts = {"space": item.word}
    if _is_own(asker, item):
        known = case is None or asker.may_know(case)
        return None if hidden else replace(_task(item, case, facts), name="" if known else item.former_name)
    due = asker.dues.get((DeadlineKind.NATIVE_REASON, item.subject))
    is_late = due is not None and asker.at >= due
    return _task(item, case, facts) if case is not None and is_late and asker.may_know(case) else None


def _claimed_conflict(asker: Asker, item: OpenItem) -> AskedTask | None:
    """Only whoever decides on it, and never somebody whom the same words point to (P-4.1)."""
    case, about = asker.summary(item.case), MemberId(item.word)
    if case is None:
        return None
    statuses = asker.work.statuses_in(case.id)
    barred = {about, *asker.work.claimed_by_words(case.id)}
    deciders = deciders_by_status(asker.groups, statuses, barred, is_boards=case.board_only)
    if about in statuses or asker.member.id not in deciders:
        return None
    return replace(_task(item, case, {"member": asker.names.get(about, "")}), subject=about)


_ASKED: Final[Mapping[TaskKind, Callable[[Asker, OpenItem], AskedTask | None]]] = {
    TaskKind.VOTE: _ballot,
    TaskKind.CONFIRM_MOTION: _motion,
    TaskKind.CONFIRM_ACT: _second,
    TaskKind.REVIEW_ACT: _act_review,
    TaskKind.REVIEW_STOP: _stop_review,
    TaskKind.REVIEW_PAUSE: _pause_review,
    TaskKind.GIVE_STATEMENT: _statement,
    TaskKind.READ_DRAFT: _second,
    TaskKind.CONFIRM_SKIP: _second,
    TaskKind.CONFIRM_LINK: _link,
    TaskKind.CONFIRM_CSAM: _second,
    TaskKind.LOOK_AT_LINK: _disputed_link,
    TaskKind.DECIDE_CONFLICT: _claimed_conflict,
    TaskKind.CONFIRM_BOARD_ANSWER: _board_second,
    TaskKind.MEND_SPACE: _blocked,
    TaskKind.REACH_PERSON: _second,
    TaskKind.GIVE_BACK: _given_back,
    TaskKind.ACCEPT_ESCALATION: _second,
    TaskKind.ACCEPT_REFERRAL: _second,
    TaskKind.EXPLAIN_NATIVE_ACTION: _unexplained,
    TaskKind.ENACT: _second,
}
