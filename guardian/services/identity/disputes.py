"""Dispute that an account is who it was taken for, as whoever owns it, or as the person it was linked to.

The link stands until the dispute has been reviewed, since else everybody would say so; the review is due soon, by
somebody who neither made nor confirmed it, and then it is the chair's. Read `dispute_as_owner` first. Policy: P-6.4.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.access import require_permission
from guardian.cases.case import Case
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.drafts import check_text
from guardian.cases.received_words import kept_text
from guardian.errors import NotFound, Refused
from guardian.ids import AccountId, MemberId, PersonId, SpaceName, new_id
from guardian.journal import PARTY, SERVICE, Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.notices.replies import Reply
from guardian.people.links import Dispute
from guardian.people.models import LinkedAccount
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.case_flow import get_case
from guardian.services.conflicts.exclusions import claim_named_in_text
from guardian.services.conflicts.indicated import search_ahead
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.deadlines import complete, complete_about, reschedule, start_deadline
from guardian.services.identity.account_owners import build_owner_notice_facts, link_for_receipt
from guardian.services.identity.linking import LinkView, as_visible, build_link_view, get_person_and_case
from guardian.services.notify import notify_account_owner, notify_deciders, notify_members
from guardian.services.visibility import visible_accounts
from guardian.spaces.account_proof import ProvenAccount
from rules.deadlines import TimeLimit, due_at, next_due_at
from rules.identity import may_keep_link

_NOT_LINKED = "This account is not linked to anybody any more, so there is nothing to dispute."


@dataclass(frozen=True, slots=True)
class LinkLine:
    """One account that was added to what is known of a person, as that person reads it; `review_due_at` once disputed."""

    link: AccountId
    space: SpaceName
    handle: str
    review_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class DisputeView:
    """One open dispute as a member reads it. `may_keep`: the reader may say that the link stays.

    `shown` are the accounts that they have shown to be theirs by signing in.
    """

    link: AccountId
    at: datetime
    text: str
    by_owner: bool
    may_keep: bool
    shown: tuple[ProvenAccount, ...] = ()


async def dispute_as_owner(app: AppContext, receipt: str, text: str, shown: tuple[ProvenAccount, ...] = ()) -> Reply:
    """Dispute the link as the owner of the account; the group owes it a review.

    `shown` are accounts that they have shown to be theirs: they stand with what they wrote, for the same readers.
    """
    require(check_text(text, app.longest_text))
    await search_ahead(app, kept_text(text.strip()), *_as_text(shown))
    async with app.units_of_work.begin() as uow:
        link = await link_for_receipt(uow, receipt)
        until = await _record_dispute(app, uow, link, text.strip(), shown, by_owner=True)
    return Reply("answers.dispute", {"until": until})


async def dispute_as_person(app: AppContext, uow: UnitOfWork, person: PersonId, link_id: AccountId, text: str) -> Reply:
    """Dispute the link as the person, on their own page; the group owes it a review."""
    link = await uow.people.account(link_id)
    if (
        link is None
        or link.person != person
        or link.id not in {each.link for each in await disputes_of_person(uow, person)}
    ):
        raise NotFound
    return Reply("answers.dispute", {"until": await _record_dispute(app, uow, link, text.strip(), (), by_owner=False)})


async def disputes_of_person(view: ReadView, person: PersonId) -> tuple[LinkLine, ...]:
    """Return the accounts that only people's word has added to what is known of the person, for their own page."""
    surely = await view.people.contactable_accounts(person)
    links = [link for link in await view.people.accounts_of(person) if link.binding and link not in surely]
    lines = []
    for link in links:
        open_ = [each for each in await view.links.disputes_of(link.id) if each.settled_at is None]
        deadlines = [
            deadline
            for each in open_
            for deadline in await view.deadlines.open_about(each.id, DeadlineKind.LINK_DISPUTE)
        ]
        lines.append(LinkLine(link.id, link.account.space, link.handle, deadlines[0].due if deadlines else None))
    return tuple(lines)


async def list_open_disputes(view: ReadView, by: MemberId, person: PersonId) -> tuple[DisputeView, ...]:
    """Return the open disputes about the person's accounts, as far as the member may know of the accounts."""
    found = []
    for link in await visible_accounts(view, by, person):
        may = bool(may_keep_link(by_member(by), await list_link_makers(view, link)))
        disputes = [each for each in await view.links.disputes_of(link.id) if each.settled_at is None]
        found += [
            DisputeView(
                link=link.id, at=each.at, text=each.text, by_owner=each.by_owner, may_keep=may, shown=each.shown
            )
            for each in disputes
        ]
    return tuple(found)


async def keep_link(app: AppContext, by: MemberId, link_id: AccountId) -> LinkView:
    """Keep the disputed link, on the word of somebody who neither made nor confirmed it; its owner can read so."""
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.CONFIRM_LINK)
        link = await uow.people.account(link_id)
        person = await uow.people.person(link.person) if link else None
        if link is None or person is None:
            raise NotFound
        _, case = await get_person_and_case(uow, by, person.code_name)
        visible = await as_visible(uow, by, link)
        waiting = [each for each in await uow.links.disputes_of(link.id) if each.settled_at is None]
        if not waiting:
            raise Refused("not_disputed", "Nobody disputes this link, or it has been looked at already.", "P-6.4")
        require(may_keep_link(by_member(by), await list_link_makers(uow, link)))
        await settle_dispute(uow, link, by, upheld=False)
        if any(each.by_owner for each in waiting):
            facts = await build_owner_notice_facts(uow, case, link)
            await notify_account_owner(uow, case, link.id, NoticeKind.OWNER_LINK_KEPT, facts)
        await notify_members(uow, case, NoticeKind.CASE_NEWS, {"news": News.LINK_KEPT}, besides=(by,))
        about = {"person": person.id, "account": link.id}
        uow.journal.note(Entry(act="link.was_kept", by=by_member(by), authority="P-6.4", about=about, case=case.id))
    return build_link_view(person, visible)


async def settle_dispute(uow: UnitOfWork, link: LinkedAccount, by: MemberId, *, upheld: bool) -> None:
    """Answer every open dispute of the link, and complete what was owed to it."""
    for dispute in await uow.links.disputes_of(link.id):
        if dispute.settled_at is None:
            await uow.links.save_dispute(replace(dispute, settled_at=uow.now, settled_by=by, upheld=upheld))
            await complete_about(uow, dispute.id, DeadlineKind.LINK_DISPUTE)


async def on_dispute_due(app: AppContext, uow: UnitOfWork, deadline: Deadline) -> None:
    """Notify whoever decides in the case of a dispute that nobody has reviewed in time, until somebody has."""
    dispute = await uow.links.dispute(deadline.about)
    if dispute is None or dispute.settled_at is not None or deadline.case is None:
        await complete(uow, deadline)
        return
    case = await get_case(uow, deadline.case)
    await notify_deciders(uow, case, NoticeKind.LINK_DISPUTED, {"due": deadline.due.isoformat()})
    fresh = next_due_at(TimeLimit.LINK_DISPUTE, deadline.due, uow.now, app.policy)
    await reschedule(uow, deadline, fresh, due_at=fresh)
    uow.journal.note(
        Entry(
            act="link_dispute.was_recalled",
            by=SERVICE,
            authority="P-6.4",
            about={"account": dispute.link},
            case=case.id,
        )
    )


async def list_link_makers(view: ReadView, link: LinkedAccount) -> tuple[str, ...]:
    """Return who made the link or agreed to it, or merged its person with another: none of them reviews it."""
    merges = [merge for merge in await view.links.merges_of(link.person) if merge.is_active]
    second = [link.confirmed_by, *(merge.confirmed_by for merge in merges)]
    first = [
        link.linked_by,
        *(link_evidence.by for link_evidence in link.case_evidence),
        *(merge.by for merge in merges),
    ]
    return (*first, *(by_member(each) for each in second if each))


async def _record_dispute(
    app: AppContext,
    uow: UnitOfWork,
    link: LinkedAccount,
    text: str,
    shown: tuple[ProvenAccount, ...],
    *,
    by_owner: bool,
) -> datetime:
    """Store the words with the link, notify its case's members, and return by when the review is due."""
    if not link.binding:
        raise Refused("not_linked", _NOT_LINKED, "P-6.4")
    text = kept_text(text)
    case = await get_case(uow, link.case_evidence[-1].case)
    await claim_named_in_text(uow, app.policy, case, "\n".join((text, *_as_text(shown))))
    about = {"account": link.id}
    entry = Entry(act="link.was_disputed", by=PARTY, authority="P-6.4", about=about, case=case.id)
    uow.journal.note(entry)
    known = [each for each in await uow.links.disputes_of(link.id) if each.settled_at is None]
    known = [each for each in known if each.by_owner is by_owner]
    if known:
        every = tuple(dict.fromkeys((*known[0].shown, *shown)))
        await uow.links.save_dispute(replace(known[0], text=f"{known[0].text}\n\n{text}", shown=every))
        deadlines = await uow.deadlines.open_about(known[0].id, DeadlineKind.LINK_DISPUTE)
        await _notify(uow, case, deadlines[0].due)
        return deadlines[0].due
    dispute = Dispute(id=new_id(), link=link.id, case=case.id, at=uow.now, text=text, by_owner=by_owner, shown=shown)
    await uow.links.add_dispute(dispute)
    until = due_at(TimeLimit.LINK_DISPUTE, uow.now, app.policy)
    await start_deadline(uow, DeadlineKind.LINK_DISPUTE, case.id, until, about=dispute.id)
    await _notify(uow, case, until)
    return until


def _as_text(shown: tuple[ProvenAccount, ...]) -> tuple[str, ...]:
    """Return the accounts as words, so that a member whose own is among them is excluded until a chair's word."""
    return tuple(f"{each.handle} {each.account.native_id}" for each in shown)


async def _notify(uow: UnitOfWork, case: Case, until: datetime) -> None:
    await notify_members(uow, case, NoticeKind.LINK_DISPUTED, {"due": until.isoformat()})
