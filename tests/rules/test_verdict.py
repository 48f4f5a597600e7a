"""A Verdict reads as what it says."""

from rules.verdict import allowed, refused


def test_a_refusal_never_passes_for_a_yes() -> None:
    assert not refused("closed", "This is closed.", "P-5.1")
    assert allowed("P-5.1")
