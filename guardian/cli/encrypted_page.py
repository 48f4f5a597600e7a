"""A text sealed by a passphrase, as a page that can be printed and kept apart from everything else of the service.

It opens without a database and without the service's keys: that is what it is for.
"""

import base64
import binascii
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from guardian.errors import Refused

SHORTEST_PASSPHRASE: Final = 12
_FIRST: Final = "-----BEGIN GUARDIAN ROSTER 1-----"
_LAST: Final = "-----END GUARDIAN ROSTER 1-----"
_SALT, _NONCE, _KEY, _WIDTH = 16, 12, 32, 64


def encrypt(text: str, passphrase: str) -> str:
    """The page; only the passphrase opens it."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        sentence = f"The passphrase is too short: take at least {SHORTEST_PASSPHRASE} characters, such as four words."
        raise Refused("short_passphrase", sentence)
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    content = salt + nonce + AESGCM(_derive_key(passphrase, salt)).encrypt(nonce, text.encode(), _FIRST.encode())
    lines = base64.b64encode(content).decode()
    body = [lines[start : start + _WIDTH] for start in range(0, len(lines), _WIDTH)]
    return "\n".join(["Opens with: guardian roster --open FILE", _FIRST, *body, _LAST, ""])


def read_body(page: str) -> str:
    """What stands between the first and the last line of a sealed page; Refused where there is none."""
    _, first, rest = page.partition(_FIRST)
    body, last, _ = rest.partition(_LAST)
    if not first or not last:
        raise Refused("no_page", "This is not a sealed roster, or a part of it is missing.")
    return "".join(body.split())


def decrypt(body: str, passphrase: str) -> str:
    """The text of the page with that body; Refused for another passphrase, and for a page that is damaged."""
    try:
        content = base64.b64decode(body, validate=True)
        salt, nonce = content[:_SALT], content[_SALT : _SALT + _NONCE]
        cipher = AESGCM(_derive_key(passphrase, salt))
        return cipher.decrypt(nonce, content[_SALT + _NONCE :], _FIRST.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError) as error:
        sentence = "The roster does not open: the passphrase is another one, or the page is damaged."
        raise Refused("wrong_passphrase", sentence) from error


def _derive_key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=_KEY, n=2**15, r=8, p=1).derive(passphrase.encode())
