"""Words the letter about a decision from what the proposal said of it: a draft, which a second member reads. Pure.

Its first three parts (what was done, what it did, what is expected) are words of the case; what follows is added by the
template. Read `compose_letter` first. Policy: P-5.5, P-5.6.
"""

from typing import Final

from guardian.notices.phrases import FINDINGS_ON_WORDS, VIOLATIONS
from rules.ladder import Outcome

_OPENING: Final = (
    "Hello,",
    "the people who handle conduct reports here have come to a decision in a matter that concerns you.",
)
_IMPACT: Final = "It made it harder for others to take part in the community, or to feel safe in it."
_EXPECTED: Final = (
    "That it does not happen again, here or in any other space of the community; that you do not try to find out who "
    "reported it, and do not turn against anybody because of it."
)


def compose_letter(outcome: Outcome, behaviour: str, impact: str = "", conditions: str = "") -> str:
    """Return the letter as it is put before a second member."""
    finding = FINDINGS_ON_WORDS.get(outcome, "")
    parts = [*_OPENING, f"What it is about:\n{behaviour.strip()}", finding]
    if outcome in VIOLATIONS:
        parts += [f"What it did:\n{impact.strip() or _IMPACT}", _heading_expected(_EXPECTED)]
        parts.append(conditions.strip())
    elif conditions.strip():
        parts.append(_heading_expected(conditions.strip()))
    return "\n\n".join(part for part in parts if part)


def _heading_expected(text: str) -> str:
    return f"What is expected of you:\n{text}"
