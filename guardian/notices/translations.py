"""What people outside the groups read, in their own language: one catalogue of texts for each, as package data, read once.

A text has a stable key and named places for facts; where a language is not kept, English is read. Dates, numbers and
plurals are Babel's. Chooses no text. Read `translate_text` first.
"""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from babel import Locale
from babel.dates import format_date as format_babel_date
from babel.lists import format_list
from babel.numbers import format_decimal

ENGLISH: Final = "en"
LANGUAGES: Final = (ENGLISH, "de", "fr")
LANGUAGE_NAMES: Final[Mapping[str, str]] = {ENGLISH: "English", "de": "Deutsch", "fr": "Français"}
"""Each kept language as those who speak it call it."""

_CATALOGUES: Final = "catalogues"
_REGIONS: Final[Mapping[str, str]] = {ENGLISH: "en_GB"}
"""The region whose ways of writing dates are used where a language has several: the day stands before the month."""


def catalogue_language(locale: str) -> str:
    """Return the kept language of somebody with that locale ("de-AT", "en-US"); English where theirs is not kept."""
    return kept_language(locale) or ENGLISH


def kept_language(locale: str) -> str | None:
    """Return the kept language of that locale; None where it is not kept."""
    language = locale.replace("_", "-").partition("-")[0].strip().casefold()
    return language if language in LANGUAGES else None


def translate_text(locale: str, key: str, /, **facts: object) -> str:
    """Return the text of that key in the reader's language, with the facts in their places."""
    return translate_template(locale, key).format(**facts)


def translate_template(locale: str, key: str) -> str:
    """Return the text of that key in the reader's language, its places still empty."""
    return load_texts(catalogue_language(locale))[key]


def translate_text_or_default(locale: str, key: str, default: str, /, **facts: object) -> str:
    """Return the same, or the other text where no text has that key, or a fact that belongs in it was not given."""
    try:
        return translate_text(locale, key, **facts)
    except KeyError:
        return default


def translate_count(locale: str, key: str, count: int) -> str:
    """Return the text of that key for so many, in the plural that the language asks for."""
    form = "one" if _babel_locale(locale).plural_form(count) == "one" else "other"
    return translate_text(locale, f"{key}_{form}", count=format_number(count, locale))


def format_number(number: int, locale: str = "") -> str:
    """Format a whole number as people read it."""
    return format_decimal(number, locale=_babel_locale(locale))


def format_names(names: Iterable[str], locale: str = "") -> str:
    """Format names as one list, in the order of the alphabet."""
    return format_list(sorted(names), locale=_babel_locale(locale))


def format_datetime(at: datetime, locale: str = "") -> str:
    """Format an instant as people read it, in UTC."""
    return translate_text(locale, "time.instant", day=format_date(at, locale), hour=f"{at.astimezone(UTC):%H:%M}")


def format_date(at: datetime, locale: str = "") -> str:
    """Format a day as people read it, in UTC."""
    return format_babel_date(at.astimezone(UTC), "long", locale=_babel_locale(locale))


def load_languages(at: datetime) -> None:
    """Load what every kept language needs, so that nobody waits for it later; any instant serves."""
    for language in LANGUAGES:
        format_datetime(at, language)


@cache
def load_texts(language: str) -> Mapping[str, str]:
    """Return every text of a kept language, by its key."""
    content = files("guardian.notices").joinpath(_CATALOGUES, f"{language}.toml").read_text(encoding="utf-8")
    return dict(_flatten(tomllib.loads(content)))


def _babel_locale(locale: str) -> Locale:
    return _parse_locale(catalogue_language(locale))


@cache
def _parse_locale(language: str) -> Locale:
    return Locale.parse(_REGIONS.get(language, language))


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
