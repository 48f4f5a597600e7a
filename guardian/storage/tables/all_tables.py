"""Imports every module of tables, so that `metadata` is complete for migrations and for tests."""

from typing import Final

from guardian.storage.tables import (
    advice,
    affiliates,
    api_tokens,
    blind_indexes,
    captures,
    cases,
    conversations,
    data_requests,
    deliberation,
    events,
    handoffs,
    links,
    manual_tasks,
    measures,
    notes,
    notices,
    pauses,
    people,
    raids,
    records,
    retention,
    risk,
    rota,
    sanctions,
    shared_facts,
    sign_ins,
    system,
    worklist,
)
from guardian.storage.tables.base import metadata

MODULES: Final = (
    system,
    blind_indexes,
    people,
    links,
    cases,
    sign_ins,
    api_tokens,
    risk,
    conversations,
    captures,
    deliberation,
    handoffs,
    notes,
    notices,
    sanctions,
    measures,
    manual_tasks,
    pauses,
    raids,
    records,
    events,
    worklist,
    rota,
    retention,
    data_requests,
    shared_facts,
    affiliates,
    advice,
)
"""One line here and one import above for each new module of tables."""

__all__ = ["MODULES", "metadata"]
