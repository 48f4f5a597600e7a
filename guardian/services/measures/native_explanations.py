"""Explanations of native actions: the reason and the end that a moderator owes, is reminded of, and gives.

Those actions are found by `native_actions`. Read `explain` first. Policy: P-6.8, P-7.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from guardian.cases.access import is_excluded, may_know, normalize_code_name, require_permission
from guardian.cases.case import Case, CaseKind, CaseState
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.measures import MeasureKind
from guardian.errors import NotFound, Refused
from guardian.ids import AccountId, MemberId, SpaceName
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.models import Member
from guardian.people.permissions import CHAIRS, MODERATORS, Seat, UseCase, holds_seat
from guardian.reconciler.ownership import is_unchanged
from guardian.sanctions.foreign import ForeignRestriction, ForeignState
from guardian.sanctions.models import Adoption
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_about
from guardian.services.escalation.local_matters import close_matter, hand_to_group
from guardian.services.measures.measure_records import (
    MeasureRecord,
    MeasureView,
    measure_view,
    set_measure_on_person,
    visible_code_name,
)
from guardian.services.measures.native_records import (
    MEASURE_KINDS,
    NativeRestriction,
    adopt_native,
    find_account_or_id,
    forget_released,
)
from guardian.services.reminders import remind
from guardian.spaces.port import Account, Observed, Unknown
from rules.measures import MeasureReason, explanation_due_at, unexplained_limit_at


@dataclass(frozen=True, slots=True)
class UnexplainedAction:
    """Something a moderator did with a space's own menu that waits for its reason, by its matter's code name."""

    matter: str
    space: SpaceName
    kind: MeasureKind
    at: datetime
    due: datetime


async def list_unexplained(app: AppContext, by: MemberId) -> tuple[UnexplainedAction, ...]:
    """Return what the member did with a space's own menu and has not explained yet, oldest first."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.EXPLAIN_NATIVE_ACTION)
        own = await _own_unexplained(view, by)
        return tuple([await _unexplained_action(app, view, foreign, member) for foreign in own])


async def read_unexplained(app: AppContext, by: MemberId, matter: str) -> UnexplainedAction:
    """Return what waits for its reason under that name, for whoever did it and for whoever may know of the matter."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.EXPLAIN_NATIVE_ACTION)
        return await _unexplained_action(app, view, await _find_unexplained(app, view, by, matter), member)


async def explain(
    app: AppContext, by: MemberId, matter: str, reason: MeasureReason, term: timedelta | None, words: str = ""
) -> MeasureView:
    """Make a native action a measure like any other: with a reason, and an end at which it is lifted.

    `term` counts from when it was placed; None: its own end stands. Policy: P-6.8, P-7.2.
    """
    async with app.units_of_work.read() as view:
        foreign = await _find_unexplained(app, view, by, matter)
        matter_case = await get_case(view, foreign.case) if foreign.case else None
    account = Account(foreign.space, foreign.native_id)
    restriction = await _observe_again(app, foreign, account)
    if restriction is None:
        await _forget_gone(app, foreign)
        raise Refused("gone", "It is not there any more, so there is nothing to explain. Thank you.", "P-7.2")
    found = await find_account_or_id(app, account)
    placed = foreign.restricted_at or foreign.observed_at
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.EXPLAIN_NATIVE_ACTION)
        foreign = await _find_unexplained(app, uow, by, matter)
        author = await uow.people.member(foreign.by) if foreign.by else None
        lasts = (
            term
            if term is not None
            else restriction.observed_restriction.until - placed
            if restriction.observed_restriction.until
            else None
        )
        ends = _measure_end(placed, lasts, restriction.observed_restriction.until, uow.now)
        kind = MEASURE_KINDS[foreign.level]
        setting = MeasureRecord(
            by=author or member,
            space=foreign.space,
            kind=kind,
            reason=reason,
            ends=ends,
            words=words.strip(),
            native=True,
            case=matter_case,
        )
        measure, sanction = await set_measure_on_person(app, uow, setting, found, lasts)
        await adopt_native(uow, sanction, restriction, by_member(by))
        await uow.foreign.save(replace(foreign, state=ForeignState.ADOPTED))
        await complete_about(uow, foreign.id, DeadlineKind.NATIVE_REASON)
        about = {"measure": measure.id, "case": str(measure.case)}
        uow.journal.note(
            Entry(act="native_act.was_explained", by=by_member(by), authority="P-7.2", about=about, case=measure.case)
        )
        return await measure_view(uow, measure, member)


async def on_explanation_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Remind the moderator; late, ask their chair again and again, and past what moderators may do the working group.

    The restriction is never lifted for want of an answer, and never forgotten. Policy: P-6.8, P-7.2.
    """
    case = await get_case(uow, deadline.case) if deadline.case else None
    if case is not None and not deadline.about:
        await _ask_about_removal(app, uow, deadline, case)
        return
    foreign = await uow.foreign.restriction(deadline.about)
    if (
        foreign is None
        or case is None
        or foreign.state is not ForeignState.UNEXPLAINED
        or case.state is CaseState.CLOSED
    ):
        await complete(uow, deadline)
        if case is not None:
            await close_matter(uow, case, "What was done has been lifted again.")
        return
    facts = {"space": str(foreign.space), "due": deadline.due.isoformat()}
    if uow.now < deadline.due:
        only = (foreign.by,) if foreign.by else ()
        await remind(uow, deadline, case, NoticeKind.NATIVE_ACTION_QUESTION, facts, deadline.due, only=only)
        return
    await _ask_others(app, uow, deadline, case, _Unanswered(foreign.by, foreign.observed_at, facts))


@dataclass(frozen=True, slots=True)
class _Unanswered:
    """What a moderator did and has not explained in time, as others are asked about it."""

    by: MemberId | None
    since: datetime
    facts: Mapping[str, str]


async def _ask_about_removal(app: AppContext, uow: UnitOfWork, deadline: Deadline, case: Case) -> None:
    """Remind of the reason for putting somebody out, which leaves nothing in the space to look at: its matter waits."""
    if case.state is CaseState.CLOSED:
        await complete(uow, deadline)
        return
    facts = {"space": str(case.space), "due": deadline.due.isoformat(), "what": "put_out"}
    author = case.contact if case.kind is CaseKind.LOCAL else None
    if uow.now < deadline.due:
        only = (author,) if author else ()
        await remind(uow, deadline, case, NoticeKind.NATIVE_ACTION_QUESTION, facts, deadline.due, only=only)
        return
    await _ask_others(app, uow, deadline, case, _Unanswered(author, deadline.since, facts))


async def _ask_others(app: AppContext, uow: UnitOfWork, deadline: Deadline, case: Case, late: _Unanswered) -> None:
    chairs = await _moderator_chairs(uow, case, besides=late.by)
    is_the_groups = uow.now >= unexplained_limit_at(late.since, app.policy)
    asked: tuple[MemberId, ...] | None
    if case.kind is not CaseKind.LOCAL:
        asked = (case.contact,) if case.contact else None
    elif is_the_groups or not chairs:
        case, asked = await hand_to_group(uow, app.policy, case), None
    else:
        asked = chairs
    next_at = uow.now + app.policy.measures.native_reason_within
    await remind(uow, deadline, case, NoticeKind.NATIVE_ACTION_UNEXPLAINED, late.facts, next_at, only=asked)
    about = {"case": str(case.id)}
    uow.journal.note(Entry(act="native_act.was_asked_about", by=SERVICE, authority="P-7.2", about=about, case=case.id))


async def _forget_gone(app: AppContext, foreign: ForeignRestriction) -> None:
    async with app.units_of_work.begin() as uow:
        known = await uow.foreign.restriction(foreign.id)
        if known is not None:
            await forget_released(uow, known)


async def _moderator_chairs(view: ReadView, case: Case, besides: MemberId | None) -> tuple[MemberId, ...]:
    """The chairs of the moderators who may know of the matter, less whoever did it."""
    exclusions = await view.cases.exclusions_of(case.id)
    seat = Seat(MODERATORS.group, CHAIRS.office, case.space)
    return tuple(
        member.id
        for member in await view.people.members()
        if member.id != besides and holds_seat(member, seat, view.now) and may_know(member, case, exclusions, view.now)
    )


async def _own_unexplained(view: ReadView, by: MemberId) -> tuple[ForeignRestriction, ...]:
    """What the member did and owes a reason for, less what turned out to concern them. Policy: P-2.5."""
    own = await view.foreign.unexplained_by(by)
    return tuple(
        [each for each in own if not each.case or not is_excluded(by, await view.cases.exclusions_of(each.case))]
    )


async def _find_unexplained(app: AppContext, view: ReadView, by: MemberId, matter: str) -> ForeignRestriction:
    """What waits for its reason under that name, for somebody who may know of it; with no name the only one of theirs."""
    member = await require_permission(view, by, UseCase.EXPLAIN_NATIVE_ACTION)
    if not matter.strip():
        own = await _own_unexplained(view, by)
        if len(own) == 1:
            return own[0]
        if not own:
            raise Refused("nothing_waits", "Nothing that you did waits for its reason.", "P-7.2")
        names = ", ".join([(await _unexplained_action(app, view, each, member)).matter for each in own])
        raise Refused("several_wait", f"Several wait for a reason. Say which: {names}.", "P-7.2")
    for each in await _own_unexplained(view, by):
        if (await _unexplained_action(app, view, each, member)).matter == normalize_code_name(matter):
            return each
    case = await view.cases.case_by_code_name(normalize_code_name(matter))
    foreign = await view.foreign.of_case(case.id) if case else None
    if case is None or foreign is None or foreign.state is not ForeignState.UNEXPLAINED:
        raise NotFound
    if not may_know(member, case, await view.cases.exclusions_of(case.id), view.now):
        raise NotFound
    return foreign


async def _observe_again(app: AppContext, foreign: ForeignRestriction, account: Account) -> NativeRestriction | None:
    """The restriction as it stands, where it is provably the same; None where it is not there any more."""
    space = app.spaces.get(foreign.space)
    seen = await space.observe(account) if space else Unknown("this space is not configured any more")
    if isinstance(seen, Unknown) or space is None:
        raise Refused("not_seen", "The space could not be asked just now. Please try again in a while.", "P-7.2")
    observed_restriction = seen.find_restriction(foreign.level) if isinstance(seen, Observed) else None
    if observed_restriction is None:
        return None
    attribution = (await space.attribute(account, foreign.level)).of_standing()
    adoption = Adoption(
        account=AccountId(""),
        level=foreign.level,
        at=foreign.observed_at,
        by=SERVICE,
        until=foreign.until,
        author=foreign.author,
        restricted_at=foreign.restricted_at,
    )
    return (
        NativeRestriction(account, observed_restriction, attribution)
        if is_unchanged(observed_restriction, adoption, attribution)
        else None
    )


def _measure_end(placed: datetime, lasts: timedelta | None, own_end: datetime | None, now: datetime) -> datetime:
    """When the measure ends: so long after it was placed, and never later than the space itself would let go."""
    intended = placed + lasts if lasts is not None else now
    ends = intended if own_end is None else min(intended, own_end)
    if lasts is not None and ends <= now:
        sentence = "By that term it would be over already. Choose a longer one, or lift it with the space's own menu."
        raise Refused("over_already", sentence, "P-6.8")
    return ends


async def _unexplained_action(
    app: AppContext, view: ReadView, foreign: ForeignRestriction, member: Member
) -> UnexplainedAction:
    name = await visible_code_name(view, member, await get_case(view, foreign.case)) if foreign.case else ""
    at = foreign.restricted_at or foreign.observed_at
    due = explanation_due_at(foreign.observed_at, app.policy)
    return UnexplainedAction(name, foreign.space, MEASURE_KINDS[foreign.level], at, due)
