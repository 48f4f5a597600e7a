"""What the plan asks of the service, and how the service's own use path carries it out. An order repeated changes nothing."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from guardian.ids import CaseId, MemberId, PersonId, SpaceName
from guardian.journal import Entry
from guardian.sanctions.imposition import SanctionOrder, SanctionReach, Term, impose, record_notification, supersede
from guardian.sanctions.lifting import approve_reinstatement, lift, readmit
from guardian.sanctions.models import LiftingCause, Sanction
from guardian.storage.unit_of_work import SqlUnitOfWork, SqlUnitOfWorkFactory
from rules.notification import NotificationState
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import Restriction

CHAIR = MemberId("the-plan")


class OrderKind(StrEnum):
    """What is asked for."""

    ENACT = "enact"
    ACT_AT_ONCE = "act_at_once"
    REPLACE = "replace"
    REVERSE = "reverse"
    READMIT = "readmit"
    APPROVE_REINSTATEMENT = "say_yes"


@dataclass(frozen=True, slots=True)
class Order:
    """One act. A sanction is known by the id of the order that enacted it; `of` names the one that is ended.

    `waits` None: the person has been told at once; else nobody reached them, and the keys act after that time.
    """

    id: str
    kind: OrderKind
    person: PersonId
    case: CaseId
    of: str = ""
    restriction: Restriction = Restriction.SUSPENDED
    spaces: frozenset[SpaceName] | None = None
    term: timedelta | None = None
    awaits: bool = False
    waits: timedelta | None = None


async def carry_out(units_of_work: SqlUnitOfWorkFactory, order: Order, space_names: tuple[SpaceName, ...]) -> None:
    """What the order asks for stands, once, however often it is given."""
    async with units_of_work.begin() as uow:
        known = {s.authority.id: s for s in await uow.sanctions.of_person(order.person)}
        if order.kind is OrderKind.APPROVE_REINSTATEMENT:
            await approve_reinstatement(uow, order.person, CHAIR)
        elif order.kind in (OrderKind.REVERSE, OrderKind.READMIT):
            await _end(uow, order, known[order.of])
        elif order.id not in known:
            await _begin(uow, order, known, space_names)


async def _begin(
    uow: SqlUnitOfWork, order: Order, known: dict[str, Sanction], space_names: tuple[SpaceName, ...]
) -> None:
    if order.kind is OrderKind.ACT_AT_ONCE:
        if order.term is None:
            raise ValueError("an act alone always has a term")
        sanction_order = SanctionOrder.unilateral(
            person=order.person,
            case=order.case,
            act=order.id,
            restriction=order.restriction,
            reach=SanctionReach(order.spaces),
            ends=uow.now + order.term,
            danger=False,
        )
        await impose(uow, sanction_order, space_names)
    else:
        await _decide(uow, order, known, space_names)
    uow.journal.note(Entry(act="plan.was_followed", by=CHAIR, authority=order.id, about={"person": str(order.person)}))


async def _decide(
    uow: SqlUnitOfWork, order: Order, known: dict[str, Sanction], space_names: tuple[SpaceName, ...]
) -> None:
    at_end = OnTermEnd.AWAIT_READMISSION if order.awaits else OnTermEnd.LIFT
    sanction_order = SanctionOrder.decided(
        person=order.person,
        case=order.case,
        decision=order.id,
        restriction=order.restriction,
        spaces=order.spaces,
        term=Term.starting(uow.now, order.term, at_end),
        effective_from=uow.now + (order.waits or timedelta(hours=1)),
    )
    sanction = await impose(uow, sanction_order, space_names)
    if order.waits is None:
        sanction = await record_notification(uow, sanction, NotificationState.NOTIFIED)
    if order.kind is OrderKind.REPLACE:
        await supersede(uow, known[order.of], sanction, CHAIR, order.id)


async def _end(uow: SqlUnitOfWork, order: Order, sanction: Sanction) -> None:
    if sanction.lifting is not None:
        return
    if order.kind is OrderKind.REVERSE:
        await lift(uow, sanction, uow.now, LiftingCause.REVERSAL, CHAIR, order.id)
    else:
        await readmit(uow, sanction, CHAIR, order.id)
