"""What a person writes to us directly: answered to them alone, and sent to nobody before they say so.

Guardian keeps nothing of it until then: the messages stand in Discord, and are read when they are sent.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import discord

from connectors.discord import components, translate
from connectors.discord.commands.report_form import DIRECT_MESSAGES, ReportDraft
from connectors.discord.components import MAX_FIELD_LENGTH, Button, Reply, Style, custom_id
from connectors.discord.evidence import EvidenceCollector
from connectors.discord.interactions import Interaction, InteractionRouter, defer
from connectors.discord.locales import locale_of
from connectors.discord.modal_values import DiscordMessage
from connectors.discord.timeouts import CallCut, bounded
from connectors.discord.ttl_cache import TtlCache
from guardian.logs import logger
from guardian.notices.translations import translate_text
from guardian.services.identity.ownership_codes import redeem_code
from guardian.services.reports.intake import EvidenceInput
from guardian.spaces.port import Account

_FORM: Final = "direct-form"
_SEND: Final = "direct-send"
_PENDING_CACHE: Final = (500, timedelta(hours=1))
_FORM_TIMEOUT: Final = timedelta(seconds=1.5)
"""A form must be there within three seconds, so looking for what to fill in may take so long."""

_log = logger("discord")

ShowForm = Callable[[Interaction, ReportDraft], Awaitable[None]]
SubmitReport = Callable[[Interaction, ReportDraft, str, tuple[EvidenceInput, ...]], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class _PendingMessages:
    """What somebody has begun to write: from which message to which, and how many."""

    channel: str
    first: str
    last: str
    count: int = 1


class DirectMessages:
    """Answers what is written to us directly, and sends it on when its writer says so."""

    def __init__(
        self, router: InteractionRouter, reported: EvidenceCollector, show_form: ShowForm, send: SubmitReport
    ) -> None:
        self._router = router
        self._app = router.app
        self._evidence = reported
        self._show_form = show_form
        self._send = send
        self._pending: TtlCache[_PendingMessages] = TtlCache(*_PENDING_CACHE)

    def register(self) -> None:
        """Answer whoever writes to us directly."""
        self._router.on_direct_message(self._handle)
        self._router.on_button(_FORM, self._open_form, anywhere=True)
        self._router.on_button(_SEND, self._send_as_it_is, anywhere=True)

    async def _handle(self, message: discord.Message) -> None:
        """The writer knows what this is, who can read it, and that nothing has been sent to anybody yet."""
        locale = self._locale()
        writer = Account(self._router.config.space, str(message.author.id))
        if await redeem_code(self._app, writer, message.content):
            await self._reply(message, translate_text(locale, "direct.code"))
            return
        pending = self._collect(message)
        if pending.count == 1:
            facts = {"community": self._app.community, "page": f"{self._app.base_url}/report"}
            text = translate_text(locale, "direct.first", **facts)
        else:
            text = translate_text(locale, "direct.more", count=pending.count)
        await self._reply(message, text, _buttons(pending, locale))

    async def _reply(self, message: discord.Message, text: str, buttons: tuple[Button, ...] = ()) -> None:
        (piece, *_) = translate.split_message("", text)
        view = components.build_view(buttons)
        try:
            async with bounded(self._router.config.ceiling):
                nonce = translate.piece_nonce(str(message.id), 0)
                await message.channel.send(piece, view=view, nonce=nonce, suppress_embeds=True)
        except (discord.DiscordException, OSError, CallCut) as error:
            _log.warning("letter.not_answered", kind=type(error).__name__)

    def _collect(self, message: discord.Message) -> _PendingMessages:
        """All that the person has written since we first answered them is one text."""
        owner, here = str(message.author.id), str(message.id)
        known = self._pending.get(owner, DIRECT_MESSAGES)
        if known is None:
            pending = _PendingMessages(str(message.channel.id), here, here)
        else:
            pending = replace(known, last=here, count=known.count + 1)
        self._pending.put(owner, DIRECT_MESSAGES, pending)
        return pending

    def _locale(self) -> str:
        """A message says nothing of its writer's language: the server's own is the best guess. Their presses say it."""
        guild = self._router.client.get_guild(int(self._router.config.guild_id))
        return str(guild.preferred_locale) if guild is not None else ""

    async def _open_form(self, interaction: Interaction, about: tuple[str, ...]) -> None:
        """The form stands before them, filled in with what they wrote where that can be read in time."""
        text = ""
        try:
            async with bounded(_FORM_TIMEOUT):
                text = _join_texts(await self._evidence.read_direct_messages(interaction, *_three_ids(about)) or ())
        except TimeoutError:
            _log.warning("letters.not_read")
        await self._show_form(
            interaction, ReportDraft(what=text[:MAX_FIELD_LENGTH], about=(DIRECT_MESSAGES, *_three_ids(about)))
        )

    async def _send_as_it_is(self, interaction: Interaction, about: tuple[str, ...]) -> None:
        await defer(interaction)
        locale = locale_of(interaction)
        messages = await self._evidence.read_direct_messages(interaction, *_three_ids(about))
        if not messages:
            page = f"{self._app.base_url}/report"
            said = (
                translate_text(locale, "direct.gone")
                if messages is None
                else translate_text(locale, "direct.nothing", page=page)
            )
            await self._router.reply(interaction, Reply(said))
            return
        text = _join_texts(messages) or translate_text(locale, "direct.files_only")
        files = await self._evidence.collect_from(messages)
        if await self._send(
            interaction, ReportDraft(what=text, about=(DIRECT_MESSAGES, *_three_ids(about))), "-".join(about), files
        ):
            self._pending.pop(str(interaction.user.id), DIRECT_MESSAGES)


def _buttons(pending: _PendingMessages, locale: str) -> tuple[Button, ...]:
    about = (pending.channel, pending.first, pending.last)
    return (
        Button(translate_text(locale, "button.direct_form"), custom_id(_FORM, *about), Style.PRIMARY),
        Button(translate_text(locale, "button.direct_send"), custom_id(_SEND, *about)),
    )


def _three_ids(about: tuple[str, ...]) -> tuple[str, str, str]:
    channel, first, last = (*about, "0", "0", "0")[:3]
    return channel, first, last


def _join_texts(messages: tuple[DiscordMessage, ...]) -> str:
    return "\n\n".join(each.text for each in messages if each.text.strip())
