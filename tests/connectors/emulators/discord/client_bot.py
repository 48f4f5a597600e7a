"""An unmodified discord.py client pointed at an emulator, with a small bot of every kind of answer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import discord
import yarl
from discord import app_commands

from connectors.emulators.discord.server import DiscordEmulator

BEGAN = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class ManualClock:
    """Case time that moves only when a test says so."""

    def __init__(self) -> None:
        self.at = BEGAN

    def now(self) -> datetime:
        return self.at

    def advance(self, span: timedelta) -> None:
        self.at += span


class ReportForm(discord.ui.Modal):
    """One field of each kind that the product may use."""

    def __init__(self) -> None:
        super().__init__(title="Report", custom_id="report")
        options = [discord.SelectOption(label="Ada", value="a"), discord.SelectOption(label="Ben", value="b")]
        self.what: discord.ui.TextInput[ReportForm] = discord.ui.TextInput(
            custom_id="what", style=discord.TextStyle.paragraph, min_length=5, max_length=60
        )
        self.concerns: discord.ui.Select[ReportForm] = discord.ui.Select(
            custom_id="concerns", required=False, options=options
        )
        self.files: discord.ui.FileUpload[ReportForm] = discord.ui.FileUpload(
            custom_id="files", required=False, max_values=3
        )
        self.who: discord.ui.UserSelect[ReportForm] = discord.ui.UserSelect(custom_id="who", required=False)
        self.add_item(discord.ui.TextDisplay("In danger now? Call your local emergency number first."))
        self.add_item(discord.ui.Label(text="What happened?", component=self.what))
        self.add_item(discord.ui.Label(text="Does it concern one of these people?", component=self.concerns))
        self.add_item(discord.ui.Label(text="Files", component=self.files))
        self.add_item(discord.ui.Label(text="Who?", component=self.who))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        words = [self.what.value, *self.concerns.values, *(str(u.id) for u in self.who.values)]
        words += [f"{f.filename}={(await f.read()).decode()}" for f in self.files.values]
        await interaction.response.send_message("|".join(words), ephemeral=True, view=Buttons())


class Buttons(discord.ui.View):
    """Buttons that go on working after a restart."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Add details", custom_id="add-details")
    async def add(self, interaction: discord.Interaction, _: discord.ui.Button["Buttons"]) -> None:
        await interaction.response.send_modal(ReportForm())

    @discord.ui.button(label="Done", custom_id="done")
    async def done(self, interaction: discord.Interaction, _: discord.ui.Button["Buttons"]) -> None:
        await interaction.response.edit_message(content="thank you", view=None)

    @discord.ui.select(custom_id="pick", options=[discord.SelectOption(label="Yes", value="y")])
    async def pick(self, interaction: discord.Interaction, given: discord.ui.Select["Buttons"]) -> None:
        await interaction.response.send_message(given.values[0], ephemeral=True)


class Bot(discord.Client):
    """What it heard from the gateway stands in `heard`."""

    def __init__(self, guild_id: str, *, sync: bool = True) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.members = intents.moderation = intents.dm_messages = True
        super().__init__(
            intents=intents,
            guild_ready_timeout=0.05,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
        )
        self.heard: list[str] = []
        self._changed = asyncio.Event()
        self.guild_object = discord.Object(int(guild_id))
        self.sync = sync
        self.tree = app_commands.CommandTree(self)
        add_commands(self.tree)

    async def setup_hook(self) -> None:
        self.add_view(Buttons())
        if self.sync:
            self.tree.copy_global_to(guild=self.guild_object)
            await self.tree.sync(guild=self.guild_object)

    @property
    def home(self) -> discord.Guild:
        guild = self.get_guild(self.guild_object.id)
        assert guild is not None
        return guild

    async def on_member_ban(self, guild: discord.Guild, user: discord.User) -> None:
        self._record(f"ban {user.id}")

    async def on_member_unban(self, guild: discord.Guild, user: discord.User) -> None:
        self._record(f"unban {user.id}")

    async def on_member_join(self, member: discord.Member) -> None:
        self._record(f"join {member.id}")

    async def on_raw_member_remove(self, gone: discord.RawMemberRemoveEvent) -> None:
        self._record(f"remove {gone.user.id}")

    async def on_audit_log_entry_create(self, entry: discord.AuditLogEntry) -> None:
        self._record(f"audit {entry.action.name} by {entry.user_id} because {entry.reason}")

    async def on_message(self, message: discord.Message) -> None:
        self._record(f"message {message.content}")

    async def on_resumed(self) -> None:
        self._record("resumed")

    async def wait_for_event(self, line: str, timeout_s: float = 3.0) -> None:
        """The line was heard; TimeoutError where it never is."""
        async with asyncio.timeout(timeout_s):
            while line not in self.heard:
                self._changed.clear()
                await self._changed.wait()

    def _record(self, line: str) -> None:
        self.heard.append(line)
        self._changed.set()


def add_commands(tree: app_commands.CommandTree[Bot]) -> None:
    """The commands of the bot."""

    @tree.command(description="Report something")
    async def report(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(ReportForm())

    @tree.command(description="Answers late")
    async def slow(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send("first", ephemeral=True)
        await interaction.followup.send("second", ephemeral=True, file=discord.File(__file__, "text.py"))

    @tree.command(description="Never answers")
    async def silent(interaction: discord.Interaction) -> None:
        assert interaction.id

    @tree.command(description="Opens a form after a defer, which Discord refuses")
    async def late_form(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        data = {"type": 9, "data": ReportForm().to_dict()}
        url = f"{discord.http.Route.BASE}/interactions/{interaction.id}/{interaction.token}/callback"
        async with aiohttp.ClientSession() as session, session.post(url, json=data) as answer:
            await interaction.edit_original_response(content=f"{answer.status} {(await answer.json())['code']}")

    @tree.command(description="Everything typed")
    @app_commands.describe(code="code", days="days", who="who", proof="a file")
    @app_commands.choices(kind=[app_commands.Choice(name="Warning", value="w")])
    async def typed(
        interaction: discord.Interaction,
        code: str,
        kind: app_commands.Choice[str],
        days: app_commands.Range[int, 1, 30] = 1,
        who: discord.User | None = None,
        proof: discord.Attachment | None = None,
    ) -> None:
        file = (await proof.read()).decode() if proof else ""
        await interaction.response.send_message(f"{code} {kind.value} {days} {who and who.id} {file}", ephemeral=True)

    @typed.autocomplete("code")
    async def codes(interaction: discord.Interaction, begun: str) -> list[app_commands.Choice[str]]:
        number = 26 if begun == "many" else 1
        return [app_commands.Choice(name=f"{begun}-{each}", value=f"{begun}-{each}") for each in range(1, number + 1)]

    case = app_commands.Group(name="case", description="Cases")

    @case.command(description="Show one")
    async def show(interaction: discord.Interaction, code: str) -> None:
        await interaction.response.send_message(f"case {code}", ephemeral=True)

    tree.add_command(case)

    @tree.context_menu(name="Report to the working group")
    async def menu(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"kept: {message.content}", ephemeral=True)

    @tree.context_menu(name="About this person")
    async def about(interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"person {member.id}", ephemeral=True)


@contextlib.asynccontextmanager
async def pointed_at(emulator: DiscordEmulator) -> AsyncIterator[None]:
    """discord.py's two addresses are the emulator's, until the end of the block."""
    before = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    discord.http.Route.BASE = emulator.api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(emulator.gateway_url)
    try:
        yield
    finally:
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = before


@contextlib.asynccontextmanager
async def running(emulator: DiscordEmulator, *, sync: bool = True) -> AsyncIterator[Bot]:
    """The bot is logged in and ready; it is gone after the block."""
    async with pointed_at(emulator):
        bot = Bot(emulator.guild_id, sync=sync)
        await bot.login(emulator.token)
        connecting = asyncio.create_task(bot.connect())
        async with asyncio.timeout(5):
            await bot.wait_until_ready()
        try:
            yield bot
        finally:
            await bot.close()
            with contextlib.suppress(asyncio.CancelledError):
                await connecting
