"""How everybody on Discord is served: each answer is for them alone, comes in time, and says what went wrong.

What a command, button or form does stands with its feature. None of them is remembered: they are recognised by id.
"""

import asyncio
import contextlib
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

import aiohttp
import discord
from discord import app_commands

from connectors.discord import panels, translate
from connectors.discord.ceiling import Cut, bounded
from connectors.discord.forms import Filled, Json, filled
from connectors.discord.panels import Form, Reply
from connectors.discord.tongue import locale_of
from guardian.desk.desk import Desk
from guardian.desk.who import member_behind
from guardian.errors import GuardianError, NotFound, Refused, Stale
from guardian.ids import MemberId, SpaceName
from guardian.logs import logger
from guardian.notices.catalogue import say as wording
from guardian.spaces.port import Account

T = TypeVar("T")

Asked = discord.Interaction[discord.Client]
Deed = Callable[[MemberId], Awaitable[Reply]]
Opened = Callable[[MemberId], Awaitable[Form]]
Press = Callable[[Asked, tuple[str, ...]], Awaitable[None]]
Sent = Callable[[Asked, tuple[str, ...], Filled], Awaitable[None]]
Letter = Callable[[discord.Message], Awaitable[None]]

_WINDOW: Final = timedelta(seconds=3)
_ACKNOWLEDGED: Final = 40060
_AT_ONCE: Final = 32
_TRIED_AGAIN: Final = 3
_FAILED = (discord.DiscordException, aiohttp.ClientError, OSError, Cut)

_log = logger("discord")


@dataclass(frozen=True, slots=True)
class Place:
    """The server that is served, and how long one answer may take."""

    space: SpaceName
    guild_id: str
    api_url: str
    ceiling: timedelta


class Tree(app_commands.CommandTree[discord.Client]):
    """The commands of one server; a fault of theirs is answered like every other."""

    def __init__(self, client: discord.Client, place: Place) -> None:
        super().__init__(client, fallback_to_global=False)
        self._place = place

    async def interaction_check(self, interaction: Asked, /) -> bool:
        """Whether it was asked in the server that is served."""
        if str(interaction.guild_id) == self._place.guild_id:
            return True
        await say(interaction, Reply(wording(locale_of(interaction), "fault.elsewhere")), self._place.ceiling)
        return False

    async def on_error(self, interaction: Asked, error: app_commands.AppCommandError, /) -> None:
        """Whoever asked is told; what the command could not even read is no fault of theirs."""
        note_fault("command.failed", error)
        await say(interaction, Reply(our_fault(interaction)), self._place.ceiling)


class Counter:
    """Where people are served: commands are added to `tree`, buttons by `on_press`, forms by `on_form`."""

    def __init__(self, desk: Desk, client: discord.Client, place: Place) -> None:
        self.desk = desk
        self.place = place
        self.client = client
        self.guild = discord.Object(int(place.guild_id))
        self.tree = Tree(client, place)
        self._presses: dict[str, Press] = {}
        self._forms: dict[str, Sent] = {}
        self._anywhere: set[str] = set()
        self._letters: list[Letter] = []
        self._room = asyncio.Semaphore(_AT_ONCE)

    def on_press(self, verb: str, act: Press, *, anywhere: bool = False) -> None:
        """The act is done when a button of that verb is pressed; `anywhere`: in direct messages with us too."""
        self._presses[verb] = act
        self._anywhere |= {verb} if anywhere else set()

    def on_form(self, verb: str, act: Sent, *, anywhere: bool = False) -> None:
        """The act is done when a form of that verb is sent; `anywhere`: in direct messages with us too."""
        self._forms[verb] = act
        self._anywhere |= {verb} if anywhere else set()

    def on_direct(self, act: Letter) -> None:
        """The act is done when somebody writes to us directly."""
        self._letters.append(act)

    async def in_turn(self, act: Callable[[], Awaitable[T]]) -> T:
        """What the act comes to, once it is its turn; where it came second to another, it is tried again.

        A crowd that reports at once waits here, and not at the database, which is patient for seconds only.
        """
        async with self._room:
            for _ in range(_TRIED_AGAIN):
                with contextlib.suppress(Stale):
                    return await act()
            return await act()

    def account_of(self, asked: Asked) -> Account:
        """Who asks, as Discord itself says."""
        return Account(self.place.space, str(asked.user.id))

    async def member(self, asked: Asked) -> MemberId:
        """The member who asks; NotFound for anybody else, as for a name that does not exist."""
        member = await member_behind(self.desk, self.account_of(asked))
        if member is None:
            raise NotFound
        return member.id

    async def serve(self, asked: Asked, deed: Deed) -> None:
        """The deed is done in the name of the member who asked, and they have its answer or the reason why not."""
        await hold(asked)
        await self.say(asked, await self.outcome(asked, deed))

    async def serve_text(self, asked: Asked, text: str, deed: Deed) -> None:
        """The same for a deed with a text: where it is not done, they have their text back as a file."""
        await hold(asked)
        done: list[Reply] = []

        async def noting(by: MemberId) -> Reply:
            done.append(await deed(by))
            return done[0]

        reply = await self.outcome(asked, noting)
        files = () if done or not text.strip() else (panels.Attached("your-text.txt", text.encode()),)
        await self.say(asked, Reply(reply.text, reply.buttons, reply.files + files))

    async def open(self, asked: Asked, form: Opened) -> None:
        """The member who asked has the form before them, or the reason why not. No slow work: a form cannot wait."""
        opened: list[Form] = []

        async def noting(by: MemberId) -> Reply:
            opened.append(await form(by))
            return Reply("")

        refused = await self.outcome(asked, noting)
        if opened:
            await self.show(asked, opened[0])
        else:
            await self.say(asked, refused)

    async def show(self, asked: Asked, form: Form) -> None:
        """The form is before whoever asked."""
        try:
            async with bounded(self.place.ceiling):
                await asked.response.send_modal(panels.modal_of(form))
        except _FAILED as error:
            _log.warning("form.not_shown", kind=type(error).__name__)

    async def outcome(self, asked: Asked, deed: Deed) -> Reply:
        """What the deed came to, or in words why it was not done."""
        try:
            return await deed(await self.member(asked))
        except GuardianError as refused:
            return Reply(refused.sentence)
        except UnicodeEncodeError:
            return Reply(wording(locale_of(asked), "fault.half"))
        except Exception as fault:
            note_fault("deed.failed", fault)
            return Reply(our_fault(asked))

    async def say(self, asked: Asked, reply: Reply) -> None:
        """Whoever asked has the reply, and nobody else sees it."""
        await say(asked, reply, self.place.ceiling)

    async def heard(self, asked: Asked) -> None:
        """A button that was pressed or a form that was sent is served, whenever it was shown."""
        data: Json = dict(asked.data or {})
        said = panels.meaning(str(data.get("custom_id") or ""))
        if said is None:
            return
        try:
            await self._dispatch(asked, said, data)
        except GuardianError as refused:
            await self.say(asked, Reply(refused.sentence))
        except Exception as fault:
            note_fault("press.failed", fault)
            await self.say(asked, Reply(our_fault(asked)))

    async def written_to(self, message: discord.Message) -> None:
        """What a person writes to us directly is served; what is said anywhere else is nobody's business here."""
        if message.guild is not None or message.author.bot:
            return
        for act in self._letters:
            try:
                await act(message)
            except Exception as fault:
                # An edge: whatever is wrong with one message, the next one is heard.
                note_fault("letter.failed", fault)

    async def _dispatch(self, asked: Asked, said: tuple[str, tuple[str, ...]], data: Json) -> None:
        verb, about = said
        if str(asked.guild_id) != self.place.guild_id and not (asked.guild_id is None and verb in self._anywhere):
            raise Refused("elsewhere", wording(locale_of(asked), "fault.elsewhere"))
        if asked.type is discord.InteractionType.component and verb in self._presses:
            await self._presses[verb](asked, about)
        elif asked.type is discord.InteractionType.modal_submit and verb in self._forms:
            await self._forms[verb](asked, about, filled(data))
        else:
            raise Refused("unknown_button", wording(locale_of(asked), "fault.button"))


def our_fault(asked: Asked) -> str:
    """What anybody is told where something broke on our side."""
    return wording(locale_of(asked), "fault.ours")


async def hold(asked: Asked) -> None:
    """Discord knows that an answer comes. Where it could not be told, what was asked for is done all the same."""
    try:
        async with bounded(_WINDOW):
            await asked.response.defer(ephemeral=True, thinking=True)
    except _FAILED as error:
        _log.warning("answer.not_announced", kind=type(error).__name__)


async def say(asked: Asked, reply: Reply, ceiling: timedelta) -> None:
    """The reply is shown to whoever asked, or the log says that it could not be; it is tried twice."""
    for _ in range(2):
        try:
            async with bounded(ceiling):
                await _deliver(asked, reply)
            return
        except _FAILED as error:
            _log.warning("answer.not_delivered", kind=type(error).__name__)


async def _deliver(asked: Asked, reply: Reply) -> None:
    """The reply in as many messages as it needs; buttons and files stand under the last."""
    *before, last = translate.parts("", reply.text) or ["…"]
    extras: dict[str, Any] = {"view": panels.view_of(reply.buttons)} if reply.buttons else {}
    pieces: list[tuple[str, dict[str, Any]]] = [(piece, {}) for piece in before]
    pieces.append((last, extras))
    for place, (text, more) in enumerate(pieces):
        files = panels.files_of(reply) if place == len(before) else []
        if place == 0:
            await _first(asked, text, more, files)
        else:
            await asked.followup.send(text, ephemeral=True, files=files, wait=True, **more)


async def _first(asked: Asked, text: str, more: dict[str, Any], files: list[discord.File]) -> None:
    """The answer proper. One that Discord has taken already, though we never heard so, is filled in."""
    if not asked.response.is_done():
        try:
            await asked.response.send_message(text, ephemeral=True, files=files, **more)
            return
        except discord.HTTPException as error:
            if error.code != _ACKNOWLEDGED:
                raise
    for file in files:
        file.reset()
    await asked.edit_original_response(content=text, attachments=files, **more)


def note_fault(event: str, fault: BaseException) -> None:
    """The log knows what kind of fault it was and where, and nothing that anybody wrote."""
    cause = fault.__cause__ if isinstance(fault, app_commands.CommandInvokeError) and fault.__cause__ else fault
    frames = traceback.extract_tb(cause.__traceback__)
    where = f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    _log.error("request.failed", part=event, kind=type(cause).__name__, where=where)
