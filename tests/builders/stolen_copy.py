"""A copy of the database in the hands of somebody who has keys: what they read in it, with none of our code for restoring.

Read `Copy` first.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from guardian.storage.key_ring import KeyRing

_TABLE = re.compile(r'^COPY (?:\w+\.)?"?(\w+)"? \((.*)\) FROM stdin;$')
_ESCAPES = {"\\N": None, "\\t": "\t", "\\n": "\n", "\\\\": "\\"}


@dataclass(frozen=True, slots=True)
class Copy:
    """The rows of a copied database by their tables."""

    rows: Mapping[str, Sequence[Mapping[str, object]]]

    @classmethod
    def of_file(cls, file: Path) -> Self:
        """Return the copy that a file of SQLite is, with the log beside it."""
        with closing(sqlite3.connect(file)) as connection:
            connection.row_factory = sqlite3.Row
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return cls({name: [dict(row) for row in connection.execute(f'SELECT * FROM "{name}"')] for name in tables})

    @classmethod
    def of_dump(cls, dump: str) -> Self:
        """Return the copy that the text of `pg_dump` is."""
        found: dict[str, list[dict[str, object]]] = {}
        table, columns = "", list[str]()
        for line in dump.splitlines():
            if begun := _TABLE.match(line):
                table, columns = begun[1], [each.strip('" ') for each in begun[2].split(",")]
            elif line == "\\.":
                table = ""
            elif table:
                values = [_value(each) for each in line.split("\t")]
                found.setdefault(table, []).append(dict(zip(columns, values, strict=True)))
        return cls(found)

    def read_with(self, keys: Mapping[str, bytes]) -> str:
        """Return every text that stands in the copy, and every one that these data keys open."""
        return "\n".join(
            text for table, rows in self.rows.items() for row in rows for text in _opened(table, row, keys)
        )

    def data_keys_by(self, ring: KeyRing) -> dict[str, bytes]:
        """Return the data keys in the copy, as far as the ring opens them."""
        found = {}
        for row in self.rows.get("data_keys", ()):
            key_id, wrapped = str(row["id"]), row["wrapped"]
            if isinstance(wrapped, bytes):
                try:
                    found[key_id] = ring.unwrap(
                        wrapped, _join(b"\x01", key_id, str(row["scope_kind"]), str(row["scope_id"]))
                    )
                except (KeyError, InvalidTag):
                    continue
        return found


def _value(text: str) -> object:
    """A value as `COPY` writes it: binary ones in hexadecimal digits."""
    if text.startswith("\\\\x"):
        return bytes.fromhex(text[3:])
    if text == "\\N":
        return None
    return int(text) if text.isdecimal() else re.sub(r"\\[tn\\]", lambda found: str(_ESCAPES[found[0]]), text)


def _opened(table: str, row: Mapping[str, object], keys: Mapping[str, bytes]) -> Iterator[str]:
    ids = [str(value) for value in row.values() if isinstance(value, str | int)]
    ids += [f"{one}.{two}" for one in ids for two in ids]
    for column, value in row.items():
        if isinstance(value, str):
            yield value
        if not isinstance(value, bytes) or len(value) < 45 or (key := keys.get(str(UUID(bytes=value[1:17])))) is None:
            continue
        header, nonce, sealed = value[:17], value[17:29], value[29:]
        for row_id in ids:
            try:
                yield (
                    AESGCM(key).decrypt(nonce, sealed, _join(header, table, row_id, column)).decode("utf-8", "replace")
                )
                break
            except InvalidTag:
                continue
        else:
            raise AssertionError(f"{table}.{column} opens with no place, though its key is here")


def _join(header: bytes, *parts: str) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in [header, *(part.encode() for part in parts)])
