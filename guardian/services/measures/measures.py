"""Local, timed measures of moderators in one space: previewed, set with one confirmation, ended by time or by people.

Each is a local matter of its own. What is done with a measure inside an open unit of work is in `measure_records`. Read
`set_measure` first. Policy: P-6.8, P-8.1, P-4.4.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.access import normalize_code_name, require_permission
from guardian.cases.case import Case
from guardian.cases.measures import CONTENT_RESTRICTIONS, PERSON_RESTRICTIONS, Measure, MeasureKind
from guardian.cases.proposals import Consequence, check_spaces
from guardian.errors import Refused
from guardian.ids import MemberId, PersonId, SpaceName, new_id
from guardian.journal import by_member
from guardian.people.models import LinkEvidence, Member, Trust
from guardian.people.permissions import UseCase
from guardian.reconciler.content_store import ContentRestriction
from guardian.sanctions.models import LiftingCause
from guardian.services.authorization import require
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.identity.linking import (
    FoundAccount,
    find_account,
    find_target,
    link_account,
    person_for_account,
)
from guardian.services.measures.measure_records import (
    MeasureRecord,
    MeasureView,
    end_measure,
    exclude_person,
    is_running,
    may_know_measure,
    may_measure_in,
    measure_for,
    measure_view,
    notify_measured,
    notify_protecting_cases,
    open_measure_matter,
    record_measure,
    require_measurable,
    set_measure_on_person,
    untold_by_authority,
)
from guardian.services.members import AccountInput
from guardian.services.sanctions.coverage_preview import SpacePreview, preview_restriction
from guardian.spaces.account_text import text_of_id
from guardian.spaces.content import ContentRef
from guardian.spaces.port import Account, Missing, Unknown
from guardian.unit_of_work import WakeupTopic
from rules.ladder import Outcome
from rules.measures import MeasureReason, may_measure

_NOT_THERE: Final = "Nothing is found there by exactly that. Please give the link as the space shows it."
_MOST_WORDS: Final = 1000


@dataclass(frozen=True, slots=True)
class MeasureRequest:
    """What a moderator would set: on an account as they typed it, or on content by its link.

    `words` are kept with the matter and shown to nobody outside it.
    """

    kind: MeasureKind
    target: AccountInput
    reason: MeasureReason
    term: timedelta | None
    words: str = ""


@dataclass(frozen=True, slots=True)
class MeasurePreview:
    """What would be restricted, in which space and until when; `spaces` has one entry for a measure on a person.

    `on` is the account that was found, by its handle and for good by its id; None for a thing.
    """

    kind: MeasureKind
    space: SpaceName
    ends: datetime
    spaces: tuple[SpacePreview, ...] = ()
    on: FoundAccount | None = None


async def preview_measure(app: AppContext, by: MemberId, request: MeasureRequest) -> MeasurePreview:
    """Preview what the measure would do, asked of its space now; nothing is changed and nobody is notified.

    Refused where it is not the moderator's to set: elsewhere, too long, too often.
    """
    async with app.units_of_work.read() as view:
        await _require_may_measure(view, by, request.target.space)
        require(may_measure(request.term, (), view.now, app.policy))
        ends = view.now + (request.term or timedelta())
    _check_expressible(app, request)
    if request.kind in CONTENT_RESTRICTIONS:
        await _find_content(app, request)
        return MeasurePreview(request.kind, request.target.space, ends)
    found = await find_target(app, request.target.space, request.target.text)
    async with app.units_of_work.read() as view:
        await require_measurable(
            app, view, await _require_may_measure(view, by, found.account.space), found.account, request.term
        )
    seen = await preview_restriction(
        app.spaces, (found.account,), PERSON_RESTRICTIONS[request.kind], frozenset({request.target.space})
    )
    return MeasurePreview(request.kind, request.target.space, ends, seen, found)


async def set_measure(app: AppContext, by: MemberId, request: MeasureRequest) -> MeasureView:
    """Set the measure, which ends by itself, and notify the person, who learns whom to turn to. Policy: P-6.8."""
    async with app.units_of_work.read() as view:
        await _require_may_measure(view, by, request.target.space)
        require(may_measure(request.term, (), view.now, app.policy))
    _check_expressible(app, request)
    if request.kind in CONTENT_RESTRICTIONS:
        return await _set_on_content(app, by, request)
    found = await find_target(app, request.target.space, request.target.text)
    async with app.units_of_work.begin() as uow:
        member = await _require_may_measure(uow, by, request.target.space)
        term = request.term or timedelta()
        record = MeasureRecord(
            by=member,
            space=request.target.space,
            kind=request.kind,
            reason=request.reason,
            ends=uow.now + term,
            words=request.words.strip(),
        )
        measure, _ = await set_measure_on_person(app, uow, record, found, term)
        return await measure_view(uow, measure, member)


async def list_measures(app: AppContext, by: MemberId) -> tuple[MeasureView, ...]:
    """Return the measures that run now and that the member may know of or has set, oldest first."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.MEASURE)
        every = await view.measures.unended(view.now)
        await view.cases.read_ahead([each.case for each in every])
        await view.handoffs.read_ahead([each.case for each in every])
        ended = await view.measures.ended_early(every)
        found = [each for each in every if each.id not in ended and await may_know_measure(view, member, each)]
        untold = await untold_by_authority(view)
        return tuple([await measure_view(view, each, member, untold.get(each.id)) for each in found])


async def end_measure_early(app: AppContext, by: MemberId, matter: str) -> str:
    """End the measure before its time, so that its space lets go at once. Policy: P-6.8."""
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.MEASURE)
        found = await _running_measure(uow, member, matter)
        await end_measure(uow, found, by_member(by), LiftingCause.RECONSIDERED)
    return f"The measure {normalize_code_name(matter)} has ended, and the space lets go of it now."


# -- in an open transaction, for other services


async def _require_may_measure(view: ReadView, by: MemberId, space: SpaceName) -> Member:
    member = await require_permission(view, by, UseCase.MEASURE)
    if not may_measure_in(member, space, view.now):
        raise Refused("not_your_space", "You look after another space: ask a moderator of this one.", "P-6.1")
    return member


def _check_expressible(app: AppContext, request: MeasureRequest) -> None:
    if len(request.words) > _MOST_WORDS:
        raise Refused("too_long", f"Please say it in {_MOST_WORDS} characters.", "P-6.8")
    restriction = PERSON_RESTRICTIONS.get(request.kind)
    if restriction is not None:
        consequence = Consequence(
            outcome=Outcome.OTHER, restriction=restriction, term=request.term, spaces=frozenset({request.target.space})
        )
        require(check_spaces(consequence, {space.name: space.capabilities for space in app.spaces}))
        return
    content = app.spaces.content(request.target.space)
    if content is None or CONTENT_RESTRICTIONS[request.kind] not in content.supported:
        sentence = f"On {request.target.space} nothing can be {request.kind} by a measure."
        raise Refused("cannot_be_expressed", sentence, "P-6.8")


async def _set_on_content(app: AppContext, by: MemberId, request: MeasureRequest) -> MeasureView:
    content, author = await _find_content(app, request)
    found = await _find_author(app, author) if request.kind is MeasureKind.HIDDEN else None
    async with app.units_of_work.begin() as uow:
        member = await _require_may_measure(uow, by, request.target.space)
        restriction = CONTENT_RESTRICTIONS[request.kind]
        if any(
            each.content.native_id == content.native_id and each.restriction is restriction
            for each in await _restrictions_in(uow, content)
        ):
            raise Refused(
                "stands_already",
                "A measure of the same kind runs there already: it stands among the measures on the console.",
                "P-6.8",
            )
        ends = uow.now + (request.term or timedelta())
        record = MeasureRecord(
            by=member,
            space=request.target.space,
            kind=request.kind,
            reason=request.reason,
            ends=ends,
            words=request.words.strip(),
        )
        case = await open_measure_matter(uow, record)
        person = await _record_author(uow, app, case, found, member) if found else None
        measure = Measure(
            id=new_id(),
            case=case.id,
            space=record.space,
            kind=record.kind,
            by=by,
            at=uow.now,
            ends=ends,
            reason=record.reason,
            words=record.words,
            person=person,
            content=content,
        )
        await uow.measures.add(measure)
        await uow.content_restrictions.add(
            ContentRestriction(
                id=measure.id, case=case.id, content=content, restriction=restriction, until=ends, due_at=uow.now
            )
        )
        uow.wake(WakeupTopic.CONTENT)
        await notify_measured(app, uow, case, measure, None)
        if person is not None:
            await notify_protecting_cases(uow, app.policy, member, person, case, measure)
        await record_measure(uow, measure)
        return await measure_view(uow, measure, member)


async def _restrictions_in(view: ReadView, content: ContentRef) -> tuple[ContentRestriction, ...]:
    return tuple(each for each in await view.content_restrictions.unfinished() if each.content.space == content.space)


async def _record_author(uow: UnitOfWork, app: AppContext, case: Case, found: FoundAccount, by: Member) -> PersonId:
    person = await person_for_account(uow, found, by.id)
    link_evidence = LinkEvidence(case.id, Trust.EVIDENCED, by_member(by.id), "wrote what a moderator hid")
    await link_account(uow, person, found.account, found.handle, link_evidence)
    await exclude_person(uow, app, case, person.id, by)
    return person.id


async def _find_content(app: AppContext, request: MeasureRequest) -> tuple[ContentRef, Account | None]:
    """Return the content that the words mean, not restricted in this way yet, and who wrote it, as far as can be read."""
    port = app.spaces.content(request.target.space)
    content = await port.find(request.target.text.strip()) if port else None
    if port is None or content is None:
        raise Refused("nothing_found", _NOT_THERE, "P-6.8")
    seen = await port.observe(content)
    if isinstance(seen, Missing):
        raise Refused("nothing_found", _NOT_THERE, "P-6.8")
    if isinstance(seen, Unknown):
        why = seen.needs or seen.reason
        raise Refused("not_seen", f"The space could not be asked just now ({why}). Please try again.", "P-6.8")
    if CONTENT_RESTRICTIONS[request.kind] in seen.restrictions:
        raise Refused("stands_already", f"It is {request.kind} already, and stays so: nothing to do.", "P-6.8")
    copy = await port.read_copy(content) if request.kind is MeasureKind.HIDDEN else None
    author = None if copy is None or isinstance(copy, Unknown | Missing) else copy.author
    return content, author


async def _find_author(app: AppContext, account: Account | None) -> FoundAccount | None:
    """The account that wrote it; where its space does not answer just now, nobody is known behind it."""
    if account is None:
        return None
    try:
        return await find_account(app, account.space, text_of_id(account.native_id))
    except Refused:
        return None


async def _running_measure(view: ReadView, member: Member, matter: str) -> Measure:
    found = await measure_for(view, member, matter)
    if not await is_running(view, found):
        raise Refused("over", "This measure has ended already.", "P-6.8")
    return found
