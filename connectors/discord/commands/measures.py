"""Local measures of moderators: one confirmation in words, then it holds until its end."""

from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, TypeVar

import discord
from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import formatting
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Reply, Style
from connectors.discord.instants import format_instant
from connectors.discord.interactions import CommandContext
from guardian.cases.measures import PERSON_RESTRICTIONS, MeasureKind
from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.services.measures import measures
from guardian.services.measures.measure_records import MeasureView
from guardian.services.measures.measures import MeasurePreview, MeasureRequest
from guardian.services.members import AccountInput
from guardian.spaces.account_text import text_of_id
from rules.measures import ESCALATION_CODES, MeasureReason

T = TypeVar("T")

_KINDS: Final = [
    Choice(name="mute a person: they read, but do not write", value=MeasureKind.MUTED.value),
    Choice(name="suspend a person in this one space", value=MeasureKind.SUSPENDED.value),
    Choice(name="lock a conversation", value=MeasureKind.LOCKED.value),
    Choice(name="hide a message", value=MeasureKind.HIDDEN.value),
]
_REASONS: Final = [
    Choice(name="insults", value=MeasureReason.INSULTS.value),
    Choice(name="harassment", value=MeasureReason.HARASSMENT.value),
    Choice(name="spam or advertising", value=MeasureReason.SPAM.value),
    Choice(name="derailing a conversation", value=MeasureReason.DERAILING.value),
    Choice(name="somebody's private information", value=MeasureReason.PRIVATE_INFORMATION.value),
    Choice(name="content that does not belong here", value=MeasureReason.UNSUITABLE.value),
    Choice(name="letting a heated conversation cool down", value=MeasureReason.COOLING_DOWN.value),
    Choice(name="the guidelines of the space", value=MeasureReason.GUIDELINES.value),
]
_LONGEST_HOURS: Final = 24 * 30
_TO_ESCALATE: Final = "\nTo pass it on: `/escalate`"
_TOLD: Final = "The person is told why and until when, and that they can ask the chair of the moderators to look at it."
_LOCKED: Final = "Nobody is written to: everybody sees that the conversation is locked, and nobody is told why."

commands = CommandSet()


@commands.command(name="measure", space_option="space")
@app_commands.describe(
    kind="What is to hold",
    reason="Why; the person is told this",
    hours="For how many hours; 168 are a week, which is the longest",
    member="Whom, if they are here on Discord",
    name="Or whom, by their name or id in another space",
    link="Or which conversation or message, by its link",
    space="The space of that name or link",
    note="What others who know of the matter should know; nobody else reads it",
)
@app_commands.choices(kind=_KINDS, reason=_REASONS)
async def preview_measure(
    context: CommandContext,
    kind: str,
    reason: str,
    hours: app_commands.Range[int, 1, _LONGEST_HOURS],
    member: discord.User | None = None,
    name: str = "",
    link: str = "",
    space: str = "",
    note: str = "",
) -> Reply:
    """Show what a measure would do, with the button that sets it."""
    chosen = MeasureKind(kind)
    on = _resolve_target(chosen, context.config.space, _TargetInput(member, name.strip(), link.strip(), space))
    request = MeasureRequest(chosen, on, MeasureReason(reason), timedelta(hours=hours), note)
    seen = await _or_escalate(measures.preview_measure(context.app, context.by, request))
    # Whoever is shown is whom it hits: what was typed is not looked up a second time.
    target = formatting.pinned(seen.on.account) if seen.on else request.target
    return Reply(_confirmation_text(seen), confirmed_measure.ask(context, replace(request, target=target)))


@commands.confirmed_action("measure", "Set it now", Style.PRIMARY, most=100)
async def confirmed_measure(context: CommandContext, request: MeasureRequest) -> Reply:
    """Set the measure, as it was shown."""
    made = await _or_escalate(measures.set_measure(context.app, context.by, request))
    return Reply(_done_text(made, context.app.base_url))


@dataclass(frozen=True, slots=True)
class _TargetInput:
    """On whom or what, in the ways in which it can be said."""

    member: discord.User | discord.Member | None
    name: str
    link: str
    space: str


def _resolve_target(kind: MeasureKind, own: SpaceName, target_input: _TargetInput) -> AccountInput:
    said = [bool(target_input.member), bool(target_input.name), bool(target_input.link)]
    if sum(said) > 1:
        raise Refused("two_targets", "Choose one: somebody here, a name in another space, or a link.", "P-6.8")
    if kind not in PERSON_RESTRICTIONS:
        if not target_input.link:
            raise Refused("no_target", "Say which: give its `link`, together with its `space`.", "P-6.8")
        return AccountInput(SpaceName(target_input.space or own), target_input.link)
    if target_input.member is not None:
        return AccountInput(own, text_of_id(str(target_input.member.id)))
    if not target_input.name or not target_input.space:
        raise Refused("no_target", "Say whom: choose `member`, or give `name` together with `space`.", "P-6.8")
    return AccountInput(SpaceName(target_input.space), target_input.name)


async def _or_escalate(asked: Awaitable[T]) -> T:
    """The answer; where the rule says that it is the working group's, the refusal says how it gets there."""
    try:
        return await asked
    except Refused as refused:
        if refused.code not in ESCALATION_CODES:
            raise
        raise Refused(refused.code, refused.sentence + _TO_ESCALATE, refused.rule) from refused


def _confirmation_text(seen: MeasurePreview) -> str:
    what = (
        f"{formatting.format_account(seen.on.handle, seen.on.account)} would be **{seen.kind}**"
        if seen.on is not None
        else f"It would be **{seen.kind}**"
    )
    lines = [f"{what} until {format_instant(seen.ends)}, and then it ends by itself."]
    if seen.spaces:
        lines.append(formatting.format_previews(seen.spaces))
    lines.append(_LOCKED if seen.kind is MeasureKind.LOCKED else _TOLD)
    return "\n".join(lines)


def _done_text(made: MeasureView, base_url: str) -> str:
    return (
        f"It should be in force on {made.space} within a few minutes, until {format_instant(made.ends)}. The matter is called {made.matter}.\n"
        f"To end it earlier: {base_url}/console/measures"
    )
