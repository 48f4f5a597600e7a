"""How many of everything there are, for the operator: numbers by state, without content."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from guardian.journal import OPERATOR, Entry
from guardian.notices.models import NoticeState
from guardian.sanctions.models import term_state_at
from guardian.services.context import AppContext


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """How many of everything there are, and by which state."""

    cases: Mapping[str, int]
    sanctions: Mapping[str, int]
    notices: Mapping[str, int]
    blocked_keys: Mapping[str, int]
    chair_confirmed: bool


async def status_counts(app: AppContext, chair_unconfirmed: bool) -> StatusCounts:
    """Count what there is by state, without content; the reading is journalled as the operator's."""
    async with app.units_of_work.begin() as uow:
        cases = Counter(str(case.state) for case in await uow.cases.cases())
        sanctions = Counter(str(term_state_at(each, uow.now)) for each in await uow.sanctions.unlifted())
        notices = {str(state): await uow.notices.count(state) for state in NoticeState}
        blocked = Counter(str(item.space) for item in await uow.sanctions.blocked_items())
        uow.journal.note(Entry(act="status.was_read", by=OPERATOR, authority="P-1.5"))
    return StatusCounts(dict(cases), dict(sanctions), notices, dict(blocked), not chair_unconfirmed)
