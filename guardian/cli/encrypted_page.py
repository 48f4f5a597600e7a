"""Encrypt a text by a passphrase in the age format, as a page that can be printed and kept apart from everything else.

It opens without a database, without the service's keys and without Guardian (`age --decrypt FILE`): that is what it is
for. Read `encrypt` first.
"""

import textwrap
from typing import Final

from pyrage import DecryptError
from pyrage import passphrase as age

from guardian.errors import Refused

SHORTEST_PASSPHRASE: Final = 12
_FIRST: Final = "-----BEGIN AGE ENCRYPTED FILE-----"
_LAST: Final = "-----END AGE ENCRYPTED FILE-----"
_WIDTH: Final = 64


def require_passphrase(passphrase: str) -> None:
    """Refuse a passphrase that is too short."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        sentence = f"The passphrase is too short: take at least {SHORTEST_PASSPHRASE} characters, such as four words."
        raise Refused("short_passphrase", sentence)


def encrypt(text: str, passphrase: str) -> str:
    """Return the page; only the passphrase opens it. Takes about a second and 256 MB, and so does each guess."""
    require_passphrase(passphrase)
    return str(age.encrypt(text.encode(), passphrase, armored=True), "ascii")


def read_body(page: str) -> str:
    """Return what stands between the first and the last line of an encrypted page; Refused where there is none."""
    _, first, rest = page.partition(_FIRST)
    body, last, _ = rest.partition(_LAST)
    if not first or not last:
        raise Refused("no_page", "This is not a sealed roster, or a part of it is missing.")
    return "".join(body.split())


def decrypt(body: str, passphrase: str) -> str:
    """Return the text of the page with that body; Refused for another passphrase, and for a page that is damaged."""
    page = "\n".join([_FIRST, *textwrap.wrap(body, _WIDTH), _LAST, ""])
    try:
        return str(age.decrypt(page.encode(), passphrase), "utf-8")
    except (DecryptError, UnicodeDecodeError) as error:
        sentence = "The roster does not open: the passphrase is another one, or the page is damaged."
        raise Refused("wrong_passphrase", sentence) from error
