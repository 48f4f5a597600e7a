"""The recovery key: what opens copies when the host is gone, printed in envelopes of which some are enough.

Its public half stands on the host, so that copies are encrypted without it; the key itself is on paper alone, split by
SLIP-0039 into lists of words, each with a checksum of its own. Read `create_recovery_key` first.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bech32 import bech32_encode, convertbits
from pyrage import DecryptError, IdentityError, RecipientError, decrypt, encrypt
from pyrage.x25519 import Identity, Recipient
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

from guardian.errors import Misconfigured
from guardian.secrets import are_equal

SECRET_BYTES: Final = 32
_PREFIX: Final = "age-secret-key-"
_PRIVATE: Final = 0o600
_ONE_GROUP: Final = 1
_NO_KEY: Final = "There is no recovery key yet: run guardian keys recovery, and put the envelopes away."


def create_recovery_key(recipient_file: Path, needed: int, envelopes: int) -> tuple[str, ...]:
    """Return the words of each envelope, and write the public half to the file; any `needed` of them are enough.

    An older public half is replaced: copies made from now on open with the new envelopes.
    """
    if not 1 <= needed <= envelopes <= 16 or (needed == 1 and envelopes > 1):
        raise Misconfigured(["Take at least two envelopes of at most 16, and not more than there are."])
    secret = os.urandom(SECRET_BYTES)
    words = generate_mnemonics(_ONE_GROUP, [(needed, envelopes)], secret)[0]
    if not are_equal(_combine(words[:needed]), secret):
        raise RuntimeError("the envelopes do not open what they were made for")
    draft = recipient_file.with_name(f".{recipient_file.name}.new")
    draft.write_text(f"{_identity_of(secret).to_public()}\n", encoding="ascii")
    draft.chmod(_PRIVATE)
    draft.replace(recipient_file)
    return tuple(words)


def encrypt_for_recovery(recipient_file: Path, content: bytes) -> bytes:
    """Return the content encrypted in the age format, so that the recovery key alone opens it."""
    try:
        recipient = Recipient.from_str(recipient_file.read_text(encoding="ascii").strip())
    except OSError as error:
        raise Misconfigured([_NO_KEY]) from error
    except (RecipientError, ValueError) as error:
        raise Misconfigured([f"{recipient_file} is damaged. {_NO_KEY}"]) from error
    return bytes(encrypt(content, [recipient]))


def identity_from_envelopes(envelopes: Sequence[str]) -> str:
    """Return the age identity that these envelopes make; Misconfigured says what is wrong with them."""
    return str(_identity_of(_combine([" ".join(each.lower().split()) for each in envelopes])))


def decrypt_with(identity: str, content: bytes) -> bytes:
    """Return what was encrypted for that age identity; Misconfigured where it is for another one, or damaged."""
    try:
        return bytes(decrypt(content, [Identity.from_str(identity.strip())]))
    except (DecryptError, IdentityError, ValueError) as error:
        fault = "The copy does not open with this recovery key: it was made for another one, or it is damaged."
        raise Misconfigured([fault]) from error


def _combine(envelopes: Sequence[str]) -> bytes:
    try:
        return bytes(combine_mnemonics(envelopes))
    except MnemonicError as error:
        raise Misconfigured([f"These envelopes do not make a recovery key: {error}"]) from error


def _identity_of(secret: bytes) -> Identity:
    if len(secret) != SECRET_BYTES:
        raise Misconfigured(["These envelopes are of something else than a recovery key of Guardian."])
    return Identity.from_str(bech32_encode(_PREFIX, convertbits(secret, 8, 5) or []).upper())
