"""How long a personal token may be good for. Read `token_length` first."""

from datetime import timedelta

from rules.policy import Policy
from rules.verdict import Verdict, allowed, refused


def token_length(lasts: timedelta, policy: Policy) -> Verdict:
    """Return whether a token may last so long: every one ends by itself. Policy: P-9.8."""
    longest = policy.tokens.longest
    if timedelta() < lasts <= longest:
        return allowed("P-9.8")
    return refused("days", f"A token lasts from 1 to {longest.days} days.", "P-9.8")
