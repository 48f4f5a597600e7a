"""Step back from a case, and decide on somebody whose exclusion is pending. Read `recuse` first.

Policy: P-2.5, P-4.1, P-4.2.
"""

from dataclasses import replace

from guardian.cases.access import case_called, case_for_member, require_permission
from guardian.cases.case import Case
from guardian.cases.exclusions import (
    Exclusion,
    ExclusionKind,
    as_group_case,
    conflict_status_by_member,
    deciders_for,
    handling_groups,
    must_go_to_board,
)
from guardian.errors import NotFound
from guardian.ids import MemberId
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.services.authorization import require_or_not_found
from guardian.services.conflicts.exclusions import choose_contact, notify_of_exclusions, send_to_board
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deliberation.tally import recount
from guardian.services.notify import notify_members, notify_reporters
from rules.conflicts import ConflictReason, ConflictStatus, board_only, may_admit, may_recuse
from rules.policy import Policy


async def recuse(
    app: AppContext,
    by: MemberId,
    code_name: str,
    reason: ConflictReason,
    words: str = "",
    about: MemberId | None = None,
) -> str:
    """Recuse the member, who sees the case no more from this instant; return its code name.

    `about` is another member whom a chair sends out. `words` are kept with the case; for `other` they are needed.
    """
    member = about or by
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.RECUSE)
        case = await case_for_member(uow, by, code_name)
        explanation = words.strip() or ("" if reason is ConflictReason.OTHER else reason.value)
        require_or_not_found(may_recuse(by, member, *await _deciders_and_statuses(uow, case), explanation))
        await uow.cases.add_exclusion(
            Exclusion(
                case=case.id, member=member, kind=ExclusionKind.RECUSED, cause=reason, at=uow.now, by=by_member(by)
            )
        )
        entry = Entry(
            act="member.was_recused",
            by=by_member(by),
            authority="P-4.1",
            about={"case": case.id, "member": member},
            case=case.id,
            text=explanation,
        )
        uow.journal.note(entry)
        await handle_recusal(uow, app.policy, case, member)
    return case.code_name


async def decide_pending_exclusion(
    app: AppContext, by: MemberId, code_name: str, member: MemberId, *, stays_out: bool, reason: str
) -> str:
    """Decide that a member whose exclusion is pending takes part, or stays out for good; return the case's code name."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.DECIDE_EXCLUSION)
        case = await case_called(uow, code_name)
        if case is None:
            raise NotFound
        deciders, statuses = await _deciders_and_statuses(uow, case)
        require_or_not_found(may_admit(by, member, deciders, statuses, reason))
        await _end_pending_exclusion(uow, case, member, by, stays_out=stays_out)
        act = "member.was_kept_out" if stays_out else "member.was_admitted"
        uow.journal.note(
            Entry(
                act=act,
                by=by_member(by),
                authority="P-2.5",
                about={"case": case.id, "member": member},
                case=case.id,
                text=reason.strip(),
            )
        )
        if not stays_out:
            await _handle_admission(uow, app.policy, case, member)
    return case.code_name


async def _deciders_and_statuses(
    view: ReadView, case: Case
) -> tuple[frozenset[MemberId], dict[MemberId, ConflictStatus]]:
    exclusions = await view.cases.exclusions_of(case.id)
    return deciders_for(case, await view.people.members(), exclusions, view.now), conflict_status_by_member(exclusions)


async def _end_pending_exclusion(
    uow: UnitOfWork, case: Case, member: MemberId, by: MemberId, *, stays_out: bool
) -> None:
    """End the pending exclusion; where the member stays out, another takes its place in the same instant."""
    for exclusion in await uow.cases.exclusions_of(case.id):
        if exclusion.member == member and exclusion.kind is ExclusionKind.PENDING and exclusion.lifted_at is None:
            await uow.cases.save_exclusion(replace(exclusion, lifted_at=uow.now, lifted_by=by))
    if stays_out:
        cause = "kept out by a chair's word"
        await uow.cases.add_exclusion(
            Exclusion(
                case=case.id, member=member, kind=ExclusionKind.EXCLUDED, cause=cause, at=uow.now, by=by_member(by)
            )
        )


async def handle_recusal(uow: UnitOfWork, policy: Policy, case: Case, member: MemberId) -> None:
    """Send the case to the Board where too few are left, else choose a new contact where the member was it.

    Ballots are counted again without them first, and the reporter is notified of another contact.
    """
    case = await recount(uow, case, policy)
    exclusions = await uow.cases.exclusions_of(case.id)
    members = await uow.people.members()
    if not case.board_only and must_go_to_board(handling_groups(members, uow.now), exclusions, (), policy):
        await notify_of_exclusions(uow, case, await send_to_board(uow, case, by_member(member)))
        return
    await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.RECUSAL})
    if case.contact == member:
        chosen = await choose_contact(uow, replace(case, contact=None), policy)
        await uow.cases.save_case(replace(case, contact=chosen))
        await notify_reporters(uow, case, NoticeKind.REPORTER_NEWS, {"news": News.CONTACT_CHANGED})


async def _handle_admission(uow: UnitOfWork, policy: Policy, case: Case, member: MemberId) -> None:
    """Notify the member of the case as the others were; take back a case that lay with the Board for this alone."""
    groups = handling_groups(await uow.people.members(), uow.now)
    statuses = conflict_status_by_member(await uow.cases.exclusions_of(case.id))
    if case.board_only and not board_only(groups.members, groups.chairs, statuses, policy):
        contact = await choose_contact(uow, case, policy)
        returned = await uow.cases.save_case(as_group_case(case, contact))
        await notify_members(uow, returned, NoticeKind.NEW_REPORT, {"news": News.FROM_BOARD})
        return
    await notify_members(uow, case, NoticeKind.NEW_REPORT, {"news": News.ADMITTED}, only=(member,))
