"""A raid on Discord: a list as a file, announced by one member, agreed to by another. Answers carry numbers and clocks only.

The list's ids are shown to the two who announced it and to nobody else, in a file that only they see.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import discord
from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.attachments import FileAuthor, FileLimits, fetch_evidence
from connectors.discord.commands import formatting
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import FileAttachment, Reply, Style
from connectors.discord.interactions import CommandContext, ServerConfig
from connectors.discord.message_parts import UploadedFile
from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.services.raids import announcement
from guardian.services.raids.announcement import RaidPreview, SpaceShare
from rules.precedence import Restriction
from rules.unilateral import Ground

_MAX_FILE_SIZE: Final = 1_000_000
_MAX_LINES_SHOWN: Final = 10
_GROUNDS: Final = [
    Choice(name="it is going on now", value=Ground.ONGOING.value),
    Choice(name="somebody is threatened", value=Ground.THREAT.value),
    Choice(name="somebody is in physical danger", value=Ground.PHYSICAL_DANGER.value),
]

commands = CommandSet()


@dataclass(frozen=True, slots=True)
class _PendingRaid:
    """What a member would announce, until they say so."""

    checked: RaidPreview
    restriction: Restriction
    ground: Ground
    reason: str
    term: timedelta | None


@commands.command(name="raid", space_option="space")
@app_commands.describe(
    accounts="A text file, one account a line; the first line says `id` or `space,id`, if they are ids",
    ground="Why it cannot wait",
    reason="What is happening; it is kept with the case",
    restriction="What is to hold; left out: banned",
    space="The space of lines that name none; left out: this server",
    days="For how many days at most; left out: until the group has reviewed it",
)
@app_commands.choices(restriction=formatting.RESTRICTIONS, ground=_GROUNDS)
async def preview_raid(
    context: CommandContext,
    accounts: discord.Attachment,
    ground: str,
    reason: str,
    restriction: str = Restriction.BANNED.value,
    space: str = "",
    days: app_commands.Range[int, 1, formatting.MAX_DAYS] | None = None,
) -> Reply:
    """Show what a raid's list comes to, with the button that asks for a second member."""
    wanted = Restriction(restriction)
    text = await _read_list(context.config, accounts)
    default = SpaceName(space) if space else context.config.space
    checked = await announcement.preview(context.app, context.by, text, default, wanted)
    pending = _PendingRaid(checked, wanted, Ground(ground), reason, formatting.parse_days(days))
    asked = confirmed_raid.ask(context, pending)
    shown = _confirmation_text(pending, context.app.policy.unilateral.unreviewed_end)
    return Reply(shown, asked if checked.accounts else (), _refused_file(checked))


@commands.confirmed_action("raid", "Ask for a second member", Style.DANGER, most=20)
async def confirmed_raid(context: CommandContext, pending: _PendingRaid) -> Reply:
    """Announce the raid, as it was shown."""
    made = await announcement.announce(
        context.app,
        context.by,
        pending.checked,
        pending.restriction,
        pending.ground,
        pending.reason,
        pending.term,
    )
    return Reply(
        f"Nobody is restricted yet. The others have been asked to agree: "
        f"{context.app.base_url}/console/raids/{made.code_name}\nThe case of its review is {made.code_name}."
    )


async def _read_list(config: ServerConfig, file: discord.Attachment) -> str:
    limits = FileLimits(config.api_url, _MAX_FILE_SIZE, _MAX_FILE_SIZE, config.ceiling)
    [fetched] = await fetch_evidence((UploadedFile(file.filename, file.url, file.size),), limits, FileAuthor())
    if fetched.content is None:
        raise Refused("no_file", f"The list could not be read. {fetched.why_not}")
    try:
        return fetched.content.decode()
    except UnicodeDecodeError:
        raise Refused("no_text", "The list is no text in UTF-8. Please save it as plain text or CSV.") from None


def _confirmation_text(pending: _PendingRaid, unreviewed: timedelta) -> str:
    """One confirmation: how many would be restricted where, how long that takes, and what was refused."""
    checked = pending.checked
    ends = f"{formatting.format_term(pending.term)} at most, and " if pending.term else ""
    lines = [f"**{checked.accounts}** accounts would be **{pending.restriction}**, once a second member agrees:"]
    lines += [_share_line(share) for share in checked.shares]
    lines.append(
        f"It holds {ends}until the group has reviewed it; never reviewed, it ends after {unreviewed.days} days."
    )
    lines.append("One review decides for all of them. Their owners are not written to.")
    if checked.refused:
        lines.append(f"{len(checked.refused)} lines are left out; all of them with the reason are in the file:")
        lines += [f"• line {line.number}: {line.refusal}" for line in checked.refused[:_MAX_LINES_SHOWN]]
    return "\n".join(lines)


def _share_line(share: SpaceShare) -> str:
    return f"• {share.space}: {share.accounts}, in about {_format_minutes(share.duration)}"


def _format_minutes(span: timedelta) -> str:
    number = announcement.round_up_to_minutes(span)
    return "a minute" if number <= 1 else f"{number} minutes"


def _refused_file(checked: RaidPreview) -> tuple[FileAttachment, ...]:
    rows = [f"{line.number}: {line.refusal}" for line in checked.refused]
    return (FileAttachment("left-out.txt", "\n".join(rows).encode()),) if rows else ()
