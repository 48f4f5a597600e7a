"""What people write for an account, whether a name or an id. Read `read_account_text` first."""

import unicodedata
from dataclasses import dataclass
from typing import Final

_ID_PREFIX: Final = "id:"


def text_of_id(native_id: str) -> str:
    """Return the text by which `find_account` finds the account with that id, and never one that is called so."""
    return f"{_ID_PREFIX}{native_id}"


@dataclass(frozen=True, slots=True)
class AccountText:
    """What somebody wrote for an account, with Unicode's forms made one: `@…` is a name, `id:…` an id, all else either.

    An exact name comes before an id: whoever wrote it may not know of the other account that has it for a number.
    """

    words: str
    may_be_name: bool
    may_be_id: bool


def read_account_text(text: str) -> AccountText:
    """Return what the text may mean."""
    words = unicodedata.normalize("NFC", text).strip()
    if words.casefold().startswith(_ID_PREFIX):
        return AccountText(words[len(_ID_PREFIX) :].strip(), may_be_name=False, may_be_id=True)
    if words.startswith("@"):
        return AccountText(words[1:].strip(), may_be_name=True, may_be_id=False)
    return AccountText(words, may_be_name=True, may_be_id=True)
