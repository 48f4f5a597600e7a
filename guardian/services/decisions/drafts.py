"""Free texts to parties: written by one member, read by a second for anything that gives somebody away, then sent.

Read `write_draft` first. Policy: P-5.6.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.case import Case, CaseState, PartyRole
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.drafts import (
    DRAFT_MACHINE,
    Draft,
    DraftEvent,
    DraftKind,
    DraftState,
    check_filled,
    check_text,
    read_text,
)
from guardian.errors import NotFound, Refused
from guardian.ids import DraftId, MemberId, PersonId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.notices.party_facts import ReadText
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import get_case, resolve_reported_person
from guardian.services.case_steps import complete_step
from guardian.services.context import AppContext, UnitOfWork
from guardian.services.deadlines import complete
from guardian.services.decisions.leak_checks import count_marks
from guardian.services.decisions.person_letters import pending_decisions, send_decision, send_late_letter
from guardian.services.deliberation.letter_drafts import letters_on
from guardian.services.deliberation.procedure import may_contact, was_asked
from guardian.services.deliberation.results import send_late_result
from guardian.services.idempotency import earlier_result, remember_result
from guardian.services.notify import notify_members, notify_person, notify_reporters
from rules.procedure import Confirmable, Step, may_confirm

_SOURCE: Final = "draft"
_RECIPIENTS: Final = {
    DraftKind.HEARING: (PartyRole.REPORTED,),
    DraftKind.DECISION: (PartyRole.REPORTED, PartyRole.REPORTER),
    DraftKind.RESOLUTION: (PartyRole.REPORTER,),
    DraftKind.ANSWER: (PartyRole.REPORTER, PartyRole.REPORTED),
}


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft as its members see it outside the reading room: never its text."""

    id: DraftId
    code_name: str
    kind: DraftKind
    to: PartyRole
    state: DraftState
    at: datetime


@dataclass(frozen=True, slots=True)
class DraftInput:
    """What a member has written, and for whom. `person_code` is the code name of the person, where it goes to one."""

    kind: DraftKind
    to: PartyRole
    text: str
    person_code: str | None = None


async def write_draft(
    app: AppContext, by: MemberId, code_name: str, written: DraftInput, delivery: str | None = None
) -> DraftView:
    """Store the text until a second member reads it; nobody outside the group sees it before. Policy: P-5.6.

    The same delivery again is no second text: it gets the first one's answer.
    """
    require(check_text(written.text, app.longest_text))
    require(check_filled(written.text))
    if written.to not in _RECIPIENTS[written.kind]:
        raise Refused("wrong_reader", f"A text of the kind {written.kind} does not go to a {written.to}.", "P-5.6")
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.WRITE_DRAFT)
        case = await case_for_member(uow, by, code_name)
        earlier = await earlier_result(uow, _SOURCE, delivery)
        if earlier is not None:
            return _draft_view(await _earlier_draft(uow, case, earlier), case)
        person = await _addressee(uow, case, written.to, written.person_code)
        draft = Draft(
            id=DraftId(new_id()),
            case=case.id,
            kind=written.kind,
            to=written.to,
            person=person,
            text=written.text.strip(),
            by=by_member(by),
            at=uow.now,
        )
        return await _add_draft(uow, case, draft, by, delivery)


async def approve_draft(app: AppContext, by: MemberId, draft_id: DraftId) -> DraftView:
    """Approve the text as its second reader: it is sent now, or with the decision or the closing that it belongs to."""
    async with app.units_of_work.begin() as uow:
        case, draft = await _require_draft(uow, by, draft_id)
        require(may_confirm(Confirmable.TEXT, by_member(by), draft.by))
        moved = replace(draft, state=DRAFT_MACHINE.advance(draft.state, DraftEvent.APPROVE), confirmed_by=by)
        approved = await uow.deliberation.save_draft(moved)
        marks = await count_marks(app, uow, case, draft)
        about = {"case": str(case.id), "draft": str(draft.id), "kind": draft.kind, "marks": str(marks)}
        uow.journal.note(Entry(act="draft.was_read", by=by_member(by), authority="P-5.6", about=about, case=case.id))
        await _send_approved(app, uow, case, approved, by)
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.TEXT_READ}, besides=[by])
        current = await uow.deliberation.draft(draft.id)
        return _draft_view(current or approved, case)


async def withdraw_draft(app: AppContext, by: MemberId, draft_id: DraftId) -> DraftView:
    """Withdraw the text, so that it is never sent."""
    async with app.units_of_work.begin() as uow:
        case, draft = await _require_draft(uow, by, draft_id)
        state = DRAFT_MACHINE.advance(draft.state, DraftEvent.WITHDRAW)
        withdrawn = await uow.deliberation.save_draft(replace(draft, state=state))
        about = {"case": str(case.id), "draft": str(draft.id)}
        uow.journal.note(
            Entry(act="draft.was_withdrawn", by=by_member(by), authority="P-5.6", about=about, case=case.id)
        )
        return _draft_view(withdrawn, case)


async def rewrite_draft(
    app: AppContext, by: MemberId, draft_id: DraftId, text: str, delivery: str | None = None
) -> DraftView:
    """Put another text before a second member in the place of this one, which is never sent then. Policy: P-5.6."""
    require(check_text(text, app.longest_text))
    require(check_filled(text))
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.WRITE_DRAFT)
        case, draft = await _require_draft(uow, by, draft_id)
        earlier = await earlier_result(uow, _SOURCE, delivery)
        if earlier is not None:
            return _draft_view(await _earlier_draft(uow, case, earlier), case)
        state = DRAFT_MACHINE.advance(draft.state, DraftEvent.WITHDRAW)
        await uow.deliberation.save_draft(replace(draft, state=state))
        return await _add_draft(uow, case, replace(_anew(draft, by, uow.now), text=text.strip()), by, delivery)


async def send_resolution(uow: UnitOfWork, case: Case) -> bool:
    """Send the reporters the group's own words on the outcome, where a second member has read them; False where none."""
    drafts = await uow.deliberation.drafts_of(case.id)
    ready = [d for d in drafts if d.kind is DraftKind.RESOLUTION and d.state is DraftState.APPROVED]
    words = read_text(ready[-1]) if ready else None
    if words is None:
        return False
    await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS, {"news": News.CLOSED, "text": words})
    await _mark_sent(uow, ready[-1])
    return True


async def _send_approved(app: AppContext, uow: UnitOfWork, case: Case, draft: Draft, by: MemberId) -> None:
    """Send what waits for nothing but its second reading."""
    match draft.kind, draft.to:
        case DraftKind.DECISION, PartyRole.REPORTED:
            await _send_letter(app, uow, case, draft, by)
        case DraftKind.DECISION, _:
            await send_late_result(uow, case, draft)
        case DraftKind.RESOLUTION, _:
            if case.state is CaseState.CLOSED:
                await send_resolution(uow, case)
        case _, _:
            await _send_text(uow, case, draft)


async def _send_letter(app: AppContext, uow: UnitOfWork, case: Case, draft: Draft, by: MemberId) -> None:
    await complete_step(uow, case.id, Step.SECOND_READING, by_member(by))
    waiting = [d for d in await pending_decisions(uow, case) if draft.person in (None, d.person)]
    for decision in waiting:
        if draft in await letters_on(uow, case, decision):
            await send_decision(app, uow, case, decision, draft)
    if not waiting:
        await send_late_letter(app, uow, case, draft)


async def _send_text(uow: UnitOfWork, case: Case, draft: Draft) -> None:
    words = read_text(draft)
    if words is None:
        return
    if draft.to is PartyRole.REPORTER:
        await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS, {"news": News.ANSWER, "text": words})
        await _complete_answer_deadline(uow, case)
        await _mark_sent(uow, draft)
    elif draft.person is not None:
        await _write_to_person(uow, case, draft, draft.person, words)


async def _write_to_person(uow: UnitOfWork, case: Case, draft: Draft, person: PersonId, words: ReadText) -> None:
    """Send the person an answer, or more words in their hearing; before it has begun these wait for it. Policy: P-3.5."""
    if draft.kind is DraftKind.HEARING and not await was_asked(uow, case, person):
        return
    if not await _was_written_to(uow, case, person):
        require(await may_contact(uow, case))
    kind = NoticeKind.HEARING if draft.kind is DraftKind.HEARING else NoticeKind.PERSON_ANSWER
    await notify_person(uow, case, person, kind, {"text": words})
    await _mark_sent(uow, draft)


async def _was_written_to(uow: UnitOfWork, case: Case, person: PersonId) -> bool:
    return any(notice.case == case.id for notice in await uow.notices.of_person(person))


async def _complete_answer_deadline(uow: UnitOfWork, case: Case) -> None:
    """Complete the earliest answer that is owed to the reporter: the first, then the fuller one. Policy: P-2.4."""
    for kind in (DeadlineKind.FIRST_ANSWER, DeadlineKind.SUBSTANTIVE_ANSWER):
        deadlines = await uow.deadlines.open_for(case.id, kind)
        for deadline in deadlines:
            await complete(uow, deadline)
        if deadlines:
            return


async def _mark_sent(uow: UnitOfWork, draft: Draft) -> None:
    await uow.deliberation.save_draft(replace(draft, state=DRAFT_MACHINE.advance(draft.state, DraftEvent.SEND)))


async def _add_draft(uow: UnitOfWork, case: Case, draft: Draft, by: MemberId, delivery: str | None) -> DraftView:
    await uow.deliberation.add_draft(draft)
    await remember_result(uow, _SOURCE, delivery, draft.id, case.id)
    await notify_members(uow, case, NoticeKind.DRAFT_TO_READ, {"draft": str(draft.id)}, besides=[by])
    about = {"case": str(case.id), "draft": str(draft.id), "kind": draft.kind}
    uow.journal.note(Entry(act="draft.was_written", by=by_member(by), authority="P-5.6", about=about, case=case.id))
    return _draft_view(draft, case)


def _anew(draft: Draft, by: MemberId, at: datetime) -> Draft:
    """The same kind of text for the same reader, which nobody has read yet."""
    return Draft(
        id=DraftId(new_id()),
        case=draft.case,
        kind=draft.kind,
        to=draft.to,
        person=draft.person,
        text=draft.text,
        by=by_member(by),
        at=at,
    )


async def _addressee(uow: UnitOfWork, case: Case, to: PartyRole, person_code: str | None) -> PersonId | None:
    if to is PartyRole.REPORTER:
        if not await uow.cases.reports_of(case.id):
            raise Refused("nobody", "There is no reporter in this case to write to.", "P-5.6")
        return None
    person = await resolve_reported_person(uow, case, person_code)
    if person is None:
        raise Refused("no_person", "Say which of the reported people this text is for.", "P-5.6")
    return person


async def _earlier_draft(uow: UnitOfWork, case: Case, draft_id: str) -> Draft:
    draft = await uow.deliberation.draft(DraftId(draft_id))
    if draft is None or draft.case != case.id:
        raise NotFound
    return draft


async def _require_draft(uow: UnitOfWork, by: MemberId, draft_id: DraftId) -> tuple[Case, Draft]:
    await require_permission(uow, by, UseCase.APPROVE_DRAFT)
    draft = await uow.deliberation.draft(draft_id)
    if draft is None:
        raise NotFound
    return await case_for_member(uow, by, (await get_case(uow, draft.case)).code_name), draft


def _draft_view(draft: Draft, case: Case) -> DraftView:
    return DraftView(
        id=draft.id, code_name=case.code_name, kind=draft.kind, to=draft.to, state=draft.state, at=draft.at
    )
