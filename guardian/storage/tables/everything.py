"""Imports every module of tables, so that `metadata` is complete for migrations and for tests."""

from typing import Final

from guardian.storage.tables import cases, concerns, deliberation, ground, notices, people, sanctions, sweeps
from guardian.storage.tables.base import metadata

MODULES: Final = (ground, people, cases, concerns, deliberation, notices, sanctions, sweeps)
"""One line here and one import above for each new module of tables."""

__all__ = ["MODULES", "metadata"]
