"""Encrypts what is confidential before it reaches the database, bound to its place: table, row and column.

An encrypted value says its format version and its key: `version (1) | key id (16) | nonce (12) | AES-256-GCM`. What is
encrypted is filled up to one of a few lengths (a byte 0x80, then zeros), so that its length does not tell what it says.
Unwrapped keys live no longer than their unit of work, so that a destroyed key is gone for everybody at once. Read
`FieldEncryption` first.
"""

import json
import os
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from guardian.errors import NotFound
from guardian.ids import new_id
from guardian.storage.data_key_store import DataKey, DataKeyStore, KeyScope
from guardian.storage.key_ring import KEY_BYTES, NONCE_BYTES, KeyRing

FORMAT: Final = 1
_ID_BYTES: Final = 16
_HEADER_BYTES: Final = 1 + _ID_BYTES
_NONCE_END: Final = _HEADER_BYTES + NONCE_BYTES
_LENGTH_BYTES: Final = 4
_SHORTEST_OF_ALL: Final = 256
_SHORTEST: Final = {"ballots": 4096, "reviews": 4096, "notes": 4096, "blind_indexes": 128}
"""The least length in bytes: an answer with its reason is as long as one without, and a word of the group as a page.

An account or a handle is short, and there are many of them.
"""

_DOUBLED_TO: Final = 1 << 16
_STEPS_BEYOND: Final = 16
_CACHED_KEYS: Final = 512
_KEYS_PER_QUERY: Final = 256


class Expunged(Enum):
    """Stands where a text was whose key is destroyed."""

    EXPUNGED = "expunged"


EXPUNGED: Final = Expunged.EXPUNGED


class DecryptionFailed(Exception):
    """An encrypted value is damaged, of another place, or its key is not to be had: no mistake in using the service."""


class FieldEncryption:
    """Encrypts and decrypts within one unit of work."""

    def __init__(self, keys: DataKeyStore, ring: KeyRing, now: datetime) -> None:
        self._keys = keys
        self._ring = ring
        self._now = now
        self._ids: dict[KeyScope, str] = {}
        self._ciphers: OrderedDict[str, AESGCM | Expunged] = OrderedDict()

    @property
    def ring(self) -> KeyRing:
        """Return the ring whose keys wrap the data keys."""
        return self._ring

    async def encrypt(self, scope: KeyScope, table: str, row_id: str, column: str, plaintext: bytes | str) -> bytes:
        """Encrypt the text for this place under the scope's key; NotFound if the scope is expunged."""
        key_id = await self._key_id_for(scope)
        cipher = await self._cipher(key_id)
        if isinstance(cipher, Expunged):
            raise NotFound
        header = bytes([FORMAT]) + UUID(key_id).bytes
        nonce = os.urandom(NONCE_BYTES)
        content = plaintext.encode() if isinstance(plaintext, str) else plaintext
        padded = _pad(content, _SHORTEST.get(table, _SHORTEST_OF_ALL))
        return header + nonce + cipher.encrypt(nonce, padded, _join_parts(header, table, row_id, column))

    async def decrypt(self, table: str, row_id: str, column: str, encrypted: bytes) -> bytes | Expunged:
        """Decrypt what was encrypted in this place; EXPUNGED where its key is destroyed."""
        _require_format(table, row_id, column, encrypted)
        cipher = await self._cipher(_read_key_id(encrypted))
        return cipher if isinstance(cipher, Expunged) else _open(cipher, (table, row_id, column), encrypted)

    async def decrypt_each(
        self, table: str, column: str, values: Sequence[tuple[str, bytes]]
    ) -> list[bytes | Expunged | DecryptionFailed]:
        """Decrypt many of one column, each with its row, as `decrypt` does; where one does not open stands why."""
        ciphers: dict[bytes, AESGCM | Expunged] = {}
        found: list[bytes | Expunged | DecryptionFailed] = []
        for row_id, encrypted in values:
            try:
                _require_format(table, row_id, column, encrypted)
                header = encrypted[:_HEADER_BYTES]
                cipher = ciphers.get(header)
                if cipher is None:
                    cipher = ciphers[header] = await self._cipher(_read_key_id(encrypted))
                opened = cipher if isinstance(cipher, Expunged) else _open(cipher, (table, row_id, column), encrypted)
                found.append(opened)
            except DecryptionFailed as failure:
                found.append(failure)
        return found

    async def decrypt_text(self, table: str, row_id: str, column: str, encrypted: bytes) -> str | Expunged:
        """Decrypt as `decrypt` does, for what was encrypted as text."""
        content = await self.decrypt(table, row_id, column, encrypted)
        return content if isinstance(content, Expunged) else content.decode()

    async def encrypt_json(self, scope: KeyScope, table: str, row_id: str, column: str, value: object) -> bytes:
        """Encrypt as `encrypt` does, for a value of JSON."""
        return await self.encrypt(scope, table, row_id, column, json.dumps(value, ensure_ascii=False))

    async def decrypt_json(self, table: str, row_id: str, column: str, encrypted: bytes) -> Any:
        """Decrypt as `decrypt` does, for what was encrypted as JSON."""
        content = await self.decrypt(table, row_id, column, encrypted)
        return content if isinstance(content, Expunged) else json.loads(content)

    async def scope_of(self, encrypted: bytes) -> KeyScope | None:
        """Return whose key encrypts the value; None where there is no such key."""
        key = await self._keys.by_id(_read_key_id(encrypted))
        return None if key is None else key.scope

    async def load_keys(self, encrypted: Iterable[bytes | None]) -> None:
        """Load the keys of these values together, before a list is decrypted one by one."""
        missing = {_read_key_id(each) for each in encrypted if each is not None} - self._ciphers.keys()
        ids = sorted(missing)
        for start in range(0, len(ids), _KEYS_PER_QUERY):
            for key in await self._keys.by_ids(ids[start : start + _KEYS_PER_QUERY]):
                self._cache(key)

    async def ensure_keys(self, scopes: Sequence[KeyScope]) -> None:
        """Load the keys of these scopes together, and make new ones for those that had none."""
        missing = [scope for scope in dict.fromkeys(scopes) if scope not in self._ids]
        for start in range(0, len(missing), _KEYS_PER_QUERY):
            part = missing[start : start + _KEYS_PER_QUERY]
            known = {key.scope: key for key in await self._keys.of_scopes(part)}
            created = [self._generate_key(scope) for scope in part if scope not in known]
            await self._keys.add_many(created, self._now)
            for key in (*known.values(), *created):
                self._ids[key.scope] = key.id
                self._cache(key)

    async def destroy(self, scope: KeyScope) -> bool:
        """Destroy the scope's key, once the transaction is committed; False if there was none."""
        destroyed = await self._keys.destroy(scope, self._now)
        self._ids.clear()
        self._ciphers.clear()
        return destroyed

    async def rewrap(self, limit: int) -> int:
        """Wrap up to so many data keys of older wrapping keys with the newest, and return how many were old."""
        older = await self._keys.wrapped_by_others(self._ring.newest(), limit)
        for key in older:
            if key.wrapped is not None:
                context = _key_context(key.id, key.scope)
                fresh = self._ring.wrap(self._unwrap(key, key.wrapped), context)
                await self._keys.save_wrapped(replace(key, wrapped=fresh, ring_key_id=self._ring.newest()))
        return len(older)

    async def _key_id_for(self, scope: KeyScope) -> str:
        if scope not in self._ids:
            key = await self._keys.of_scope(scope) or await self._create_key(scope)
            self._ids[scope] = key.id
            self._cache(key)
        return self._ids[scope]

    async def _create_key(self, scope: KeyScope) -> DataKey:
        key = self._generate_key(scope)
        await self._keys.add(key, self._now)
        return key

    def _generate_key(self, scope: KeyScope) -> DataKey:
        key_id = new_id()
        wrapped = self._ring.wrap(AESGCM.generate_key(KEY_BYTES * 8), _key_context(key_id, scope))
        return DataKey(key_id, scope, wrapped, self._ring.newest())

    async def _cipher(self, key_id: str) -> AESGCM | Expunged:
        if key_id not in self._ciphers:
            found = await self._keys.by_id(key_id)
            if found is None:
                raise DecryptionFailed(f"there is no data key {key_id}")
            self._ids[found.scope] = found.id
            self._cache(found)
        self._ciphers.move_to_end(key_id)
        return self._ciphers[key_id]

    def _cache(self, key: DataKey) -> None:
        self._ciphers[key.id] = EXPUNGED if key.wrapped is None else self._open_key(key, key.wrapped)
        while len(self._ciphers) > _CACHED_KEYS:
            self._ciphers.popitem(last=False)

    def _open_key(self, key: DataKey, wrapped: bytes) -> AESGCM:
        return AESGCM(self._unwrap(key, wrapped))

    def _unwrap(self, key: DataKey, wrapped: bytes) -> bytes:
        try:
            return self._ring.unwrap(wrapped, _key_context(key.id, key.scope))
        except (InvalidTag, KeyError) as error:
            raise DecryptionFailed(f"the data key {key.id} does not open with this key ring") from error


def _require_format(table: str, row_id: str, column: str, encrypted: bytes) -> None:
    if len(encrypted) < _HEADER_BYTES + NONCE_BYTES or encrypted[0] != FORMAT:
        raise DecryptionFailed(f"{table}.{column} of {row_id} is not in a format that is known here")


def _open(cipher: AESGCM, place: tuple[str, str, str], encrypted: bytes) -> bytes:
    """Return what was sealed in this place: table, row and column."""
    header, nonce, rest = encrypted[:_HEADER_BYTES], encrypted[_HEADER_BYTES:_NONCE_END], encrypted[_NONCE_END:]
    try:
        padded = cipher.decrypt(nonce, rest, _join_parts(header, *place))
    except InvalidTag as error:
        table, row_id, column = place
        raise DecryptionFailed(f"{table}.{column} of {row_id} is damaged or was moved") from error
    return padded.rstrip(b"\x00")[:-1]


def _pad(content: bytes, least: int) -> bytes:
    """Return the content filled up to its class: powers of two, and in sixteenths of one beyond 64 kB."""
    needed = max(len(content) + 1, least)
    size = 1 << (needed - 1).bit_length()
    if size > _DOUBLED_TO:
        step = size // (2 * _STEPS_BEYOND)
        size = -(-needed // step) * step
    return content + b"\x80" + bytes(size - len(content) - 1)


def _read_key_id(encrypted: bytes) -> str:
    return str(UUID(bytes=encrypted[1:_HEADER_BYTES]))


def _key_context(key_id: str, scope: KeyScope) -> bytes:
    return _join_parts(bytes([FORMAT]), key_id, scope.kind, scope.id)


def _join_parts(header: bytes, *parts: str) -> bytes:
    """Return the parts with their lengths before them, so that no two places read the same."""
    return b"".join([_with_length(header), *[_with_length(part.encode()) for part in parts]])


def _with_length(part: bytes) -> bytes:
    return len(part).to_bytes(_LENGTH_BYTES, "big") + part
