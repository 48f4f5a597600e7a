"""What an answer of a space means for the try that asked for it."""

from datetime import timedelta
from pathlib import Path

import pytest

from guardian.reconciler.execution import failure_of
from guardian.retry import Failure
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import Account, Entitlements, Unknown
from tests.builders.reconciler import a_world
from tests.fakes.clock import FrozenClock
from tests.fakes.space import FakeSpace

AFTER = timedelta(seconds=90)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (Done(), None),
        (Already(), None),
        (Unavailable("down", AFTER), Failure("down", cut_off=True, retry_after=AFTER)),
        (Forbidden("Ban Members"), Failure("the space refuses us", "Ban Members")),
        (Gone(), Failure("the account is not there any more")),
        (Rejected("too long"), Failure("too long")),
        (Unknown("limited", AFTER), Failure("limited", retry_after=AFTER)),
        (Unknown("hidden", needs="View Audit Log"), Failure("hidden", "View Audit Log")),
    ],
)
def test_each_answer_is_one_kind_of_failure_or_none(answer: Outcome | Unknown, failure: Failure | None) -> None:
    assert failure_of(answer) == failure


class UnreadableLosses(FakeSpace):
    """A space that is seen, and does not say what a bar would take."""

    async def read_losses(self, account: Account) -> Entitlements | Unknown:
        return Unknown("the list of roles is away")


@pytest.mark.harm("forgets-what-was-taken")
async def test_nothing_is_taken_from_anybody_while_it_is_not_known_what_that_would_be(tmp_path: Path) -> None:
    """P-6.7"""
    clock = FrozenClock()
    async with a_world(tmp_path, UnreadableLosses(clock, "fake"), clock=clock) as world:
        person = await world.a_person()
        await world.a_sanction(person)
        await world.run_until_idle()
        assert await world.restrictions_in(person, "fake") == frozenset()
        assert await world.coverage(person) == {"fake": "blocked"}
