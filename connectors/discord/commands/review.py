"""The group's look at an act taken alone, and the word that stops a member from acting alone."""

from typing import Final

import discord
from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import formatting
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Reply
from connectors.discord.interactions import CommandContext
from guardian.cases.unilateral_acts import ACT_MACHINE, STOP_MACHINE
from guardian.errors import NotFound
from guardian.services.cases import overview
from guardian.services.members import member_for_account
from guardian.services.unilateral import review, stop
from guardian.services.unilateral.review import ReviewView
from guardian.services.unilateral.stop import StopView
from guardian.spaces.port import Account
from rules.precedence import Restriction
from rules.unilateral import ReviewAnswer

_ANSWERS: Final = [
    Choice(name="ratify, with a term", value=ReviewAnswer.RATIFY.value),
    Choice(name="change, with a term", value=ReviewAnswer.CHANGE.value),
    Choice(name="reverse: lift it everywhere", value=ReviewAnswer.REVERSE.value),
]

commands = CommandSet()


@commands.command(name="review")
@app_commands.describe(
    case=formatting.CASE,
    answer="What becomes of it",
    days="For how many days from now (to ratify or change)",
    restriction="What holds instead (to change)",
    reason="Why; it is kept with the case",
)
@app_commands.choices(answer=_ANSWERS, restriction=formatting.RESTRICTIONS)
async def review_act(
    context: CommandContext,
    case: str,
    answer: str,
    days: app_commands.Range[int, 1, formatting.MAX_DAYS] | None = None,
    restriction: str = "",
    reason: str = "",
) -> Reply:
    """Answer in the review of a unilateral act."""
    instead = Restriction(restriction) if restriction else None
    chosen, term = ReviewAnswer(answer), formatting.parse_days(days)
    return Reply(_review_text(await review.review(context.app, context.by, case, chosen, term, instead, reason)))


@commands.command(name="stop")
@app_commands.describe(member="Whom")
async def stop_member(context: CommandContext, member: discord.User) -> Reply:
    """Stop another member from acting alone."""
    other = await member_for_account(context.app, Account(context.config.space, str(member.id)))
    if other is None:
        raise NotFound
    return Reply(_stop_text(await stop.stop_member(context.app, context.by, other.id)))


@commands.command(name="review-stop")
@app_commands.describe(member="Who was stopped", stands="Does it stand?")
async def review_stop(context: CommandContext, member: discord.User, stands: bool) -> Reply:
    """Answer whether the stop of a member stands."""
    other = await member_for_account(context.app, Account(context.config.space, str(member.id)))
    made = await overview.current_stop(context.app, context.by, other.id) if other else None
    if made is None:
        raise NotFound
    answer = ReviewAnswer.RATIFY if stands else ReviewAnswer.REVERSE
    seen = await stop.review_stop(context.app, context.by, made, answer)
    return Reply(f"Your answer counts. The stop {STOP_MACHINE.labels[seen.state]}.")


def _review_text(seen: ReviewView) -> str:
    return f"Your answer counts. The act in {seen.code_name} {ACT_MACHINE.labels[seen.state]}; {seen.answers} have answered."


def _stop_text(made: StopView) -> str:
    lines = ["They cannot act alone from now on. The others look at this stop: `/review-stop`"]
    if made.unreviewed:
        lines.append(
            f"Of their acts nobody had reviewed {made.unreviewed}. What can be let go restricts nobody any more; what was "
            "for danger, or needs somebody else's eyes first, lies with the chairs."
        )
    return "\n".join(lines)
