"""Imports every module of tables, so that `metadata` is complete for migrations and for tests."""

from typing import Final

from guardian.storage.tables import (
    cases,
    concerns,
    conversations,
    deliberation,
    ground,
    hops,
    links,
    measures,
    notices,
    people,
    raids,
    sanctions,
    sweeps,
)
from guardian.storage.tables.base import metadata

MODULES: Final = (
    ground,
    people,
    links,
    cases,
    concerns,
    conversations,
    deliberation,
    hops,
    notices,
    sanctions,
    measures,
    raids,
    sweeps,
)
"""One line here and one import above for each new module of tables."""

__all__ = ["MODULES", "metadata"]
