"""The outbox, on both databases."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from guardian.errors import Stale
from guardian.ids import NoticeId, PersonId, SanctionId, new_id
from guardian.notices.models import Notice, NoticeKind, NoticeState, Recipient, RecipientKind
from guardian.people.models import Person
from guardian.storage.unit_of_work import SqlUnitOfWork, SqlUnitOfWorkFactory
from tests.builders.community import AMARA, everybody
from tests.fakes.clock import START

pytestmark = pytest.mark.asyncio
HOUR = timedelta(hours=1)


def a_notice(next_try: datetime | None = START, **facts: object) -> Notice:
    """A notice to Amara that waits."""
    to = Recipient(kind=RecipientKind.MEMBER, member=AMARA)
    notice = Notice(
        id=NoticeId(new_id()),
        kind=NoticeKind.CODE,
        to=to,
        case=None,
        facts={"code": "314"},
        created_at=START,
        next_try=next_try,
    )
    return replace(notice, **facts)  # type: ignore[arg-type]  # by field names


async def with_members(units_of_work: SqlUnitOfWorkFactory) -> None:
    """The community's members are there."""
    async with units_of_work.begin() as uow:
        for member in everybody():
            await uow.people.add_member(member)


async def test_waiting_notices_come_back_when_they_are_due_the_longest_due_first(
    units_of_work: SqlUnitOfWorkFactory,
) -> None:
    await with_members(units_of_work)
    late, first, sent = a_notice(START + HOUR), a_notice(), a_notice(state=NoticeState.SENT)
    async with units_of_work.begin() as uow:
        for notice in (late, first, sent):
            await uow.notices.add(notice)
    async with units_of_work.read() as view:
        assert await view.notices.due(START) == (first.id,)
        assert await view.notices.due(START + HOUR) == (first.id, late.id)
        assert await view.notices.due(START + HOUR, limit=1) == (first.id,)
        assert await view.notices.next_try() == START


async def is_found_at_once(uow: SqlUnitOfWork, notice: Notice, question: str) -> bool:
    """Whether a question of the store knows of the notice in the transaction that has added it."""
    match question:
        case "notice":
            return await uow.notices.notice(notice.id) == notice
        case "save":
            return (await uow.notices.save(notice)).version == 1
        case "due":
            return notice.id in await uow.notices.due(START)
        case "postpone":
            await uow.notices.postpone(notice.id, START + HOUR)
            return notice.id not in await uow.notices.due(START)
        case "count":
            return await uow.notices.count(NoticeState.WAITING) == 1
        case "next_try":
            return await uow.notices.next_try() == START
    counts = await uow.notices.count_by_member_since([NoticeKind.CODE], START)
    return counts == {(AMARA, NoticeKind.CODE): 1}


async def test_a_notice_is_there_for_every_question_of_the_transaction_that_adds_it(
    units_of_work: SqlUnitOfWorkFactory,
) -> None:
    found: dict[str, bool] = {}
    for question in ("notice", "save", "due", "postpone", "count", "next_try", "count_by_member_since"):
        with suppress(Stale):
            async with units_of_work.begin() as uow:
                notice = a_notice()
                await uow.notices.add(notice)
                found[question] = await is_found_at_once(uow, notice, question)
                raise Stale
    assert len(found) == 7
    assert [question for question, is_found in found.items() if not is_found] == []


async def test_notices_added_together_are_all_kept(units_of_work: SqlUnitOfWorkFactory) -> None:
    added = [a_notice(), a_notice(next_try=None), a_notice(state=NoticeState.SENT)]
    async with units_of_work.begin() as uow:
        for notice in added:
            await uow.notices.add(notice)
    async with units_of_work.read() as view:
        assert [await view.notices.notice(notice.id) for notice in added] == added


async def test_a_notice_added_where_nothing_can_be_written_is_refused_and_not_lost(
    units_of_work: SqlUnitOfWorkFactory,
) -> None:
    async with units_of_work.begin() as uow:
        await uow.notices.add(a_notice())
    with pytest.raises(DBAPIError):
        async with units_of_work.read() as view:
            await view.notices.add(a_notice())


async def test_a_notice_is_read_back_as_it_was_and_as_it_became(units_of_work: SqlUnitOfWorkFactory) -> None:
    await with_members(units_of_work)
    person = Person(PersonId(new_id()), "velvet-harbour", START)
    to = Recipient(kind=RecipientKind.PERSON, person=person.id)
    notice = a_notice(to=to, kind=NoticeKind.DECISION, sanction=SanctionId("s"))
    async with units_of_work.begin() as uow:
        await uow.people.add_person(person)
        await uow.notices.add(notice)
    async with units_of_work.begin() as uow:
        assert await uow.notices.of_person(person.id) == (notice,)
        sent = replace(notice, state=NoticeState.SENT, tries=2, next_try=None, proof="message 12")
        kept = await uow.notices.save(sent)
    async with units_of_work.read() as view:
        assert await view.notices.notice(notice.id) == kept == replace(sent, version=1)
        assert await view.notices.next_try() is None


async def test_a_notice_sent_by_two_at_once_is_stale_for_the_second(units_of_work: SqlUnitOfWorkFactory) -> None:
    await with_members(units_of_work)
    notice = a_notice()
    async with units_of_work.begin() as uow:
        await uow.notices.add(notice)
        await uow.notices.save(notice)
    with pytest.raises(Stale):
        async with units_of_work.begin() as uow:
            await uow.notices.save(notice)


async def test_a_notice_that_cannot_be_read_is_put_off_and_the_others_are_still_found(
    units_of_work: SqlUnitOfWorkFactory,
) -> None:
    await with_members(units_of_work)
    broken, sent = a_notice(), a_notice(state=NoticeState.SENT, next_try=None)
    async with units_of_work.begin() as uow:
        for notice in (broken, sent):
            await uow.notices.add(notice)
            await uow.notices.postpone(notice.id, START + HOUR)
    async with units_of_work.read() as view:
        assert await view.notices.due(START) == ()
        kept = await view.notices.notice(broken.id)
        assert kept == replace(broken, next_try=START + HOUR, tries=1, version=1)
        assert await view.notices.notice(sent.id) == sent
        assert [await view.notices.count(state) for state in (NoticeState.WAITING, NoticeState.SENT)] == [1, 1]
