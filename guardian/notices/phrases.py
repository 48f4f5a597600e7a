"""The words that templates choose by a fact: plain sentences for kinds, causes and results. No templates, no layout.

Keys are the values of the facts, as the services write them; a value that is not here is worded without it. Read
`PHRASES` first.
"""

from collections.abc import Mapping
from typing import Final

from guardian.notices.models import News
from guardian.notices.results import Result
from rules.ladder import Outcome, ReadmissionRequirement
from rules.measures import MeasureReason
from rules.precedence import Restriction

Phrases = Mapping[str, str]

CASE_NEWS: Final[Phrases] = {
    News.NEW_DATE: "A new date has been set for when a reporter hears from you.",
    News.ADDITION: "Something has been added to this case.",
    News.CAME_BACK: "A mail to a reporter has come back undelivered: they were not told. Please find another way to them.",
    News.REQUEST: "A reporter asks for something. Please read it before you take the next step.",
    News.WITHDRAWN: "A reporter has withdrawn. Please read it before you take the next step.",
    News.PERSON_NAMED: "A reported person has been named in this case.",
    News.ACCOUNT_LINKED: "An account has been linked to a person of this case.",
    News.LINK_UNDONE: (
        "An account that had been linked to a person of this case is not theirs. The link is undone, and the account let go."
    ),
    News.LINK_KEPT: "A disputed account has been looked at again. The link stays.",
    News.PEOPLE_MERGED: "Two people of your cases are known to be one from now on. What holds on one holds for both.",
    News.PEOPLE_SPLIT: "Two people who were taken for one are two again. What holds on each stays theirs.",
    News.CONFLICT: (
        "Somebody who takes no part in this case has named, flagged or passed on a person whom it protects, or said whose "
        "accounts are theirs. Please look at what they did."
    ),
    News.RESTRICTED_UNAWARE: (
        "A person of this case has been restricted by somebody who may not know what this case knows: an earlier "
        "reversal, earlier measures, a role here, or that it is themselves. Please look at it now."
    ),
    News.RESTRICTED_IN_PART: (
        "An account of a person of this case has been restricted by somebody who may not know of the person's other "
        "accounts. Nothing was done there: whether it shall reach them is yours to decide."
    ),
    News.SAME_ACCOUNT: (
        "An account of a person of this case has been linked in another matter, by somebody who may not know of this "
        "one. Please look at whether the two belong together."
    ),
    News.CONFLICT_DECIDED: "What you raised in this case has been decided.",
    News.RISK_MARKED: "A member has marked something in this case. Please read it before you answer a proposal.",
    News.EVASION_MARKED: "A member has marked whether this case is about getting round an earlier restriction.",
    News.RECUSAL: "A member takes no part in this case any more.",
    News.ADMITTED: "A member may take part in this case from now on.",
    News.CASE_TAKEN: "Somebody has this case in hand. Nobody is called about it any more.",
    News.CONTACT_CHANGED: "The reporter has another contact person from now on.",
    News.TO_BOARD: "This case lies with the Board.",
    News.FROM_BOARD: "The Board has answered in this case.",
    News.HEARING_BEGUN: "The hearing has begun.",
    News.HEARD: "The person who was asked has answered.",
    News.HEARING_OVER: "The time for the hearing is over.",
    News.ASKED_FOR_VIEWS: "The reporters have been asked for their views.",
    News.ASK_BEFORE_CONTACT: "The reporter has been asked whether it is safe to write to the reported person.",
    News.MAY_CONTACT_NOW: "The reporter has answered, or the time to do so is over: the hearing can begin.",
    News.FEEDBACK_OVER: "The time for the reporters' views is over.",
    News.STEP_SKIPPED: "A step of this case has been skipped. Who asked, who agreed and why is with the case.",
    News.TEXT_READ: "A text has been read by a second member.",
    News.ANSWER: "An answer has come in.",
    News.DECIDED: "A decision has been made.",
    News.ENACTED: "What was decided is being carried out.",
    News.UNSETTLED: "A decision is open again, because what counts towards it has changed.",
    News.CLOSED: "The case is closed.",
    News.UNREVIEWED: "The act ended without having been reviewed in time. Its reporters have been told.",
    News.FILED: "The case is closed.",
    News.REOPENED: "The case is open again.",
    News.RECONSIDER: "Somebody asks for the decision to be looked at again.",
    News.BOARD_LACKS_OTHERS: (
        "A party has asked for the decision to be looked at again, and fewer than two of the Board had no part in it. "
        "Please see to it that others are seated: until then nobody may answer, and the request stays open."
    ),
    News.REQUEST_ANSWERED: "A request to look at a decision again came by mail and was answered.",
    News.STATEMENT_GIVEN: "Whoever acted alone has said what happened.",
    News.HANDOFF_ACCEPTED: "What was passed on in this case has been accepted by somebody by name.",
    News.REFERRED: "Moderators have been asked to keep an eye on an account of this case.",
    News.REFERRAL_NOWHERE: (
        "The decision asks for moderators to keep an eye on somebody, but no account of theirs is known where somebody "
        "could do so. Once one is known, /refer asks them."
    ),
    News.CSAM_CLAIMED: (
        "A member says that a report of this case may show sexual abuse of minors. Its evidence is shown to nobody until a "
        "second member has agreed that it is destroyed, or has said that it is no such thing. Please look."
    ),
    News.CSAM_CLEARED: (
        "A second member has said that a report of this case shows no sexual abuse of minors. Its evidence is shown again."
    ),
    News.CSAM: (
        "A report of this case is marked: what it shows may be sexual abuse of minors. Whatever of it was kept here is "
        "destroyed. The case says how to notify the platform and an authority."
    ),
    News.POSITION: "One of the two groups has said how it sees this case. Please read it before the next step.",
}
RESULTS: Final[Phrases] = {
    "agreed": "The proposal is agreed.",
    "with_board": "The proposal was not agreed in time. The Board decides.",
    "not_approved": "The proposal was not approved.",
    "withdrawn": "The proposal has been withdrawn.",
    "board": "The Board has decided this case.",
}
REVIEW_RESULTS: Final[Phrases] = {
    "ratified": "The act stands, with a term.",
    "changed": "The act stands in another form.",
    "reversed": "The act is reversed: what it restricted is lifted everywhere.",
    "lapsed": "Nobody settled the review of the act in time, so what it restricted has ended.",
}
BOARD_CAUSES: Final[Phrases] = {
    "review": "The review of an act lies with the Board.",
    "approval": "A proposal in this case needs the organisers' approval.",
    "readmission_late": "A request to return was not answered in time, and lies with the Board now.",
    "not_agreed": "The group did not come to an agreement in time. The Board decides this case.",
    "reconsideration": "Somebody asks the Board to look at a decision again.",
    "reminder": "This case still waits for the Board's answer.",
    "groups": (
        "The working group and the moderators did not agree in time. The Board decides this case; what each of them "
        "says stands with it."
    ),
}
BOARD_ASKS: Final[Phrases] = {"answer": "its answer", "motion": "the motion", "reconsider": "what comes of it"}
RAIDS: Final[Phrases] = {
    "announced": (
        "A member wants to restrict many accounts at once, because of a raid. Nobody is restricted until a second member "
        "agrees. If nobody does, nothing happens."
    ),
    "begun": (
        "Two members have announced a raid, and its accounts are being restricted. You are told of it this once, not for "
        "each account. The group looks at it within a day; what it then decides holds for all of them."
    ),
    "done": "Every account of the raid has been looked at. The list with what became of each is ready for you.",
}
STOPS: Final[Phrases] = {
    "stopped": "A member has been stopped from acting alone until the group has looked at it.",
    "upheld": "The group has looked at a stop, and it stays.",
    "ended": "The group has looked at a stop, and it has ended: the member may act alone again.",
}
DEADLINES: Final[Phrases] = {
    "first_answer": "The reporter waits for a first answer.",
    "substantive_answer": "The reporter waits for an answer on what becomes of the report.",
    "resolution": "The reporter waits for the resolution, or for word on when to expect it.",
    "danger_page": "Somebody may be in danger, and nobody has this case in hand yet.",
    "proposal_closes": "A proposal waits for answers.",
    "feedback": "The time for the reporters' views runs out.",
    "second_reading": "A text waits for a second reader.",
    "statement": "An act waits for the account of whoever took it.",
    "review": "An act waits for its review.",
    "readmission_answer": "A request to return waits for an answer.",
    "case_review": "This case is to be looked at once more.",
    "hearing": "The time for the hearing runs out.",
    "contact_question": "The reporter has been asked whether it is safe to write to the reported person.",
    "board_answer": "This case waits for the Board's answer.",
    "conflict_claim": "This case waits for a word on whether somebody may take part.",
    "act_words": "A person has been told by when they read why somebody acted on them. Nobody has read those words yet.",
    "board_request": "A request that the Board looks at the decision again waits.",
    "measure_reconsideration": "A measure of moderators waits for another look.",
    "native_reason": "A restriction made with a space's own menu waits for its reason.",
    "link_dispute": "Somebody says that a linked account is not theirs, and waits for a look at it.",
    "acceptance": "What was passed on in this case waits for somebody to accept it by name.",
}
ALERTS: Final[Phrases] = {
    "lifted_again": "Somebody keeps lifting by hand what the group had decided. Please speak with them.",
    "brake": "The service has stopped placing restrictions until you have looked at it.",
}
REPORTER_HEADINGS: Final[Phrases] = {
    News.ANSWER: "An answer to you",
    News.REQUEST_ANSWERED: "Your request to look again",
    News.ASKED_FOR_VIEWS: "Your view is asked for",
    News.ASK_BEFORE_CONTACT: "Before we write to anybody",
    News.NEW_DATE: "A new date",
    News.DECIDED: "There is a decision",
    News.CLOSED: "How it ended",
    News.FILED: "How it ended",
    News.CONTACT_CHANGED: "Your contact person",
}
REPORTER_NEWS: Final[Phrases] = {
    News.CONTACT_CHANGED: "Another member of the group is your contact person from now on.",
    News.ASKED_FOR_VIEWS: (
        "The group has come to a view of what should follow from your report. Before it is carried out, you can say "
        "here what you think, and whether something in it would put you or somebody else at risk."
    ),
    News.ASK_BEFORE_CONTACT: (
        "The group would like to hear the person whom you reported. Is that safe for you and others? Please say on this "
        "page that we may contact them, or that we should not do so yet. If we hear nothing from you in time, the group "
        "goes on with care; your name is never told to them."
    ),
    News.NEW_DATE: "It takes longer than we had said. We are sorry that you have to wait.",
    News.DECIDED: "The group has come to a decision on what you reported.",
    News.CLOSED: "The matter is closed. It is opened again if you tell us something new. Thank you for speaking up.",
    News.FILED: (
        "The group has read what you sent, and keeps it in its file. You said that the matter had been dealt with, so "
        "nothing more follows, and it is closed. It is opened again if you tell us something new. Thank you for letting "
        "us know."
    ),
    News.REOPENED: "The matter has been opened again.",
    News.UNREVIEWED: (
        "One member of the group had acted at once and restricted somebody. The others did not look at that in time, so "
        "it has ended, and the person can take part again. If that puts you or somebody else at risk, write to us here."
    ),
    News.REQUEST_ANSWERED: "You have written to us that a decision should be looked at again.",
}
_READ_ANYWAY: Final = "What you wrote lies with the case, and is read."
MAILED_REQUESTS: Final[Phrases] = {
    "taken": (
        "The Board has been asked to look at the decision again; nobody who took part in it answers. Until there is an "
        "answer, the decision stands."
    ),
    "asked_before": (
        f"You have asked for this once, and it was answered. {_READ_ANYWAY} If there is something that nobody knew when it "
        "was decided, the Board is asked all the same: say on your page what it is, or write again and begin the mail "
        "with the line “There is something new”."
    ),
    "asked_late": (
        f"The time to ask for this by itself is over. {_READ_ANYWAY} If there is something that nobody knew when it was "
        "decided, the Board is asked all the same: say on your page what it is, or write again and begin the mail with "
        "the line “There is something new”."
    ),
    "asked_lately": (
        f"You have asked for this not long ago, and it was answered, so that the Board is not asked anew. {_READ_ANYWAY} "
        "It can open the case again by itself, and your page says from when on you can ask once more."
    ),
    "words_late": (
        "We owe you the words of what the restriction of your access is about. Nobody has read them yet, and we are sorry."
    ),
    "nothing_decided": f"Nothing has been decided yet that could be looked at again. {_READ_ANYWAY}",
    "several_decided": (
        f"More than one thing was decided, so that we do not know which one you mean. {_READ_ANYWAY} Please ask on your "
        "page at the one that you mean, or write again with its reference."
    ),
}
"""What a party reads on a request by mail; whoever is refused learns what they can still do."""

PROPOSED: Final[Phrases] = {
    Result.WARNING: "a warning to the person whom this concerns, private and in writing",
    Result.SHORT_SUSPENSION: "a suspension, after which the person has to ask before they may return",
    Result.EXTENDED_SUSPENSION: (
        "an extended suspension, after which the person may return only if they ask and meet what is expected of them"
    ),
    Result.PERMANENT_BAN: "that the person may not take part any more, anywhere in the community",
    Result.MUTED: "that the person may read along, but not write",
    Result.RESTRICTED: "that the person may not take part in the places that it concerns",
    Result.NO_VIOLATION: "the finding that this does not go against the code of conduct, so that nothing follows",
    Result.OUT_OF_SCOPE: "the finding that this is not for the group to decide",
    Result.NO_ACTION: "that nothing more follows",
    Result.FACILITATED_COMMUNICATION: "a talk that somebody leads, if everybody whom it concerns consents",
    Result.REFERRAL: "that moderators keep an eye on the matter",
    Result.OTHER: "another step, which restricts nobody",
}
RESULTS_TO_REPORTERS: Final[Phrases] = {
    Result.WARNING: "The group has looked at what you reported, and has decided on a warning to the person.",
    Result.SHORT_SUSPENSION: (
        "The group has looked at what you reported, and has decided on a suspension, after which the person has to ask "
        "before they may return."
    ),
    Result.EXTENDED_SUSPENSION: (
        "The group has looked at what you reported, and has decided on an extended suspension, after which the person may "
        "return only if they ask and meet what is expected of them."
    ),
    Result.PERMANENT_BAN: (
        "The group has looked at what you reported, and has decided that the person may not take part any more, anywhere "
        "in the community."
    ),
    Result.MUTED: (
        "The group has looked at what you reported, and has decided that the person may read along, but not write."
    ),
    Result.RESTRICTED: (
        "The group has looked at what you reported, and has decided that the person may not take part in the places that "
        "it concerns."
    ),
    Result.NO_VIOLATION: (
        "The group has looked at what you reported, and has found that it does not go against the code of conduct. So "
        "nothing follows from it. That is not held against you: it was right to ask."
    ),
    Result.OUT_OF_SCOPE: (
        "The group has looked at what you reported, and has found that it is not for this group to decide. So it takes no "
        "step of its own. That is not held against you."
    ),
    Result.NO_ACTION: (
        "The group has looked at what you reported, and has decided that nothing more follows from it. That is not held "
        "against you. If you want to know more about why, ask on this page."
    ),
    Result.FACILITATED_COMMUNICATION: (
        "The group has looked at what you reported, and has decided to offer a talk that somebody leads. It takes place "
        "only if everybody whom it concerns consents, you too."
    ),
    Result.REFERRAL: (
        "The group has looked at what you reported, and has decided that moderators are asked to keep an eye on it."
    ),
    Result.OTHER: (
        "The group has looked at what you reported, and has decided on a step that restricts nobody. If you want to know "
        "more, ask on this page."
    ),
}
_CARRIED_OUT: Final = "What was decided on your report has been carried out."
CLOSED_TO_REPORTERS: Final[Phrases] = {
    **dict.fromkeys(Result, _CARRIED_OUT),
    Result.NO_VIOLATION: (
        "It was found that what you reported does not go against the code of conduct, so nothing follows from it."
    ),
    Result.OUT_OF_SCOPE: "It was found that what you reported is not for this group to decide.",
    Result.NO_ACTION: "It was decided that nothing more follows from what you reported.",
}

VIOLATIONS: Final = frozenset(
    {Outcome.WARNING, Outcome.SHORT_SUSPENSION, Outcome.EXTENDED_SUSPENSION, Outcome.PERMANENT_BAN}
)
_VIOLATION_FOUND: Final = (
    "Something that you did or wrote was reported to them. They have looked at it, and found that it goes against the "
    "code of conduct."
)
FINDINGS: Final[Phrases] = {
    **dict.fromkeys(VIOLATIONS, _VIOLATION_FOUND),
    Outcome.NO_VIOLATION: (
        "Something that you did or wrote was reported to them. They have looked at it, and found nothing in it that "
        "goes against the code of conduct."
    ),
    Outcome.OUT_OF_SCOPE: "Something was reported to them that is not theirs to decide.",
    Outcome.NO_ACTION: "Something was reported to them. They have looked at it, and leave it there.",
}
FINDINGS_ON_WORDS: Final[Phrases] = {
    **dict.fromkeys(VIOLATIONS, "They have looked at it, and found that it goes against the code of conduct."),
    Outcome.NO_VIOLATION: "They have looked at it, and found nothing in it that goes against the code of conduct.",
    Outcome.OUT_OF_SCOPE: "It is not theirs to decide.",
    Outcome.NO_ACTION: "They have looked at it, and leave it there.",
}
"""What was found, where what was looked at has been said before it."""
RESTRICTIONS: Final[Phrases] = {
    Restriction.MUTED: "You can read along, but not write",
    Restriction.SUSPENDED: "You cannot take part",
    Restriction.BANNED: "You cannot take part any more",
}
RETURNS: Final[Phrases] = {
    ReadmissionRequirement.NOTHING: "It ends by itself; you need not ask.",
    ReadmissionRequirement.REQUEST: (
        "Access does not return by itself: towards the end you can ask for it on your personal page, and you get an "
        "answer."
    ),
    ReadmissionRequirement.REQUEST_AND_CONDITIONS: (
        "Access does not return by itself: towards the end you can ask for it on your personal page. The group then "
        "looks at whether what is expected of you has been met, and you get an answer."
    ),
    ReadmissionRequirement.NEVER_OPENS: "This has no end.",
}
RELEASES: Final[Phrases] = {
    "term_over": "the term of your restriction is over.",
    "term_ended": "the term of your restriction is over.",
    "readmission": "your request to return has been granted.",
    "reversal": "the group has looked at the restriction of your access, and has lifted it.",
    "stopped": "the restriction of your access has been lifted. The group still looks at how it came about.",
    "lapsed": "the restriction of your access has ended, because the group has not confirmed it.",
    "others_ended": (
        "the restriction that still stood beside ours, and was not ours, has ended as well: nothing of it is left there."
    ),
    "reconsidered": "the decision was looked at again, and the restriction of your access has been lifted.",
}

MEASURES: Final[Phrases] = {
    "muted": "you can read along there, but not write",
    "suspended": "you cannot take part there",
    "locked": "a conversation there is closed",
    "hidden": "something that you wrote there is not shown without a click",
}
MEASURE_REASONS: Final[Phrases] = {
    MeasureReason.INSULTS: "insults.",
    MeasureReason.HARASSMENT: "harassment.",
    MeasureReason.SPAM: "spam or advertising.",
    MeasureReason.DERAILING: "a conversation was led away from its subject again and again.",
    MeasureReason.PRIVATE_INFORMATION: "private information of somebody was made public.",
    MeasureReason.UNSUITABLE: "content that does not belong there.",
    MeasureReason.COOLING_DOWN: "a heated conversation, to let it cool down.",
    MeasureReason.GUIDELINES: "the guidelines of the space.",
}

PHRASES: Final[Mapping[str, Phrases | frozenset[Outcome]]] = {
    "case_news": CASE_NEWS,
    "results": RESULTS,
    "review_results": REVIEW_RESULTS,
    "board_causes": BOARD_CAUSES,
    "board_asks": BOARD_ASKS,
    "stops": STOPS,
    "raids": RAIDS,
    "promises": DEADLINES,
    "alarms": ALERTS,
    "reporter_headings": REPORTER_HEADINGS,
    "reporter_news": REPORTER_NEWS,
    "mailed_requests": MAILED_REQUESTS,
    "proposed": PROPOSED,
    "results_to_reporters": RESULTS_TO_REPORTERS,
    "closed_to_reporters": CLOSED_TO_REPORTERS,
    "violations": VIOLATIONS,
    "findings": FINDINGS,
    "restrictions": RESTRICTIONS,
    "returns": RETURNS,
    "releases": RELEASES,
    "measures": MEASURES,
    "measure_reasons": MEASURE_REASONS,
}
"""By the names that templates know them by: `words.reinstatement_approvals`, and so on."""
