"""Refuse what a rule of policy does not allow, in the rule's own words. Reads nothing: the caller asks the rule first."""

from guardian.errors import NotFound, Refused
from rules.verdict import Verdict


def require(verdict: Verdict) -> None:
    """Raise Refused, in the rule's own words, unless the rule allows it."""
    if not verdict:
        raise Refused(verdict.code, verdict.sentence, verdict.rule, verdict.facts)


def require_or_not_found(verdict: Verdict) -> None:
    """Raise NotFound for what one may not know of, Refused for all else that the rule does not allow."""
    if verdict:
        return
    if verdict.code == "not_found":
        raise NotFound
    raise Refused(verdict.code, verdict.sentence, verdict.rule, verdict.facts)
