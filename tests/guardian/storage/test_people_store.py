"""Members, people and accounts, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from guardian.errors import Stale
from guardian.ids import AccountId, PersonId, SpaceName, new_id
from guardian.people.values import KnownAccount, Person, Trust
from guardian.spaces.port import Account
from guardian.storage.keys_store import Scope
from guardian.storage.work import Works
from tests.builders.desk import AMARA, DMITRI, FORUM, everybody
from tests.fakes.clock import START

pytestmark = pytest.mark.asyncio


def a_person(code_name: str = "velvet-harbour") -> Person:
    """A person without accounts."""
    return Person(PersonId(new_id()), code_name, START)


def an_account(person: Person, native_id: str = "41", **facts: object) -> KnownAccount:
    """A vouched account of the person in the forum."""
    account = Account(FORUM, native_id)
    known = KnownAccount(AccountId(new_id()), person.id, account, "grumbler", Trust.VOUCHED, START, "service", "shown")
    return replace(known, **facts)  # type: ignore[arg-type]  # by field names


async def test_members_are_read_back_as_they_were(works: Works) -> None:
    async with works.begin() as work:
        for member in everybody():
            await work.people.add_member(member)
    async with works.look() as view:
        assert await view.people.members() == everybody()
        assert await view.people.member_with(Account(FORUM, "4")) == next(m for m in everybody() if m.id == DMITRI)
        assert await view.people.member_with(Account(SpaceName("wiki"), "4")) is None


async def test_a_member_changed_by_two_at_once_is_stale_for_the_second(works: Works) -> None:
    amara = everybody()[0]
    async with works.begin() as work:
        await work.people.add_member(amara)
    async with works.begin() as work:
        await work.people.save_member(replace(amara, email="amara@example.org", ended_at=START + timedelta(days=1)))
    with pytest.raises(Stale):
        async with works.begin() as work:
            await work.people.save_member(replace(amara, email="other@example.org"))
    async with works.look() as view:
        kept = await view.people.member(AMARA)
    assert kept is not None
    assert (kept.email, kept.version) == ("amara@example.org", 1)


async def test_accounts_are_found_by_person_space_and_native_id(works: Works) -> None:
    one, other = a_person(), a_person("copper-lantern")
    mine, theirs = an_account(one), an_account(other, "42", trust=Trust.ASSERTED, confirmed_by=None)
    async with works.begin() as work:
        for person in (one, other):
            await work.people.add_person(person)
        for account in (mine, theirs):
            await work.people.add_account(account)
    async with works.look() as view:
        assert await view.people.accounts_of(one.id) == (mine,)
        assert await view.people.accounts_in(FORUM) == (mine, theirs)
        assert await view.people.owners(Account(FORUM, "42")) == (theirs,)
        assert await view.people.account(mine.id) == mine
        assert await view.people.person_named("copper-lantern") == other
        assert await view.people.code_names() == {"velvet-harbour", "copper-lantern"}


async def test_a_confirmed_link_is_kept_with_who_confirmed_it(works: Works) -> None:
    person = a_person()
    link = an_account(person, trust=Trust.ASSERTED)
    async with works.begin() as work:
        await work.people.add_person(person)
        await work.people.add_account(link)
        kept = await work.people.save_account(replace(link, trust=Trust.CONFIRMED, confirmed_by=AMARA))
    async with works.look() as view:
        assert await view.people.account(link.id) == kept
    assert kept.version == link.version + 1


async def test_accounts_of_an_expunged_person_are_gone_and_the_others_stay(works: Works) -> None:
    gone, stays = a_person(), a_person("copper-lantern")
    async with works.begin() as work:
        for person in (gone, stays):
            await work.people.add_person(person)
            await work.people.add_account(an_account(person))
    async with works.begin() as work:
        await work.sealer.destroy(Scope.of_person(gone.id))
    async with works.look() as view:
        assert await view.people.accounts_of(gone.id) == ()
        assert len(await view.people.accounts_in(FORUM)) == 1


async def test_more_people_than_keys_fit_in_memory_are_found_all_the_same(works: Works) -> None:
    people = [a_person(f"person-{number}") for number in range(600)]
    async with works.begin() as work:
        for number, person in enumerate(people):
            await work.people.add_person(person)
            await work.people.add_account(an_account(person, str(number)))
    async with works.look() as view:
        (found,) = await view.people.owners(Account(FORUM, "599"))
    assert found.person == people[-1].id
