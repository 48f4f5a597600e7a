"""Notice one person measured or found in violation in several spaces, propose it to the liaisons, make it one case.

The moderators of one space learn nothing of another's matters by it. Read `propose_if_cross_space` first. Policy:
P-8.1, P-8.3.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from guardian.cases.access import is_hidden_from, require_permission
from guardian.cases.case import Case, CaseKind
from guardian.cases.handoffs import Direction, Handoff, HandoffState, Urgency, new_handoff
from guardian.cases.reports import Evidence, Report, ReportChannel
from guardian.cases.submissions import EvidenceInput, Submission
from guardian.errors import NotFound
from guardian.ids import EvidenceId, MemberId, PersonId, Reference, ReportId, SpaceName, new_id
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.models import LinkEvidence, Member
from guardian.people.permissions import CHAIRS, LIAISON, MODERATORS_LIAISON, UseCase, may_perform
from guardian.sanctions.models import LiftingCause
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.escalation.escalations import (
    CaseMaterial,
    EscalationView,
    create_escalation,
    visible_escalations,
)
from guardian.services.escalation.handoffs import holders_of
from guardian.services.escalation.local_matters import distinct_exclusions, prepare_case
from guardian.services.members import people_behind
from guardian.services.notify import ensure_reference, notify_member
from rules.escalation import HandoffStatus, is_cross_space
from rules.ladder import AuthorityKind, rung_of
from rules.policy import Policy

_UNDONE_CAUSES: Final = frozenset({LiftingCause.REVERSAL, LiftingCause.LAPSED})


@dataclass(frozen=True, slots=True)
class PatternLine:
    """A cross-space pattern that waits for a liaison to pass it on, and where it shows; who it is about nobody reads."""

    reference: Reference
    spaces: tuple[SpaceName, ...]


async def propose_if_cross_space(uow: UnitOfWork, policy: Policy, person: PersonId) -> bool:
    """Ask the liaisons of both groups to pass the person's matters on, once for each further space that they concern.

    To be called in the transaction that measures, or finds a violation; returns whether anybody was asked.
    """
    found = await _spaces_touched(uow, person)
    spaces = frozenset(found)
    is_local = any(case.kind is CaseKind.LOCAL for case in found.values())
    if not is_local or not is_cross_space(spaces, policy):
        return False
    known = [each for who in await people_behind(uow, person) for each in await uow.handoffs.of_person(who)]
    if any(spaces <= frozenset(handoff.spaces) for handoff in known if handoff.direction is Direction.UP):
        return False
    newest = next(case for case in reversed(found.values()) if case.kind is CaseKind.LOCAL)
    handoff = replace(
        new_handoff(newest.id, Direction.UP, min(spaces), uow.now, None),
        state=HandoffState.PROPOSED,
        person=person,
        spaces=tuple(sorted(spaces)),
    )
    await uow.handoffs.add_handoff(handoff)
    for member in await _members_to_ask(uow, person):
        await notify_member(uow, member.id, NoticeKind.CROSS_SPACE_PATTERN, {"hop": handoff.reference})
    about = {"person": str(person), "hop": handoff.id}
    uow.journal.note(Entry(act="spread.was_noticed", by=SERVICE, authority="P-8.3", about=about, case=newest.id))
    return True


@dataclass(frozen=True, slots=True)
class EscalationLists:
    """What somebody has passed on or may pass on."""

    escalations: tuple[EscalationView, ...]
    patterns: tuple[PatternLine, ...]


async def list_escalations_and_patterns(app: AppContext, by: MemberId) -> EscalationLists:
    """Return what a moderator and their spaces have passed on, and the patterns that wait for liaisons and chairs."""
    async with app.units_of_work.read() as view:
        known = await view.people.member(by)
        may_accept_patterns = known is not None and bool(
            may_perform(known, UseCase.ACCEPT_CROSS_SPACE_PATTERN, view.now)
        )
        may_escalate = known is not None and bool(may_perform(known, UseCase.ESCALATE, view.now))
        use = UseCase.ACCEPT_CROSS_SPACE_PATTERN if may_accept_patterns and not may_escalate else UseCase.ESCALATE
        member = await require_permission(view, by, use)
        return EscalationLists(
            await visible_escalations(view, member) if may_escalate else (),
            await waiting_patterns(view, member) if may_accept_patterns else (),
        )


async def accept_pattern(app: AppContext, by: MemberId, reference: Reference) -> EscalationView:
    """Make the person's local matters one case of the working group, with what was sent in and kept in each of them.

    The matters themselves stay with their moderators, whose measures run on. Policy: P-8.1, P-8.3.
    """
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.ACCEPT_CROSS_SPACE_PATTERN)
        handoff = await uow.handoffs.by_reference(reference)
        if handoff is None or handoff.person is None or handoff.state is not HandoffState.PROPOSED:
            raise NotFound
        if not await _has_no_conflict(uow, member, handoff.person):
            raise NotFound
        await uow.handoffs.save_handoff(replace(handoff, state=HandoffState.CONFIRMED))
        created = await _combine_matters(app, uow, by, handoff.person, handoff)
        about = {"person": str(handoff.person), "hop": created.id}
        uow.journal.note(
            Entry(act="spread.was_taken_up", by=by_member(by), authority="P-8.3", about=about, case=created.case)
        )
        text = f"Passed on as one case. Reference: {created.reference}"
        return EscalationView(
            reference=created.reference,
            space=created.space,
            at=created.at,
            urgency=created.urgency,
            status=HandoffStatus.RECEIVED,
            state="received",
            own=True,
            text=text,
        )


async def waiting_patterns(view: ReadView, member: Member) -> tuple[PatternLine, ...]:
    """Return the patterns that wait to be accepted, for somebody from whom nothing of their person is kept."""
    waiting = [each for each in await view.handoffs.all_handoffs() if each.state is HandoffState.PROPOSED]
    return tuple(
        [
            PatternLine(each.reference, each.spaces)
            for each in waiting
            if each.person and await _has_no_conflict(view, member, each.person)
        ]
    )


async def _combine_matters(
    app: AppContext, uow: UnitOfWork, by: MemberId, person: PersonId, proposed: Handoff
) -> Handoff:
    """Open one case about the person, with everything of their local matters in it and all of their exclusions."""
    people = await people_behind(uow, person)
    about = [(who, case) for who in people for case in await uow.cases.cases_of(who) if case.kind is CaseKind.LOCAL]
    local = list({case.id: case for _, case in about}.values())
    case = await prepare_case(uow, danger=any(c.safety_risk for c in local))
    await uow.cases.add_case(case)
    exclusions = distinct_exclusions(*[await uow.cases.exclusions_of(each.id) for each in local])
    for exclusion in exclusions:
        if exclusion.lifted_at is None:
            await uow.cases.add_exclusion(replace(exclusion, case=case.id))
    for each in local:
        await _copy_reports(uow, each, case)
    for who in dict.fromkeys((person, *(who for who, _ in about))):
        await ensure_reference(uow, case, who)
        for link in await uow.people.accounts_of(who):
            link_evidence = LinkEvidence(case.id, link.trust, SERVICE, "known from local matters")
            await uow.people.save_account(link.with_evidence(link_evidence))
    words = (
        f"One person was measured or found in violation in several spaces: {', '.join(proposed.spaces)}. What was sent "
        "in there stands with this case."
    )
    handoff = replace(
        new_handoff(case.id, Direction.UP, proposed.space, uow.now, by),
        urgency=Urgency.ORDINARY,
        person=person,
        spaces=proposed.spaces,
    )
    texts = [report.what_happened for each in local for report in await uow.cases.reports_of(each.id)]
    evidence = [_as_input(piece) for each in local for piece in await uow.cases.evidence_of(each.id)]
    submission = Submission(channel=ReportChannel.ESCALATION, what_happened=words)
    _, created = await create_escalation(
        app, uow, case, handoff, submission, CaseMaterial(tuple(texts), tuple(evidence))
    )
    return created


async def _copy_reports(uow: UnitOfWork, source: Case, target: Case) -> None:
    """Copy the reports of one case with their evidence to the other, as they stood."""
    reports: dict[ReportId, Report] = {}
    for report in await uow.cases.reports_of(source.id):
        reports[report.id] = replace(report, id=ReportId(new_id()), case=target.id)
        await uow.cases.add_report(reports[report.id])
    for listed in await uow.cases.evidence_of(source.id):
        piece = await uow.cases.evidence(listed.id)
        if piece is not None and (piece.report is None or piece.report in reports):
            fresh = EvidenceId(new_id())
            of_report = None if piece.report is None else reports[piece.report].id
            await uow.cases.add_evidence(replace(piece, id=fresh, case=target.id, report=of_report))


def _as_input(piece: Evidence) -> EvidenceInput:
    return EvidenceInput(
        kind=piece.kind,
        link=piece.link,
        author=piece.author,
        author_handle=piece.author_handle,
        text=piece.text,
        file_name=piece.file_name,
    )


async def _spaces_touched(view: ReadView, person: PersonId) -> dict[SpaceName, Case]:
    """The spaces in which the person was measured or found in violation, each with its case, the newest last."""
    found: dict[SpaceName, Case] = {}
    people = await people_behind(view, person)
    for sanction in [each for who in people for each in await view.sanctions.of_person(who)]:
        is_undone = sanction.lifting is not None and sanction.lifting.cause in _UNDONE_CAUSES
        case = await view.cases.case(sanction.case)
        if sanction.authority.kind is AuthorityKind.LOCAL and case is not None and not is_undone:
            found.update(dict.fromkeys(sanction.spaces or (), case))
    about = [(who, case) for who in people for case in await view.cases.cases_of(who)]
    for each, case in about:
        if await _is_found_in_violation(view, case, each):
            found.update({space: found.get(space, case) for space in await _spaces_of_case(view, case, each)})
    return found


async def _spaces_of_case(view: ReadView, case: Case, person: PersonId) -> frozenset[SpaceName]:
    """Where it happened: in the space that the case came from, and where an account of theirs wrote the evidence."""
    accounts = {link.account for link in await view.people.accounts_of(person)}
    written = {piece.author for piece in await view.cases.evidence_of(case.id) if piece.author is not None}
    came_from = () if case.space is None else (case.space,)
    return frozenset((*came_from, *(account.space for account in accounts & written)))


async def _is_found_in_violation(view: ReadView, case: Case, person: PersonId) -> bool:
    """Whether the group, or the Board, has found so in this case, and it was enacted."""
    decisions = await view.deliberation.decisions_of(case.id)
    mine = [d for d in decisions if d.person == person and d.enacted_at is not None]
    return bool(mine) and rung_of(mine[-1].consequence.outcome) is not None


async def _members_to_ask(view: ReadView, person: PersonId) -> tuple[Member, ...]:
    """The liaisons whom none of the person's cases concerns; where there is none, the chairs."""
    for seats in ((LIAISON, MODERATORS_LIAISON), (CHAIRS,)):
        members = {m.id: m for seat in seats for m in await holders_of(view, seat)}
        free = [member for member in members.values() if await _has_no_conflict(view, member, person)]
        if free:
            return tuple(free)
    return ()


async def _has_no_conflict(view: ReadView, member: Member, person: PersonId) -> bool:
    """Whether none of the person's cases is kept from the member, and the person is not themselves."""
    people = await people_behind(view, person)
    accounts = {link.account for who in people for link in await view.people.accounts_of(who)}
    if member.person in people or accounts & set(member.accounts):
        return False
    cases: Iterable[Case] = [case for who in people for case in await view.cases.cases_of(who)]
    return not any([is_hidden_from(member.id, case, await view.cases.exclusions_of(case.id)) for case in cases])
