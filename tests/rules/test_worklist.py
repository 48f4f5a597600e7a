"""How long "I have it" stands, by which others know that somebody sees to a task."""

import pytest

from rules.worklist import claim_stands
from tests.rules.community import DJANGO, HOUR, NOW


@pytest.mark.parametrize(("hours", "stands"), [(0, True), (23, True), (24, False)])
def test_somebody_has_a_task_in_hand_for_a_day_and_may_say_so_again(hours: int, stands: bool) -> None:
    """P-2.4"""
    assert claim_stands(NOW, NOW, NOW + hours * HOUR, DJANGO) is stands
