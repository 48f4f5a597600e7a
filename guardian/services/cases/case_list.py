"""The list of a member's cases, page by page: the newest first, found by a part of their code names.

A page costs the same for ten cases as for ten thousand. What is kept from the member leaves no trace on it: no gap, no
count, and no address of a next page that names it. Read `list_case_page` first. Policy: P-4.2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from guardian.cases.access import normalize_code_name, require_permission
from guardian.cases.case import CaseKind
from guardian.cases.open_work import CaseSummary
from guardian.ids import CaseId, MemberId
from guardian.people.models import Member
from guardian.people.permissions import UseCase
from guardian.services.cases.overview import CaseLine, DeadlineLine, case_line
from guardian.services.context import AppContext, ReadView
from guardian.services.reading_room.case_file import is_shown_deadline

ON_A_PAGE: Final = 50
_AT_ONCE: Final = 200
"""How many cases are looked at together: more than a page has, since some may be kept from the member."""


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of the list; `next` is the code name after which the next one begins, empty on the last."""

    lines: tuple[CaseLine, ...]
    next: str


async def list_case_page(app: AppContext, by: MemberId, after: str = "", sought: str = "") -> CasePage:
    """Return a page of the cases that the member may know of, the newest first, with `sought` in their code names.

    A page after a case that is not the member's to know is the first, as after one that does not exist.
    """
    async with app.units_of_work.read() as view:
        member = await require_permission(view, by, UseCase.READ_CASE)
        found = await _known(view, member, await _place_of(view, member, after), normalize_code_name(sought))
        shown = [(case, line) for case, line in found[:ON_A_PAGE]]
        first = await _first_deadlines(view, by, [case.id for case, line in shown if not line.recused])
        lines = tuple(CaseLine(each.code_name, each.state, each.recused, first.get(case.id)) for case, each in shown)
        return CasePage(lines, lines[-1].code_name if len(found) > ON_A_PAGE else "")


async def _place_of(view: ReadView, member: Member, code_name: str) -> CaseId | None:
    case = await view.cases.case_by_code_name(normalize_code_name(code_name)) if code_name else None
    if case is None:
        return None
    [summary] = await view.open_work.summaries_of([case.id])
    statuses = await view.open_work.statuses_of([case.id])
    return None if case_line(member, summary, statuses.get(case.id, {}), None, view.now) is None else case.id


async def _known(
    view: ReadView, member: Member, after: CaseId | None, sought: str
) -> Sequence[tuple[CaseSummary, CaseLine]]:
    """One more than a page of what the member may know of, where there is so much."""
    found: list[tuple[CaseSummary, CaseLine]] = []
    while len(found) <= ON_A_PAGE:
        some = await view.open_work.newest_summaries(after, sought, _AT_ONCE)
        statuses = await view.open_work.statuses_of([each.id for each in some])
        for each in some:
            line = case_line(member, each, statuses.get(each.id, {}), None, view.now)
            if line is not None and each.kind is not CaseKind.LOCAL:
                found.append((each, line))
        if len(some) < _AT_ONCE:
            break
        after = some[-1].id
    return found


async def _first_deadlines(view: ReadView, by: MemberId, cases: Sequence[CaseId]) -> dict[CaseId, DeadlineLine]:
    own = await view.open_work.own_acts(by)
    first: dict[CaseId, DeadlineLine] = {}
    for deadline in await view.open_work.deadlines_of(cases):
        if deadline.case is not None and is_shown_deadline(deadline, own):
            first.setdefault(deadline.case, DeadlineLine(deadline.kind, deadline.due))
    return first
