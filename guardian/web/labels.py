"""The words of the pages: what the fields of a report are called, and what stands for our own values.

Read `FILTERS` first.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from enum import Enum
from types import MappingProxyType
from typing import Any, Final

from guardian.cases.case import CaseKind, PartyRole
from guardian.cases.deadlines import DeadlineKind
from guardian.cases.drafts import DraftKind, DraftState
from guardian.cases.handoffs import Urgency
from guardian.cases.measures import MeasureKind
from guardian.cases.procedure import StepState
from guardian.cases.proposals import Consequence, ProposalResult
from guardian.cases.question_labels import GROUND_LABELS, answer_label, question_label
from guardian.cases.reports import ReportChannel
from guardian.cases.unilateral_acts import ActState, OutsideKind
from guardian.people.models import Group, Office, Trust
from guardian.sanctions.models import LiftingCause
from guardian.services.membership.checklists import MembershipChange
from guardian.spaces.pauses import PauseKind
from guardian.web.data_labels import DATA_LABELS
from rules.case_marks import CaseMarkKind
from rules.escalation import HandoffStatus, OutsideGround
from rules.ladder import Outcome, TermState
from rules.leaks import LeakKind
from rules.measures import MeasureReason
from rules.membership import LeavingGround
from rules.notification import NotificationState
from rules.pauses import PauseReason
from rules.precedence import Restriction
from rules.procedure import Step
from rules.quorum import Answer
from rules.unilateral import Ground, ReviewAnswer

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        CaseKind.REPORT: "a report",
        CaseKind.REVIEW: "the review of an act",
        CaseKind.READMISSION: "a request to return",
        CaseKind.LOCAL: "a local matter of the moderators",
        ReportChannel.DISCORD_COMMAND: "the report command in Discord",
        ReportChannel.DISCORD_MESSAGE: "a message reported in Discord",
        ReportChannel.DISCORD_MEMBER: "a member reported in Discord",
        ReportChannel.DISCORD_DIRECT: "what somebody wrote to us directly in Discord",
        ReportChannel.PAGE: "the report page",
        ReportChannel.MAIL: "a mail to the group's address",
        ReportChannel.VOICE: "a member, who was told it",
        ReportChannel.NATIVE_ACTION: "an act made with the space's own tools",
        ReportChannel.REFERRAL: "the working group, which asks moderators to keep an eye on an account",
        ReportChannel.ESCALATION: "moderators who passed it on",
        ReportChannel.FORUM_MESSAGE: "a private message on the forum, which its administrators can read",
        ReportChannel.FORUM_FLAG: "a flag on the forum",
        ReportChannel.GITHUB_MENTION: "a text on GitHub that mentions us, of which every watcher has been mailed a copy",
        PartyRole.REPORTER: "the reporter",
        PartyRole.REPORTED: "the reported person",
        PartyRole.AFFECTED: "an affected person",
        PartyRole.WITNESS: "a witness",
    }
)

STEPS: Final[Mapping[Step, str]] = MappingProxyType(
    {
        Step.BEHAVIOUR: "What was done is said to the person",
        Step.HEARING: "The reported person is heard",
        Step.FEEDBACK: "The reporter is asked for their view",
        Step.SECOND_READING: "A second member reads the message",
        Step.NOTIFY_REPORTER: "The reporter is told",
        Step.NOTIFY_REPORTED: "The reported person is told",
        Step.ENACT: "The decision takes hold in every space",
        Step.BOARD_REPORT: "The Board has its report",
    }
)
STEP_STATES: Final[Mapping[StepState, str]] = MappingProxyType(
    {
        StepState.PENDING: "not begun",
        StepState.UNDER_WAY: "under way",
        StepState.SKIP_REQUESTED: "a second member is asked to skip it",
        StepState.DONE: "done",
        StepState.SKIPPED: "skipped",
    }
)
DEADLINES: Final[Mapping[DeadlineKind, str]] = MappingProxyType(
    {
        DeadlineKind.FIRST_ANSWER: "First answer to the reporter",
        DeadlineKind.SUBSTANTIVE_ANSWER: "Fuller answer to the reporter",
        DeadlineKind.RESOLUTION: "Resolution, or a new date for it",
        DeadlineKind.DANGER_PAGE: "Somebody says \u201cI have it\u201d",
        DeadlineKind.PROPOSAL_CLOSES: "The proposal is decided, at the latest",
        DeadlineKind.FEEDBACK: "The reporter's view",
        DeadlineKind.SECOND_READING: "The message is read by a second member",
        DeadlineKind.STATEMENT: "The actor's own account",
        DeadlineKind.REVIEW: "The group's review",
        DeadlineKind.UNREVIEWED_END: "An act without a review ends",
        DeadlineKind.TERM_END: "The term ends",
        DeadlineKind.READMISSION_REMINDER: "The person is reminded that they may ask to return",
        DeadlineKind.READMISSION_ANSWER: "Answer to the request to return",
        DeadlineKind.CASE_REVIEW: "The group looks at the case again",
        DeadlineKind.HEARING: "The reported person's answer",
        DeadlineKind.BLOCKED_TOTAL: "A space that cannot be reached",
        DeadlineKind.BOARD_ANSWER: "The Board's answer",
        DeadlineKind.CONFLICT_CLAIM: "A word on a member's conflict",
        DeadlineKind.MEASURE_END: "The end of a moderator's measure",
        DeadlineKind.ACT_WORDS: "The words of why somebody acted, for the person",
        DeadlineKind.BOARD_REQUEST: "A request to the Board to look at the decision again",
        DeadlineKind.MEASURE_RECONSIDERATION: "Another look at a moderator's measure",
        DeadlineKind.NATIVE_REASON: "The reason of an act made with a space's own menu",
        DeadlineKind.LINK_DISPUTE: "A look at an account that is said to be another's",
        DeadlineKind.ACCEPTANCE: "Somebody accepts by name what was passed on",
        DeadlineKind.AUDIENCE: "Every member without a conflict hears of the case",
        DeadlineKind.CONTACT_QUESTION: "The reporter says whether the person may be contacted",
        DeadlineKind.MANUAL_TASK: "Somebody confirms what they were asked to do by hand",
        DeadlineKind.MANUAL_RELEASE: "Somebody is asked to let a person back in by hand",
        DeadlineKind.ROTA_CALL: "The next on duty is told of the report",
        DeadlineKind.EXPUNGE: "The case is expunged",
        DeadlineKind.RETENTION_REVIEW: "The group looks whether the case still has to be kept",
        DeadlineKind.MOTION_REPORT: "The report to the organisers before their motion",
        DeadlineKind.PAUSE_REVIEW: "A look at a pause of a space",
        DeadlineKind.EVENT_OVER: "What is kept of an event's list is forgotten",
        DeadlineKind.CONDITION: "What was asked of the person is to be shown",
        DeadlineKind.UNMET_CONDITION: "Another look at what was not met",
        DeadlineKind.TALK: "The time to answer about a talk is over",
        DeadlineKind.AFFILIATE_REPORT: "The report of an affiliated program",
        DeadlineKind.BOARD_REPORT: "The Board has its report, whatever a space still owes",
        DeadlineKind.DATA_REQUEST: "An answer to somebody who asks about what is kept of them",
    }
)
OUTCOMES: Final[Mapping[Outcome, str]] = MappingProxyType(
    {
        Outcome.WARNING: "a warning",
        Outcome.SHORT_SUSPENSION: "a short suspension",
        Outcome.EXTENDED_SUSPENSION: "an extended suspension",
        Outcome.PERMANENT_BAN: "a permanent ban",
        Outcome.NO_VIOLATION: "no violation",
        Outcome.OUT_OF_SCOPE: "out of scope",
        Outcome.NO_ACTION: "no action",
        Outcome.FACILITATED_COMMUNICATION: "facilitated communication",
        Outcome.REFERRAL: "a referral to the moderators",
        Outcome.ACCOUNT_COMPROMISED: "an account that somebody else has used",
        Outcome.OTHER: "another outcome",
    }
)
RESTRICTIONS: Final[Mapping[Restriction, str]] = MappingProxyType(
    {
        Restriction.NONE: "no restriction",
        Restriction.MUTED: "may read, may not write",
        Restriction.SUSPENDED: "suspended",
        Restriction.BANNED: "banned",
    }
)
_OTHER_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        LeakKind.NAME: "a name",
        LeakKind.PHRASE: "their own words",
        LeakKind.PLACE: "a place",
        LeakKind.TIME: "a time",
        LeakKind.PRONOUN: "a pronoun",
        CaseMarkKind.RETALIATION: "retaliation for another case",
        CaseMarkKind.BAD_FAITH: "reported in bad faith",
        CaseMarkKind.COUNTER_REPORT: "a counter-report to another case",
        CaseMarkKind.RECOVERED: "the owner has the account back",
        CaseMarkKind.JOINED: "the reports of another case were joined to it",
        CaseMarkKind.PARTED: "a report of it became another case",
        OutsideKind.POLICE: "an authority was called",
        OutsideKind.VENUE: "staff of a venue were spoken to",
        OutsideKind.FOUNDATION: "somebody spoke for the community",
        ProposalResult.AGREED: "agreed",
        ProposalResult.WITH_BOARD: "passed to the Board",
        ProposalResult.NOT_APPROVED: "not approved by the organisers",
        ProposalResult.WITHDRAWN: "withdrawn",
        Answer.AGREE: "agrees",
        Answer.OBJECT: "objects",
        Answer.ABSTAIN: "abstains",
        DraftState.WRITTEN: "waits for a second member",
        DraftState.APPROVED: "read by a second member, not sent yet",
        DraftState.SENT: "sent",
    }
)
_KINDS: Final[Mapping[type, Mapping[Any, str]]] = MappingProxyType(
    {
        LeavingGround: {
            LeavingGround.CONFIDENTIALITY: "they broke confidentiality",
            LeavingGround.SILENCE: "nothing was heard of them for long",
            LeavingGround.NO_ANSWER: "they did not say whether they go on",
            LeavingGround.SANCTION: "a decision about themselves",
            LeavingGround.OTHER: "another ground (please write it)",
        },
        MembershipChange: {MembershipChange.OFFICE: "changing office"},
        DraftKind: {
            DraftKind.HEARING: "Letter of the hearing",
            DraftKind.DECISION: "Message with the decision",
            DraftKind.RESOLUTION: "Final message",
            DraftKind.ANSWER: "Answer",
        },
        ActState: {
            ActState.AWAITING_CONFIRMATION: "waits for a second member and restricts nobody",
            ActState.UNREVIEWED: "waits for its review",
            ActState.WITH_CHAIR: "with the chair",
            ActState.WITH_BOARD: "with the Board",
            ActState.RATIFIED: "ratified",
            ActState.CHANGED: "changed",
            ActState.REVERSED: "reversed",
            ActState.LAPSED: "ended without a review",
        },
        Ground: {
            Ground.ONGOING: "harm was going on",
            Ground.THREAT: "somebody was threatened",
            Ground.PHYSICAL_DANGER: "somebody was in physical danger",
        },
        ReviewAnswer: {
            ReviewAnswer.RATIFY: "ratify",
            ReviewAnswer.CHANGE: "change",
            ReviewAnswer.REVERSE: "reverse",
        },
        TermState: {
            TermState.RUNNING: "running",
            TermState.AWAITING: "term over, may ask",
            TermState.OVER: "over",
        },
        Trust: {
            Trust.VOUCHED: "the space itself says so",
            Trust.EVIDENCED: "it acted in the reported matter",
            Trust.ASSERTED: "one member says so; a second has not agreed yet",
            Trust.CONFIRMED: "two members say so",
            Trust.PROVED_BY_CODE: "one code was written from it and from another of theirs",
            Trust.SELF_DISCLOSED: "the space of another of theirs says so, and they let it",
        },
        LiftingCause: {
            LiftingCause.TERM_ENDED: "its term ended",
            LiftingCause.READMISSION: "a request to return was granted",
            LiftingCause.REVERSAL: "the act behind it was reversed",
            LiftingCause.SUPERSEDED: "another decision took its place",
            LiftingCause.STOPPED: "whoever acted was stopped from acting alone",
            LiftingCause.LAPSED: "the act behind it ended without a review",
            LiftingCause.RECOVERED: "the owner has the account back",
            LiftingCause.RECONSIDERED: "it was looked at again, or ended early",
            LiftingCause.LIFTED_MANUALLY: "somebody lifted it in a space, and it was left at that",
        },
        NotificationState: {
            NotificationState.TO_NOTIFY: "to tell",
            NotificationState.NOTIFIED: "told",
            NotificationState.COULD_NOT_NOTIFY: "could not be told",
            NotificationState.NOTIFIED_AFTER: "told after",
            NotificationState.TOLD_BY_HAND: "told in another way, on a member's word",
        },
        MeasureKind: {
            MeasureKind.MUTED: "mute a person: they read, but do not write",
            MeasureKind.SUSPENDED: "suspend a person in this one space",
            MeasureKind.LOCKED: "lock a conversation",
            MeasureKind.HIDDEN: "hide a message",
        },
        MeasureReason: {
            MeasureReason.INSULTS: "insults",
            MeasureReason.HARASSMENT: "harassment",
            MeasureReason.SPAM: "spam or advertising",
            MeasureReason.DERAILING: "derailing a conversation",
            MeasureReason.PRIVATE_INFORMATION: "somebody's private information",
            MeasureReason.UNSUITABLE: "content that does not belong here",
            MeasureReason.COOLING_DOWN: "letting a heated conversation cool down",
            MeasureReason.GUIDELINES: "the guidelines of the space",
        },
        PauseKind: {
            PauseKind.INVITES: "coming in by invitation",
            PauseKind.DIRECT_MESSAGES: "private messages between members who are not friends",
            PauseKind.INTERACTIONS: "taking part by those who are not known there yet",
            PauseKind.PULL_REQUESTS: "pull requests: one open at a time for whoever may not write there",
            PauseKind.WRITING: "writing: everybody reads",
        },
        PauseReason: {
            PauseReason.RAID: "many accounts at once mean to disturb",
            PauseReason.SPAM: "spam or advertising by many",
            PauseReason.HEATED: "it has become heated, and needs time",
            PauseReason.SAFETY: "somebody's safety",
        },
        Urgency: {
            Urgency.ORDINARY: "it can wait its turn",
            Urgency.SOON: "soon: it is still going on",
            Urgency.DANGER: "somebody may be in danger now",
        },
        OutsideGround: dict(GROUND_LABELS),
        HandoffStatus: {
            HandoffStatus.RECEIVED: "received",
            HandoffStatus.ACCEPTED: "accepted",
            HandoffStatus.UNDER_REVIEW: "being looked at",
            HandoffStatus.DECIDED: "decided",
            HandoffStatus.CLOSED: "closed",
        },
        Group: {
            Group.WORKING_GROUP: "working group",
            Group.MODERATORS: "moderators",
            Group.BOARD: "Board",
            Group.PRIVACY_OFFICERS: "privacy officers",
            Group.ADVISERS: "advisers",
            Group.LOCAL_REPRESENTATIVES: "local representatives",
        },
        Office: {
            Office.MEMBER: "member",
            Office.CHAIR: "chair",
            Office.LIAISON: "liaison to the other group",
            Office.BOARD_LIAISON: "liaison to the Board",
        },
        **DATA_LABELS,
        Step: STEPS,
        StepState: STEP_STATES,
        DeadlineKind: DEADLINES,
        Outcome: OUTCOMES,
        Restriction: RESTRICTIONS,
    }
)


def label_of(value: Any) -> str:
    """Return one of our own values as people read it; what has no words of its own is shown as it is."""
    by_kind = _KINDS.get(type(value), {})
    return by_kind.get(value) or LABELS.get(value) or _OTHER_LABELS.get(value) or str(value).replace("_", " ")


def format_days(length: timedelta | None) -> str:
    """Format a length of time in days, or in hours where it is shorter."""
    if length is None:
        return "without end"
    if length.days:
        return f"{length.days} days" if length.days != 1 else "1 day"
    return f"{int(length.total_seconds() // 3600)} hours"


def format_consequence(chosen: Consequence) -> str:
    """Format what is proposed or decided, in one line."""
    if chosen.readmit is not None:
        return "access returns" if chosen.readmit else "access does not return for now"
    words = OUTCOMES[chosen.outcome] + (", with a removal" if chosen.removal else "")
    if chosen.restriction is Restriction.NONE:
        return words
    where = "in every space" if chosen.spaces is None else "in " + ", ".join(sorted(chosen.spaces))
    return f"{words}: {RESTRICTIONS[chosen.restriction]} {where}, {format_days(chosen.term)}"


def options_of(values: Iterable[Any]) -> list[tuple[str, str]]:
    """Return what can be chosen in a form: each value with its words; a plain text, such as a space's name, is its own."""
    return [(str(value), label_of(value) if isinstance(value, Enum) else str(value)) for value in values]


def split_paragraphs(text: str) -> list[str]:
    """Split a text into the paragraphs it is made of."""
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def as_pair(value: str) -> tuple[str, str]:
    """Return the value as a choice that is called as it is."""
    return value, value


FILTERS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {
        "in_words": label_of,
        "options": options_of,
        "in_days": format_days,
        "consequence": format_consequence,
        "question": question_label,
        "answer": answer_label,
        "paragraphs": split_paragraphs,
        "to_pair": as_pair,
    }
)
