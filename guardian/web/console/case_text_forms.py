"""Texts to people outside the group: written beside the case, read by a second member in their place, never sent unread."""

from typing import Final

from guardian.cases.case import PartyRole
from guardian.cases.drafts import DraftKind
from guardian.errors import NotFound, Refused
from guardian.ids import DraftId
from guardian.services.decisions.drafts import DraftInput, approve_draft, rewrite_draft, withdraw_draft, write_draft
from guardian.services.deliberation.procedure import begin_hearing
from guardian.services.reports.projected_dates import project_resolution
from guardian.web.console.case_forms import CaseForm, SentForm

_APPROVED: Final = "Approved. It is sent now, or with what it belongs to: its place on this page says which."


async def _write(sent: SentForm) -> None:
    kind, to = sent.ids["kind"], sent.ids["to"]
    if kind not in list(DraftKind) or to not in list(PartyRole):
        raise NotFound
    written = DraftInput(
        DraftKind(kind), PartyRole(to), sent.text(f"text-{kind}-{to}"), sent.text(f"person-{kind}-{to}") or None
    )
    await write_draft(sent.app, sent.by, sent.case, written, sent.delivery("form"))


async def _approve(sent: SentForm) -> None:
    await approve_draft(sent.app, sent.by, DraftId(sent.ids["draft"]))


async def _approve_and_hear(sent: SentForm) -> str:
    """The text is read, and the hearing begins with it; where it may not begin yet, the text stays read."""
    await _approve(sent)
    try:
        return await begin_hearing(sent.app, sent.by, sent.case)
    except Refused as refused:
        return f"The text is approved. The hearing has not begun: {refused.sentence}"


async def _withdraw(sent: SentForm) -> None:
    await withdraw_draft(sent.app, sent.by, DraftId(sent.ids["draft"]))


async def _rewrite(sent: SentForm) -> None:
    draft = DraftId(sent.ids["draft"])
    await rewrite_draft(sent.app, sent.by, draft, sent.text(f"rewrite-{draft}"), sent.delivery("form"))


async def _expect(sent: SentForm) -> str:
    day = sent.day("expect-day")
    if day is None:
        raise Refused("date", "Please choose the day by which a resolution is expected.", "P-2.4")
    return await project_resolution(sent.app, sent.by, sent.case, day, sent.text("expect-why"))


TEXT_FORMS: Final = (
    CaseForm(
        path="/texts/{kind}/{to}",
        act=_write,
        said="Your text waits for a second member. Nobody outside the group sees it before.",
        beside="text-{kind}-{to}",
        beside_by_code={"no_person": "person-{kind}-{to}"},
    ),
    CaseForm(path="/drafts/{draft}/approve", act=_approve, said=_APPROVED, beside="draft-{draft}"),
    CaseForm(path="/drafts/{draft}/approve-and-hear", act=_approve_and_hear, beside="draft-{draft}"),
    CaseForm(
        path="/drafts/{draft}/withdraw", act=_withdraw, said="That text will not be sent.", beside="draft-{draft}"
    ),
    CaseForm(
        path="/drafts/{draft}/rewrite",
        act=_rewrite,
        said="Your words take the place of that text, and wait for a second member.",
        beside="rewrite-{draft}",
    ),
    CaseForm(path="/expected-by", act=_expect, beside="expect-day"),
)
