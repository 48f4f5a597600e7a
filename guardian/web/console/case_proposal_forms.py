"""A proposal and the ballots on it, and the Board's own answer: what was chosen in a form, as the use cases take it.

Policy: P-5.1 to P-5.3. Read `read_consequence` first.
"""

from typing import Final

from guardian.cases.proposals import Consequence, MarkKind
from guardian.errors import Refused
from guardian.ids import ProposalId
from guardian.services.decisions.board_answers import confirm_answer, record_answer
from guardian.services.deliberation.proposals import mark_proposal, propose, vote, withdraw
from guardian.services.motions.motion_reports import send_motion_report
from guardian.services.motions.motions import confirm_motion, record_motion
from guardian.web.console.case_forms import CaseForm, SentForm
from guardian.web.console.inputs import choice_of, days_of, spaces_of
from rules.conditions import AskedCondition, ConditionKind
from rules.ladder import Outcome
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import Restriction
from rules.quorum import Answer

RETURN: Final = "return"
NO_RETURN: Final = "no-return"
MUTE: Final = "mute"
RUNGS: Final = (
    (Outcome.WARNING.value, "1: a warning"),
    (Outcome.SHORT_SUSPENSION.value, "2: a short suspension"),
    (Outcome.EXTENDED_SUSPENSION.value, "3: an extended suspension"),
    (Outcome.PERMANENT_BAN.value, "4: a permanent ban"),
)
BESIDE_THE_LADDER: Final = (
    (Outcome.NO_VIOLATION.value, "no violation"),
    (Outcome.OUT_OF_SCOPE.value, "out of scope"),
    (Outcome.NO_ACTION.value, "no action"),
    (Outcome.FACILITATED_COMMUNICATION.value, "a facilitated talk, to which everybody in it consents"),
    (Outcome.REFERRAL.value, "a referral to the moderators"),
    (Outcome.ACCOUNT_COMPROMISED.value, "somebody else used the account: suspended until its owner has it back"),
    (MUTE, "muted for a time"),
    (Outcome.OTHER.value, "something else, without a restriction"),
)
ANSWERS_TO_A_REQUEST: Final = ((RETURN, "yes, they may return"), (NO_RETURN, "no, not yet"))
CONDITION_KINDS: Final = (
    ("", "nothing"),
    (ConditionKind.BEHAVIOUR.value, "a change of behaviour"),
    (ConditionKind.NO_CONTACT.value, "no contact with somebody"),
    (ConditionKind.APOLOGY.value, "an apology, through the group"),
    (ConditionKind.REPAIR.value, "making up for what was done"),
)
ASKED_ROWS: Final = ("asked-1", "asked-2", "asked-3")
_RESTRICTION: Final = {
    Outcome.SHORT_SUSPENSION: Restriction.SUSPENDED,
    Outcome.EXTENDED_SUSPENSION: Restriction.SUSPENDED,
    Outcome.PERMANENT_BAN: Restriction.BANNED,
    Outcome.ACCOUNT_COMPROMISED: Restriction.SUSPENDED,
}


def read_consequence(sent: SentForm, prefix: str) -> Consequence:
    """Return what was chosen in the fields of that prefix; whether it may be proposed is the use case's to say."""
    chosen = sent.text(f"{prefix}-outcome")
    outcome = _read_outcome(chosen)
    at_end = sent.text(f"{prefix}-at-end")
    return Consequence(
        outcome=outcome,
        restriction=Restriction.MUTED if chosen == MUTE else _RESTRICTION.get(outcome, Restriction.NONE),
        term=days_of(sent.form, f"{prefix}-days"),
        on_term_end=OnTermEnd(at_end) if at_end in list(OnTermEnd) else None,
        spaces=spaces_of(sent.form, f"{prefix}-spaces") if chosen == MUTE else None,
        conditions=sent.text(f"{prefix}-conditions"),
        asked=_read_asked(sent, prefix),
        summary=sent.text(f"{prefix}-summary"),
        impact=sent.text(f"{prefix}-impact"),
        legal=sent.is_ticked(f"{prefix}-legal"),
        readmit={RETURN: True, NO_RETURN: False}.get(chosen),
        removal=sent.is_ticked(f"{prefix}-removal"),
    )


def read_person(sent: SentForm, prefix: str) -> str | None:
    """Return the code name of whom it is about; None: the only one there is, or the matter as a whole."""
    return sent.text(f"{prefix}-person") or None


def _read_asked(sent: SentForm, prefix: str) -> tuple[AskedCondition, ...]:
    """What is asked of the person, one row of fields for each thing; a row of which nothing was chosen is none."""
    found = []
    for row in ASKED_ROWS:
        kind, words = sent.text(f"{prefix}-{row}-kind"), sent.text(f"{prefix}-{row}-words")
        if kind in list(ConditionKind):
            within = days_of(sent.form, f"{prefix}-{row}-days")
            by = sent.text(f"{prefix}-{row}-by") or None
            found.append(AskedCondition(ConditionKind(kind), words, within, by))
        elif words:
            raise Refused(f"{prefix}-{row}-kind", "Please choose what kind of thing is asked.", "P-5.2")
    return tuple(found)


def _read_outcome(chosen: str) -> Outcome:
    if chosen in (RETURN, NO_RETURN, MUTE):
        return Outcome.OTHER
    if chosen not in list(Outcome):
        raise Refused("no_outcome", "Please choose what it comes to.", "P-5.2")
    return Outcome(chosen)


async def _propose(sent: SentForm) -> None:
    wanted, person = read_consequence(sent, "propose"), read_person(sent, "propose")
    await propose(sent.app, sent.by, sent.case, wanted, person, sent.delivery("propose-form"))


async def _vote(sent: SentForm) -> None:
    proposal = ProposalId(sent.ids["proposal"])
    answer = choice_of(Answer, sent.form, f"answer-{proposal}")
    reason = sent.text(f"reason-{proposal}")
    severe = sent.is_ticked(f"severe-{proposal}")
    await vote(sent.app, sent.by, proposal, answer, severe=severe, reason=reason)


async def _mark(sent: SentForm) -> None:
    kind = MarkKind.LEGAL if sent.ids["mark"] == MarkKind.LEGAL else MarkKind.SEVERE
    await mark_proposal(sent.app, sent.by, ProposalId(sent.ids["proposal"]), kind)


async def _withdraw(sent: SentForm) -> None:
    await withdraw(sent.app, sent.by, ProposalId(sent.ids["proposal"]))


async def _record_answer(sent: SentForm) -> str:
    wanted, person = read_consequence(sent, "board"), read_person(sent, "board")
    return await record_answer(sent.app, sent.by, sent.case, wanted, person)


async def _confirm_answer(sent: SentForm) -> str:
    return await confirm_answer(sent.app, sent.by, sent.case, read=sent.text("read"))


async def _record_motion(sent: SentForm) -> str:
    answer = sent.text("motion")
    if answer not in ("yes", "no"):
        raise Refused("no_answer", "Please choose what the organisers have answered.", "P-5.1")
    return await record_motion(sent.app, sent.by, sent.case, granted=answer == "yes", read=sent.text("report"))


async def _confirm_motion(sent: SentForm) -> str:
    granted = sent.text("read") == "yes"
    return await confirm_motion(sent.app, sent.by, sent.case, granted=granted, read=sent.text("report"))


async def _send_motion_report(sent: SentForm) -> str:
    return await send_motion_report(sent.app, sent.by, sent.case, sent.text("motion-report"))


def _fields(prefix: str) -> dict[str, str]:
    """Where the rules' refusals of a consequence stand."""
    at_term = dict.fromkeys(("term", "restriction", f"{prefix}-days"), f"{prefix}-days")
    at_space = dict.fromkeys(("unknown_space", "cannot_hold", "scope"), f"{prefix}-spaces")
    at_conditions = dict.fromkeys(("conditions", "conditions_open"), f"{prefix}-conditions")
    at_rows = {name: name for row in ASKED_ROWS for name in (f"{prefix}-{row}-kind", f"{prefix}-{row}-days")}
    at_rows["condition"] = f"{prefix}-{ASKED_ROWS[0]}-words"
    return {**at_rows, **at_term, **at_space, **at_conditions, "no_person": f"{prefix}-person"}


PROPOSAL_FIELDS: Final = _fields("propose")
PROPOSAL_FORMS: Final = (
    CaseForm(
        path="/propose",
        act=_propose,
        said="Your proposal is before the group. Your own ballot counts as a yes.",
        beside="propose-outcome",
        beside_by_code=PROPOSAL_FIELDS,
    ),
    CaseForm(
        path="/proposals/{proposal}/vote",
        act=_vote,
        said="Your answer counts; you may change it until the proposal closes.",
        beside="answer-{proposal}",
    ),
    CaseForm(path="/proposals/{proposal}/mark/{mark}", act=_mark, said="Marked.", beside="answer-{proposal}"),
    CaseForm(
        path="/proposals/{proposal}/withdraw",
        act=_withdraw,
        said="Your proposal is taken back, and the case is open again.",
    ),
    CaseForm(path="/board-answer", act=_record_answer, beside="board-outcome", beside_by_code=_fields("board")),
    CaseForm(path="/board-answer/confirm", act=_confirm_answer),
    CaseForm(path="/motion/report", act=_send_motion_report, beside="motion-report"),
)
MOTION_FORMS: Final = (
    CaseForm(path="/motion", act=_record_motion, beside="motion"),
    CaseForm(path="/motion/confirm", act=_confirm_motion, beside="motion"),
)
"""The forms of the page that the organisers read before their motion."""
