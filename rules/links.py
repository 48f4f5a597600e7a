"""Whose account it is: who may agree to a link that a person made, and who looks again once somebody says it is wrong.

What a space vouches for, or both accounts show by one code, needs no second person. Policy: P-6.4.
"""

from collections.abc import Collection

from rules.verdict import Verdict, allowed, refused


def may_confirm_link(*, has_seen: bool) -> Verdict:
    """Whether a second member may agree to what binds by people's word: only once its evidence was before them."""
    if has_seen:
        return allowed("P-6.4")
    sentence = "Read the evidence first: it stands in the reading room, with /case. Then confirm it there, or here."
    return refused("not_seen", sentence, "P-6.4")


def may_keep_link(by: str, made_by: Collection[str]) -> Verdict:
    """Whether the member may say that a disputed link stays: nobody who made it or agreed to it may.

    To undo a link is open to everybody on the case, since it only lets somebody go.
    """
    if by in made_by:
        sentence = "You made or confirmed this link, so another member looks at it again. You may still undo it."
        return refused("own_link", sentence, "P-6.4")
    return allowed("P-6.4")
