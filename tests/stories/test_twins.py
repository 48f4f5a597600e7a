"""Each story has a twin whose mechanism is taken away: it fails in the check that names the harm."""

import io
from dataclasses import dataclass
from pathlib import Path

import pytest

from guardian.sandbox.checks import Check
from guardian.sandbox.narration import Narrator
from guardian.sandbox.registry import STORIES
from guardian.sandbox.runner import run_story
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
from tests.builders import sabotage
from tests.builders.sabotage import Sabotage


@dataclass(frozen=True, slots=True)
class Twin:
    """A story, what is taken away, and the check that names the harm."""

    story: str
    sabotage: Sabotage
    harm: str


TWINS = (
    Twin("cross-space-suspension", sabotage.release_dropped_on_github, cross_space_suspension.RETURNS),
    Twin("unilateral-ratified", sabotage.confirmation_ignored, unilateral_ratified.AT_ONCE),
    Twin("unilateral-reversed", sabotage.release_dropped_on_discord, unilateral_reversed.RETURNED),
    Twin("unilateral-overdue", sabotage.nobody_is_notified, unilateral_overdue.CHAIR),
    Twin("unilateral-overdue", sabotage.release_dropped_on_the_forum, unilateral_overdue.ENDS),
    Twin("overlap", sabotage.stale_timer(overlap.FIRST_TERM), overlap.SECOND_HOLDS),
    Twin("overlap", sabotage.replaced_by_lifting, overlap.NO_GAP),
    Twin("foreign-ban-before", sabotage.everything_taken_for_ours, foreign_ban_before.OUTLIVES),
    Twin("outage", sabotage.failure_taken_for_done, f"{outage.SHOWN_OPEN} ({outage.FAULTS[0][0]})"),
    Twin("restart", sabotage.started_anew, restart.ONCE),
    Twin("raid", sabotage.half_of_bulk_dropped, raid.HELD),
    Twin("escalation", sabotage.escalations_come_back, escalation.NOTHING_CONFIDENTIAL),
    Twin("timed-measure", sabotage.release_dropped_on_the_forum, timed_measure.ENDS),
    Twin("native-act", sabotage.release_dropped_on_discord, native_act.REVERSED),
    Twin("report-by-forum-message", sabotage.nobody_is_notified, report_by_forum_message.NOTIFIED),
    Twin("flag-to-case", sabotage.nobody_is_notified, flag_to_case.MODERATOR_NOTIFIED),
    Twin("named-member-blind", sabotage.everybody_is_notified, named_member_blind.SAME_NOTICES),
    Twin("report-by-message-menu", sabotage.notified_in_public, report_by_message_menu.ALONE),
    Twin("report-anonymous-web", sabotage.notified_in_public, report_anonymous_web.NOWHERE),
    Twin("illegal-material", sabotage.files_prefetched, illegal_material.NOT_FETCHED),
    Twin("modal-across-restart", sabotage.forms_forgotten, modal_across_restart.TAKEN_IN),
    Twin("report-by-mail", sabotage.own_address_lost, report_by_mail.REPLY),
    Twin("report-by-mail", sabotage.mailed_to_everybody, report_by_mail.NOT_FORWARDED),
    Twin("report-by-voice", sabotage.everybody_is_notified, report_by_voice.CONCERNED),
    Twin("report-by-github-mention", sabotage.thanked_in_public, report_by_github_mention.SILENT),
    Twin("report-by-github-mention", sabotage.mentions_left, report_by_github_mention.GONE),
    Twin("renamed-login", sabotage.login_remembered, renamed_login.UNHARMED),
    Twin("account-linked-later", sabotage.names_taken_for_proof(), account_linked_later.NAME_ALONE),
    Twin("account-linked-later", sabotage.confirmation_ignored_on_github, account_linked_later.AT_ONCE),
    Twin("wrong-link", sabotage.release_dropped_on_the_forum, wrong_link.RELEASED),
    Twin("wrong-link", sabotage.messages_mixed(), wrong_link.LEARNS_NOTHING),
    Twin("rejoin", sabotage.believed_forever, rejoin.AT_ONCE),
    Twin("manual-lift", sabotage.believed_forever, manual_lift.BACK),
    Twin("missed-events", sabotage.own_records_listed, missed_events.FOUND),
    Twin("hierarchy-refusal", sabotage.refusal_taken_for_done, hierarchy_refusal.SHOWN),
)


def test_every_story_has_a_twin() -> None:
    assert {twin.story for twin in TWINS} == set(STORIES)


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


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: f"{twin.story}-{TWINS.index(twin)}")
async def test_the_twin_fails_in_the_check_that_names_the_harm(twin: Twin, tmp_path: Path) -> None:
    told = io.StringIO()
    try:
        await run_story(STORIES[twin.story], tmp_path, Watching(told, harm=twin.harm), twin.sabotage)
    except HarmShown:
        return
    pytest.fail(told.getvalue())
