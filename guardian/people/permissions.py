"""Who may do what: one table over all use cases. Which case somebody may know of is asked apart, in `cases.access`.

Read `may_perform` first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from guardian.ids import SpaceName
from guardian.people.models import Group, Member, Office
from rules.verdict import Verdict, allowed, refused


class UseCase(StrEnum):
    """Everything that a named member can ask the service to do."""

    READ_CASE = "read_case"
    LIST_TASKS = "list_tasks"
    CLAIM_TASK = "claim_task"
    READ_THREAD = "read_thread"
    WRITE_NOTE = "write_note"
    DETERMINE = "determine"
    TAKE_CASE = "take_case"
    NAME_REPORTED = "name_reported"
    LINK = "link"
    CONFIRM_LINK = "confirm_link"
    HAND_OVER = "hand_over"
    STATE_BIAS = "state_bias"
    RECUSE = "recuse"
    DECIDE_EXCLUSION = "decide_exclusion"
    RAISE_CONFLICT_CLAIM = "raise_conflict_claim"
    DECIDE_CONFLICT_CLAIM = "decide_conflict_claim"
    MARK_RISK = "mark_risk"
    BEGIN_HEARING = "begin_hearing"
    SKIP_STEP = "skip_step"
    WRITE_DRAFT = "write_draft"
    APPROVE_DRAFT = "approve_draft"
    PROPOSE = "propose"
    VOTE = "vote"
    ENACT = "enact"
    ACT_UNILATERALLY = "act_unilaterally"
    CONFIRM_ACT = "confirm_act"
    REVIEW_ACT = "review_act"
    STOP_MEMBER = "stop_member"
    SEND_MOTION_REPORT = "send_motion_report"
    RECORD_BOARD_ANSWER = "record_board_answer"
    CONFIRM_BOARD_ANSWER = "confirm_board_answer"
    CHECK_CONDITION = "check_condition"
    ARRANGE_TALK = "arrange_talk"
    CLOSE = "close"
    REOPEN = "reopen"
    APPROVE_REINSTATEMENT = "approve_reinstatement"
    EXPLAIN = "explain"
    PRINT_ROSTER = "print_roster"
    LIST_MEMBERS = "list_members"
    READ_JOURNAL = "read_journal"
    CHANGE_MEMBERS = "change_members"
    STEP_DOWN = "step_down"
    SET_ADMINISTRATION = "set_administration"
    RENEW_TERM = "renew_term"
    READ_ROTA = "read_rota"
    PLAN_ROTA = "plan_rota"
    SWAP_TURN = "swap_turn"
    NAME_CHAIR = "name_chair"
    STATE_CONFLICTS = "state_conflicts"
    CONFIRM_CHAIR = "confirm_chair"
    CONFIRM_OFFICE = "confirm_office"
    REPORT_ON_BEHALF = "report_on_behalf"
    ISSUE_RECEIPT = "issue_receipt"
    TELL_BY_HAND = "tell_by_hand"
    OPEN_TO_ALL = "open_to_all"
    MARK_CSAM = "mark_csam"
    READ_MATTER = "read_matter"
    MEASURE = "measure"
    PAUSE_SPACE = "pause_space"
    REVIEW_PAUSE = "review_pause"
    EXPLAIN_NATIVE_ACTION = "explain_native_action"
    HANDLE_MATTER = "handle_matter"
    ESCALATE = "escalate"
    ACCEPT_ESCALATION = "accept_escalation"
    REFER = "refer"
    ACCEPT_REFERRAL = "accept_referral"
    ACCEPT_CROSS_SPACE_PATTERN = "accept_cross_space_pattern"
    REFER_TO_BOARD = "refer_to_board"
    RECONSIDER_MEASURE = "reconsider_measure"
    UNLINK = "unlink"
    MERGE_PEOPLE = "merge_people"
    SPLIT_PEOPLE = "split_people"
    ISSUE_OWNERSHIP_CODE = "issue_ownership_code"
    MARK_EVASION = "mark_evasion"
    MARK_CASE = "mark_case"
    JOIN_CASES = "join_cases"
    ANNOUNCE_RAID = "announce_raid"
    CONFIRM_RAID = "confirm_raid"
    ADOPT = "adopt"
    REVIEW_RETENTION = "review_retention"
    SIGN_IN = "sign_in"
    CHOOSE_OWN_SETTINGS = "choose_own_settings"
    RECOVER_PASSKEY = "recover_passkey"
    READ_SHEET = "read_sheet"
    STATE_RECORD = "state_record"
    IMPORT_SHEET = "import_sheet"
    PUBLISH_STATISTICS = "publish_statistics"
    READ_IDENTITY_KEY = "read_identity_key"
    CHECK_EVENT = "check_event"
    HANDLE_DATA_REQUEST = "handle_data_request"
    SHARE = "share"
    OVERSEE = "oversee"
    READ_BOARD_REPORT = "read_board_report"
    KEEP_AFFILIATES = "keep_affiliates"
    ASK_ADVISER = "ask_adviser"
    ADVISE = "advise"
    NAME_REPRESENTATIVE = "name_representative"
    ESCALATE_FROM_OUTSIDE = "escalate_from_outside"
    ANSWER_MANUAL_TASK = "answer_manual_task"


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
PRIVACY_OFFICERS: Final = Seat(Group.PRIVACY_OFFICERS)
ADVISERS: Final = Seat(Group.ADVISERS)
REPRESENTATIVES: Final = Seat(Group.LOCAL_REPRESENTATIVES)

# A case that concerns the working group itself is handled by the Board, so its members hold the same powers there;
# `cases.access` sees to it that they reach no other case.
_CASE_SEATS: Final = (MEMBERS, BOARD)

ALLOWED_SEATS: Final[Mapping[UseCase, tuple[Seat, ...]]] = {
    UseCase.READ_CASE: _CASE_SEATS,
    UseCase.LIST_TASKS: (MEMBERS, BOARD, MODERATORS, PRIVACY_OFFICERS, ADVISERS, REPRESENTATIVES),
    UseCase.CLAIM_TASK: (MEMBERS, BOARD, MODERATORS),
    UseCase.READ_THREAD: (MEMBERS, BOARD, MODERATORS),
    UseCase.WRITE_NOTE: (MEMBERS, BOARD, MODERATORS),
    UseCase.DETERMINE: _CASE_SEATS,
    UseCase.TAKE_CASE: _CASE_SEATS,
    UseCase.NAME_REPORTED: _CASE_SEATS,
    UseCase.LINK: _CASE_SEATS,
    UseCase.CONFIRM_LINK: _CASE_SEATS,
    UseCase.HAND_OVER: _CASE_SEATS,
    UseCase.STATE_BIAS: _CASE_SEATS,
    UseCase.RECUSE: _CASE_SEATS,
    UseCase.DECIDE_EXCLUSION: (CHAIRS, BOARD, BOARD_LIAISON),
    UseCase.RAISE_CONFLICT_CLAIM: _CASE_SEATS,
    UseCase.DECIDE_CONFLICT_CLAIM: (CHAIRS, BOARD, BOARD_LIAISON),
    UseCase.MARK_RISK: _CASE_SEATS,
    UseCase.BEGIN_HEARING: _CASE_SEATS,
    UseCase.SKIP_STEP: _CASE_SEATS,
    UseCase.WRITE_DRAFT: _CASE_SEATS,
    UseCase.APPROVE_DRAFT: _CASE_SEATS,
    UseCase.PROPOSE: (MEMBERS,),
    UseCase.VOTE: (MEMBERS,),
    UseCase.ENACT: _CASE_SEATS,
    UseCase.ACT_UNILATERALLY: (MEMBERS,),
    UseCase.CONFIRM_ACT: (MEMBERS,),
    UseCase.REVIEW_ACT: (MEMBERS,),
    UseCase.STOP_MEMBER: (MEMBERS,),
    UseCase.SEND_MOTION_REPORT: (MEMBERS,),
    UseCase.RECORD_BOARD_ANSWER: (BOARD_LIAISON, BOARD),
    UseCase.CONFIRM_BOARD_ANSWER: (BOARD,),
    UseCase.CHECK_CONDITION: _CASE_SEATS,
    UseCase.ARRANGE_TALK: _CASE_SEATS,
    UseCase.CLOSE: _CASE_SEATS,
    UseCase.REOPEN: _CASE_SEATS,
    UseCase.APPROVE_REINSTATEMENT: _CASE_SEATS,
    UseCase.EXPLAIN: _CASE_SEATS,
    UseCase.PRINT_ROSTER: _CASE_SEATS,
    UseCase.LIST_MEMBERS: (MEMBERS, BOARD, MODERATORS),
    UseCase.READ_JOURNAL: _CASE_SEATS,
    UseCase.CHANGE_MEMBERS: (CHAIRS,),
    UseCase.READ_ROTA: (MEMBERS,),
    UseCase.PLAN_ROTA: (CHAIRS,),
    UseCase.SWAP_TURN: (MEMBERS,),
    UseCase.RENEW_TERM: (MEMBERS,),
    UseCase.SET_ADMINISTRATION: (CHAIRS,),
    UseCase.STEP_DOWN: (MEMBERS, BOARD, MODERATORS, PRIVACY_OFFICERS, ADVISERS, REPRESENTATIVES),
    UseCase.STATE_CONFLICTS: (MEMBERS, BOARD, MODERATORS),
    UseCase.NAME_CHAIR: (MEMBERS, BOARD, BOARD_LIAISON),
    UseCase.CONFIRM_CHAIR: (MEMBERS,),
    UseCase.CONFIRM_OFFICE: (MEMBERS,),
    UseCase.REPORT_ON_BEHALF: (MEMBERS,),
    UseCase.ISSUE_RECEIPT: _CASE_SEATS,
    UseCase.TELL_BY_HAND: (MEMBERS, BOARD, MODERATORS),
    UseCase.OPEN_TO_ALL: _CASE_SEATS,
    UseCase.MARK_CSAM: _CASE_SEATS,
    UseCase.READ_MATTER: (MODERATORS,),
    UseCase.MEASURE: (MODERATORS, MEMBERS),
    UseCase.PAUSE_SPACE: (MODERATORS, MEMBERS),
    UseCase.REVIEW_PAUSE: (MODERATORS_CHAIR, MEMBERS),
    UseCase.EXPLAIN_NATIVE_ACTION: (MODERATORS, MEMBERS),
    UseCase.HANDLE_MATTER: (MODERATORS,),
    UseCase.ESCALATE: (MODERATORS,),
    UseCase.ACCEPT_ESCALATION: _CASE_SEATS,
    UseCase.REFER: (MEMBERS,),
    UseCase.ACCEPT_REFERRAL: (MODERATORS,),
    UseCase.ACCEPT_CROSS_SPACE_PATTERN: (LIAISON, CHAIRS, MODERATORS_LIAISON, MODERATORS_CHAIR),
    UseCase.REFER_TO_BOARD: (CHAIRS, MODERATORS_CHAIR),
    UseCase.RECONSIDER_MEASURE: (MODERATORS_CHAIR, MEMBERS),
    UseCase.UNLINK: _CASE_SEATS,
    UseCase.MERGE_PEOPLE: _CASE_SEATS,
    UseCase.SPLIT_PEOPLE: _CASE_SEATS,
    UseCase.ISSUE_OWNERSHIP_CODE: _CASE_SEATS,
    UseCase.MARK_EVASION: _CASE_SEATS,
    UseCase.MARK_CASE: _CASE_SEATS,
    UseCase.JOIN_CASES: _CASE_SEATS,
    UseCase.ANNOUNCE_RAID: (MEMBERS,),
    UseCase.CONFIRM_RAID: (MEMBERS,),
    UseCase.ADOPT: (MEMBERS,),
    UseCase.REVIEW_RETENTION: _CASE_SEATS,
    UseCase.SIGN_IN: (MEMBERS, MODERATORS, BOARD, PRIVACY_OFFICERS, ADVISERS, REPRESENTATIVES),
    UseCase.CHOOSE_OWN_SETTINGS: (MEMBERS, MODERATORS, BOARD, PRIVACY_OFFICERS, ADVISERS, REPRESENTATIVES),
    UseCase.RECOVER_PASSKEY: (MEMBERS,),
    UseCase.READ_SHEET: _CASE_SEATS,
    UseCase.STATE_RECORD: _CASE_SEATS,
    UseCase.IMPORT_SHEET: (CHAIRS,),
    UseCase.PUBLISH_STATISTICS: (MEMBERS,),
    UseCase.READ_IDENTITY_KEY: (CHAIRS, BOARD),
    UseCase.CHECK_EVENT: (MEMBERS,),
    UseCase.SHARE: _CASE_SEATS,
    UseCase.OVERSEE: (BOARD,),
    UseCase.READ_BOARD_REPORT: (BOARD, BOARD_LIAISON),
    UseCase.KEEP_AFFILIATES: (MEMBERS,),
    UseCase.ASK_ADVISER: (MEMBERS,),
    UseCase.ADVISE: (ADVISERS,),
    UseCase.NAME_REPRESENTATIVE: (CHAIRS,),
    UseCase.ESCALATE_FROM_OUTSIDE: (REPRESENTATIVES,),
    UseCase.ANSWER_MANUAL_TASK: (REPRESENTATIVES,),
    UseCase.HANDLE_DATA_REQUEST: (PRIVACY_OFFICERS, MEMBERS, BOARD),
}


NOT_YOURS: Final = frozenset({"not_your_seat", "no_member"})
"""The codes of a refusal that says nothing but whose step it is: pages answer it as an address that does not exist."""


def may_perform(member: Member, use_case: UseCase, at: datetime) -> Verdict:
    """Return whether the member's seats at that instant allow the use case. Policy: P-1.1, P-1.2."""
    if any(holds_seat(member, seat, at) for seat in ALLOWED_SEATS[use_case]):
        return allowed("P-1.1")
    if any(holds_seat(member, Seat(group), at) for group in Group):
        return refused("not_your_seat", "This step belongs to others: your role does not include it.", "P-1.1")
    return refused("no_member", "You have no role here at this time, so this is not open to you.", "P-1.2")


def holds_seat(member: Member, seat: Seat, at: datetime) -> bool:
    """Return whether the member has the seat at that instant."""
    return member.holds_office(seat.group, at, seat.office, seat.space)
