"""Members, people and accounts, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete

from guardian.errors import Stale
from guardian.ids import AccountId, PersonId, SpaceName, new_id
from guardian.people.models import LinkedAccount, Person, Trust
from guardian.spaces.port import Account
from guardian.storage.data_key_store import KeyScope
from guardian.storage.tables.people import members
from guardian.storage.unit_of_work import SqlUnitOfWorkFactory
from tests.builders.community import AMARA, DMITRI, FORUM, everybody
from tests.fakes.clock import START

pytestmark = pytest.mark.asyncio


def a_person(code_name: str = "velvet-harbour") -> Person:
    """A person without accounts."""
    return Person(PersonId(new_id()), code_name, START)


def an_account(person: Person, native_id: str = "41", **facts: object) -> LinkedAccount:
    """A vouched account of the person in the forum."""
    account = Account(FORUM, native_id)
    known = LinkedAccount(
        id=AccountId(new_id()),
        person=person.id,
        account=account,
        handle="grumbler",
        trust=Trust.VOUCHED,
        linked_at=START,
        linked_by="service",
        evidence="shown",
    )
    return replace(known, **facts)  # type: ignore[arg-type]  # by field names


async def test_members_are_read_back_as_they_were(units_of_work: SqlUnitOfWorkFactory) -> None:
    async with units_of_work.begin() as uow:
        for member in everybody():
            await uow.people.add_member(member)
    async with units_of_work.read() as view:
        assert await view.people.members() == everybody()
        assert await view.people.member_with_account(Account(FORUM, "4")) == next(
            m for m in everybody() if m.id == DMITRI
        )
        assert await view.people.member_with_account(Account(SpaceName("wiki"), "4")) is None


async def test_a_changed_seat_holds_in_the_transaction_that_changed_it(units_of_work: SqlUnitOfWorkFactory) -> None:
    amara, bruno = everybody()[:2]
    async with units_of_work.begin() as uow:
        await uow.people.add_member(amara)
        assert await uow.people.member(bruno.id) is None
        await uow.people.add_member(bruno)
        assert await uow.people.member(bruno.id) == bruno
        assert await uow.people.members() == (amara, bruno)
        left = await uow.people.save_member(replace(bruno, roles=(), ended_at=START))
        assert await uow.people.member(bruno.id) == left
        assert await uow.people.members() == (amara, left)


async def test_members_are_read_once_in_a_transaction_and_again_in_the_next(
    units_of_work: SqlUnitOfWorkFactory,
) -> None:
    amara = everybody()[0]
    async with units_of_work.begin() as uow:
        await uow.people.add_member(amara)
    async with units_of_work.begin() as uow:
        assert await uow.people.members() == (amara,)
        await uow.connection.execute(delete(members))
        assert await uow.people.members() == (amara,)
        assert await uow.people.member(AMARA) == amara
    async with units_of_work.read() as view:
        assert await view.people.members() == ()
        assert await view.people.member(AMARA) is None


async def test_a_member_changed_by_two_at_once_is_stale_for_the_second(units_of_work: SqlUnitOfWorkFactory) -> None:
    amara = everybody()[0]
    async with units_of_work.begin() as uow:
        await uow.people.add_member(amara)
    async with units_of_work.begin() as uow:
        await uow.people.save_member(replace(amara, email="amara@example.org", ended_at=START + timedelta(days=1)))
    with pytest.raises(Stale):
        async with units_of_work.begin() as uow:
            await uow.people.save_member(replace(amara, email="other@example.org"))
    async with units_of_work.read() as view:
        kept = await view.people.member(AMARA)
    assert kept is not None
    assert (kept.email, kept.version) == ("amara@example.org", 1)


async def test_accounts_are_found_by_person_space_and_native_id(units_of_work: SqlUnitOfWorkFactory) -> None:
    one, other = a_person(), a_person("copper-lantern")
    mine, theirs = an_account(one), an_account(other, "42", trust=Trust.ASSERTED, confirmed_by=None)
    async with units_of_work.begin() as uow:
        for person in (one, other):
            await uow.people.add_person(person)
        for account in (mine, theirs):
            await uow.people.add_account(account)
    async with units_of_work.read() as view:
        assert await view.people.accounts_of(one.id) == (mine,)
        both = (Account(FORUM, "42"), mine.account)
        assert await view.people.links_of_accounts(both) == (mine, theirs)
        assert await view.people.ids_of_accounts(FORUM, ["42", "no such id"]) == {theirs.id: "42"}
        assert await view.people.links_of_account(Account(FORUM, "42")) == (theirs,)
        assert await view.people.account(mine.id) == mine
        assert await view.people.person_by_code_name("copper-lantern") == other
        assert await view.people.used_code_names(["velvet-harbour", "other-name"]) == {"velvet-harbour"}


async def test_a_confirmed_link_is_kept_with_who_confirmed_it(units_of_work: SqlUnitOfWorkFactory) -> None:
    person = a_person()
    link = an_account(person, trust=Trust.ASSERTED)
    async with units_of_work.begin() as uow:
        await uow.people.add_person(person)
        await uow.people.add_account(link)
        kept = await uow.people.save_account(replace(link, trust=Trust.CONFIRMED, confirmed_by=AMARA))
    async with units_of_work.read() as view:
        assert await view.people.account(link.id) == kept
    assert kept.version == link.version + 1


async def test_accounts_of_an_expunged_person_are_gone_and_the_others_stay(units_of_work: SqlUnitOfWorkFactory) -> None:
    gone, stays = a_person(), a_person("copper-lantern")
    async with units_of_work.begin() as uow:
        for person in (gone, stays):
            await uow.people.add_person(person)
            await uow.people.add_account(an_account(person))
    async with units_of_work.begin() as uow:
        await uow.encryption.destroy(KeyScope.of_person(gone.id))
    async with units_of_work.read() as view:
        assert await view.people.accounts_of(gone.id) == ()
        (left,) = await view.people.links_of_account(an_account(stays).account)
        assert left.person == stays.id


async def test_more_people_than_keys_fit_in_memory_are_found_all_the_same(units_of_work: SqlUnitOfWorkFactory) -> None:
    people = [a_person(f"person-{number}") for number in range(600)]
    async with units_of_work.begin() as uow:
        for number, person in enumerate(people):
            await uow.people.add_person(person)
            await uow.people.add_account(an_account(person, str(number)))
    async with units_of_work.read() as view:
        (found,) = await view.people.links_of_account(Account(FORUM, "599"))
    assert found.person == people[-1].id
