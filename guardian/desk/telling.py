"""The one way by which anybody is told anything: who may know is asked here, at writing and again at sending.

Members' notices carry code names and clocks; parties' notices carry their own reference and never a code name.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from guardian.cases.access import may_know, members_who_may_know, walled
from guardian.cases.stores import CaseView
from guardian.cases.values import Case, Party, PartyRole, Report
from guardian.desk.desk import Topic
from guardian.ids import MemberId, NoticeId, PersonId, Reference, ReportId, SanctionId, new_id, new_reference
from guardian.notices.stores import NoticeStore
from guardian.notices.values import Notice, NoticeKind, NoticeState, Recipient, RecipientKind
from guardian.people.values import Group, Office

_NO_FACTS: Mapping[str, str] = {}


class Telling(CaseView, Protocol):
    """What of a transaction is needed to tell somebody something."""

    @property
    def notices(self) -> NoticeStore: ...

    def wake(self, topic: str) -> None: ...


async def tell_members(
    work: Telling,
    case: Case,
    kind: NoticeKind,
    facts: Mapping[str, str] = _NO_FACTS,
    *,
    office: Office | None = None,
    only: Iterable[MemberId] | None = None,
    besides: Iterable[MemberId] = (),
) -> None:
    """One notice waits for each member who may know of the case at this instant, or for those chosen among them.

    `office` narrows to holders of an office in the group that handles the case, `only` to the named ones, `besides`
    leaves some out (usually whoever acts). Nobody outside that circle is ever told, whoever is named.
    """
    group = Group.BOARD if case.board_only else Group.WORKING_GROUP
    chosen = None if only is None else frozenset(only)
    left_out = frozenset(besides)
    for member in await members_who_may_know(work, case):
        if member.id in left_out or (chosen is not None and member.id not in chosen):
            continue
        if office is None or member.holds(group, work.now, office):
            await _tell_member(work, member.id, kind, facts, case)


async def tell_group_office(
    work: Telling,
    group: Group,
    office: Office | None,
    kind: NoticeKind,
    facts: Mapping[str, str] = _NO_FACTS,
    case: Case | None = None,
) -> None:
    """One notice waits for each holder of the office (all of the group, if none is named), less those with a wall."""
    walls = await work.cases.walls_of(case.id) if case else ()
    for member in await work.people.members():
        if member.holds(group, work.now, office) and not walled(member.id, walls):
            await _tell_member(work, member.id, kind, facts, case)


async def tell_person(
    work: Telling,
    case: Case,
    person: PersonId,
    kind: NoticeKind,
    facts: Mapping[str, str] = _NO_FACTS,
    sanction: SanctionId | None = None,
) -> NoticeId:
    """One notice waits for the reported person, under their own reference; its id is the answer."""
    reference = await reference_of(work, case, person)
    notice = _notice(kind, Recipient(RecipientKind.PERSON, person=person), case, _as_party(facts, reference), work.now)
    if sanction is not None:
        notice = _about(notice, sanction)
    return await _add(work, notice)


async def tell_reporters(
    work: Telling, case: Case, kind: NoticeKind, facts: Mapping[str, str] = _NO_FACTS
) -> tuple[NoticeId, ...]:
    """One notice waits for each reporter of the case who has not withdrawn, each under their own reference.

    Where contact is not safe, it is kept for the follow-up page and sent nowhere.
    """
    references = {p.report: p.reference for p in await work.cases.parties_of(case.id) if p.role is PartyRole.REPORTER}
    told = []
    for report in await work.cases.reports_of(case.id):
        if report.withdrawn_at is None and report.id in references:
            told.append(await _tell_reporter(work, case, report, kind, _as_party(facts, references[report.id])))
    return tuple(told)


async def reference_of(work: CaseView, case: Case, person: PersonId) -> Reference:
    """The reference by which the reported person knows the case; they are given one if they have none yet."""
    for party in await work.cases.parties_of(case.id):
        if party.role is PartyRole.REPORTED and party.person == person:
            return party.reference
    reference = new_reference()
    await work.cases.add_party(Party(case.id, PartyRole.REPORTED, reference, person=person))
    return reference


async def still_to_tell(view: CaseView, notice: Notice) -> bool:
    """Whether the recipient may still be told, asked again at sending; parties always may, once it was decided."""
    if notice.to.member is None:
        return True
    member = await view.people.member(notice.to.member)
    if member is None or not any(member.holds(group, view.now) for group in Group):
        return False
    case = await view.cases.case(notice.case) if notice.case else None
    if case is None:
        return notice.case is None
    walls = await view.cases.walls_of(case.id)
    if walled(member.id, walls):
        return False
    is_office = any(member.holds(group, view.now) for group in (Group.BOARD, Group.MODERATORS)) or member.holds(
        Group.WORKING_GROUP, view.now, Office.BOARD_LIAISON
    )
    return may_know(member, case, walls, view.now) or is_office


async def _tell_member(
    work: Telling, member: MemberId, kind: NoticeKind, facts: Mapping[str, str], case: Case | None
) -> None:
    named = {**facts, "code_name": case.code_name} if case else dict(facts)
    await _add(work, _notice(kind, Recipient(RecipientKind.MEMBER, member=member), case, named, work.now))


async def _tell_reporter(
    work: Telling, case: Case, report: Report, kind: NoticeKind, facts: Mapping[str, str]
) -> NoticeId:
    notice = _notice(kind, Recipient(RecipientKind.REPORTER, report=report.id), case, facts, work.now)
    return await _add(work, notice if report.contact_is_safe is not False else _kept_for_the_page(notice))
