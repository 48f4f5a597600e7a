"""A facilitated talk on a case's page: who is asked, that it has taken place, or that it is ended.

Policy: P-5.3. Read `TALK_FORMS` first.
"""

from typing import Final

from guardian.ids import ReportId
from guardian.services.deliberation.talks import ask_reported, ask_reporter, end_talk, record_talk
from guardian.web.console.case_forms import CaseForm, SentForm


async def _ask_reporter(sent: SentForm) -> str:
    return await ask_reporter(sent.app, sent.by, sent.case, ReportId(sent.ids["report"]))


async def _ask_reported(sent: SentForm) -> str:
    return await ask_reported(sent.app, sent.by, sent.case, sent.ids["person"])


async def _record(sent: SentForm) -> str:
    return await record_talk(sent.app, sent.by, sent.case, sent.text("talk-words"))


async def _end(sent: SentForm) -> str:
    return await end_talk(sent.app, sent.by, sent.case)


TALK_FORMS: Final = (
    CaseForm(path="/talk/reports/{report}", act=_ask_reporter, beside="talk"),
    CaseForm(path="/talk/people/{person}", act=_ask_reported, beside="talk"),
    CaseForm(path="/talk/held", act=_record, beside="talk-words"),
    CaseForm(path="/talk/end", act=_end, beside="talk"),
)
