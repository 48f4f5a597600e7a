"""What community members read, in their own language: one catalogue of texts for each, as package data, read once.

A text has a stable key and named places for facts; where a language is not kept, English is read. Chooses no text.
"""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

ENGLISH: Final = "en"
LANGUAGES: Final = (ENGLISH, "de", "fr")

_FOLDER: Final = "catalogues"


def language_of(locale: str) -> str:
    """The kept language of somebody with that locale ("de-AT", "en-US"); English where theirs is not kept."""
    language = locale.replace("_", "-").partition("-")[0].casefold()
    return language if language in LANGUAGES else ENGLISH


def say(locale: str, key: str, /, **facts: object) -> str:
    """The text of that key in the reader's language, with the facts in their places."""
    return texts_of(language_of(locale))[key].format(**facts)


def say_if_kept(locale: str, key: str, otherwise: str, /, **facts: object) -> str:
    """The same, or the other text where no text has that key, or a fact that belongs in it was not given."""
    try:
        return say(locale, key, **facts)
    except KeyError:
        return otherwise


def spoken(at: datetime, locale: str = "") -> str:
    """An instant as people read it, in UTC."""
    return say(locale, "time.instant", day=spoken_day(at, locale), hour=f"{at:%H:%M}")


def spoken_day(at: datetime, locale: str = "") -> str:
    """A day as people read it."""
    month = say(locale, "time.months").split()[at.month - 1]
    return say(locale, "time.day", day=at.day, month=month, year=at.year)


@cache
def texts_of(language: str) -> Mapping[str, str]:
    """Every text of a kept language, by its key."""
    written = files("guardian.notices").joinpath(_FOLDER, f"{language}.toml").read_text(encoding="utf-8")
    return dict(_flat(tomllib.loads(written)))


def _flat(tables: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    """The texts of nested tables, each by the names that lead to it."""
    found: list[tuple[str, str]] = []
    for name, inside in tables.items():
        key = f"{before}{name}"
        if isinstance(inside, str):
            found.append((key, inside.strip()))
        else:
            found += _flat(inside, f"{key}.")
    return found
