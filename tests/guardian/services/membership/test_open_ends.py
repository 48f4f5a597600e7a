"""What is left open where somebody leaves, as far as the reader may know of it. P-1.2, P-4.2"""

import pytest

from guardian.cases.deadlines import DeadlineKind
from guardian.cases.tasks import TaskKind
from guardian.services.conflicts.recusal import recuse
from guardian.services.membership.open_ends import list_open_ends
from guardian.services.worklist.claims import claim_task
from rules.conflicts import ConflictReason
from tests.builders.community import AMARA, BRUNO, Community


@pytest.mark.harm("contact-leaves-unseen")
async def test_a_chair_sees_whose_contact_a_leaver_is_and_what_is_owed_there(community: Community) -> None:
    """P-1.2"""
    case, other = await community.a_case(), await community.a_case()
    await claim_task(community.app, BRUNO, other.code_name, TaskKind.ANSWER_REPORTER)
    [own] = (await list_open_ends(community.app, AMARA, AMARA)).cases[:1]
    assert (own.code_name, own.is_contact) == (case.code_name, True)
    assert DeadlineKind.FIRST_ANSWER in {promise.kind for promise in own.deadlines}
    [claimed] = (await list_open_ends(community.app, AMARA, BRUNO)).cases
    assert (claimed.code_name, claimed.is_in_hand, claimed.is_contact) == (other.code_name, True, False)


async def test_the_list_names_no_case_that_is_kept_from_its_reader(community: Community) -> None:
    """P-4.2"""
    case = await community.a_case()
    await claim_task(community.app, BRUNO, case.code_name, TaskKind.ANSWER_REPORTER)
    await recuse(community.app, AMARA, case.code_name, ConflictReason.SAME_EMPLOYER)
    assert (await list_open_ends(community.app, AMARA, BRUNO)).cases == ()
