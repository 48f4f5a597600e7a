"""Matters between the moderators of a space and the working group: what is flagged, and what passes from one to the other.

Frozen values; what people wrote is plain here and sealed by the storage room. Policy: P-8.1, P-8.2.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from guardian.cases.intake import EvidenceInput, Submission
from guardian.cases.values import Case, CaseState, Exclusion, ExclusionKind, ReportChannel
from guardian.ids import CaseId, MemberId, PersonId, Reference, SpaceName, new_id, new_reference
from guardian.spaces.port import Account
from guardian.spaces.things import ContentCopy
from rules.escalation import HandoffProgress, HandoffStatus, status_of, status_when_excluded

FLAGGED_AS: Final = "flagged_as"
"""The answer that says as what somebody flagged a message, in the space's own word."""

NO_WORDS: Final = "This was passed on without words of its own."


class Direction(StrEnum):
    """Whether a matter was passed up by moderators, or back to them for monitoring."""

    UP = "up"
    BACK = "back"


class Urgency(StrEnum):
    """How soon a matter asks for somebody, as whoever passed it on says. Danger is called out as for a report (P-3.6)."""

    ORDINARY = "ordinary"
    SOON = "soon"
    DANGER = "danger"


class HandoffState(StrEnum):
    """Where the passing-on itself stands. `propose`: the service has noticed a spread, and nobody has taken it up."""

    PROPOSED = "proposed"
    CONFIRMED = "taken_up"
    WAITING = "waiting"
    ACCEPTED = "accepted"


class Side(StrEnum):
    """Whose position on a matter it is (P-8.4)."""

    GROUP = "group"
    MODERATORS = "moderators"


@dataclass(frozen=True, slots=True)
class FlagInput:
    """A flag as a space hands it over. `delivery` is the space's own id of it; `on` wrote what was flagged, `by` flagged it."""

    space: SpaceName
    delivery: str
    kind: str
    text: str = ""
    on: Account | None = None
    on_handle: str = ""
    link: str = ""
    by: Account | None = None
    written_at: datetime | None = None
    evidence: EvidenceInput | None = None
    by_handle: str = ""
    csam: bool = False
    files: tuple[EvidenceInput, ...] = ()


@dataclass(frozen=True, slots=True)
class Handoff:
    """One passing of a matter between the groups, accepted by somebody by name (P-8.2).

    `case` is the working group's, `target` the moderators' own where it went back. The moderators know it by `reference`
    alone; `matter` is the code name that it had while it was theirs. `by` None: the service itself.
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
    version: int = 0


def new_handoff(case: CaseId, direction: Direction, space: SpaceName, at: datetime, by: MemberId | None) -> Handoff:
    """A hop that waits to be accepted, with a reference of its own."""
    return Handoff(new_id(), new_reference(), case, direction, space, at, by)


def submission_from(flag: FlagInput) -> Submission:
    """The flag as a report: its words, who wrote what was flagged, and the thing itself as evidence. Policy: P-2.7."""
    flagged_content = flag.evidence or EvidenceInput(
        "message", flag.link, flag.on, flag.on_handle, why_not="It was not fetched.", written_at=flag.written_at
    )
    return Submission(
        channel=ReportChannel.FORUM_FLAG,
        what_happened=flag.text.strip() or "Somebody flagged this without words of their own.",
        who=flag.on_handle,
        answers={FLAGGED_AS: flag.kind} if flag.kind else {},
        reporter=flag.by,
        reporter_handle=flag.by_handle,
        evidence=(flagged_content, *flag.files),
        csam=flag.csam,
    )


def evidence_of(copy: ContentCopy) -> tuple[EvidenceInput, ...]:
    """A message of a space and its files as evidence, as they stood when it was looked at. Policy: P-2.7."""
    link, author, handle = copy.content.link, copy.author, copy.author_handle
    message = EvidenceInput("message", link, author, handle, copy.text, written_at=copy.written_at)
    files = (
        EvidenceInput("file", link, author, handle, file_name=f.file_name, content=f.content, why_not=f.why_not)
        for f in copy.files
    )
    return (message, *files)


def progress_of(handoff: Handoff, case: Case) -> HandoffProgress:
    """How far the case has come since the hop. That it lies with the Board from its first instant is told to nobody."""
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
    """What this moderator is shown of the hop; None where they are shown nothing at all. Policy: P-2.5, P-8.2."""
    current = [exclusion for exclusion in exclusions if exclusion.member == member and exclusion.lifted_at is None]
    if not current:
        return status_of(progress_of(handoff, case))
    if handoff.by != member or any(exclusion.kind is ExclusionKind.RECUSED for exclusion in current):
        return None
    return status_when_excluded(handoff.accepted_at, min(exclusion.at for exclusion in current))
