"""The one way by which anybody is told anything: who may know is asked here, at writing and again at sending.

Members' notices carry code names and clocks; parties' notices carry their own reference and never a code name.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol

from guardian.cases.access import kept_from, may_know, members_who_may_know
from guardian.cases.stores import CaseView
from guardian.cases.values import Case, CaseKind, Party, PartyRole, Report
from guardian.cases.walls import circle_of, deciders_in, held_by
from guardian.desk.desk import Topic
from guardian.ids import AccountId, MemberId, NoticeId, PersonId, Reference, SanctionId, new_id, new_reference
from guardian.notices.stores import NoticeStore
from guardian.notices.telling import tellable
from guardian.notices.values import Notice, NoticeKind, NoticeState, Recipient, RecipientKind
from guardian.people.permissions import BOARD, BOARD_LIAISON, sits
from guardian.people.values import Group, Member, Office
from rules.conflicts import Standing
from rules.routing import liaison_for

_NO_FACTS: Final[Mapping[str, str]] = MappingProxyType({})
_OFFICES_OUTSIDE: Final = (BOARD, BOARD_LIAISON)


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
        if member.holds(group, work.now, office) and not (case and kept_from(member.id, case, walls)):
            await _tell_member(work, member.id, kind, facts, case)


async def tell_by_office(
    work: Telling, case: Case, members: Iterable[Member], kind: NoticeKind, facts: Mapping[str, str] = _NO_FACTS
) -> int:
    """One notice that does not name the case waits for each of them who has no wall there; how many that are.

    For those who are told by their office how something goes on that is not theirs to know (P-8.2).
    """
    walls = await work.cases.walls_of(case.id)
    told = [member for member in members if not kept_from(member.id, case, walls)]
    for member in told:
        await _add(work, Recipient(RecipientKind.MEMBER, member=member.id), kind, facts, case)
    return len(told)


async def ask_member(work: Telling, member: MemberId, kind: NoticeKind, facts: Mapping[str, str]) -> None:
    """One notice about no case waits for the member: it tells nothing that only those on a case may know."""
    await _tell_member(work, member, kind, facts, None)


async def tell_person(
    work: Telling,
    case: Case,
    person: PersonId,
    kind: NoticeKind,
    facts: Mapping[str, str] = _NO_FACTS,
    sanction: SanctionId | None = None,
) -> NoticeId:
    """One notice waits for the reported person, under their own reference; its id is the answer."""
    named = {**facts, "reference": await reference_of(work, case, person)}
    return await _add(work, Recipient(RecipientKind.PERSON, person=person), kind, named, case, sanction=sanction)


async def tell_owner(
    work: Telling, case: Case, account: AccountId, kind: NoticeKind, facts: Mapping[str, str] = _NO_FACTS
) -> NoticeId:
    """One notice waits for whoever owns the linked account, and goes there alone. They may be a stranger to the case, so
    neither a reference nor anything of it is in the notice; the case only seals it."""
    return await _add(work, Recipient(RecipientKind.ACCOUNT, account=account), kind, facts, case)


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
            named = {**facts, "reference": references[report.id]}
            told.append(await _tell_reporter(work, case, report, kind, named))
    return tuple(told)


async def reference_of(work: CaseView, case: Case, person: PersonId) -> Reference:
    """The reference by which the reported person knows the case; they are given one if they have none yet."""
    for party in await work.cases.parties_of(case.id):
        if party.role is PartyRole.REPORTED and party.person == person:
            return party.reference
    reference = new_reference()
    await work.cases.add_party(Party(case.id, PartyRole.REPORTED, reference, person=person))
    return reference


async def tell_deciders(
    work: Telling,
    case: Case,
    kind: NoticeKind,
    facts: Mapping[str, str] = _NO_FACTS,
    *,
    besides: MemberId | None = None,
    about: MemberId | None = None,
) -> None:
    """One notice waits for each of those who decide what a chair decides in this case, on `about` where it is on somebody.

    Policy: P-4.1.
    """
    walls = await work.cases.walls_of(case.id)
    deciders = deciders_in(case, await work.people.members(), walls, work.now, about)
    for member in sorted(deciders - {besides}):
        if case.board_only or not kept_from(member, case, walls):
            await _tell_member(work, member, kind, facts, case)


async def tell_liaison(
    work: Telling,
    case: Case,
    kind: NoticeKind,
    facts: Mapping[str, str] = _NO_FACTS,
    *,
    besides: MemberId | None = None,
) -> None:
    """One notice waits for whoever takes the matter to the Board: its liaison, or the rest of the Board where the
    matter, or `besides`, is about the liaison. Policy: P-8.5."""
    held = held_by(await work.cases.walls_of(case.id))
    out = held if besides is None else {**held, besides: Standing.RECUSED}
    for member in sorted(liaison_for(circle_of(await work.people.members(), work.now), out)):
        await _tell_member(work, member, kind, facts, case)


async def still_to_tell(view: CaseView, notice: Notice) -> bool:
    """Whether the recipient may still be told, asked again at sending; a party always may, once it was decided."""
    if notice.to.member is None:
        return True
    member = await view.people.member(notice.to.member)
    if member is None or not any(member.holds(group, view.now) for group in Group):
        return False
    if notice.case is None:
        return True
    case = await view.cases.case(notice.case)
    walls = await view.cases.walls_of(notice.case)
    if case is None or kept_from(member.id, case, walls):
        return False
    if "code_name" not in notice.facts:
        return True
    return may_know(member, case, walls, view.now) or _told_by_office(member, case, view.now)


def _told_by_office(member: Member, case: Case, at: datetime) -> bool:
    """Whether somebody outside the group may hear of the case by their office: the Board, its liaison."""
    return not case.board_only and any(sits(member, seat, at) for seat in _OFFICES_OUTSIDE)


async def _tell_member(
    work: Telling, member: MemberId, kind: NoticeKind, facts: Mapping[str, str], case: Case | None
) -> None:
    named = {**facts, "code_name": case.code_name, **_door_of(case)} if case else facts
    await _add(work, Recipient(RecipientKind.MEMBER, member=member), kind, named, case)


def _door_of(case: Case) -> dict[str, str]:
    """A local matter is opened by another command than a case."""
    return {"local": "yes"} if case.kind is CaseKind.LOCAL else {}


async def _tell_reporter(
    work: Telling, case: Case, report: Report, kind: NoticeKind, facts: Mapping[str, str]
) -> NoticeId:
    to = Recipient(RecipientKind.REPORTER, report=report.id)
    return await _add(work, to, kind, facts, case, kept_only=report.contact_is_safe is False)


async def _add(
    work: Telling,
    to: Recipient,
    kind: NoticeKind,
    facts: Mapping[str, str],
    case: Case | None,
    *,
    sanction: SanctionId | None = None,
    kept_only: bool = False,
) -> NoticeId:
    notice = Notice(
        id=NoticeId(new_id()),
        kind=kind,
        to=to,
        case=case.id if case else None,
        facts=tellable(to.kind, facts),
        created_at=work.now,
        next_try=None if kept_only else work.now,
        state=NoticeState.WITHHELD if kept_only else NoticeState.WAITING,
        sanction=sanction,
    )
    await work.notices.add(notice)
    work.wake(Topic.NOTICES)
    return notice.id
