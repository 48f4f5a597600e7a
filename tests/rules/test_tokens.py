"""How long a personal token may be good for."""

import pytest

from rules.tokens import token_length
from tests.rules.community import DAY, DJANGO


@pytest.mark.parametrize(("days", "allowed"), [(0, False), (1, True), (90, True), (91, False)])
def test_every_token_ends_by_itself_after_ninety_days_at_most(days: int, allowed: bool) -> None:
    """P-9.8"""
    assert bool(token_length(days * DAY, DJANGO)) is allowed
