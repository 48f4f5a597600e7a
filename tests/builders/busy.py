"""Rows for every page of the console: each round adds one of each thing that a page lists. Read `add_rows` first."""

from datetime import timedelta

from guardian.cases.handoffs import Urgency
from guardian.cases.measures import MeasureKind
from guardian.services.escalation.escalations import EscalationInput, escalate
from guardian.services.escalation.local_matters import receive_flag
from guardian.services.escalation.referrals import refer
from guardian.services.escalation.subjects import MatterSubject
from guardian.services.identity.linking import propose_link
from guardian.services.measures.measures import MeasureRequest, set_measure
from guardian.services.members import AccountInput
from guardian.services.records.event_checks import EventInput, register_event
from guardian.services.unilateral.act import act
from guardian.services.unilateral.act_input import ActInput
from rules.measures import MeasureReason
from rules.precedence import Restriction
from rules.unilateral import Ground
from tests.builders.community import AMARA, BRUNO, CHIARA, DISCORD, ELENI, FARID, FORUM, INES, Community
from tests.builders.hidden_cases import a_flag

ACTORS = (BRUNO, CHIARA, ELENI, FARID)


async def add_rows(community: Community, first: int, count: int) -> None:
    """There is one more of each thing that a page of the console lists, so many times."""
    for number in range(first, first + count):
        await _add_case(community, number)
        await _add_act(community, number)
        await _add_moderation(community, number)
        await _add_event(community, number)
        community.pass_time(timedelta(minutes=5))


async def _add_case(community: Community, number: int) -> None:
    _, person = await community.a_named_case(f"busy{number}", what_happened=f"Insults, number {number}.")
    community.spaces[FORUM].add(f"90{number}", f"busy{number}")
    await propose_link(community.app, BRUNO, person, FORUM, f"busy{number}", "They write alike.")
    other, _ = await community.a_named_case(f"passed{number}", what_happened=f"Noise, number {number}.")
    await refer(community.app, AMARA, other.code_name, DISCORD)


async def _add_act(community: Community, number: int) -> None:
    handle = _account(community, "acted", number)
    given = ActInput(Restriction.SUSPENDED, Ground.ONGOING, "Insults.", term=timedelta(days=3))
    await act(community.app, ACTORS[number % len(ACTORS)], AccountInput(DISCORD, handle), given)


async def _add_moderation(community: Community, number: int) -> None:
    """A measure, a flag that waits, and one that was passed on."""
    target = AccountInput(DISCORD, _account(community, "measured", number))
    await set_measure(
        community.app, INES, MeasureRequest(MeasureKind.MUTED, target, MeasureReason.SPAM, timedelta(days=2))
    )
    await receive_flag(community.app, a_flag(f"waits {number}"))
    passed_on = await receive_flag(community.app, a_flag(f"passed on {number}"))
    assert passed_on is not None
    await escalate(community.app, INES, EscalationInput(MatterSubject(passed_on), Urgency.SOON, "", "Please look."))


async def _add_event(community: Community, number: int) -> None:
    now = community.clock.now()
    given = EventInput(f"Event {number}", "Jo", "jo@event.example", now, now + timedelta(days=9))
    await register_event(community.app, AMARA, given)


def _account(community: Community, kind: str, number: int) -> str:
    handle = f"{kind}{number}"
    community.spaces[DISCORD].add(f"72{abs(hash(handle)) % 10**12:012}", handle)
    return handle
