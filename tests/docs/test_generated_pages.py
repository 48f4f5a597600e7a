"""The pages of permissions and of states are as the code has them, and no service is without its row."""

from tests.docs import permissions_page, rules_page, states_page
from tests.docs.policy import PAGE, rules


def test_every_service_has_its_row_of_permissions() -> None:
    """P-1.1: a service whose code asks no seat would be open to whoever has any."""
    assert permissions_page.missing() == []


def test_the_pages_are_as_the_code_has_them() -> None:
    for each in (permissions_page, rules_page, states_page):
        assert each.PAGE.read_text(encoding="utf-8") == each.page(), "run: python -m tests.docs"


def test_every_state_machine_is_drawn() -> None:
    names = states_page.machines()
    assert {"CASE_MACHINE", "ACT_MACHINE", "DRAFT_MACHINE"} <= names.keys()
    assert all(f"`{name}`" in states_page.page() for name in names)


def test_the_policy_leads_from_each_rule_to_code_and_test() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [rule for rule in rules() if f"[{rule}](rules.md#{rule})" not in text] == []
    assert [rule for rule in rules() if f'<a id="{rule}"></a>' not in rules_page.page()] == []


def test_behind_every_rule_stands_a_test_that_is_known_to_fail_without_it() -> None:
    shown = rules_page.shown_to_fail()
    assert [rule.id for rule in rules().values() if rule.is_carried and rule.id not in shown] == [], (
        "plant a defect that a test of this rule notices, and keep it: python -m tests.mutate NAME --write"
    )
