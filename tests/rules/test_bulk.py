"""Who may be restricted together with the many of a raid: every combination of what can have happened meanwhile."""

from dataclasses import fields
from itertools import product

import pytest

from rules.bulk import BulkFacts, is_plain

NAMES = [field.name for field in fields(BulkFacts)]


def test_of_all_combinations_of_facts_only_nothing_at_all_is_plain() -> None:
    """P-7.5."""
    every = [BulkFacts(*values) for values in product((False, True), repeat=len(NAMES))]
    assert len(set(every)) == 2 ** len(NAMES)
    assert [facts for facts in every if is_plain(facts)] == [BulkFacts()]


@pytest.mark.parametrize("name", NAMES)
def test_one_fact_alone_is_enough_to_look_at_somebody_by_themselves(name: str) -> None:
    """P-7.5."""
    assert not is_plain(BulkFacts(**{name: True}))
