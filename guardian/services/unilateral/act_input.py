"""What a member gives for an act, whether it may be, and the act that it makes. Read `ActInput` first. Policy: P-7."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from guardian.cases.drafts import check_text
from guardian.cases.proposals import Consequence, check_spaces
from guardian.cases.unilateral_acts import UnilateralAct
from guardian.errors import Refused
from guardian.ids import CaseId, MemberId, PersonId, SpaceName, new_id
from guardian.services.authorization import require
from guardian.services.context import AppContext
from rules.ladder import Outcome
from rules.precedence import Restriction
from rules.unilateral import Ground


@dataclass(frozen=True, slots=True)
class ActInput:
    """What a member does at once, and why. `spaces` None: all; `term` None: until the group has reviewed it."""

    restriction: Restriction
    ground: Ground
    reason: str
    spaces: frozenset[SpaceName] | None = None
    term: timedelta | None = None


def new_act(review: CaseId, by: MemberId, person: PersonId, at: datetime, given: ActInput) -> UnilateralAct:
    """Return the act as it is first stored, with its review."""
    return UnilateralAct(
        id=new_id(),
        case=review,
        by=by,
        person=person,
        at=at,
        ground=given.ground,
        restriction=given.restriction,
        spaces=given.spaces,
        term=given.term,
        reason=given.reason,
    )


def check_act(app: AppContext, given: ActInput) -> None:
    """Refuse an act that does not say all that it must, or that a space in its scope cannot express."""
    if given.restriction is Restriction.NONE:
        raise Refused("restriction", "Choose what is to hold: muted, suspended or banned.", "P-7.1")
    if given.term is not None and given.term <= timedelta(0):
        raise Refused("term", "A term lies ahead: choose a length of more than nothing.", "P-7.1")
    if given.spaces is not None and not given.spaces:
        raise Refused("scope", "Name at least one space, or leave it out for all of them.", "P-7.1")
    require(check_text(given.reason, app.longest_text))
    asked = Consequence(outcome=Outcome.OTHER, restriction=given.restriction, term=given.term, spaces=given.spaces)
    require(check_spaces(asked, {space.name: space.capabilities for space in app.spaces}))
