"""The words that templates choose by a fact: plain sentences for kinds, causes and results. No templates, no layout.

Keys are the values of the facts, as the desk writes them; a value that is not here is worded without it.
"""

from collections.abc import Mapping
from typing import Final

from guardian.notices.values import News
from rules.ladder import Outcome, ReadmissionAsks
from rules.precedence import Restriction

Words = Mapping[str, str]

CASE_NEWS: Final[Words] = {
    News.ADDITION: "Something has been added to this case.",
    News.WISH: "A reporter asks for something. Please read it before you take the next step.",
    News.WITHDRAWN: "A reporter has withdrawn. Please read it before you take the next step.",
    News.PERSON_NAMED: "A reported person has been named in this case.",
    News.ACCOUNT_LINKED: "An account has been linked to a person of this case.",
    News.CONFLICT: (
        "Somebody who takes no part in this case has named, or linked an account to, a person whom it protects. Please "
        "look at what they did."
    ),
    News.CONFLICT_DECIDED: "What you raised in this case has been decided.",
    News.RISK_MARKED: "A member has marked something in this case. Please read it before you answer a proposal.",
    News.RECUSAL: "A member takes no part in this case any more.",
    News.ADMITTED: "A member may take part in this case from now on.",
    News.TAKEN: "Somebody has this case in hand. Nobody is called about it any more.",
    News.CONTACT_CHANGED: "The reporter has another contact person from now on.",
    News.TO_BOARD: "This case lies with the Board.",
    News.FROM_BOARD: "The Board has answered in this case.",
    News.HEARING_BEGUN: "The hearing has begun.",
    News.HEARD: "The person who was asked has answered.",
    News.HEARING_OVER: "The time for the hearing is over.",
    News.ASKED_FOR_VIEWS: "The reporters have been asked for their views.",
    News.FEEDBACK_OVER: "The time for the reporters' views is over.",
    News.STEP_SKIPPED: "A step of this case has been skipped. Who asked, who agreed and why is with the case.",
    News.TEXT_READ: "A text has been read by a second member.",
    News.ANSWER: "An answer has come in.",
    News.DECIDED: "A decision has been made.",
    News.ENACTED: "What was decided is being carried out.",
    News.UNSETTLED: "A decision is open again, because what counts towards it has changed.",
    News.CLOSED: "The case is closed.",
    News.FILED: "The case is closed.",
    News.REOPENED: "The case is open again.",
    News.RECONSIDER: "Somebody asks for the decision to be looked at again.",
    News.ACCOUNT_GIVEN: "Whoever acted alone has said what happened.",
}
RESULTS: Final[Words] = {
    "agreed": "The proposal is agreed.",
    "with_board": "The proposal was not agreed in time. The Board decides.",
    "not_approved": "The proposal was not approved.",
    "withdrawn": "The proposal has been withdrawn.",
    "board": "The Board has decided this case.",
}
REVIEW_RESULTS: Final[Words] = {
    "ratified": "The act stands, with a term.",
    "changed": "The act stands in another form.",
    "reversed": "The act is reversed: what it restricted is lifted everywhere.",
    "lapsed": "Nobody settled the review of the act in time, so what it restricted has ended.",
}
BOARD_CAUSES: Final[Words] = {
    "review": "The review of an act lies with the Board.",
    "approval": "A proposal in this case needs the organisers' approval.",
    "readmission_late": "A request to return was not answered in time, and lies with the Board now.",
    "not_agreed": "The group did not come to an agreement in time. The Board decides this case.",
    "reconsideration": "Somebody asks the Board to look at a decision again.",
    "reminder": "This case still waits for the Board's answer.",
}
BOARD_ASKS: Final[Words] = {"answer": "its answer", "motion": "the motion", "reconsider": "what comes of it"}
STOPS: Final[Words] = {
    "stopped": "A member has been stopped from acting alone until the group has looked at it.",
    "kept": "The group has looked at a stop, and it stays.",
    "ended": "The group has looked at a stop, and it has ended: the member may act alone again.",
}
PROMISES: Final[Words] = {
    "first_answer": "The reporter waits for a first answer.",
    "substantive_answer": "The reporter waits for an answer on what becomes of the report.",
    "resolution": "The reporter waits for the resolution, or for word on when to expect it.",
    "danger_page": "Somebody may be in danger, and nobody has this case in hand yet.",
    "proposal_closes": "A proposal waits for answers.",
    "feedback": "The time for the reporters' views runs out.",
    "second_reading": "A text waits for a second reader.",
    "account": "An act waits for the account of whoever took it.",
    "review": "An act waits for its review.",
    "readmission_answer": "A request to return waits for an answer.",
    "case_review": "This case is to be looked at once more.",
    "hearing": "The time for the hearing runs out.",
    "board_answer": "This case waits for the Board's answer.",
    "conflict": "This case waits for a word on whether somebody may take part.",
}
ALARMS: Final[Words] = {
    "lifted_again": "Somebody keeps lifting by hand what the group had decided. Please speak with them.",
    "brake": "The service has stopped placing restrictions until you have looked at it.",
}
REPORTER_HEADINGS: Final[Words] = {
    News.ANSWER: "An answer to you",
    News.ASKED_FOR_VIEWS: "Your view is asked for",
    News.DECIDED: "There is a decision",
    News.CLOSED: "How it ended",
    News.FILED: "How it ended",
    News.CONTACT_CHANGED: "Your contact person",
}
REPORTER_NEWS: Final[Words] = {
    News.CONTACT_CHANGED: "Another member of the group is your contact person from now on.",
    News.ASKED_FOR_VIEWS: (
        "The group has come to a view of what should follow from your report. Before it is carried out, you can say "
        "here what you think, and whether something in it would put you or somebody else at risk."
    ),
    News.DECIDED: "The group has come to a decision on what you reported, and it is being carried out now.",
    News.CLOSED: (
        "What follows from your report has been carried out, and the matter is closed. It is opened again if you tell "
        "us something new. Thank you for speaking up."
    ),
    News.FILED: (
        "The group has read what you sent for its file and keeps it there, and the matter is closed. It is opened again "
        "if you tell us something new. Thank you for letting us know."
    ),
    News.REOPENED: "The matter has been opened again.",
}

VIOLATIONS: Final = frozenset(
    {Outcome.WARNING, Outcome.SHORT_SUSPENSION, Outcome.EXTENDED_SUSPENSION, Outcome.PERMANENT_BAN}
)
_FOUND: Final = (
    "Something that you did or wrote was reported to them. They have looked at it, and found that it goes against the "
    "code of conduct."
)
FINDINGS: Final[Words] = {
    **dict.fromkeys(VIOLATIONS, _FOUND),
    Outcome.NO_VIOLATION: (
        "Something that you did or wrote was reported to them. They have looked at it, and found nothing in it that "
        "goes against the code of conduct."
    ),
    Outcome.OUT_OF_SCOPE: "Something was reported to them that is not theirs to decide.",
    Outcome.NO_ACTION: "Something was reported to them. They have looked at it, and leave it there.",
}
RESTRICTIONS: Final[Words] = {
    Restriction.MUTED: "You can read along, but not write",
    Restriction.SUSPENDED: "You cannot take part",
    Restriction.BANNED: "You cannot take part any more",
}
RETURNS: Final[Words] = {
    ReadmissionAsks.NOTHING: "Access returns by itself at the end; you need not ask.",
    ReadmissionAsks.REQUEST: (
        "Access does not return by itself: towards the end you can ask for it on your personal page, and you get an "
        "answer."
    ),
    ReadmissionAsks.REQUEST_AND_CONDITIONS: (
        "Access does not return by itself: towards the end you can ask for it on your personal page. The group then "
        "looks at whether what is expected of you has been met, and you get an answer."
    ),
    ReadmissionAsks.NEVER_OPENS: "This has no end.",
}
RELEASES: Final[Words] = {
    "term_over": "the term of your restriction is over.",
    "term_ended": "the term of your restriction is over.",
    "readmission": "your request to return has been granted.",
    "reversal": "the group has looked at the restriction of your access, and has lifted it.",
    "stopped": "the restriction of your access has been lifted. The group still looks at how it came about.",
    "lapsed": "the restriction of your access has ended, because the group has not confirmed it.",
    "reconsidered": "the decision was looked at again, and the restriction of your access has been lifted.",
}

PHRASES: Final[Mapping[str, Words | frozenset[Outcome]]] = {
    "case_news": CASE_NEWS,
    "results": RESULTS,
    "review_results": REVIEW_RESULTS,
    "board_causes": BOARD_CAUSES,
    "board_asks": BOARD_ASKS,
    "stops": STOPS,
    "promises": PROMISES,
    "alarms": ALARMS,
    "reporter_headings": REPORTER_HEADINGS,
    "reporter_news": REPORTER_NEWS,
    "violations": VIOLATIONS,
    "findings": FINDINGS,
    "restrictions": RESTRICTIONS,
    "returns": RETURNS,
    "releases": RELEASES,
}
"""By the names that templates know them by: `words.returns`, and so on."""
