"""When a party may have the Board reconsider a decision, and who of the Board answers. Read `may_request` first.

A measure of moderators is another matter: see `measures`. Policy: P-5.7.
"""

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from rules.policy import Policy
from rules.verdict import Verdict, allowed, refused

M = TypeVar("M", bound=Hashable)

LEAST_OTHERS: Final = 2
"""One of the Board records its answer, and a second confirms it."""

_WHAT_REMAINS: Final = (
    "If there is something that the group did not know when it decided, write what it is: on such words the Board is "
    "asked all the same."
)


@dataclass(frozen=True, slots=True)
class EarlierRequests:
    """What one party has to do with a decision: when they learned of it (None: nothing shows that they did), and when they asked."""

    notified_at: datetime | None
    requested_at: datetime | None = None


def request_until(notified_at: datetime, policy: Policy) -> datetime:
    """Return until when a party may ask without showing anything new, counted from when they learned of the decision.

    Policy: P-5.7.
    """
    return notified_at + policy.reconsideration.reconsider_within


def needs_news(earlier: EarlierRequests, now: datetime, policy: Policy) -> bool:
    """Return whether the party has to show something new: they have asked before, or their time is over.

    Policy: P-5.7.
    """
    late = earlier.notified_at is not None and now >= request_until(earlier.notified_at, policy)
    return late or earlier.requested_at is not None


def may_request(earlier: EarlierRequests, now: datetime, policy: Policy, *, shows_news: bool) -> Verdict:
    """Return whether the party may ask now; a refusal says what they can still do.

    Something new is what they say it is: the Board judges that. It is asked on such words once in the same time, so that
    nobody keeps a decision open for ever. Policy: P-5.7.
    """
    if not needs_news(earlier, now, policy):
        return allowed("P-5.7")
    if not shows_news:
        return _refused_without_news(earlier)
    if earlier.requested_at is not None and now < (again := request_until(earlier.requested_at, policy)):
        sentence = (
            f"You have asked for this not long ago, and it was answered. With something new you can ask again from "
            f"{again:%d %B %Y} on. What you tell the group meanwhile is added to the case and read, and it can open "
            "the case again by itself."
        )
        return refused("asked_lately", sentence, "P-5.7", {"again": again})
    return allowed("P-5.7")


def may_answer_again(by: M, deciders: Collection[M]) -> Verdict:
    """Return whether somebody may answer a request: nobody who took part in the decision does. Policy: P-5.7."""
    if by not in deciders:
        return allowed("P-5.7")
    sentence = "You took part in the decision that is to be looked at again. Others of the Board answer this one."
    return refused("has_decided", sentence, "P-5.7")


def _refused_without_news(earlier: EarlierRequests) -> Verdict:
    if earlier.requested_at is not None:
        sentence = f"You have asked for this once, and it was answered. {_WHAT_REMAINS}"
        return refused("asked_before", sentence, "P-5.7")
    return refused("asked_late", f"The time to ask for this by itself is over. {_WHAT_REMAINS}", "P-5.7")
