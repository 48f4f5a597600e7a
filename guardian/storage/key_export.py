"""Takes the key tables out of the database as one small file, and puts them back into one that was restored without them.

A copy of the data opens only with this file, so that whoever keeps only the newest of it forgets what the database forgot.
Read `export_keys` first. Policy: P-9.5.
"""

import json
from base64 import b64decode, b64encode
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from guardian.errors import Misconfigured
from guardian.storage.statements import insert
from guardian.storage.tables.blind_indexes import blind_indexes
from guardian.storage.tables.system import data_keys

KEY_TABLES: Final = (data_keys, blind_indexes)
_FORMAT: Final = 1
_ROWS_AT_ONCE: Final = 500


async def export_keys(connection: AsyncConnection, files: dict[str, bytes]) -> bytes:
    """Return the content of the key file: the rows of the key tables, and these files by their names."""
    tables = {
        table.name: [
            {name: _encode(value) for name, value in row._asdict().items()}
            for row in await connection.execute(select(table))
        ]
        for table in KEY_TABLES
    }
    kept = {name: b64encode(content).decode() for name, content in files.items()}
    return json.dumps({"format": _FORMAT, "tables": tables, "files": kept}).encode()


def read_files(content: bytes) -> dict[str, bytes]:
    """Return the files in the key file by their names."""
    return {name: b64decode(each) for name, each in _read(content)["files"].items()}


async def import_keys(connection: AsyncConnection, content: bytes) -> None:
    """Put the rows of the key file in the place of those that are there."""
    tables = _read(content)["tables"]
    for table in KEY_TABLES:
        await connection.execute(delete(table))
        rows = [{name: _decode(value) for name, value in row.items()} for row in tables[table.name]]
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            await connection.execute(insert(table), rows[start : start + _ROWS_AT_ONCE])


def _read(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("format") != _FORMAT:
        raise Misconfigured(["The key file is damaged, or of another release."])
    return found


def _encode(value: object) -> object:
    if isinstance(value, bytes):
        return {"bytes": b64encode(value).decode()}
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def _decode(value: Any) -> object:
    if not isinstance(value, dict):
        return value
    return b64decode(value["bytes"]) if "bytes" in value else datetime.fromisoformat(value["at"])
