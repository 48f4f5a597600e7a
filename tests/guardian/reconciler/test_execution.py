"""What an answer of a space means for the try that asked for it."""

from datetime import timedelta

import pytest

from guardian.reconciler.execution import failure_of
from guardian.retry import Failure
from guardian.spaces.outcomes import Already, Done, Forbidden, Gone, Outcome, Rejected, Unavailable
from guardian.spaces.port import Unknown

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
