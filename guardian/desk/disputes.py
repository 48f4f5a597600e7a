"""Somebody says that an account is not who it was taken for: whoever owns it, or the person it was linked to.

The link holds until it has been looked at, since else everybody would say so; the look is due soon, by somebody who
neither made nor confirmed it, and then it is the chair's. Policy: P-6.4.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from guardian.cases.access import acting
from guardian.cases.drafts import text_fits
from guardian.cases.values import Case, Promise, PromiseKind
from guardian.desk.desk import Desk, View, Work
from guardian.desk.knowing import accounts_known_to
from guardian.desk.linking import LinkView, as_known, person_and_case, view_of
from guardian.desk.moving import again, case_of, insist, keep, keep_about, promise
from guardian.desk.owners import link_behind, owners_facts
from guardian.desk.readmission import keep_out
from guardian.desk.telling import tell_deciders, tell_members, tell_owner
from guardian.errors import NotFound, Refused
from guardian.ids import AccountId, MemberId, PersonId, SpaceName, new_id
from guardian.journal import PARTY, SERVICE, Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.links import Dispute
from guardian.people.permissions import UseCase
from guardian.people.values import KnownAccount
from guardian.spaces.proof import Shown
from rules.deadlines import Deadline, due, next_date
from rules.links import may_keep
from rules.policy import Policy

_OVER = "This account is not linked to anybody any more, so there is nothing to dispute."


@dataclass(frozen=True, slots=True)
class LinkedLine:
    """One account that was added to what is known of a person, as that person reads it; `looked_at_by` once disputed."""

    link: AccountId
    space: SpaceName
    handle: str
    looked_at_by: datetime | None


@dataclass(frozen=True, slots=True)
class DisputeRead:
    """One open dispute as a member reads it. `may_keep`: the reader may say that the link stays.

    `shown` are the accounts that they have shown to be theirs by signing in.
    """

    link: AccountId
    at: datetime
    text: str
    by_owner: bool
    may_keep: bool
    shown: tuple[Shown, ...] = ()


async def not_mine(desk: Desk, receipt: str, text: str, shown: tuple[Shown, ...] = ()) -> str:
    """The owner of a linked account has said that they are not whom it was taken for; the group owes it a look.

    `shown` are accounts that they have shown to be theirs: they stand with what they wrote, for the same readers.
    """
    insist(text_fits(text, desk.longest_text))
    async with desk.works.begin() as work:
        link = await link_behind(work, receipt)
        until = await _disputed(desk, work, link, text.strip(), shown, by_owner=True)
    return _answer(until)


async def dispute_by_person(desk: Desk, work: Work, person: PersonId, link_id: AccountId, text: str) -> str:
    """The person has said on their own page that the account is not theirs; the group owes it a look."""
    link = await work.people.account(link_id)
    if link is None or link.person != person or link.id not in {each.link for each in await lines_for(work, person)}:
        raise NotFound
    return _answer(await _disputed(desk, work, link, text.strip(), (), by_owner=False))


async def lines_for(view: View, person: PersonId) -> tuple[LinkedLine, ...]:
    """The accounts that only people's word has added to what is known of the person, for their own page."""
    surely = await view.people.surely_of(person)
    links = [link for link in await view.people.accounts_of(person) if link.binding and link not in surely]
    lines = []
    for link in links:
        open_ = [each for each in await view.links.disputes_of(link.id) if each.settled_at is None]
        promises = [p for each in open_ for p in await view.promises.open_about(each.id, PromiseKind.LINK_DISPUTE)]
        lines.append(LinkedLine(link.id, link.account.space, link.handle, promises[0].due if promises else None))
    return tuple(lines)


async def open_disputes(view: View, by: MemberId, person: PersonId) -> tuple[DisputeRead, ...]:
    """The disputes about the person's accounts that wait for a look, as far as the member may know of the accounts."""
    found = []
    for link in await accounts_known_to(view, by, person):
        may = bool(may_keep(by_member(by), await made_by(view, link)))
        disputes = [each for each in await view.links.disputes_of(link.id) if each.settled_at is None]
        found += [DisputeRead(link.id, each.at, each.text, each.by_owner, may, each.shown) for each in disputes]
    return tuple(found)


async def keep_link(desk: Desk, by: MemberId, link_id: AccountId) -> LinkView:
    """The disputed link stays, on the word of somebody who neither made nor confirmed it; its owner can read so."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.CONFIRM_LINK)
        link = await work.people.account(link_id)
        person = await work.people.person(link.person) if link else None
        if link is None or person is None:
            raise NotFound
        _, case = await person_and_case(work, by, person.code_name)
        seen = await as_known(work, by, link)
        waiting = [each for each in await work.links.disputes_of(link.id) if each.settled_at is None]
        if not waiting:
            raise Refused("not_disputed", "Nobody disputes this link, or it has been looked at already.", "P-6.4")
        insist(may_keep(by_member(by), await made_by(work, link)))
        await settle(work, link, by, upheld=False)
        if any(each.by_owner for each in waiting):
            facts = await owners_facts(work, case, link)
            await tell_owner(work, case, link.id, NoticeKind.ACCOUNT_KEPT, facts)
        await tell_members(work, case, NoticeKind.CASE_NEWS, {"news": News.LINK_KEPT}, besides=(by,))
        about = {"person": person.id, "account": link.id}
        work.journal.note(Entry("link.was_kept", by_member(by), "P-6.4", about, case.id))
    return view_of(person, seen)


async def settle(work: Work, link: KnownAccount, by: MemberId, *, upheld: bool) -> None:
    """Every open dispute of the link has its answer, and nothing is owed any more."""
    for dispute in await work.links.disputes_of(link.id):
        if dispute.settled_at is None:
            await work.links.save_dispute(replace(dispute, settled_at=work.now, settled_by=by, upheld=upheld))
            await keep_about(work, dispute.id, PromiseKind.LINK_DISPUTE)


async def dispute_by_the_clock(work: Work, policy: Policy, made: Promise) -> None:
    """Nobody has looked in time: whoever decides in the case is told, again and again until somebody has."""
    dispute = await work.links.dispute(made.about)
    if dispute is None or dispute.settled_at is not None or made.case is None:
        await keep(work, made)
        return
    case = await case_of(work, made.case)
    await tell_deciders(work, case, NoticeKind.LINK_DISPUTED, {"due": made.due.isoformat()})
    fresh = next_date(Deadline.LINK_DISPUTE, made.due, work.now, policy)
    await again(work, made, fresh or work.now, due_at=fresh)
    work.journal.note(Entry("link_dispute.was_recalled", SERVICE, "P-6.4", {"account": dispute.link}, case.id))


async def made_by(view: View, link: KnownAccount) -> tuple[str, ...]:
    """Who made the link or agreed to it, or joined its person to another: none of them looks at it again."""
    joins = [made for made in await view.links.joins_of(link.person) if made.stands]
    second = [link.confirmed_by, *(made.confirmed_by for made in joins)]
    first = [link.linked_by, *(naming.by for naming in link.namings), *(made.by for made in joins)]
    return (*first, *(by_member(each) for each in second if each))


async def _disputed(
    desk: Desk, work: Work, link: KnownAccount, text: str, shown: tuple[Shown, ...], *, by_owner: bool
) -> datetime:
    """The words are with the link, its case's members are told, and a look is owed; by when is the answer."""
    if not link.binding:
        raise Refused("not_linked", _OVER, "P-6.4")
    case = await case_of(work, link.namings[-1].case)
    case = await keep_out(work, desk.policy, case, "\n".join((text, *_as_words(shown))))
    about = {"account": link.id}
    entry = Entry("link.was_disputed", PARTY, "P-6.4", about, case.id)
    work.journal.note(entry)
    known = [each for each in await work.links.disputes_of(link.id) if each.settled_at is None]
    known = [each for each in known if each.by_owner is by_owner]
    if known:
        every = tuple(dict.fromkeys((*known[0].shown, *shown)))
        await work.links.save_dispute(replace(known[0], text=f"{known[0].text}\n\n{text}", shown=every))
        promises = await work.promises.open_about(known[0].id, PromiseKind.LINK_DISPUTE)
        await _tell(work, case, promises[0].due)
        return promises[0].due
    dispute = Dispute(new_id(), link.id, case.id, work.now, text, by_owner, shown=shown)
    await work.links.add_dispute(dispute)
    until = due(Deadline.LINK_DISPUTE, work.now, desk.policy)
    await promise(work, PromiseKind.LINK_DISPUTE, case.id, until, about=dispute.id)
    await _tell(work, case, until)
    return until


def _as_words(shown: tuple[Shown, ...]) -> tuple[str, ...]:
    """The accounts as words, so that a member whose own account is among them hears of nothing before a chair's word."""
    return tuple(f"{each.handle} {each.account.native_id}" for each in shown)


async def _tell(work: Work, case: Case, until: datetime) -> None:
    await tell_members(work, case, NoticeKind.LINK_DISPUTED, {"due": until.isoformat()})


def _answer(until: datetime) -> str:
    return (
        f"Thank you. What you wrote is with the group, and somebody who did not link this account looks at it by "
        f"{until:%d %B %Y, %H:%M} UTC. If it was a mistake, it is undone at once."
    )
