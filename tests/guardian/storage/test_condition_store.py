"""What a decision asks is read back as it was stored, and its words stand nowhere in plain."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from guardian.cases.conditions import Condition, ConditionState
from guardian.cases.proposals import Consequence, Decision
from guardian.cases.submissions import new_case
from guardian.errors import Stale
from guardian.ids import DecisionId, new_id
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from rules.conditions import AskedCondition, ConditionKind
from rules.ladder import Outcome
from tests.builders.community import AMARA, BRUNO
from tests.builders.journey import DAY
from tests.fakes.clock import START

CASE = new_case("velvet-harbour", START, danger=False)
ASKED = AskedCondition(ConditionKind.REPAIR, "Mend the page that you defaced.", 30 * DAY, BRUNO)
DECISION = Decision(
    id=DecisionId(new_id()), case=CASE.id, at=START, consequence=Consequence(outcome=Outcome.WARNING, asked=(ASKED,))
)
CONDITION = Condition(
    id=new_id(),
    case=CASE.id,
    decision=DECISION.id,
    kind=ASKED.kind,
    words=ASKED.words,
    since=START,
    due=START + 30 * DAY,
    followed_by=BRUNO,
)


async def test_a_condition_is_read_back_and_checked_once(units_of_work: SqlUnitOfWorkFactory) -> None:
    met = replace(CONDITION, state=ConditionState.MET, evidence="It is whole.", checked_by=AMARA, checked_at=START)
    async with units_of_work.begin() as uow:
        await uow.cases.add_case(CASE)
        await uow.deliberation.add_decision(DECISION)
        await uow.conditions.add_condition(CONDITION)
        assert await uow.conditions.condition(CONDITION.id) == CONDITION
        await uow.conditions.save_condition(met)
        with pytest.raises(Stale):
            await uow.conditions.save_condition(met)
        rows = (await uow.connection.execute(text("SELECT * FROM conditions"))).all()
    assert "defaced" not in str(rows)
    assert "whole" not in str(rows)
    async with units_of_work.read() as view:
        assert await view.conditions.conditions_of(CASE.id) == (replace(met, version=1),)
        assert await view.deliberation.decision(DECISION.id) == DECISION
        assert await view.conditions.condition("another") is None
