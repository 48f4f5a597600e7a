"""`docs/policy.md` explains every rule that is cited anywhere, and says truly which of them are carried out."""

import tomllib
from collections.abc import Mapping

import pytest

from guardian.presets import load_preset
from rules.policy import PolicyValue, policy_values
from tests.docs.policy import EVERYWHERE, MARK, PAGE, carried, cited_in, ids, read, rules, still_to_come

RULE = "P-" + "1.1"


def test_every_rule_that_is_cited_anywhere_is_explained() -> None:
    unexplained = {cited: sorted(paths) for cited, paths in cited_in(*EVERYWHERE).items() if cited not in ids()}
    assert unexplained == {}


def test_a_rule_without_the_mark_is_cited_by_code_and_by_a_test() -> None:
    assert [rule.id for rule in rules().values() if rule.is_carried and rule.id not in carried()] == []


def test_a_rule_with_the_mark_is_not_carried() -> None:
    assert [rule.id for rule in rules().values() if not rule.is_carried and rule.id in carried()] == []


@pytest.mark.parametrize("value", policy_values(), ids=[value.path for value in policy_values()])
def test_a_value_of_policy_stands_with_its_rule_as_django_sets_it(value: PolicyValue) -> None:
    assert rules()[value.source.rule].values.get(value.key) == _shown(_django()[value.section][value.key])


def test_the_page_shows_no_value_that_no_policy_file_has() -> None:
    known = {(value.source.rule, value.key) for value in policy_values()}
    assert [(rule.id, key) for rule in rules().values() for key in rule.values if (rule.id, key) not in known] == []


def test_rules_are_told_in_their_order_and_none_twice() -> None:
    told = read(PAGE.read_text(encoding="utf-8"))
    numbers = [tuple(map(int, rule.id.removeprefix("P-").split("."))) for rule in told]
    assert numbers == sorted(set(numbers))


def test_no_rule_of_a_group_is_left_out() -> None:
    """A rule that stands nowhere would be missed by nobody: its number would be."""
    told: dict[int, list[int]] = {}
    for rule in rules():
        group, number = map(int, rule.removeprefix("P-").split("."))
        told.setdefault(group, []).append(number)
    assert list(told) == list(range(1, 12))
    assert {group: numbers for group, numbers in told.items() if numbers != list(range(1, len(numbers) + 1))} == {}


def test_a_rule_that_is_not_carried_in_full_says_what_is_missing() -> None:
    """Of each it is printed by `python -m tests`: a mark without words would tell nobody anything."""
    assert [rule for rule, missing in still_to_come().items() if len(missing.split()) < 2] == []


@pytest.mark.parametrize(("text", "is_carried"), [("Anybody.", True), (f"{MARK} Anybody.", False)])
def test_the_mark_is_read(text: str, is_carried: bool) -> None:
    (rule,) = read(f"- **{RULE}** {text}\n")
    assert rule.is_carried is is_carried


def _django() -> Mapping[str, Mapping[str, object]]:
    return tomllib.loads(load_preset("django"))


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)
