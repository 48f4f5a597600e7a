"""What a decision asks of its person, as members follow it up: met, or not met, and the other look at what is not.

Policy: P-5.2, P-6.2. Read `CONDITION_FORMS` first.
"""

from typing import Final

from guardian.errors import Refused
from guardian.services.decisions.conditions import check_condition, review_condition
from guardian.web.console.case_forms import CaseForm, SentForm


async def _check(sent: SentForm) -> str:
    condition = sent.ids["condition"]
    answer = sent.text(f"met-{condition}")
    if answer not in ("yes", "no"):
        raise Refused("no_answer", "Please choose whether it is met.", "P-5.2")
    evidence = sent.text(f"evidence-{condition}")
    return await check_condition(sent.app, sent.by, sent.case, condition, met=answer == "yes", evidence=evidence)


async def _review(sent: SentForm) -> str:
    condition = sent.ids["condition"]
    return await review_condition(sent.app, sent.by, sent.case, condition, sent.text(f"looked-{condition}"))


CONDITION_FORMS: Final = (
    CaseForm(path="/conditions/{condition}/check", act=_check, beside="evidence-{condition}"),
    CaseForm(path="/conditions/{condition}/review", act=_review, beside="looked-{condition}"),
)
