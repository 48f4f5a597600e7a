"""Conflicts of interest in one case: step back, say that another may have to, and decide on what was said."""

from typing import Final

from guardian.errors import Refused
from guardian.ids import MemberId, ReportId
from guardian.services.conflicts.conflict_claims import decide_conflict, raise_conflict
from guardian.services.conflicts.recusal import decide_pending_exclusion, recuse
from guardian.services.reports.csam import clear_csam_claim, mark_csam
from guardian.web.console.case_forms import CaseForm, SentForm
from guardian.web.console.inputs import choice_of
from rules.conflicts import ConflictReason

CONFLICT_REASONS: Final = (
    (ConflictReason.INVOLVED.value, "involved in it"),
    (ConflictReason.PERSONAL_RELATIONSHIP.value, "a personal relationship"),
    (ConflictReason.SAME_EMPLOYER.value, "the same employer"),
    (ConflictReason.PRIVATE_INFORMATION.value, "private information"),
    (ConflictReason.OTHER.value, "another reason (please write it)"),
)


def _answer(sent: SentForm, name: str) -> bool:
    if sent.text(name) not in ("yes", "no"):
        raise Refused("no_answer", "Please choose an answer.", "P-4.1")
    return sent.text(name) == "yes"


async def _recuse(sent: SentForm) -> str:
    code_name = await recuse(
        sent.app, sent.by, sent.case, choice_of(ConflictReason, sent.form, "recuse-reason"), sent.text("recuse-words")
    )
    return f"You do not see {code_name} any more, from this instant. Thank you for saying so."


async def _send_out(sent: SentForm) -> None:
    reason, who = choice_of(ConflictReason, sent.form, "send-out-reason"), MemberId(sent.text("send-out-who"))
    await recuse(sent.app, sent.by, sent.case, reason, sent.text("send-out-words"), who)


async def _raise(sent: SentForm) -> None:
    about, reason = MemberId(sent.text("conflict-who")), choice_of(ConflictReason, sent.form, "conflict-reason")
    await raise_conflict(sent.app, sent.by, sent.case, about, reason, sent.text("conflict-words"))


async def _decide(sent: SentForm) -> None:
    member = MemberId(sent.ids["member"])
    steps_back, reason = _answer(sent, f"steps-back-{member}"), sent.text(f"decide-{member}")
    await decide_conflict(sent.app, sent.by, sent.case, member, steps_back=steps_back, reason=reason)


async def _decide_exclusion(sent: SentForm) -> None:
    member = MemberId(sent.ids["member"])
    takes_part, reason = _answer(sent, f"takes-part-{member}"), sent.text(f"hold-out-{member}")
    await decide_pending_exclusion(sent.app, sent.by, sent.case, member, stays_out=not takes_part, reason=reason)


async def _mark_csam(sent: SentForm) -> None:
    report = ReportId(sent.ids["report"])
    if not sent.is_ticked(f"minors-{report}"):
        raise Refused("not_sure", "Please tick that you are sure: it cannot be undone.", "P-2.7")
    await mark_csam(sent.app, sent.by, sent.case, report)


async def _clear_csam(sent: SentForm) -> None:
    await clear_csam_claim(sent.app, sent.by, sent.case, ReportId(sent.ids["report"]))


CONFLICT_FORMS: Final = (
    CaseForm(
        path="/step-back",
        act=_recuse,
        beside="recuse-words",
        beside_by_code={"recuse-reason": "recuse-reason"},
        leaves=True,
    ),
    CaseForm(
        path="/send-out",
        act=_send_out,
        beside="send-out-words",
        beside_by_code={"send-out-reason": "send-out-reason"},
        said="They do not see this case any more, from this instant. Please tell them yourself.",
    ),
    CaseForm(
        path="/conflict",
        act=_raise,
        beside="conflict-words",
        beside_by_code={"conflict-reason": "conflict-reason"},
        said="Those who decide on it have been told, and nobody else. Until then nothing changes here.",
    ),
    CaseForm(
        path="/conflict/{member}/decide",
        act=_decide,
        beside="decide-{member}",
        beside_by_code={"no_answer": "steps-back-{member}"},
        said="Your word on it is kept with the case.",
    ),
    CaseForm(
        path="/held-out/{member}/decide",
        act=_decide_exclusion,
        beside="hold-out-{member}",
        beside_by_code={"no_answer": "takes-part-{member}"},
        said="Your word on it is kept with the case.",
    ),
)
REPORT_FORMS: Final = (
    CaseForm(
        path="/reports/{report}/minors",
        act=_mark_csam,
        said="Noted: the page shows what has come of it.",
        beside="minors-{report}",
    ),
    CaseForm(
        path="/reports/{report}/no-minors",
        act=_clear_csam,
        said="The evidence is shown again.",
        beside="minors-{report}",
    ),
)
