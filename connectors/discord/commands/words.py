"""Words and choices that several features share: terms, clocks, restrictions, previews. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from discord.app_commands import Choice

from guardian.cases.values import Consequence, PromiseKind, StepKind, StepState
from guardian.desk.foresight import Foreseen, SpacePreview
from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.notices.acknowledgement import spoken
from guardian.spaces.registry import Mode
from rules.ladder import Outcome
from rules.precedence import Restriction

CASE: Final = "The code name of the case"
PERSON: Final = "The code name of the person; may be left out where the case is about one person only"
LONGEST_DAYS: Final = 3650

RESTRICTIONS: Final = [
    Choice(name="muted", value=Restriction.MUTED.value),
    Choice(name="suspended", value=Restriction.SUSPENDED.value),
    Choice(name="banned", value=Restriction.BANNED.value),
]

STEPS: Final[Mapping[StepKind, str]] = {
    StepKind.HEARING: "hearing the person",
    StepKind.FEEDBACK: "asking the reporters for their views",
    StepKind.SECOND_READING: "the second reading of the text",
    StepKind.TELL_REPORTER: "telling the reporters",
    StepKind.TELL_REPORTED: "telling the person",
    StepKind.ENACT: "enacting",
    StepKind.BOARD_REPORT: "the report to the Board",
}
STATES: Final[Mapping[StepState, str]] = {
    StepState.PENDING: "to come",
    StepState.UNDER_WAY: "under way",
    StepState.SKIP_ASKED: "a second member is asked to agree that it is skipped",
    StepState.DONE: "done",
    StepState.SKIPPED: "skipped",
}
CLOCKS: Final[Mapping[PromiseKind, str]] = {
    PromiseKind.FIRST_ANSWER: "first answer to the reporter",
    PromiseKind.SUBSTANTIVE_ANSWER: "fuller answer to the reporter",
    PromiseKind.RESOLUTION: "resolution",
    PromiseKind.DANGER_PAGE: "somebody takes the call for danger",
    PromiseKind.PROPOSAL_CLOSES: "the proposal is decided",
    PromiseKind.FEEDBACK: "views of the reporters",
    PromiseKind.SECOND_READING: "second reading of the text",
    PromiseKind.ACCOUNT: "account of the member who acted",
    PromiseKind.REVIEW: "review of the act",
    PromiseKind.UNREVIEWED_END: "the act ends if nobody reviews it",
    PromiseKind.TERM_END: "the term ends",
    PromiseKind.ASK_REMINDER: "the person is reminded that they may ask to return",
    PromiseKind.READMISSION_ANSWER: "answer to the request to return",
    PromiseKind.CASE_REVIEW: "the closed case is looked at again",
    PromiseKind.HEARING: "the person's time to answer ends",
    PromiseKind.BLOCKED_TOTAL: "a space still does not hold",
    PromiseKind.BOARD_ANSWER: "answer of the Board",
    PromiseKind.CONFLICT: "a word on a member's conflict",
    PromiseKind.MEASURE_END: "the measure ends",
    PromiseKind.MEASURE_LOOK: "another look at the measure",
    PromiseKind.NATIVE_REASON: "the reason of an act made with the space's own menu",
    PromiseKind.LINK_DISPUTE: "a look at an account that is said to be another's",
    PromiseKind.ACCEPTANCE: "somebody accepts by name what was passed on",
    PromiseKind.WIDEN: "every member without a conflict hears of the case",
    PromiseKind.CONTACT_QUESTION: "the reporter says whether the person may be contacted",
}
OUTCOMES: Final[Mapping[Outcome, str]] = {
    Outcome.WARNING: "a warning",
    Outcome.SHORT_SUSPENSION: "a short suspension",
    Outcome.EXTENDED_SUSPENSION: "an extended suspension",
    Outcome.PERMANENT_BAN: "a permanent ban",
    Outcome.NO_VIOLATION: "no violation",
    Outcome.OUT_OF_SCOPE: "out of scope",
    Outcome.NO_ACTION: "no action",
    Outcome.FACILITATED_COMMUNICATION: "a facilitated talk",
    Outcome.REFERRAL: "a referral to the moderators",
    Outcome.OTHER: "another outcome",
}


def clock(kind: PromiseKind, at: datetime) -> str:
    """A deadline in words."""
    return f"{CLOCKS.get(kind, kind.value)}: {spoken(at)}"


def days(term: timedelta | None) -> str:
    """A length in words."""
    if term is None:
        return "without an end"
    return "for 1 day" if term == timedelta(days=1) else f"for {term / timedelta(days=1):g} days"


def term_of(number: int | None) -> timedelta | None:
    """A length, from a number of days."""
    return timedelta(days=number) if number else None


def day(text: str) -> datetime | None:
    """The beginning of a day, typed as YYYY-MM-DD; None where nothing was typed."""
    if not text.strip():
        return None
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise Refused("date", "Please write the day as year-month-day, for example 2027-03-31.", "P-5.8") from None


def scope_of(text: str) -> frozenset[SpaceName] | None:
    """The spaces that were typed, with commas between them; None (all of them) where nothing was typed."""
    typed = frozenset(SpaceName(part.strip().casefold()) for part in text.split(",") if part.strip())
    return typed or None


def spaces(scope: Iterable[SpaceName] | None) -> str:
    """A scope in words."""
    return "in all spaces" if scope is None else "on " + ", ".join(sorted(scope))


def consequence(wanted: Consequence) -> str:
    """A consequence in words, without its texts."""
    if wanted.readmit is not None:
        return "the person may return" if wanted.readmit else "the person does not return yet"
    said = OUTCOMES[wanted.outcome] + (", with a removal" if wanted.removal else "")
    if wanted.restriction is Restriction.NONE:
        return said
    return f"{said}: {wanted.restriction} {spaces(wanted.spaces)}, {days(wanted.term)}"


def foreseen(previews: Iterable[SpacePreview]) -> str:
    """What would hold where, one line a space."""
    lines = [_foreseen(each) for each in previews]
    return "\n".join(lines) if lines else "Nothing changes in any space."


def _foreseen(seen: SpacePreview) -> str:
    line = f"• {seen.space}: {seen.foreseen}"
    if seen.foreseen is Foreseen.WILL_HOLD and seen.accounts > 1:
        line += f" ({seen.accounts} accounts)"
    if seen.detail:
        line += f" ({seen.detail})"
    if seen.foreseen is Foreseen.NO_ACCOUNT:
        line += ": nothing of theirs would be held there. To add one: `/link`, or `/suggest-links`"
    if seen.waiting:
        line += (
            f". Not reached: {seen.waiting} more, said to be theirs, until a second member agrees in the reading room"
        )
    if seen.destroys:
        line += f". It takes away, and we note it to give it back: {', '.join(seen.destroys)}"
    if seen.mode is Mode.OBSERVE:
        line += ". The service only observes there: nothing is changed"
    return line
