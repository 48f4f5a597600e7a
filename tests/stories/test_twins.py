"""Each story has a twin whose mechanism is taken away: it fails in the check that names the harm.

The stories try the product, the twins try the stories: they are a part of their own, `make twins`.
"""

import io
from dataclasses import dataclass
from pathlib import Path

import pytest

from guardian.sandbox.checks import Check
from guardian.sandbox.narration import Narrator
from guardian.sandbox.registry import stories
from guardian.sandbox.runner import Story, run_story_in
from guardian.sandbox.stage import OpenService, StoryContext, run_in_this_process, unwrapped
from guardian.sandbox.stories import (
    access_request,
    account_compromised,
    account_linked_later,
    act_outside_the_spaces,
    all_chairs_named,
    already_handled,
    chair_hands_over,
    chipy,
    closed_and_reopened,
    contributor_covenant,
    cross_space_suspension,
    danger_at_night,
    escalation,
    event_check,
    event_escalates,
    expunge_after_backup,
    feedback_window,
    flag_to_case,
    foreign_ban_before,
    forum_only,
    groups_disagree,
    heard_before_decision,
    hierarchy_refusal,
    illegal_material,
    key_rotation,
    late_answer,
    late_disclosure,
    legal_hold,
    manual_lift,
    manual_space,
    member_leaves,
    missed_events,
    modal_across_restart,
    named_member_blind,
    native_act,
    never_told,
    newcomer,
    no_consensus_two_thirds,
    no_majority_to_board,
    outage,
    overlap,
    page_and_mail_only,
    pause_the_server,
    program_appeal,
    raid,
    readmission_refused,
    readmission_with_conditions,
    reconsideration,
    recusal,
    rejoin,
    renamed_login,
    repair_followed_up,
    repeat_report_resets_expunge,
    report_anonymous_web,
    report_by_forum_message,
    report_by_github_mention,
    report_by_mail,
    report_by_message_menu,
    report_by_voice,
    restart,
    restore,
    retaliation_by_moderator,
    rogue_member,
    rota_handover,
    second_reading,
    sheet_import,
    small_group,
    small_on_discord,
    statistics_half_year,
    timed_measure,
    two_reports_one_case,
    unilateral_overdue,
    unilateral_ratified,
    unilateral_reversed,
    witness_asked,
    wrong_link,
)
from tests.builders import sabotage, sabotaged_stores
from tests.builders.sabotage import Sabotage


@dataclass(frozen=True, slots=True)
class Twin:
    """A story, what is taken away, and the check that names the harm."""

    story: Story
    sabotage: Sabotage
    harm: str
    open_service: OpenService = run_in_this_process


def of_records(story: Story, open_service: OpenService, harm: str) -> Twin:
    """The twin of a story of the records, where a store is sabotaged and no space."""
    return Twin(story, unwrapped, harm, open_service)


TWINS = (
    Twin(cross_space_suspension.STORY, sabotage.release_dropped_on_github, cross_space_suspension.RETURNS),
    Twin(unilateral_ratified.STORY, sabotage.confirmation_ignored, unilateral_ratified.AT_ONCE),
    Twin(unilateral_reversed.STORY, sabotage.release_dropped_on_discord, unilateral_reversed.RETURNED),
    Twin(unilateral_overdue.STORY, sabotage.nobody_is_notified, unilateral_overdue.CHAIR),
    Twin(unilateral_overdue.STORY, sabotage.release_dropped_on_the_forum, unilateral_overdue.ENDS),
    Twin(overlap.STORY, sabotage.stale_timer(overlap.FIRST_TERM), overlap.SECOND_HOLDS),
    Twin(overlap.STORY, sabotage.replaced_by_lifting, overlap.NO_GAP),
    Twin(foreign_ban_before.STORY, sabotage.everything_taken_for_ours, foreign_ban_before.OUTLIVES),
    Twin(outage.STORY, sabotage.failure_taken_for_done, f"{outage.SHOWN_OPEN} ({outage.FAULTS[0][0]})"),
    Twin(restart.STORY, sabotage.started_anew, restart.ONCE),
    Twin(raid.STORY, sabotage.half_of_bulk_dropped, raid.HELD),
    Twin(escalation.STORY, sabotage.escalations_come_back, escalation.NOTHING_CONFIDENTIAL),
    Twin(timed_measure.STORY, sabotage.release_dropped_on_the_forum, timed_measure.ENDS),
    Twin(never_told.STORY, sabotage.nobody_is_notified, never_told.SAID),
    Twin(pause_the_server.STORY, sabotage.paused_once, pause_the_server.GOES_ON),
    Twin(pause_the_server.STORY, sabotage.category_opened_to_all, pause_the_server.AS_FOUND),
    Twin(native_act.STORY, sabotage.release_dropped_on_discord, native_act.REVERSED),
    Twin(report_by_forum_message.STORY, sabotage.nobody_is_notified, report_by_forum_message.NOTIFIED),
    Twin(flag_to_case.STORY, sabotage.nobody_is_notified, flag_to_case.MODERATOR_NOTIFIED),
    Twin(named_member_blind.STORY, sabotage.everybody_is_notified, named_member_blind.SAME_NOTICES),
    Twin(report_by_message_menu.STORY, sabotage.notified_in_public, report_by_message_menu.ALONE),
    Twin(report_anonymous_web.STORY, sabotage.notified_in_public, report_anonymous_web.NOWHERE),
    Twin(illegal_material.STORY, sabotage.files_prefetched, illegal_material.NOT_FETCHED),
    Twin(modal_across_restart.STORY, sabotage.forms_forgotten, modal_across_restart.TAKEN_IN),
    Twin(report_by_mail.STORY, sabotage.own_address_lost, report_by_mail.REPLY),
    Twin(report_by_mail.STORY, sabotage.mailed_to_everybody, report_by_mail.NOT_FORWARDED),
    Twin(report_by_voice.STORY, sabotage.everybody_is_notified, report_by_voice.CONCERNED),
    Twin(report_by_github_mention.STORY, sabotage.thanked_in_public, report_by_github_mention.SILENT),
    Twin(report_by_github_mention.STORY, sabotage.mentions_left, report_by_github_mention.GONE),
    Twin(renamed_login.STORY, sabotage.login_remembered, renamed_login.UNHARMED),
    Twin(account_linked_later.STORY, sabotage.names_taken_for_proof(), account_linked_later.NAME_ALONE),
    Twin(account_linked_later.STORY, sabotage.confirmation_ignored_on_github, account_linked_later.AT_ONCE),
    Twin(wrong_link.STORY, sabotage.release_dropped_on_the_forum, wrong_link.RELEASED),
    Twin(wrong_link.STORY, sabotage.messages_mixed(), wrong_link.LEARNS_NOTHING),
    Twin(rejoin.STORY, sabotage.believed_forever, rejoin.AT_ONCE),
    Twin(manual_lift.STORY, sabotage.believed_forever, manual_lift.BACK),
    Twin(manual_space.STORY, sabotage.asking_taken_for_done, manual_space.NOT_YET),
    Twin(act_outside_the_spaces.STORY, sabotage.nobody_is_notified, act_outside_the_spaces.ALL_NOTIFIED),
    Twin(account_compromised.STORY, sabotage.release_dropped_on_discord, account_compromised.BACK),
    Twin(retaliation_by_moderator.STORY, sabotage.nobody_is_notified, retaliation_by_moderator.NOTIFIED),
    Twin(access_request.STORY, sabotage.nobody_is_notified, access_request.TOLD),
    Twin(witness_asked.STORY, sabotage.nobody_is_notified, witness_asked.SENT),
    Twin(no_consensus_two_thirds.STORY, sabotage.confirmation_ignored, no_consensus_two_thirds.HELD),
    Twin(no_majority_to_board.STORY, sabotage.nobody_is_notified, no_majority_to_board.TOLD),
    Twin(feedback_window.STORY, sabotage.confirmation_ignored, feedback_window.HELD),
    Twin(heard_before_decision.STORY, sabotage.confirmation_ignored, heard_before_decision.HELD),
    Twin(second_reading.STORY, sabotage.nobody_is_notified, second_reading.STANDARD),
    Twin(closed_and_reopened.STORY, sabotage.nobody_is_notified, closed_and_reopened.REVIEWED),
    Twin(already_handled.STORY, sabotage.nobody_is_notified, already_handled.NOTIFIED),
    Twin(readmission_refused.STORY, sabotage.confirmation_ignored, readmission_refused.STILL_HELD),
    Twin(readmission_with_conditions.STORY, sabotage.release_dropped_on_discord, readmission_with_conditions.RETURNS),
    Twin(reconsideration.STORY, sabotage.confirmation_ignored, reconsideration.HOLDS_ON),
    Twin(rogue_member.STORY, sabotage.release_dropped_on_the_forum, rogue_member.LET_GO),
    Twin(chipy.STORY, sabotage.confirmation_ignored, chipy.HELD),
    Twin(contributor_covenant.STORY, sabotage.release_dropped_on_discord, contributor_covenant.ENDS),
    Twin(event_escalates.STORY, sabotage.nobody_is_notified, event_escalates.NOTIFIED),
    Twin(program_appeal.STORY, sabotage.nobody_is_notified, program_appeal.LATE),
    Twin(groups_disagree.STORY, sabotage.nobody_is_notified, groups_disagree.TOLD),
    Twin(missed_events.STORY, sabotage.own_records_listed, missed_events.FOUND),
    Twin(hierarchy_refusal.STORY, sabotage.refusal_taken_for_done, hierarchy_refusal.SHOWN),
    Twin(forum_only.STORY, sabotage.release_dropped_on_the_forum, forum_only.RETURNS),
    Twin(page_and_mail_only.STORY, sabotage.mail_dropped, page_and_mail_only.NOTIFIED),
    Twin(small_group.STORY, sabotage.everybody_is_notified, small_group.STAND_INS),
    Twin(small_on_discord.STORY, sabotage.release_dropped_on_discord, small_on_discord.RETURNS),
    Twin(rota_handover.STORY, sabotage.everybody_is_notified, rota_handover.FIRST),
    Twin(danger_at_night.STORY, sabotage.nobody_is_notified, danger_at_night.AT_ONCE),
    Twin(late_answer.STORY, sabotage.nobody_is_notified, late_answer.CHAIR),
    Twin(member_leaves.STORY, sabotage.everybody_is_notified, member_leaves.NOTHING_COMES),
    Twin(newcomer.STORY, sabotage.nobody_is_notified, newcomer.WELCOMED),
    Twin(chair_hands_over.STORY, sabotage.nobody_is_notified, chair_hands_over.FOLLOWS),
    Twin(recusal.STORY, sabotage.nobody_is_notified, recusal.OTHERS_TOLD),
    Twin(late_disclosure.STORY, sabotage.nobody_is_notified, late_disclosure.REOPENED),
    Twin(all_chairs_named.STORY, sabotage.everybody_is_notified, all_chairs_named.NOBODY_ELSE),
    of_records(expunge_after_backup.STORY, sabotaged_stores.keys_outlive, expunge_after_backup.ON_ITS_DAY),
    of_records(repeat_report_resets_expunge.STORY, sabotaged_stores.cases_apart, repeat_report_resets_expunge.MOVED),
    of_records(contributor_covenant.STORY, sabotaged_stores.conditions_forgotten, contributor_covenant.FOLLOWED),
    of_records(repair_followed_up.STORY, sabotaged_stores.conditions_forgotten, repair_followed_up.REMINDED),
    of_records(legal_hold.STORY, sabotaged_stores.holds_forgotten, legal_hold.HELD),
    of_records(two_reports_one_case.STORY, sabotaged_stores.walls_left_behind, two_reports_one_case.KEPT_OUT),
    of_records(sheet_import.STORY, sabotaged_stores.rows_dropped, sheet_import.TAKEN),
    of_records(statistics_half_year.STORY, sabotaged_stores.one_lost, statistics_half_year.LARGE),
    of_records(event_check.STORY, sabotaged_stores.matches_unconfirmed, event_check.TOLD),
    of_records(key_rotation.STORY, sabotaged_stores.rotations_forgotten, key_rotation.DESTROYED),
    of_records(restore.STORY, sabotaged_stores.serve_in_enforce, restore.ONLY_LOOKS),
)


def test_every_story_has_a_twin() -> None:
    assert {twin.story.name for twin in TWINS} == set(stories())


class HarmShown(Exception):
    """The check that names the harm has failed: what the story would show after it changes nothing any more."""


@dataclass
class Watching(Narrator):
    """Ends the play as soon as that check has failed."""

    harm: str = ""

    def show_check(self, check: Check) -> None:
        Narrator.show_check(self, check)
        if check.name == self.harm and not check.held:
            raise HarmShown


@pytest.mark.twin
@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: f"{twin.story.name}-{TWINS.index(twin)}")
async def test_the_twin_fails_in_the_check_that_names_the_harm(
    twin: Twin, tmp_path: Path, warm: tuple[str, ...]
) -> None:
    told = io.StringIO()
    watching = Watching(told, harm=twin.harm)
    try:
        await run_story_in(
            StoryContext(
                folder=tmp_path,
                narrator=watching,
                wrap=twin.sabotage,
                open_service=twin.open_service,
                guardian=warm,
            ),
            twin.story,
        )
    except HarmShown:
        return
    pytest.fail(told.getvalue())
