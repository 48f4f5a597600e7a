"""A wrong link is undone with one act: the account is released at once, its owner gets an apology, both stay on record.

Undoing only lets somebody go, so it is open to everybody on the case and never braked. Policy: P-6.4.
"""

from dataclasses import dataclass, replace

from guardian.cases.access import acting, members_who_may_know, walled
from guardian.cases.drafts import text_fits
from guardian.cases.values import Case, Wall, WallKind
from guardian.cases.walls import OWN_ACCOUNT
from guardian.desk.desk import Desk, Topic, View, Work
from guardian.desk.disputes import settle
from guardian.desk.knowing import accounts_known_to
from guardian.desk.linking import as_known, person_and_case
from guardian.desk.moving import case_of, insist
from guardian.desk.telling import tell_deciders, tell_members
from guardian.errors import NotFound, Refused
from guardian.ids import AccountId, MemberId, PersonId, SpaceName
from guardian.journal import Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.permissions import UseCase
from guardian.people.values import KnownAccount, Member, Person
from guardian.spaces.port import Account


@dataclass(frozen=True, slots=True)
class Unlinked:
    """An account that is nobody's any more: whose it was taken for, where, and how many of theirs are still known."""

    person: str
    space: SpaceName
    left: int


async def unlink(desk: Desk, by: MemberId, person_code: str, space: SpaceName, text: str, reason: str) -> Unlinked:
    """The account that is called so there is not the person's any more, and is released at once.

    `text` is the handle or id; it may be left out where only one account of theirs is known there.
    """
    insist(text_fits(reason, desk.longest_text))
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.UNLINK)
        person, case = await person_and_case(work, by, person_code)
        link = _meant(await accounts_known_to(work, by, person.id), space, text)
        return await _undone(desk, work, by, person, case, link.id, reason.strip())


async def unlink_this(desk: Desk, by: MemberId, link_id: AccountId, reason: str) -> Unlinked:
    """As `unlink`, for a link that the member has before them."""
    insist(text_fits(reason, desk.longest_text))
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.UNLINK)
        link = await work.people.account(link_id)
        person = await work.people.person(link.person) if link else None
        if link is None or person is None:
            raise NotFound
        _, case = await person_and_case(work, by, person.code_name)
        await as_known(work, by, link)
        return await _undone(desk, work, by, person, case, link.id, reason.strip())


def _meant(links: tuple[KnownAccount, ...], space: SpaceName, text: str) -> KnownAccount:
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


async def _undone(
    desk: Desk, work: Work, by: MemberId, person: Person, case: Case, link_id: AccountId, reason: str
) -> Unlinked:
    link = await work.people.account(link_id)
    if link is None or link.ended_at is not None:
        raise Refused("not_linked", "This link has been undone already.", "P-6.4")
    elsewhere = await _held_elsewhere(work, by, link)
    if elsewhere is not None:
        return await _undone_here_alone(work, by, person, case, elsewhere, reason)
    await work.people.save_account(replace(link, ended_at=work.now, ended_by=by))
    await work.sanctions.touch_account(link.id, work.now)
    work.wake(Topic.KEYS)
    await settle(work, link, by, upheld=True)
    about = {"person": person.id, "account": link.id}
    work.journal.note(Entry("link.was_undone", by_member(by), "P-6.4", about, case.id, reason))
    await _look_at_walls_again(work, person.id, link.account, by)
    told = {by}
    facts = {"news": News.LINK_UNDONE, "person": person.code_name}
    # Whoever has named the account in another matter, as a moderator who measured it, has to know as well.
    for other in [case, *[await case_of(work, naming.case) for naming in link.namings if naming.case != case.id]]:
        await tell_members(work, other, NoticeKind.CASE_NEWS, facts, besides=told)
        told |= {member.id for member in await members_who_may_know(work, other)}
    left = [each for each in await accounts_known_to(work, by, person.id) if each.binding]
    return Unlinked(person.code_name, link.account.space, len(left))


async def _held_elsewhere(view: View, by: MemberId, link: KnownAccount) -> KnownAccount | None:
    """The link as cases have it in which this member has a conflict, where it binds by their word; None where it does not.

    Whoever is kept out of a case frees nobody whom it holds. Policy: P-4.1.
    """
    namings = tuple([each for each in link.namings if walled(by, await view.cases.walls_of(each.case))])
    left = link.seen_from({naming.case for naming in namings})
    return replace(left, namings=namings) if left is not None and left.binding else None


async def _undone_here_alone(
    work: Work, by: MemberId, person: Person, case: Case, left: KnownAccount, reason: str
) -> Unlinked:
    """Nobody says any more in the member's own cases that the account is the person's; those on the others hear of it.

    The answer is as always.
    """
    await work.people.save_account(left)
    about = {"person": person.id, "account": left.id}
    work.journal.note(Entry("link.was_given_up", by_member(by), "P-6.4", about, case.id, reason))
    told: set[MemberId] = {by}
    for naming in left.namings:
        other = await case_of(work, naming.case)
        await tell_members(work, other, NoticeKind.CASE_NEWS, {"news": News.CONFLICT})
        told |= {member.id for member in await members_who_may_know(work, other)}
    facts = {"news": News.LINK_UNDONE, "person": person.code_name}
    await tell_members(work, case, NoticeKind.CASE_NEWS, facts, besides=told)
    known = [each for each in await accounts_known_to(work, by, person.id) if each.binding]
    return Unlinked(person.code_name, left.account.space, len(known))


async def _look_at_walls_again(work: Work, person: PersonId, account: Account, by: MemberId) -> None:
    """Whoever was kept out for this account alone is held out from now on, and those who decide are asked. Policy: P-2.5."""
    member = await work.people.member_with(account)
    if member is None or await _still_points(work, person, member):
        return
    for case in await work.cases.cases_of(person):
        walls = [w for w in await work.cases.walls_of(case.id) if w.member == member.id and w.lifted_at is None]
        stands = [w for w in walls if w.kind is WallKind.EXCLUDED and w.cause == OWN_ACCOUNT]
        if not stands or await _wrote_evidence(work, case, member):
            continue
        for wall in stands:
            await work.cases.save_wall(replace(wall, lifted_at=work.now, lifted_by=by))
        if not any(w.kind is WallKind.HELD_OUT for w in walls):
            cause = "an account of theirs was linked by mistake"
            await work.cases.add_wall(Wall(case.id, member.id, WallKind.HELD_OUT, cause, work.now, by_member(by)))
        work.journal.note(
            Entry("wall.was_put_in_doubt", by_member(by), "P-2.5", {"case": case.id, "member": member.id}, case.id)
        )
        await tell_deciders(work, case, NoticeKind.HELD_OUT_TO_DECIDE)


async def _still_points(view: View, person: PersonId, member: Member) -> bool:
    """Whether another account still says that the member and the person are one."""
    links = [link for link in await view.people.accounts_of(person) if link.ended_at is None]
    return member.person == person or any(link.account in member.accounts for link in links)


async def _wrote_evidence(view: View, case: Case, member: Member) -> bool:
    return any(piece.author in member.accounts for piece in await view.cases.evidence_of(case.id) if piece.author)
