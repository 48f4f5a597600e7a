"""What stands on a public page in the place of a member: a token of one rendering, and never the member's own id.

The id would say, beside the name, who is meant wherever it stands. A token is the id, sealed for the form in which it
stands: the next rendering has another one, and no other form takes it. Read `MemberTokens` first.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from guardian.ids import MemberId

_NONCE_BYTES: Final = 12


class MemberTokens:
    """Issues tokens, and reads those that it issued, also after a restart with the same key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def issue(self, form: str, member: str) -> str:
        """Return a new token of the member in the form of that id."""
        nonce = os.urandom(_NONCE_BYTES)
        return urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, member.encode(), form.encode())).decode()

    def read(self, form: str, token: str) -> MemberId | None:
        """Return whom the token stands for in the form of that id; None where it is none of that form."""
        try:
            content = urlsafe_b64decode(token.encode())
            plain = self._cipher.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], form.encode())
        except (Error, InvalidTag, ValueError):
            return None
        return MemberId(plain.decode())
