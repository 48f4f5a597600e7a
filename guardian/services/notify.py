"""Notify people, the one way for it: who may know is asked here, at writing and again at sending.

Members' notices carry code names and clocks; parties' notices their own reference, never a code name, and no text that
a second member has not read (`party_facts`). Read
`notify_members` first.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, Protocol

from guardian.cases.access import (
    is_hidden_from,
    may_know,
    members_who_may_know,
    members_who_may_read,
    states_conflicts_before,
)
from guardian.cases.case import Case, CaseKind, Party, PartyRole
from guardian.cases.case_store import CaseView
from guardian.cases.exclusions import Exclusion, conflict_status_by_member, deciders_for, handling_groups
from guardian.cases.reports import Report
from guardian.ids import (
    AccountId,
    ContactAddress,
    MemberId,
    NoticeId,
    PersonId,
    Reference,
    ReportId,
    SanctionId,
    new_id,
    new_reference,
)
from guardian.notices.disclosure_filter import disclosable_facts
from guardian.notices.models import Notice, NoticeKind, NoticeState, Recipient, RecipientKind
from guardian.notices.party_facts import NO_PARTY_FACTS, PartyFacts, write_out
from guardian.notices.store import NoticeStore
from guardian.people.models import Group, Member, Office
from guardian.people.permissions import BOARD, BOARD_LIAISON, holds_seat
from guardian.unit_of_work import BaseUnitOfWork, WakeupTopic
from rules.conflicts import ConflictStatus
from rules.routing import liaisons_for

_NO_FACTS: Final[Mapping[str, str]] = MappingProxyType({})
_OFFICES_OUTSIDE: Final = (BOARD, BOARD_LIAISON)


class NotifyUnitOfWork(CaseView, BaseUnitOfWork, Protocol):
    """What of a transaction is needed to notify somebody."""

    @property
    def notices(self) -> NoticeStore:
        """Return the store in which notices wait."""


async def notify_members(
    uow: NotifyUnitOfWork,
    case: Case,
    kind: NoticeKind,
    facts: Mapping[str, str] = _NO_FACTS,
    *,
    office: Office | None = None,
    only: Iterable[MemberId] | None = None,
    besides: Iterable[MemberId] = (),
) -> None:
    """Notify each member who may know of the case at this instant, or those chosen among them.

    `office` narrows to holders of an office in the group that handles the case, `only` to the named ones, `besides`
    leaves some out (usually whoever acts). Nobody outside that circle is ever notified, whoever is named.
    """
    group = Group.BOARD if case.board_only else Group.WORKING_GROUP
    chosen = None if only is None else frozenset(only)
    left_out = frozenset(besides)
    for member in await members_who_may_know(uow, case):
        if member.id in left_out or (chosen is not None and member.id not in chosen):
            continue
        if office is None or member.holds_office(group, uow.now, office):
            await _add_member_notice(uow, member.id, kind, facts, case)


async def notify_readers(
    uow: NotifyUnitOfWork, case: Case, kind: NoticeKind, facts: Mapping[str, str], only: Collection[MemberId]
) -> None:
    """Notify those of them whose case it is to read at this instant: its members, and the Board while it lies there."""
    for member in await members_who_may_read(uow, case):
        if member.id in only:
            await _add_member_notice(uow, member.id, kind, facts, case)


async def notify_office(
    uow: NotifyUnitOfWork,
    group: Group,
    office: Office | None,
    kind: NoticeKind,
    facts: Mapping[str, str] = _NO_FACTS,
    case: Case | None = None,
) -> None:
    """Notify each holder of the office (all of the group, if none is named), less those from whom the case is hidden.

    What goes to the liaison to the Board goes to the Board itself, or to whoever takes its place, where nobody speaks
    to it (P-1.1).
    """
    exclusions = await uow.cases.exclusions_of(case.id) if case else ()
    free = [m for m in await uow.people.members() if case is None or not _is_kept_from(m, case, exclusions)]
    holders = [m for m in free if m.holds_office(group, uow.now, office)]
    if not holders and office is Office.BOARD_LIAISON:
        holders = [m for m in free if holds_seat(m, BOARD, uow.now)]
    for member in holders:
        await _add_member_notice(uow, member.id, kind, facts, case)


async def notify_officeholders(
    uow: NotifyUnitOfWork, case: Case, members: Iterable[Member], kind: NoticeKind, facts: Mapping[str, str] = _NO_FACTS
) -> int:
    """Notify each of them, in a notice that does not name the case, unless it is hidden from them; return how many.

    For those who learn by their office how something goes on that is not theirs to know (P-8.2).
    """
    exclusions = await uow.cases.exclusions_of(case.id)
    notified = [member for member in members if not _is_kept_from(member, case, exclusions)]
    for member in notified:
        await _add_notice(uow, Recipient(kind=RecipientKind.MEMBER, member=member.id), kind, facts, case)
    return len(notified)


async def notify_member(
    uow: NotifyUnitOfWork, member: MemberId, kind: NoticeKind, facts: Mapping[str, str]
) -> NoticeId:
    """Notify the member of something about no case: it says nothing that only those on a case may know."""
    return await _add_member_notice(uow, member, kind, facts, None)


async def notify_person(
    uow: NotifyUnitOfWork,
    case: Case,
    person: PersonId,
    kind: NoticeKind,
    facts: PartyFacts = NO_PARTY_FACTS,
    sanction: SanctionId | None = None,
) -> NoticeId:
    """Notify the reported person, under their own reference, and return the id of the notice."""
    named = write_out({**facts, "reference": await ensure_reference(uow, case, person)})
    return await _add_notice(
        uow, Recipient(kind=RecipientKind.PERSON, person=person), kind, named, case, sanction=sanction
    )


async def notify_account_owner(
    uow: NotifyUnitOfWork, case: Case, account: AccountId, kind: NoticeKind, facts: PartyFacts = NO_PARTY_FACTS
) -> NoticeId:
    """Notify whoever owns the linked account, and nobody else.

    They may be a stranger to the case, so neither a reference nor anything of it is in the notice, which is only
    encrypted with the case's key.
    """
    return await _add_notice(uow, Recipient(kind=RecipientKind.ACCOUNT, account=account), kind, write_out(facts), case)


async def notify_administrator(
    uow: NotifyUnitOfWork, address: ContactAddress, kind: NoticeKind, facts: PartyFacts
) -> NoticeId:
    """Write to whoever looks after a space without a connector, by mail: about no case, and without a name."""
    return await _add_notice(
        uow, Recipient(kind=RecipientKind.ADMINISTRATOR, address=address), kind, write_out(facts), None
    )


async def notify_reporters(
    uow: NotifyUnitOfWork,
    case: Case,
    kind: NoticeKind,
    facts: PartyFacts = NO_PARTY_FACTS,
    *,
    only: ReportId | None = None,
) -> tuple[NoticeId, ...]:
    """Notify each reporter of the case (or of one report in it) who has not withdrawn, under their own reference.

    Where contact is not safe, the notice is kept for the follow-up page and sent nowhere.
    """
    references = {p.report: p.reference for p in await uow.cases.parties_of(case.id) if p.role is PartyRole.REPORTER}
    notices = []
    for report in await uow.cases.reports_of(case.id):
        if report.withdrawn_at is None and report.id in references and only in (None, report.id):
            named = write_out({**facts, "reference": references[report.id]})
            notices.append(await _add_reporter_notice(uow, case, report, kind, named))
    return tuple(notices)


async def ensure_reference(uow: CaseView, case: Case, person: PersonId) -> Reference:
    """Return the reference by which the reported person knows the case; give them one if they have none yet."""
    for party in await uow.cases.parties_of(case.id):
        if party.role is PartyRole.REPORTED and party.person == person:
            return party.reference
    reference = new_reference()
    await uow.cases.add_party(Party(case.id, PartyRole.REPORTED, reference, person=person))
    return reference


async def notify_deciders(
    uow: NotifyUnitOfWork,
    case: Case,
    kind: NoticeKind,
    facts: Mapping[str, str] = _NO_FACTS,
    *,
    besides: MemberId | None = None,
    about: Iterable[MemberId] = (),
) -> None:
    """Notify each of those who decide in this case what a chair decides, on `about` where it is on somebody.

    Policy: P-4.1.
    """
    exclusions = await uow.cases.exclusions_of(case.id)
    deciders = deciders_for(case, await uow.people.members(), exclusions, uow.now, about)
    for member in sorted(deciders - {besides}):
        if case.board_only or not is_hidden_from(member, case, exclusions):
            await _add_member_notice(uow, member, kind, facts, case)


async def notify_board_liaison(
    uow: NotifyUnitOfWork,
    case: Case,
    kind: NoticeKind,
    facts: Mapping[str, str] = _NO_FACTS,
    *,
    besides: MemberId | None = None,
) -> frozenset[MemberId]:
    """Notify whoever takes the matter to the Board: its liaison, or the Board's others where it concerns the liaison.

    `besides` counts as somebody whom it concerns. Return who was notified. Policy: P-8.5.
    """
    statuses = conflict_status_by_member(await uow.cases.exclusions_of(case.id))
    unavailable = statuses if besides is None else {**statuses, besides: ConflictStatus.RECUSED}
    recipients = liaisons_for(handling_groups(await uow.people.members(), uow.now), unavailable)
    for member in sorted(recipients):
        await _add_member_notice(uow, member, kind, facts, case)
    return recipients


async def may_still_receive(view: CaseView, notice: Notice) -> bool:
    """Return whether the recipient may still be notified, asked again at sending; a party always may."""
    if notice.to.member is None:
        return True
    member = await view.people.member(notice.to.member)
    if member is not None and notice.kind is NoticeKind.MEMBERSHIP_ENDED:
        return True
    if member is None or not member.holds_any_office(view.now) or _is_from_before(notice, member):
        return False
    if notice.case is None:
        return True
    case = await view.cases.case(notice.case)
    exclusions = await view.cases.exclusions_of(notice.case)
    if case is None or _is_kept_from(member, case, exclusions):
        return False
    if "code_name" not in notice.facts:
        return True
    return may_know(member, case, exclusions, view.now) or _is_notified_by_office(member, case, view.now)


def _is_kept_from(member: Member, case: Case, exclusions: Iterable[Exclusion]) -> bool:
    """Whether the case is kept from them, by an exclusion or until they have stated their conflicts."""
    return states_conflicts_before(member, case) or is_hidden_from(member.id, case, exclusions)


def _is_from_before(notice: Notice, member: Member) -> bool:
    """Whether it was written before they left, and they were seated anew since (P-1.2)."""
    return bool(member.seated_at and notice.created_at and notice.created_at < member.seated_at)


def _is_notified_by_office(member: Member, case: Case, at: datetime) -> bool:
    """Return whether somebody outside the group may be notified of the case by their office: the Board, its liaison."""
    return not case.board_only and any(holds_seat(member, seat, at) for seat in _OFFICES_OUTSIDE)


async def _add_member_notice(
    uow: NotifyUnitOfWork, member: MemberId, kind: NoticeKind, facts: Mapping[str, str], case: Case | None
) -> NoticeId:
    named = {**facts, "code_name": case.code_name, **_case_kind_facts(case)} if case else facts
    return await _add_notice(uow, Recipient(kind=RecipientKind.MEMBER, member=member), kind, named, case)


def _case_kind_facts(case: Case) -> dict[str, str]:
    """A local matter is opened by another command than a case."""
    return {"local": "yes"} if case.kind is CaseKind.LOCAL else {}


async def _add_reporter_notice(
    uow: NotifyUnitOfWork, case: Case, report: Report, kind: NoticeKind, facts: Mapping[str, str]
) -> NoticeId:
    to = Recipient(kind=RecipientKind.REPORTER, report=report.id)
    return await _add_notice(uow, to, kind, facts, case, page_only=report.contact_is_safe is False)


async def _add_notice(
    uow: NotifyUnitOfWork,
    to: Recipient,
    kind: NoticeKind,
    facts: Mapping[str, str],
    case: Case | None,
    *,
    sanction: SanctionId | None = None,
    page_only: bool = False,
) -> NoticeId:
    notice = Notice(
        id=NoticeId(new_id()),
        kind=kind,
        to=to,
        case=case.id if case else None,
        facts=disclosable_facts(to.kind, facts),
        created_at=uow.now,
        next_try=None if page_only else uow.now,
        state=NoticeState.WITHHELD if page_only else NoticeState.WAITING,
        sanction=sanction,
    )
    await uow.notices.add(notice)
    uow.wake(WakeupTopic.NOTICES)
    return notice.id
