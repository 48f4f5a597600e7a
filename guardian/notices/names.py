"""What community and groups are called in texts to people outside them: the policy says it, in each language.

Read `party_names` first. Policy: P-11.1.
"""

from collections.abc import Mapping

from guardian.notices.translations import catalogue_language, translate_text
from rules.policy_sections.community import Names


def party_names(names: Names | None, community: str, locale: str) -> Mapping[str, str]:
    """Return the names in the reader's language, as facts of a text; general words where the policy says none."""
    language = catalogue_language(locale)
    group, board = _names_by_language(names)[language] if names is not None else ("", "")
    return {
        "community": community,
        "group": group or translate_text(language, "names.group"),
        "board": board or translate_text(language, "names.board"),
    }


def _names_by_language(names: Names) -> Mapping[str, tuple[str, str]]:
    return {
        "en": (names.group_en, names.board_en),
        "de": (names.group_de, names.board_de),
        "fr": (names.group_fr, names.board_fr),
    }
