"""Undo a wrong link with one act: the account is released at once, its owner gets an apology, both stay on record.

Undoing only lets somebody go, so it is open to everybody on the case and never braked. Read `unlink` first. Policy:
P-6.4.
"""

from dataclasses import dataclass, replace

from guardian.cases.access import is_excluded, members_who_may_know, require_permission
from guardian.cases.case import Case
from guardian.cases.drafts import check_text
from guardian.cases.exclusions import OWN_ACCOUNT, Exclusion, ExclusionKind
from guardian.errors import NotFound, Refused
from guardian.ids import AccountId, MemberId, PersonId, SpaceName
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.models import LinkedAccount, Member, Person
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import get_case
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.identity.disputes import settle_dispute
from guardian.services.identity.linking import as_visible, get_person_and_case
from guardian.services.notify import notify_deciders, notify_members
from guardian.services.visibility import visible_accounts
from guardian.spaces.port import Account
from guardian.unit_of_work import WakeupTopic


@dataclass(frozen=True, slots=True)
class UnlinkResult:
    """An account that is nobody's any more: whose it was taken for, where, and how many of theirs are still known."""

    person: str
    space: SpaceName
    remaining: int


async def unlink(
    app: AppContext, by: MemberId, person_code: str, space: SpaceName, text: str, reason: str
) -> UnlinkResult:
    """Unlink the account that is called so there from the person, and release it at once.

    `text` is the handle or id; it may be left out where only one account of theirs is known there.
    """
    require(check_text(reason, app.longest_text))
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.UNLINK)
        person, case = await get_person_and_case(uow, by, person_code)
        link = _find_link(await visible_accounts(uow, by, person.id), space, text)
        return await _unlink(app, uow, by, person, case, link.id, reason.strip())


async def unlink_by_id(app: AppContext, by: MemberId, link_id: AccountId, reason: str) -> UnlinkResult:
    """Do as `unlink` does, for a link that the member has before them."""
    require(check_text(reason, app.longest_text))
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.UNLINK)
        link = await uow.people.account(link_id)
        person = await uow.people.person(link.person) if link else None
        if link is None or person is None:
            raise NotFound
        _, case = await get_person_and_case(uow, by, person.code_name)
        await as_visible(uow, by, link)
        return await _unlink(app, uow, by, person, case, link.id, reason.strip())


def _find_link(links: tuple[LinkedAccount, ...], space: SpaceName, text: str) -> LinkedAccount:
    here = [link for link in links if link.account.space == space]
    typed = text.strip().casefold().removeprefix("@")
    named = [link for link in here if typed in (link.handle.casefold(), link.account.native_id.casefold())]
    found = named if typed else here
    if len(found) == 1:
        return found[0]
    sentence = "No account of theirs is known there by that name. Their accounts stand in the reading room: `/case`"
    if found:
        sentence = "Several accounts of theirs are known there. Say which, by its name or id: `/case` shows them."
    raise Refused("no_such_link", sentence, "P-6.4")


async def _unlink(
    app: AppContext, uow: UnitOfWork, by: MemberId, person: Person, case: Case, link_id: AccountId, reason: str
) -> UnlinkResult:
    link = await uow.people.account(link_id)
    if link is None or link.ended_at is not None:
        raise Refused("not_linked", "This link has been undone already.", "P-6.4")
    elsewhere = await _binding_elsewhere(uow, by, link)
    if elsewhere is not None:
        return await _unlink_in_own_cases(uow, by, person, case, elsewhere, reason)
    await uow.people.save_account(replace(link, ended_at=uow.now, ended_by=by))
    await uow.sanctions.schedule_account(link.id, uow.now)
    uow.wake(WakeupTopic.WORK_ITEMS)
    await settle_dispute(uow, link, by, upheld=True)
    about = {"person": person.id, "account": link.id}
    uow.journal.note(
        Entry(act="link.was_undone", by=by_member(by), authority="P-6.4", about=about, case=case.id, text=reason)
    )
    await _recheck_exclusions(uow, person.id, link.account, by)
    notified = {by}
    facts = {"news": News.LINK_UNDONE, "person": person.code_name}
    # Whoever has named the account in another matter, as a moderator who measured it, has to know as well.
    for other in [
        case,
        *[
            await get_case(uow, link_evidence.case)
            for link_evidence in link.case_evidence
            if link_evidence.case != case.id
        ],
    ]:
        await notify_members(uow, other, NoticeKind.CASE_NEWS, facts, besides=notified)
        notified |= {member.id for member in await members_who_may_know(uow, other)}
    remaining = [each for each in await visible_accounts(uow, by, person.id) if each.binding]
    return UnlinkResult(person.code_name, link.account.space, len(remaining))


async def _binding_elsewhere(view: ReadView, by: MemberId, link: LinkedAccount) -> LinkedAccount | None:
    """Return the link as cases have it in which this member has a conflict, if it binds by their word.

    Whoever is kept out of a case frees nobody whom it restricts. Policy: P-4.1.
    """
    conflicted_evidence = tuple(
        [each for each in link.case_evidence if is_excluded(by, await view.cases.exclusions_of(each.case))]
    )
    remaining = link.visible_from({link_evidence.case for link_evidence in conflicted_evidence})
    return (
        replace(remaining, case_evidence=conflicted_evidence) if remaining is not None and remaining.binding else None
    )


async def _unlink_in_own_cases(
    uow: UnitOfWork, by: MemberId, person: Person, case: Case, remaining: LinkedAccount, reason: str
) -> UnlinkResult:
    """Unlink the account in the member's own cases alone, and notify those on the others.

    The answer is as always.
    """
    await uow.people.save_account(remaining)
    about = {"person": person.id, "account": remaining.id}
    uow.journal.note(
        Entry(act="link.was_given_up", by=by_member(by), authority="P-6.4", about=about, case=case.id, text=reason)
    )
    notified: set[MemberId] = {by}
    for link_evidence in remaining.case_evidence:
        other = await get_case(uow, link_evidence.case)
        await notify_members(uow, other, NoticeKind.CASE_NEWS, {"news": News.CONFLICT})
        notified |= {member.id for member in await members_who_may_know(uow, other)}
    facts = {"news": News.LINK_UNDONE, "person": person.code_name}
    await notify_members(uow, case, NoticeKind.CASE_NEWS, facts, besides=notified)
    known = [each for each in await visible_accounts(uow, by, person.id) if each.binding]
    return UnlinkResult(person.code_name, remaining.account.space, len(known))


async def _recheck_exclusions(uow: UnitOfWork, person: PersonId, account: Account, by: MemberId) -> None:
    """Make an exclusion for this account alone a pending one, and ask those who decide. Policy: P-2.5."""
    member = await uow.people.member_with_account(account)
    if member is None or await _is_still_indicated(uow, person, member):
        return
    for case in await uow.cases.cases_of(person):
        exclusions = [
            each
            for each in await uow.cases.exclusions_of(case.id)
            if each.member == member.id and each.lifted_at is None
        ]
        own_account_exclusions = [
            each for each in exclusions if each.kind is ExclusionKind.EXCLUDED and each.cause == OWN_ACCOUNT
        ]
        if not own_account_exclusions or await _has_written_evidence(uow, case, member):
            continue
        for exclusion in own_account_exclusions:
            await uow.cases.save_exclusion(replace(exclusion, lifted_at=uow.now, lifted_by=by))
        if not any(each.kind is ExclusionKind.PENDING for each in exclusions):
            cause = "an account of theirs was linked by mistake"
            await uow.cases.add_exclusion(
                Exclusion(
                    case=case.id,
                    member=member.id,
                    kind=ExclusionKind.PENDING,
                    cause=cause,
                    at=uow.now,
                    by=by_member(by),
                )
            )
        uow.journal.note(
            Entry(
                act="wall.was_put_in_doubt",
                by=by_member(by),
                authority="P-2.5",
                about={"case": case.id, "member": member.id},
                case=case.id,
            )
        )
        await notify_deciders(uow, case, NoticeKind.EXCLUSION_TO_DECIDE)


async def _is_still_indicated(view: ReadView, person: PersonId, member: Member) -> bool:
    """Whether another account still says that the member and the person are one."""
    links = [link for link in await view.people.accounts_of(person) if link.ended_at is None]
    return member.person == person or any(link.account in member.accounts for link in links)


async def _has_written_evidence(view: ReadView, case: Case, member: Member) -> bool:
    return any(piece.author in member.accounts for piece in await view.cases.evidence_of(case.id) if piece.author)
