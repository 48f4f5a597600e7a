"""What a member is offered while they type a name: names that they may know, and nothing for whoever may know none.

What is kept from them leaves no trace: it is not offered, not counted, and moves no other name. Nothing is written.
Read `complete_cases` first. Policy: P-4.2.
"""

from typing import Final

from guardian.cases.access import may_know_by_status, may_read_by_status, normalize_code_name
from guardian.cases.case import CaseKind
from guardian.ids import MemberId
from guardian.people.models import Member
from guardian.people.permissions import UseCase, may_perform
from guardian.services.context import AppContext, ReadView

MOST_COMPLETIONS: Final = 25
_AT_ONCE: Final = 100
"""How many cases are looked at together: more than are offered, since some may be kept from the member."""


async def complete_cases(app: AppContext, by: MemberId, typed: str) -> tuple[str, ...]:
    """Return the code names of the member's cases that have what was typed in them, the newest case first."""
    async with app.units_of_work.read() as view:
        member = await _seated(view, by, UseCase.READ_CASE)
        return () if member is None else await _readable_names(view, member, normalize_code_name(typed))


async def complete_matters(app: AppContext, by: MemberId, typed: str) -> tuple[str, ...]:
    """Return the code names of the open local matters that the moderator may know of, the newest first."""
    async with app.units_of_work.read() as view:
        member = await _seated(view, by, UseCase.READ_MATTER)
        return () if member is None else await _open_matter_names(view, member, normalize_code_name(typed))


async def complete_spaces(app: AppContext, by: MemberId, typed: str) -> tuple[str, ...]:
    """Return what was typed with its last name, after a comma, made that of a space which is not yet among them."""
    async with app.units_of_work.read() as view:
        if await _seated(view, by, UseCase.LIST_TASKS) is None:
            return ()
    *before, last = [part.strip().casefold() for part in typed.split(",")]
    names = [str(name) for name in app.spaces.names if str(name) not in before and last in str(name)]
    return tuple(", ".join((*before, name)) for name in names)[:MOST_COMPLETIONS]


async def _readable_names(view: ReadView, member: Member, sought: str) -> tuple[str, ...]:
    """The first that are offered of the cases that are the member's to read; not those that they stepped back from.

    A letter typed costs the same beside ten cases as beside a hundred thousand: so many are read as are looked at.
    """
    found: list[str] = []
    after = None
    while len(found) < MOST_COMPLETIONS:
        some = await view.open_work.newest_summaries(after, sought, _AT_ONCE)
        statuses = await view.open_work.statuses_of([each.id for each in some])
        readable = [c for c in some if may_read_by_status(member, c, statuses.get(c.id, {}), view.now)]
        found += [each.code_name for each in readable if each.kind is not CaseKind.LOCAL]
        if len(some) < _AT_ONCE:
            break
        after = some[-1].id
    return tuple(found[:MOST_COMPLETIONS])


async def _open_matter_names(view: ReadView, member: Member, sought: str) -> tuple[str, ...]:
    summaries = reversed(await view.open_work.open_summaries(CaseKind.LOCAL))
    matters = [each for each in summaries if sought in each.code_name]
    found: list[str] = []
    for start in range(0, len(matters), _AT_ONCE):
        some = matters[start : start + _AT_ONCE]
        statuses = await view.open_work.statuses_of([each.id for each in some])
        found += [m.code_name for m in some if may_know_by_status(member, m, statuses.get(m.id, {}), view.now)]
        if len(found) >= MOST_COMPLETIONS:
            break
    return tuple(found[:MOST_COMPLETIONS])


async def _seated(view: ReadView, by: MemberId, use_case: UseCase) -> Member | None:
    """The member whose seat allows the use case; None for everybody else, who is offered nothing and told nothing."""
    member = await view.people.member(by)
    return member if member is not None and may_perform(member, use_case, view.now) else None
