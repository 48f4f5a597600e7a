"""The key ring: the wrapping keys of the service, in a file outside the database that a master key encrypts.

A database without its ring says nothing; a ring without its master key says nothing. Keep the three apart in backups.
Read `KeyRing` first.
"""

import base64
import binascii
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from guardian.errors import Misconfigured

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_FILE_HEADER: Final = b"guardian key ring 1\n"
_INDEX_PURPOSE: Final = "blind index 1"
_NUMBER_BYTES: Final = 4
_PRIVATE: Final = 0o600
_OTHERS: Final = 0o077
_MASTER_KEY_LENGTH: Final = 44
_RESTORE_BOTH: Final = "bring both back from the same safe copy."


class KeyRing:
    """Numbered wrapping keys; the newest wraps, each opens what it once wrapped."""

    __slots__ = ("_derived", "_keys", "_secrets")

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in keys.values()):
            raise ValueError("a ring needs at least one key, each of 256 bits")
        self._keys = {number: AESGCM(key) for number, key in keys.items()}
        self._secrets = dict(keys)
        self._derived: dict[tuple[str, int], bytes] = {}

    @classmethod
    def create(cls, path: Path, master_path: Path) -> Self:
        """Create a ring with one key in a new file, and the master key where there is none; nothing is replaced."""
        if path.exists():
            raise Misconfigured([f"The key ring {path} exists already: nothing was changed."])
        if not master_path.exists():
            _write_secret(master_path, base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
        keys = {1: os.urandom(KEY_BYTES)}
        faults: list[str] = []
        master = _read_secret(master_path, "master key", faults)
        if faults:
            raise Misconfigured(faults)
        _write_secret(path, _encrypt_keys(keys, _decode_master_key(master_path, master)))
        return cls(keys)

    @classmethod
    def load(cls, path: Path, master_path: Path) -> Self:
        """Load the ring in the file; Misconfigured names every fault of the two files at once."""
        faults: list[str] = []
        encrypted = _read_secret(path, "key ring", faults)
        master = _read_secret(master_path, "master key", faults)
        if faults:
            raise Misconfigured(faults)
        return cls(_decrypt_keys(path, encrypted, master_path, master))

    @property
    def newest(self) -> int:
        """Return the number of the key that wraps now."""
        return max(self._keys)

    @property
    def index_keys(self) -> tuple[bytes, ...]:
        """Return the keys of blind indexes, newest first: each comes of a key of the ring, and opens nothing."""
        return tuple(self.derive(_INDEX_PURPOSE, number) for number in self.numbers)

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the numbers of every key, newest first."""
        return tuple(sorted(self._secrets, reverse=True))

    def derive(self, purpose: str, number: int) -> bytes:
        """Return the key of that purpose which comes of the ring's key of that number, and opens nothing.

        KeyError where the key is not on this ring.
        """
        if (purpose, number) not in self._derived:
            kdf = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"guardian {purpose}".encode())
            self._derived[purpose, number] = kdf.derive(self._secrets[number])
        return self._derived[purpose, number]

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """Wrap the data key, to be opened only by this ring and only in this context."""
        number = self.newest.to_bytes(_NUMBER_BYTES, "big")
        nonce = os.urandom(NONCE_BYTES)
        return number + nonce + self._keys[self.newest].encrypt(nonce, data_key, number + context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Unwrap the data key.

        KeyError if its wrapping key is not on this ring, InvalidTag if it is not of this context.
        """
        number, rest = wrapped[:_NUMBER_BYTES], wrapped[_NUMBER_BYTES:]
        cipher = self._keys[int.from_bytes(number, "big")]
        return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], number + context)

    def __repr__(self) -> str:
        return f"KeyRing(newest={self.newest})"


def _encrypt_keys(keys: Mapping[int, bytes], master: bytes) -> bytes:
    body = json.dumps({str(number): base64.b64encode(key).decode() for number, key in keys.items()})
    nonce = os.urandom(NONCE_BYTES)
    return _FILE_HEADER + nonce + AESGCM(master).encrypt(nonce, body.encode(), _FILE_HEADER)


def _decrypt_keys(path: Path, content: bytes, master_path: Path, master: bytes) -> dict[int, bytes]:
    if not content.startswith(_FILE_HEADER):
        raise Misconfigured([f"The key ring {path} is damaged or not a key ring: {_RESTORE_BOTH}"])
    nonce, encrypted = content[len(_FILE_HEADER) :][:NONCE_BYTES], content[len(_FILE_HEADER) + NONCE_BYTES :]
    cipher = AESGCM(_decode_master_key(master_path, master))
    try:
        keys = json.loads(cipher.decrypt(nonce, encrypted, _FILE_HEADER))
        return {int(number): base64.b64decode(key) for number, key in keys.items()}
    except (InvalidTag, ValueError) as error:
        fault = f"The key ring {path} does not open with the master key {master_path}: {_RESTORE_BOTH}"
        raise Misconfigured([fault]) from error


def _decode_master_key(path: Path, content: bytes) -> bytes:
    try:
        key = base64.b64decode(content.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        shape = f"it holds one line of {_MASTER_KEY_LENGTH} characters"
        raise Misconfigured([f"The master key {path} is damaged ({shape}): {_RESTORE_BOTH}"])
    return key


def _read_secret(path: Path, what: str, faults: list[str]) -> bytes:
    """Return the file's content; a fault where it cannot be read or others than its owner can."""
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & _OTHERS:
                faults.append(f"Others than its owner may read the {what} {path}: run chmod 600 {path}")
            return file.read()
    except OSError as error:
        faults.append(f"The {what} {path} cannot be read: {error.strerror}.")
        return b""


def _write_secret(path: Path, content: bytes) -> None:
    """Write the new file whole, for its owner alone, or not at all; an older one is never replaced."""
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
        draft.unlink()
        _sync_folder(path.parent)
    except OSError as error:
        raise Misconfigured([f"The secret file {path} cannot be written: {error.strerror}."]) from error


def _sync_folder(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
