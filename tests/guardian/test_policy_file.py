"""Reading a policy file: the presets are whole, and every fault is named at once in the file's own terms."""

from datetime import timedelta
from fractions import Fraction

import pytest

from guardian.errors import Misconfigured
from guardian.policy_file import read_policy, written
from guardian.presets import load_preset, preset_names
from rules.policy import policy_texts, policy_values
from rules.policy_sections.orders import ORDERS, ValueOrder
from rules.policy_sections.procedure import ApprovalGround
from rules.policy_sections.sanctions import OnTermEnd

DJANGO = load_preset("django")


def faults(text: str) -> tuple[str, ...]:
    with pytest.raises(Misconfigured) as caught:
        read_policy(text)
    return caught.value.faults


def with_line(key: str, line: str) -> str:
    """The Django preset with the line of this key replaced; a key that stands once in the file."""
    lines = DJANGO.splitlines()
    places = [number for number, old in enumerate(lines) if old.startswith(f"{key} = ")]
    assert len(places) == 1
    lines[places[0]] = line
    return "\n".join(lines)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_whole(name: str) -> None:
    policy = read_policy(load_preset(name))
    assert all(hasattr(getattr(policy, value.section), value.key) for value in policy_values())


@pytest.mark.parametrize("name", preset_names())
def test_every_value_of_a_preset_names_its_source_beside_it(name: str) -> None:
    lines = [line for line in load_preset(name).splitlines() if " = " in line and not line.startswith("#")]
    lines = [line for line in lines if line.split(" = ")[0] not in {text.key for text in policy_texts()}]
    assert len(lines) == len(list(policy_values()))
    assert [line for line in lines if "  # " not in line and " # " not in line] == []


def test_values_arrive_in_their_own_kinds() -> None:
    policy = read_policy(load_preset("chipy"))
    assert policy.quorum.objection_window == timedelta(hours=48)
    assert policy.quorum.consensus_share == Fraction(2, 3)
    assert policy.sanctions.on_term_end is OnTermEnd.LIFT
    assert policy.quorum.organisers_approve == tuple(ApprovalGround)
    assert policy.readmission.remind_after == (timedelta(0), timedelta(days=30), timedelta(days=90))


@pytest.mark.parametrize(
    ("key", "caller", "fault"),
    [
        ("objection_window", 'objection_window = "48 hrs"', "quorum.objection_window: '48 hrs' is not a duration; write it as 48h"),
        ("objection_window", 'objection_window = "2 days"', "quorum.objection_window: '2 days' is not a duration; write it as 2d"),
        ("objection_window", 'objection_window = "soon"', "quorum.objection_window: 'soon' is not a duration; write it as 15m, 48h or 7d"),
        ("objection_window", "objection_window = 48", "quorum.objection_window: 48 is not a duration; write it as 15m, 48h or 7d"),
        ("objection_window", 'objection_window = "-48h"', "quorum.objection_window: '-48h' is not a duration; write it as 15m, 48h or 7d"),
        ("objection_window", 'objection_window = "10m"', "quorum.objection_window: 10m is too little; the least is 1h"),
        ("decide_by", 'decide_by = "999d"', "quorum.decide_by: 999d is too much; the most is 180d"),
        ("others", 'others = "2"', "quorum.others: '2' is not a whole number; write it without quotes, as 3"),
        ("others", "others = true", "quorum.others: True is not a whole number; write it without quotes, as 3"),
        ("others", "others = 0", "quorum.others: 0 is too little; the least is 1"),
        ("severe_share", "severe_share = 0.5", "quorum.severe_share: 0.5 is not a share; write it as \"2/3\""),
        ("severe_share", 'severe_share = "1/0"', "quorum.severe_share: '1/0' is not a share; write it as \"2/3\""),
        ("on_term_end", 'on_term_end = "release"', "sanctions.on_term_end: 'release' is not one of: lift, await_readmission"),
        ("shares", "shares = []", 'reminders.shares: is empty; write it as shares = ["2/3"]'),
        ("shares", 'shares = "1/2"', "reminders.shares: '1/2' is not a list; write it as shares = [\"2/3\"]"),
        ("shares", 'shares = ["1/2", "2/4"]', "reminders.shares: names the same thing twice"),
        ("others", "", "quorum.others: is missing; write it as others = 3 (rule P-5.1)"),
        ("others", "others = 2\nothrs = 3", "quorum.othrs: there is no such key; did you mean others?"),
        ("others", "others = 2\nzzz = 3", "quorum.zzz: there is no such key"),
        ("consensus_window", 'consensus_window = "20d"', "quorum.consensus_window: 20d is more than quorum.decide_by (14d), but a proposal would leave the group before it could close"),
        ("others", "others = 3", "quorum.others: 3 is not less than quorum.least_counted (3), but a group at its least could never agree"),
    ],
)  # fmt: skip
def test_a_fault_is_named_in_the_files_own_terms(key: str, caller: str, fault: str) -> None:
    assert faults(with_line(key, caller)) == (fault,)


def test_every_fault_is_named_at_once() -> None:
    text = (
        with_line("decide_by", 'decide_by = "soon"')
        .replace("others = 2", "othrs = 2")
        .replace("[hearing]", "[haering]")
    )
    found = faults(text)
    assert [fault.partition(":")[0] for fault in found] == [
        "haering",
        "quorum.othrs",
        "hearing.reporter_asked_for",
        "hearing.hearing_window",
        "hearing.talk_answer",
        "quorum.others",
        "quorum.decide_by",
    ]


def test_a_contradiction_is_named_beside_a_fault_elsewhere() -> None:
    text = with_line("consensus_window", 'consensus_window = "20d"').replace('feedback_window = "72h"', "")
    assert [fault.partition(":")[0] for fault in faults(text)] == [
        "enactment.feedback_window",
        "quorum.consensus_window",
    ]


def test_a_file_that_is_no_toml_says_where() -> None:
    (fault,) = faults("[quorum\nothers = 2")
    assert fault.startswith("the policy file is not valid TOML: ")
    assert "line 1" in fault


def test_a_section_that_is_not_one_is_said_so() -> None:
    assert faults("quorum = 3\n")[0] == "quorum: is a section; write it as [quorum] with its keys below"


def test_an_empty_file_misses_every_value() -> None:
    assert len(faults("")) == len(list(policy_values()))


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: f"{order.smaller}<{order.larger}")
def test_each_order_speaks_of_values_that_exist_and_are_of_one_kind(order: ValueOrder) -> None:
    kinds = {value.path: value.kind for value in policy_values()}
    smaller, larger = kinds[order.smaller], kinds[order.larger]
    assert smaller is larger


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (timedelta(hours=48), "2d"),
        (timedelta(hours=36), "36h"),
        (timedelta(minutes=15), "15m"),
        (timedelta(0), "0d"),
        (Fraction(2, 3), "2/3"),
        (OnTermEnd.LIFT, "lift"),
        ((timedelta(0), timedelta(days=30)), "[0d, 30d]"),
        (3, "3"),
    ],
)
def test_a_value_is_written_as_the_file_writes_it(item: object, text: str) -> None:
    assert written(item) == text


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_has_words_for_its_groups_and_for_each_kind_of_trouble(name: str) -> None:
    """P-2.4, P-11.1"""
    policy = read_policy(load_preset(name))
    assert [
        text.path
        for text in policy_texts()
        if text.section != "ladder" and not getattr(getattr(policy, text.section), text.key)
    ] == []


def test_words_that_are_left_out_are_none_and_no_fault() -> None:
    told = DJANGO.partition("[names]")[0]
    assert read_policy(told).names.board_en == ""
    assert read_policy(told).help.links == ()
