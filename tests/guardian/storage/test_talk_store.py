"""A talk is read back as it was stored, and what somebody has answered stands nowhere in plain."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from guardian.cases.submissions import new_case
from guardian.cases.talks import Talk, TalkParticipant, TalkState
from guardian.errors import Stale
from guardian.ids import PersonId, ReportId, new_id
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from rules.talks import TalkAnswer
from tests.builders.community import AMARA
from tests.builders.journey import DAY
from tests.fakes.clock import START

CASE = new_case("velvet-harbour", START, danger=False)
REPORTER = TalkParticipant(asked_at=START, until=START + 14 * DAY, report=ReportId(new_id()))
PERSON = TalkParticipant(asked_at=START, until=START + 14 * DAY, person=PersonId(new_id()))
TALK = Talk(id=new_id(), case=CASE.id, by=AMARA, at=START, participants=(REPORTER, PERSON))


async def test_a_talk_is_read_back_and_saved_once(units_of_work: SqlUnitOfWorkFactory) -> None:
    answered = TALK.with_participant(replace(REPORTER, answer=TalkAnswer.WITHDRAWN, answered_at=START))
    held = replace(answered, state=TalkState.HELD, agreed_at=START, ended_at=START, words="They spoke.")
    async with units_of_work.begin() as uow:
        await uow.cases.add_case(CASE)
        await uow.talks.add_talk(TALK)
        assert await uow.talks.talk(TALK.id) == TALK
        await uow.talks.save_talk(held)
        with pytest.raises(Stale):
            await uow.talks.save_talk(held)
        rows = str((await uow.connection.execute(text("SELECT * FROM talks"))).all())
    for hidden in ("withdrawn", "They spoke", str(REPORTER.report), str(PERSON.person)):
        assert hidden not in rows
    async with units_of_work.read() as view:
        assert await view.talks.talks_of(CASE.id) == (replace(held, version=1),)
        assert await view.talks.talk("another") is None
