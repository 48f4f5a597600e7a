"""The identity key: who stands behind a code name, apart from everything else, one person at a time, each look on record.

Read `read_identity` first. Policy: P-9.2, P-9.8, P-4.2.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from guardian.cases.access import case_for_reader, require_permission
from guardian.cases.case_records import CaseFacts, IdentityLook, KnownName
from guardian.cases.drafts import check_text
from guardian.errors import NotFound
from guardian.ids import MemberId, PersonId, new_id
from guardian.journal import Entry, by_member
from guardian.people.models import LinkedAccount, Member, Person
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.context import AppContext, ReadView
from guardian.services.records.recorded_cases import consequence_for, known_facts
from guardian.services.visibility import visible_accounts
from rules.statistics import VIOLATIONS, highest
from rules.tracking_sheet import SheetConsequence

_LONGEST_NAME = 200
_ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class IdentityLine:
    """One person of the key, without who they are: how often they were reported, found in violation, and what came of it."""

    person: str
    cases: int
    violations: int
    highest: SheetConsequence


@dataclass(frozen=True, slots=True)
class IdentityPage:
    """A page of the key, in the order of the code names; `next` is the one after which it goes on, empty on the last."""

    lines: tuple[IdentityLine, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class LookView:
    """Who looked at a person's entry, and when."""

    member: str
    at: datetime


@dataclass(frozen=True, slots=True)
class IdentityView:
    """Who somebody is, as far as the reader may know: names, accounts, the cases that say so, and who has looked at it."""

    line: IdentityLine
    names: tuple[str, ...]
    accounts: tuple[LinkedAccount, ...]
    cases: tuple[str, ...]
    looks: tuple[LookView, ...]


async def list_identities(app: AppContext, by: MemberId, after: str = "") -> IdentityPage:
    """Return a page of the people of the cases that the member may know of, by code names; nobody's identity is in it.

    What is kept from the member leaves no gap. Policy: P-9.2, P-4.2.
    """
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.READ_IDENTITY_KEY)
        lines: list[IdentityLine] = []
        while len(lines) <= _ON_A_PAGE:
            people = await view.people.people_after(after, _ON_A_PAGE + 1)
            cases = await view.cases.read_people_ahead([each.id for each in people])
            known = _lines(await known_facts(view, member, cases))
            lines += [known[each.id] for each in people if each.id in known]
            if len(people) <= _ON_A_PAGE:
                break
            after = people[-1].code_name
        shown = tuple(lines[:_ON_A_PAGE])
        return IdentityPage(shown, shown[-1].person if len(lines) > _ON_A_PAGE else "")


async def read_identity(app: AppContext, by: MemberId, person_code: str) -> IdentityView:
    """Return who the person is; the look is an entry of the journal, and shown to everybody who looks after. Policy: P-9.8.

    NotFound for somebody of whom the member may know no case.
    """
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.READ_IDENTITY_KEY)
        found = await uow.people.person_by_code_name(person_code)
        facts = await _facts_about(uow, member, found)
        if found is None or not facts:
            raise NotFound
        person, cases = found.id, {each.case.id: each.case.code_name for each in facts}
        await uow.records.add_identity_look(IdentityLook(new_id(), person, by, uow.now))
        uow.journal.note(Entry(act="identity.was_read", by=by_member(by), authority="P-9.2", about={"person": person}))
        names = {each.id: each.name for each in await uow.people.members()}
        return IdentityView(
            line=_lines(facts)[person],
            names=tuple(each.name for each in await uow.records.names_of(person) if each.case in cases),
            accounts=await visible_accounts(uow, by, person),
            cases=tuple(cases.values()),
            looks=tuple(LookView(names.get(each.by, ""), each.at) for each in await uow.records.identity_looks(person)),
        )


async def _facts_about(view: ReadView, member: Member, person: Person | None) -> tuple[CaseFacts, ...]:
    """The facts of the person's cases that the member may know of."""
    cases = [] if person is None else [each.id for each in await view.cases.cases_of(person.id)]
    known = await known_facts(view, member, cases)
    return tuple(each for each in known if person is not None and person.id in each.people)


async def add_known_name(app: AppContext, by: MemberId, code_name: str, person_code: str, name: str) -> None:
    """Keep what the person is called, as the case says; it stands in the identity key and nowhere else. Policy: P-9.2."""
    require(check_text(name, _LONGEST_NAME))
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.READ_IDENTITY_KEY)
        case = await case_for_reader(uow, by, code_name)
        facts = await known_facts(uow, member, [case.id])
        people = facts[0].people if facts else {}
        person = next((who for who, known in people.items() if known == person_code), None)
        if person is None:
            raise NotFound
        await uow.records.add_known_name(
            KnownName(id=new_id(), person=person, case=case.id, name=name.strip(), by=by, at=uow.now)
        )
        about = {"person": person}
        uow.journal.note(
            Entry(act="identity.was_named", by=by_member(by), authority="P-9.2", about=about, case=case.id)
        )


def _lines(facts: Iterable[CaseFacts]) -> Mapping[PersonId, IdentityLine]:
    consequences: dict[PersonId, list[SheetConsequence]] = {}
    names: dict[PersonId, str] = {}
    for each in facts:
        for person, name in each.people.items():
            names[person] = name
            consequences.setdefault(person, []).append(consequence_for(each, person))
    return {
        person: IdentityLine(names[person], len(found), sum(one in VIOLATIONS for one in found), highest(found))
        for person, found in consequences.items()
    }
