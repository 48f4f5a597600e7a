"""Marks of a whole case: retaliation, bad faith, a counter-report, and that an account's owner has it back.

Policy: P-2.8, P-2.9, P-3.3.
"""

from typing import Final

from guardian.services.cases.marks import agree_to_mark, mark_case, take_mark_back
from guardian.web.console.case_forms import CaseForm, SentForm
from guardian.web.console.inputs import choice_of
from rules.case_marks import CaseMarkKind

MARKS: Final = (
    (CaseMarkKind.RETALIATION.value, "it is retaliation for a report in another case, which is a violation of its own"),
    (CaseMarkKind.COUNTER_REPORT.value, "it is a counter-report to another case"),
    (CaseMarkKind.BAD_FAITH.value, "it was reported in bad faith (a second member has to agree)"),
    (CaseMarkKind.RECOVERED.value, "the owner has the account back (a second member has to agree)"),
)


async def _mark(sent: SentForm) -> None:
    kind = choice_of(CaseMarkKind, sent.form, "mark-kind")
    await mark_case(sent.app, sent.by, sent.case, kind, sent.text("mark-reason"), sent.text("mark-other"))


async def _agree(sent: SentForm) -> None:
    await agree_to_mark(sent.app, sent.by, sent.case, sent.ids["mark"])


async def _take_back(sent: SentForm) -> None:
    await take_mark_back(sent.app, sent.by, sent.case, sent.ids["mark"])


MARK_FORMS: Final = (
    CaseForm(
        path="/marks",
        act=_mark,
        said="Marked; those who may know of it are told.",
        beside="mark-reason",
        beside_by_code={"mark-kind": "mark-kind", "no_other": "mark-other"},
    ),
    CaseForm(path="/marks/{mark}/agree", act=_agree, said="Agreed: the mark counts from now on."),
    CaseForm(path="/marks/{mark}/take-back", act=_take_back, said="The mark is taken back."),
)
