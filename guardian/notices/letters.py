"""Words the letter about a decision from what the proposal said of it: a draft, which a second member reads. Pure.

Its first three parts (what was done, what it did, what is expected) are words of the case; what follows is added by the
template. Read `compose_letter` first. Policy: P-5.5, P-5.6.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final

from guardian.notices.phrases import VIOLATIONS
from guardian.notices.translations import translate_text, translate_text_or_default
from rules.conditions import AskedCondition
from rules.ladder import Outcome

_DAY: Final = timedelta(days=1)


def compose_letter(
    outcome: Outcome,
    behaviour: str,
    impact: str = "",
    conditions: str = "",
    asked: Sequence[AskedCondition] = (),
    *,
    locale: str = "",
) -> str:
    """Return the letter as it is put before a second member; its fixed words are in the person's language."""

    def say(key: str, **facts: str) -> str:
        return translate_text(locale, key, **facts)

    wanted = "\n\n".join(each for each in (conditions.strip(), *(_asked(say, each) for each in asked)) if each)
    finding = "violation" if outcome in VIOLATIONS else str(outcome)
    parts = [say("notice.hello"), say("decision.opening_here"), f"{say('decision.about')}\n{behaviour.strip()}"]
    parts.append(translate_text_or_default(locale, f"finding_on_words.{finding}", ""))
    if outcome in VIOLATIONS:
        parts.append(f"{say('decision.impact_title')}\n{impact.strip() or say('decision.impact')}")
        parts += [f"{say('decision.expected_title')}\n{say('decision.expected_here')}", wanted]
    elif wanted:
        parts.append(f"{say('decision.expected_title')}\n{wanted}")
    return "\n\n".join(part for part in parts if part)


def _asked(say: Callable[..., str], asked: AskedCondition) -> str:
    """What is asked, under what it is: to behave otherwise or to make up for it; and by when."""
    said = f"{say(f'condition.{asked.kind}')}\n{asked.words.strip()}"
    return f"{said}\n{say('condition.within', days=f'{asked.within / _DAY:g}')}" if asked.within else said
