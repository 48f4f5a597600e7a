"""Seals what is confidential before it reaches the database, bound to its place: table, row and column.

A sealed value says its format version and its key: `version (1) | key id (16) | nonce (12) | AES-256-GCM`.
Unwrapped keys live no longer than their unit of work, so that a destroyed key is gone for everybody at once.
"""

import hashlib
import hmac
import json
import os
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from guardian.errors import NotFound
from guardian.ids import new_id
from guardian.storage.key_ring import KEY_BYTES, NONCE_BYTES, KeyRing
from guardian.storage.keys_store import DataKey, DataKeyStore, Scope

FORMAT: Final = 1
_ID_BYTES: Final = 16
_HEADER_BYTES: Final = 1 + _ID_BYTES
_LENGTH_BYTES: Final = 4
_KEYS_KEPT: Final = 512
_KEYS_ASKED: Final = 256


class Expunged(Enum):
    """Stands where a text was whose key is destroyed."""

    EXPUNGED = "expunged"


EXPUNGED: Final = Expunged.EXPUNGED


class SealBroken(Exception):
    """A sealed value is damaged, of another place, or its key is not to be had: nobody's mistake in using the service."""


class Sealer:
    """Seals and unseals within one unit of work."""

    def __init__(self, keys: DataKeyStore, ring: KeyRing, now: datetime) -> None:
        self._keys = keys
        self._ring = ring
        self._now = now
        self._ids: dict[Scope, str] = {}
        self._secrets: dict[Scope, bytes] = {}
        self._ciphers: OrderedDict[str, AESGCM | Expunged] = OrderedDict()

    async def seal(self, scope: Scope, table: str, row_id: str, column: str, plaintext: bytes | str) -> bytes:
        """The text, readable only with the scope's key and only in this place; NotFound if the scope is expunged."""
        key_id = await self._id_for(scope)
        cipher = await self._cipher(key_id)
        if isinstance(cipher, Expunged):
            raise NotFound
        header = bytes([FORMAT]) + UUID(key_id).bytes
        nonce = os.urandom(NONCE_BYTES)
        content = plaintext.encode() if isinstance(plaintext, str) else plaintext
        return header + nonce + cipher.encrypt(nonce, content, _joined(header, table, row_id, column))

    async def unseal(self, table: str, row_id: str, column: str, sealed: bytes) -> bytes | Expunged:
        """What was sealed in this place, or EXPUNGED where its key is destroyed."""
        if len(sealed) < _HEADER_BYTES + NONCE_BYTES or sealed[0] != FORMAT:
            raise SealBroken(f"{table}.{column} of {row_id} is not in a format that is known here")
        header, rest = sealed[:_HEADER_BYTES], sealed[_HEADER_BYTES:]
        cipher = await self._cipher(_key_id(sealed))
        if isinstance(cipher, Expunged):
            return cipher
        try:
            return cipher.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], _joined(header, table, row_id, column))
        except InvalidTag as error:
            raise SealBroken(f"{table}.{column} of {row_id} is damaged or was moved") from error

    async def unseal_text(self, table: str, row_id: str, column: str, sealed: bytes) -> str | Expunged:
        """As `unseal`, for what was sealed as text."""
        content = await self.unseal(table, row_id, column, sealed)
        return content if isinstance(content, Expunged) else content.decode()

    async def seal_json(self, scope: Scope, table: str, row_id: str, column: str, value: object) -> bytes:
        """As `seal`, for a value of JSON."""
        return await self.seal(scope, table, row_id, column, json.dumps(value, ensure_ascii=False))

    async def unseal_json(self, table: str, row_id: str, column: str, sealed: bytes) -> Any:
        """As `unseal`, for what was sealed as JSON."""
        content = await self.unseal(table, row_id, column, sealed)
        return content if isinstance(content, Expunged) else json.loads(content)

    async def mark(self, scope: Scope, about: str) -> str:
        """A digest of the text that only the scope's key can make: what is looked for by it stands nowhere in plain."""
        if scope not in self._secrets:
            key = await self._keys.of_scope(scope) or await self._made(scope)
            if key.wrapped is None:
                raise NotFound
            self._secrets[scope] = self._ring.unwrap(key.wrapped, _about(key.id, key.scope))
        return hmac.new(self._secrets[scope], about.encode(), hashlib.sha256).hexdigest()

    async def prepare(self, sealed: Iterable[bytes | None]) -> None:
        """The keys of these values are at hand, asked for together: before a list is unsealed one by one."""
        wanted = {_key_id(each) for each in sealed if each is not None} - self._ciphers.keys()
        ids = sorted(wanted)
        for start in range(0, len(ids), _KEYS_ASKED):
            for key in await self._keys.by_ids(ids[start : start + _KEYS_ASKED]):
                self._keep(key)

    async def key_for_each(self, scopes: Sequence[Scope]) -> None:
        """The keys of these scopes are at hand, asked for together; those that had none have a new one."""
        missing = [scope for scope in dict.fromkeys(scopes) if scope not in self._ids]
        for start in range(0, len(missing), _KEYS_ASKED):
            part = missing[start : start + _KEYS_ASKED]
            known = {key.scope: key for key in await self._keys.of_scopes(part)}
            made = [self._new(scope) for scope in part if scope not in known]
            await self._keys.add_many(made, self._now)
            for key in (*known.values(), *made):
                self._ids[key.scope] = key.id
                self._keep(key)

    async def destroy(self, scope: Scope) -> bool:
        """Nothing sealed under the scope can be read again, once the work is committed; False if there was no key."""
        destroyed = await self._keys.destroy(scope, self._now)
        self._ids.clear()
        self._secrets.clear()
        self._ciphers.clear()
        return destroyed

    async def _id_for(self, scope: Scope) -> str:
        if scope not in self._ids:
            key = await self._keys.of_scope(scope) or await self._made(scope)
            self._ids[scope] = key.id
            self._keep(key)
        return self._ids[scope]

    async def _made(self, scope: Scope) -> DataKey:
        key = self._new(scope)
        await self._keys.add(key, self._now)
        return key

    def _new(self, scope: Scope) -> DataKey:
        key_id = new_id()
        wrapped = self._ring.wrap(AESGCM.generate_key(KEY_BYTES * 8), _about(key_id, scope))
        return DataKey(key_id, scope, wrapped, self._ring.newest)

    async def _cipher(self, key_id: str) -> AESGCM | Expunged:
        if key_id not in self._ciphers:
            found = await self._keys.by_ids([key_id])
            if not found:
                raise SealBroken(f"there is no data key {key_id}")
            self._keep(found[0])
        self._ciphers.move_to_end(key_id)
        return self._ciphers[key_id]

    def _keep(self, key: DataKey) -> None:
        self._ciphers[key.id] = EXPUNGED if key.wrapped is None else self._opened(key, key.wrapped)
        while len(self._ciphers) > _KEYS_KEPT:
            self._ciphers.popitem(last=False)

    def _opened(self, key: DataKey, wrapped: bytes) -> AESGCM:
        try:
            return AESGCM(self._ring.unwrap(wrapped, _about(key.id, key.scope)))
        except (InvalidTag, KeyError) as error:
            raise SealBroken(f"the data key {key.id} does not open with this key ring") from error


def _key_id(sealed: bytes) -> str:
    return str(UUID(bytes=sealed[1:_HEADER_BYTES]))


def _about(key_id: str, scope: Scope) -> bytes:
    return _joined(bytes([FORMAT]), key_id, scope.kind, scope.id)


def _joined(header: bytes, *parts: str) -> bytes:
    """The parts with their lengths before them, so that no two places read the same."""
    encoded = [header, *(part.encode() for part in parts)]
    return b"".join(len(part).to_bytes(_LENGTH_BYTES, "big") + part for part in encoded)
