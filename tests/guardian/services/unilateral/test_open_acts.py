"""What of acts taken alone is open, and for whom: its actor is shown nothing that would say what they must not know."""

from datetime import timedelta

from guardian.cases.exclusions import Exclusion, ExclusionKind
from guardian.cases.unilateral_acts import ActState
from guardian.services.members import AccountInput
from guardian.services.unilateral import act
from guardian.services.unilateral.act import ActView
from guardian.services.unilateral.act_input import ActInput
from guardian.services.unilateral.open_acts import list_open_acts
from guardian.services.unilateral.review import review
from rules.precedence import Restriction
from rules.unilateral import Ground, ReviewAnswer
from tests.builders.community import AMARA, BRUNO, DISCORD, DMITRI, ELENI, SOMEBODY, Community


async def an_act(community: Community) -> ActView:
    """Bruno has suspended somebody."""
    community.spaces[DISCORD].add(SOMEBODY.native_id, "grumbler")
    given = ActInput(Restriction.SUSPENDED, Ground.ONGOING, "Insults.")
    return await act.act(community.app, BRUNO, AccountInput(DISCORD, "grumbler"), given)


async def test_an_open_review_only_waits_for_its_actor_wherever_it_lies(community: Community) -> None:
    """P-4.4"""
    done = await an_act(community)
    await review(community.app, DMITRI, done.code_name, ReviewAnswer.RATIFY, timedelta(days=3))
    await review(community.app, ELENI, done.code_name, ReviewAnswer.REVERSE)
    (own,), (seen,) = await list_open_acts(community.app, BRUNO), await list_open_acts(community.app, AMARA)
    assert (own.state, own.review_due, own.takes_answers) == (ActState.UNREVIEWED, None, False)
    assert (seen.state, seen.review_due is not None, seen.takes_answers) == (ActState.WITH_CHAIR, True, True)


async def test_an_actor_who_may_not_know_the_review_still_owes_their_account_and_sees_no_answers(
    community: Community,
) -> None:
    """P-4.2, P-7.2"""
    done = await an_act(community)
    await review(community.app, DMITRI, done.code_name, ReviewAnswer.REVERSE)
    async with community.units_of_work.begin() as uow:
        case = await uow.cases.case_by_code_name(done.code_name)
        assert case is not None
        exclusion = Exclusion(
            case=case.id, member=BRUNO, kind=ExclusionKind.EXCLUDED, cause="named", at=uow.now, by="test"
        )
        await uow.cases.add_exclusion(exclusion)
    (own,) = await list_open_acts(community.app, BRUNO)
    assert (own.case, own.answers, own.statement_due is not None) == (done.code_name, 0, True)
    await act.give_statement(community.app, BRUNO, done.code_name, "I saw it.")
    assert await list_open_acts(community.app, BRUNO) == ()
