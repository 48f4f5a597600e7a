"""The letter to a person about a decision: drafted from the proposal's words, and read by a second member before it goes.

Read `draft_letter` first. Policy: P-5.5, P-5.6.
"""

from datetime import datetime

from guardian.cases.case import Case, PartyRole
from guardian.cases.drafts import Draft, DraftKind, DraftState, read_text
from guardian.cases.proposals import Decision
from guardian.ids import DraftId, MemberId, PersonId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.letters import compose_letter
from guardian.notices.models import NoticeKind
from guardian.notices.party_facts import ReadText
from guardian.services.context import ReadView, UnitOfWork
from guardian.services.notify import notify_members

_USABLE = (DraftState.WRITTEN, DraftState.APPROVED)


async def draft_letter(uow: UnitOfWork, case: Case, decision: Decision, by: MemberId) -> None:
    """Put a letter of the proposal's own words before a second member, unless the group has written one.

    `by` is who put these words on record, and so not their second reader. Without words of what was done there is none.
    """
    consequence = decision.consequence
    if decision.person is None or consequence.readmit is not None or await letters_on(uow, case, decision):
        return
    heard = await hearing_words(uow, case, decision.person)
    behaviour = consequence.summary.strip() or (heard.text if heard else "")
    if not behaviour:
        return
    draft = Draft(
        id=DraftId(new_id()),
        case=case.id,
        kind=DraftKind.DECISION,
        to=PartyRole.REPORTED,
        person=decision.person,
        text=compose_letter(
            consequence.outcome,
            behaviour,
            consequence.impact,
            consequence.conditions,
            consequence.asked,
            locale=await uow.people.language_of(decision.person),
        ),
        by=by_member(by),
        at=uow.now,
    )
    await uow.deliberation.add_draft(draft)
    await notify_members(uow, case, NoticeKind.DRAFT_TO_READ, {"draft": str(draft.id)}, besides=[by])
    about = {"case": str(case.id), "draft": str(draft.id), "kind": draft.kind}
    uow.journal.note(Entry(act="draft.was_written", by=by_member(by), authority="P-5.6", about=about, case=case.id))


async def letters_on(view: ReadView, case: Case, decision: Decision) -> list[Draft]:
    """Return the letters to the decision's person that can still be sent, the newest first; none of an earlier decision."""
    since = await letters_since(view, decision)
    drafts = await view.deliberation.drafts_of(case.id)
    ours = [d for d in drafts if d.kind is DraftKind.DECISION and d.to is PartyRole.REPORTED and d.state in _USABLE]
    return [d for d in reversed(ours) if d.person in (None, decision.person) and (since is None or d.at >= since)]


async def read_letter_on(view: ReadView, case: Case, decision: Decision) -> Draft | None:
    """Return the newest letter, if a second member has read it.

    Only the newest counts: whoever wrote it anew had a reason, and it may be a name in the old one.
    """
    newest = (await letters_on(view, case, decision))[:1]
    return next((draft for draft in newest if read_text(draft) is not None), None)


async def unsent_hearing_words(view: ReadView, case: Case, person: PersonId) -> Draft | None:
    """Return the newest words for the hearing of the person, if a second member has read them and they wait to go."""
    waiting = [draft for draft in await _hearing_drafts(view, case, person) if draft.state in _USABLE]
    return waiting[-1] if waiting and read_text(waiting[-1]) else None


async def hearing_words(view: ReadView, case: Case, person: PersonId) -> ReadText | None:
    """Return what the person was told, or is to be told, of what was reported, as a second member has read it."""
    read = [read_text(draft) for draft in await _hearing_drafts(view, case, person)]
    return next((text for text in reversed(read) if text is not None), None)


async def _hearing_drafts(view: ReadView, case: Case, person: PersonId) -> list[Draft]:
    drafts = await view.deliberation.drafts_of(case.id)
    return [d for d in drafts if d.kind is DraftKind.HEARING and d.person == person]


async def letters_since(view: ReadView, decision: Decision) -> datetime | None:
    """Return from when letters are about this decision: its proposal, where an earlier one had letters; None: ever."""
    if decision.supersedes is None:
        return None
    proposal = await view.deliberation.proposal(decision.proposal) if decision.proposal else None
    return proposal.at if proposal else decision.at
