"""`docs/spaces.md` names every door and command with who may use it, as the code itself asks; nothing works unasked."""

from guardian.people.permissions import UseCase
from tests.architecture.source import ROOT
from tests.docs import permission_paths
from tests.docs.guides_tables import text_of
from tests.docs.spaces_page import buttons, commands, router_of_all, tables
from tests.docs.table import rewritten

TEXT = text_of(ROOT / "docs" / "spaces.md")
REPORTING = {"report", "report-status", "Report this person", "Report conduct"}
NOTHING_DONE = "not-yet"


def test_nobody_reads_of_a_command_that_is_not_there_or_is_for_others() -> None:
    wrong = TEXT.replace("| members, the Board | Carry", "| everybody in the server | Carry")
    assert wrong != TEXT
    assert rewritten(wrong, tables()) == TEXT, "run: python -m tests.docs"


def test_nothing_but_reporting_is_open_to_everybody() -> None:
    assert {each.name for each in commands() if each.seats is None} == REPORTING
    assert [each.name for each in commands() if each.seats == frozenset()] == []


def test_every_button_that_decides_something_asks_who_pressed_it() -> None:
    router = router_of_all()
    assert set(buttons()) == set(router._button_handlers)
    for_everybody = router._direct_message_actions & set(router._button_handlers)
    assert {verb for verb, (_, seats) in buttons().items() if seats is None} == for_everybody | {NOTHING_DONE}


def test_the_seats_of_a_command_are_those_of_the_form_that_it_opens_as_well() -> None:
    code = permission_paths.code_of("connectors.discord.commands.closing", "close_form")
    assert permission_paths.gates(code) == {frozenset({UseCase.READ_CASE}), frozenset({UseCase.CLOSE})}
