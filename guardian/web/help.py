"""What a reporter can do meanwhile, as the community's policy says it: texts by kind of trouble, and quiet links.

Read `shown_help` first. Policy: P-2.4.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from guardian.notices.translations import catalogue_language, translate_count
from rules.policy_sections.community import Help

_KINDS: Final = ("danger", "stalking", "self_harm", "scam")


@dataclass(frozen=True, slots=True)
class ShownHelp:
    """The texts that the community gives, each with its kind of trouble, and its links."""

    texts: tuple[tuple[str, str], ...]
    links: tuple[str, ...]


def shown_help(told: Help, locale: str) -> ShownHelp:
    """Return what the community says in the reader's language; kinds of which it says nothing are left out."""
    texts = zip(_KINDS, _texts_by_language(told)[catalogue_language(locale)], strict=True)
    return ShownHelp(tuple((kind, text) for kind, text in texts if text), told.links)


def word_length(locale: str, length: timedelta) -> str:
    """Return a length of time in words: in days, or in hours where it is shorter."""
    if length.days:
        return translate_count(locale, "count.days", length.days)
    return translate_count(locale, "count.hours", int(length.total_seconds() // 3600))


def _texts_by_language(told: Help) -> Mapping[str, tuple[str, ...]]:
    """Return the texts in the order of the kinds."""
    return {
        "en": (told.danger_en, told.stalking_en, told.self_harm_en, told.scam_en),
        "de": (told.danger_de, told.stalking_de, told.self_harm_de, told.scam_de),
        "fr": (told.danger_fr, told.stalking_fr, told.self_harm_fr, told.scam_fr),
    }
