"""The reading room: a one-time link opens a short session, in which a member reads one case. Every reading is journalled.

Permission is asked again at each request. Links and sessions end by the machine's time, as every token does.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from guardian.cases.access import acting, case_to_read, may_know
from guardian.cases.receipts import digest_of
from guardian.cases.stores import ReadingPass
from guardian.cases.values import (
    Addition,
    Case,
    CaseKind,
    Decision,
    Draft,
    Evidence,
    Promise,
    PromiseKind,
    Proposal,
    Report,
    Step,
    Wall,
    WallKind,
)
from guardian.cases.words import FOR_MEMBERS, WALLS
from guardian.desk.desk import Desk, View, Work
from guardian.desk.disputes import DisputeRead, open_disputes
from guardian.desk.joining import JoinRead, joins_read
from guardian.desk.knowing import accounts_known_to
from guardian.desk.moving import reported
from guardian.desk.walling import name_of
from guardian.errors import NotFound, Refused
from guardian.ids import AccountId, EvidenceId, MemberId, PersonId, new_secret
from guardian.journal import Entry, by_member
from guardian.people.permissions import UseCase, may
from guardian.people.values import KnownAccount, Member, Person

LINK_LASTS: Final = timedelta(minutes=5)
SESSION_LASTS: Final = timedelta(minutes=30)
_OF_THE_REVIEW: Final = frozenset({PromiseKind.REVIEW, PromiseKind.UNREVIEWED_END})


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One line of a member's list of cases. A recused member sees no more of the case than this (P-4.2)."""

    code_name: str
    state: str
    opened_at: datetime
    recused: bool


@dataclass(frozen=True, slots=True)
class ReportRead:
    """One report with all that belongs to it; `concerns` are the members whom the reporter picked, by name."""

    report: Report
    concerns: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    additions: tuple[Addition, ...]


@dataclass(frozen=True, slots=True)
class PersonRead:
    """A reported person: their code name, their accounts, and other cases about them that the reader may know.

    `to_confirm` are the links that wait for this reader's yes; `disputes` and `joins` are said of the accounts and of them.
    """

    person: PersonId
    code_name: str
    accounts: tuple[KnownAccount, ...]
    other_cases: tuple[str, ...]
    to_confirm: frozenset[AccountId] = frozenset()
    disputes: tuple[DisputeRead, ...] = ()
    joins: tuple[JoinRead, ...] = ()


@dataclass(frozen=True, slots=True)
class WallRead:
    """A member who is kept out of the case, by name."""

    member: MemberId
    name: str
    kind: WallKind
    words: str
    cause: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything that the page of one case shows. `heard` is what reported people have answered, oldest first."""

    case: Case
    state: str
    contact: str
    reports: tuple[ReportRead, ...]
    heard: tuple[Addition, ...]
    people: tuple[PersonRead, ...]
    walls: tuple[WallRead, ...]
    steps: tuple[Step, ...]
    drafts: tuple[Draft, ...]
    proposals: tuple[Proposal, ...]
    decisions: tuple[Decision, ...]
    promises: tuple[Promise, ...]


async def overview(desk: Desk, by: MemberId) -> tuple[Glimpse, ...]:
    """The cases that the member may know of, oldest first; those that concern them are not among them at all."""
    async with desk.works.look() as view:
        member = await view.people.member(by)
        if member is None or not may(member, UseCase.READ_CASE, view.now):
            return ()
        walls = await view.cases.walls_of_member(by)
        cases = [case for case in await view.cases.cases() if case.kind is not CaseKind.LOCAL]
        glimpses = [_glimpse(member, case, await _walls_to_ask(view, case, walls), view.now) for case in cases]
        return tuple(glimpse for glimpse in glimpses if glimpse is not None)


async def _walls_to_ask(view: View, case: Case, own: tuple[Wall, ...]) -> tuple[Wall, ...]:
    """The walls that say whether a member may know the case: where some hear first, also those before these."""
    return own if case.hearers is None else await view.cases.walls_of(case.id)


async def link_for(desk: Desk, by: MemberId, code_name: str) -> str:
    """The address of a page that opens the case for this member, once and within five minutes."""
    token = new_secret()
    async with desk.works.begin() as work:
        case = await _readable(work, by, code_name)
        await work.cases.drop_passes(desk.wire())
        await work.cases.add_pass(ReadingPass(digest_of(token), by, case.id, desk.wire() + LINK_LASTS))
        work.journal.note(Entry("reading_link.was_made", by_member(by), "P-9.8", {"case": case.id}, case.id))
    return f"{desk.base_url}/read/{token}"


async def peek(desk: Desk, token: str) -> bool:
    """Whether the link would still open; looking does not use it up."""
    async with desk.works.look() as view:
        return _opens(await view.cases.reading_pass(digest_of(token)), desk.wire, is_session=False)


async def open_session(desk: Desk, token: str) -> str:
    """The link is used up, and the answer is the secret of a session of half an hour."""
    session = new_secret()
    async with desk.works.begin() as work:
        link = await work.cases.reading_pass(digest_of(token))
        if link is None or not _opens(link, desk.wire, is_session=False):
            raise Refused("link_over", "This link has been used or has run out. Please ask for a new one.", "P-9.8")
        case = await _still_allowed(work, link)
        await work.cases.save_pass(replace(link, used_at=desk.wire()))
        until = desk.wire() + SESSION_LASTS
        await work.cases.add_pass(ReadingPass(digest_of(session), link.member, case.id, until, is_session=True))
        entry = Entry("reading_room.was_opened", by_member(link.member), "P-9.8", {"case": case.id}, case.id)
        work.journal.note(entry)
    return session


async def read(desk: Desk, session: str) -> CaseFile:
    """The whole case, for the member whose session it is; the reading is in the journal. Policy: P-4.2, P-9.8."""
    async with desk.works.begin() as work:
        by, case = await _reader(desk, work, session)
        work.journal.note(Entry("case.was_read", by_member(by), "P-9.8", {"case": case.id}, case.id))
        file = await _file(work, by, case)
        if case.kind is not CaseKind.LOCAL:
            return file
        set_it = any(made.by == by for made in await work.measures.of_case(case.id))
        # What somebody says about a measure is for those who look at it again.
        return _for_moderators(replace(file, heard=()) if set_it else file)


async def evidence_bytes(desk: Desk, session: str, evidence: EvidenceId) -> tuple[str, bytes]:
    """The name and the bytes of one piece of evidence of the session's case."""
    async with desk.works.begin() as work:
        by, case = await _reader(desk, work, session)
        piece = await work.cases.evidence(evidence)
        if piece is None or piece.case != case.id or piece.content is None:
            raise NotFound
        about = {"case": case.id, "evidence": piece.id}
        work.journal.note(Entry("evidence.was_opened", by_member(by), "P-9.8", about, case.id))
        return piece.file_name, piece.content


async def reader_of(desk: Desk, session: str) -> tuple[MemberId, str]:
    """Whose session it is and the code name of its case, asked anew; for what else the page shows of the case."""
    async with desk.works.look() as view:
        by, case = await _reader(desk, view, session)
        return by, case.code_name


async def promises_shown(view: View, case: Case, by: MemberId) -> tuple[Promise, ...]:
    """The deadlines of the case that this member may see.

    When the review of an act is due may depend on what its actor must not know, so they are never shown it (P-4.4). A raised conflict is shown to nobody here: it may
    be the reader's own (P-4.1).
    """
    own = {act.id for act in await view.deliberation.acts_of(case.id) if act.by == by}
    promises = [made for made in await view.promises.open_for(case.id) if made.kind is not PromiseKind.CONFLICT]
    return tuple(made for made in promises if made.about not in own or made.kind not in _OF_THE_REVIEW)


def _glimpse(member: Member, case: Case, walls: tuple[Wall, ...], at: datetime) -> Glimpse | None:
    here = [wall for wall in walls if wall.case == case.id and wall.lifted_at is None]
    own = [wall for wall in here if wall.member == member.id]
    recused = bool(own) and all(wall.kind is WallKind.RECUSED for wall in own)
    if may_know(member, case, [wall for wall in here if wall not in own] if recused else here, at):
        return Glimpse(case.code_name, FOR_MEMBERS[case.state], case.opened_at, recused)
    return None


def _opens(found: ReadingPass | None, wire: Callable[[], datetime], *, is_session: bool) -> bool:
    if found is None or found.is_session is not is_session:
        return False
    return found.used_at is None and wire() < found.until


async def _reader(desk: Desk, view: View, session: str) -> tuple[MemberId, Case]:
    found = await view.cases.reading_pass(digest_of(session))
    if found is None or not _opens(found, desk.wire, is_session=True):
        raise Refused("session_over", "Your time in the reading room is over. Please ask for a new link.", "P-9.8")
    return found.member, await _still_allowed(view, found)


async def _still_allowed(view: View, found: ReadingPass) -> Case:
    """The case of the pass, if its member may know of it at this instant."""
    case = await view.cases.case(found.case)
    return await _readable(view, found.member, case.code_name if case else "")


async def _readable(view: View, by: MemberId, code_name: str) -> Case:
    """The case of that name, whose seat lets the member read it: a local matter is read by moderators. Policy: P-8.1."""
    try:
        case = await case_to_read(view, by, code_name)
    except NotFound:
        await acting(view, by, UseCase.READ_CASE)
        raise
    await acting(view, by, UseCase.READ_MATTER if case.kind is CaseKind.LOCAL else UseCase.READ_CASE)
    return case


async def _file(work: Work, by: MemberId, case: Case) -> CaseFile:
    members = await work.people.members()
    walls = [wall for wall in await work.cases.walls_of(case.id) if wall.lifted_at is None]
    return CaseFile(
        case=case,
        state=FOR_MEMBERS[case.state],
        contact=name_of(members, case.contact),
        reports=await _reports(work, case, members),
        people=await _people(work, by, case),
        walls=tuple(
            WallRead(wall.member, name_of(members, wall.member), wall.kind, WALLS[wall.kind], wall.cause)
            for wall in walls
        ),
        heard=tuple(each for each in await work.cases.additions_of(case.id) if each.report is None),
        steps=await work.deliberation.steps_of(case.id),
        drafts=await work.deliberation.drafts_of(case.id),
        proposals=await work.deliberation.proposals_of(case.id),
        decisions=await work.deliberation.decisions_of(case.id),
        promises=await promises_shown(work, case, by),
    )


def _for_moderators(file: CaseFile) -> CaseFile:
    """The file without whoever sent it in, without who is kept out of it, and with nobody's accounts in other spaces.

    Who somebody is elsewhere is no moderator's to learn by a measure. Policy: P-2.6, P-2.11, P-6.1.
    """
    reports = tuple(
        replace(read, report=replace(read.report, reporter=None, reporter_handle=""), concerns=())
        for read in file.reports
    )
    people = tuple(
        replace(each, accounts=tuple(link for link in each.accounts if link.account.space == file.case.space))
        for each in file.people
    )
    return replace(file, reports=reports, people=people, walls=(), contact="")


async def _reports(view: View, case: Case, members: tuple[Member, ...]) -> tuple[ReportRead, ...]:
    evidence = await view.cases.evidence_of(case.id)
    additions = await view.cases.additions_of(case.id)
    return tuple(
        ReportRead(
            report,
            tuple(name_of(members, member) for member in report.names_members),
            tuple(piece for piece in evidence if piece.report == report.id),
            tuple(each for each in additions if each.report == report.id),
        )
        for report in await view.cases.reports_of(case.id)
    )


async def _people(work: Work, by: MemberId, case: Case) -> tuple[PersonRead, ...]:
    reader = await work.people.member(by)
    people = [await work.people.person(person) for person in await reported(work, case)] if reader else []
    return tuple(
        [await _person(work, reader, each, case) for each in people if each is not None and reader is not None]
    )


async def _person(work: Work, reader: Member, person: Person, case: Case) -> PersonRead:
    """The person as the reader sees them; the evidence of what waits for a second member counts as read (P-6.4)."""
    accounts = await accounts_known_to(work, reader.id, person.id)
    joins = await joins_read(work, reader.id, person.id)
    waiting = [link.id for link in accounts if not link.binding]
    for about in (*waiting, *(each.join for each in joins if not each.stands)):
        await work.links.note_seen(about, reader.id, work.now)
    return PersonRead(
        person.id,
        person.code_name,
        accounts,
        await _other_cases(work, reader, person.id, case),
        frozenset(each.id for each in accounts if each.id in waiting and each.linked_by != by_member(reader.id)),
        await open_disputes(work, reader.id, person.id),
        joins,
    )


async def _other_cases(view: View, reader: Member, person: PersonId, case: Case) -> tuple[str, ...]:
    walls = await view.cases.walls_of_member(reader.id)
    cases = [other for other in await view.cases.cases_of(person) if other.id != case.id]
    found = [(other, await _walls_to_ask(view, other, walls)) for other in cases]
    return tuple(
        other.code_name
        for other, standing in found
        if may_know(reader, other, [wall for wall in standing if wall.case == other.id], view.now)
    )
