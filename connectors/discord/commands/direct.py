"""What a person writes to us directly: answered to them alone, and sent to nobody before they say so.

Guardian keeps nothing of it until then: the letters stand in Discord, and are read when they are sent.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import discord

from connectors.discord import panels, translate
from connectors.discord.ceiling import Cut, bounded
from connectors.discord.commands.report_form import LETTERS, Draft
from connectors.discord.forms import Written
from connectors.discord.keeping import Keeping
from connectors.discord.panels import LONGEST_FIELD, Button, Reply, Style, named
from connectors.discord.reported import Reported, uploads_of
from connectors.discord.serving import Asked, Counter, hold
from connectors.discord.tongue import locale_of
from guardian.desk.challenging import answered
from guardian.desk.intake import EvidenceIn
from guardian.logs import logger
from guardian.notices.catalogue import say
from guardian.spaces.port import Account

_FORM: Final = "direct-form"
_SEND: Final = "direct-send"
_BEGUN: Final = (500, timedelta(hours=1))
_QUICK: Final = timedelta(seconds=1.5)
"""A form must be there within three seconds, so looking for what to fill in may take so long."""

_log = logger("discord")

ShowForm = Callable[[Asked, Draft], Awaitable[None]]
Send = Callable[[Asked, Draft, str, tuple[EvidenceIn, ...]], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class _Begun:
    """What somebody has begun to write: from which message to which, and how many."""

    channel: str
    first: str
    last: str
    count: int = 1


class Letters:
    """Answers what is written to us directly, and sends it on when its writer says so."""

    def __init__(self, counter: Counter, reported: Reported, show_form: ShowForm, send: Send) -> None:
        self._counter = counter
        self._desk = counter.desk
        self._reported = reported
        self._show_form = show_form
        self._send = send
        self._begun: Keeping[_Begun] = Keeping(*_BEGUN)

    def add(self) -> None:
        """Whoever writes to us directly is answered."""
        self._counter.on_direct(self._answer)
        self._counter.on_press(_FORM, self._open_form, anywhere=True)
        self._counter.on_press(_SEND, self._send_as_it_is, anywhere=True)

    async def _answer(self, message: discord.Message) -> None:
        """The writer knows what this is, who can read it, and that nothing has been sent to anybody yet."""
        locale = self._locale()
        writer = Account(self._counter.place.space, str(message.author.id))
        if await answered(self._desk, writer, message.content):
            await self._say(message, say(locale, "direct.code"))
            return
        begun = self._noted(message)
        if begun.count == 1:
            facts = {"community": self._desk.community, "page": f"{self._desk.base_url}/report"}
            text = say(locale, "direct.first", **facts)
        else:
            text = say(locale, "direct.more", count=begun.count)
        await self._say(message, text, _buttons(begun, locale))

    async def _say(self, message: discord.Message, text: str, buttons: tuple[Button, ...] = ()) -> None:
        (piece, *_) = translate.parts("", text)
        view = panels.view_of(buttons)
        try:
            async with bounded(self._counter.place.ceiling):
                nonce = translate.nonce(str(message.id), 0)
                await message.channel.send(piece, view=view, nonce=nonce, suppress_embeds=True)
        except (discord.DiscordException, OSError, Cut) as error:
            _log.warning("letter.not_answered", kind=type(error).__name__)

    def _noted(self, message: discord.Message) -> _Begun:
        """All that the person has written since we first answered them is one text."""
        owner, here = str(message.author.id), str(message.id)
        known = self._begun.look(owner, LETTERS)
        if known is None:
            begun = _Begun(str(message.channel.id), here, here)
        else:
            begun = replace(known, last=here, count=known.count + 1)
        self._begun.put(owner, LETTERS, begun)
        return begun

    def _locale(self) -> str:
        """A letter says nothing of its writer's language: the server's own is the best guess. Their presses say it."""
        guild = self._counter.client.get_guild(int(self._counter.place.guild_id))
        return str(guild.preferred_locale) if guild is not None else ""

    async def _open_form(self, asked: Asked, about: tuple[str, ...]) -> None:
        """The form stands before them, filled in with what they wrote where that can be read in time."""
        text = ""
        try:
            async with bounded(_QUICK):
                text = _text_of(await self._reported.letters(asked, *_three(about)) or ())
        except TimeoutError:
            _log.warning("letters.not_read")
        await self._show_form(asked, Draft(what=text[:LONGEST_FIELD], about=(LETTERS, *_three(about))))

    async def _send_as_it_is(self, asked: Asked, about: tuple[str, ...]) -> None:
        await hold(asked)
        locale = locale_of(asked)
        letters = await self._reported.letters(asked, *_three(about))
        if not letters:
            page = f"{self._desk.base_url}/report"
            said = say(locale, "direct.gone") if letters is None else say(locale, "direct.nothing", page=page)
            await self._counter.say(asked, Reply(said))
            return
        text = _text_of(letters) or say(locale, "direct.files_only")
        files = await self._reported.files(uploads_of(letters))
        if await self._send(asked, Draft(what=text, about=(LETTERS, *_three(about))), "-".join(about), files):
            self._begun.take(str(asked.user.id), LETTERS)


def _buttons(begun: _Begun, locale: str) -> tuple[Button, ...]:
    about = (begun.channel, begun.first, begun.last)
    return (
        Button(say(locale, "button.direct_form"), named(_FORM, *about), Style.MAIN),
        Button(say(locale, "button.direct_send"), named(_SEND, *about)),
    )


def _three(about: tuple[str, ...]) -> tuple[str, str, str]:
    channel, first, last = (*about, "0", "0", "0")[:3]
    return channel, first, last


def _text_of(letters: tuple[Written, ...]) -> str:
    return "\n\n".join(each.text for each in letters if each.text.strip())
