"""What a member may choose from on a case's page: which acts are theirs, and the names that stand in its forms.

It offers only: each act asks for its own permission when it is done. Read `read_choices` first.
"""

from dataclasses import dataclass
from typing import Final

from guardian.cases.access import case_for_member, require_readable
from guardian.cases.case import Case, CaseKind
from guardian.errors import NotFound
from guardian.ids import MemberId
from guardian.people.models import Member
from guardian.people.permissions import UseCase, may_perform
from guardian.services.case_flow import eligible_members
from guardian.services.context import AppContext, ReadView
from guardian.services.decisions.draft_openings import DraftOpening, list_openings

_OF_READERS: Final = frozenset({UseCase.READ_THREAD, UseCase.WRITE_NOTE, UseCase.DETERMINE})
_OF_BOARD: Final = (
    _OF_READERS | {UseCase.REVIEW_RETENTION} | {UseCase.RECORD_BOARD_ANSWER, UseCase.CONFIRM_BOARD_ANSWER}
)


@dataclass(frozen=True, slots=True)
class CaseChoices:
    """What the forms of a case offer one member. `others` take part in the case besides them, by id and name.

    `openings` are the texts to people outside that can be written in it, each as it begins.
    """

    open_to: frozenset[UseCase]
    others: tuple[tuple[MemberId, str], ...]
    openings: tuple[DraftOpening, ...]


async def read_choices(app: AppContext, by: MemberId, code_name: str) -> CaseChoices:
    """Return what the member, who may read the case at this instant, may choose from in it. Policy: P-1.1, P-4.2."""
    async with app.units_of_work.read() as view:
        case = await require_readable(view, by, code_name)
        member = await view.people.member(by)
        if member is None or case.kind is CaseKind.LOCAL:
            return CaseChoices(frozenset(), (), ())
        return CaseChoices(
            open_to=await _open_to(view, member, case),
            others=await _others(view, member, case),
            openings=await list_openings(view, case),
        )


async def _open_to(view: ReadView, member: Member, case: Case) -> frozenset[UseCase]:
    """The acts of their seats; of a case that merely lies with the Board, to the Board its answer and the thread."""
    by_seat = frozenset(use for use in UseCase if may_perform(member, use, view.now))
    try:
        await case_for_member(view, member.id, case.code_name)
    except NotFound:
        return by_seat & _OF_BOARD
    return by_seat


async def _others(view: ReadView, member: Member, case: Case) -> tuple[tuple[MemberId, str], ...]:
    on_the_case = await eligible_members(view, case) - {member.id}
    return tuple((each.id, each.name) for each in await view.people.members() if each.id in on_the_case)
