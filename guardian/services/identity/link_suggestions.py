"""Suggest accounts that may be the same person's, because they are called the same.

A name is no proof: a suggestion restricts nobody, and says only that somebody could check. Read `list_suggestions`
first. Policy: P-6.4.
"""

from dataclasses import dataclass

from guardian.cases.access import case_for_member, require_permission
from guardian.ids import MemberId, SpaceName
from guardian.journal import Entry, by_member
from guardian.people.models import LinkedAccount
from guardian.people.permissions import UseCase
from guardian.services.case_flow import reported_people
from guardian.services.context import AppContext
from guardian.services.visibility import visible_accounts
from guardian.spaces.port import known_or_none


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A space in which somebody has the name of one of the person's accounts, and none of theirs is known."""

    person: str
    space: SpaceName


async def list_suggestions(app: AppContext, by: MemberId, code_name: str) -> tuple[Suggestion, ...]:
    """Return where somebody is called as one of the case's people is elsewhere; link nothing, and restrict nobody.

    Built on what the member may know of the accounts, so that it gives nothing else away.
    """
    async with app.units_of_work.begin() as uow:
        await require_permission(uow, by, UseCase.READ_CASE)
        case = await case_for_member(uow, by, code_name)
        uow.journal.note(
            Entry(
                act="suggestions.were_read", by=by_member(by), authority="P-9.8", about={"case": case.id}, case=case.id
            )
        )
        people = [await uow.people.person(person) for person in await reported_people(uow, case)]
        known = [(each, await visible_accounts(uow, by, each.id)) for each in people if each is not None]
    return tuple([s for person, links in known for s in await _suggest_for(app, person.code_name, links)])


async def _suggest_for(app: AppContext, person: str, links: tuple[LinkedAccount, ...]) -> list[Suggestion]:
    here = {link.account.space for link in links}
    names = dict.fromkeys(link.handle for link in links)
    # Where people say which accounts there are, every name is an account, and none of them is a sign.
    elsewhere = [space for space in app.spaces if space.name not in here and not space.capabilities.administrators]
    return [
        Suggestion(person, space.name)
        for space in elsewhere
        if any([known_or_none(await space.find_account(name)) for name in names])
    ]
