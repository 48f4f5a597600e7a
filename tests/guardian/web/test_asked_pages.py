"""The page of whoever is asked to do something by hand: opened by their own link, and answered there."""

from dataclasses import replace

from guardian.cases.receipts import digest_secret
from guardian.ids import AccountId, ContactAddress, ManualTaskId, PersonId, new_id, new_reference
from guardian.people.models import LinkedAccount, Person, Trust
from guardian.sanctions.manual_tasks import ManualTask, ManualTaskKind, TaskLink
from guardian.sanctions.pause_tasks import PauseTask
from guardian.spaces.pauses import PauseKind
from guardian.spaces.port import Account, Administrator
from rules.precedence import AccessLevel
from tests.builders.community import DISCORD, Community
from tests.builders.pages import Pages, text_of

SECRET = "23456-789AB-CDEFG-HJKMN-PQRST-U"
ANA = ContactAddress("ana@example.org")
PAGE = f"/asked/{SECRET}"
PAUSE_PAGE = f"/asked/pause/{SECRET}"


async def a_task(community: Community) -> None:
    """Ana looks after a space, and is asked to keep an account out there."""
    space = community.spaces[DISCORD]
    space.capabilities = replace(space.capabilities, administrators=(Administrator("Ana", ANA),))
    now = community.clock.now()
    person = Person(PersonId(new_id()), "quiet harbour", now)
    link = LinkedAccount(
        id=AccountId(new_id()),
        person=person.id,
        account=Account(DISCORD, "42"),
        handle="alder@lists.example",
        trust=Trust.EVIDENCED,
        linked_at=now,
        linked_by="service",
    )
    task = ManualTask(
        id=ManualTaskId(new_id()),
        person=person.id,
        account=link.id,
        space=DISCORD,
        kind=ManualTaskKind.RESTRICT,
        level=AccessLevel.BARRED,
        reference=new_reference(),
        asked_at=now,
        due=now,
        asked=(ANA,),
    )
    async with community.units_of_work.begin() as uow:
        await uow.people.add_person(person)
        await uow.people.add_account(link)
        await uow.manual_tasks.add(task)
        await uow.manual_tasks.add_link(TaskLink(digest_secret(SECRET), task.id, ANA), person.id)


async def test_opening_the_page_answers_nothing_and_shows_only_what_to_do(pages: Pages, community: Community) -> None:
    """P-1.3: mail programs open links by themselves."""
    await a_task(community)
    await pages.get(PAGE)
    shown = await pages.get(PAGE)
    assert "Account or address: alder@lists.example" in text_of(shown)
    assert "Please keep this account out" in text_of(shown)
    assert "I cannot do it" in text_of(shown)
    assert "quiet harbour" not in shown.text


async def test_what_is_done_is_confirmed_and_can_be_taken_back(pages: Pages, community: Community) -> None:
    """P-1.3"""
    await a_task(community)
    done = await pages.post(f"{PAGE}/done")
    assert "said that it is done" in text_of(done)
    back = await pages.post(f"{PAGE}/back")
    assert "This is not asked for any more" in text_of(back)


async def test_a_wrong_link_looks_like_an_address_that_does_not_exist(pages: Pages, community: Community) -> None:
    await a_task(community)
    wrong, nothing = await pages.get(f"{PAGE}X"), await pages.get("/no-such-page")
    assert (wrong.status_code, text_of(wrong)) == (nothing.status_code, text_of(nothing))
    assert (await pages.post(f"{PAGE}X/done")).status_code == 404


async def test_a_pause_is_confirmed_on_a_page_that_says_what_to_do_and_names_nobody(
    pages: Pages, community: Community
) -> None:
    """P-1.6: opening the page answers nothing."""
    now = community.clock.now()
    task = PauseTask(
        id=new_id(),
        space=DISCORD,
        kind=PauseKind.WRITING,
        closes=True,
        asked_at=now,
        due=now,
        digests=(digest_secret(SECRET),),
    )
    async with community.units_of_work.begin() as uow:
        await uow.pause_tasks.add(task)
    await pages.get(PAUSE_PAGE)
    shown = text_of(await pages.get(PAUSE_PAGE))
    assert "Please close discord for a while" in shown
    assert "It is done" in shown
    done = text_of(await pages.fill(PAUSE_PAGE, f"{PAUSE_PAGE}/done"))
    assert "have said that it is done" in done
    assert "Please close" not in done
    assert (await pages.get("/asked/pause/23456-WRONG-SECRT-HJKMN-PQRST-U")).status_code == 404
