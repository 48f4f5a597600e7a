"""A flag as a space reports it, and the submission that it becomes. Read `submission_from` first.

Policy: P-2.7, P-8.1.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from guardian.cases.reports import ReportChannel
from guardian.cases.submissions import EvidenceInput, Submission
from guardian.ids import SpaceName
from guardian.spaces.port import Account

FLAGGED_AS: Final = "flagged_as"
"""The answer that says as what somebody flagged a message, in the space's own word."""


@dataclass(frozen=True, slots=True)
class FlagInput:
    """A flag as a space reports it: `on` wrote what was flagged, `by` flagged it, `delivery` is the space's own id."""

    space: SpaceName
    delivery: str
    kind: str
    text: str = ""
    on: Account | None = None
    on_handle: str = ""
    link: str = ""
    by: Account | None = None
    written_at: datetime | None = None
    evidence: EvidenceInput | None = None
    by_handle: str = ""
    csam: bool = False
    files: tuple[EvidenceInput, ...] = ()


def submission_from(flag: FlagInput) -> Submission:
    """Return the flag as a report: its words, who wrote what was flagged, and the content itself as evidence.

    Policy: P-2.7.
    """
    flagged_content = flag.evidence or EvidenceInput(
        kind="message",
        link=flag.link,
        author=flag.on,
        author_handle=flag.on_handle,
        why_not="It was not fetched.",
        written_at=flag.written_at,
    )
    return Submission(
        channel=ReportChannel.FORUM_FLAG,
        what_happened=flag.text.strip() or "Somebody flagged this without words of their own.",
        who=flag.on_handle,
        answers={FLAGGED_AS: flag.kind} if flag.kind else {},
        reporter=flag.by,
        reporter_handle=flag.by_handle,
        evidence=(flagged_content, *flag.files),
        csam=flag.csam,
    )
