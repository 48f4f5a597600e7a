"""A form opens within Discord's three seconds, whatever the database does: nobody loses the moment to write."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from connectors.emulators.discord.client_screen import Screen
from guardian.services.context import AppContext, ReadView, UnitOfWork
from guardian.unit_of_work import UnitOfWorkFactory
from tests.builders.community import AMARA, SOMEBODY
from tests.connectors.discord.service import CONCERNS, WHAT, DiscordService, discord_service

pytestmark = pytest.mark.wire_time

REPORT_MENU = "Report conduct"
ESCALATION_MENU = "Escalate to the working group"


class Slow:
    """A database that answers nobody while it is `closed`."""

    def __init__(self, units_of_work: UnitOfWorkFactory[ReadView, UnitOfWork]) -> None:
        self._units_of_work = units_of_work
        self.open = asyncio.Event()
        self.open.set()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        await self.open.wait()
        async with self._units_of_work.begin() as uow:
            yield uow

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadView]:
        await self.open.wait()
        async with self._units_of_work.read() as view:
            yield view


@asynccontextmanager
async def slow_service(folder: Path) -> AsyncIterator[tuple[DiscordService, Slow]]:
    """A service whose database can be made to answer nobody."""
    made: list[Slow] = []

    def changed(app: AppContext) -> AppContext:
        made.append(Slow(app.units_of_work))
        return replace(app, units_of_work=made[0])

    async with discord_service(folder, changed=changed) as service:
        try:
            yield service, made[0]
        finally:
            made[0].open.set()


async def open_every_form(service: DiscordService, answer: Screen, message: str) -> dict[str, Screen]:
    """What people see after each command, menu and button that opens a form and looks something up before."""
    reporter, chair = service.reporter, service.member(AMARA)
    asked = {
        "report": reporter.command("report"),
        "message": reporter.message_menu(REPORT_MENU, message),
        "member": reporter.user_menu("Report this person", SOMEBODY.native_id),
        "files": reporter.press(answer, "Add files"),
        "escalate": chair.command("escalate", matter="QUIET OTTER"),
        "escalate message": chair.message_menu(ESCALATION_MENU, message),
        "escalate member": chair.user_menu("Escalate this person", SOMEBODY.native_id),
    }
    return dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))


@pytest.mark.harm("form-lost-to-a-slow-database")
async def test_every_form_opens_while_the_database_answers_nobody(tmp_path: Path) -> None:
    async with slow_service(tmp_path) as (service, database):
        answer = await service.report()
        state = service.emulator.state
        message = state.add_message(state.general_id, SOMEBODY.native_id, "You are all fools.")
        database.open.clear()
        seen = await open_every_form(service, answer, message)
        assert [name for name, screen in seen.items() if screen.modal is None] == []


@pytest.mark.harm("form-lost-to-a-slow-database")
async def test_a_form_that_opened_without_its_lists_is_taken_in_like_any_other(tmp_path: Path) -> None:
    async with slow_service(tmp_path) as (service, database):
        database.open.clear()
        form = await service.reporter.command("report")
        database.open.set()
        await (await service.reporter.submit(form, {WHAT: "They insult me."})).wait_until_settled()
        assert [report.what_happened for report in await service.reports()] == ["They insult me."]


async def test_the_lists_in_a_form_that_cannot_wait_are_those_last_read(tmp_path: Path) -> None:
    """P-2.5: whom it concerns can still be picked."""
    async with slow_service(tmp_path) as (service, database):
        await service.reporter.command("report")
        database.open.clear()
        form = await service.reporter.command("report")
        assert form.modal is not None
        assert "Dmitri Volkov" in [label for label, _ in form.modal.find(CONCERNS).options]


async def test_a_form_opened_unasked_is_refused_to_whoever_may_not_send_it(tmp_path: Path) -> None:
    """What was not asked before it opened is asked when it is sent, and the words come back."""
    async with slow_service(tmp_path) as (service, database):
        database.open.clear()
        form = await service.reporter.command("escalate", matter="QUIET OTTER")
        database.open.set()
        sent = await (await service.reporter.submit(form, {"words": "Settled."})).wait_until_settled()
        assert "There is nothing here by that name" in sent.text
        assert [file.text for message in sent.messages for file in message.files] == ["Settled."]
