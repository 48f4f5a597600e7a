"""Every deadline is run in its time, once, and one that cannot be run stops no other."""

from dataclasses import replace

import pytest

from guardian.cases.deadlines import Deadline, DeadlineKind
from guardian.ids import CaseId, new_id
from guardian.notices.models import NoticeKind
from guardian.services.operations.deadline_runner import HANDLERS, run_due
from guardian.services.reminders import on_plain_deadline_due
from tests.builders.community import DMITRI, Community
from tests.builders.journey import HOUR, a_journey


def test_every_kind_of_deadline_has_its_handler() -> None:
    assert list(HANDLERS) == list(DeadlineKind)


def test_only_these_kinds_are_plainly_recalled_once_a_day() -> None:
    plain = {kind for kind, handler in HANDLERS.items() if handler is on_plain_deadline_due}
    assert plain == {DeadlineKind.BLOCKED_TOTAL}


async def test_nothing_is_done_twice_when_it_is_asked_twice(community: Community) -> None:
    journey = await a_journey(community)
    await journey.pass_time(30 * HOUR)
    before = len(await community.notices_to(DMITRI))
    await run_due(community.app)
    await run_due(community.app)
    assert len(await community.notices_to(DMITRI)) == before


async def test_the_answer_is_when_something_is_due_next(community: Community) -> None:
    await community.a_case()
    coming = await run_due(community.app)
    assert coming is not None
    community.clock.instant = coming
    before = len(await community.journal_acts())
    await run_due(community.app)
    assert len(await community.journal_acts()) > before


@pytest.mark.harm("one-odd-item-stops-the-queue")
async def test_one_bad_promise_stops_no_other_and_is_not_lost(community: Community) -> None:
    """architecture 5.7"""
    broken = Deadline(
        id=new_id(),
        kind=DeadlineKind.TERM_END,
        case=CaseId("gone"),
        since=community.clock.now(),
        due=community.clock.now(),
        next_at=None,
        about="x",
    )
    journey = await a_journey(community)
    async with community.units_of_work.begin() as uow:
        bad = replace(broken, kind=DeadlineKind.BLOCKED_TOTAL, next_at=community.clock.now(), case=CaseId("gone"))
        await uow.deadlines.add(replace(bad, case=journey.id, kind=DeadlineKind.PROPOSAL_CLOSES, about="gone"))
    coming = await run_due(community.app)
    assert coming is not None
    assert coming > community.clock.now()
    await journey.pass_time(12 * HOUR)
    assert NoticeKind.DEADLINE_NEAR in await community.notice_kinds_to(DMITRI)
    assert NoticeKind.ITEM_UNREAD in [each.kind for each in await community.waiting_notices()]
    async with community.units_of_work.read() as view:
        assert len(await view.deadlines.open_about("gone")) == 1
