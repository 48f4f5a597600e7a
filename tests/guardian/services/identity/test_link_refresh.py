"""The spaces are asked about a few of those at a time on whom something runs, and everybody's turn comes (P-6.4)."""

from collections.abc import Sequence

import pytest

from guardian.ids import AccountId, CaseId, PersonId, new_id
from guardian.people.models import LinkedAccount, LinkEvidence, Person, Trust
from guardian.sanctions.models import Sanction
from guardian.services.identity.link_refresh import SHARE, link_reported, refresh_vouched_links
from guardian.spaces.port import Account
from tests.builders.community import FORUM, GITHUB, Community
from tests.builders.sanctions import a_sanction, day
from tests.fakes.space import Fault


async def suspended_on_forum(community: Community, count: int) -> list[LinkedAccount]:
    """So many people, each with one account on the forum and a suspension that runs, oldest first."""
    case = (await community.a_case()).id
    people = [
        (Person(PersonId(new_id()), f"person-{number}", community.clock.now()), str(100 + number))
        for number in range(count)
    ]
    links = [_forum_link(community, person.id, native_id, case) for person, native_id in people]
    async with community.units_of_work.begin() as uow:
        await uow.people.add_new_people([(person, link) for (person, _), link in zip(people, links, strict=True)])
        await uow.sanctions.add_sanctions([_sanction(link, case) for link in links])
    return links


def _sanction(link: LinkedAccount, case: CaseId) -> Sanction:
    return a_sanction(person=link.person, case=case)


def _forum_link(community: Community, person: PersonId, native_id: str, case: CaseId) -> LinkedAccount:
    return LinkedAccount(
        id=AccountId(new_id()),
        person=person,
        account=community.spaces[FORUM].add(native_id),
        handle=f"name-{native_id}",
        trust=Trust.EVIDENCED,
        linked_at=community.clock.now(),
        linked_by="service",
        case_evidence=(LinkEvidence(case, Trust.EVIDENCED, "service"),),
    )


def vouch(community: Community, links: Sequence[LinkedAccount]) -> None:
    """The forum vouches from now on that each has an account on GitHub as well."""
    for link in links:
        theirs = community.spaces[GITHUB].add(f"9{link.account.native_id}")
        community.spaces[FORUM].accounts[link.account.native_id].elsewhere = (theirs,)


async def linked_people(community: Community) -> set[PersonId]:
    """Everybody with an account on GitHub."""
    async with community.units_of_work.read() as view:
        theirs = [Account(GITHUB, native_id) for native_id in community.spaces[GITHUB].accounts]
        return {link.person for link in await view.people.links_of_accounts(theirs)}


@pytest.mark.harm("one-question-for-each-person-starves-the-rest")
async def test_a_refresh_asks_about_as_many_however_many_are_suspended(community: Community) -> None:
    await suspended_on_forum(community, 3 * SHARE)
    before = len(community.spaces[FORUM].asked_for_links)
    await refresh_vouched_links(community.app)
    assert len(community.spaces[FORUM].asked_for_links) - before == SHARE


@pytest.mark.harm("last-in-line-never-asked-about")
async def test_everybodys_turn_comes_oldest_first_and_the_first_again_after_the_last(community: Community) -> None:
    links = await suspended_on_forum(community, SHARE + 3)
    forum = community.spaces[FORUM]
    forum.asked_for_links.clear()
    for _ in range(2):
        await refresh_vouched_links(community.app)
    assert forum.asked_for_links[: len(links)] == [link.account for link in links]
    assert forum.asked_for_links[len(links) :] == [link.account for link in links[: SHARE - 3]]


@pytest.mark.harm("last-in-line-never-asked-about")
async def test_a_space_that_gives_no_answer_ends_the_share_and_stops_nobody_behind_it(community: Community) -> None:
    links = await suspended_on_forum(community, 3)
    vouch(community, links)
    forum = community.spaces[FORUM]
    forum.fault = Fault.DOWN
    forum.asked_for_links.clear()
    assert await refresh_vouched_links(community.app) == 0
    assert forum.asked_for_links == [links[0].account]
    forum.fault = Fault.NONE
    await refresh_vouched_links(community.app)
    assert await linked_people(community) == {link.person for link in links}


async def test_whoever_has_nothing_running_is_not_asked_about(community: Community) -> None:
    await suspended_on_forum(community, 2)
    community.clock.instant = day(31)
    community.spaces[FORUM].asked_for_links.clear()
    await refresh_vouched_links(community.app)
    assert community.spaces[FORUM].asked_for_links == []


@pytest.mark.harm("last-in-line-never-asked-about")
async def test_a_new_account_that_the_forum_reports_is_reached_without_a_turn(community: Community) -> None:
    """P-6.6: it is nobody's yet, and what it is called leads nowhere."""
    links = await suspended_on_forum(community, 2 * SHARE)
    old = links[-1].account
    new = community.spaces[FORUM].add("9000", "somebody-new", elsewhere=(old,))
    assert await link_reported(community.app, [new]) == 1
    async with community.units_of_work.read() as view:
        (found,) = await view.people.links_of_account(new)
    assert (found.person, found.trust) == (links[-1].person, Trust.VOUCHED)


async def test_a_reported_account_that_nobody_is_vouched_by_is_left_alone(community: Community) -> None:
    await suspended_on_forum(community, 1)
    stranger = community.spaces[FORUM].add("9000", "stranger", elsewhere=(Account(GITHUB, "1"),))
    assert await link_reported(community.app, [stranger]) == 0
