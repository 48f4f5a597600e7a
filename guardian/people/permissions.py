"""Who may do what: one table over all use cases. Which case somebody may know of is asked apart, in `cases.access`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from guardian.ids import SpaceName
from guardian.people.values import Group, Member, Office
from rules.verdict import Verdict, allowed, refused


class UseCase(StrEnum):
    """Everything that a named member can ask the service to do."""

    READ_CASE = "read_case"
    TAKE_DANGER = "take_danger"
    NAME_REPORTED = "name_reported"
    LINK = "link"
    CONFIRM_LINK = "confirm_link"
    HAND_OVER = "hand_over"
    RECUSE = "recuse"
    DECIDE_HELD_OUT = "decide_held_out"
    RAISE_CONFLICT = "raise_conflict"
    DECIDE_CONFLICT = "decide_conflict"
    MARK_RISK = "mark_risk"
    HEAR = "hear"
    SKIP_STEP = "skip_step"
    WRITE_DRAFT = "write_draft"
    APPROVE_DRAFT = "approve_draft"
    PROPOSE = "propose"
    VOTE = "vote"
    ENACT = "enact"
    ACT_ALONE = "act_alone"
    SECOND_ACT = "second_act"
    REVIEW_ACT = "review_act"
    STOP_MEMBER = "stop_member"
    RECORD_BOARD_ANSWER = "record_board_answer"
    CONFIRM_BOARD_ANSWER = "confirm_board_answer"
    CLOSE = "close"
    REOPEN = "reopen"
    CONFIRM_RETURN = "confirm_return"
    EXPLAIN = "explain"
    PRINT_ROSTER = "print_roster"
    CHANGE_MEMBERS = "change_members"
    CONFIRM_CHAIR = "confirm_chair"
    ENTER_REPORT = "enter_report"
    WIDEN = "widen"
    MARK_MINORS = "mark_minors"
    READ_MATTER = "read_matter"
    MEASURE = "measure"
    EXPLAIN_NATIVE_ACT = "explain_native_act"
    HANDLE_MATTER = "handle_matter"
    ESCALATE = "escalate"
    ACCEPT_ESCALATION = "accept_escalation"
    REFER = "refer"
    ACCEPT_REFERRAL = "accept_referral"
    TAKE_UP_SPREAD = "take_up_spread"
    TURN_OVER = "turn_over"
    LOOK_AT_MEASURE = "look_at_measure"
    UNLINK = "unlink"
    JOIN_PEOPLE = "join_people"
    PART_PEOPLE = "part_people"
    CHALLENGE = "challenge"
    MARK_EVASION = "mark_evasion"
    ANNOUNCE_RAID = "announce_raid"
    SECOND_RAID = "second_raid"
    ADOPT = "adopt"


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in a group: any office of it, or a certain one; `space` narrows it to those who look after that space."""

    group: Group
    office: Office | None = None
    space: SpaceName | None = None


MEMBERS: Final = Seat(Group.WORKING_GROUP)
CHAIRS: Final = Seat(Group.WORKING_GROUP, Office.CHAIR)
LIAISON: Final = Seat(Group.WORKING_GROUP, Office.LIAISON)
BOARD_LIAISON: Final = Seat(Group.WORKING_GROUP, Office.BOARD_LIAISON)
BOARD: Final = Seat(Group.BOARD)
MODERATORS: Final = Seat(Group.MODERATORS)
MODERATORS_LIAISON: Final = Seat(Group.MODERATORS, Office.LIAISON)
MODERATORS_CHAIR: Final = Seat(Group.MODERATORS, Office.CHAIR)

# A case that concerns the working group itself is handled by the Board, so its members hold the same powers there;
# `cases.access` sees to it that they reach no other case.
_ON_A_CASE: Final = (MEMBERS, BOARD)

MAY: Final[Mapping[UseCase, tuple[Seat, ...]]] = {
    UseCase.READ_CASE: _ON_A_CASE,
    UseCase.TAKE_DANGER: _ON_A_CASE,
    UseCase.NAME_REPORTED: _ON_A_CASE,
    UseCase.LINK: _ON_A_CASE,
    UseCase.CONFIRM_LINK: _ON_A_CASE,
    UseCase.HAND_OVER: _ON_A_CASE,
    UseCase.RECUSE: _ON_A_CASE,
    UseCase.DECIDE_HELD_OUT: (CHAIRS, BOARD, BOARD_LIAISON),
    UseCase.RAISE_CONFLICT: _ON_A_CASE,
    UseCase.DECIDE_CONFLICT: (CHAIRS, BOARD, BOARD_LIAISON),
    UseCase.MARK_RISK: _ON_A_CASE,
    UseCase.HEAR: _ON_A_CASE,
    UseCase.SKIP_STEP: _ON_A_CASE,
    UseCase.WRITE_DRAFT: _ON_A_CASE,
    UseCase.APPROVE_DRAFT: _ON_A_CASE,
    UseCase.PROPOSE: (MEMBERS,),
    UseCase.VOTE: (MEMBERS,),
    UseCase.ENACT: _ON_A_CASE,
    UseCase.ACT_ALONE: (MEMBERS,),
    UseCase.SECOND_ACT: (MEMBERS,),
    UseCase.REVIEW_ACT: (MEMBERS,),
    UseCase.STOP_MEMBER: (MEMBERS,),
    UseCase.RECORD_BOARD_ANSWER: (BOARD_LIAISON, BOARD),
    UseCase.CONFIRM_BOARD_ANSWER: (BOARD,),
    UseCase.CLOSE: _ON_A_CASE,
    UseCase.REOPEN: _ON_A_CASE,
    UseCase.CONFIRM_RETURN: _ON_A_CASE,
    UseCase.EXPLAIN: _ON_A_CASE,
    UseCase.PRINT_ROSTER: _ON_A_CASE,
    UseCase.CHANGE_MEMBERS: (CHAIRS,),
    UseCase.CONFIRM_CHAIR: (MEMBERS,),
    UseCase.ENTER_REPORT: (MEMBERS,),
    UseCase.WIDEN: _ON_A_CASE,
    UseCase.MARK_MINORS: _ON_A_CASE,
    UseCase.READ_MATTER: (MODERATORS,),
    UseCase.MEASURE: (MODERATORS, MEMBERS),
    UseCase.EXPLAIN_NATIVE_ACT: (MODERATORS, MEMBERS),
    UseCase.HANDLE_MATTER: (MODERATORS,),
    UseCase.ESCALATE: (MODERATORS,),
    UseCase.ACCEPT_ESCALATION: _ON_A_CASE,
    UseCase.REFER: (MEMBERS,),
    UseCase.ACCEPT_REFERRAL: (MODERATORS,),
    UseCase.TAKE_UP_SPREAD: (LIAISON, CHAIRS, MODERATORS_LIAISON, MODERATORS_CHAIR),
    UseCase.TURN_OVER: (CHAIRS, MODERATORS_CHAIR),
    UseCase.LOOK_AT_MEASURE: (MODERATORS_CHAIR, MEMBERS),
    UseCase.UNLINK: _ON_A_CASE,
    UseCase.JOIN_PEOPLE: _ON_A_CASE,
    UseCase.PART_PEOPLE: _ON_A_CASE,
    UseCase.CHALLENGE: _ON_A_CASE,
    UseCase.MARK_EVASION: _ON_A_CASE,
    UseCase.ANNOUNCE_RAID: (MEMBERS,),
    UseCase.SECOND_RAID: (MEMBERS,),
    UseCase.ADOPT: (MEMBERS,),
}


def may(member: Member, use: UseCase, at: datetime) -> Verdict:
    """Whether the member's seats at that instant allow the use case. Policy: P-1.1, P-1.2."""
    if any(sits(member, seat, at) for seat in MAY[use]):
        return allowed("P-1.1")
    if any(sits(member, Seat(group), at) for group in Group):
        return refused("not_your_seat", "This step belongs to others: your role does not include it.", "P-1.1")
    return refused("no_member", "You have no role here at this time, so this is not open to you.", "P-1.2")


def sits(member: Member, seat: Seat, at: datetime) -> bool:
    """Whether the member has the seat at that instant."""
    return member.holds(seat.group, at, seat.office, seat.space)
