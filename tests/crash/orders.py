"""What the plan asks of the service, and how the service's own use path carries it out. An order repeated changes nothing."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from guardian.ids import CaseId, MemberId, PersonId, SpaceName
from guardian.journal import Entry
from guardian.sanctions.enactment import enact, place_at_once, supersede, told
from guardian.sanctions.lifting import readmit, reverse, say_yes_to_return
from guardian.sanctions.values import Sanction
from guardian.storage.work import Work, Works
from rules.policy import OnTermEnd
from rules.precedence import Restriction
from rules.telling import Telling

CHAIR = MemberId("the-plan")


class Act(StrEnum):
    """What is asked for."""

    ENACT = "enact"
    ACT_AT_ONCE = "act_at_once"
    REPLACE = "replace"
    REVERSE = "reverse"
    READMIT = "readmit"
    SAY_YES = "say_yes"


@dataclass(frozen=True, slots=True)
class Order:
    """One act. A sanction is known by the id of the order that enacted it; `of` names the one that is ended.

    `waits` None: the person has been told at once; else nobody reached them, and the keys act after that time.
    """

    id: str
    act: Act
    person: PersonId
    case: CaseId
    of: str = ""
    restriction: Restriction = Restriction.SUSPENDED
    spaces: frozenset[SpaceName] | None = None
    term: timedelta | None = None
    awaits: bool = False
    waits: timedelta | None = None


async def carry_out(works: Works, order: Order, space_names: tuple[SpaceName, ...]) -> None:
    """What the order asks for stands, once, however often it is given."""
    async with works.begin() as work:
        known = {s.authority.id: s for s in await work.sanctions.of_person(order.person)}
        if order.act is Act.SAY_YES:
            await say_yes_to_return(work, order.person, CHAIR)
        elif order.act in (Act.REVERSE, Act.READMIT):
            await _end(work, order, known[order.of])
        elif order.id not in known:
            await _begin(work, order, known, space_names)


async def _begin(work: Work, order: Order, known: dict[str, Sanction], space_names: tuple[SpaceName, ...]) -> None:
    if order.act is Act.ACT_AT_ONCE:
        if order.term is None:
            raise ValueError("an act alone always has a term")
        ends = work.now + order.term
        await place_at_once(
            work,
            order.person,
            order.case,
            order.id,
            order.restriction,
            order.spaces,
            ends,
            space_names,
            danger=False,
        )
    else:
        await _decided(work, order, known, space_names)
    work.journal.note(Entry("plan.was_followed", CHAIR, order.id, {"person": str(order.person)}))


async def _decided(work: Work, order: Order, known: dict[str, Sanction], space_names: tuple[SpaceName, ...]) -> None:
    at_end = OnTermEnd.AWAIT_READMISSION if order.awaits else OnTermEnd.LIFT
    holds_from = work.now + (order.waits or timedelta(hours=1))
    sanction = await enact(
        work,
        order.person,
        order.case,
        order.id,
        order.restriction,
        order.spaces,
        order.term,
        at_end,
        holds_from,
        space_names,
    )
    if order.waits is None:
        sanction = await told(work, sanction, Telling.TOLD)
    if order.act is Act.REPLACE:
        await supersede(work, known[order.of], sanction, CHAIR, order.id)


async def _end(work: Work, order: Order, sanction: Sanction) -> None:
    if sanction.lifting is not None:
        return
    if order.act is Act.REVERSE:
        await reverse(work, sanction, CHAIR, order.id)
    else:
        await readmit(work, sanction, CHAIR, order.id)
