"""What a member is offered while they type a name: names that they may know, and nothing for whoever may know none.

What is kept from them leaves no trace: it is not offered, not counted, and moves no other name. Nothing is written.
Read `complete_cases` first. Policy: P-4.2.
"""

from collections.abc import Iterable
from typing import Final

from guardian.cases.access import may_know_by_status, may_read_by_status, normalize_code_name
from guardian.cases.case import CaseKind, CaseState
from guardian.cases.open_work import CaseSummary
from guardian.ids import MemberId
from guardian.people.models import Member
from guardian.people.permissions import UseCase, may_perform
from guardian.services.context import AppContext, ReadView

MOST_COMPLETIONS: Final = 25


async def complete_cases(app: AppContext, by: MemberId, typed: str) -> tuple[str, ...]:
    """Return the code names of the member's cases that have what was typed in them, the newest case first."""
    async with app.units_of_work.read() as view:
        return _fitting((each.code_name for each in await _readable_cases(view, by)), typed)


async def complete_matters(app: AppContext, by: MemberId, typed: str) -> tuple[str, ...]:
    """Return the code names of the open local matters that the moderator may know of, the newest first."""
    async with app.units_of_work.read() as view:
        member = await _seated(view, by, UseCase.READ_MATTER)
        statuses = await view.open_work.statuses()
        matters = [
            each
            for each in reversed(await view.open_work.summaries())
            if each.kind is CaseKind.LOCAL and each.state is not CaseState.CLOSED
        ]
        known = [
            each
            for each in matters
            if member is not None and may_know_by_status(member, each, statuses.get(each.id, {}), view.now)
        ]
    return _fitting((each.code_name for each in known), typed)


async def complete_spaces(app: AppContext, by: MemberId, typed: str) -> tuple[str, ...]:
    """Return what was typed with its last name, after a comma, made that of a space which is not yet among them."""
    async with app.units_of_work.read() as view:
        if await _seated(view, by, UseCase.LIST_TASKS) is None:
            return ()
    *before, last = [part.strip().casefold() for part in typed.split(",")]
    names = [str(name) for name in app.spaces.names if str(name) not in before and last in str(name)]
    return tuple(", ".join((*before, name)) for name in names)[:MOST_COMPLETIONS]


async def _readable_cases(view: ReadView, by: MemberId) -> list[CaseSummary]:
    """The cases that are the member's to read, the newest first; not those that they stepped back from."""
    member = await _seated(view, by, UseCase.READ_CASE)
    if member is None:
        return []
    statuses = await view.open_work.statuses()
    return [
        each
        for each in reversed(await view.open_work.summaries())
        if each.kind is not CaseKind.LOCAL and may_read_by_status(member, each, statuses.get(each.id, {}), view.now)
    ]


async def _seated(view: ReadView, by: MemberId, use_case: UseCase) -> Member | None:
    """The member whose seat allows the use case; None for everybody else, who is offered nothing and told nothing."""
    member = await view.people.member(by)
    return member if member is not None and may_perform(member, use_case, view.now) else None


def _fitting(names: Iterable[str], typed: str) -> tuple[str, ...]:
    """The names that have what was typed in them, each once, as many as are shown."""
    sought = normalize_code_name(typed)
    return tuple([name for name in dict.fromkeys(names) if sought in name][:MOST_COMPLETIONS])
