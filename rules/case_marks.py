"""What members may say of a whole case: retaliation, bad faith, a counter-report, an account that its owner has back.

Read `may_mark` first. Policy: P-2.8, P-2.9, P-3.3.
"""

from enum import StrEnum

from rules.verdict import Verdict, allowed, refused


class CaseMarkKind(StrEnum):
    """What a mark says of its case. Joined and parted are noted by the service: what was joined into it, or left it."""

    RETALIATION = "retaliation"
    BAD_FAITH = "bad_faith"
    COUNTER_REPORT = "counter_report"
    RECOVERED = "recovered"
    JOINED = "joined"
    PARTED = "parted"


_RULES = {
    CaseMarkKind.RETALIATION: "P-2.8",
    CaseMarkKind.BAD_FAITH: "P-2.9",
    CaseMarkKind.COUNTER_REPORT: "P-2.9",
    CaseMarkKind.RECOVERED: "P-3.3",
    CaseMarkKind.JOINED: "P-3.1",
    CaseMarkKind.PARTED: "P-3.1",
}
_NOTED = frozenset({CaseMarkKind.JOINED, CaseMarkKind.PARTED})


def names_another_case(kind: CaseMarkKind) -> bool:
    """Return whether the mark says what another case has to do with this one. Policy: P-2.8, P-2.9."""
    return kind in (CaseMarkKind.RETALIATION, CaseMarkKind.COUNTER_REPORT) or is_noted(kind)


def is_noted(kind: CaseMarkKind) -> bool:
    """Return whether the service notes it with what was done, so that nobody sets it or takes it back. Policy: P-3.1."""
    return kind in _NOTED


def needs_second(kind: CaseMarkKind) -> bool:
    """Return whether a second member has to agree before the mark counts. Policy: P-2.9, P-3.3.

    Bad faith is held against somebody who reported, and a recovery lets an account back in.
    """
    return kind in (CaseMarkKind.BAD_FAITH, CaseMarkKind.RECOVERED)


def may_mark(
    kind: CaseMarkKind, *, reason: str, is_marked: bool, is_compromised: bool, violation_found: bool
) -> Verdict:
    """Return whether the case may be marked so. Policy: P-2.8, P-2.9, P-3.3.

    `is_compromised`: an account is restricted in the case because somebody else has used it. A report that was found to
    be true is never bad faith.
    """
    rule = _RULES[kind]
    if is_noted(kind):
        return refused("not_a_mark", "This is noted when cases are joined or a report is parted.", rule)
    if not reason.strip():
        return refused("no_reason", "Say in a sentence why. It is kept with the case.", rule)
    if is_marked:
        return refused("already", "The case is marked so already.", rule)
    if kind is CaseMarkKind.RECOVERED and not is_compromised:
        return refused("not_now", "No account is restricted here because somebody else has used it.", rule)
    if kind is CaseMarkKind.BAD_FAITH and violation_found:
        return refused("found_true", "A violation was found in this case, so reporting it was no bad faith.", rule)
    return allowed(rule)


def may_agree(kind: CaseMarkKind, *, is_own: bool) -> Verdict:
    """Return whether the member may be the second who agrees to the mark. Policy: P-2.9, P-3.3."""
    if is_own:
        return refused("own", "A second member has to agree to it.", _RULES[kind])
    return allowed(_RULES[kind])
