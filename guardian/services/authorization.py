"""Refuse what a rule of policy does not allow, in the rule's own words. Reads nothing: the caller asks the rule first."""

from guardian.errors import NotFound, Refused
from rules.verdict import Verdict


def require(verdict: Verdict) -> None:
    """Returns where the rule allows it; Refused in the rule's own words where it does not."""
    if not verdict:
        raise Refused(verdict.code, verdict.sentence, verdict.rule)


def require_or_not_found(verdict: Verdict) -> None:
    """Nothing where the rule allows it; what one may not know of is answered as what does not exist."""
    if verdict:
        return
    if verdict.code == "not_found":
        raise NotFound
    raise Refused(verdict.code, verdict.sentence, verdict.rule)
