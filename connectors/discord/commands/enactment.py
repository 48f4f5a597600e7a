"""Carrying a decision out: first in words what will hold where, then one button that does it."""

from typing import Final

from discord import app_commands

from connectors.discord.commands import formatting
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Button, Reply, Style, custom_id
from connectors.discord.instants import format_instant
from connectors.discord.interactions import CommandContext
from guardian.ids import DecisionId
from guardian.services.decisions import enactment
from guardian.services.decisions.enactment import EnactmentPreview, EnactmentResult
from rules.procedure import UNSAID

_WITHOUT_LETTER: Final = (
    "To read the letter that waits: `/read-draft`. To write one: `/draft`. If you carry it out without one, the others are "
    "asked for it; if none is read in time, a standard text goes that does not say what happened."
)

commands = CommandSet()


@commands.button("preview")
@commands.command(name="enact")
@commands.command(name="preview")
@app_commands.describe(case=formatting.CASE)
async def preview(context: CommandContext, case: str) -> Reply:
    """Show what a decision would do, with the button that enacts it."""
    seen = await enactment.preview_enactment(context.app, context.by, case)
    return Reply(_preview_text(seen), _buttons(seen))


@commands.button("enact")
async def enact(context: CommandContext, case: str, decision: str) -> Reply:
    """Enact the decision that was previewed; Stale where it has become another."""
    seen = DecisionId(decision)
    return Reply(_enacted_text(await enactment.enact(context.app, context.by, case, seen=seen)))


@commands.button("enact-unread")
async def enact_unread(context: CommandContext, case: str, decision: str) -> Reply:
    """Enact the decision though no letter was read, for a member who was shown what will then not be learned."""
    seen = DecisionId(decision)
    return Reply(_enacted_text(await enactment.enact(context.app, context.by, case, unread=True, seen=seen)))


@commands.button("not-yet")
async def do_nothing(_: CommandContext) -> Reply:
    """Say that nothing was done."""
    return Reply("Nothing was done.")


def _preview_text(seen: EnactmentPreview) -> str:
    lines = [f"**{seen.code_name}**: {formatting.format_consequence(seen.decision.consequence)}."]
    if seen.decision.person is not None:
        lines.append(formatting.format_previews(seen.spaces))
    if seen.missing:
        lines.append("Still missing before it may be carried out:")
        lines += [f"• {formatting.STEPS[kind]}" for kind in seen.missing]
        return "\n".join(lines)
    if seen.unsaid:
        lines += _unsaid_lines(seen)
    else:
        lines.append("First the reporters are told, then the person, then the spaces hold it, then the Board is told.")
    return "\n".join(lines)


def _buttons(seen: EnactmentPreview) -> tuple[Button, ...]:
    if seen.missing:
        return ()
    now = Button("Enact now", custom_id("enact", seen.code_name, seen.decision.id), Style.DANGER)
    if seen.unsaid:
        now = Button("Enact without it", custom_id("enact-unread", seen.code_name, seen.decision.id), Style.DANGER)
    return (now, Button("Not yet", custom_id("not-yet")))


def _unsaid_lines(seen: EnactmentPreview) -> list[str]:
    return [
        "**No letter that says it has been read by a second member.** As it stands:",
        *(f"• {UNSAID[each]}" for each in seen.unsaid),
        _WITHOUT_LETTER,
    ]


def _enacted_text(done: EnactmentResult) -> str:
    lines = [f"The decision in **{done.code_name}** is in force."]
    if done.waits_for_reading:
        lines.append(
            "The letter to the person waits for a second member before they are told: `/read-draft`, or `/draft` to write it"
        )
    if done.in_force_from is not None:
        lines.append(
            f"The spaces hold it as soon as the person has been told, and from {format_instant(done.in_force_from)} anyway."
        )
    return "\n".join(lines)
