"""A desk that is served on an emulated Discord: real SQLite behind it, the unmodified library between."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from connectors.discord.client import DiscordConnection
from connectors.discord.config import DiscordConfig
from connectors.discord.intake import attach
from connectors.emulators.discord.client_screen import Screen
from connectors.emulators.discord.people import DiscordPerson
from connectors.emulators.discord.server import DiscordEmulator
from connectors.emulators.discord.state import DiscordState
from connectors.emulators.shared.faults import Fault
from guardian.cases.case import Case
from guardian.cases.reports import Evidence, Report
from guardian.ids import MemberId
from guardian.services.context import AppContext
from tests.builders.community import (
    A_REPORTER,
    DISCORD,
    SOMEBODY,
    Community,
    a_community,
    everybody,
)
from tests.contracts.schemas.discord import validate_history

WHAT = "What happened, and who was involved?"
CONCERNS = "Does it concern, or touch, one of them?"
FIRST = "Who shall hear of it first?"
CHECKBOXES = "Does any of this apply?"
NOTHING_HERE = "There is nothing here by that name, or it is not yours to see."


@dataclass(slots=True)
class DiscordService:
    """The community, its emulated server, and the service between them, which can be restarted."""

    community: Community
    emulator: DiscordEmulator
    app: AppContext
    connection: DiscordConnection

    def person(self, account: str) -> DiscordPerson:
        """The owner of an account in the server."""
        return self.emulator.person(account)

    def member(self, member: MemberId) -> DiscordPerson:
        """A member of the community, at Discord."""
        accounts = {each.id: each.account_in(DISCORD) for each in everybody()}
        account = accounts[member]
        assert account is not None
        return self.person(account.native_id)

    @property
    def reporter(self) -> DiscordPerson:
        """Somebody of the community without any role."""
        return self.person(A_REPORTER.native_id)

    async def ask(self, by: MemberId, command: str, /, **options: Any) -> Screen:
        """What the member sees after the command, once nothing of it is under way any more."""
        return await (await self.member(by).command(command, **options)).wait_until_settled()

    async def press(self, by: MemberId, screen: Screen, button: str) -> Screen:
        """What the member sees after the button."""
        return await (await self.member(by).press(screen, button)).wait_until_settled()

    async def submit(self, by: MemberId, screen: Screen, /, **values: Any) -> Screen:
        """What the member sees after the form, whose fields are named by their ids."""
        return await (await self.member(by).submit(screen, values)).wait_until_settled()

    async def report(self, **values: Any) -> Screen:
        """What the reporter sees after a report."""
        form = await self.reporter.command("report")
        return await (await self.reporter.submit(form, {WHAT: "They insult me.", **values})).wait_until_settled()

    async def reports(self) -> list[Report]:
        """Every report, as the database has it, oldest first."""
        async with self.community.units_of_work.read() as view:
            return [r for case in await view.cases.cases() for r in await view.cases.reports_of(case.id)]

    async def cases(self) -> tuple[Case, ...]:
        """Every case, oldest first."""
        async with self.community.units_of_work.read() as view:
            return await view.cases.cases()

    async def evidence(self, report: Report) -> list[Evidence]:
        """The evidence of the report's case, with its bytes."""
        async with self.community.units_of_work.read() as view:
            listed = await view.cases.evidence_of(report.case)
            found = [await view.cases.evidence(each.id) for each in listed]
        return [each for each in found if each is not None]

    async def a_case(self) -> tuple[str, str]:
        """A case about a person whom the report names, by its code name and theirs."""
        case, person = await self.community.a_named_case(reporter=A_REPORTER)
        return case.code_name, person

    async def case_named(self, code_name: str) -> Case:
        """The case, as the database has it."""
        async with self.community.units_of_work.read() as view:
            case = await view.cases.case_by_code_name(code_name)
        assert case is not None
        return case

    async def restart(self) -> None:
        """The service has gone and come again: what was only in its memory is gone."""
        await self.connection.close()
        self.connection = await _start(self.emulator, self.app)


@asynccontextmanager
async def discord_service(
    folder: Path,
    *,
    changed: Callable[[AppContext], AppContext] = lambda app: app,
    faults: tuple[Fault, ...] = (),
    **facts: Any,
) -> AsyncIterator[DiscordService]:
    """Everybody of the community is in the server, and the service is ready; `changed` and `facts` change the desk."""
    async with a_community(folder) as community:
        state = DiscordState(begun=community.clock.now())
        # An administrator has shown every command to everybody: what is refused here, the service itself refuses.
        state.command_overwrites[state.guild_id] = True
        emulator = DiscordEmulator(state, now=community.clock.now, enforce_limits=False)
        await emulator.start()
        for account in [m.account_in(DISCORD) for m in everybody()] + [SOMEBODY, A_REPORTER]:
            if account is not None:
                state.add_member(state.add_user(f"account{account.native_id[-2:]}", user_id=account.native_id))
        for fault in faults:
            emulator.faults.set(fault)
        app = changed(replace(community.app, **facts))
        made = DiscordService(community, emulator, app, await _start(emulator, app))
        try:
            yield made
        finally:
            await made.connection.close()
            await emulator.stop()
        assert said_in_public(emulator) == []
        assert validate_history(emulator.history) == []


def said_in_public(emulator: DiscordEmulator) -> list[str]:
    """What the service has ever let everybody in the server read: nothing, whatever was asked of it and failed."""
    state = emulator.state
    private = {channel.id for channel in state.channels.values() if channel.recipient_id is not None}
    shown = [change.after for change in emulator.history.changes if change.what == "message" and change.after]
    return [
        str(each["content"])
        for each in shown
        if each["author"]["id"] == state.bot_id and each["channel_id"] not in private
    ]


async def _start(emulator: DiscordEmulator, app: AppContext) -> DiscordConnection:
    ceiling = timedelta(seconds=2)
    config = DiscordConfig(
        name=DISCORD,
        token=emulator.token,
        guild_id=emulator.guild_id,
        api_url=emulator.api_url,
        gateway_url=emulator.gateway_url,
        call_ceiling=ceiling,
    )
    connection = DiscordConnection(config)
    attach(connection, app)
    await connection.start()
    return connection
