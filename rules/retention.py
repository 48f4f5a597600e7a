"""When a case is forgotten: dates from facts alone, so that the same facts always give the same day.

Nobody is forgotten on a guess: what is open, held by law, flagged or in force keeps everything it needs. Read
`forget_at` first. Policy: P-9.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rules.ladder import Outcome, rung_of
from rules.policy import Policy
from rules.verdict import Verdict, allowed, refused


class Finding(StrEnum):
    """What a matter came to, as far as retention asks."""

    OPEN = "open"
    NOT_UPHELD = "not_upheld"
    MINOR = "minor"
    SERIOUS = "serious"


class RetentionGround(StrEnum):
    """Why a case has the date that it has, or none."""

    NOT_UPHELD = "not_upheld"
    MINOR = "minor"
    SERIOUS = "serious"
    REPEATED = "repeated"
    OPEN = "open"
    FLAGGED = "flagged"
    IN_FORCE = "in_force"
    NEW_REPORT = "new_report"
    LEGAL_HOLD = "legal_hold"
    ASKED_FOR = "asked_for"
    ERASURE = "erasure"
    LET_GO = "let_go"


@dataclass(frozen=True, slots=True)
class Matter:
    """One case as it bears on a person: when it was received and closed, and what it came to.

    `bad_faith`: the reports were found to be meant to harass (P-2.9), so they count as nothing.
    """

    case: str
    received_at: datetime
    finding: Finding
    closed_at: datetime | None = None
    bad_faith: bool = False


@dataclass(frozen=True, slots=True)
class Needs:
    """What still needs a case: until when something of it is in force (None: without a known end), and who holds it.

    `in_force_until` and `held_until` are empty where nothing is. `flagged`: an event has to be told (P-9.4). `asked_until`:
    somebody has asked to read what it keeps of them, and has until then to read the answer. `erase_from`: it was agreed
    that it goes sooner. `let_go_at`: since then two of the group have agreed that it need not be kept without a day.
    """

    in_force_until: Sequence[datetime | None] = ()
    held_until: Sequence[datetime] = ()
    flagged: bool = False
    asked_until: Sequence[datetime] = ()
    erase_from: datetime | None = None
    let_go_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RetentionDate:
    """When a case is forgotten (None: no date), why, and whether an open report could still move the date."""

    at: datetime | None
    ground: RetentionGround
    provisional: bool = False


def finding_of(
    outcomes: Sequence[Outcome], *, is_closed: bool, broke_the_code: bool | None, is_dangerous: bool, policy: Policy
) -> Finding:
    """Return what a case came to; what nobody has written down counts as upheld, and so is kept longer.

    `broke_the_code` is what the findings say; None: they say nothing. Policy: P-9.5.
    """
    if not is_closed:
        return Finding.OPEN
    rungs = [rung_of(outcome) or 0 for outcome in outcomes]
    if any(rung >= policy.retention.serious_from_rung for rung in rungs):
        return Finding.SERIOUS
    acted = any(outcome not in _NOT_UPHELD for outcome in outcomes)
    if not acted and (broke_the_code is False or outcomes):
        return Finding.NOT_UPHELD
    return Finding.SERIOUS if is_dangerous and (acted or broke_the_code) else Finding.MINOR


def forget_at(case: str, records: Sequence[Sequence[Matter]], needs: Needs, policy: Policy) -> RetentionDate:
    """Return when the case is forgotten: the latest day that any of its people, or what is in force, asks for.

    `records` are the matters of each reported person with this case among them; where nobody is known, of nobody but the
    case itself. A report that came before the day moves it to a term after that report; found to be no violation or bad
    faith, the former day returns. Policy: P-9.5.
    """
    dates = [_let_go(_date_for_person(case, matters, policy), case, matters, needs, policy) for matters in records]
    found = max(dates, key=_lateness)
    if found.at is None:
        return found
    if needs.flagged:
        return RetentionDate(None, RetentionGround.FLAGGED)
    if None in needs.in_force_until:
        return RetentionDate(None, RetentionGround.IN_FORCE)
    ends = [(end, RetentionGround.IN_FORCE) for end in needs.in_force_until if end is not None]
    ends += [(end, RetentionGround.LEGAL_HOLD) for end in needs.held_until]
    ends += [(end, RetentionGround.ASKED_FOR) for end in needs.asked_until]
    at, ground = max([_own_day(found.at, found.ground, needs), *ends], key=lambda end: end[0])
    return RetentionDate(at, ground, found.provisional)


def _let_go(found: RetentionDate, case: str, matters: Sequence[Matter], needs: Needs, policy: Policy) -> RetentionDate:
    """The day of what had none, once it was agreed on; found to be upheld since, another matter takes it away again."""
    if needs.let_go_at is None or found.ground not in WITHOUT_DAY:
        return found
    others = [matter for matter in matters if matter.case != case and _moves(matter)]
    if any(matter.closed_at is not None and matter.closed_at >= needs.let_go_at for matter in others):
        return found
    is_open = any(matter.closed_at is None for matter in others)
    return RetentionDate(needs.let_go_at + policy.retention.let_go_after, RetentionGround.LET_GO, is_open)


def may_let_go(retention: RetentionDate) -> Verdict:
    """Return whether the group may agree that the case is expunged although it has no day of itself. Policy: P-9.5."""
    if retention.ground in WITHOUT_DAY:
        return allowed("P-9.5")
    if retention.ground is RetentionGround.FLAGGED:
        return refused("flagged", "Events have to be told of it. Take that back first, in its record.", "P-9.5")
    if retention.ground is RetentionGround.IN_FORCE and retention.at is None:
        return refused(
            "in_force", "What was decided in it has no end, and needs the case as long as it holds.", "P-9.5"
        )
    return refused("has_date", "This case has a day already, or is still open.", "P-9.5")


def _own_day(at: datetime, ground: RetentionGround, needs: Needs) -> tuple[datetime, RetentionGround]:
    """The day by what the case came to, or the sooner one on which it goes because somebody asked for it."""
    if needs.erase_from is None or needs.erase_from >= at:
        return at, ground
    return needs.erase_from, RetentionGround.ERASURE


def may_forget(retention: RetentionDate, now: datetime, *, is_time_trusted: bool, is_released: bool) -> Verdict:
    """Return whether the case is forgotten now. What would lose something for good is doubted most. Policy: P-9.5."""
    if not is_time_trusted:
        return refused("time", "The clock of the machine is in doubt, so nothing is forgotten by it.", "P-9.5")
    if retention.at is None or now < retention.at:
        return refused("not_yet", "Its day has not come.", "P-9.5")
    if retention.provisional:
        return refused("open_report", "A newer report about somebody in it is still open.", "P-9.5")
    if not is_released:
        return refused("not_released", "What was placed in a space is not confirmed as released there.", "P-9.5")
    return allowed("P-9.5")


def next_retention_review(last: datetime, now: datetime, policy: Policy) -> datetime:
    """Return when a case without a date is looked at again: yearly, after now. Policy: P-9.5."""
    step = policy.retention.review_every
    return last + step * max(1, (now - last) // step + 1)


def may_hold(until: datetime, now: datetime, policy: Policy) -> Verdict:
    """Return whether a legal hold may run so long: it has an end, and is placed again rather than for ever."""
    most = policy.retention.legal_hold_most
    if not now < until <= now + most:
        sentence = f"A legal hold ends after today and within {most.days} days; it can be placed again."
        return refused("hold_end", sentence, "P-9.5")
    return allowed("P-9.5")


def copies_open_until(at: datetime, policy: Policy) -> datetime:
    """Return by when no copy of the whole database opens any more for what is forgotten at `at`. Policy: P-9.5."""
    return at + policy.retention.forget_backups_after


WITHOUT_DAY = frozenset({RetentionGround.SERIOUS, RetentionGround.REPEATED})
_NOT_UPHELD = frozenset({Outcome.NO_VIOLATION, Outcome.OUT_OF_SCOPE})


def _lateness(retention: RetentionDate) -> tuple[bool, float]:
    return retention.at is None, retention.at.timestamp() if retention.at else 0.0


def _date_for_person(case: str, matters: Sequence[Matter], policy: Policy) -> RetentionDate:
    own = next(matter for matter in matters if matter.case == case)
    if own.closed_at is None or own.finding is Finding.OPEN:
        return RetentionDate(None, RetentionGround.OPEN)
    upheld = [matter for matter in matters if _is_upheld(matter)]
    if _is_upheld(own) and any(matter.finding is Finding.SERIOUS for matter in upheld):
        return RetentionDate(
            None, RetentionGround.SERIOUS if own.finding is Finding.SERIOUS else RetentionGround.REPEATED
        )
    if _is_upheld(own) and len(upheld) >= policy.retention.repeated_from:
        return RetentionDate(None, RetentionGround.REPEATED)
    return _moved_by_reports(own, matters, policy)


def _moved_by_reports(own: Matter, matters: Sequence[Matter], policy: Policy) -> RetentionDate:
    closed = own.closed_at or own.received_at
    term = _term(own, policy)
    found = RetentionDate(closed + term, RetentionGround.MINOR if _is_upheld(own) else RetentionGround.NOT_UPHELD)
    for other in sorted(matters, key=lambda matter: matter.received_at):
        if other.case == own.case or not _moves(other) or other.received_at < own.received_at:
            continue
        if found.at is not None and other.received_at < found.at:
            later = max(found.at, other.received_at + term)
            found = RetentionDate(later, RetentionGround.NEW_REPORT, found.provisional or other.finding is Finding.OPEN)
    return found


def _is_upheld(matter: Matter) -> bool:
    return matter.finding in (Finding.MINOR, Finding.SERIOUS) and not matter.bad_faith


def _moves(matter: Matter) -> bool:
    return matter.finding is not Finding.NOT_UPHELD and not matter.bad_faith


def _term(own: Matter, policy: Policy) -> timedelta:
    return policy.retention.minor if _is_upheld(own) else policy.retention.not_upheld
