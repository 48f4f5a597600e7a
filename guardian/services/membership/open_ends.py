"""What is left open where somebody leaves: reporters whose contact they were, texts, deadlines, turns, tasks they had in hand.

Whoever reads it sees of it what is theirs to know. Read `list_open_ends` first. Policy: P-1.2, P-4.2.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from guardian.cases.access import may_know_by_status, require_permission
from guardian.cases.case import CaseState
from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.cases.open_work import CaseSummary
from guardian.ids import CaseId, MemberId
from guardian.journal import by_member
from guardian.people.models import Member
from guardian.people.permissions import UseCase
from guardian.services.context import AppContext, ReadView
from rules.worklist import oldest_standing


@dataclass(frozen=True, slots=True)
class OwedAnswer:
    """Something that is owed by a date in a case whose contact they are."""

    kind: DeadlineKind
    due: datetime
    is_late: bool


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """One case in which something is left: whether they speak to its reporter, what is owed, how many texts are theirs."""

    code_name: str
    is_contact: bool
    deadlines: tuple[OwedAnswer, ...]
    drafts: int
    is_in_hand: bool


@dataclass(frozen=True, slots=True)
class OpenEnds:
    """All that is left open, by the code names of cases, and how many turns of the rota are theirs."""

    cases: tuple[OpenEnd, ...]
    turns: tuple[datetime, ...]


async def list_open_ends(app: AppContext, by: MemberId, member: MemberId) -> OpenEnds:
    """Return what of the member's work is open, for a chair or for themselves, in the cases that the reader may know of."""
    use = UseCase.STEP_DOWN if by == member else UseCase.CHANGE_MEMBERS
    async with app.units_of_work.read() as view:
        reader = await require_permission(view, by, use)
        claims = await view.task_claims.standing_claims(oldest_standing(view.now, app.policy))
        claimed = {claim.case for claim in claims if claim.member == member and claim.case is not None}
        turns = [turn.starts for turn in await view.rota.turns(view.now) if member in (turn.primary, turn.secondary)]
        contact_in = await view.open_work.cases_of_contact(member)
        drafts = Counter(await view.open_work.cases_of_unread_drafts(by_member(member)))
        theirs = await _known(view, reader, {*contact_in, *drafts, *claimed})
        owed: defaultdict[CaseId | None, list[Deadline]] = defaultdict(list)
        for deadline in await view.open_work.deadlines_of([case.id for case in theirs if case.id in contact_in]):
            owed[deadline.case].append(deadline)
        found = [
            _open_end(
                case,
                owed[case.id],
                is_contact=case.id in contact_in,
                drafts=drafts[case.id],
                is_in_hand=case.id in claimed,
                now=view.now,
            )
            for case in theirs
        ]
    return OpenEnds(tuple(found), tuple(turns))


async def _known(view: ReadView, reader: Member, those: Collection[CaseId]) -> list[CaseSummary]:
    """Those of the cases that are open and that the reader may know of, oldest first."""
    statuses = await view.open_work.statuses_of(those)
    return [
        case
        for case in await view.open_work.summaries_of(those)
        if case.state is not CaseState.CLOSED and may_know_by_status(reader, case, statuses.get(case.id, {}), view.now)
    ]


def _open_end(
    case: CaseSummary,
    owed: Sequence[Deadline],
    *,
    is_contact: bool,
    drafts: int,
    is_in_hand: bool,
    now: datetime,
) -> OpenEnd:
    return OpenEnd(
        code_name=case.code_name,
        is_contact=is_contact,
        deadlines=tuple(OwedAnswer(d.kind, d.due, now >= d.due) for d in owed),
        drafts=drafts,
        is_in_hand=is_in_hand,
    )
