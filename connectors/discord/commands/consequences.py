"""A consequence as it is chosen on Discord: by options of a command and a form, for the group and for the Board alike."""

from dataclasses import dataclass
from typing import Final

from discord.app_commands import Choice

from connectors.discord.commands import formatting
from connectors.discord.components import Form, TextField, custom_id
from connectors.discord.modal_values import ModalValues
from guardian.cases.proposals import Consequence
from guardian.errors import NotFound
from rules.ladder import Outcome
from rules.policy import OnTermEnd
from rules.precedence import Restriction

RETURN: Final = "return"
NO_RETURN: Final = "no-return"
MUTE: Final = "mute"

CHOICES: Final = [
    Choice(name="1: warning", value=Outcome.WARNING.value),
    Choice(name="2: short suspension (give the days)", value=Outcome.SHORT_SUSPENSION.value),
    Choice(name="3: extended suspension (give the days)", value=Outcome.EXTENDED_SUSPENSION.value),
    Choice(name="4: permanent ban", value=Outcome.PERMANENT_BAN.value),
    Choice(name="no violation", value=Outcome.NO_VIOLATION.value),
    Choice(name="out of scope", value=Outcome.OUT_OF_SCOPE.value),
    Choice(name="no action", value=Outcome.NO_ACTION.value),
    Choice(name="facilitated talk (everybody consents)", value=Outcome.FACILITATED_COMMUNICATION.value),
    Choice(name="referral to the moderators", value=Outcome.REFERRAL.value),
    Choice(name="other, without a restriction", value=Outcome.OTHER.value),
    Choice(name="other: muted (give the days)", value=MUTE),
    Choice(name="request to return: yes", value=RETURN),
    Choice(name="request to return: no", value=NO_RETURN),
]
AT_END: Final = [
    Choice(name="access returns by itself", value=OnTermEnd.LIFT.value),
    Choice(name="the person may ask to return", value=OnTermEnd.AWAIT_READMISSION.value),
]
DESCRIPTIONS: Final = {
    "outcome": "What it comes to",
    "days": "For how many days, where it has a term",
    "person": formatting.PERSON,
    "at_end": "What the end of the term brings; left out: as the policy says",
    "spaces": "Only for a muting: in which spaces, with commas between them",
    "legal": "Is it a legal matter?",
    "removal": "Does it take somebody out of an event, a group or a role?",
}
_CONDITIONS_HINT: Final = "They stand in the drafted letter as well. For a return: how they are met."
_IMPACT_HINT: Final = "Without names. Left out, the letter says it in general words."
_RESTRICTION: Final = {
    Outcome.SHORT_SUSPENSION: Restriction.SUSPENDED,
    Outcome.EXTENDED_SUSPENSION: Restriction.SUSPENDED,
    Outcome.PERMANENT_BAN: Restriction.BANNED,
}
_KINDS: Final = tuple(choice.value for choice in CHOICES)
_ENDS: Final = ("", *(choice.value for choice in AT_END))


@dataclass(frozen=True, slots=True)
class ConsequenceChoice:
    """What was chosen by the options of a command, before the form adds its words."""

    case: str
    outcome: str
    days: int = 0
    person: str = ""
    at_end: str = ""
    spaces: str = ""
    legal: bool = False
    removal: bool = False


def build_form(verb: str, title: str, choice: ConsequenceChoice) -> Form:
    """Return the form for the words of a consequence; it carries what was chosen before."""
    flags = f"{int(choice.legal)}.{int(choice.removal)}"
    where = f"{_KINDS.index(choice.outcome)}.{choice.days}.{_ENDS.index(choice.at_end)}.{flags}"
    fields = (
        TextField(
            name="summary",
            label="In neutral words: what was it?",
            required=False,
            hint="The letter to the person is drafted from it, and read by a second member before it goes.",
        ),
        TextField(name="impact", label="What did it do to others?", required=False, hint=_IMPACT_HINT),
        TextField(name="conditions", label="Conditions, if there are any", required=False, hint=_CONDITIONS_HINT),
    )
    return Form(title, custom_id(verb, choice.case, where, choice.person, choice.spaces), fields)


def parse_choice(arguments: tuple[str, ...]) -> ConsequenceChoice:
    """Return what a form carries, as `build_form` put it there."""
    if len(arguments) != 4:
        raise NotFound
    case, where, person, spaces = arguments
    kind, days, at_end, legal, removal = (int(part) for part in where.split("."))
    return ConsequenceChoice(
        case=case,
        outcome=_KINDS[kind],
        days=days,
        person=person,
        at_end=_ENDS[at_end],
        spaces=spaces,
        legal=bool(legal),
        removal=bool(removal),
    )


def to_consequence(choice: ConsequenceChoice, form: ModalValues) -> Consequence:
    """Return the consequence; whether it may be proposed is the service's to say."""
    readmit = {RETURN: True, NO_RETURN: False}.get(choice.outcome)
    outcome = Outcome.OTHER if choice.outcome in (RETURN, NO_RETURN, MUTE) else Outcome(choice.outcome)
    restriction = Restriction.MUTED if choice.outcome == MUTE else _RESTRICTION.get(outcome, Restriction.NONE)
    return Consequence(
        outcome=outcome,
        restriction=restriction,
        term=formatting.parse_days(choice.days),
        on_term_end=OnTermEnd(choice.at_end) if choice.at_end else None,
        spaces=formatting.parse_scope(choice.spaces),
        conditions=form.text("conditions").strip(),
        summary=form.text("summary").strip(),
        impact=form.text("impact").strip(),
        legal=choice.legal,
        consent_of_all=outcome is Outcome.FACILITATED_COMMUNICATION,
        readmit=readmit,
        removal=choice.removal,
    )
