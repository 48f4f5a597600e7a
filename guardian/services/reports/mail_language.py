"""The language of a mail's own words, as far as they show it: by the small words that every text of a language has.

Read `language_of_words` first.
"""

import re
from typing import Final

from guardian.notices.translations import LANGUAGES, translate_text

_WORD: Final = re.compile(r"[^\W\d_]+")
_READ: Final = 4_000
_LEAST: Final = 3
_AHEAD: Final = 2


def language_of_words(text: str, otherwise: str) -> str:
    """Return the kept language in which the text is written; the other one where its words do not show it."""
    said = _WORD.findall(text[:_READ].casefold())
    counts = sorted((sum(word in _common_words(language) for word in said), language) for language in LANGUAGES)
    (second, _), (most, language) = counts[-2:]
    return language if most >= _LEAST and most >= _AHEAD * second else otherwise


def _common_words(language: str) -> frozenset[str]:
    return frozenset(translate_text(language, "mail.common_words").split())
