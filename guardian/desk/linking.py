"""Who a case is about: naming a reported person by an account, and linking further accounts to that person.

One member's word alone restricts nobody: what a space itself vouches for, or the reported matter shows, binds at once;
all else waits for a second member, who has read the evidence. Policy: P-3.1, P-6.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from guardian.cases.access import acting, case_for, members_who_may_know
from guardian.cases.values import Case, PartyRole
from guardian.desk.desk import Desk, View, Work
from guardian.desk.knowing import accounts_known_to, cases_against
from guardian.desk.moving import insist
from guardian.desk.owners import take_hold
from guardian.desk.telling import reference_of, tell_members
from guardian.desk.vouching import vouched_with
from guardian.desk.walling import tell_of_walls, wall_off
from guardian.errors import NotFound, Refused
from guardian.ids import AccountId, MemberId, PersonId, SpaceName, new_id
from guardian.journal import Entry, by_member
from guardian.notices.values import News, NoticeKind
from guardian.people.names import code_name as new_code_name
from guardian.people.permissions import UseCase
from guardian.people.values import KnownAccount, Naming, Person, Trust
from guardian.sanctions.enactment import bind
from guardian.spaces.port import Account, Unknown
from rules.conflicts import Signs
from rules.links import may_agree
from rules.names import Known, mentioned
from rules.policy import Policy
from rules.steps import Second, may_confirm

_SHORTEST_ID = 6
_SHOWN = (Trust.CHALLENGED, Trust.CONSENTED)
"""What somebody has shown from an account that is surely theirs: more than people's word for it."""


@dataclass(frozen=True, slots=True)
class Found:
    """An account that a space knows, and the accounts elsewhere that the same space vouches for, each with its handle."""

    account: Account
    handle: str
    vouched: tuple[tuple[Account, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LinkView:
    """What a member sees of a link that they made or confirmed."""

    link: AccountId
    person: str
    space: SpaceName
    handle: str
    trust: Trust


@dataclass(frozen=True, slots=True)
class PersonAccounts:
    """A reported person by code name, with every account that is known."""

    person: str
    accounts: tuple[KnownAccount, ...]


async def name_reported(desk: Desk, by: MemberId, code_name: str, space: SpaceName, text: str) -> str:
    """The case is about the person behind that account; the answer is their lasting code name.

    The account binds where it wrote the evidence or the report names it; else a second member is asked.
    """
    async with desk.works.look() as view:
        await acting(view, by, UseCase.NAME_REPORTED)
        await case_for(view, by, code_name)
    found = await find_account(desk, space, text)
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.NAME_REPORTED)
        case = await case_for(work, by, code_name)
        person = await person_behind(work, found)
        await reference_of(work, case, person.id)
        trust = Trust.EVIDENCED if await _shown_by(work, desk.policy, case, found) else Trust.ASSERTED
        naming = Naming(case.id, trust, by_member(by), "named in the reported matter")
        link = await link_account(work, person, found.account, found.handle, naming)
        await link_vouched(work, person, found, naming)
        about = {"case": case.id, "person": person.id, "account": link.id}
        work.journal.note(Entry("person.was_named", by_member(by), "P-3.1", about, case.id))
        await wall_off_person(work, desk.policy, person.id, by_member(by))
        await tell_those_protecting(work, by, person)
        await _tell_of_link(work, case, person, await as_known(work, by, link), by, News.PERSON_NAMED)
    return person.code_name


async def propose_link(
    desk: Desk, by: MemberId, person_code: str, space: SpaceName, text: str, evidence: str
) -> LinkView:
    """The account is said to be that person's. It binds at once where a space vouches for it, else after a second yes."""
    if not evidence.strip():
        raise Refused("no_evidence", "Say in a sentence how you know that this account is theirs.", "P-6.4")
    async with desk.works.look() as view:
        await acting(view, by, UseCase.LINK)
        await person_and_case(view, by, person_code)
    found = await find_account(desk, space, text)
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.LINK)
        person, case = await person_and_case(work, by, person_code)
        owner = await _binding_owner(work, found.account)
        is_anothers = owner not in (None, person.id)
        if is_anothers and await _is_known_to(work, by, found.account, owner):
            raise Refused("taken", "This account is already known as somebody else's.", "P-6.4")
        vouched = not is_anothers and await _vouched_for(work, person, found)
        trust = Trust.VOUCHED if vouched else Trust.ASSERTED
        naming = Naming(case.id, trust, by_member(by), evidence.strip())
        link = await link_account(work, person, found.account, found.handle, naming)
        if vouched:
            await link_vouched(work, person, found, naming)
        about = {"person": person.id, "account": link.id}
        work.journal.note(Entry("account.was_linked", by_member(by), "P-6.4", about, case.id, evidence.strip()))
        await wall_off_person(work, desk.policy, person.id, by_member(by))
        seen = await as_known(work, by, link)
        await tell_those_protecting(work, by, person)
        await _tell_of_link(work, case, person, seen, by, News.ACCOUNT_LINKED)
    return view_of(person, seen)


async def confirm_link(desk: Desk, by: MemberId, link_id: AccountId) -> LinkView:
    """The link binds, by the yes of a member who did not propose it and has read its evidence: what runs on the person
    reaches the account, whose owner is told first and may say that it is not theirs."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.CONFIRM_LINK)
        link = await work.people.account(link_id)
        person = await work.people.person(link.person) if link else None
        if link is None or person is None:
            raise NotFound
        _, case = await person_and_case(work, by, person.code_name)
        seen = await as_known(work, by, link)
        await _check_confirmable(work, seen, by)
        kept = await work.people.save_account(_confirmed(link, case, seen, by))
        if not link.binding:
            await take_hold(work, case, kept)
        about = {"person": person.id, "account": link.id}
        work.journal.note(Entry("link.was_confirmed", by_member(by), "P-6.4", about, case.id))
        await wall_off_person(work, desk.policy, person.id, by_member(by))
        await tell_those_protecting(work, by, person)
        kept = await as_known(work, by, kept)
        await _tell_of_link(work, case, person, kept, by, News.ACCOUNT_LINKED)
    return view_of(person, kept)


async def accounts_of(desk: Desk, by: MemberId, code_name: str) -> tuple[PersonAccounts, ...]:
    """Every account that is known of the people whom the case is about; the reading is in the journal."""
    async with desk.works.begin() as work:
        await acting(work, by, UseCase.READ_CASE)
        case = await case_for(work, by, code_name)
        work.journal.note(Entry("accounts.were_read", by_member(by), "P-9.8", {"case": case.id}, case.id))
        found = []
        for party in await work.cases.parties_of(case.id):
            person = await work.people.person(party.person) if party.person else None
            if party.role is PartyRole.REPORTED and person is not None:
                found.append(PersonAccounts(person.code_name, await accounts_known_to(work, by, person.id)))
        return tuple(found)


async def find_account(desk: Desk, space: SpaceName, text: str) -> Found:
    """The account that the words mean exactly, with what its own space says of it. Called outside any transaction."""
    place = desk.spaces.get(space)
    if place is None:
        raise Refused("no_such_space", f"There is no space called {space!r} here.", "P-1.3")
    found = await place.find(text)
    if isinstance(found, Unknown):
        sentence = "The space gave no answer just now, so nothing was done. Please try again in a few minutes."
        raise Refused("not_answered", sentence, "P-6.4")
    if found is None:
        sentence = "Nobody is found there by exactly that. Please give the name as it is written there, or the id."
        raise Refused("nobody_found", sentence, "P-6.4")
    account = Account(space, found[0])
    return Found(account, found[1], await vouched_with(desk, account, found[1]))


async def person_behind(work: Work, found: Found) -> Person:
    """The person whose the account, or else one that is vouched for with it, is known to be; a new one otherwise."""
    owners = [await _binding_owner(work, found.account)]
    # A stranger's account that people took for somebody's must not draw the stranger's other accounts after it.
    owners += [await _binding_owner(work, account, surely=True) for account, _ in found.vouched]
    for owner in owners:
        person = await work.people.person(owner) if owner else None
        if person is not None:
            return person
    taken = await work.people.code_names() | await work.cases.code_names()
    person = Person(PersonId(new_id()), new_code_name(taken), work.now)
    await work.people.add_person(person)
    return person


async def _binding_owner(view: View, account: Account, *, surely: bool = False) -> PersonId | None:
    links = [link for link in await view.people.owners(account) if link.binding]
    if surely:
        links = [link for link in links if link in await view.people.surely_of(link.person)]
    return next((link.person for link in links), None)


async def _shown_by(view: View, policy: Policy, case: Case, found: Found) -> bool:
    """Whether the reported matter itself shows the account: it wrote the evidence, or the reporter's words name it."""
    evidence = await view.cases.evidence_of(case.id)
    if any(piece.author == found.account for piece in evidence):
        return True
    words = [text for report in await view.cases.reports_of(case.id) for text in (report.what_happened, report.who)]
    words += [each.text for each in await view.cases.additions_of(case.id) if each.from_party]
    native_id = found.account.native_id
    handles = (found.handle, native_id) if len(native_id) >= _SHORTEST_ID else (found.handle,)
    return bool(mentioned("\n".join(words), [Known(native_id, (), handles)], policy.conflicts))


async def _vouched_for(view: View, person: Person, found: Found) -> bool:
    """Whether a space vouches that the account is of the same human as one that is known to be the person's."""
    known = {link.account for link in await view.people.surely_of(person.id)}
    return any(account in known for account, _ in found.vouched)


async def link_account(work: Work, person: Person, account: Account, handle: str, naming: Naming) -> KnownAccount:
    """The link stands with at least that trust; a newly binding one is looked at by the reconciler at once.

    One that was undone stays so: what is said now is a link of its own.
    """
    links = await work.people.accounts_of(person.id)
    known = next((link for link in links if link.account == account and link.ended_at is None), None)
    if known is None:
        at, by, said = work.now, naming.by, naming.evidence
        made = KnownAccount(
            AccountId(new_id()), person.id, account, handle, naming.trust, at, by, said, namings=(naming,)
        )
        await work.people.add_account(made)
        if made.binding:
            await bind(work, made)
        return made
    named = known.named_in(naming)
    binds_now = not known.binding and naming.trust is not Trust.ASSERTED
    if binds_now or (known.by_word and naming.trust in _SHOWN):
        named = replace(named, trust=naming.trust, handle=handle)
    kept = named if named == known else await work.people.save_account(named)
    if binds_now:
        await bind(work, kept)
    return kept


async def link_vouched(work: Work, person: Person, found: Found, naming: Naming) -> None:
    """What the space vouches for is linked in the same act, unless it is known as somebody else's, or as not theirs."""
    undone = {link.account for link in await work.people.accounts_of(person.id) if link.ended_at is not None}
    for account, handle in found.vouched:
        if account not in undone and await _binding_owner(work, account) in (None, person.id):
            vouched = replace(naming, trust=Trust.VOUCHED, evidence=f"vouched for by {found.account.space}")
            await link_account(work, person, account, handle, vouched)


async def wall_off_person(work: Work, policy: Policy, person: PersonId, by: str) -> None:
    """A member whose own account turns out to be the person's is kept out of every case about that person."""
    people = await work.links.together(person)
    joins = [made for made in await work.links.joins_of(person) if made.confirmed_at is None and made.ended_at is None]
    maybe = {each for made in joins for each in (made.kept, made.other)} - set(people)
    links = [link for each in (*people, *sorted(maybe)) for link in await work.people.accounts_of(each)]
    links = [link for link in links if link.ended_at is None]
    members = await work.people.members()
    binding = {link.account for link in links if link.binding and link.person not in maybe}
    said = {link.account for link in links} - binding
    signs = Signs(
        authors=frozenset(m.id for m in members if m.person in people or binding & set(m.accounts)),
        linked=frozenset(m.id for m in members if said & set(m.accounts)),
    )
    cases = {case.id: case for each in people for case in await work.cases.cases_of(each)}
    for case in cases.values():
        after, changed = await wall_off(work, policy, case, signs, by)
        if changed:
            await tell_of_walls(work, case, after)


async def as_known(view: View, by: MemberId, link: KnownAccount) -> KnownAccount:
    """The link as far as the member may know of it; NotFound where they may not."""
    for seen in await accounts_known_to(view, by, link.person):
        if seen.id == link.id:
            return seen
    raise NotFound


async def _is_known_to(view: View, by: MemberId, account: Account, owner: PersonId | None) -> bool:
    """Whether the member may know that the account is that person's."""
    links = await accounts_known_to(view, by, owner) if owner else ()
    return any(link.account == account and link.binding for link in links)


async def tell_those_protecting(work: Work, by: MemberId, person: Person) -> None:
    """Cases that protect the person from this very member hear of it at once; the answer looks as always. Policy: P-4.4."""
    member = await work.people.member(by)
    for other in await cases_against(work, member, person.id) if member else ():
        await tell_members(work, other, NoticeKind.CASE_NEWS, {"news": News.CONFLICT})


def _confirmed(link: KnownAccount, case: Case, seen: KnownAccount, by: MemberId) -> KnownAccount:
    """The link with the second yes; what binds already by another case's word stays as that case says."""
    named = link.named_in(Naming(case.id, Trust.CONFIRMED, seen.linked_by, seen.evidence))
    return named if link.binding else replace(named, trust=Trust.CONFIRMED, confirmed_by=by)


async def _tell_of_link(work: Work, of: Case, person: Person, link: KnownAccount, by: MemberId, news: News) -> None:
    """The others on the case hear of it, after the walls; those who may confirm it are asked to."""
    case = await work.cases.case(of.id)
    if case is None:
        return
    facts = {"person": person.code_name, "news": news}
    kind = NoticeKind.CASE_NEWS if link.binding else NoticeKind.LINK_TO_CONFIRM
    await tell_members(work, case, kind, facts, besides=(by,))


async def person_and_case(view: View, by: MemberId, person_code: str) -> tuple[Person, Case]:
    """The person, and the latest case about them that the member may know of; NotFound where there is none."""
    person = await view.people.person_named("-".join(person_code.casefold().replace("-", " ").split()))
    cases: Iterable[Case] = reversed(await view.cases.cases_of(person.id)) if person else ()
    for case in cases:
        if person and any(member.id == by for member in await members_who_may_know(view, case)):
            return person, case
    raise NotFound


async def _check_confirmable(view: View, link: KnownAccount, by: MemberId) -> None:
    if link.binding:
        raise Refused("already", "This link is confirmed already.", "P-6.4")
    insist(may_confirm(Second.LINK, by_member(by), link.linked_by))
    insist(may_agree(has_seen=await view.links.has_seen(link.id, by)))
    if await _binding_owner(view, link.account) not in (None, link.person):
        raise Refused("taken", "This account is already known as somebody else's.", "P-6.4")


def view_of(person: Person, link: KnownAccount) -> LinkView:
    """What a member is shown of the link."""
    return LinkView(link.id, person.code_name, link.account.space, link.handle, link.trust)
