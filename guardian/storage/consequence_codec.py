"""How a consequence is written down before it is encrypted, and read again. What was expunged reads as an empty one.

Read `encode_consequence` first.
"""

from datetime import timedelta
from typing import Any

from guardian.cases.proposals import Consequence
from guardian.ids import SpaceName
from rules.conditions import AskedCondition, ConditionKind
from rules.ladder import Outcome
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import Restriction

_MICROSECOND = timedelta(microseconds=1)


def encode_consequence(consequence: Consequence) -> dict[str, Any]:
    """Return the consequence as plain JSON."""
    return {
        "outcome": consequence.outcome,
        "restriction": consequence.restriction,
        "term": encode_term(consequence.term),
        "on_term_end": consequence.on_term_end,
        "spaces": None if consequence.spaces is None else sorted(consequence.spaces),
        "conditions": consequence.conditions,
        "asked": [_encode_asked(each) for each in consequence.asked],
        "summary": consequence.summary,
        "impact": consequence.impact,
        "legal": consequence.legal,
        "consent_of_all": consequence.consent_of_all,
        "readmit": consequence.readmit,
        "removal": consequence.removal,
    }


def decode_consequence(form: dict[str, Any] | None) -> Consequence:
    """Return the consequence that the form stands for."""
    if not form:
        return Consequence(outcome=Outcome.OTHER)
    return Consequence(
        outcome=Outcome(form["outcome"]),
        restriction=Restriction(form["restriction"]),
        term=decode_term(form["term"]),
        on_term_end=None if form["on_term_end"] is None else OnTermEnd(form["on_term_end"]),
        spaces=decode_spaces(form["spaces"]),
        conditions=form["conditions"],
        asked=tuple(_decode_asked(each) for each in form["asked"]),
        summary=form["summary"],
        impact=form["impact"],
        legal=form["legal"],
        consent_of_all=form["consent_of_all"],
        readmit=form["readmit"],
        removal=form["removal"],
    )


def _encode_asked(asked: AskedCondition) -> dict[str, Any]:
    return {
        "kind": asked.kind,
        "words": asked.words,
        "within": encode_term(asked.within),
        "followed_by": asked.followed_by,
    }


def _decode_asked(form: dict[str, Any]) -> AskedCondition:
    return AskedCondition(ConditionKind(form["kind"]), form["words"], decode_term(form["within"]), form["followed_by"])


def encode_term(term: timedelta | None) -> int | None:
    """Return a length in microseconds."""
    return None if term is None else term // _MICROSECOND


def decode_term(count: int | None) -> timedelta | None:
    """Return the length of a count of microseconds."""
    return None if count is None else count * _MICROSECOND


def decode_spaces(names: list[str] | None) -> frozenset[SpaceName] | None:
    """Return a scope; None is every space."""
    return None if names is None else frozenset(SpaceName(name) for name in names)
