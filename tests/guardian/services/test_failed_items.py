"""One odd item stops nobody else: it is tried again, people are told once, and nothing of it is thrown away."""

from dataclasses import replace
from typing import Any

import pytest

from guardian.errors import Stale
from guardian.ids import MemberId
from guardian.notices.models import NoticeKind
from guardian.services.failed_items import isolate
from tests.builders.community import AMARA, DMITRI, GRETA, Community

SOURCE = "a mail in the group's mailbox"

pytestmark = pytest.mark.harm("one-odd-item-stops-the-queue")


async def works(answer: object = None) -> object:
    """Nothing goes wrong."""
    return answer


async def fails(error: Exception) -> object:
    """Something goes wrong."""
    raise error


async def told(community: Community, member: MemberId) -> list[dict[str, str]]:
    """What the member was told of things that could not be taken in."""
    waiting = await community.waiting_notices()
    return [dict(n.facts) for n in waiting if n.kind is NoticeKind.ITEM_UNREAD and n.to.member == member]


@pytest.mark.parametrize(("answer", "done"), [(True, True), (None, True), (False, False)])
async def test_what_works_is_done_unless_it_says_otherwise(community: Community, answer: Any, done: bool) -> None:
    assert await isolate(community.app, SOURCE, "one", works(answer)) is done
    assert await told(community, AMARA) == []


@pytest.mark.parametrize(
    "error", [TypeError("user_id"), RecursionError(), KeyError("id"), UnicodeEncodeError("x", "", 0, 1, "")]
)
async def test_whatever_goes_wrong_is_let_out_to_nobody_and_told_at_the_second_time(
    community: Community, error: Exception
) -> None:
    """P-2.1"""
    assert not await isolate(community.app, SOURCE, "one", fails(error))
    assert await told(community, DMITRI) == []
    assert await isolate(community.app, SOURCE, "one", fails(error))
    assert [await told(community, member) for member in (AMARA, DMITRI, GRETA)] == [[{"source": SOURCE}]] * 2 + [[]]


async def test_many_odd_items_are_one_notice_a_day(community: Community) -> None:
    for item in ("one", "two", "three"):
        for _ in range(3):
            await isolate(community.app, SOURCE, item, fails(ValueError()))
    assert len(await told(community, DMITRI)) == 1


async def test_what_changed_meanwhile_is_tried_again_and_calls_nobody(community: Community) -> None:
    for _ in range(3):
        assert not await isolate(community.app, SOURCE, "one", fails(Stale()))
    assert await told(community, DMITRI) == []


async def test_where_nothing_can_be_stored_the_next_item_has_its_turn_all_the_same(community: Community) -> None:
    broken = replace(community.app, units_of_work=None)  # type: ignore[arg-type]  # whatever is wrong on our side
    assert not await isolate(broken, SOURCE, "one", fails(ValueError()))
    assert await isolate(community.app, SOURCE, "two", works())


async def test_nothing_that_an_error_says_is_told_or_logged(
    community: Community, capfd: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        await isolate(community.app, SOURCE, "one", fails(ValueError("He wrote insults.")))
    assert "insults" not in f"{capfd.readouterr()}{await told(community, DMITRI)}"
