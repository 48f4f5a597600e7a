"""Which kinds of facts a notice may carry to whom (P-2.6, P-2.11, P-3.1)."""

import pytest

from rules.disclosure import Fact, RecipientRole, may_disclose


def disclosed_to(recipient: RecipientRole) -> set[Fact]:
    """All that a notice may carry to somebody in this role."""
    return {fact for fact in Fact if may_disclose(recipient, fact)}


@pytest.mark.parametrize(
    "fact", [Fact.CASE_CODE_NAME, Fact.PERSON_CODE_NAME, Fact.MEMBER_NAME, Fact.OPAQUE_ID, Fact.OWN_SIGN_IN]
)
def test_code_names_and_who_of_the_group_did_what_stay_inside_the_group(fact: Fact) -> None:
    """P-2.6, P-3.1."""
    assert {recipient for recipient in RecipientRole if may_disclose(recipient, fact)} == {RecipientRole.MEMBER}


def test_a_notice_to_a_member_carries_code_names_and_clocks_and_nothing_of_the_matter() -> None:
    """P-3.1."""
    inside = {Fact.CASE_CODE_NAME, Fact.PERSON_CODE_NAME, Fact.MEMBER_NAME, Fact.OPAQUE_ID, Fact.OWN_SIGN_IN}
    assert disclosed_to(RecipientRole.MEMBER) == inside | {Fact.STATUS, Fact.DUE_DATE, Fact.SPACE}


@pytest.mark.parametrize("fact", [Fact.DECISION, Fact.TERM, Fact.SPACE, Fact.OWN_PAGE])
def test_what_is_decided_about_a_person_is_told_to_that_person_by_the_service_alone(fact: Fact) -> None:
    """P-2.11: a reporter reads of it in the group's own words, which a second member has read."""
    assert may_disclose(RecipientRole.REPORTED, fact)
    assert not may_disclose(RecipientRole.REPORTER, fact)


@pytest.mark.parametrize("party", [RecipientRole.REPORTER, RecipientRole.REPORTED])
def test_a_party_is_told_under_their_own_reference(party: RecipientRole) -> None:
    """P-3.1."""
    assert may_disclose(party, Fact.OWN_REFERENCE)
    assert not may_disclose(RecipientRole.MEMBER, Fact.OWN_REFERENCE)


def test_a_refusal_says_no_more_than_that_it_stays_with_the_members() -> None:
    """P-2.6."""
    verdict = may_disclose(RecipientRole.REPORTED, Fact.CASE_CODE_NAME)
    assert (verdict.code, verdict.rule) == ("not_told", "P-2.6")


def test_the_owner_of_an_account_that_was_taken_for_somebodys_learns_nothing_of_the_matter() -> None:
    """P-4.2: perhaps a stranger to all of it."""
    assert disclosed_to(RecipientRole.OWNER) == {Fact.SPACE, Fact.OWN_PAGE}
