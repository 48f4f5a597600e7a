"""A newcomer in earlier cases: kept out of what may concern them, then asked for conflicts before anything else is shown.

What names them is searched before they are seated, so that nobody reads in office what was reported of them before. Until
they have stated their conflicts they see code names alone. Read `admit` first. Policy: P-1.2, P-2.5, P-4.1.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from guardian.cases.access import (
    is_hidden_from,
    may_read,
    normalize_code_name,
    require_permission,
    states_conflicts_before,
)
from guardian.cases.case import Case, CaseState
from guardian.cases.case_store import CaseView
from guardian.cases.exclusions import Exclusion, ExclusionKind, conflict_status_by_member
from guardian.cases.reports import Evidence
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId
from guardian.journal import SERVICE, Entry, by_member
from guardian.notices.models import NoticeKind
from guardian.people.models import Member
from guardian.people.permissions import UseCase
from guardian.services.conflicts.indicated import indicated_exclusions, search_for
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.members import people_behind
from guardian.services.notify import notify_deciders
from rules.conflicts import ConflictIndicators, ConflictReason
from rules.policy import Policy

_LONGEST_FILE: Final = 300_000
"""A longer file is not searched for names here; whoever is meant in it says so when asked for conflicts."""


@dataclass(frozen=True, slots=True)
class ConflictStatement:
    """One case in which a newcomer says that they have a conflict, by its code name, and why."""

    code_name: str
    reason: ConflictReason


async def search_earlier_cases(app: AppContext, member: Member) -> None:
    """Search all that came in for the newcomer's names, to be called before the transaction that seats them begins."""
    async with app.units_of_work.read() as view:
        texts = ["\n".join(await _words_of(view, case)) for case in await view.cases.cases()]
    for text in texts:
        await search_for(app, member, text)


async def admit(uow: UnitOfWork, policy: Policy, member: Member) -> Member:
    """Keep the newcomer, who is stored and in office, out of what may concern them; return them as they then are.

    Where anything is left that they could read, they are asked for conflicts first.
    """
    for case in await uow.cases.cases():
        await _exclude(uow, policy, case, member)
    waits = bool(await _readable(uow, member))
    if not waits and not member.states_conflicts_first:
        return member
    return await uow.people.save_member(replace(member, conflicts_asked_at=uow.now if waits else None))


async def list_cases_to_state(app: AppContext, by: MemberId) -> tuple[str, ...]:
    """Return the code names of the cases that the newcomer is asked about; none once they have stated their conflicts."""
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.STATE_CONFLICTS)
        if not member.states_conflicts_first:
            return ()
        return tuple(case.code_name for case in await _asked_about(view, member))


async def state_conflicts(app: AppContext, by: MemberId, conflicts: tuple[ConflictStatement, ...]) -> int:
    """Recuse the newcomer from the cases that they name, and show them all others from now on; return how many those are.

    NotFound for a name that is not on their list.
    """
    async with app.units_of_work.begin() as uow:
        member = await require_permission(uow, by, UseCase.STATE_CONFLICTS)
        if not member.states_conflicts_first:
            raise Refused(
                "stated", "You have stated your conflicts. A new one is disclosed on the case's own page.", "P-1.2"
            )
        cases = {case.code_name: case for case in await _asked_about(uow, member)}
        for each in conflicts:
            await _recuse(uow, cases, each, by)
        await uow.people.save_member(replace(member, conflicts_asked_at=None))
        left = len(cases) - len({normalize_code_name(each.code_name) for each in conflicts})
        about = {"member": str(by), "cases": str(len(conflicts))}
        uow.journal.note(Entry(act="conflicts.were_stated", by=by_member(by), authority="P-1.2", about=about))
    return left


async def _recuse(uow: UnitOfWork, cases: Mapping[str, Case], stated: ConflictStatement, by: MemberId) -> None:
    case = cases.get(normalize_code_name(stated.code_name))
    if case is None:
        raise NotFound
    exclusion = Exclusion(
        case=case.id, member=by, kind=ExclusionKind.RECUSED, cause=stated.reason, at=uow.now, by=by_member(by)
    )
    await uow.cases.add_exclusion(exclusion)
    about = {"case": str(case.id), "member": str(by)}
    uow.journal.note(
        Entry(
            act="member.was_recused", by=by_member(by), authority="P-4.1", about=about, case=case.id, text=stated.reason
        )
    )


async def _asked_about(view: ReadView, member: Member) -> list[Case]:
    """The cases that were there when they came, and that are not kept from them."""
    return [case for case in await _readable(view, member) if states_conflicts_before(member, case)]


async def _readable(view: ReadView, member: Member) -> list[Case]:
    """The cases that would be theirs to read, were they not asked first; what is kept from them is not among them."""
    as_member = replace(member, conflicts_asked_at=None)
    found = []
    for case in await view.cases.cases():
        exclusions = await view.cases.exclusions_of(case.id)
        if may_read(as_member, case, exclusions, view.now) and not is_hidden_from(member.id, case, exclusions):
            found.append(case)
    return found


async def _exclude(uow: UnitOfWork, policy: Policy, case: Case, member: Member) -> None:
    current = await uow.cases.exclusions_of(case.id)
    if member.id in conflict_status_by_member(current):
        return
    indicators = await _indicators(uow, case, member)
    needed = await indicated_exclusions(uow, indicators, (member,), policy, case, SERVICE)
    for exclusion in needed:
        await uow.cases.add_exclusion(exclusion)
        about = {"case": str(case.id), "member": str(member.id), "kind": str(exclusion.kind)}
        uow.journal.note(Entry(act="wall.was_put_up", by=SERVICE, authority="P-2.5", about=about, case=case.id))
    if case.state is not CaseState.CLOSED and any(each.kind is ExclusionKind.PENDING for each in needed):
        await notify_deciders(uow, case, NoticeKind.EXCLUSION_TO_DECIDE, besides=member.id)


async def _indicators(view: CaseView, case: Case, member: Member) -> ConflictIndicators[MemberId]:
    """Whom what came in points to: by their own account, by a person whom they are known to be, or in its words."""
    people = {p.person for p in await view.cases.parties_of(case.id) if p.person is not None}
    known = {each for person in people for each in await people_behind(view, person)}
    links = [link for each in known for link in await view.people.accounts_of(each) if link.ended_at is None]
    authors = {piece.author for piece in await view.cases.evidence_of(case.id) if piece.author is not None}
    own = set(member.accounts)
    is_certain = member.person in known or bool(own & (authors | {link.account for link in links if link.binding}))
    is_possible = any(link.account in own for link in links)
    return ConflictIndicators(
        authors=frozenset({member.id}) if is_certain else frozenset(),
        linked=frozenset({member.id}) if is_possible and not is_certain else frozenset(),
        texts=await _words_of(view, case),
    )


async def _words_of(view: CaseView, case: Case) -> tuple[str, ...]:
    """All words that came in for the case from outside."""
    reports = await view.cases.reports_of(case.id)
    words = [text for each in reports for text in (each.what_happened, each.who, *each.answers.values())]
    words += [each.text for each in await view.cases.additions_of(case.id) if each.from_party]
    return tuple(_filled((*words, *_evidence_words(await view.cases.evidence_of(case.id)))))


def _evidence_words(evidence: Iterable[Evidence]) -> Iterable[str]:
    for piece in evidence:
        yield from (piece.text, piece.author_handle, piece.file_name)
        if piece.content is not None and len(piece.content) <= _LONGEST_FILE:
            yield piece.content.decode("utf-8", "ignore")


def _filled(texts: Iterable[str]) -> Iterable[str]:
    return (text for text in texts if text.strip())
