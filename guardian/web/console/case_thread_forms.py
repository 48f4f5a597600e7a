"""What the group writes in a case for itself: its thread, whom it asked, its assessment and its findings.

Nothing is overwritten: a correction names the version that its writer has read. Policy: P-3.2, P-3.3.
"""

from typing import Final

from guardian.cases.notes import CaseAssessment, Findings, Inquiry, NoteKind, Violation
from guardian.ids import MemberId
from guardian.services.notes.determination import write_assessment, write_findings
from guardian.services.notes.thread import NoteInput, record_inquiry, write_note
from guardian.web.console.case_forms import CaseForm, SentForm
from guardian.web.console.inputs import choice_of

VIOLATIONS: Final = (
    (Violation.UNDECIDED.value, "not decided yet"),
    (Violation.YES.value, "yes"),
    (Violation.NO.value, "no"),
    (Violation.ACCOUNT_COMPROMISED.value, "somebody else used the account"),
)


async def _write(sent: SentForm) -> None:
    files = sent.form.evidence()
    mentions = tuple(MemberId(each) for each in sent.form.all("note-mentions"))
    kind = NoteKind.EVIDENCE if files else NoteKind.DISCUSSION
    await write_note(
        sent.app, sent.by, sent.case, NoteInput(sent.text("note-text"), kind=kind, mentions=mentions, files=files)
    )


async def _correct(sent: SentForm) -> None:
    note = sent.ids["note"]
    kind = choice_of(NoteKind, sent.form, "note-kind")
    await write_note(sent.app, sent.by, sent.case, NoteInput(sent.text(f"correct-{note}"), kind=kind, corrects=note))


async def _ask(sent: SentForm) -> None:
    asked_at = sent.day("inquiry-day") or sent.app.clock.now()
    who, question = sent.text("inquiry-who"), sent.text("inquiry-question")
    inquiry = Inquiry(who, asked_at, question, sent.text("inquiry-answer"))
    await record_inquiry(sent.app, sent.by, sent.case, inquiry)


async def _assess(sent: SentForm) -> None:
    parts = (sent.text("assess-jurisdiction"), sent.text("assess-impact"), sent.text("assess-risk"))
    corrects = sent.text("assess-version") or None
    await write_assessment(sent.app, sent.by, sent.case, CaseAssessment(*parts), corrects=corrects)


async def _find(sent: SentForm) -> None:
    findings = Findings(
        what_happened=sent.text("found-what"),
        violation=choice_of(Violation, sent.form, "found-violation"),
        responsible=sent.text("found-who"),
        ongoing=sent.text("found-ongoing"),
    )
    await write_findings(sent.app, sent.by, sent.case, findings, corrects=sent.text("found-version") or None)


THREAD_FORMS: Final = (
    CaseForm(path="/thread", act=_write, said="Written into the thread.", beside="note-text"),
    CaseForm(path="/thread/{note}/correct", act=_correct, said="Corrected; both stand.", beside="correct-{note}"),
    CaseForm(path="/inquiry", act=_ask, said="Kept.", beside="inquiry-who", beside_by_code={"date": "inquiry-day"}),
    CaseForm(path="/assessment", act=_assess, said="The assessment is kept.", beside="assess-jurisdiction"),
    CaseForm(path="/findings", act=_find, said="The findings are kept.", beside="found-what"),
)
