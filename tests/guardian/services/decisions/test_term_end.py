"""What the end of a term brings is the policy's, or the decision's own choice, at enactment as in the rule."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import AccessLevel
from tests.builders.community import a_community, preset_policy
from tests.builders.journey import a_journey, a_suspension

LIFT, AWAIT = OnTermEnd.LIFT, OnTermEnd.AWAIT_READMISSION


@pytest.mark.parametrize(
    ("policys", "chosen", "after"),
    [
        (LIFT, None, AccessLevel.OPEN),
        (AWAIT, LIFT, AccessLevel.OPEN),
        (LIFT, AWAIT, AccessLevel.BARRED),
        (AWAIT, None, AccessLevel.BARRED),
    ],
)
@pytest.mark.harm("kept-out-after-a-term-that-ends")
async def test_access_returns_at_the_end_where_policy_or_decision_says_so(
    tmp_path: Path, policys: OnTermEnd, chosen: OnTermEnd | None, after: AccessLevel
) -> None:
    """P-6.2"""
    usual = preset_policy("django")
    policy = replace(usual, sanctions=replace(usual.sanctions, on_term_end=policys))
    async with a_community(tmp_path, policy=policy) as community:
        journey = await a_journey(community)
        await journey.enact(a_suspension(days=60, on_term_end=chosen))
        assert await journey.access_level() is AccessLevel.BARRED
        await journey.pass_time(timedelta(days=61))
        assert await journey.access_level() is after
