"""Statements that are the same each time, made once a process: to make one, and the key by which it is found compiled,
takes longer than to run it. What differs is given beside them. Read `insert` first.
"""

from functools import cache
from typing import Final

import sqlalchemy
from sqlalchemy import Insert, Table, Update, bindparam

AT_ID: Final = "at_id"
AT_VERSION: Final = "at_version"


@cache
def insert(table: Table) -> Insert:
    """Return the insert whose rows are given beside it."""
    return sqlalchemy.insert(table)


@cache
def update_at_version(table: Table) -> Update:
    """Return the update of the row whose id is `AT_ID`, if its version is `AT_VERSION`."""
    return sqlalchemy.update(table).where(table.c.id == bindparam(AT_ID), table.c.version == bindparam(AT_VERSION))
