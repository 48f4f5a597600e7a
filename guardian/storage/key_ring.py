"""The key ring: the keys of the service, in a file outside the database that a master key encrypts.

A database without its ring says nothing; a ring without its master key says nothing. Keep the three apart in backups.
A key that is destroyed here is destroyed for every copy of the database at once. Read `KeyRing` first.
"""

import base64
import binascii
import json
import os
import stat
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from guardian.errors import Misconfigured

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
_FILE_HEADER: Final = b"guardian key ring 2\n"
_INDEX_PURPOSE: Final = "blind index 1"
_NUMBER_BYTES: Final = 4
_PRIVATE: Final = 0o600
_OTHERS: Final = 0o077
_MASTER_KEY_LENGTH: Final = 44
_RESTORE_BOTH: Final = "bring both back from the same safe copy."


class KeyKind(StrEnum):
    """What a key of the ring is for.

    `wrapping` wraps data keys and `index` makes blind indexes: their old keys are destroyed, so that what is forgotten is
    forgotten in every copy. `journal` proves entries, old ones for ever. `lasting` makes pseudonyms and what has to be
    found again: it says nothing of anybody without the data keys.
    """

    WRAPPING = "wrapping"
    INDEX = "index"
    JOURNAL = "journal"
    LASTING = "lasting"


Keys = Mapping[KeyKind, Mapping[int, bytes]]


class KeyRing:
    """Numbered keys of each kind: the newest is used for what is new, each opens what was made with it.

    A ring that was loaded writes each change to its file first. `refresh` takes over what another process has changed.
    """

    __slots__ = ("_derived", "_keys", "_master_path", "_path", "_stamp", "_wrapping")

    def __init__(self, keys: Keys, *, path: Path | None = None, master_path: Path | None = None) -> None:
        self._path, self._master_path = path, master_path
        self._stamp: tuple[int, int, int] | None = None
        self._hold(keys)

    @classmethod
    def create(cls, path: Path, master_path: Path) -> Self:
        """Create a ring with a key of each kind in a new file, and the master key where there is none.

        Nothing is replaced.
        """
        if path.exists():
            raise Misconfigured([f"The key ring {path} exists already: nothing was changed."])
        if not master_path.exists():
            _write_secret(master_path, _generate_master_key())
        keys = {kind: {1: os.urandom(KEY_BYTES)} for kind in KeyKind}
        faults: list[str] = []
        master = _read_secret(master_path, "master key", faults)
        if faults:
            raise Misconfigured(faults)
        _write_secret(path, _encrypt_keys(keys, _decode_master_key(master_path, master)))
        return cls.load(path, master_path)

    @classmethod
    def load(cls, path: Path, master_path: Path) -> Self:
        """Load the ring in the file; Misconfigured names every fault of the two files at once."""
        stamp = _stamp_of(path)
        ring = cls(_read_keys(path, master_path), path=path, master_path=master_path)
        ring._stamp = stamp
        return ring

    def newest(self, kind: KeyKind = KeyKind.WRAPPING) -> int:
        """Return the number of the key that is used now."""
        return max(self._keys[kind])

    def numbers(self, kind: KeyKind) -> tuple[int, ...]:
        """Return the numbers of every key of that kind, newest first."""
        return tuple(sorted(self._keys[kind], reverse=True))

    @property
    def index_keys(self) -> tuple[bytes, ...]:
        """Return the keys of blind indexes, newest first."""
        return tuple(self.derive(KeyKind.INDEX, _INDEX_PURPOSE, number) for number in self.numbers(KeyKind.INDEX))

    def derive(self, kind: KeyKind, purpose: str, number: int) -> bytes:
        """Return the key of that purpose which comes of the ring's key of that kind and number, and opens nothing.

        KeyError where the key is not on this ring.
        """
        if (kind, purpose, number) not in self._derived:
            kdf = HKDF(SHA256(), KEY_BYTES, salt=None, info=f"guardian {purpose}".encode())
            self._derived[kind, purpose, number] = kdf.derive(self._keys[kind][number])
        return self._derived[kind, purpose, number]

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        """Wrap the data key, to be opened only by this ring and only in this context."""
        number = self.newest().to_bytes(_NUMBER_BYTES, "big")
        nonce = os.urandom(NONCE_BYTES)
        return number + nonce + self._wrapping[self.newest()].encrypt(nonce, data_key, number + context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        """Unwrap the data key.

        KeyError if its wrapping key is not on this ring, InvalidTag if it is not of this context.
        """
        number, rest = wrapped[:_NUMBER_BYTES], wrapped[_NUMBER_BYTES:]
        cipher = self._wrapping[int.from_bytes(number, "big")]
        return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], number + context)

    def add_keys(self, *kinds: KeyKind) -> None:
        """Add a key of each of these kinds, which is the newest from now on."""
        fresh = {kind: {self.newest(kind) + 1: os.urandom(KEY_BYTES)} for kind in kinds}
        self._change({kind: {**known, **fresh.get(kind, {})} for kind, known in self._keys.items()})

    def destroy_up_to(self, kind: KeyKind, number: int) -> bool:
        """Destroy the keys of that kind up to this number; the newest always stays. False where there was none."""
        kept = {each: key for each, key in self._keys[kind].items() if each > number or each == self.newest(kind)}
        if len(kept) == len(self._keys[kind]):
            return False
        self._change({**self._keys, kind: kept})
        return True

    def change_master_key(self) -> None:
        """Make a new master key, and encrypt the ring with it.

        The new one is written beside the old before the ring, and takes its place after it, so that whatever is left by
        an interruption opens with one of the two; loading ends what was begun.
        """
        path, master_path = self._files()
        coming = _coming_master(master_path)
        coming.unlink(missing_ok=True)
        _write_secret(coming, _generate_master_key())
        self._change(self._keys, coming)
        _take_place(coming, master_path)
        self._stamp = _stamp_of(path)

    def refresh(self) -> None:
        """Take over what another process has changed in the ring's file since it was read."""
        if self._path is None or self._master_path is None:
            return
        stamp = _stamp_of(self._path)
        if stamp is not None and stamp != self._stamp:
            self._hold(_read_keys(self._path, self._master_path))
            self._stamp = stamp

    def _change(self, keys: Keys, master_path: Path | None = None) -> None:
        if self._path is not None and self._master_path is not None:
            chosen = master_path or self._master_path
            master = _decode_master_key(chosen, _read_secret(chosen, "master key", []))
            _replace_secret(self._path, _encrypt_keys(keys, master))
            self._stamp = _stamp_of(self._path)
        self._hold(keys)

    def _files(self) -> tuple[Path, Path]:
        if self._path is None or self._master_path is None:
            raise ValueError("this ring has no file")
        return self._path, self._master_path

    def _hold(self, keys: Keys) -> None:
        for kind in KeyKind:
            if not keys.get(kind) or any(len(key) != KEY_BYTES for key in keys[kind].values()):
                raise ValueError("a ring needs at least one key of each kind, each of 256 bits")
        self._keys: Keys = {kind: dict(keys[kind]) for kind in KeyKind}
        self._wrapping = {number: AESGCM(key) for number, key in keys[KeyKind.WRAPPING].items()}
        self._derived: dict[tuple[KeyKind, str, int], bytes] = {}

    def __repr__(self) -> str:
        return f"KeyRing(newest={self.newest()})"


def _stamp_of(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _coming_master(master_path: Path) -> Path:
    return master_path.with_name(f"{master_path.name}.coming")


def _generate_master_key() -> bytes:
    return base64.b64encode(os.urandom(KEY_BYTES)) + b"\n"


def _read_keys(path: Path, master_path: Path) -> Keys:
    faults: list[str] = []
    encrypted = _read_secret(path, "key ring", faults)
    master = _read_secret(master_path, "master key", faults)
    if faults:
        raise Misconfigured(faults)
    try:
        return _decrypt_keys(path, encrypted, master_path, master)
    except Misconfigured:
        coming = _coming_master(master_path)
        if not coming.exists():
            raise
        keys = _decrypt_keys(path, encrypted, coming, _read_secret(coming, "master key", []))
        _take_place(coming, master_path)
        return keys


def _encrypt_keys(keys: Keys, master: bytes) -> bytes:
    body = json.dumps(
        {
            kind: {str(number): base64.b64encode(key).decode() for number, key in numbered.items()}
            for kind, numbered in keys.items()
        }
    )
    nonce = os.urandom(NONCE_BYTES)
    return _FILE_HEADER + nonce + AESGCM(master).encrypt(nonce, body.encode(), _FILE_HEADER)


def _decrypt_keys(path: Path, content: bytes, master_path: Path, master: bytes) -> Keys:
    if not content.startswith(_FILE_HEADER):
        raise Misconfigured([f"The key ring {path} is damaged or not a key ring: {_RESTORE_BOTH}"])
    nonce, encrypted = content[len(_FILE_HEADER) :][:NONCE_BYTES], content[len(_FILE_HEADER) + NONCE_BYTES :]
    cipher = AESGCM(_decode_master_key(master_path, master))
    try:
        keys = json.loads(cipher.decrypt(nonce, encrypted, _FILE_HEADER))
        return {kind: {int(number): base64.b64decode(key) for number, key in keys[kind].items()} for kind in KeyKind}
    except (InvalidTag, ValueError, KeyError) as error:
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


def _replace_secret(path: Path, content: bytes) -> None:
    """Put the new content in the file's place, whole or not at all; what stood there is overwritten."""
    draft = path.with_name(f".{path.name}.replacing")
    draft.unlink(missing_ok=True)
    _write_secret(draft, content)
    _take_place(draft, path)


def _take_place(draft: Path, path: Path) -> None:
    """Let the file take the other's place, and overwrite what stood there, which nobody can name any more."""
    try:
        with path.open("r+b") as old:
            size = os.fstat(old.fileno()).st_size
            draft.replace(path)
            _sync_folder(path.parent)
            old.write(os.urandom(size))
            old.flush()
            os.fsync(old.fileno())
    except OSError as error:
        raise Misconfigured([f"The secret file {path} cannot be written: {error.strerror}."]) from error
