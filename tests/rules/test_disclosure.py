"""Which kinds of facts may be told to whom (P-2.6, P-3.1, P-4.2, P-10.3)."""

import pytest

from rules.disclosure import Fact, Recipient, ReporterFactGround, may_disclose_reporter, may_tell


@pytest.mark.parametrize(
    "fact", [Fact.REPORTER_IDENTITY, Fact.REPORT_TEXT, Fact.EVIDENCE, Fact.BALLOTS, Fact.DISCUSSION]
)
@pytest.mark.parametrize(
    "recipient",
    [Recipient.REPORTED, Recipient.MODERATOR, Recipient.RECUSED, Recipient.MEMBER_NOTICE, Recipient.SPACE],
)
def test_what_is_confidential_leaves_the_members_on_the_case_for_nobody(recipient: Recipient, fact: Fact) -> None:
    """P-2.6, P-4.2."""
    assert not may_tell(recipient, fact)


def told(recipient: Recipient) -> set[Fact]:
    return {fact for fact in Fact if may_tell(recipient, fact)}


def test_a_notice_to_a_member_has_no_content() -> None:
    """P-3.1."""
    assert told(Recipient.MEMBER_NOTICE) == told(Recipient.BOARD_NOTICE) == {Fact.SOMETHING_WAITS}


def test_into_a_space_goes_an_opaque_reference_and_into_public_nothing() -> None:
    """P-3.1, P-10.3."""
    assert told(Recipient.SPACE) == {Fact.OPAQUE_REFERENCE}
    assert told(Recipient.PUBLIC) == set()


def test_code_names_stay_inside_the_group() -> None:
    """P-3.1."""
    inside = {Recipient.MEMBER_READING, Recipient.BOARD_READING, Recipient.RECUSED}
    assert {recipient for recipient in Recipient if may_tell(recipient, Fact.CASE_CODE_NAME)} == inside


def test_a_recused_member_learns_no_code_name_of_a_person() -> None:
    """P-4.2."""
    assert told(Recipient.RECUSED) == {Fact.CASE_CODE_NAME, Fact.STATUS, Fact.VAGUE_RESOLUTION}


@pytest.mark.parametrize("recipient", Recipient)
@pytest.mark.parametrize("ground", [None, *ReporterFactGround])
def test_a_reporters_facts_never_reach_those_they_are_protected_from(
    recipient: Recipient, ground: ReporterFactGround | None
) -> None:
    """P-2.6."""
    with_ground = {Recipient.REPORTER, Recipient.AFFECTED, Recipient.BOARD_READING} if ground else set()
    assert bool(may_disclose_reporter(recipient, ground)) is (recipient in {Recipient.MEMBER_READING, *with_ground})
