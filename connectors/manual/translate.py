"""What members write for an account in a space without a connector: an address, a name there, one short line."""

from typing import Final

from guardian.spaces.account_text import read_account_text

_LONGEST: Final = 80


def read_account(text: str) -> tuple[str, str] | None:
    """Return the (id, handle) that the words stand for; None where they are empty or more than one short line."""
    words = read_account_text(text).words
    if not words or len(words) > _LONGEST or not words.isprintable():
        return None
    return words.casefold(), words
