"""`docs/spaces.md` names every door and command with who may use it, as the code itself asks; nothing works unasked."""

from guardian.people.permissions import UseCase
from guardian.spaces.messages import ButtonAction
from tests.architecture.source import ROOT
from tests.docs import permission_paths
from tests.docs.guides_tables import text_of
from tests.docs.spaces_page import buttons, commands, router_of_all, tables
from tests.docs.table import rewritten

TEXT = text_of(ROOT / "docs" / "spaces.md")
REPORTING = {"report", "report-status", "Report this person", "Report conduct"}
NOTHING_DONE = "not-yet"
OF_NOTICES = {str(action) for action in ButtonAction}
"""What stands under members' notices, in direct messages."""


def test_nobody_reads_of_a_command_that_is_not_there_or_is_for_others() -> None:
    wrong = TEXT.replace("| members | Restrict somebody", "| everybody in the server | Restrict somebody")
    assert wrong != TEXT
    assert rewritten(wrong, tables()) == TEXT, "run: python -m tests.docs"


def test_nothing_but_reporting_is_open_to_everybody() -> None:
    assert {each.name for each in commands() if each.seats is None} == REPORTING
    assert [each.name for each in commands() if each.seats == frozenset()] == []


def test_every_button_that_decides_something_asks_who_pressed_it() -> None:
    router = router_of_all()
    assert set(buttons()) == set(router._button_handlers)
    in_direct_messages = router._direct_message_actions & set(router._button_handlers)
    unasked = {verb for verb, (_, seats) in buttons().items() if seats is None}
    assert unasked - {NOTHING_DONE} == in_direct_messages - OF_NOTICES
    assert in_direct_messages >= OF_NOTICES


def test_the_seats_of_a_command_are_those_of_the_form_that_it_opens_as_well() -> None:
    code = permission_paths.code_of("connectors.discord.commands.review", "ratify_form")
    assert permission_paths.gates(code) == {frozenset({UseCase.REVIEW_ACT})}
