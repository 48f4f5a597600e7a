"""Puts a pseudonym in the place of an id where a row would say who stands in which case.

A pseudonym is the id, sealed by a key of the key ring together with where it stands (a case, a proposal): the same id is
another one in every other place, so that without the ring no two places can be joined by it. Within its place it is always
the same, so that it can be looked up. Read `Pseudonyms` first.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from guardian.storage.key_ring import KeyKind, KeyRing

_PURPOSE: Final = "pseudonyms 1"
_NUMBER_BYTES: Final = 2
_BLOCK: Final = 16
_UUID: Final = b"\x00"
_TEXT: Final = b"\x01"


class Pseudonyms:
    """Hides ids, and reveals them, under the keys of one ring."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._ciphers: dict[int, AESSIV] = {}

    def hide(self, within: str, value: str | None) -> str | None:
        """Return the pseudonym of the id in that place; None stays None."""
        return None if value is None else self._seal(within, value, self._ring.newest(KeyKind.LASTING))

    def every(self, within: str, value: str) -> list[str]:
        """Return every pseudonym that the id may have in that place: one for each key of the ring."""
        return [self._seal(within, value, number) for number in self._ring.numbers(KeyKind.LASTING)]

    def reveal(self, within: str, pseudonym: str | None) -> Any:
        """Return the id behind the pseudonym that stands in that place, as the type that is asked for.

        InvalidTag where it stands elsewhere than it was written.
        """
        if pseudonym is None:
            return None
        content = urlsafe_b64decode(pseudonym)
        cipher = self._cipher(int.from_bytes(content[:_NUMBER_BYTES], "big"))
        return _decode(cipher.decrypt(content[_NUMBER_BYTES:], [within.encode()]))

    def _seal(self, within: str, value: str, number: int) -> str:
        sealed = self._cipher(number).encrypt(_encode(value), [within.encode()])
        return urlsafe_b64encode(number.to_bytes(_NUMBER_BYTES, "big") + sealed).decode()

    def _cipher(self, number: int) -> AESSIV:
        if number not in self._ciphers:
            self._ciphers[number] = AESSIV(self._ring.derive(KeyKind.LASTING, _PURPOSE, number))
        return self._ciphers[number]


def _encode(value: str) -> bytes:
    """Return an id of ours, and a short word in its place (`service`, `party`), in the same number of bytes."""
    try:
        short = UUID(value).bytes
    except ValueError:
        short = b""
    if short and str(UUID(bytes=short)) == value:
        return _UUID + short
    content = value.encode()
    return _TEXT + content + bytes(-len(content) % _BLOCK)


def _decode(content: bytes) -> str:
    kind, body = content[:1], content[1:]
    return str(UUID(bytes=body)) if kind == _UUID else body.rstrip(b"\x00").decode()
