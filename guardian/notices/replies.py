"""What a party is answered at once: a text of the catalogue with its facts, worded where its reader's language is known.

Read `Reply` first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from guardian.notices.translations import format_datetime, translate_text


@dataclass(frozen=True, slots=True)
class Reply:
    """The key of a text, and the facts in it; an instant is written as people read it."""

    key: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def word(self, locale: str, **names: str) -> str:
        """Return the text in the reader's language; `names` are what groups and community are called."""
        return translate_text(locale, self.key, **names, **spoken_facts(self.facts, locale))


def spoken_facts(facts: Mapping[str, object], locale: str) -> Mapping[str, object]:
    """Return the facts as a text takes them, each instant in the reader's language."""
    return {name: format_datetime(fact, locale) if isinstance(fact, datetime) else fact for name, fact in facts.items()}
