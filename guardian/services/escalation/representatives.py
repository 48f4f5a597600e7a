"""What local representatives pass on to the working group, and how far it has come; of its content they see nothing.

Read `pass_on_as_representative` first. Policy: P-1.1, P-8.1, P-8.2.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.access import require_permission
from guardian.cases.handoffs import Direction, Handoff, OutsideOrigin, Urgency, new_handoff, visible_status
from guardian.cases.reports import ReportChannel
from guardian.cases.submissions import Submission, check_submission, conflict_indicators
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, Reference, SpaceName
from guardian.people.models import Member
from guardian.people.permissions import UseCase
from guardian.services.conflicts.indicated import search_ahead
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.escalation.escalations import CaseMaterial, create_escalation
from guardian.services.escalation.local_matters import notify_cases_protecting_accounts, prepare_case
from guardian.services.idempotency import earlier_result, remember_result
from guardian.services.membership.representatives import RepresentedBody, find_body, representing
from rules.escalation import HandoffStatus, OutsideGround, grounds_of_representative

_SOURCE = "representative"


@dataclass(frozen=True, slots=True)
class OutsideEscalationInput:
    """What a representative passes on: for which event or program and why, what happened, whom it is about, what was done."""

    body: str
    ground: OutsideGround
    urgency: Urgency
    words: str
    who: str
    done_there: str


@dataclass(frozen=True, slots=True)
class OutsideEscalationView:
    """What a representative sees of what they passed on: its reference, when, for whom, and how far it has come."""

    reference: Reference
    body: str
    at: datetime
    status: HandoffStatus


@dataclass(frozen=True, slots=True)
class RepresentativePage:
    """What stands on a representative's page: for what they speak, and what they passed on for it."""

    bodies: tuple[RepresentedBody, ...]
    escalations: tuple[OutsideEscalationView, ...]


async def pass_on_as_representative(
    app: AppContext, by: MemberId, given: OutsideEscalationInput, delivery: str | None = None
) -> Reference:
    """Make it a case of the working group, with what was done there, and return the reference by which it is followed.

    Whom it concerns is excluded before anybody is notified. The same delivery again gets the first answer. Policy: P-8.1.
    """
    submission = Submission(
        channel=ReportChannel.ESCALATION,
        what_happened=given.words,
        who=given.who.strip(),
        danger=given.urgency is Urgency.DANGER,
    )
    checked = replace(submission, answers={"done_there": given.done_there})
    check_submission(checked, app.longest_text, app.largest_file)
    await search_ahead(app, *conflict_indicators(checked, ()).texts)
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.ESCALATE_FROM_OUTSIDE)
        earlier = await earlier_result(uow, _SOURCE, delivery)
        handoff = await uow.handoffs.handoff(earlier) if earlier is not None else None
        if handoff is None:
            handoff = await _open(app, uow, member, given, submission)
            await remember_result(uow, _SOURCE, delivery, handoff.id, handoff.case)
        return handoff.reference


async def read_representative_page(app: AppContext, by: MemberId) -> RepresentativePage:
    """Return what the representative speaks for, and how far what they passed on for it has come; status alone."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.ESCALATE_FROM_OUTSIDE)
        bodies = await _bodies_of(view, member)
        names = {each.id: each.name for each in bodies}
        own = [each for each in await view.handoffs.all_handoffs() if _is_own(each, member, names)]
        seen = [await _seen(view, member, each, names) for each in own]
        return RepresentativePage(bodies, tuple(each for each in seen if each is not None))


async def _open(
    app: AppContext, uow: UnitOfWork, member: Member, given: OutsideEscalationInput, submission: Submission
) -> Handoff:
    body = next((each for each in await _bodies_of(uow, member) if each.id == given.body), None)
    if body is None:
        raise NotFound
    if given.ground not in grounds_of_representative(is_event=body.is_event):
        raise Refused("ground", "Choose why it comes to the working group.", "P-8.1")
    case = await prepare_case(uow, danger=submission.danger)
    await uow.cases.add_case(case)
    handoff = replace(
        new_handoff(case.id, Direction.IN, SpaceName(""), uow.now, member.id),
        urgency=given.urgency,
        words=given.words.strip(),
        done_locally=given.done_there.strip(),
        origin=OutsideOrigin(ground=given.ground, name=body.name, body=body.id),
    )
    _, created = await create_escalation(app, uow, case, handoff, submission, CaseMaterial((handoff.done_locally,)))
    await notify_cases_protecting_accounts(uow, member, (), (submission.who,))
    return created


async def _bodies_of(view: ReadView, member: Member) -> tuple[RepresentedBody, ...]:
    found = [await find_body(view, role.body or "") for role in representing(member, view.now)]
    return tuple(each for each in found if each is not None)


def _is_own(handoff: Handoff, member: Member, bodies: dict[str, str]) -> bool:
    """Whether they passed it on themselves, for what they still speak for."""
    return handoff.by == member.id and handoff.origin is not None and handoff.origin.body in bodies


async def _seen(
    view: ReadView, member: Member, handoff: Handoff, names: dict[str, str]
) -> OutsideEscalationView | None:
    case = await view.cases.case(handoff.case)
    if case is None or handoff.origin is None:
        return None
    status = visible_status(handoff, case, member.id, await view.cases.exclusions_of(case.id))
    if status is None:
        return None
    return OutsideEscalationView(handoff.reference, names[handoff.origin.body], handoff.at, status)
