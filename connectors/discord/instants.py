"""Instants as Discord shows them: each reader sees them in their own zone and language. Pure."""

from collections.abc import Mapping
from datetime import datetime


def format_instant(at: datetime) -> str:
    """Return an instant as Discord writes it, which shows it to each reader in their own zone."""
    return f"<t:{int(at.timestamp())}:f>"


def format_day(at: datetime) -> str:
    """Return the day of an instant in the same way."""
    return f"<t:{int(at.timestamp())}:D>"


def in_readers_zone(text: str, instants: Mapping[str, datetime]) -> str:
    """Return the text in which the instants that stand there in words are written as Discord shows them."""
    for words, at in sorted(instants.items(), key=lambda each: -len(each[0])):
        text = text.replace(words, format_instant(at))
    return text
