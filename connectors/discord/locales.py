"""The language of whoever asks on Discord: their locale, the names of commands in it, and refusals said in it.

The texts themselves stand in the catalogues; what members of the group are answered stays English.
"""

from typing import Final

import discord
from discord import app_commands
from discord.app_commands import TranslationContextTypes, locale_str

from guardian.errors import GuardianError, NotFound, Refused, Stale
from guardian.notices.translations import (
    ENGLISH,
    catalogue_language,
    load_texts,
    translate_text,
    translate_text_or_default,
)

_KEY: Final = "key"


def locale_of(interaction: discord.Interaction[discord.Client]) -> str:
    """Return the locale that the person's app is set to."""
    return str(interaction.locale)


def supported_language(locale: str) -> str:
    """Return the language to remember for later texts: empty where that is English."""
    language = catalogue_language(locale)
    return "" if language == ENGLISH else language


def localized_name(key: str) -> locale_str:
    """Return the name or description of a command, which Discord shows to each person in their own language."""
    return locale_str(translate_text("", key), key=key)


def description_of(command: str) -> locale_str:
    """Return what a command of members or moderators is for, as the catalogues say it; its name, where they do not."""
    key = f"members_command.{command.replace('-', '_')}"
    return localized_name(key) if key in load_texts(ENGLISH) else locale_str(command)


def refusal_text(locale: str, error: GuardianError) -> str:
    """Return why it was not done, in the person's language where that is kept."""
    match error:
        case NotFound():
            return translate_text(locale, "refused.receipt")
        case Stale():
            return translate_text(locale, "refused.stale")
        case Refused():
            return translate_text_or_default(locale, f"refused.{error.code}", error.sentence, **error.facts)
        case _:
            return error.sentence


class CommandTranslator(app_commands.Translator):
    """Gives Discord the names of our commands in every kept language; all others are left as they are."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: TranslationContextTypes
    ) -> str | None:
        """Return the name in that language; None where it stays English."""
        key = string.extras.get(_KEY)
        return None if key is None or not supported_language(str(locale)) else translate_text(str(locale), key)
