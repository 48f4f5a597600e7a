"""How long one case is kept: legal holds, and the yearly word on a case without a date: kept, or let go. Policy: P-9.5."""

from collections.abc import Mapping
from typing import Final

from guardian.errors import Refused
from guardian.services.retention.expunge_decisions import agree_to_expunge, propose_expunging
from guardian.services.retention.holds import end_hold, keep_for_another_year, place_hold
from guardian.web.console.case_forms import CaseForm, SentForm
from rules.retention import RetentionGround

RETENTION_WORDS: Final[Mapping[RetentionGround, str]] = {
    RetentionGround.NOT_UPHELD: "What was reported was not upheld.",
    RetentionGround.MINOR: "It was minor, and the only one.",
    RetentionGround.SERIOUS: "It was serious, so it has no day. The group looks at it every year.",
    RetentionGround.REPEATED: "The code was broken more than once, so it has no day. The group looks at it every year.",
    RetentionGround.OPEN: "An open case is not expunged.",
    RetentionGround.FLAGGED: "Events have to be told of it, so it has no day. The group looks at it every year.",
    RetentionGround.IN_FORCE: "What was decided in it still holds, so it is kept at least as long.",
    RetentionGround.NEW_REPORT: "A newer report about somebody in it has moved its day.",
    RetentionGround.LEGAL_HOLD: "The law asks us to keep it.",
    RetentionGround.ASKED_FOR: "Somebody has asked what is kept of them, and has time to read the answer.",
    RetentionGround.ERASURE: "Somebody asked that it go sooner, and it was agreed.",
    RetentionGround.LET_GO: "It has no day by itself, and two members agreed that it need not be kept.",
}


async def _hold(sent: SentForm) -> str:
    until = sent.day("hold-until")
    if until is None:
        raise Refused("hold_end", "Please name the day until which it has to be kept.", "P-9.5")
    return await place_hold(sent.app, sent.by, sent.case, until, sent.text("hold-reason"))


async def _end(sent: SentForm) -> str:
    return await end_hold(sent.app, sent.by, sent.case, sent.text("hold-end-reason"))


async def _keep(sent: SentForm) -> str:
    return await keep_for_another_year(sent.app, sent.by, sent.case, sent.text("keep-reason"))


async def _propose(sent: SentForm) -> str:
    return await propose_expunging(sent.app, sent.by, sent.case, sent.text("expunge-reason"))


async def _agree(sent: SentForm) -> str:
    return await agree_to_expunge(sent.app, sent.by, sent.case, sent.text("decision"))


_AT_THE_DAY: Final = {"hold_end": "hold-until", "date": "hold-until"}
RETENTION_FORMS: Final = (
    CaseForm(path="/expunge", act=_propose, beside="expunge-reason"),
    CaseForm(path="/expunge/agree", act=_agree),
    CaseForm(path="/hold", act=_hold, beside="hold-reason", beside_by_code=_AT_THE_DAY),
    CaseForm(path="/hold/end", act=_end, beside="hold-end-reason"),
    CaseForm(path="/keep", act=_keep, beside="keep-reason"),
)
