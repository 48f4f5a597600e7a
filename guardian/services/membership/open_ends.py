"""What is left open where somebody leaves: reporters whose contact they were, texts, deadlines, turns, tasks they had in hand.

Whoever reads it sees of it what is theirs to know. Read `list_open_ends` first. Policy: P-1.2, P-4.2.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from guardian.cases.access import may_know, require_permission
from guardian.cases.case import Case, CaseState
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.drafts import DraftState
from guardian.ids import MemberId
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
        claimed = {claim.case for claim in claims if claim.member == member}
        turns = [turn.starts for turn in await view.rota.turns(view.now) if member in (turn.primary, turn.secondary)]
        cases = [each for each in await view.cases.cases() if each.state is not CaseState.CLOSED]
        found = [
            await _open_end(view, case, member, is_in_hand=case.id in claimed)
            for case in await _known(view, reader, cases)
        ]
    return OpenEnds(tuple(each for each in found if each is not None), tuple(turns))


async def _known(view: ReadView, reader: Member, cases: Iterable[Case]) -> list[Case]:
    return [c for c in cases if may_know(reader, c, await view.cases.exclusions_of(c.id), view.now)]


async def _open_end(view: ReadView, case: Case, member: MemberId, *, is_in_hand: bool) -> OpenEnd | None:
    is_contact = case.contact == member
    written = [d for d in await view.deliberation.drafts_of(case.id) if d.state is DraftState.WRITTEN]
    drafts = sum(draft.by == by_member(member) for draft in written)
    if not (is_contact or drafts or is_in_hand):
        return None
    owed = await view.deadlines.open_for(case.id) if is_contact else ()
    return OpenEnd(
        code_name=case.code_name,
        is_contact=is_contact,
        deadlines=tuple(OwedAnswer(d.kind, d.due, view.now >= d.due) for d in owed),
        drafts=drafts,
        is_in_hand=is_in_hand,
    )
