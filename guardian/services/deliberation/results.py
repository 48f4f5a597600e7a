"""Tell the reporters what a matter has come to: what was decided, and why where a member has said so in read words.

Read `send_result` first. Policy: P-5.5.
"""

from dataclasses import replace

from guardian.cases.case import Case, CaseState, PartyRole
from guardian.cases.drafts import DRAFT_MACHINE, Draft, DraftEvent, DraftKind, DraftState, read_text
from guardian.cases.proposals import Decision
from guardian.ids import PersonId, ReportId
from guardian.notices.models import News, NoticeKind
from guardian.notices.party_facts import PartyFacts
from guardian.services.case_flow import reported_people
from guardian.services.context import ReadView, UnitOfWork
from guardian.services.deliberation.letter_drafts import letters_since
from guardian.services.deliberation.procedure import build_result_facts
from guardian.services.notify import notify_reporters


async def tell_result(uow: UnitOfWork, case: Case, report: ReportId) -> None:
    """Tell one who joins late, in the standard words, what was decided before on each; nothing where nothing was."""
    for decision in await standing_decisions(uow, case):
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


async def standing_decisions(view: ReadView, case: Case) -> tuple[Decision, ...]:
    """Return the newest enacted decision on each person, and on the matter as a whole, the oldest of them first."""
    enacted = [d for d in await view.deliberation.decisions_of(case.id) if d.enacted_at is not None]
    newest = {decision.person: decision.id for decision in enacted}
    return tuple(decision for decision in enacted if decision.id in newest.values())


async def undecided_people(view: ReadView, case: Case) -> tuple[PersonId, ...]:
    """Return the reported people on whom nothing is decided and enacted. Policy: P-3.1, P-5.8.

    What is decided on the matter as a whole, a raid, or somebody who is the same human covers them.
    """
    decided = {decision.person for decision in await standing_decisions(view, case)}
    if None in decided or await view.raids.of_case(case.id) is not None:
        return ()
    people = await reported_people(view, case)
    return tuple([each for each in people if decided.isdisjoint({each, *await view.links.merged_people(each)})])


async def decided_anew(view: ReadView, case: Case) -> frozenset[PersonId | None]:
    """Return on whom something is being decided, or was when the case came to where it stands."""
    if case.state is CaseState.IN_FORCE:
        return frozenset()
    proposals = await view.deliberation.proposals_of(case.id)
    waiting = [d.person for d in await view.deliberation.decisions_of(case.id) if d.enacted_at is None]
    return frozenset([*(proposal.person for proposal in proposals[-1:]), *waiting])


async def is_about_others(view: ReadView, case: Case, person: PersonId) -> bool:
    """Return whether where the case stands was come to by what is decided on others in it, and not on the person."""
    if case.state in (CaseState.OPEN, CaseState.CLOSED) or len(await reported_people(view, case)) == 1:
        return False
    if case.state is CaseState.IN_FORCE:
        return person in await undecided_people(view, case)
    people = await decided_anew(view, case)
    return bool(people) and people.isdisjoint({person, None})


async def read_result_on(view: ReadView, case: Case, decision: Decision) -> Draft | None:
    """Return the newest words to the reporters about the decision, if a second member has read them."""
    since = await letters_since(view, decision)
    drafts = await view.deliberation.drafts_of(case.id)
    ours = [d for d in drafts if d.kind is DraftKind.DECISION and d.to is PartyRole.REPORTER]
    waiting = [d for d in ours if d.state in (DraftState.WRITTEN, DraftState.APPROVED)]
    newest = [d for d in waiting if since is None or d.at >= since][-1:]
    return next((d for d in newest if read_text(d) is not None), None)
