"""What a space reports or lists opens the records of those whom it names, and of nobody else."""

from dataclasses import dataclass

import pytest
from sqlalchemy import update

from guardian.ids import AccountId, PersonId, new_id
from guardian.people.models import LinkedAccount, Person, Trust
from guardian.reconciler.resync import resync
from guardian.services.measures.native_actions import compare_listing
from guardian.services.platform_events.account_changes import on_account_changed
from guardian.spaces.port import Listing
from guardian.storage.tables.people import accounts, members
from tests.builders.community import FORUM, Community
from tests.builders.sanctions import a_held_work_item, a_sanction, an_enforcement
from tests.fakes.clock import START


@dataclass(slots=True)
class Known:
    """People who are suspended on the forum, and whose records there can be opened no more but for the first one's."""

    community: Community
    links: list[LinkedAccount]

    async def due(self) -> list[AccountId]:
        """The accounts that are to be looked at now, in the order in which they became known."""
        async with self.community.units_of_work.read() as view:
            items = await view.sanctions.work_items_in(FORUM, AccountId(""), 100)
        return [item.account for item in items if item.due_at is not None and item.due_at <= START]

    async def listing(self) -> Listing:
        """What the forum lists."""
        found = await self.community.spaces[FORUM].list_restrictions()
        assert isinstance(found, Listing)
        return found


async def suspended(community: Community, count: int = 4) -> Known:
    """So many people whose suspension on the forum the service has confirmed."""
    links = [_link(community, str(100 + number)) for number in range(count)]
    case = (await community.a_case()).id
    async with community.units_of_work.begin() as uow:
        people = [Person(link.person, f"person-{link.account.native_id}", START) for link in links]
        await uow.people.add_new_people(list(zip(people, links, strict=True)))
        await uow.sanctions.add_sanctions([a_sanction(person=link.person, case=case) for link in links])
        await uow.sanctions.add_enforcements([(link.person, an_enforcement(account=link.id)) for link in links])
        await uow.sanctions.add_work_items(
            [a_held_work_item(account=link.id, person=link.person, space=FORUM) for link in links]
        )
        await uow.connection.execute(update(accounts).where(accounts.c.id != links[0].id).values(sealed=b"spoilt"))
        await uow.connection.execute(update(members).values(sealed=b"spoilt"))
    return Known(community, links)


def _link(community: Community, native_id: str) -> LinkedAccount:
    account = community.spaces[FORUM].add(native_id)
    return LinkedAccount(
        id=AccountId(new_id()),
        person=PersonId(new_id()),
        account=account,
        handle=f"name-{native_id}",
        trust=Trust.EVIDENCED,
        linked_at=START,
        linked_by="service",
    )


@pytest.mark.harm("every-event-opens-everybodys-records")
async def test_an_event_about_one_account_opens_no_other(community: Community) -> None:
    known = await suspended(community)
    await on_account_changed(community.app, known.links[0].account)
    assert await known.due() == [known.links[0].id]


@pytest.mark.harm("every-event-opens-everybodys-records")
async def test_a_resync_finds_what_is_not_held_any_more_without_opening_anything(community: Community) -> None:
    known = await suspended(community)
    for link in known.links[1:]:
        community.spaces[FORUM].restrict_manually(link.account.native_id, an_enforcement().level)
    app = community.app
    assert await resync(app.units_of_work, app.spaces, app.clock, FORUM) == 1
    assert await known.due() == [known.links[0].id]


@pytest.mark.harm("every-event-opens-everybodys-records")
async def test_what_a_space_lists_is_told_apart_from_what_is_ours_without_opening_anything(
    community: Community,
) -> None:
    """The baseline of what others restrict is what is not ours by the last proof."""
    known = await suspended(community)
    community.spaces[FORUM].add("900")
    for native_id in ("900", *(link.account.native_id for link in known.links)):
        community.spaces[FORUM].restrict_manually(native_id, an_enforcement().level)
    await compare_listing(community.app, FORUM, await known.listing(), START)
    async with community.units_of_work.read() as view:
        assert len(await view.foreign.in_space(FORUM)) == 1
