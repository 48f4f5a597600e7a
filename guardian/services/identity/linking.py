"""Name who a case is about by an account, and link further accounts to that person.

One member's word alone restricts nobody: what a space itself vouches for, or the reported matter shows, binds at once;
all else waits for a second member, who has read the evidence. Read `identify_reported_person` first. Policy: P-3.1,
P-6.4.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from guardian.cases.access import case_for_member, members_who_may_know, require_permission
from guardian.cases.case import Case
from guardian.errors import NotFound, Refused
from guardian.ids import AccountId, MemberId, PersonId, SpaceName, new_id
from guardian.journal import Entry, by_member
from guardian.notices.models import News, NoticeKind
from guardian.people.models import LinkedAccount, LinkEvidence, Person, Trust
from guardian.people.permissions import UseCase
from guardian.sanctions.imposition import add_account
from guardian.services.authorization import require
from guardian.services.code_names import new_code_name
from guardian.services.conflicts.exclusions import exclude_indicated, notify_of_exclusions
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.hidden_facts import is_known_to_be, notify_of_same_account
from guardian.services.identity.account_owners import bind_after_notice
from guardian.services.identity.namable_owners import known_owner, namable_owner, reached_through_known, require_free
from guardian.services.identity.vouched_accounts import accounts_vouched_for
from guardian.services.members import members_for_person, people_behind
from guardian.services.notify import ensure_reference, notify_members
from guardian.services.visibility import hidden_cases, protecting_cases, visible_accounts
from guardian.spaces.port import Account, Unknown
from rules.conflicts import ConflictIndicators, Speaker
from rules.identity import may_confirm_link
from rules.name_matching import names_exactly
from rules.policy import Policy
from rules.procedure import Confirmable, may_confirm

_SHORTEST_ID = 6
_SHOWN_BY_OWNER = (Trust.PROVED_BY_CODE, Trust.SELF_DISCLOSED)
"""What somebody has shown from an account that is surely theirs: more than people's word for it."""


_NOT_ANSWERED_NOW: Final = "The space gave no answer just now, so nothing was done. Please try again in a few minutes."


@dataclass(frozen=True, slots=True)
class FoundAccount:
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


async def identify_reported_person(app: AppContext, by: MemberId, code_name: str, space: SpaceName, text: str) -> str:
    """Make the case about the person behind that account, and return their lasting code name.

    The account binds where it wrote the evidence or the report names it; else a second member is asked.
    """
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.NAME_REPORTED)
        await case_for_member(view, by, code_name)
    found = await find_target(app, space, text)
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.NAME_REPORTED)
        case = await case_for_member(uow, by, code_name)
        person = await person_for_account(uow, found, by)
        await ensure_reference(uow, case, person.id)
        trust = Trust.EVIDENCED if await _is_shown_by_case(uow, case, found) else Trust.ASSERTED
        link_evidence = LinkEvidence(case.id, trust, by_member(by), "named in the reported matter")
        link = await link_account(uow, person, found.account, found.handle, link_evidence)
        await link_vouched_accounts(uow, person, found, link_evidence, by)
        about = {"case": case.id, "person": person.id, "account": link.id}
        uow.journal.note(Entry(act="person.was_named", by=by_member(by), authority="P-3.1", about=about, case=case.id))
        await _exclude_after_naming(uow, app.policy, person, case, by)
        await notify_protecting_cases(uow, by, person)
        await notify_of_same_account(uow, by, link)
        await _notify_of_link(uow, case, person, await as_visible(uow, by, link), by, News.PERSON_NAMED)
    return person.code_name


async def propose_link(
    app: AppContext, by: MemberId, person_code: str, space: SpaceName, text: str, evidence: str
) -> LinkView:
    """Propose that the account is that person's: bound at once where a space vouches for it, else after a second yes."""
    if not evidence.strip():
        raise Refused("no_evidence", "Say in a sentence how you know that this account is theirs.", "P-6.4")
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.LINK)
        await get_person_and_case(view, by, person_code)
    found = await find_target(app, space, text)
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.LINK)
        person, case = await get_person_and_case(uow, by, person_code)
        await require_free(uow, by, found.account, person.id)
        vouched = await _is_vouched_for(uow, by, person, found)
        trust = Trust.VOUCHED if vouched else Trust.ASSERTED
        link_evidence = LinkEvidence(case.id, trust, by_member(by), evidence.strip())
        link = await link_account(uow, person, found.account, found.handle, link_evidence)
        if vouched:
            await link_vouched_accounts(uow, person, found, link_evidence, by)
        about = {"person": person.id, "account": link.id}
        uow.journal.note(
            Entry(
                act="account.was_linked",
                by=by_member(by),
                authority="P-6.4",
                about=about,
                case=case.id,
                text=evidence.strip(),
            )
        )
        await _exclude_after_naming(uow, app.policy, person, case, by)
        visible = await as_visible(uow, by, link)
        await notify_protecting_cases(uow, by, person)
        await _notify_of_link(uow, case, person, visible, by, News.ACCOUNT_LINKED)
    return build_link_view(person, visible)


async def confirm_link(app: AppContext, by: MemberId, link_id: AccountId) -> LinkView:
    """Bind the link, by the yes of a member who did not propose it and has read its evidence.

    What runs on the person reaches the account, whose owner is notified first and may say that it is not theirs.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.CONFIRM_LINK)
        link = await uow.people.account(link_id)
        person = await uow.people.person(link.person) if link else None
        if link is None or person is None:
            raise NotFound
        _, case = await get_person_and_case(uow, by, person.code_name)
        visible = await as_visible(uow, by, link)
        await _require_confirmable(uow, visible, by)
        confirmed = _with_confirmation(link, case, visible, by)
        saved = await uow.people.save_account(await reached_through_known(uow, confirmed))
        if not link.binding:
            await bind_after_notice(uow, case, saved)
        about = {"person": person.id, "account": link.id}
        uow.journal.note(
            Entry(act="link.was_confirmed", by=by_member(by), authority="P-6.4", about=about, case=case.id)
        )
        await _exclude_after_naming(uow, app.policy, person, case, by)
        await notify_protecting_cases(uow, by, person)
        await notify_of_same_account(uow, by, saved)
        saved = await as_visible(uow, by, saved)
        await _notify_of_link(uow, case, person, saved, by, News.ACCOUNT_LINKED)
    return build_link_view(person, saved)


async def find_target(app: AppContext, space: SpaceName, text: str) -> FoundAccount:
    """Return the account that the words mean exactly, where somebody stands behind it who can be acted on.

    Called outside any transaction. Refused as `find_account` does, and for the service's own account and other apps'.
    """
    found = await find_account(app, space, text)
    space_port = app.spaces.get(space)
    automated = await space_port.is_automated(found.account) if space_port is not None else False
    if isinstance(automated, Unknown):
        raise Refused("not_answered", _NOT_ANSWERED_NOW, "P-6.4")
    if automated:
        sentence = f"{found.handle} on {space} is an app's account, or the service's own: nobody can be acted on there."
        raise Refused("automated", sentence, "P-6.4")
    return found


async def find_account(app: AppContext, space: SpaceName, text: str) -> FoundAccount:
    """Return the account that the words mean exactly, with what its own space says of it.

    Called outside any transaction. Refused where the space does not know it or cannot be asked.
    """
    space_port = app.spaces.get(space)
    if space_port is None:
        raise Refused("no_such_space", f"There is no space called {space!r} here.", "P-1.3")
    found = await space_port.find_account(text)
    if isinstance(found, Unknown):
        raise Refused("not_answered", _NOT_ANSWERED_NOW, "P-6.4")
    if found is None:
        sentence = "Nobody is found there by exactly that. Please give the name as it is written there, or the id."
        raise Refused("nobody_found", sentence, "P-6.4")
    account = Account(space, found[0])
    return FoundAccount(account, found[1], await accounts_vouched_for(app, account, found[1]))


async def person_for_account(uow: UnitOfWork, found: FoundAccount, by: MemberId) -> Person:
    """Return the person whose the account, or else one vouched for with it, is known to be; a new one otherwise.

    It is a new one, too, where the member knows the person behind it by other accounts alone: the name that they are
    answered with would tell them whose it is. Policy: P-4.2.
    """
    owners = [await namable_owner(uow, by, found.account)]
    # A stranger's account that people took for somebody's must not draw the stranger's other accounts after it.
    owners += [await namable_owner(uow, by, account, surely=True) for account, _ in found.vouched]
    for owner in owners:
        person = await uow.people.person(owner) if owner else None
        if person is not None:
            return person
    person = Person(PersonId(new_id()), await new_code_name(uow), uow.now)
    await uow.people.add_person(person)
    return person


async def _is_shown_by_case(view: ReadView, case: Case, found: FoundAccount) -> bool:
    """Whether the reported matter itself shows the account: it wrote the evidence, or the reporter's words name it."""
    evidence = await view.cases.evidence_of(case.id)
    if any(piece.author == found.account for piece in evidence):
        return True
    words = [text for report in await view.cases.reports_of(case.id) for text in (report.what_happened, report.who)]
    words += [each.text for each in await view.cases.additions_of(case.id) if each.from_party]
    native_id = found.account.native_id
    handles = (found.handle, native_id) if len(native_id) >= _SHORTEST_ID else (found.handle,)
    return names_exactly("\n".join(words), handles)


async def _is_vouched_for(view: ReadView, by: MemberId, person: Person, found: FoundAccount) -> bool:
    """Whether a space vouches that it is of the same human as one that the member may know to be surely the person's."""
    visible = {link.id for link in await visible_accounts(view, by, person.id) if link.binding}
    surely = await view.people.contactable_accounts(person.id)
    known = {link.account for link in surely if link.id in visible}
    return any(account in known for account, _ in found.vouched)


async def link_account(
    uow: UnitOfWork, person: Person, account: Account, handle: str, link_evidence: LinkEvidence
) -> LinkedAccount:
    """Link the account with at least that trust, and have the reconciler see to a newly binding one at once.

    One that was undone stays so: what is said now is a link of its own.
    """
    links = await uow.people.accounts_of(person.id)
    known = next((link for link in links if link.account == account and link.ended_at is None), None)
    if known is None:
        at, by, evidence = uow.now, link_evidence.by, link_evidence.evidence
        made = LinkedAccount(
            id=AccountId(new_id()),
            person=person.id,
            account=account,
            handle=handle,
            trust=link_evidence.trust,
            linked_at=at,
            linked_by=by,
            evidence=evidence,
            case_evidence=(link_evidence,),
        )
        made = await reached_through_known(uow, made)
        await uow.people.add_account(made)
        if made.binding:
            await add_account(uow, made)
        return made
    named = known.with_evidence(link_evidence)
    binds_now = not known.binding and link_evidence.trust is not Trust.ASSERTED
    if binds_now or (known.is_only_asserted and link_evidence.trust in _SHOWN_BY_OWNER):
        named = await reached_through_known(uow, replace(named, trust=link_evidence.trust, handle=handle))
    saved = named if named == known else await uow.people.save_account(named)
    if binds_now:
        await add_account(uow, saved)
    return saved


async def link_vouched_accounts(
    uow: UnitOfWork, person: Person, found: FoundAccount, link_evidence: LinkEvidence, by: MemberId | None
) -> None:
    """Link what the space vouches for in the same act, unless it is known as somebody else's, or as not theirs.

    Known to the member; where none asks (`by` None), to anybody.
    """
    undone = {link.account for link in await uow.people.accounts_of(person.id) if link.ended_at is not None}
    for account, handle in found.vouched:
        if account not in undone and await known_owner(uow, by, account) in (None, person.id):
            vouched = replace(link_evidence, trust=Trust.VOUCHED, evidence=f"vouched for by {found.account.space}")
            await link_account(uow, person, account, handle, vouched)


async def exclude_person_everywhere(
    uow: UnitOfWork, policy: Policy, person: PersonId, by: str, *, unaware: MemberId | None = None
) -> None:
    """Exclude a member whose own account turns out to be the person's from every case about that person.

    `unaware` acts now on somebody whom they may not know to be themselves: they keep their places, since losing one
    would tell them, and those who know are told. Policy: P-2.5, P-4.2.
    """
    people = await people_behind(uow, person)
    merges = [
        merge for merge in await uow.links.merges_of(person) if merge.confirmed_at is None and merge.ended_at is None
    ]
    possible = {each for merge in merges for each in (merge.kept, merge.other)} - set(people)
    links = [link for each in (*people, *sorted(possible)) for link in await uow.people.accounts_of(each)]
    links = [link for link in links if link.ended_at is None]
    members = await uow.people.members()
    binding = {link.account for link in links if link.binding and link.person not in possible}
    asserted = {link.account for link in links} - binding
    indicators = ConflictIndicators(
        authors=frozenset(m.id for m in members if m.person in people or binding & set(m.accounts)),
        linked=frozenset(m.id for m in members if asserted & set(m.accounts)),
    )
    cases = {case.id: case for each in people for case in await uow.cases.cases_of(each)}
    for case in cases.values():
        keeps = frozenset() if unaware is None else frozenset({unaware})
        indicated = replace(indicators, authors=indicators.authors - keeps, linked=indicators.linked - keeps)
        after, changed = await exclude_indicated(uow, policy, case, indicated, by, Speaker.MEMBER)
        if changed:
            await notify_of_exclusions(uow, case, after)


async def _exclude_after_naming(uow: UnitOfWork, policy: Policy, person: Person, case: Case, by: MemberId) -> None:
    """Exclude whoever the person turns out to be; who names themselves unaware stays, and those who know are told."""
    member = await uow.people.member(by)
    is_aware = member is None or await is_known_to_be(uow, member, person.id, case.id)
    unaware = None if is_aware or by not in await members_for_person(uow, person.id) else by
    await exclude_person_everywhere(uow, policy, person.id, by_member(by), unaware=unaware)
    for other in await hidden_cases(uow, by, await people_behind(uow, person.id)) if unaware else ():
        await notify_members(uow, other, NoticeKind.CASE_NEWS, {"news": News.SAME_ACCOUNT}, besides=(by,))


async def as_visible(view: ReadView, by: MemberId, link: LinkedAccount) -> LinkedAccount:
    """Return the link as far as the member may know of it; NotFound where they may not."""
    for visible in await visible_accounts(view, by, link.person):
        if visible.id == link.id:
            return visible
    raise NotFound


async def notify_protecting_cases(uow: UnitOfWork, by: MemberId, person: Person) -> None:
    """Notify the cases that protect the person from this very member at once; the answer looks as always.

    Policy: P-4.4.
    """
    member = await uow.people.member(by)
    for other in await protecting_cases(uow, member, person.id) if member else ():
        await notify_members(uow, other, NoticeKind.CASE_NEWS, {"news": News.CONFLICT})


def _with_confirmation(link: LinkedAccount, case: Case, visible: LinkedAccount, by: MemberId) -> LinkedAccount:
    """The link with the second yes; what binds already by another case's word stays as that case says."""
    named = link.with_evidence(LinkEvidence(case.id, Trust.CONFIRMED, visible.linked_by, visible.evidence))
    return named if link.binding else replace(named, trust=Trust.CONFIRMED, confirmed_by=by)


async def _notify_of_link(
    uow: UnitOfWork, of: Case, person: Person, link: LinkedAccount, by: MemberId, news: News
) -> None:
    """Notify the others on the case, after the exclusions, and ask those who may confirm the link to."""
    case = await uow.cases.case(of.id)
    if case is None:
        return
    facts = {"person": person.code_name, "news": news}
    kind = NoticeKind.CASE_NEWS if link.binding else NoticeKind.LINK_TO_CONFIRM
    await notify_members(uow, case, kind, facts, besides=(by,))


async def get_person_and_case(view: ReadView, by: MemberId, person_code: str) -> tuple[Person, Case]:
    """Return the person, and the latest case about them that the member may know of; NotFound where there is none."""
    person = await view.people.person_by_code_name("-".join(person_code.casefold().replace("-", " ").split()))
    cases: Iterable[Case] = reversed(await view.cases.cases_of(person.id)) if person else ()
    for case in cases:
        if person and any(member.id == by for member in await members_who_may_know(view, case)):
            return person, case
    raise NotFound


async def _require_confirmable(view: ReadView, link: LinkedAccount, by: MemberId) -> None:
    if link.binding:
        raise Refused("already", "This link is confirmed already.", "P-6.4")
    require(may_confirm(Confirmable.LINK, by_member(by), link.linked_by))
    require(may_confirm_link(has_seen=await view.links.has_read_evidence(link.id, by)))
    await require_free(view, by, link.account, link.person)


def build_link_view(person: Person, link: LinkedAccount) -> LinkView:
    """Build what a member is shown of the link."""
    return LinkView(link.id, person.code_name, link.account.space, link.handle, link.trust)
