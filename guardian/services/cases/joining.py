"""Join the reports of two cases that are one matter, and part a report that is another.

Whoever is kept out of either case is kept out of what comes of both, in the same instant; reporters keep their receipts
and references, and learn of nobody else. Read `join_cases` first. Policy: P-2.5, P-2.9, P-3.1.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.case import Case, CaseEvent, CaseKind, CaseState, Party, PartyRole
from guardian.cases.case_marks import CaseMark
from guardian.cases.exclusions import (
    Exclusion,
    conflict_status_by_member,
    handling_groups,
    missing_exclusions,
    must_go_to_board,
)
from guardian.cases.reports import Report
from guardian.cases.submissions import new_case
from guardian.errors import NotFound, Refused
from guardian.ids import CaseId, MemberId, PersonId, ReportId, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import transition
from guardian.services.code_names import new_code_name
from guardian.services.conflicts.exclusions import choose_contact, has_pending_exclusion, member_name
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deliberation.procedure import was_asked
from guardian.services.notify import notify_deciders, notify_members, notify_reporters
from rules.case_joining import CaseProgress, JoiningFacts, may_join, may_part
from rules.case_marks import CaseMarkKind
from rules.policy import Policy
from rules.routing import contact_for

_JOINABLE: Final = (CaseKind.REPORT,)


@dataclass(frozen=True, slots=True)
class JoiningPreview:
    """What joining would do, by code names. `kept_out` are those who see one of the two now and see neither then."""

    source: str
    target: str
    reports: int
    people: tuple[str, ...]
    kept_out: tuple[str, ...]
    contact: str


@dataclass(frozen=True, slots=True)
class JoinableReport:
    """One report of a case, as it is chosen from a list: its number there, and when it came in."""

    id: ReportId
    number: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class JoiningChoices:
    """What of a case can be joined or parted: its reports, and the people who would go along, by code names."""

    code_name: str
    reports: tuple[JoinableReport, ...]
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pair:
    source: Case
    target: Case


@dataclass(frozen=True, slots=True)
class _Missing:
    """Who is to be kept out of the source, and out of the target, since the other one is kept from them."""

    from_source: tuple[Exclusion, ...]
    from_target: tuple[Exclusion, ...]

    @property
    def every(self) -> tuple[Exclusion, ...]:
        return (*self.from_source, *self.from_target)


async def read_joining_choices(app: AppContext, by: MemberId, code_name: str) -> JoiningChoices:
    """Return what of the case can be joined or parted; NotFound for whoever may not know of it."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.JOIN_CASES)
        case = await case_for_member(view, by, code_name)
        reports = await view.cases.reports_of(case.id)
        return JoiningChoices(
            case.code_name,
            tuple(JoinableReport(each.id, number, each.received_at) for number, each in enumerate(reports, 1)),
            await _names_of_people(view, case),
        )


async def preview_joining(app: AppContext, by: MemberId, code_name: str, into: str, reason: str) -> JoiningPreview:
    """Return what joining the case's reports into the other one would do; Refused, as then, where it may not be."""
    async with app.units_of_work.read() as view:
        pair = await _pair(view, by, code_name, into)
        missing = await _missing_exclusions(view, pair)
        require(may_join(await _facts(view, app.policy, pair, missing), reason))
        members = await view.people.members()
        lost = dict.fromkeys(each.member for each in missing.every)
        contact = await _contact_of_both(view, app.policy, pair, missing)
        return JoiningPreview(
            source=pair.source.code_name,
            target=pair.target.code_name,
            reports=len(await view.cases.reports_of(pair.source.id)),
            people=await _names_of_people(view, pair.source),
            kept_out=tuple(sorted(member_name(members, each) for each in lost)),
            contact=member_name(members, contact),
        )


async def join_cases(app: AppContext, by: MemberId, code_name: str, into: str, reason: str) -> str:
    """Join the case's reports, people and thread into the other one, which goes on for both; return its code name.

    The case itself is closed, and whoever asks for it is shown the other one. Policy: P-2.9, P-3.1.
    """
    async with app.units_of_work.begin() as uow:
        pair = await _pair(uow, by, code_name, into)
        missing = await _missing_exclusions(uow, pair)
        require(may_join(await _facts(uow, app.policy, pair, missing), reason))
        for exclusion in missing.every:
            await uow.cases.add_exclusion(exclusion)
        target = await _unite(uow, app.policy, pair, missing)
        await _move_everything(uow, pair)
        closed = await transition(uow, pair.source, CaseEvent.JOIN)
        await uow.cases.save_case(replace(closed, joined_into=target.id, closed_at=uow.now, contact=None))
        await _note(uow, by, CaseMarkKind.JOINED, target.id, pair.source.id, reason)
        await notify_members(uow, target, NoticeKind.CASE_NEWS, {"news": News.CASES_JOINED}, besides=[by])
        if await has_pending_exclusion(uow, target):
            await notify_deciders(uow, target, NoticeKind.EXCLUSION_TO_DECIDE)
    return target.code_name


async def part_report(
    app: AppContext, by: MemberId, code_name: str, report: ReportId, reason: str, people: Collection[str] = ()
) -> str:
    """Part the report from its case, with these people of it by their code names; return the new case's code name.

    Whoever is kept out of the case is kept out of the new one, until it is decided otherwise. Policy: P-2.9, P-3.1.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.JOIN_CASES)
        case = await case_for_member(uow, by, code_name)
        reports = await uow.cases.reports_of(case.id)
        parted = next((each for each in reports if each.id == report), None)
        if parted is None:
            raise NotFound
        chosen = await _chosen_parties(uow, case, people)
        tied = [await _is_tied(uow, case, each.person) for each in chosen if each.person is not None]
        require(
            may_part(
                reason=reason,
                is_open=case.state is CaseState.OPEN,
                is_boards=case.board_only,
                is_last=len(reports) == 1,
                tied=any(tied),
                in_talk=any(each.participant(report, None) for each in await uow.talks.talks_of(case.id)),
            )
        )
        fresh = await _open_beside(uow, app.policy, case, parted)
        await _move_report(uow, parted, fresh.id)
        for party in chosen:
            await _move_person(uow, party, fresh.id)
        await _note(uow, by, CaseMarkKind.PARTED, case.id, fresh.id, reason)
        await notify_members(uow, fresh, NoticeKind.CASE_NEWS, {"news": News.REPORT_PARTED}, besides=[by])
    return fresh.code_name


async def _names_of_people(view: ReadView, case: Case) -> tuple[str, ...]:
    parties = [each for each in await view.cases.parties_of(case.id) if each.report is None]
    people = [await view.people.person(each.person) for each in parties if each.person is not None]
    return tuple(sorted({each.code_name for each in people if each is not None}))


async def _pair(view: ReadView, by: MemberId, code_name: str, into: str) -> _Pair:
    await require_permission(view, by, UseCase.JOIN_CASES)
    source = await case_for_member(view, by, code_name)
    try:
        return _Pair(source, await case_for_member(view, by, into))
    except NotFound:
        raise Refused("other", "There is no case of that name.", "P-3.1") from None


async def _missing_exclusions(view: ReadView, pair: _Pair) -> _Missing:
    of_source = await view.cases.exclusions_of(pair.source.id)
    of_target = await view.cases.exclusions_of(pair.target.id)
    return _Missing(_copied(of_target, of_source, pair.source), _copied(of_source, of_target, pair.target))


def _copied(exclusions: Iterable[Exclusion], there: Iterable[Exclusion], case: Case) -> tuple[Exclusion, ...]:
    standing = [replace(each, case=case.id) for each in exclusions if each.lifted_at is None]
    return missing_exclusions(standing, there, ())


async def _facts(view: ReadView, policy: Policy, pair: _Pair, missing: _Missing) -> JoiningFacts:
    groups = handling_groups(await view.people.members(), view.now)
    exclusions = (*await view.cases.exclusions_of(pair.target.id), *missing.from_target)
    both = (pair.source, pair.target)
    return JoiningFacts(
        same=pair.source.id == pair.target.id,
        reports=all(case.kind in _JOINABLE for case in both),
        source_open=pair.source.state is CaseState.OPEN,
        target_open=pair.target.state is CaseState.OPEN,
        for_everybody=all(case.audience is None for case in both),
        boards=any(case.board_only for case in both),
        progress=await _progress_of(view, pair.source),
        enough_remain=not must_go_to_board(groups, exclusions, [each.member for each in missing.from_target], policy),
    )


async def _progress_of(view: ReadView, case: Case) -> CaseProgress | None:
    """What was done in the case already and is bound to it; None where that is nothing."""
    claims = [each for each in await view.cases.conflict_claims_of(case.id) if each.decided_at is None]
    parties = await view.cases.parties_of(case.id)
    people = {each.person for each in parties if each.person is not None and each.report is None}
    acted = await view.sanctions.of_case(case.id) or await view.measures.of_case(case.id)
    done = {
        CaseProgress.ACT: acted or await view.deliberation.acts_of(case.id),
        CaseProgress.DECISION: await view.deliberation.proposals_of(case.id),
        CaseProgress.LETTER: await view.deliberation.drafts_of(case.id),
        CaseProgress.HEARING: [each for each in people if await _was_written_to(view, case, each)],
        CaseProgress.CLAIM: claims,
        CaseProgress.HANDOFF: await view.handoffs.of_case(case.id),
        CaseProgress.REQUEST: await view.data_requests.requests_of(case.id),
        CaseProgress.ADVISER: await view.advice.requests_of(case.id),
        CaseProgress.HOLD: await view.retention.holds_of(case.id),
        CaseProgress.TALK: await view.talks.talks_of(case.id),
    }
    return next((progress for progress, found in done.items() if found), None)


async def _was_written_to(view: ReadView, case: Case, person: PersonId) -> bool:
    receipts = await view.cases.receipts_of(person)
    return await was_asked(view, case, person) or any(each.case == case.id for each in receipts)


async def _is_tied(view: ReadView, case: Case, person: PersonId) -> bool:
    restricted = [each for each in await view.sanctions.of_person(person) if each.case == case.id]
    return bool(restricted) or await _was_written_to(view, case, person)


async def _contact_of_both(view: ReadView, policy: Policy, pair: _Pair, missing: _Missing) -> MemberId | None:
    """Who speaks to the reporters of both from now on: the target's contact, unless they are kept out now."""
    statuses = conflict_status_by_member((*await view.cases.exclusions_of(pair.target.id), *missing.from_target))
    groups = handling_groups(await view.people.members(), view.now)
    free = [each for each in (pair.target.contact, pair.source.contact) if each and each not in statuses]
    return contact_for(groups, statuses, next(iter(free), None), None, policy)


async def _unite(uow: UnitOfWork, policy: Policy, pair: _Pair, missing: _Missing) -> Case:
    """Save the target as the case of both, and tell the reporters to whom somebody else speaks from now on."""
    united = replace(
        pair.target,
        contact=await _contact_of_both(uow, policy, pair, missing),
        safety_risk=pair.target.safety_risk or pair.source.safety_risk,
        evasion_marked_at=pair.target.evasion_marked_at or pair.source.evasion_marked_at,
    )
    for case in (pair.source, pair.target):
        if case.contact is not None and united.contact is not None and case.contact != united.contact:
            await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS, {"news": News.CONTACT_CHANGED})
    return await uow.cases.save_case(united)


async def _move_everything(uow: UnitOfWork, pair: _Pair) -> None:
    parties = await uow.cases.parties_of(pair.source.id)
    for report in await uow.cases.reports_of(pair.source.id):
        await uow.cases.move_report(report, pair.target.id)
    for party in parties:
        if party.report is None:
            await _move_person(uow, party, pair.target.id)
    await uow.cases.move_notes(pair.source.id, pair.target.id)
    for deadline in await uow.deadlines.open_for(pair.source.id):
        await uow.deadlines.save(replace(deadline, case=pair.target.id))


async def _move_report(uow: UnitOfWork, report: Report, to: CaseId) -> None:
    for deadline in await uow.deadlines.open_about(report.id):
        await uow.deadlines.save(replace(deadline, case=to))
    await uow.cases.move_report(report, to)


async def _move_person(uow: UnitOfWork, party: Party, to: CaseId) -> None:
    """Move somebody's part, with what the case said of their accounts."""
    await uow.cases.move_person(party.reference, to)
    for link in await uow.people.accounts_of(party.person) if party.person is not None else ():
        moved = tuple(replace(each, case=to) if each.case == party.case else each for each in link.case_evidence)
        if moved != link.case_evidence:
            await uow.people.save_account(replace(link, case_evidence=moved))


async def _chosen_parties(view: ReadView, case: Case, people: Collection[str]) -> tuple[Party, ...]:
    """The parts of these people in the case, by their code names; NotFound for anybody else's."""
    chosen = [await view.people.person_by_code_name(each.strip().casefold()) for each in people]
    parties = [each for each in await view.cases.parties_of(case.id) if each.report is None]
    if any(each is None or each.id not in [party.person for party in parties] for each in chosen):
        raise NotFound
    named = {each.id for each in chosen if each is not None}
    return tuple(each for each in parties if each.person in named and each.role is not PartyRole.REPORTER)


async def _open_beside(uow: UnitOfWork, policy: Policy, case: Case, report: Report) -> Case:
    """Open a case for the report, which is kept from whomever that one is kept from."""
    opened = new_case(await new_code_name(uow), uow.now, danger=report.danger)
    fresh = replace(opened, opened_at=report.received_at, audience=case.audience)
    await uow.cases.add_case(fresh)
    for exclusion in await uow.cases.exclusions_of(case.id):
        if exclusion.lifted_at is None:
            await uow.cases.add_exclusion(replace(exclusion, case=fresh.id))
    return await uow.cases.save_case(replace(fresh, contact=await choose_contact(uow, fresh, policy)))


async def _note(uow: UnitOfWork, by: MemberId, kind: CaseMarkKind, case: CaseId, other: CaseId, reason: str) -> None:
    """Note in the case what was joined into it, or what left it, and why; it is shown with the case's marks."""
    mark = CaseMark(id=new_id(), case=case, kind=kind, by=by, at=uow.now, reason=reason.strip(), about=other)
    await uow.cases.add_case_mark(mark)
    act = "cases.were_joined" if kind is CaseMarkKind.JOINED else "report.was_parted"
    about = {"case": str(case), "other": str(other)}
    uow.journal.note(Entry(act=act, by=by_member(by), authority="P-3.1", about=about, case=case, text=reason.strip()))
