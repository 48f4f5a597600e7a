"""One person measured or found in violation in several spaces: noticed by the service, proposed to the liaisons, made one case.

The moderators of one space learn nothing of another's matters by it. Policy: P-8.1, P-8.3.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from guardian.cases.access import acting, kept_from
from guardian.cases.intake import EvidenceIn, Submission
from guardian.cases.local import Hop, HopState, Urgency, Way, new_hop
from guardian.cases.values import Case, CaseKind, Door, Evidence, Report
from guardian.desk.desk import Desk, View, Work
from guardian.desk.escalating import EscalationView, escalations_of, pass_on
from guardian.desk.hops import seated
from guardian.desk.matters import fresh_case, joined
from guardian.desk.telling import ask_member, reference_of
from guardian.errors import NotFound
from guardian.ids import EvidenceId, MemberId, PersonId, Reference, ReportId, SpaceName, new_id
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.values import NoticeKind
from guardian.people.permissions import CHAIRS, LIAISON, MODERATORS_LIAISON, UseCase, may
from guardian.people.values import Member, Naming
from guardian.sanctions.values import LiftingCause
from rules.escalation import Status, is_spread
from rules.ladder import Authority, rung_of
from rules.policy import Policy

_TAKEN_BACK: Final = frozenset({LiftingCause.REVERSAL, LiftingCause.LAPSED})


@dataclass(frozen=True, slots=True)
class SpreadLine:
    """A spread that waits for a liaison to pass it on: who it is about, by code name, and where."""

    reference: Reference
    person: str
    spaces: tuple[SpaceName, ...]


async def propose_if_spread(work: Work, policy: Policy, person: PersonId) -> bool:
    """The liaisons of both groups are asked to pass the person's matters on, once for each further space they touch.

    To be called in the transaction that measures, or finds a violation; the answer is whether anybody was asked.
    """
    found = await _spaces_of(work, person)
    spaces = frozenset(found)
    is_local = any(case.kind is CaseKind.LOCAL for case in found.values())
    if not is_local or not is_spread(spaces, policy):
        return False
    known = await work.hops.of_person(person)
    if any(spaces <= frozenset(hop.spaces) for hop in known if hop.way is Way.UP):
        return False
    newest = next(case for case in reversed(found.values()) if case.kind is CaseKind.LOCAL)
    hop = replace(
        new_hop(newest.id, Way.UP, min(spaces), work.now, None),
        state=HopState.PROPOSED,
        person=person,
        spaces=tuple(sorted(spaces)),
    )
    await work.hops.add_hop(hop)
    named = await work.people.person(person)
    facts = {"person": named.code_name if named else ""}
    for member in await _asked(work, person):
        await ask_member(work, member.id, NoticeKind.SPREAD, facts)
    about = {"person": str(person), "hop": hop.id}
    work.journal.note(Entry("spread.was_noticed", SERVICE, "P-8.3", about, newest.id))
    return True


@dataclass(frozen=True, slots=True)
class PassedOn:
    """What somebody has passed on or may pass on."""

    escalations: tuple[EscalationView, ...]
    spreads: tuple[SpreadLine, ...]


async def passed_on(desk: Desk, by: MemberId) -> PassedOn:
    """What a moderator and their spaces have passed on, and for liaisons and chairs the spreads that wait for them."""
    async with desk.works.look() as view:
        known = await view.people.member(by)
        asks = known is not None and bool(may(known, UseCase.TAKE_UP_SPREAD, view.now))
        may_escalate = known is not None and bool(may(known, UseCase.ESCALATE, view.now))
        use = UseCase.TAKE_UP_SPREAD if asks and not may_escalate else UseCase.ESCALATE
        member = await acting(view, by, use)
        return PassedOn(
            await escalations_of(view, member) if may_escalate else (),
            await _spreads_for(view, member) if asks else (),
        )


async def spreads(desk: Desk, by: MemberId) -> tuple[SpreadLine, ...]:
    """The spreads that wait for somebody to pass them on, for the liaisons and chairs whom they do not concern."""
    async with desk.works.look() as view:
        member = await acting(view, by, UseCase.TAKE_UP_SPREAD)
        return await _spreads_for(view, member)


async def take_up(desk: Desk, by: MemberId, reference: Reference) -> EscalationView:
    """The person's local matters are one case of the working group, with what was sent in and kept in each of them.

    The matters themselves stay with their moderators, whose measures run on. Policy: P-8.1, P-8.3.
    """
    async with desk.works.begin() as work:
        member = await acting(work, by, UseCase.TAKE_UP_SPREAD)
        hop = await work.hops.by_reference(reference)
        if hop is None or hop.person is None or hop.state is not HopState.PROPOSED:
            raise NotFound
        if not await _is_free(work, member, hop.person):
            raise NotFound
        await work.hops.save_hop(replace(hop, state=HopState.TAKEN_UP))
        made = await _gathered(desk, work, by, hop.person, hop)
        about = {"person": str(hop.person), "hop": made.id}
        work.journal.note(Entry("spread.was_taken_up", by_member(by), "P-8.3", about, made.case))
        text = f"Passed on as one case. Reference: {made.reference}"
        return EscalationView(
            made.reference, made.space, made.at, made.urgency, Status.RECEIVED, "received", own=True, text=text
        )


async def _spreads_for(view: View, member: Member) -> tuple[SpreadLine, ...]:
    found = []
    for hop in await view.hops.all_hops():
        if hop.state is HopState.PROPOSED and hop.person and await _is_free(view, member, hop.person):
            person = await view.people.person(hop.person)
            found.append(SpreadLine(hop.reference, person.code_name if person else "", hop.spaces))
    return tuple(found)


async def _gathered(desk: Desk, work: Work, by: MemberId, person: PersonId, proposed: Hop) -> Hop:
    """One new case about the person, with everything of their local matters in it, behind all of their walls."""
    local = [c for c in await work.cases.cases_of(person) if c.kind is CaseKind.LOCAL]
    case = await fresh_case(work, danger=any(c.safety_risk for c in local))
    await work.cases.add_case(case)
    walls = joined(*[await work.cases.walls_of(each.id) for each in local])
    for wall in walls:
        if wall.lifted_at is None:
            await work.cases.add_wall(replace(wall, case=case.id))
    for each in local:
        await _copy(work, each, case)
    await reference_of(work, case, person)
    for link in await work.people.accounts_of(person):
        naming = Naming(case.id, link.trust, SERVICE, "known from local matters")
        await work.people.save_account(link.named_in(naming))
    words = (
        f"One person was measured or found in violation in several spaces: {', '.join(proposed.spaces)}. What was sent "
        "in there stands with this case."
    )
    hop = replace(
        new_hop(case.id, Way.UP, proposed.space, work.now, by),
        urgency=Urgency.ORDINARY,
        person=person,
        spaces=proposed.spaces,
    )
    texts = [report.what_happened for each in local for report in await work.cases.reports_of(each.id)]
    evidence = [_as_sign(piece) for each in local for piece in await work.cases.evidence_of(each.id)]
    submission = Submission(Door.ESCALATION, words)
    _, kept = await pass_on(desk, work, case, hop, submission, texts=tuple(texts), beside=tuple(evidence))
    return kept


async def _copy(work: Work, source: Case, target: Case) -> None:
    """The reports of one case with their evidence stand in the other as well, as they stood."""
    reports: dict[ReportId, Report] = {}
    for report in await work.cases.reports_of(source.id):
        reports[report.id] = replace(report, id=ReportId(new_id()), case=target.id)
        await work.cases.add_report(reports[report.id])
    for listed in await work.cases.evidence_of(source.id):
        piece = await work.cases.evidence(listed.id)
        if piece is not None and piece.report in reports:
            fresh = EvidenceId(new_id())
            await work.cases.add_evidence(replace(piece, id=fresh, case=target.id, report=reports[piece.report].id))


def _as_sign(piece: Evidence) -> EvidenceIn:
    return EvidenceIn(piece.kind, piece.link, piece.author, piece.author_handle, piece.text, piece.file_name)


async def _spaces_of(view: View, person: PersonId) -> dict[SpaceName, Case]:
    """The spaces in which the person was measured or found in violation, each with its case, the newest last."""
    found: dict[SpaceName, Case] = {}
    for sanction in await view.sanctions.of_person(person):
        taken_back = sanction.lifting is not None and sanction.lifting.cause in _TAKEN_BACK
        case = await view.cases.case(sanction.case)
        if sanction.authority.kind is Authority.LOCAL and case is not None and not taken_back:
            found.update(dict.fromkeys(sanction.spaces or (), case))
    for case in await view.cases.cases_of(person):
        if await _found_in_violation(view, case, person):
            found.update({space: found.get(space, case) for space in await _happened_in(view, case, person)})
    return found


async def _happened_in(view: View, case: Case, person: PersonId) -> frozenset[SpaceName]:
    """Where it happened: in the space that the case came from, and where an account of theirs wrote the evidence."""
    accounts = {link.account for link in await view.people.accounts_of(person)}
    written = {piece.author for piece in await view.cases.evidence_of(case.id) if piece.author is not None}
    came_from = () if case.space is None else (case.space,)
    return frozenset((*came_from, *(account.space for account in accounts & written)))


async def _found_in_violation(view: View, case: Case, person: PersonId) -> bool:
    """Whether the group, or the Board, has found so in this case, and it was enacted."""
    decisions = await view.deliberation.decisions_of(case.id)
    mine = [d for d in decisions if d.person == person and d.enacted_at is not None]
    return bool(mine) and rung_of(mine[-1].consequence.outcome) is not None


async def _asked(view: View, person: PersonId) -> tuple[Member, ...]:
    """The liaisons whom none of the person's cases concerns; where there is none, the chairs."""
    for seats in ((LIAISON, MODERATORS_LIAISON), (CHAIRS,)):
        members = {m.id: m for seat in seats for m in await seated(view, seat)}
        free = [member for member in members.values() if await _is_free(view, member, person)]
        if free:
            return tuple(free)
    return ()


async def _is_free(view: View, member: Member, person: PersonId) -> bool:
    """Whether none of the person's cases is kept from the member, and the person is not themselves."""
    accounts = {link.account for link in await view.people.accounts_of(person)}
    if member.person == person or accounts & set(member.accounts):
        return False
    cases: Iterable[Case] = await view.cases.cases_of(person)
    return not any([kept_from(member.id, case, await view.cases.walls_of(case.id)) for case in cases])
