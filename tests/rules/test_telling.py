"""What counts as told, and when a decision takes hold (P-5.5, P-5.6, P-6.2)."""

import pytest

from rules.telling import Proof, ProofKind, Telling, counts_as_told, may_take_hold
from tests.rules.community import DJANGO, NOW, after


@pytest.mark.parametrize(
    ("proof", "hours", "told"),
    [
        (Proof(ProofKind.DISCORD_MESSAGE, NOW), 0, True),
        (Proof(ProofKind.RECEIPT_USED, NOW), 0, True),
        (Proof(ProofKind.FORUM_MESSAGE, NOW, could_log_in=True), 0, True),
        (Proof(ProofKind.FORUM_MESSAGE, NOW, could_log_in=False), 99, False),
        (Proof(ProofKind.MAIL_TAKEN, NOW), 23, False),
        (Proof(ProofKind.MAIL_TAKEN, NOW), 24, True),
        (Proof(ProofKind.MAIL_TAKEN, NOW, bounced=True), 99, False),
    ],
)
def test_a_person_is_told_only_on_proof(proof: Proof, hours: int, told: bool) -> None:
    """P-6.2."""
    assert counts_as_told(proof, after(hours=hours), DJANGO) is told


@pytest.mark.parametrize("state", Telling)
@pytest.mark.parametrize("hours", [0, 23, 24])
@pytest.mark.parametrize("safety", [False, True])
def test_a_sanction_waits_for_its_message_but_never_past_the_second_reading(
    state: Telling, hours: int, safety: bool
) -> None:
    """P-5.5, P-5.6: telling never delays a safety measure."""
    waits = state is Telling.TO_TELL and hours < 24 and not safety
    assert bool(may_take_hold(state, NOW, after(hours=hours), DJANGO, safety=safety)) is not waits
