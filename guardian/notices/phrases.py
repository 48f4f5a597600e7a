"""The words of notices to members that templates choose by a fact: for kinds, causes and results. No templates, no layout.

What people outside the groups read stands in the catalogues.

Keys are the values of the facts, as the services write them; a value that is not here is worded without it. Read
`PHRASES` first.
"""

from collections.abc import Mapping
from typing import Final

from guardian.notices.models import News
from rules.ladder import Outcome

Phrases = Mapping[str, str]

CASE_NEWS: Final[Phrases] = {
    News.NEW_DATE: "A new date has been set for when a reporter hears from you.",
    News.ADDITION: "Something has been added to this case.",
    News.MENTIONED: "Somebody asks for you by name in the thread of this case.",
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
    News.CASES_JOINED: "The reports of another case are part of this one now: they are one matter.",
    News.REPORT_PARTED: "A report was parted from another case and is a matter of its own.",
    News.CASE_MARKED: "A member has marked what this case has to do with another, or how it was reported.",
    News.EVASION_MARKED: "A member has marked whether this case is about getting round an earlier restriction.",
    News.CONTACT_LEFT: "Its contact person has left the group, and nobody speaks to the reporter: somebody take it.",
    News.ADVISER_ASKED: "An adviser is asked into this case. They read nothing of it before they have stated conflicts.",
    News.ADVISER_ANSWERED: "An adviser who is asked into this case has said whether they have a conflict.",
    News.TALK_ASKED: "Somebody has been asked whether they would take part in a talk. Nobody else is told of it.",
    News.TALK_ANSWERED: "Somebody has answered whether they would take part in a talk.",
    News.TALK_AGREED: "Everybody who was asked has consented to a talk, and each of them has been told so.",
    News.TALK_OFF: "The talk does not take place.",
    News.CONDITION_SAID_DONE: "The person says that something asked of them is done. Please see whether it is met.",
    News.CONDITION_MET: "Something asked of the person is met.",
    News.CONDITION_UNMET: (
        "Something asked of the person is not met. Nothing follows by itself: please look at it again together."
    ),
    News.ADVICE_GIVEN: "An adviser has written into this case.",
    News.BIAS_STATED: (
        "The contact person of this case has said what may bias them, or that they know of nothing. Please read it before "
        "you answer a proposal."
    ),
    News.BIAS_TO_STATE: (
        "You are the contact person of this case from now on. Tell the others on it at once what may bias you, such as "
        "knowing somebody in it; or that you know of nothing."
    ),
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
    News.EXPUNGING_PROPOSED: "A member proposes that it is expunged. Another one has to agree first.",
    News.EXPUNGING_AGREED: "Two members agree that it is expunged. Until its day, you can keep it on its page.",
    News.OBJECTION_GRANTED: "An objection was granted: it is kept shorter, or events are told less of it. Its page and its record say so.",
    News.ASK_BEFORE_CONTACT: "The reporter has been asked whether it is safe to write to the reported person.",
    News.MAY_CONTACT_NOW: "The reporter has answered, or the time to do so is over: the hearing can begin.",
    News.FEEDBACK_OVER: "The time for the reporters' views is over.",
    News.STEP_SKIPPED: "A step of this case has been skipped. Who asked, who agreed and why is with the case.",
    News.TEXT_READ: "A text has been read by a second member.",
    News.ANSWER: "An answer has come in.",
    News.DECIDED: "A decision has been made.",
    News.ENACTED: "What was decided is being carried out.",
    News.UNREVIEWED: "An act that was not reviewed in time has ended, and its reporters have been told so.",
    News.REPORT_BEFORE_MOTION: (
        "The group has agreed on what needs the organisers' motion. They read a confidential report first: one of you "
        "sends it, on the page of the case. Until then no motion can be recorded."
    ),
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
    News.DATA_ANSWERED: "Somebody who asked about what is kept of them has their answer.",
    News.DATA_LATE: "Somebody who asked about what is kept of them was told that the answer is late.",
    News.STATEMENT_GIVEN: "Whoever acted alone has said what happened.",
    News.HANDOFF_ACCEPTED: "What was passed on in this case has been accepted by somebody by name.",
    News.REFERRED: "Moderators have been asked to keep an eye on an account of this case.",
    News.REFERRAL_NOWHERE: (
        "The decision asks for moderators to keep an eye on somebody, but no account of theirs is known where somebody "
        "could do so. Once one is known, they are asked under “Passing on” of the console."
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
PAUSED: Final[Phrases] = {
    "invites": "invitations are paused",
    "direct_messages": "private messages between members are paused",
    "interactions": "only those known there take part",
    "pull_requests": "whoever may not write there has one pull request open at a time",
    "writing": "nobody writes for a while",
}
PAUSES: Final[Phrases] = {
    "begun": (
        "A member has paused this for the whole space, or a part of it, so that things can calm down. It is about nobody "
        "by name. Another member looks at it within a day and says whether it goes on."
    ),
    "kept": "Another member has looked at this pause. The end named here is the one that counts now.",
    "ended": "A member has ended this pause before its time. The space is being opened again.",
    "over": "This pause is over, and the space has said that nothing of it stands any more.",
    "opened_by_hand": "Somebody has opened this in the space itself before its time, so the pause has ended.",
    "blocked": "The space does not do what this pause asks of it. It is tried again and again.",
    "set_aside": "A member has looked and found that what this pause closed is not there any more. Nothing is tried any more.",
    "to_review": "This pause waits for another member to look at it: does it go on, or end now?",
    "review_late": "Nobody has looked at this pause in time. Please see to it.",
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
    "condition": "What was asked of the person is to be shown. Please see whether it is met.",
    "unmet_condition": "Something asked of the person is not met. Please look at it again; nothing follows by itself.",
    "hearing": "The time for the hearing runs out.",
    "contact_question": "The reporter has been asked whether it is safe to write to the reported person.",
    "board_answer": "This case waits for the Board's answer.",
    "conflict_claim": "This case waits for a word on whether somebody may take part.",
    "act_words": "A person has been told by when they read why somebody acted on them. Nobody has read those words yet.",
    "board_request": "A request that the Board looks at the decision again waits.",
    "measure_reconsideration": "A measure of moderators waits for another look.",
    "native_reason": "A restriction made with a space's own menu waits for its reason.",
    "link_dispute": "Somebody says that a linked account is not theirs, and waits for a look at it.",
    "data_request": "Somebody has asked about what is kept of them, and waits for an answer.",
    "acceptance": "What was passed on in this case waits for somebody to accept it by name.",
}
ALERTS: Final[Phrases] = {
    "lifted_again": "Somebody keeps lifting by hand what the group had decided. Please speak with them.",
    "brake": "The service has stopped placing restrictions until you have looked at it.",
}
VIOLATIONS: Final = frozenset(
    {Outcome.WARNING, Outcome.SHORT_SUSPENSION, Outcome.EXTENDED_SUSPENSION, Outcome.PERMANENT_BAN}
)
"""What is found to go against the code of conduct."""

PHRASES: Final[Mapping[str, Phrases]] = {
    "case_news": CASE_NEWS,
    "results": RESULTS,
    "review_results": REVIEW_RESULTS,
    "board_causes": BOARD_CAUSES,
    "board_asks": BOARD_ASKS,
    "stops": STOPS,
    "pauses": PAUSES,
    "paused": PAUSED,
    "raids": RAIDS,
    "promises": DEADLINES,
    "alarms": ALERTS,
}
"""By the names that templates know them by: `words.reinstatement_approvals`, and so on."""
