"""Words and choices that several features share: terms, clocks, restrictions, previews. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from discord.app_commands import Choice

from connectors.discord.instants import format_instant
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.procedure import StepState
from guardian.ids import SpaceName
from guardian.services.members import AccountInput
from guardian.services.sanctions.coverage_preview import PreviewState, SpacePreview
from guardian.spaces.account_text import text_of_id
from guardian.spaces.port import Account
from guardian.spaces.registry import Mode
from rules.precedence import Restriction
from rules.procedure import Step


def pinned(account: Account) -> AccountInput:
    """Return the account itself as a target, whatever it is called by then."""
    return AccountInput(account.space, text_of_id(account.native_id))


def format_account(handle: str, account: Account) -> str:
    """Return the account in words by which nobody is taken for another."""
    return f"**{handle}** on {account.space} (the account with the id {account.native_id})"


CASE: Final = "The code name of the case"
MAX_DAYS: Final = 3650

RESTRICTIONS: Final = [
    Choice(name="muted", value=Restriction.MUTED.value),
    Choice(name="suspended", value=Restriction.SUSPENDED.value),
    Choice(name="banned", value=Restriction.BANNED.value),
]

STEPS: Final[Mapping[Step, str]] = {
    Step.BEHAVIOUR: "saying to the person what was done",
    Step.HEARING: "hearing the person",
    Step.FEEDBACK: "asking the reporters for their views",
    Step.SECOND_READING: "the second reading of the text",
    Step.NOTIFY_REPORTER: "telling the reporters",
    Step.NOTIFY_REPORTED: "telling the person",
    Step.ENACT: "enacting",
    Step.BOARD_REPORT: "the report to the Board",
}
STATES: Final[Mapping[StepState, str]] = {
    StepState.PENDING: "to come",
    StepState.UNDER_WAY: "under way",
    StepState.SKIP_REQUESTED: "a second member is asked to agree that it is skipped",
    StepState.DONE: "done",
    StepState.SKIPPED: "skipped",
}
DEADLINES: Final[Mapping[DeadlineKind, str]] = {
    DeadlineKind.FIRST_ANSWER: "first answer to the reporter",
    DeadlineKind.SUBSTANTIVE_ANSWER: "fuller answer to the reporter",
    DeadlineKind.RESOLUTION: "resolution",
    DeadlineKind.DANGER_PAGE: "somebody takes the call for danger",
    DeadlineKind.PROPOSAL_CLOSES: "the proposal is decided, at the latest",
    DeadlineKind.FEEDBACK: "views of the reporters",
    DeadlineKind.SECOND_READING: "second reading of the text",
    DeadlineKind.STATEMENT: "account of the member who acted",
    DeadlineKind.REVIEW: "review of the act",
    DeadlineKind.UNREVIEWED_END: "the act ends if nobody reviews it",
    DeadlineKind.TERM_END: "the term ends",
    DeadlineKind.READMISSION_REMINDER: "the person is reminded that they may ask to return",
    DeadlineKind.READMISSION_ANSWER: "answer to the request to return",
    DeadlineKind.CASE_REVIEW: "the closed case is looked at again",
    DeadlineKind.HEARING: "the person's time to answer ends",
    DeadlineKind.BLOCKED_TOTAL: "a space still does not hold",
    DeadlineKind.BOARD_ANSWER: "answer of the Board",
    DeadlineKind.CONFLICT_CLAIM: "a word on a member's conflict",
    DeadlineKind.MEASURE_END: "the measure ends",
    DeadlineKind.ACT_WORDS: "the words for the person of why somebody acted",
    DeadlineKind.BOARD_REQUEST: "a request to the Board to look again",
    DeadlineKind.MEASURE_RECONSIDERATION: "another look at the measure",
    DeadlineKind.NATIVE_REASON: "the reason of an act made with the space's own menu",
    DeadlineKind.LINK_DISPUTE: "a look at an account that is said to be another's",
    DeadlineKind.ACCEPTANCE: "somebody accepts by name what was passed on",
    DeadlineKind.AUDIENCE: "every member without a conflict hears of the case",
    DeadlineKind.CONTACT_QUESTION: "the reporter says whether the person may be contacted",
    DeadlineKind.MANUAL_TASK: "somebody confirms what they were asked to do by hand",
    DeadlineKind.MANUAL_RELEASE: "somebody is asked to let a person back in by hand",
    DeadlineKind.ROTA_CALL: "the next on duty is told of the report",
    DeadlineKind.EXPUNGE: "the case is expunged",
    DeadlineKind.MOTION_REPORT: "the report to the organisers before their motion",
    DeadlineKind.PAUSE_REVIEW: "the review of a pause",
    DeadlineKind.EVENT_OVER: "what is kept of an event's list is forgotten",
    DeadlineKind.CONDITION: "what was asked of the person is to be shown",
    DeadlineKind.UNMET_CONDITION: "another look at what was not met",
    DeadlineKind.TALK: "the time to answer about a talk is over",
    DeadlineKind.AFFILIATE_REPORT: "an affiliated program's report is due",
    DeadlineKind.BOARD_REPORT: "the Board has its report",
    DeadlineKind.DATA_REQUEST: "an answer to somebody who asks about what is kept of them",
    DeadlineKind.RETENTION_REVIEW: "the group looks whether the case still has to be kept",
}


def format_deadline(kind: DeadlineKind, at: datetime) -> str:
    """Return a deadline in words."""
    return f"{DEADLINES.get(kind, kind.value)}: {format_instant(at)}"


def format_term(term: timedelta | None) -> str:
    """Return a length in words."""
    if term is None:
        return "without an end"
    return "for 1 day" if term == timedelta(days=1) else f"for {term / timedelta(days=1):g} days"


def parse_days(number: int | None) -> timedelta | None:
    """Return a length, from a number of days."""
    return timedelta(days=number) if number else None


def parse_scope(text: str) -> frozenset[SpaceName] | None:
    """Return the spaces that were typed, with commas between them; None (all of them) where nothing was typed."""
    typed = frozenset(SpaceName(part.strip().casefold()) for part in text.split(",") if part.strip())
    return typed or None


def format_scope(scope: Iterable[SpaceName] | None) -> str:
    """Return a scope in words."""
    return "in all spaces" if scope is None else "on " + ", ".join(sorted(scope))


def format_previews(previews: Iterable[SpacePreview]) -> str:
    """Return what would hold where, one line a space."""
    lines = [_format_preview(each) for each in previews]
    return "\n".join(lines) if lines else "Nothing changes in any space."


def _format_preview(seen: SpacePreview) -> str:
    line = f"• {seen.space}: {seen.state}"
    if seen.state is PreviewState.WILL_HOLD and seen.accounts > 1:
        line += f" ({seen.accounts} accounts)"
    if seen.detail:
        line += f" ({seen.detail})"
    if seen.state is PreviewState.NO_ACCOUNT:
        line += ": nothing of theirs would be held there. It is named on the page of the case"
    if seen.waiting:
        line += f". Not reached: {seen.waiting} more, said to be theirs, until a second member agrees"
    if seen.destroys:
        line += f". It takes away, and we note it to give it back: {', '.join(seen.destroys)}"
    if seen.mode is Mode.OBSERVE:
        line += ". The service only observes there: nothing is changed"
    return line
