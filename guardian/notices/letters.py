"""Words the letter about a decision from what the proposal said of it: a draft, which a second member reads. Pure.

Its first three parts (what was done, what it did, what is expected) are words of the case; what follows is added by the
template. Read `compose_letter` first. Policy: P-5.5, P-5.6.
"""

from guardian.notices.phrases import VIOLATIONS
from guardian.notices.translations import translate_text, translate_text_or_default
from rules.ladder import Outcome


def compose_letter(
    outcome: Outcome, behaviour: str, impact: str = "", conditions: str = "", *, locale: str = ""
) -> str:
    """Return the letter as it is put before a second member; its fixed words are in the person's language."""

    def say(key: str) -> str:
        return translate_text(locale, key)

    finding = "violation" if outcome in VIOLATIONS else str(outcome)
    parts = [say("notice.hello"), say("decision.opening_here"), f"{say('decision.about')}\n{behaviour.strip()}"]
    parts.append(translate_text_or_default(locale, f"finding_on_words.{finding}", ""))
    if outcome in VIOLATIONS:
        parts.append(f"{say('decision.impact_title')}\n{impact.strip() or say('decision.impact')}")
        parts += [f"{say('decision.expected_title')}\n{say('decision.expected_here')}", conditions.strip()]
    elif conditions.strip():
        parts.append(f"{say('decision.expected_title')}\n{conditions.strip()}")
    return "\n\n".join(part for part in parts if part)
