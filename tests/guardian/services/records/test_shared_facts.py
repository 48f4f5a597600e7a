"""What is passed on about somebody goes in writing, as little as is needed, and after a second pair of eyes. P-2.6, P-8.6"""

from dataclasses import replace
from typing import Any

import pytest

from guardian.errors import NotFound, Refused
from guardian.services.conflicts.recusal import recuse
from guardian.services.records.shared_facts import confirm_shared_facts, draft_shared_facts, list_shared_facts
from rules.conflicts import ConflictReason
from rules.shared_facts import SharedFactsInput, SharedOf, SharingGround, may_share
from tests.builders.community import AMARA, BRUNO, DMITRI, TEXT, Community

GIVEN = SharedFactsInput(
    of=SharedOf.REPORTED,
    to="Robin Host, for the spring conference",
    what="Was rude to people in two of our spaces, and stopped when asked.",
    purpose="Planning who looks after newcomers; nothing else.",
    ground=SharingGround.CARRYING_OUT,
    incidents=2,
    sources=2,
    legal_advice="None was sought: nothing is claimed.",
)


@pytest.mark.harm("told-others-unread")
async def test_what_is_passed_on_waits_for_a_second_member_and_stays_as_it_went(community: Community) -> None:
    """P-8.6"""
    case = await community.a_case()
    sharing = await draft_shared_facts(community.app, AMARA, case.code_name, GIVEN)
    with pytest.raises(Refused, match="Somebody else"):
        await confirm_shared_facts(community.app, AMARA, case.code_name, sharing)
    await confirm_shared_facts(community.app, BRUNO, case.code_name, sharing)
    [line] = await list_shared_facts(community.app, DMITRI, case.code_name)
    assert (line.by, line.read_by, line.sharing.words) == ("Amara Okafor", "Bruno Keller", GIVEN)


@pytest.mark.harm("told-others-who-spoke")
async def test_no_words_of_the_report_are_passed_on_about_the_reported_person(community: Community) -> None:
    """P-2.6"""
    case = await community.a_case()
    with pytest.raises(Refused, match="who spoke"):
        await draft_shared_facts(community.app, AMARA, case.code_name, replace(GIVEN, what=TEXT))


@pytest.mark.harm("told-others-who-spoke")
async def test_a_recused_member_neither_reads_nor_passes_on_anything(community: Community) -> None:
    """P-4.2"""
    case = await community.a_case()
    await draft_shared_facts(community.app, AMARA, case.code_name, GIVEN)
    await recuse(community.app, BRUNO, case.code_name, ConflictReason.SAME_EMPLOYER)
    with pytest.raises(NotFound):
        await list_shared_facts(community.app, BRUNO, case.code_name)


@pytest.mark.harm("told-others-more-than-needed")
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"of": SharedOf.PROTECTED}, "ground"),
        ({"of": SharedOf.PROTECTED, "ground": SharingGround.PERMISSION}, "told_beforehand"),
        ({"incidents": 1}, "why_one"),
        ({"sources": 0}, "sources"),
        ({"purpose": " "}, "purpose"),
        ({"legal_advice": ""}, "legal_advice"),
        ({"what": "You must not let them in."}, "what"),
    ],
)
def test_it_says_what_it_may_be_used_for_and_informs_rather_than_orders(changed: dict[str, Any], field: str) -> None:
    """P-8.6"""
    assert may_share(replace(GIVEN, **changed)).code == field
