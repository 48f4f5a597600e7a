"""What community members read, in their own language: one catalogue of texts for each, as package data, read once.

A text has a stable key and named places for facts; where a language is not kept, English is read. Chooses no text. Read
`translate_text` first.
"""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

ENGLISH: Final = "en"
LANGUAGES: Final = (ENGLISH, "de", "fr")

_CATALOGUES: Final = "catalogues"


def catalogue_language(locale: str) -> str:
    """Return the kept language of somebody with that locale ("de-AT", "en-US"); English where theirs is not kept."""
    language = locale.replace("_", "-").partition("-")[0].casefold()
    return language if language in LANGUAGES else ENGLISH


def translate_text(locale: str, key: str, /, **facts: object) -> str:
    """Return the text of that key in the reader's language, with the facts in their places."""
    return load_texts(catalogue_language(locale))[key].format(**facts)


def translate_text_or_default(locale: str, key: str, default: str, /, **facts: object) -> str:
    """Return the same, or the other text where no text has that key, or a fact that belongs in it was not given."""
    try:
        return translate_text(locale, key, **facts)
    except KeyError:
        return default


def format_datetime(at: datetime, locale: str = "") -> str:
    """Format an instant as people read it, in UTC."""
    return translate_text(locale, "time.instant", day=format_date(at, locale), hour=f"{at:%H:%M}")


def format_date(at: datetime, locale: str = "") -> str:
    """Format a day as people read it."""
    month = translate_text(locale, "time.months").split()[at.month - 1]
    return translate_text(locale, "time.day", day=at.day, month=month, year=at.year)


@cache
def load_texts(language: str) -> Mapping[str, str]:
    """Return every text of a kept language, by its key."""
    content = files("guardian.notices").joinpath(_CATALOGUES, f"{language}.toml").read_text(encoding="utf-8")
    return dict(_flatten(tomllib.loads(content)))


def _flatten(tables: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Return the texts of nested tables, each by the names that lead to it."""
    found: list[tuple[str, str]] = []
    for name, value in tables.items():
        key = f"{prefix}{name}"
        if isinstance(value, str):
            found.append((key, value.strip()))
        else:
            found += _flatten(value, f"{key}.")
    return found
