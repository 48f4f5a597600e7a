"""What a member reads of one case in the reading room: reports, people, exclusions, deadlines.

Every reading is journalled. What has become of the case is in `proceedings`. Read
`read_case` first.
"""

from dataclasses import dataclass, replace
from typing import Final

from guardian.cases.access import may_know, require_readable
from guardian.cases.case import Case, CaseKind
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.drafts import Draft
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.procedure import CaseStep
from guardian.cases.proposals import Decision, Proposal
from guardian.cases.reports import Addition, Evidence, Report
from guardian.cases.status_words import CASE_STATE_LABELS, EXCLUSION_LABELS
from guardian.errors import NotFound
from guardian.ids import AccountId, EvidenceId, MemberId, PersonId
from guardian.journal import Entry, by_member
from guardian.people.models import LinkedAccount, Member, Person
from guardian.services.case_flow import reported_people
from guardian.services.conflicts.exclusions import member_name
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.identity.disputes import DisputeView, list_open_disputes
from guardian.services.identity.merging import MergeView, list_merges
from guardian.services.visibility import visible_accounts

_HELD_BACK: Final = "shown to nobody until a second member has looked at what one has said of it"
_REVIEW_DEADLINES: Final = frozenset({DeadlineKind.REVIEW, DeadlineKind.UNREVIEWED_END})


_SHOWN_TO_NOBODY: Final = frozenset({DeadlineKind.CONFLICT_CLAIM, DeadlineKind.EXPUNGE, DeadlineKind.RETENTION_REVIEW})
"""A conflict may be about the reader; how long a case is kept may depend on another that the reader must not know of."""


@dataclass(frozen=True, slots=True)
class ReportView:
    """One report with all that belongs to it; `concerns` are the members whom the reporter picked, by name."""

    report: Report
    concerns: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    additions: tuple[Addition, ...]


@dataclass(frozen=True, slots=True)
class PersonView:
    """A reported person: their code name, their accounts, and other cases about them that the reader may know.

    `to_confirm` are the links that wait for this reader's yes; `disputes` and `merges` are said of the accounts and of
    them.
    """

    person: PersonId
    code_name: str
    accounts: tuple[LinkedAccount, ...]
    other_cases: tuple[str, ...]
    to_confirm: frozenset[AccountId] = frozenset()
    disputes: tuple[DisputeView, ...] = ()
    merges: tuple[MergeView, ...] = ()


@dataclass(frozen=True, slots=True)
class ExclusionView:
    """A member who is kept out of the case, by name."""

    member: MemberId
    name: str
    kind: ExclusionKind
    words: str
    cause: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything that the page of one case shows. `heard` is what reported people have answered, oldest first."""

    case: Case
    state: str
    contact: str
    reports: tuple[ReportView, ...]
    hearing_answers: tuple[Addition, ...]
    people: tuple[PersonView, ...]
    exclusions: tuple[ExclusionView, ...]
    steps: tuple[CaseStep, ...]
    drafts: tuple[Draft, ...]
    proposals: tuple[Proposal, ...]
    decisions: tuple[Decision, ...]
    deadlines: tuple[Deadline, ...]


async def read_case(app: AppContext, by: MemberId, code_name: str) -> CaseFile:
    """Return the whole case, for a member who may read it at this instant; the reading is in the journal.

    Policy: P-4.2, P-9.8.
    """
    async with app.units_of_work.begin() as uow:
        case = await require_readable(uow, by, code_name)
        uow.journal.note(
            Entry(act="case.was_read", by=by_member(by), authority="P-9.8", about={"case": case.id}, case=case.id)
        )
        file = await _build_file(uow, by, case)
        if case.kind is not CaseKind.LOCAL:
            return file
        is_setter = any(measure.by == by for measure in await uow.measures.of_case(case.id))
        # What somebody says about a measure is for those who reconsider it.
        return _redact_for_moderators(replace(file, hearing_answers=()) if is_setter else file)


async def read_evidence(app: AppContext, by: MemberId, code_name: str, evidence: EvidenceId) -> tuple[str, bytes]:
    """Return the name and the bytes of one piece of evidence of the case, which the member may read."""
    async with app.units_of_work.begin() as uow:
        case = await require_readable(uow, by, code_name)
        piece = await uow.cases.evidence(evidence)
        if piece is None or piece.case != case.id or piece.content is None:
            raise NotFound
        report = await uow.cases.report(piece.report) if piece.report is not None else None
        if piece.report is not None and (report is None or report.csam_claimed_by is not None):
            raise NotFound
        about = {"case": case.id, "evidence": piece.id}
        uow.journal.note(
            Entry(act="evidence.was_opened", by=by_member(by), authority="P-9.8", about=about, case=case.id)
        )
        return piece.file_name, piece.content


async def visible_deadlines(view: ReadView, case: Case, by: MemberId) -> tuple[Deadline, ...]:
    """Return the deadlines of the case that this member may see.

    When the review of an act is due may depend on what its actor must not know, so they are never shown it (P-4.4). A
    conflict claim is shown to nobody here: it may be about the reader (P-4.1).
    """
    own = frozenset(act.id for act in await view.deliberation.acts_of(case.id) if act.by == by)
    return tuple(each for each in await view.deadlines.open_for(case.id) if is_shown_deadline(each, own))


def is_shown_deadline(deadline: Deadline, own_acts: frozenset[str]) -> bool:
    """Return whether somebody whose acts these are may see the deadline, as `visible_deadlines` says."""
    is_own_review = deadline.about in own_acts and deadline.kind in _REVIEW_DEADLINES
    return deadline.kind not in _SHOWN_TO_NOBODY and not is_own_review


async def _build_file(uow: UnitOfWork, by: MemberId, case: Case) -> CaseFile:
    members = await uow.people.members()
    exclusions = [exclusion for exclusion in await uow.cases.exclusions_of(case.id) if exclusion.lifted_at is None]
    return CaseFile(
        case=case,
        state=CASE_STATE_LABELS[case.state],
        contact=member_name(members, case.contact),
        reports=await _report_views(uow, case, members),
        people=await _person_views(uow, by, case),
        exclusions=tuple(
            ExclusionView(
                exclusion.member,
                member_name(members, exclusion.member),
                exclusion.kind,
                EXCLUSION_LABELS[exclusion.kind],
                exclusion.cause,
            )
            for exclusion in exclusions
        ),
        hearing_answers=tuple(each for each in await uow.cases.additions_of(case.id) if each.report is None),
        steps=await uow.deliberation.steps_of(case.id),
        drafts=await uow.deliberation.drafts_of(case.id),
        proposals=await uow.deliberation.proposals_of(case.id),
        decisions=await uow.deliberation.decisions_of(case.id),
        deadlines=await visible_deadlines(uow, case, by),
    )


def _redact_for_moderators(file: CaseFile) -> CaseFile:
    """The file without whoever sent it in, without who is kept out of it, and with nobody's accounts in other spaces.

    Who somebody is elsewhere is no moderator's to learn by a measure. Policy: P-2.6, P-2.11, P-6.1.
    """
    reports = tuple(
        replace(report_view, report=replace(report_view.report, reporter=None, reporter_handle=""), concerns=())
        for report_view in file.reports
    )
    people = tuple(
        replace(each, accounts=tuple(link for link in each.accounts if link.account.space == file.case.space))
        for each in file.people
    )
    return replace(file, reports=reports, people=people, exclusions=(), contact="")


async def _report_views(view: ReadView, case: Case, members: tuple[Member, ...]) -> tuple[ReportView, ...]:
    evidence = await view.cases.evidence_of(case.id)
    additions = await view.cases.additions_of(case.id)
    return tuple(
        ReportView(
            report,
            tuple(member_name(members, member) for member in report.named_members),
            tuple(_as_shown(piece, report) for piece in evidence if piece.report == report.id),
            tuple(each for each in additions if each.report == report.id),
        )
        for report in await view.cases.reports_of(case.id)
    )


def _as_shown(piece: Evidence, report: Report) -> Evidence:
    """The piece as it is shown: what one member takes for sexual material of minors is held back from all. Policy: P-2.7."""
    if report.csam_claimed_by is None:
        return piece
    return replace(piece, text="", file_name="", content=None, sha256="", why_not=_HELD_BACK)


async def _person_views(uow: UnitOfWork, by: MemberId, case: Case) -> tuple[PersonView, ...]:
    reader = await uow.people.member(by)
    people = [await uow.people.person(person) for person in await reported_people(uow, case)] if reader else []
    return tuple(
        [await _person_view(uow, reader, each, case) for each in people if each is not None and reader is not None]
    )


async def _person_view(uow: UnitOfWork, reader: Member, person: Person, case: Case) -> PersonView:
    """The person as the reader sees them; the evidence of what waits for a second member counts as read (P-6.4)."""
    accounts = await visible_accounts(uow, reader.id, person.id)
    merges = await list_merges(uow, reader.id, person.id)
    waiting = [link.id for link in accounts if not link.binding]
    for about in (*waiting, *(each.merge for each in merges if not each.stands)):
        await uow.links.record_evidence_read(about, reader.id, uow.now)
    return PersonView(
        person=person.id,
        # A person's lasting code name is the group's: moderators know them by the matter alone (P-4.2).
        code_name=case.code_name if case.kind is CaseKind.LOCAL else person.code_name,
        accounts=accounts,
        other_cases=await _other_cases(uow, reader, person.id, case),
        to_confirm=frozenset(
            each.id for each in accounts if each.id in waiting and each.linked_by != by_member(reader.id)
        ),
        disputes=await list_open_disputes(uow, reader.id, person.id),
        merges=merges,
    )


async def _other_cases(view: ReadView, reader: Member, person: PersonId, case: Case) -> tuple[str, ...]:
    exclusions = await view.cases.exclusions_of_member(reader.id)
    cases = [other for other in await view.cases.cases_of(person) if other.id != case.id]
    found = [(other, await _relevant_exclusions(view, other, exclusions)) for other in cases]
    return tuple(
        other.code_name
        for other, other_exclusions in found
        if may_know(
            reader, other, [exclusion for exclusion in other_exclusions if exclusion.case == other.id], view.now
        )
    )


async def _relevant_exclusions(view: ReadView, case: Case, own: tuple[Exclusion, ...]) -> tuple[Exclusion, ...]:
    """Return the exclusions by which a member may know the case or not: where some hear first, also earlier ones."""
    return own if case.audience is None else await view.cases.exclusions_of(case.id)
