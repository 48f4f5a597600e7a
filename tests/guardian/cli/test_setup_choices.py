"""Set-up asks what decides, every question can be answered by an option, and no space is needed where there is mail.

Policy: P-11.1, P-11.2.
"""

import pytest

from guardian.policy_file import read_policy
from guardian.presets import choose_preset, load_preset, preset_with_board
from guardian.settings.loader import read_settings
from guardian.settings.models import Settings
from rules.policy_sections.community import BoardSeats
from tests.guardian.cli.conftest import CHAIR, Commands

MAIL = ("--mail-host", "mail.example.org", "--mail-sender", "conduct@example.org")
BY_MAIL = ("--chair", "Ann Able", "--chair-email", "ann@example.org")
PEOPLE = """
[[member]]
name = "Ann Able"
seats = ["working_group:chair"]
email = "ann@example.org"

[[member]]
name = "Otto Outside"
seats = ["standby"]
email = "otto@example.org"
"""


def settings_of(commands: Commands) -> Settings:
    return read_settings(commands.config, {})


@pytest.mark.parametrize(
    ("size", "has_board", "preset"),
    [(3, False, "small"), (5, True, "small"), (6, True, "django"), (None, False, "small"), (None, None, "django")],
)
def test_size_and_board_choose_the_preset(size: int | None, has_board: bool | None, preset: str) -> None:
    """P-11.2."""
    assert choose_preset(size, has_board=has_board) == preset


def test_three_people_without_a_board_get_the_small_policy(empty: Commands) -> None:
    """P-11.2."""
    ended = empty.give("setup", *empty.options(), *CHAIR, "--size", "3", "--no-board")
    assert ended.code == 0, ended.err
    assert settings_of(empty).policy_name == "small"


@pytest.mark.harm("board-matter-sent-to-nobody")
def test_nine_people_without_a_board_get_a_policy_file_that_says_so(empty: Commands) -> None:
    """P-1.1, P-11.2."""
    ended = empty.give("setup", *empty.options(), *CHAIR, "--size", "9", "--no-board")
    assert ended.code == 0, ended.err
    policy = settings_of(empty).policy
    assert policy.groups.board is BoardSeats.NONE
    assert policy.names.board_en == "the review panel"
    assert policy.quorum.others == 2


@pytest.mark.parametrize("name", ["small", "django"])
@pytest.mark.parametrize("has_board", [True, False])
def test_a_preset_with_or_without_a_board_is_whole(name: str, has_board: bool) -> None:
    """P-1.1."""
    policy = read_policy(preset_with_board(name, has_board=has_board))
    assert (policy.groups.board is BoardSeats.SEATED) is has_board
    assert policy.quorum == read_policy(load_preset(name)).quorum


def test_what_nobody_answered_stays_as_it_was(founded: Commands) -> None:
    assert settings_of(founded).policy_name == "django"


def test_no_space_is_needed_where_mail_reaches_the_members(empty: Commands) -> None:
    """P-11.2."""
    ended = empty.give("setup", "--community", "Ours", *MAIL, *BY_MAIL)
    assert ended.code == 0, ended.err
    settings = settings_of(empty)
    assert settings.spaces == ()
    assert settings.mail is not None
    assert settings.mail.sender == "conduct@example.org"


def test_without_space_and_mail_nobody_could_be_reached(empty: Commands) -> None:
    ended = empty.give("setup", "--community", "Ours", *BY_MAIL)
    assert ended.code == 1
    assert "or --mail-host, so that members are reached by mail alone" in ended.err
    assert not empty.config.exists()


@pytest.mark.harm("policy-needs-people-who-are-not-there")
def test_set_up_says_what_the_policy_cannot_do_with_these_people(empty: Commands) -> None:
    """P-11.2."""
    ended = empty.give("setup", "--community", "Ours", *MAIL, *BY_MAIL, "--size", "3", "--no-board")
    assert "What this policy cannot do with these people:" in ended.out
    assert "A report that concerns every chair reaches nobody." in ended.out
    assert 'Name stand-ins from outside: seats = ["standby"] in the file of members.' in ended.out


@pytest.mark.parametrize(("board", "code"), [("--no-board", 0), ("--board", 1)])
def test_stand_ins_are_named_where_there_is_no_board_and_only_there(empty: Commands, board: str, code: int) -> None:
    """P-1.1."""
    people = empty.folder / "members.toml"
    people.write_text(PEOPLE, encoding="utf-8")
    ended = empty.give("setup", "--community", "Ours", *MAIL, board, "--members", str(people))
    assert ended.code == code, ended.err
    assert ("'standby' is for a policy without a Board; write board" in ended.err) is bool(code)
