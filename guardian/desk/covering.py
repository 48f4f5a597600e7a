"""What would hold where, asked before anybody decides: for each person of a case, in every space. Asks the spaces.

The answer is made of what the member may know of the accounts, so that it tells nothing else. Policy: P-4.2, P-6.7.
"""

from dataclasses import dataclass

from guardian.cases.access import case_for_member, require_permission
from guardian.desk.desk import AppContext
from guardian.desk.foresight import SpacePreview, preview_restriction
from guardian.desk.knowing import visible_accounts_with_merged
from guardian.desk.moving import reported_people
from guardian.ids import MemberId
from guardian.people.permissions import UseCase
from rules.precedence import Restriction


@dataclass(frozen=True, slots=True)
class PersonCoverage:
    """One person by code name, and what would become of a restriction in each space."""

    person: str
    spaces: tuple[SpacePreview, ...]


async def preview_case_coverage(
    app: AppContext, by: MemberId, code_name: str, restriction: Restriction = Restriction.SUSPENDED
) -> tuple[PersonCoverage, ...]:
    """What the restriction would do to each person of the case in every space, as things stand; nothing is changed."""
    async with app.units_of_work.read() as view:
        await require_permission(view, by, UseCase.READ_CASE)
        case = await case_for_member(view, by, code_name)
        people = [await view.people.person(person) for person in await reported_people(view, case)]
        known = [
            (each.code_name, await visible_accounts_with_merged(view, by, each.id))
            for each in people
            if each is not None
        ]
    return tuple(
        [
            PersonCoverage(
                name,
                await preview_restriction(
                    app.spaces,
                    (link.account for link in links if link.binding),
                    restriction,
                    None,
                    (link.account for link in links if not link.binding),
                ),
            )
            for name, links in known
        ]
    )
