"""Somebody whom no message reaches is told by a member in another way, and that word ends what is asked for. P-6.2"""

from datetime import timedelta

import pytest

from guardian.cases.measures import MeasureKind
from guardian.cases.tasks import TaskKind
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, Reference
from guardian.services.conflicts.recusal import recuse
from guardian.services.decisions import enactment
from guardian.services.measures.measures import MeasureRequest, list_measures, set_measure
from guardian.services.members import AccountInput
from guardian.services.notes.thread import list_thread
from guardian.services.parties.manual_notification import record_told_by_hand
from guardian.services.worklist.tasks import list_tasks
from rules.conflicts import ConflictReason
from rules.measures import MeasureReason
from rules.notification import NotificationState
from tests.builders.community import AMARA, BRUNO, DISCORD, DMITRI, ELENI, INES, Community
from tests.builders.journey import Journey, a_journey

HOW = "Eleni spoke with them on the telephone on Tuesday, and gave them the receipt."


async def unreached(community: Community) -> tuple[Journey, Reference]:
    """A decision that holds on somebody whom no message has reached, and what it is found by."""
    journey = await a_journey(community)
    await journey.prepare_decision()
    done = await enactment.enact(community.app, BRUNO, journey.code_name)
    await journey.record_notification(done, proof=None)
    return journey, (await journey.sanctions())[-1].reference


async def is_asked(community: Community, member: MemberId) -> bool:
    return TaskKind.REACH_PERSON in [each.kind for each in await list_tasks(community.app, member)]


@pytest.mark.harm("nobody-told-by-hand")
async def test_a_members_word_ends_the_task_and_stands_in_the_thread(community: Community) -> None:
    journey, reference = await unreached(community)
    assert await is_asked(community, ELENI)
    with pytest.raises(Refused):
        await record_told_by_hand(community.app, ELENI, reference, " ")
    assert await is_asked(community, DMITRI)
    await record_told_by_hand(community.app, ELENI, reference, HOW)
    assert not await is_asked(community, DMITRI)
    thread = await list_thread(community.app, DMITRI, journey.code_name)
    assert any(note.author == "Eleni Pappas" and HOW in note.text for note in thread)
    await journey.pass_time(timedelta(days=61))
    assert not await is_asked(community, DMITRI)


@pytest.mark.harm("nobody-told-by-hand")
async def test_a_word_is_taken_for_no_message_that_is_still_to_come(community: Community) -> None:
    """What waits for its message would hold before the person has heard of it."""
    journey = await a_journey(community)
    await journey.prepare_decision()
    done = await enactment.enact(community.app, BRUNO, journey.code_name)
    reference = (await journey.sanctions())[-1].reference
    with pytest.raises(Refused) as caught:
        await record_told_by_hand(community.app, ELENI, reference, HOW)
    assert caught.value.code == "on_its_way"
    await journey.record_notification(done)
    with pytest.raises(Refused) as caught:
        await record_told_by_hand(community.app, ELENI, reference, HOW)
    assert caught.value.code == "told"


async def test_a_message_that_arrives_after_all_counts_and_a_failure_undoes_nothing(community: Community) -> None:
    journey, reference = await unreached(community)
    done = (await journey.sanctions())[-1]
    await record_told_by_hand(community.app, ELENI, reference, HOW)
    async with community.units_of_work.begin() as uow:
        await enactment.record_person_notified(uow, done.id, None)
    assert (await journey.sanctions())[-1].notification is NotificationState.TOLD_BY_HAND
    async with community.units_of_work.begin() as uow:
        await enactment.record_person_notified(uow, done.id, "message-9")
    assert (await journey.sanctions())[-1].notification is NotificationState.NOTIFIED


async def test_whoever_is_kept_out_of_the_case_finds_no_such_sanction(community: Community) -> None:
    """P-4.2"""
    journey, reference = await unreached(community)
    await recuse(community.app, DMITRI, journey.code_name, ConflictReason.SAME_EMPLOYER)
    with pytest.raises(NotFound):
        await record_told_by_hand(community.app, DMITRI, reference, HOW)
    assert (await journey.sanctions())[-1].notification is NotificationState.COULD_NOT_NOTIFY
    assert await is_asked(community, AMARA)


async def test_a_moderator_says_it_of_their_own_measure(community: Community) -> None:
    """P-6.8"""
    community.spaces[DISCORD].add("71", "grumbler")
    request = MeasureRequest(
        MeasureKind.MUTED, AccountInput(DISCORD, "grumbler"), MeasureReason.SPAM, timedelta(hours=5)
    )
    made = await set_measure(community.app, INES, request)
    async with community.units_of_work.begin() as uow:
        case = await uow.cases.case_by_code_name(made.matter)
        assert case is not None
        (sanction,) = await uow.sanctions.of_case(case.id)
        await enactment.record_person_notified(uow, sanction.id, None)
    assert await is_asked(community, INES)
    (seen,) = await list_measures(community.app, INES)
    assert seen.untold == sanction.reference
    await record_told_by_hand(community.app, INES, sanction.reference, HOW)
    assert not await is_asked(community, INES)
    (seen,) = await list_measures(community.app, INES)
    assert seen.untold is None
