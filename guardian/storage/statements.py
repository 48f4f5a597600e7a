"""Statements that are the same each time, made once a process: to make one, and the key by which it is found compiled,
takes longer than to run it. What differs is given beside them. Read `insert` first.
"""

from functools import cache
from typing import Any, Final

import sqlalchemy
from sqlalchemy import Column, Insert, Select, Table, Update, bindparam, select

AT: Final = "at"
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


@cache
def select_at(column: Column[Any], *order: Column[Any]) -> Select[Any]:
    """Return the select of the column's table where the column is `AT`, in that order."""
    return select(column.table).where(column == bindparam(AT)).order_by(*order)


@cache
def select_columns(column: Column[Any], left_out: str, *order: Column[Any], among: bool) -> Select[Any]:
    """Return what `select_at` or `select_among` does, less one column."""
    value = column.in_(bindparam(AT, expanding=True)) if among else column == bindparam(AT)
    return select(*[each for each in column.table.c if each.name != left_out]).where(value).order_by(*order)


@cache
def select_among(column: Column[Any], *order: Column[Any]) -> Select[Any]:
    """Return the select of the column's table where the column is one of the list `AT`, in that order."""
    return select(column.table).where(column.in_(bindparam(AT, expanding=True))).order_by(*order)
