"""`guardian keys` and `guardian expunge`: keys are replaced beside a running service, and what goes is shown first."""

import json

import pytest

from guardian.storage.key_ring import KeyKind, KeyRing
from tests.guardian.cli.conftest import Commands


def ring_of(founded: Commands) -> KeyRing:
    return KeyRing.load(founded.folder / "data" / "keys.ring", founded.folder / "secrets" / "master.key")


@pytest.mark.harm("rotation-cut-off-loses")
def test_after_every_key_was_replaced_all_is_as_before(founded: Commands) -> None:
    """P-9.5: the old ones stay until the service destroys them, so that nothing is lost by an interruption."""
    before = (founded.folder / "secrets" / "master.key").read_bytes()
    assert founded.give("keys", "rotate").code == founded.give("keys", "master").code == 0
    assert ring_of(founded).numbers(KeyKind.WRAPPING) == ring_of(founded).numbers(KeyKind.JOURNAL) == (2, 1)
    assert (founded.folder / "secrets" / "master.key").read_bytes() != before
    assert founded.give("journal", "verify").code == 0
    assert "wrapping: 2, 1" in founded.give("keys", "status").out
    assert "stands the place of Ann Able" in founded.give("setup", "--chair", "Ann Able", "--chair-discord", "77").out


def test_expunging_with_nothing_due_says_so(founded: Commands) -> None:
    """P-9.5."""
    assert "Nothing is to be forgotten today" in founded.give("expunge", "--dry-run").out
    assert json.loads(founded.give("expunge", "--json").out) == []
