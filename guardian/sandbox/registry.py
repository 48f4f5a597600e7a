"""Every story there is, by name."""

from collections.abc import Mapping
from typing import Final

from guardian.sandbox.runner import Story
from guardian.sandbox.stories import (
    account_linked_later,
    cross_space_suspension,
    escalation,
    flag_to_case,
    foreign_ban_before,
    hierarchy_refusal,
    illegal_material,
    manual_lift,
    missed_events,
    modal_across_restart,
    named_member_blind,
    native_act,
    outage,
    overlap,
    raid,
    rejoin,
    renamed_login,
    report_anonymous_web,
    report_by_forum_message,
    report_by_github_mention,
    report_by_mail,
    report_by_message_menu,
    report_by_voice,
    restart,
    timed_measure,
    unilateral_overdue,
    unilateral_ratified,
    unilateral_reversed,
    wrong_link,
)

MAIN: Final = cross_space_suspension.STORY
STORIES: Final[Mapping[str, Story]] = {
    story.name: story
    for story in (
        MAIN,
        unilateral_ratified.STORY,
        unilateral_reversed.STORY,
        unilateral_overdue.STORY,
        overlap.STORY,
        foreign_ban_before.STORY,
        outage.STORY,
        restart.STORY,
        raid.STORY,
        named_member_blind.STORY,
        report_by_forum_message.STORY,
        flag_to_case.STORY,
        timed_measure.STORY,
        native_act.STORY,
        report_by_message_menu.STORY,
        modal_across_restart.STORY,
        report_by_mail.STORY,
        report_by_voice.STORY,
        escalation.STORY,
        report_by_github_mention.STORY,
        renamed_login.STORY,
        account_linked_later.STORY,
        wrong_link.STORY,
        report_anonymous_web.STORY,
        illegal_material.STORY,
        rejoin.STORY,
        manual_lift.STORY,
        missed_events.STORY,
        hierarchy_refusal.STORY,
    )
}
