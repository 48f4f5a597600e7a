"""Getting round a restriction by another account: whether a case may be marked so. Policy: P-6.6."""

from rules.verdict import Verdict, allowed, refused


def may_mark_evasion(*, marked: bool, evades: bool, restricted_before: bool, reason: str) -> Verdict:
    """Whether the mark may be set or taken back; `restricted_before`: a restriction began before the case was opened."""
    if evades is marked:
        sentence = "This case has that mark already." if marked else "This case has no such mark."
        return refused("no_change", sentence, "P-6.6")
    if evades and not restricted_before:
        sentence = "Nobody of this case was restricted before it began, so there was nothing to get round."
        return refused("nothing_to_evade", sentence, "P-6.6")
    if not reason.strip():
        return refused("no_reason", "Say in a sentence how you know. It is kept with the case.", "P-6.6")
    return allowed("P-6.6")
