"""The steps before a decision holds, and what holds afterwards: hear, skip, enact, close and open again."""

from typing import Final

from guardian.errors import NotFound
from guardian.ids import DecisionId
from guardian.notices.acknowledgement import format_datetime
from guardian.services.decisions.closing import close, reopen
from guardian.services.decisions.enactment import EnactmentResult, enact
from guardian.services.deliberation.procedure import begin_hearing, confirm_skip, request_skip
from guardian.services.records.sheet import state_types
from guardian.web.console.case_forms import CaseForm, SentForm
from guardian.web.console.inputs import choice_of
from rules.procedure import Step
from rules.violation_types import ViolationType

_NO_LETTER: Final = "The letter to the person waits for a second member before they are told: it stands under Texts."


async def _hear(sent: SentForm) -> str:
    return await begin_hearing(sent.app, sent.by, sent.case)


async def _request_skip(sent: SentForm) -> str:
    step = choice_of(Step, sent.form, "skip-step")
    return await request_skip(sent.app, sent.by, sent.case, step, sent.text("skip-reason"))


async def _confirm_skip(sent: SentForm) -> str:
    if sent.ids["step"] not in list(Step):
        raise NotFound
    return await confirm_skip(sent.app, sent.by, sent.case, Step(sent.ids["step"]))


async def _close(sent: SentForm) -> str:
    """What the case was is chosen by people or left open in plain sight; nothing is guessed. Policy: P-10.4."""
    review, chosen = sent.day("close-review"), sent.form.all("close-types")
    if types := tuple(each for each in ViolationType if each.value in chosen):
        await state_types(sent.app, sent.by, sent.case, types)
    return await close(sent.app, sent.by, sent.case, sent.text("close-outcome"), review)


async def _reopen(sent: SentForm) -> str:
    return await reopen(sent.app, sent.by, sent.case, sent.text("reopen-reason"))


async def enact_decision(sent: SentForm) -> str:
    """Put in force the decision that the member was shown, and tell them what follows."""
    seen = DecisionId(sent.ids["decision"])
    return _enacted(await enact(sent.app, sent.by, sent.case, unread=sent.is_ticked("enact-unread"), seen=seen))


def _enacted(done: EnactmentResult) -> str:
    told = [f"The decision in {done.code_name} is in force."]
    if done.waits_for_reading:
        told.append(_NO_LETTER)
    if done.in_force_from is not None:
        until = format_datetime(done.in_force_from)
        told.append(f"The spaces hold it as soon as the person has been told, and from {until} anyway.")
    return "\n\n".join(told)


PROCEDURE_FORMS: Final = (
    CaseForm(path="/hear", act=_hear),
    CaseForm(
        path="/skip",
        act=_request_skip,
        beside="skip-reason",
        beside_by_code={"skip-step": "skip-step", "not_skippable": "skip-step"},
    ),
    CaseForm(path="/skip/{step}/confirm", act=_confirm_skip),
    CaseForm(
        path="/close",
        act=_close,
        beside="close-outcome",
        beside_by_code={"date": "close-review", "review_date": "close-review"},
    ),
    CaseForm(path="/reopen", act=_reopen, beside="reopen-reason"),
)
ENACT_FORM: Final = CaseForm(
    path="/enact/{decision}", act=enact_decision, beside_by_code={"letter_unread": "enact-unread"}
)
