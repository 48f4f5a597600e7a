"""What a member may know of a person: the accounts and totals that come from cases which are theirs to read.

A person can be in several cases. What only a case says from which the member is kept out looks, to them, as if nobody
had ever said it. Read `visible_accounts` first. Policy: P-2.5, P-4.2.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from guardian.cases.access import is_excluded, may_read
from guardian.cases.case import Case, PartyRole
from guardian.cases.case_store import CaseView
from guardian.ids import CaseId, MemberId, PersonId
from guardian.people.models import Group, LinkedAccount, Member
from guardian.sanctions.models import Coverage, CoverageState
from guardian.services.members import members_for_person, people_behind
from guardian.spaces.port import Account
from rules.conflicts import ConflictIndicators
from rules.name_matching import names_exactly


@dataclass(frozen=True, slots=True)
class AccountKnowledge:
    """What one member may know of an account: whose it is, which others are theirs, and which members have them.

    `person` None: for all that the member may know, it is a stranger's. Every answer to them comes from this, and what
    only others know acts later and elsewhere (`hidden_facts`). Policy: P-4.2.
    """

    account: Account
    person: PersonId | None
    accounts: tuple[LinkedAccount, ...]
    role_holders: tuple[Member, ...]


async def account_knowledge(view: CaseView, by: MemberId, account: Account) -> AccountKnowledge:
    """Return what the member may know of the account, from the cases that are theirs to read."""
    person = await visible_owner(view, by, account)
    links = await visible_accounts_with_merged(view, by, person) if person else ()
    binding = tuple(link for link in links if link.binding)
    known = {account, *(link.account for link in binding)}
    holders = tuple(
        m
        for m in await view.people.members()
        if known & set(m.accounts) and any(m.holds_office(group, view.now) for group in Group)
    )
    return AccountKnowledge(account, person, binding, holders)


async def visible_owner(view: CaseView, by: MemberId, account: Account) -> PersonId | None:
    """Return the person whose the account is, as far as the member may know; None for all that they may not."""
    links = [link for link in await view.people.links_of_account(account) if link.binding]
    for link in sorted(links, key=lambda each: each.reached_through is not None):
        visible = await visible_accounts(view, by, link.person)
        if any(each.id == link.id and each.binding for each in visible):
            return link.person
    return None


async def may_know_of_person(view: CaseView, by: MemberId, person: PersonId) -> bool:
    """Return whether any case about the person is the member's to read."""
    return bool((await _readable_cases(view, by, person))[0])


async def hidden_cases(view: CaseView, by: MemberId, people: Iterable[PersonId]) -> tuple[Case, ...]:
    """Return the cases about these people, or that name an account of theirs, which are not the member's to read."""
    found: dict[CaseId, Case] = {}
    for person in people:
        read, _ = await _readable_cases(view, by, person)
        found |= {case.id: case for case in await _cases_naming(view, person) if case.id not in read}
    return tuple(found.values())


async def visible_accounts(view: CaseView, by: MemberId, person: PersonId) -> tuple[LinkedAccount, ...]:
    """Return the person's accounts as far as the member may know of them, each as the cases say that they may read.

    What was linked by mistake is not theirs and not among them.
    """
    links = tuple(link for link in await view.people.accounts_of(person) if link.ended_at is None)
    cases, are_all = await _readable_cases(view, by, person)
    if are_all:
        return links
    visible = (link.visible_from(cases) for link in links)
    return tuple(link for link in visible if link is not None)


async def visible_accounts_with_merged(view: CaseView, by: MemberId, person: PersonId) -> tuple[LinkedAccount, ...]:
    """Return the accounts of the person and of whoever was merged with them, as far as the member may know of them.

    Of somebody merged with them nothing is among them unless every case of both is the member's to read.
    """
    people = await view.links.merged_people(person)
    if not all([await sees_every_case_of(view, by, each) for each in people]):
        return await visible_accounts(view, by, person)
    return tuple([link for each in people for link in await visible_accounts(view, by, each)])


async def visible_coverage(
    view: CaseView, by: MemberId, person: PersonId, rows: Iterable[Coverage]
) -> tuple[Coverage, ...]:
    """Return the person's totals, in which a space looks empty where the member may know of no account of theirs."""
    people = await view.links.merged_people(person)
    linked = {link.account.space for each in people for link in await view.people.accounts_of(each) if link.binding}
    visible = {link.account.space for link in await visible_accounts(view, by, person) if link.binding}
    if all([await sees_every_case_of(view, by, each) for each in people]):
        visible = linked
    hidden = linked - visible
    return tuple(
        replace(row, state=CoverageState.NO_ACCOUNT, detail="", until=None) if row.space in hidden else row
        for row in rows
    )


async def read_knowledge_ahead(view: CaseView, people: Iterable[PersonId]) -> None:
    """Read all that says what a member may know of these people together, in a view that only reads."""
    everybody = await view.links.read_ahead(tuple(people))
    await view.people.read_ahead(everybody)
    await view.cases.read_people_ahead(everybody)
    links = [link for each in everybody for link in await view.people.accounts_of(each)]
    await view.cases.read_ahead([each.case for link in links for each in link.case_evidence])


async def protecting_cases(view: CaseView, actor: Member, person: PersonId) -> tuple[Case, ...]:
    """Return the cases that are kept from the actor, who is named in them or stepped back, and that protect the person.

    Policy: P-4.4. The actor's answer looks as always; the members of those cases are notified at once.
    """
    people = await people_behind(view, person)
    links = [link for each in people for link in await view.people.accounts_of(each)]
    accounts = {link.account for link in links if link.ended_at is None}
    names = {name for link in links if link.ended_at is None for name in (link.handle, link.account.native_id)}
    found = []
    for case in await _cases_excluding(view, actor):
        parties = await view.cases.parties_of(case.id)
        protected = any(p.person in people and p.role is not PartyRole.REPORTED for p in parties)
        reported = any(p.person in people and p.role is PartyRole.REPORTED for p in parties)
        wrote = any(report.reporter in accounts for report in await view.cases.reports_of(case.id))
        if protected or wrote or (not reported and await _names(view, case, names)):
            found.append(case)
    return tuple(found)


async def protecting_cases_for_accounts(
    view: CaseView, actor: Member, accounts: Iterable[Account], handles: Iterable[str] = ()
) -> tuple[Case, ...]:
    """Return what `protecting_cases` does, for whoever owns one of these accounts, known as somebody or not.

    Policy: P-4.4.
    """
    chosen = frozenset(accounts)
    links = [link for each in chosen for link in await view.people.links_of_account(each)]
    names = {each.native_id for each in chosen} | {link.handle for link in links} | set(handles)
    excluding = await _cases_excluding(view, actor)
    return tuple(
        [
            case
            for case in excluding
            if chosen & await _protected_accounts(view, case) or await _names(view, case, names)
        ]
    )


async def _names(view: CaseView, case: Case, names: Iterable[str]) -> bool:
    """Whether what came in for the case names one of them, but not as whom it reports: a witness, or somebody harmed.

    They are protected from the moment they are named, whether or not they wrote. Policy: P-4.4.
    """
    known = frozenset(name for name in names if name)
    reports = await view.cases.reports_of(case.id)
    if any(names_exactly(report.who, known) for report in reports):
        return False
    texts = [text for report in reports for text in (report.what_happened, *report.answers.values())]
    texts += [each.text for each in await view.cases.additions_of(case.id) if each.from_party]
    return names_exactly("\n".join(texts), known)


async def _cases_excluding(view: CaseView, member: Member) -> list[Case]:
    """The cases that are kept from the member, each once."""
    found = []
    for case_id in dict.fromkeys(exclusion.case for exclusion in await view.cases.exclusions_of_member(member.id)):
        case = await view.cases.case(case_id)
        if case is not None and is_excluded(member.id, await view.cases.exclusions_of(case_id)):
            found.append(case)
    return found


async def _protected_accounts(view: CaseView, case: Case) -> frozenset[Account]:
    """Every known account of those whom the case protects: who reported it, and whom it names besides the reported."""
    reporters = {report.reporter for report in await view.cases.reports_of(case.id) if report.reporter is not None}
    people = {p.person for p in await view.cases.parties_of(case.id) if p.role is not PartyRole.REPORTED and p.person}
    people |= {
        link.person for each in reporters for link in await view.people.links_of_account(each) if link.ended_at is None
    }
    links = [link for person in people for link in await view.people.accounts_of(person)]
    return frozenset((*reporters, *(link.account for link in links if link.ended_at is None)))


async def add_known_accounts(
    view: CaseView, indicators: ConflictIndicators[MemberId], accounts: Iterable[Account]
) -> ConflictIndicators[MemberId]:
    """Add to the indicators the members of whom one of these accounts is known, though no list of theirs names it.

    What only waits to be confirmed counts as unclear. Policy: P-2.5.
    """
    sure: set[MemberId] = set()
    unclear: set[MemberId] = set()
    for account in frozenset(accounts):
        for link in await view.people.links_of_account(account):
            if link.ended_at is None:
                (sure if link.binding else unclear).update(await members_for_person(view, link.person))
    return replace(indicators, authors=indicators.authors | sure, linked=indicators.linked | (unclear - sure))


async def sees_every_case_of(view: CaseView, by: MemberId, person: PersonId) -> bool:
    """Return whether every case about the person is the member's to read."""
    return (await _readable_cases(view, by, person))[1]


async def _cases_naming(view: CaseView, person: PersonId) -> tuple[Case, ...]:
    """The cases about the person, and those that say of an account that it is theirs."""
    cases = {case.id: case for case in await view.cases.cases_of(person)}
    links = await view.people.accounts_of(person)
    for case_id in dict.fromkeys(each.case for link in links for each in link.case_evidence):
        case = None if case_id in cases else await view.cases.case(case_id)
        cases |= {} if case is None else {case.id: case}
    return tuple(cases.values())


async def _readable_cases(view: CaseView, by: MemberId, person: PersonId) -> tuple[frozenset[CaseId], bool]:
    """The cases about the person, or that name an account of theirs, which the member may read; whether those are all."""
    member = await view.people.member(by)
    cases = await _cases_naming(view, person)
    if member is None:
        return frozenset(), False
    read = frozenset(
        [case.id for case in cases if may_read(member, case, await view.cases.exclusions_of(case.id), view.now)]
    )
    return read, len(read) == len(cases)
