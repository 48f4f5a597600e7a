"""Pass facts about somebody to others in writing: one drafts, a second one reads, and what went is on record.

Read `draft_shared_facts` first. Policy: P-2.6, P-2.11, P-8.6.
"""

from dataclasses import dataclass, replace
from typing import Final

from guardian.cases.access import case_for_member, require_permission
from guardian.cases.case import Case, PartyRole
from guardian.cases.shared_facts import SharedFacts
from guardian.cases.submissions import check_length
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, new_id
from guardian.journal import Entry, by_member
from guardian.people.permissions import UseCase
from guardian.services.authorization import require
from guardian.services.conflicts.exclusions import member_name
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.services.decisions.leak_checks import protected_facts
from rules.leaks import LeakKind, find_leaks
from rules.shared_facts import SharedFactsInput, SharedOf, may_share

_GIVES_AWAY: Final = frozenset({LeakKind.NAME, LeakKind.PHRASE, LeakKind.TIME})


@dataclass(frozen=True, slots=True)
class SharedFactsLine:
    """One entry as a member of the case sees it, with the names of who wrote and who read it."""

    sharing: SharedFacts
    by: str
    read_by: str
    may_read: bool


async def list_shared_facts(app: AppContext, by: MemberId, code_name: str) -> tuple[SharedFactsLine, ...]:
    """Return what was passed on in the case, and what waits for a second member, oldest first."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.SHARE)
        case = await case_for_member(view, by, code_name)
        members = await view.people.members()
        return tuple(
            SharedFactsLine(
                sharing=each,
                by=member_name(members, each.by),
                read_by=member_name(members, each.read_by),
                may_read=each.read_at is None and each.withdrawn_at is None and each.by != by,
            )
            for each in await view.shared_facts.shared_facts_of(case.id)
        )


async def draft_shared_facts(app: AppContext, by: MemberId, code_name: str, given: SharedFactsInput) -> str:
    """Draft what would be passed on; nobody passes it on before a second member has read it. Return the entry's id.

    Refused where it is more than needed, orders instead of informs, or shows who spoke without a ground for it.
    """
    check_length(len(given.to) + len(given.what) + len(given.purpose), app.longest_text)
    require(may_share(given))
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.SHARE)
        case = await case_for_member(uow, by, code_name)
        await _require_least(app, uow, case, given)
        sharing = SharedFacts(id=new_id(), case=case.id, by=by, at=uow.now, words=given)
        await uow.shared_facts.add_shared_facts(sharing)
        _note(uow, "sharing.was_drafted", by, case)
    return sharing.id


async def confirm_shared_facts(app: AppContext, by: MemberId, code_name: str, sharing_id: str) -> None:
    """Agree, as a second member who has read it, that it is passed on as it is written; it stands so from now on."""
    async with app.units_of_work.begin() as uow:
        case, sharing = await _open_sharing(uow, by, code_name, sharing_id)
        if sharing.by == by:
            raise Refused("own_text", "Somebody else has to read what you have written.", "P-5.6")
        await _require_least(app, uow, case, sharing.words)
        await uow.shared_facts.save_shared_facts(replace(sharing, read_by=by, read_at=uow.now))
        _note(uow, "sharing.was_read", by, case)


async def withdraw_shared_facts(app: AppContext, by: MemberId, code_name: str, sharing_id: str) -> None:
    """Take back what nobody has agreed to yet: it goes to nobody."""
    async with app.units_of_work.begin() as uow:
        case, sharing = await _open_sharing(uow, by, code_name, sharing_id)
        await uow.shared_facts.save_shared_facts(replace(sharing, withdrawn_at=uow.now))
        _note(uow, "sharing.was_withdrawn", by, case)


async def _open_sharing(uow: UnitOfWork, by: MemberId, code_name: str, sharing_id: str) -> tuple[Case, SharedFacts]:
    await require_permission(uow, by, UseCase.SHARE)
    case = await case_for_member(uow, by, code_name)
    for each in await uow.shared_facts.shared_facts_of(case.id):
        if each.id == sharing_id and each.read_at is None and each.withdrawn_at is None:
            return case, each
    raise NotFound


async def _require_least(app: AppContext, view: ReadView, case: Case, given: SharedFactsInput) -> None:
    """Refuse words about the reported person that show who spoke, and a recipient who is one of those. Policy: P-2.6."""
    facts = await protected_facts(view, case, PartyRole.REPORTED)
    texts = {"to": given.to} if given.of is SharedOf.PROTECTED else {"to": given.to, "what": given.what}
    for field, text in texts.items():
        leaks = [each for each in find_leaks(text, facts, app.policy.conflicts) if each.kind in _GIVES_AWAY]
        if leaks:
            shown = text[leaks[0].start : leaks[0].end]
            raise Refused(field, f"This may show who spoke: “{shown}”. Write it in other words.", "P-2.6")


def _note(uow: UnitOfWork, act: str, by: MemberId, case: Case) -> None:
    about = {"case": str(case.id)}
    uow.journal.note(Entry(act=act, by=by_member(by), authority="P-8.6", about=about, case=case.id))
