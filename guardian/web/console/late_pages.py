"""What is late, and what will be: every promise with its date in the cases that the member may know of, with filters.

Policy: P-2.4. Read `LatePages` first.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from guardian.cases.deadlines import DeadlineKind
from guardian.services.worklist.due_list import list_due
from guardian.web.console.console import Console, Visit
from rules.deadlines import DueState

LATE: Final = "/console/late"
WORDS: Final[Mapping[DeadlineKind, str]] = MappingProxyType(
    {
        DeadlineKind.FIRST_ANSWER: "First answer to the reporter",
        DeadlineKind.SUBSTANTIVE_ANSWER: "Fuller answer to the reporter",
        DeadlineKind.RESOLUTION: "Resolution, or a new date with the reason",
        DeadlineKind.PROPOSAL_CLOSES: "Ballots on a proposal",
        DeadlineKind.FEEDBACK: "The reporter's view of a decision",
        DeadlineKind.SECOND_READING: "Second reading of a text",
        DeadlineKind.STATEMENT: "Account of a member who acted alone",
        DeadlineKind.REVIEW: "Review of an act",
        DeadlineKind.LINK_DISPUTE: "Look at an account that is said not to be theirs",
        DeadlineKind.READMISSION_ANSWER: "Answer to a request to return",
        DeadlineKind.CASE_REVIEW: "Review of a closed case",
        DeadlineKind.HEARING: "The reported person's view",
        DeadlineKind.BLOCKED_TOTAL: "A restriction that does not hold everywhere",
        DeadlineKind.BOARD_ANSWER: "Answer of the Board",
        DeadlineKind.CONFLICT_CLAIM: "Decision about a conflict of interest",
        DeadlineKind.ACT_WORDS: "Words to somebody who was restricted at once",
        DeadlineKind.BOARD_REQUEST: "Answer to who asks the Board to look again",
        DeadlineKind.MEASURE_RECONSIDERATION: "Another look at a measure",
        DeadlineKind.NATIVE_REASON: "Reason for an act with a space's own menu",
        DeadlineKind.ACCEPTANCE: "Acceptance of what was passed on",
        DeadlineKind.AUDIENCE: "Opening a case to all members",
        DeadlineKind.MANUAL_TASK: "What somebody does by hand in a space",
        DeadlineKind.MANUAL_RELEASE: "What somebody lets go of by hand in a space",
        DeadlineKind.RETENTION_REVIEW: "Whether a case still has to be kept",
        DeadlineKind.DATA_REQUEST: "Answer to who asks about what is kept of them",
        DeadlineKind.MOTION_REPORT: "Report to the organisers before their motion",
        DeadlineKind.CONDITION: "What was asked of a person",
        DeadlineKind.UNMET_CONDITION: "Another look at what was not met",
        DeadlineKind.PAUSE_REVIEW: "A look at a pause of a space",
        DeadlineKind.CONTACT_QUESTION: "The reporter's word on writing to the person",
    }
)
STATES: Final = ((DueState.LATE, "Late"), (DueState.NEAR, "Due soon"), (DueState.AHEAD, "Ahead"))
_MOST: Final = 300


class LatePages:
    """Show what is owed by when."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._app = console.site.app

    def routes(self) -> Sequence[Route]:
        """Return the address of this page."""
        return [self._console.get(LATE, self._show)]

    async def _show(self, request: Request, visit: Visit) -> Response:
        every = await list_due(self._app, visit.by)
        kind, state = request.query_params.get("kind", ""), request.query_params.get("how", "")
        shown = [line for line in every if kind in ("", line.kind) and state in ("", line.state)]
        kinds, states = Counter(line.kind for line in every), Counter(line.state for line in every)
        return self._console.render(
            visit,
            "late.html",
            lines=[(line, words_of_deadline(line.kind)) for line in shown[:_MOST]],
            left_out=max(0, len(shown) - _MOST),
            kinds=[(str(each), words_of_deadline(each), kinds[each]) for each in DeadlineKind if kinds[each]],
            states=[(str(each), words, states[each]) for each, words in STATES if states[each]],
            kind=kind,
            state=state,
            total=len(every),
        )


def words_of_deadline(kind: DeadlineKind) -> str:
    """Return what is owed, in words."""
    return WORDS.get(kind, kind.replace("_", " "))
