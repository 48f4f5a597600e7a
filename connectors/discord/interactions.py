"""How everybody on Discord is served: each answer is for them alone, comes in time, and says what went wrong.

What a command, button or form does stands with its feature. None of them is remembered: they are recognised by id.
"""

import asyncio
import contextlib
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

import aiohttp
import discord
from discord import AppCommandType, app_commands
from discord.app_commands import Choice

from connectors.discord import components, translate
from connectors.discord.components import Form, Reply
from connectors.discord.locales import locale_of
from connectors.discord.modal_values import Json, ModalValues, read_modal
from connectors.discord.timeouts import CallCut, bounded, in_time
from connectors.discord.ttl_cache import TtlCache
from guardian.errors import GuardianError, NotFound, Refused, Stale
from guardian.ids import MemberId, SpaceName
from guardian.logs import logger
from guardian.notices.translations import translate_text as wording
from guardian.services.context import AppContext
from guardian.services.members import member_for_account
from guardian.spaces.port import Account

T = TypeVar("T")

Interaction = discord.Interaction[discord.Client]
Handler = Callable[[MemberId], Awaitable[Reply]]
ModalBuilder = Callable[[Any], Form]
Lookup = Callable[[MemberId], Awaitable[Any]]
ButtonHandler = Callable[[Interaction, tuple[str, ...]], Awaitable[None]]
ModalHandler = Callable[[Interaction, tuple[str, ...], ModalValues], Awaitable[None]]
MessageHandler = Callable[[discord.Message], Awaitable[None]]
Completion = Callable[[Interaction, str], Coroutine[Any, Any, list[Choice[str]]]]

_WINDOW: Final = timedelta(seconds=3)
LOOK_TIMEOUT: Final = timedelta(seconds=1)
"""A form must be there within three seconds, so looking for what it shows may take so long, and it opens without it."""
COMPLETION_TIMEOUT: Final = timedelta(seconds=2)
"""What is offered to somebody who types must be there within three seconds; nothing is, where it takes longer."""
_ACKNOWLEDGED: Final = 40060
_MAX_CONCURRENT: Final = 32
_RETRIES: Final = 3
_NOTHING: Final = Reply("")
_FAILED = (discord.DiscordException, aiohttp.ClientError, OSError, CallCut)

_log = logger("discord")


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """The server that is served, and how long one answer may take."""

    space: SpaceName
    guild_id: str
    api_url: str
    ceiling: timedelta


@dataclass(frozen=True, slots=True)
class CommandContext:
    """What a handler is given: the member who asks, and what their answer may need.

    `delivery` is the interaction's id, by which a repeated one is known. `pending` has what waits to be confirmed, by
    action.
    """

    app: AppContext
    by: MemberId
    config: ServerConfig
    delivery: str
    pending: Mapping[str, TtlCache[Any]]


class ServerCommandTree(app_commands.CommandTree[discord.Client]):
    """The commands of one server; a fault of theirs is answered like every other."""

    def __init__(self, client: discord.Client, config: ServerConfig) -> None:
        super().__init__(client, fallback_to_global=False)
        self._config = config
        self.running: set[asyncio.Task[None]] = set()
        self.completions: dict[tuple[str, str], Completion] = {}

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Return whether the library shall carry it out: commands in the server that is served.

        Not the menus of messages, nor what is offered to somebody who types: those are served here.
        """
        if interaction.type is discord.InteractionType.autocomplete:
            await self._serve_completion(interaction)
            return False
        if str(interaction.guild_id) == self._config.guild_id:
            return not await self._serve_message_menu(interaction)
        await send_reply(interaction, Reply(wording(locale_of(interaction), "fault.elsewhere")), self._config.ceiling)
        return False

    async def _serve_completion(self, interaction: Interaction) -> None:
        """Offer what may be meant, or nothing: in time, and without a word of why, whoever asks.

        The library would log whose fault it was by their account.
        """
        offered = await in_time(self._find_completions(interaction), COMPLETION_TIMEOUT, [])
        try:
            async with bounded(self._config.ceiling):
                await interaction.response.autocomplete(offered)
        except _FAILED as error:
            _log.warning("completion.not_delivered", kind=type(error).__name__)

    async def _find_completions(self, interaction: Interaction) -> list[Choice[str]]:
        data: Json = dict(interaction.data or {})
        typed: Json = next((option for option in data.get("options") or [] if option.get("focused")), {})
        find = self.completions.get((str(data.get("name")), str(typed.get("name"))))
        if find is None or str(interaction.guild_id) != self._config.guild_id:
            return []
        try:
            return await find(interaction, str(typed.get("value") or ""))
        except GuardianError:
            return []
        except Exception as fault:
            log_fault("completion.failed", fault)
            return []

    async def _serve_message_menu(self, interaction: Interaction) -> bool:
        """Whether it was the menu of a message, which is served here, by the message's id.

        The library would read the message itself first, and leave whoever asked without an answer where it comes upon
        a part that it does not know: a poll without an end, say.
        """
        data: Json = dict(interaction.data or {})
        kind, guild = AppCommandType.message, discord.Object(int(self._config.guild_id))
        menu = (
            self.get_command(str(data.get("name")), guild=guild, type=kind) if data.get("type") == kind.value else None
        )
        if not isinstance(menu, app_commands.ContextMenu):
            return False
        work = asyncio.create_task(self._serve(interaction, menu.callback, str(data["target_id"])))
        self.running.add(work)
        work.add_done_callback(self.running.discard)
        await work
        return True

    async def _serve(self, interaction: Interaction, serve: Any, message_id: str) -> None:
        try:
            await serve(interaction, discord.Object(int(message_id)))
        except Exception as fault:
            log_fault("menu.failed", fault)
            await send_reply(interaction, Reply(internal_error_text(interaction)), self._config.ceiling)

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Answer whoever asked; what the command could not even read is no fault of theirs."""
        log_fault("command.failed", error)
        await send_reply(interaction, Reply(internal_error_text(interaction)), self._config.ceiling)


class InteractionRouter:
    """Where people are served: commands are added to `tree`, buttons by `on_button`, forms by `on_modal`."""

    def __init__(self, app: AppContext, client: discord.Client, config: ServerConfig) -> None:
        self.app = app
        self.config = config
        self.client = client
        self.guild = discord.Object(int(config.guild_id))
        self.tree = ServerCommandTree(client, config)
        self.pending: dict[str, TtlCache[Any]] = {}
        self._button_handlers: dict[str, ButtonHandler] = {}
        self._modal_handlers: dict[str, ModalHandler] = {}
        self._direct_message_actions: set[str] = set()
        self._message_handlers: list[MessageHandler] = []
        self._slots = asyncio.Semaphore(_MAX_CONCURRENT)

    async def finish(self) -> None:
        """Wait for the messages that were just chosen to be sealed, before the link goes down."""
        if self.tree.running:
            await asyncio.wait(self.tree.running, timeout=self.config.ceiling.total_seconds())

    def on_button(self, action: str, handler: ButtonHandler, *, anywhere: bool = False) -> None:
        """Call the handler when a button of that action is pressed; `anywhere`: in direct messages with us too."""
        self._button_handlers[action] = handler
        self._direct_message_actions |= {action} if anywhere else set()

    def on_modal(self, action: str, handler: ModalHandler, *, anywhere: bool = False) -> None:
        """Call the handler when a form of that action is sent; `anywhere`: in direct messages with us too."""
        self._modal_handlers[action] = handler
        self._direct_message_actions |= {action} if anywhere else set()

    def on_direct_message(self, handler: MessageHandler) -> None:
        """Call the handler when somebody writes to us directly."""
        self._message_handlers.append(handler)

    async def run_in_turn(self, operation: Callable[[], Awaitable[T]]) -> T:
        """Return what the operation answers, once it is its turn; where it came second to another, try it again.

        A crowd that reports at once waits here, and not at the database, which is patient for seconds only.
        """
        async with self._slots:
            for _ in range(_RETRIES):
                with contextlib.suppress(Stale):
                    return await operation()
            return await operation()

    def account_of(self, interaction: Interaction) -> Account:
        """Return the account of whoever asks, as Discord itself says."""
        return Account(self.config.space, str(interaction.user.id))

    def context_of(self, interaction: Interaction, by: MemberId) -> CommandContext:
        """Return what a handler is given for the member who asks."""
        return CommandContext(self.app, by, self.config, str(interaction.id), self.pending)

    async def serve(self, interaction: Interaction, handler: Handler) -> None:
        """Defer, call the handler for the member who asked, and reply with its answer or why there is none."""
        await defer(interaction)
        await self.reply(interaction, await self.run_handler(interaction, handler))

    async def serve_text(self, interaction: Interaction, text: str, handler: Handler) -> None:
        """Serve a handler of a text: where it is not carried out, they have their text back as a file."""
        await defer(interaction)
        done: list[Reply] = []

        async def noting(by: MemberId) -> Reply:
            done.append(await handler(by))
            return done[0]

        reply = await self.run_handler(interaction, noting)
        files = () if done or not text.strip() else (components.FileAttachment("your-text.txt", text.encode()),)
        await self.reply(interaction, Reply(reply.text, reply.buttons, reply.files + files))

    async def open_modal(self, interaction: Interaction, form: ModalBuilder, look: Lookup) -> None:
        """Open the form for the member who asked, or say why not.

        The form is given what `look` finds, or None where that is not there in time: a slow database costs nobody their
        form. Who may send it, and about what, is asked again when it is sent.
        """
        found: list[Any] = []
        built: list[Form] = []

        async def note(by: MemberId) -> Reply:
            found.append(await look(by))
            return _NOTHING

        async def build() -> Reply:
            built.append(form(found[0] if found else None))
            return _NOTHING

        refused = await in_time(self.run_handler(interaction, note), LOOK_TIMEOUT, None)
        if refused in (None, _NOTHING):
            refused = await self._run(interaction, build)
        if built:
            await self.show_modal(interaction, built[0])
        elif refused is not None:
            await self.reply(interaction, refused)

    async def show_modal(self, interaction: Interaction, form: Form) -> None:
        """Show the form to whoever asked."""
        try:
            async with bounded(self.config.ceiling):
                await interaction.response.send_modal(components.build_modal(form))
        except _FAILED as error:
            _log.warning("form.not_shown", kind=type(error).__name__)

    async def run_handler(self, interaction: Interaction, handler: Handler) -> Reply:
        """Return what the handler answers the member, or in words why it was not carried out."""

        async def for_member() -> Reply:
            try:
                return await handler(await require_member(self.app, self.account_of(interaction)))
            except Refused as refused:
                return Reply(refused.citing_rule)

        return await self._run(interaction, for_member)

    async def _run(self, interaction: Interaction, work: Callable[[], Awaitable[Reply]]) -> Reply:
        try:
            return await work()
        except GuardianError as refused:
            return Reply(refused.sentence)
        except UnicodeEncodeError:
            return Reply(wording(locale_of(interaction), "fault.half"))
        except Exception as fault:
            log_fault("deed.failed", fault)
            return Reply(internal_error_text(interaction))

    async def reply(self, interaction: Interaction, reply: Reply) -> None:
        """Reply to whoever asked, so that nobody else sees it."""
        await send_reply(interaction, reply, self.config.ceiling)

    async def dispatch(self, interaction: Interaction) -> None:
        """Serve a button that was pressed or a form that was sent, whenever it was shown."""
        data: Json = dict(interaction.data or {})
        parsed = components.parse_custom_id(str(data.get("custom_id") or ""))
        if parsed is None:
            return
        try:
            await self._route(interaction, parsed, data)
        except GuardianError as refused:
            await self.reply(interaction, Reply(refused.sentence))
        except Exception as fault:
            log_fault("press.failed", fault)
            await self.reply(interaction, Reply(internal_error_text(interaction)))

    async def dispatch_message(self, message: discord.Message) -> None:
        """Serve what a person writes to us directly; what is said anywhere else is nobody's business here."""
        if message.guild is not None or message.author.bot:
            return
        for handler in self._message_handlers:
            try:
                await handler(message)
            except Exception as fault:
                # An edge: whatever is wrong with one message, the next one is heard.
                log_fault("letter.failed", fault)

    async def _route(self, interaction: Interaction, parsed: tuple[str, tuple[str, ...]], data: Json) -> None:
        action, arguments = parsed
        if str(interaction.guild_id) != self.config.guild_id and not (
            interaction.guild_id is None and action in self._direct_message_actions
        ):
            raise Refused("elsewhere", wording(locale_of(interaction), "fault.elsewhere"))
        if interaction.type is discord.InteractionType.component and action in self._button_handlers:
            await self._button_handlers[action](interaction, arguments)
        elif interaction.type is discord.InteractionType.modal_submit and action in self._modal_handlers:
            await self._modal_handlers[action](interaction, arguments, read_modal(data))
        else:
            raise Refused("unknown_button", wording(locale_of(interaction), "fault.button"))


async def require_member(app: AppContext, account: Account) -> MemberId:
    """Return the member whose account it is; NotFound for anybody else, as for a name that does not exist."""
    member = await member_for_account(app, account)
    if member is None:
        raise NotFound
    return member.id


def internal_error_text(interaction: Interaction) -> str:
    """Return what anybody is told where something broke on our side."""
    return wording(locale_of(interaction), "fault.ours")


async def defer(interaction: Interaction) -> None:
    """Tell Discord that an answer comes. Where it could not be told, what was asked for is done all the same."""
    try:
        async with bounded(_WINDOW):
            await interaction.response.defer(ephemeral=True, thinking=True)
    except _FAILED as error:
        _log.warning("answer.not_announced", kind=type(error).__name__)


async def send_reply(interaction: Interaction, reply: Reply, ceiling: timedelta) -> None:
    """Show the reply to whoever asked, or log that it could not be; it is tried twice."""
    for _ in range(2):
        try:
            async with bounded(ceiling):
                await _send_parts(interaction, reply)
            return
        except _FAILED as error:
            _log.warning("answer.not_delivered", kind=type(error).__name__)


async def _send_parts(interaction: Interaction, reply: Reply) -> None:
    """The reply in as many messages as it needs; buttons and files stand under the last."""
    *before, last = translate.split_message("", reply.text) or ["…"]
    extras: dict[str, Any] = {"view": components.build_view(reply.buttons)} if reply.buttons else {}
    pieces: list[tuple[str, dict[str, Any]]] = [(piece, {}) for piece in before]
    pieces.append((last, extras))
    for index, (text, more) in enumerate(pieces):
        files = components.build_files(reply) if index == len(before) else []
        if index == 0:
            await _send_first(interaction, text, more, files)
        else:
            await interaction.followup.send(text, ephemeral=True, files=files, wait=True, **more)


async def _send_first(interaction: Interaction, text: str, more: dict[str, Any], files: list[discord.File]) -> None:
    """The answer proper. One that Discord has taken already, though we never heard so, is filled in."""
    if not interaction.response.is_done():
        try:
            await interaction.response.send_message(text, ephemeral=True, files=files, **more)
            return
        except discord.HTTPException as error:
            if error.code != _ACKNOWLEDGED:
                raise
    for file in files:
        file.reset()
    await interaction.edit_original_response(content=text, attachments=files, **more)


def log_fault(event: str, fault: BaseException) -> None:
    """Log what kind of fault it was and where, and nothing that anybody wrote."""
    cause = fault.__cause__ if isinstance(fault, app_commands.CommandInvokeError) and fault.__cause__ else fault
    frames = traceback.extract_tb(cause.__traceback__)
    where = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    _log.error("request.failed", part=event, kind=type(cause).__name__, where=where)
