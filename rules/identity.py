"""Whose account it is: who agrees to a link, who checks it again (P-6.4), and evasion by another account (P-6.6).

What a space vouches for, or both accounts show by one code, needs no second person. Read `may_confirm_link` first.
"""

from collections.abc import Collection

from rules.verdict import Verdict, allowed, refused


def may_mark_evasion(*, marked: bool, evades: bool, restricted_before: bool, reason: str) -> Verdict:
    """Return whether the mark may be set or taken back.

    `restricted_before`: a restriction began before the case was opened.
    """
    if evades is marked:
        sentence = "This case has that mark already." if marked else "This case has no such mark."
        return refused("no_change", sentence, "P-6.6")
    if evades and not restricted_before:
        sentence = "Nobody of this case was restricted before it began, so there was nothing to get round."
        return refused("nothing_to_evade", sentence, "P-6.6")
    if not reason.strip():
        return refused("no_reason", "Say in a sentence how you know. It is kept with the case.", "P-6.6")
    return allowed("P-6.6")


def may_confirm_link(*, has_seen: bool) -> Verdict:
    """Return whether a second member may agree to a link by people's word: only with its evidence before them."""
    if has_seen:
        return allowed("P-6.4")
    sentence = "Read the evidence first: it stands in the reading room, with /case. Then confirm it there, or here."
    return refused("not_seen", sentence, "P-6.4")


def may_keep_link(by: str, made_by: Collection[str]) -> Verdict:
    """Return whether the member may say that a disputed link stays: nobody who made it or agreed to it may.

    To undo a link is open to everybody on the case, since it only lets somebody go.
    """
    if by in made_by:
        sentence = "You made or confirmed this link, so another member looks at it again. You may still undo it."
        return refused("own_link", sentence, "P-6.4")
    return allowed("P-6.4")
