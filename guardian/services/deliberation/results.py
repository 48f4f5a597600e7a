"""Tell the reporters what a matter has come to: what was decided, and why where a member has said so in read words.

Read `send_result` first. Policy: P-5.5.
"""

from dataclasses import replace

from guardian.cases.case import Case, PartyRole
from guardian.cases.drafts import DRAFT_MACHINE, Draft, DraftEvent, DraftKind, DraftState, read_text
from guardian.cases.proposals import Decision
from guardian.ids import ReportId
from guardian.notices.models import News, NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.services.context import ReadView, UnitOfWork
from guardian.services.deliberation.letter_drafts import letters_since
from guardian.services.deliberation.procedure import build_result_facts
from guardian.services.notify import notify_reporters


async def tell_result(uow: UnitOfWork, case: Case, report: ReportId) -> None:
    """Tell one who joins late, in the standard words, what was decided before; nothing where nothing was."""
    decision = await newest_enacted(uow, case)
    if decision is not None:
        facts: PartyFacts = {"news": News.DECIDED, **build_result_facts(decision.consequence)}
        await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS, facts, only=report)


async def send_result(uow: UnitOfWork, case: Case, decision: Decision) -> None:
    """Tell the reporters what was decided, with the group's own words where a second member has read them."""
    draft = await read_result_on(uow, case, decision)
    words = read_text(draft) if draft else None
    facts: PartyFacts = {
        "news": News.DECIDED,
        **build_result_facts(decision.consequence),
        **({"text": words} if words else {}),
    }
    await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS, facts)
    if draft is not None:
        await uow.deliberation.save_draft(replace(draft, state=DRAFT_MACHINE.advance(draft.state, DraftEvent.SEND)))


async def send_late_result(uow: UnitOfWork, case: Case, draft: Draft) -> None:
    """Send words on the decision that were read only after the reporters had been told of it; else they wait for that."""
    decision = await newest_enacted(uow, case)
    if decision is not None and draft.at >= decision.at:
        await send_result(uow, case, decision)


async def newest_enacted(view: ReadView, case: Case) -> Decision | None:
    """Return the decision of the case that was enacted last."""
    enacted = [d for d in await view.deliberation.decisions_of(case.id) if d.enacted_at is not None]
    return enacted[-1] if enacted else None


async def read_result_on(view: ReadView, case: Case, decision: Decision) -> Draft | None:
    """Return the newest words to the reporters about the decision, if a second member has read them."""
    since = await letters_since(view, decision)
    drafts = await view.deliberation.drafts_of(case.id)
    ours = [d for d in drafts if d.kind is DraftKind.DECISION and d.to is PartyRole.REPORTER]
    waiting = [d for d in ours if d.state in (DraftState.WRITTEN, DraftState.APPROVED)]
    newest = [d for d in waiting if since is None or d.at >= since][-1:]
    return next((d for d in newest if read_text(d) is not None), None)
