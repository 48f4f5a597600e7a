"""The joined service over emulated spaces: how it starts, stops, is asked how it is, and follows its file."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from guardian.assembly.bootstrap import assemble, neutral_reason
from guardian.assembly.service import Service
from guardian.clock import DrivenClock, DrivenTime, monotonic_seconds
from guardian.errors import Misconfigured
from guardian.ids import AccountId, CaseId, IntentId, PersonId, Reference, SanctionId, new_id, new_reference
from guardian.people.models import LinkedAccount, Person, Trust
from guardian.sanctions.imposition import add_account
from guardian.sanctions.models import Authority, Intent, IntentKind, Prior, Sanction
from guardian.sandbox.bootstrap import create_installation
from guardian.sandbox.community import DISCORD, FORUM, GITHUB
from guardian.sandbox.config import SandboxOptions, write_config
from guardian.sandbox.world import World, open_world
from guardian.settings.loader import read_settings
from guardian.settings.models import Settings
from guardian.settings.toml_table import mode_switched
from guardian.spaces.port import Space
from guardian.spaces.registry import Mode
from guardian.unit_of_work import WakeupTopic
from rules.ladder import AuthorityKind
from rules.notification import NotificationState
from rules.policy_sections.sanctions import OnTermEnd
from rules.precedence import AccessLevel, Restriction
from tests.fakes.clock import START

TIMEOUT_SECONDS = 20.0


@dataclass(slots=True)
class Installed:
    """One installation over running emulators."""

    world: World
    settings: Settings
    clock: DrivenClock

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Service]:
        """The service runs; it is stopped afterwards."""
        service = await assemble(self.settings, clock=self.clock, budget_scale=1000)
        try:
            await service.start()
            yield service
        finally:
            await service.stop()


@pytest.fixture
async def installed(tmp_path: Path) -> AsyncIterator[Installed]:
    """An installation in enforce mode whose spaces are emulated."""
    time = DrivenTime.create(tmp_path / "time", START)
    clock = DrivenClock(time)
    async with open_world(clock.now, scale=1000) as world:
        often = SandboxOptions(forum_inbox_every="1h")
        settings = read_settings(write_config(tmp_path, world, often), {})
        await create_installation(settings, world.community.members(), clock)
        yield Installed(world, settings, clock)
    time.close()


async def wait_until_idle(service: Service) -> None:
    """Nothing is due any more at the clock's instant."""
    until = monotonic_seconds() + TIMEOUT_SECONDS
    while not await service.is_idle():
        assert monotonic_seconds() < until, "the service came to no rest"
        await asyncio.sleep(0)


async def a_suspended_person(service: Service, world: World, handle: str) -> PersonId:
    """A person with the emulated human's accounts, under a running sanction in every space."""
    now = service.clock.now()
    person = Person(PersonId(new_id()), "quiet-harbour", now)
    async with service.units_of_work.begin() as uow:
        await uow.people.add_person(person)
        for space in (DISCORD, FORUM, GITHUB):
            known = LinkedAccount(
                id=AccountId(new_id()),
                person=person.id,
                account=world[handle].on(space),
                handle=handle,
                trust=Trust.VOUCHED,
                linked_at=now,
                linked_by="service",
            )
            await uow.people.add_account(known)
            await add_account(uow, known)
        sanction = Sanction(
            id=SanctionId(new_id()),
            person=person.id,
            case=CaseId(new_id()),
            restriction=Restriction.SUSPENDED,
            starts=now,
            ends=None,
            spaces=None,
            on_term_end=OnTermEnd.LIFT,
            authority=Authority(AuthorityKind.DECISION, new_id()),
            reference=new_reference(),
            notification=NotificationState.NOTIFIED,
            waits_until=None,
            enacted_at=now,
        )
        await uow.sanctions.add_sanction(sanction)
        await uow.sanctions.schedule_person(person.id, now)
        uow.wake(WakeupTopic.WORK_ITEMS)
    return person.id


async def is_repeat(service: Service) -> bool:
    """Whether the page's form of that id is known; from now on it is."""
    async with service.units_of_work.begin() as uow:
        return await uow.idempotency.claim("page", "a form") is not None


async def get(url: str, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url + path) as answer:
        return answer.status, await answer.text()


async def test_a_decided_restriction_takes_hold_in_every_space(installed: Installed) -> None:
    async with installed.running() as service:
        await a_suspended_person(service, installed.world, "alder")
        await wait_until_idle(service)
    assert installed.world.spaces_shut_out_of(installed.world["alder"]) == (DISCORD, FORUM, GITHUB)


async def test_the_service_says_how_it_is_at_its_own_address(installed: Installed) -> None:
    async with installed.running() as service:
        await wait_until_idle(service)
        status, text = await get(service.url, "/healthz")
    told = json.loads(text)
    assert (status, told["well"], told["blocked_keys"]) == (200, True, 0)
    assert set(told["heartbeats"]) >= {"keys", "notices", "promises", "jobs", "sweeps", "links", "inbox forum"}


async def test_the_pages_are_served_under_the_address_that_links_carry(installed: Installed) -> None:
    async with installed.running() as service:
        assert service.app.base_url == service.url
        status, _ = await get(service.app.base_url, "/report")
    assert status == 200


async def test_a_space_that_is_switched_to_observe_is_only_looked_at_without_a_restart(installed: Installed) -> None:
    path = installed.settings.path
    async with installed.running() as service:
        await wait_until_idle(service)
        switched = mode_switched(path.read_text(encoding="utf-8"), FORUM, Mode.OBSERVE)
        assert switched is not None
        path.write_text(switched, encoding="utf-8")
        await service.reread_modes()
        await a_suspended_person(service, installed.world, "alder")
        await wait_until_idle(service)
        assert service.spaces.mode(FORUM) is Mode.OBSERVE
    assert installed.world.spaces_shut_out_of(installed.world["alder"]) == (DISCORD, GITHUB)


async def test_a_space_that_is_switched_to_enforce_holds_at_once_what_was_only_wanted(installed: Installed) -> None:
    path = installed.settings.path
    whole = path.read_text(encoding="utf-8")
    path.write_text(mode_switched(whole, FORUM, Mode.OBSERVE) or "", encoding="utf-8")
    installed.settings = read_settings(path, {})
    async with installed.running() as service:
        await a_suspended_person(service, installed.world, "alder")
        await wait_until_idle(service)
        before = installed.world.spaces_shut_out_of(installed.world["alder"])
        path.write_text(whole, encoding="utf-8")
        await service.reread_modes()
        await wait_until_idle(service)
    assert before == (DISCORD, GITHUB)
    assert installed.world.spaces_shut_out_of(installed.world["alder"]) == (DISCORD, FORUM, GITHUB)


async def test_a_file_that_cannot_be_read_leaves_every_mode_as_it_was(installed: Installed) -> None:
    async with installed.running() as service:
        installed.settings.path.write_text("[spaces.forum\n", encoding="utf-8")
        await service.reread_modes()
        assert [service.spaces.mode(name) for name in service.spaces.names] == [Mode.ENFORCE] * 3


async def test_a_second_service_on_one_database_is_refused_and_the_first_goes_on(installed: Installed) -> None:
    async with installed.running() as first:
        with pytest.raises(Misconfigured, match="Another 'serve' already works"):
            async with installed.running():
                pass
        await wait_until_idle(first)
        assert (await get(first.url, "/healthz"))[0] == 200


async def test_a_service_that_was_stopped_can_be_started_again(installed: Installed) -> None:
    async with installed.running() as service:
        await a_suspended_person(service, installed.world, "alder")
        await wait_until_idle(service)
    async with installed.running() as service:
        await wait_until_idle(service)
        async with service.units_of_work.read() as view:
            assert [line.act for line in await view.journal.after(0)].count("service.was_started") == 2


async def test_a_start_finds_at_once_what_was_lifted_by_hand_while_the_service_was_down(installed: Installed) -> None:
    """The harm: no event is kept for a service that is down, and the next resync would be a whole round away."""
    alder = installed.world["alder"]
    async with installed.running() as service:
        await a_suspended_person(service, installed.world, "alder")
        await wait_until_idle(service)
    installed.world.forum.manual_actions.unsuspend_by_hand("priya", "alder")
    assert installed.world.spaces_shut_out_of(alder) == (DISCORD, GITHUB)
    async with installed.running() as service:
        await wait_until_idle(service)
    assert installed.world.spaces_shut_out_of(alder) == (DISCORD, FORUM, GITHUB)


async def test_what_recurs_is_counted_among_what_is_due_next(installed: Installed) -> None:
    """The harm: driven time jumps past the polls of an inbox, so that no story shows what comes by them."""
    async with installed.running() as service:
        await wait_until_idle(service)
        first = min(inbox.poll_interval for inbox in service.inboxes)
        assert await service.next_due() == START + first


async def test_an_act_that_was_never_confirmed_is_looked_at_at_the_next_start(installed: Installed) -> None:
    async with installed.running() as service:
        person = await a_suspended_person(service, installed.world, "alder")
        await wait_until_idle(service)
        async with service.units_of_work.begin() as uow:
            (item, *_) = await uow.sanctions.work_items_of(person)
            level, reference = AccessLevel.BARRED, new_reference()
            intent = Intent(
                id=IntentId(new_id()),
                account=item.account,
                kind=IntentKind.RESTRICT,
                level=level,
                reference=reference,
                prior=Prior(),
                opened_at=uow.now,
            )
            await uow.sanctions.add_intent(person, intent)
        assert await service.is_idle()
    async with installed.running() as service:
        await wait_until_idle(service)
        async with service.units_of_work.read() as view:
            assert await view.sanctions.open_intents(item.account) == ()


async def test_an_event_of_the_forum_makes_its_account_looked_at(installed: Installed) -> None:
    world = installed.world
    async with installed.running() as service:
        world.connect_webhooks(service.url)
        await a_suspended_person(service, world, "alder")
        await wait_until_idle(service)
        world.forum.manual_actions.unsuspend_by_hand("priya", "alder")
        await world.wait_for_deliveries()
        await wait_until_idle(service)
        assert FORUM in world.spaces_shut_out_of(world["alder"])


async def test_what_was_delivered_long_ago_is_forgotten_with_its_answer(installed: Installed) -> None:
    """A first answer holds the reporter's receipt: it is kept only for as long as a platform may repeat its delivery."""
    async with installed.running() as service:
        await wait_until_idle(service)
        assert await is_repeat(service) is False
        for days, remembered in ((6, True), (8, False)):
            installed.clock.time.set(START + timedelta(days=days))
            await wait_until_idle(service)
            assert await is_repeat(service) is remembered


async def test_an_address_that_is_taken_is_refused_with_the_remedy(installed: Installed) -> None:
    async with installed.running() as first:
        port = int(first.url.rpartition(":")[2])
        other = replace(installed.settings, port=port, database=f"{installed.settings.database}-2")
        second = Installed(installed.world, other, installed.clock)
        await create_installation(replace(other, key_ring=other.key_ring.with_name("r2")), (), installed.clock)
        second.settings = replace(other, key_ring=other.key_ring.with_name("r2"))
        with pytest.raises(Misconfigured, match=r"set another address as service\.listen"):
            async with second.running():
                pass


async def test_what_is_put_round_a_space_stands_between_it_and_the_service(installed: Installed) -> None:
    seen: list[str] = []

    def wrap(space: Space) -> Space:
        seen.append(space.name)
        return space

    service = await assemble(installed.settings, clock=installed.clock, wrap=wrap)
    await service.stop()
    assert seen == [DISCORD, FORUM, GITHUB]


def test_what_a_space_keeps_of_ours_is_one_sentence_and_the_reference() -> None:
    """Policy: P-3.1."""
    reason = neutral_reason(Reference("GRD-ABCDEFGHJKMN"))
    assert reason == "Access is limited by the community's moderation. Reference GRD-ABCDEFGHJKMN."
