"""Matters between the moderators of a space and the working group: what is flagged, and how each passes between them.

Frozen values; what people wrote is plain here and stored encrypted. Read `Handoff` first. Policy: P-8.1, P-8.2.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from guardian.cases.case import Case, CaseState
from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.ids import CaseId, MemberId, PersonId, Reference, SpaceName, new_id, new_reference
from rules.escalation import HandoffProgress, HandoffStatus, OutsideGround, status_of, status_when_excluded

NO_WORDS: Final = "This was passed on without words of its own."


class Direction(StrEnum):
    """Whether a matter was passed up by moderators, back to them for monitoring, or in by an event or a program.

    What came in from outside the spaces is not the moderators' to know of.
    """

    UP = "up"
    BACK = "back"
    IN = "in"


class Urgency(StrEnum):
    """How soon a matter asks for somebody, as its sender says. Danger is called out as for a report (P-3.6)."""

    ORDINARY = "ordinary"
    SOON = "soon"
    DANGER = "danger"


class HandoffState(StrEnum):
    """Where a handoff stands. `propose`: the service has noticed a cross-space pattern, and nobody has accepted it."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    WAITING = "waiting"
    ACCEPTED = "accepted"


class Side(StrEnum):
    """Whose position on a matter it is (P-8.4)."""

    GROUP = "group"
    MODERATORS = "moderators"


@dataclass(frozen=True, slots=True)
class OutsideOrigin:
    """From which event or affiliated program a matter came, and on which ground; `body` where it stands in our registers.

    `answered_on`: the day on which a program answered, as it was said. Policy: P-8.1.
    """

    ground: OutsideGround
    name: str = ""
    body: str = ""
    answered_on: date | None = None


@dataclass(frozen=True, slots=True)
class Handoff:
    """One passing of a matter between the groups, accepted by somebody by name (P-8.2).

    `origin` is where it came from outside the spaces; it has no `space` then. `case` is the working group's, `target` the moderators' own where it went back. The moderators know it by
    `reference` alone; `matter` is the code name that it had while it was theirs. `by` None: the service itself.
    """

    id: str
    reference: Reference
    case: CaseId
    direction: Direction
    space: SpaceName
    at: datetime
    by: MemberId | None = None
    urgency: Urgency = Urgency.ORDINARY
    state: HandoffState = HandoffState.WAITING
    matter: str = ""
    person: PersonId | None = None
    target: CaseId | None = None
    accepted_by: MemberId | None = None
    accepted_at: datetime | None = None
    words: str = ""
    done_locally: str = ""
    positions: Mapping[str, str] = field(default_factory=dict)
    spaces: tuple[SpaceName, ...] = ()
    origin: OutsideOrigin | None = None
    version: int = 0


def new_handoff(case: CaseId, direction: Direction, space: SpaceName, at: datetime, by: MemberId | None) -> Handoff:
    """Return a handoff that waits to be accepted, with a reference of its own."""
    return Handoff(id=new_id(), reference=new_reference(), case=case, direction=direction, space=space, at=at, by=by)


def progress_of(handoff: Handoff, case: Case) -> HandoffProgress:
    """Return how far the case has come since the handoff; nobody learns that it was the Board's from its first instant."""
    with_board = case.state is CaseState.WITH_BOARD and not case.board_only
    return HandoffProgress(
        accepted=handoff.accepted_at is not None,
        started=case.state is CaseState.PROPOSED or with_board,
        decided=case.state in (CaseState.AGREED, CaseState.IN_FORCE),
        closed=case.state is CaseState.CLOSED,
    )


def visible_status(
    handoff: Handoff, case: Case, member: MemberId, exclusions: Iterable[Exclusion]
) -> HandoffStatus | None:
    """Return what this moderator is shown of the handoff; None where they are shown nothing at all.

    Policy: P-2.5, P-8.2.
    """
    current = [exclusion for exclusion in exclusions if exclusion.member == member and exclusion.lifted_at is None]
    if not current:
        return status_of(progress_of(handoff, case))
    if handoff.by != member or any(exclusion.kind is ExclusionKind.RECUSED for exclusion in current):
        return None
    return status_when_excluded(handoff.accepted_at, min(exclusion.at for exclusion in current))
