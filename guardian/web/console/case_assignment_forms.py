"""Who has a case in hand and who hears of it: take it, accept it, pass the contact on, open it to all, mark it."""

from typing import Final

from guardian.ids import MemberId
from guardian.services.cases.assignment import hand_over_contact, take_case
from guardian.services.cases.evasion import mark_evasion
from guardian.services.conflicts.audience import open_to_all
from guardian.services.deliberation.risk import mark_risk
from guardian.services.escalation.escalations import accept_escalation
from guardian.services.notes.bias import state_bias
from guardian.web.console.case_forms import CaseForm, SentForm


async def _take(sent: SentForm) -> str:
    return f"Noted: you have {await take_case(sent.app, sent.by, sent.case)} in hand."


async def _accept(sent: SentForm) -> None:
    await accept_escalation(sent.app, sent.by, sent.case)


async def _hand_over(sent: SentForm) -> None:
    await hand_over_contact(sent.app, sent.by, sent.case, MemberId(sent.text("hand-over-to")))


async def _state_bias(sent: SentForm) -> None:
    await state_bias(sent.app, sent.by, sent.case, sent.text("bias"))


async def _open_to_all(sent: SentForm) -> None:
    await open_to_all(sent.app, sent.by, sent.case)


async def _mark_risk(sent: SentForm) -> None:
    at_risk = sent.text("risk") == "yes"
    await mark_risk(sent.app, sent.by, sent.case, at_risk=at_risk, reason=sent.text("risk-reason"))


async def _mark_evasion(sent: SentForm) -> None:
    evades = sent.text("evasion") == "yes"
    await mark_evasion(sent.app, sent.by, sent.case, evades=evades, reason=sent.text("evasion-reason"))


ASSIGNMENT_FORMS: Final = (
    CaseForm(path="/take", act=_take),
    CaseForm(
        path="/accept", act=_accept, said="You have accepted by name what was passed on. Whoever passed it on is told."
    ),
    CaseForm(
        path="/hand-over",
        act=_hand_over,
        said="They speak to the reporter from now on; both are told.",
        beside="hand-over-to",
    ),
    CaseForm(path="/bias", act=_state_bias, said="Kept. The others on the case are told.", beside="bias"),
    CaseForm(
        path="/open-to-all", act=_open_to_all, said="Every member without a conflict knows of this case from now on."
    ),
    CaseForm(path="/risk", act=_mark_risk, said="Noted, with what you wrote.", beside="risk-reason"),
    CaseForm(
        path="/evasion", act=_mark_evasion, said="Noted; the others on the case are told.", beside="evasion-reason"
    ),
)
