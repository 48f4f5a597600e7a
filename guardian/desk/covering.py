"""What would hold where, asked before anybody decides: for each person of a case, in every space. Asks the spaces.

The answer is made of what the member may know of the accounts, so that it tells nothing else. Policy: P-4.2, P-6.7.
"""

from dataclasses import dataclass

from guardian.cases.access import acting, case_for
from guardian.desk.desk import Desk
from guardian.desk.foresight import SpacePreview, foresee
from guardian.desk.knowing import everything_known_to
from guardian.desk.moving import reported
from guardian.ids import MemberId
from guardian.people.permissions import UseCase
from rules.precedence import Restriction


@dataclass(frozen=True, slots=True)
class PersonCoverage:
    """One person by code name, and what would become of a restriction in each space."""

    person: str
    spaces: tuple[SpacePreview, ...]


async def coverage(
    desk: Desk, by: MemberId, code_name: str, restriction: Restriction = Restriction.SUSPENDED
) -> tuple[PersonCoverage, ...]:
    """What the restriction would do to each person of the case in every space, as things stand; nothing is changed."""
    async with desk.works.look() as view:
        await acting(view, by, UseCase.READ_CASE)
        case = await case_for(view, by, code_name)
        people = [await view.people.person(person) for person in await reported(view, case)]
        known = [(each.code_name, await everything_known_to(view, by, each.id)) for each in people if each is not None]
    return tuple(
        [
            PersonCoverage(
                name,
                await foresee(
                    desk.spaces,
                    (link.account for link in links if link.binding),
                    restriction,
                    None,
                    (link.account for link in links if not link.binding),
                ),
            )
            for name, links in known
        ]
    )
