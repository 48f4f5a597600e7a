"""Free texts to parties: written by one member, read by a second for anything that gives somebody away, then sent.

Policy: P-5.6.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.access import acting, case_for
from guardian.cases.drafts import DRAFTS, DraftEvent, text_fits
from guardian.cases.values import Case, CaseState, Draft, DraftKind, DraftState, PartyRole, PromiseKind, StepKind
from guardian.desk.delivered import first_made, remember_made
from guardian.desk.desk import Desk, Work
from guardian.desk.enactment import send_decision, waiting_decision
from guardian.desk.moving import case_of, finish, insist, keep, reported_person
from guardian.desk.telling import tell_members, tell_person, tell_reporters
from guardian.errors import NotFound, Refused
from guardian.ids import DraftId, MemberId, PersonId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.permissions import UseCase
from rules.steps import Second, may_confirm

_WRITTEN: Final = "draft"
_MEANT_FOR: Final = {
    DraftKind.HEARING: (PartyRole.REPORTED,),
    DraftKind.DECISION: (PartyRole.REPORTED,),
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


async def write(
    desk: Desk,
    by: MemberId,
    code_name: str,
    kind: DraftKind,
    to: PartyRole,
    text: str,
    person_code: str | None = None,
    delivery: str | None = None,
) -> DraftView:
    """The text waits for a second member to read it; nobody outside the group sees it before. Policy: P-5.6.

    The same delivery again is no second text: it gets the first one's answer.
    """
    insist(text_fits(text, desk.longest_text))
    if to not in _MEANT_FOR[kind]:
        raise Refused("wrong_reader", f"A text of the kind {kind} does not go to a {to}.", "P-5.6")
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.WRITE_DRAFT)
        case = await case_for(work, by, code_name)
        first = await first_made(work, _WRITTEN, delivery)
        if first is not None:
            return _view(await _first_written(work, case, first), case)
        person = await _addressee(work, case, to, person_code)
        draft = Draft(DraftId(new_id()), case.id, kind, to, person, text.strip(), by_member(by), work.now)
        await work.deliberation.add_draft(draft)
        await remember_made(work, _WRITTEN, delivery, draft.id, case.id)
        await tell_members(work, case, NoticeKind.DRAFT_TO_READ, {"draft": str(draft.id)}, besides=[by])
        about = {"case": str(case.id), "draft": str(draft.id), "kind": kind}
        work.journal.note(Entry("draft.was_written", by_member(by), "P-5.6", about, case.id))
        return _view(draft, case)


async def approve(desk: Desk, by: MemberId, draft_id: DraftId) -> DraftView:
    """A second member has read the text: it goes out now, or with the decision or the closing that it belongs to."""
    async with desk.works.begin() as work:
        case, draft = await _known(work, by, draft_id)
        insist(may_confirm(Second.TEXT, by_member(by), draft.by))
        moved = replace(draft, state=DRAFTS.advance(draft.state, DraftEvent.APPROVE), second=by)
        read = await work.deliberation.save_draft(moved)
        about = {"case": str(case.id), "draft": str(draft.id), "kind": draft.kind}
        work.journal.note(Entry("draft.was_read", by_member(by), "P-5.6", about, case.id))
        await _send(desk, work, case, read, by)
        await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.TEXT_READ}, besides=[by])
        kept = await work.deliberation.draft(draft.id)
        return _view(kept or read, case)


async def withdraw(desk: Desk, by: MemberId, draft_id: DraftId) -> DraftView:
    """The text will not go out."""
    async with desk.works.begin() as work:
        case, draft = await _known(work, by, draft_id)
        state = DRAFTS.advance(draft.state, DraftEvent.WITHDRAW)
        kept = await work.deliberation.save_draft(replace(draft, state=state))
        about = {"case": str(case.id), "draft": str(draft.id)}
        work.journal.note(Entry("draft.was_withdrawn", by_member(by), "P-5.6", about, case.id))
        return _view(kept, case)


async def drafts_in(desk: Desk, by: MemberId, code_name: str) -> tuple[DraftView, ...]:
    """The case's drafts, oldest first, without their texts: those are read in the reading room."""
    async with desk.works.look() as view:
        await acting(view, by, UseCase.READ_CASE)
        case = await case_for(view, by, code_name)
        return tuple(_view(draft, case) for draft in await view.deliberation.drafts_of(case.id))


async def send_resolution(work: Work, case: Case) -> bool:
    """The reporters have the group's own words on the outcome, where a second member has read them; False where none."""
    drafts = await work.deliberation.drafts_of(case.id)
    ready = [d for d in drafts if d.kind is DraftKind.RESOLUTION and d.state is DraftState.APPROVED]
    if not ready:
        return False
    await tell_reporters(work, case, NoticeKind.REPORTER_NEWS, {"news": News.CLOSED, "text": ready[-1].text})
    await _sent(work, ready[-1])
    return True


async def _send(desk: Desk, work: Work, case: Case, draft: Draft, by: MemberId) -> None:
    """What waits for nothing but its second reading goes out."""
    match draft.kind:
        case DraftKind.DECISION:
            await finish(work, case.id, StepKind.SECOND_READING, by_member(by))
            decision = await waiting_decision(work, case)
            if decision is not None and draft.person in (None, decision.person):
                await send_decision(desk, work, case, decision, draft)
        case DraftKind.RESOLUTION:
            if case.state is CaseState.CLOSED:
                await send_resolution(work, case)
        case DraftKind.HEARING | DraftKind.ANSWER:
            await _send_letter(work, case, draft)


async def _send_letter(work: Work, case: Case, draft: Draft) -> None:
    if draft.to is PartyRole.REPORTER:
        await tell_reporters(work, case, NoticeKind.REPORTER_NEWS, {"news": News.ANSWER, "text": draft.text})
        await _answered(work, case)
    elif draft.person is not None:
        await tell_person(work, case, draft.person, NoticeKind.HEARING, {"text": draft.text})
    await _sent(work, draft)


async def _answered(work: Work, case: Case) -> None:
    """The earliest answer that was promised to the reporter has been given: the first, then the fuller one. Policy: P-2.4."""
    for kind in (PromiseKind.FIRST_ANSWER, PromiseKind.SUBSTANTIVE_ANSWER):
        promised = await work.promises.open_for(case.id, kind)
        for made in promised:
            await keep(work, made)
        if promised:
            return


async def _sent(work: Work, draft: Draft) -> None:
    await work.deliberation.save_draft(replace(draft, state=DRAFTS.advance(draft.state, DraftEvent.SEND)))


async def _addressee(work: Work, case: Case, to: PartyRole, person_code: str | None) -> PersonId | None:
    if to is PartyRole.REPORTER:
        if not await work.cases.reports_of(case.id):
            raise Refused("nobody", "There is no reporter in this case to write to.", "P-5.6")
        return None
    person = await reported_person(work, case, person_code)
    if person is None:
        raise Refused("no_person", "Say which of the reported people this text is for.", "P-5.6")
    return person


async def _first_written(work: Work, case: Case, draft_id: str) -> Draft:
    draft = await work.deliberation.draft(DraftId(draft_id))
    if draft is None or draft.case != case.id:
        raise NotFound
    return draft


async def _known(work: Work, by: MemberId, draft_id: DraftId) -> tuple[Case, Draft]:
    await acting(work, by, UseCase.APPROVE_DRAFT)
    draft = await work.deliberation.draft(draft_id)
    if draft is None:
        raise NotFound
    return await case_for(work, by, (await case_of(work, draft.case)).code_name), draft


def _view(draft: Draft, case: Case) -> DraftView:
    return DraftView(draft.id, case.code_name, draft.kind, draft.to, draft.state, draft.at)
