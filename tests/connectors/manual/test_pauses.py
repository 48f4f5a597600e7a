"""A space without a connector, paused by hand: asked of a named human, in force once they have said so. P-1.3, P-1.6"""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.manual.pauses import ManualPauses
from connectors.manual.space import ManualSpace
from guardian.errors import NotFound
from guardian.ids import ContactAddress, SpaceName
from guardian.notices.models import Notice, NoticeKind
from guardian.reconciler.pause_store import PauseState
from guardian.reconciler.pauses import PauseContext, reconcile_due
from guardian.retry import RetryPolicy
from guardian.services.context import UnitOfWork
from guardian.services.manual_spaces.pause_tasks import PATH, confirm_pause_task, read_pause_task
from guardian.services.pauses.notices import PauseAlerts
from guardian.services.pauses.pauses import PauseRequest, PauseView, begin_pause, end_pause, list_pauses
from guardian.spaces.pauses import OPEN, PauseKind, PauseTarget
from guardian.spaces.port import Administrator, Unknown
from guardian.spaces.registry import Mode, RegisteredSpace, SpaceRegistry
from rules.pauses import PauseReason
from tests.builders.community import AMARA, BRUNO, Community, a_community

CHAT = SpaceName("chat")
ANA, BEN = ContactAddress("ana@example.org"), ContactAddress("ben@example.org")
HOUR = timedelta(hours=1)
TARGET = PauseTarget(CHAT, PauseKind.WRITING)


@dataclass(slots=True)
class Chat:
    """A chat that Ana and Ben look after, and the loop that keeps what is wanted of it."""

    community: Community
    port: ManualPauses
    context: PauseContext[UnitOfWork]

    async def pause(self, hours: int = 6) -> PauseView:
        """Amara has paused it, and the loop has turned once."""
        asked = PauseRequest(CHAT, PauseKind.WRITING, PauseReason.HEATED, hours * HOUR)
        made = await begin_pause(self.community.app, AMARA, asked)
        await self.turn()
        return made

    async def turn(self, hours: float = 0) -> None:
        """So much later, the loop has turned, as often as something was due."""
        end = self.community.clock.now() + hours * HOUR
        due = await reconcile_due(self.context)
        while due is not None and due <= end:
            self.community.pass_time(max(due - self.community.clock.now(), timedelta(seconds=1)))
            due = await reconcile_due(self.context)
        self.community.pass_time(max(end - self.community.clock.now(), timedelta()))
        await reconcile_due(self.context)

    async def mails(self, address: ContactAddress) -> list[Notice]:
        """What this one of them was asked."""
        waiting = await self.community.waiting_notices()
        return [n for n in waiting if n.kind is NoticeKind.MANUAL_TASK and n.to.address == address]

    async def secret(self, address: ContactAddress) -> str:
        """The secret behind the newest link that they were sent."""
        found = re.search(f"{PATH}/(.+)", str((await self.mails(address))[-1].facts["page"]))
        assert found is not None
        return found[1]

    async def confirm(self, address: ContactAddress) -> None:
        """They have said that it is done, and the loop has turned."""
        await confirm_pause_task(self.community.app, await self.secret(address))
        await self.turn()

    async def state(self) -> PauseState:
        async with self.community.units_of_work.read() as view:
            (pause,) = await view.pauses.since(self.community.clock.now() - timedelta(days=30))
        return pause.state


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[Chat]:
    async with a_community(tmp_path) as community:
        port = ManualPauses()
        space = ManualSpace(CHAT, (Administrator("Ana", ANA), Administrator("Ben", BEN)))
        registry = SpaceRegistry((RegisteredSpace(space, Mode.ENFORCE, pauses=port),))
        community.app = replace(community.app, spaces=registry)
        port.attach(community.app)
        context = PauseContext(
            units_of_work=community.app.units_of_work,
            spaces=registry,
            clock=community.clock,
            alerts=PauseAlerts(),
            retry_policy=RetryPolicy(),
        )
        yield Chat(community, port, context)


@pytest.mark.harm("counted-as-kept-out-before-anybody-did-it")
async def test_it_is_in_force_once_whoever_was_asked_has_said_so(chat: Chat) -> None:
    """P-1.3"""
    await chat.pause()
    assert await chat.state() is PauseState.TRYING
    (notice,) = await chat.mails(ANA)
    assert set(notice.facts) == {"space", "due", "page", "ask"}
    page = await read_pause_task(chat.community.app, await chat.secret(ANA))
    assert (page.space, page.closes) == (CHAT, True)
    await chat.confirm(ANA)
    assert await chat.state() is PauseState.HELD
    assert await chat.mails(BEN) == []


@pytest.mark.harm("let-in-too-late-because-nobody-was-asked-in-time")
async def test_at_its_end_somebody_is_asked_to_open_it_and_it_is_over_once_they_have(chat: Chat) -> None:
    """P-1.3, P-1.6"""
    await chat.pause()
    await chat.confirm(ANA)
    await chat.turn(7)
    assert await chat.state() is not PauseState.RELEASED
    page = await read_pause_task(chat.community.app, await chat.secret(ANA))
    assert not page.closes
    await chat.confirm(ANA)
    assert await chat.state() is PauseState.RELEASED
    assert await chat.port.observe(TARGET) == OPEN


@pytest.mark.harm("silence-of-one-helper-leaves-somebody-inside")
async def test_after_silence_the_next_is_asked_and_the_answer_of_either_counts(chat: Chat) -> None:
    """P-1.3"""
    await chat.pause(hours=24)
    first = await chat.secret(ANA)
    assert await chat.mails(BEN) == []
    await chat.turn(23)
    assert await chat.mails(BEN) == []
    await end_pause(chat.community.app, BRUNO, (await list_pauses(chat.community.app, BRUNO))[0].id)
    await chat.turn(26)
    assert [len(await chat.mails(each)) for each in (ANA, BEN)] == [2, 1]
    await confirm_pause_task(chat.community.app, first)
    assert (await read_pause_task(chat.community.app, first)).state == "dropped"
    await chat.confirm(BEN)
    assert await chat.state() is PauseState.RELEASED


@pytest.mark.harm("pause-left-out-of-sight")
async def test_whoever_never_answered_may_have_closed_it_so_somebody_is_asked_to_open_it(chat: Chat) -> None:
    """P-1.6: else a space stays closed that nobody remembers."""
    made = await chat.pause()
    await end_pause(chat.community.app, BRUNO, made.id)
    await chat.turn()
    page = await read_pause_task(chat.community.app, await chat.secret(ANA))
    assert not page.closes


@pytest.mark.harm("asked-twice-for-one-thing")
async def test_looking_again_asks_nobody_again(chat: Chat) -> None:
    """P-1.3"""
    await chat.pause()
    await chat.turn(5)
    assert len(await chat.mails(ANA)) == 1
    assert await chat.mails(BEN) == []


async def test_a_link_that_there_is_not_opens_nothing(chat: Chat) -> None:
    """P-1.3"""
    for act in (read_pause_task, confirm_pause_task):
        with pytest.raises(NotFound):
            await act(chat.community.app, "23456-789AB-CDEFG-HJKMN-PQRST-U")


async def test_before_the_service_runs_nothing_is_known() -> None:
    assert isinstance(await ManualPauses().observe(TARGET), Unknown)
