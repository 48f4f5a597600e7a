"""The group's look at an act taken alone, in a hurry; and the word that stops a member from acting alone."""

from typing import Final

import discord
from discord import app_commands

from connectors.discord.commands import formatting
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Form, Reply, TextField, custom_id
from connectors.discord.interactions import CommandContext
from connectors.discord.modal_values import ModalValues
from guardian.cases.unilateral_acts import ACT_MACHINE
from guardian.errors import NotFound, Refused
from guardian.services.members import member_for_account
from guardian.services.unilateral import review, stop
from guardian.services.unilateral.review import ReviewView
from guardian.services.unilateral.stop import StopView
from guardian.spaces.port import Account
from rules.unilateral import ReviewAnswer

_REASON: Final = TextField(name="reason", label="Why?", required=False, hint="It is kept with the case.")
_DAYS: Final = TextField(name="days", label="For how many days from now?", long=False, hint="Then it ends by itself.")
_RATIFY_OPENING: Final = "Read what happened first: the button beside this one opens it. Once enough say the same, it stands for so many days."
_REVERSE_OPENING: Final = (
    "Read what happened first: the button beside this one opens it. Once enough say the same, what the act restricts is "
    "let go at once, in every space, and does not come back by itself."
)

commands = CommandSet()


@commands.form_button("ratify", anywhere=True)
def ratify_form(_: None, case: str) -> Form:
    """Ask for the term for which an act is to stand."""
    return Form("It stands", custom_id("ratify", case), (_DAYS, _REASON), _RATIFY_OPENING)


@commands.modal("ratify", returned_text=("reason",), anywhere=True)
async def ratify(context: CommandContext, form: ModalValues, case: str) -> Reply:
    """Answer in a review that the act stands."""
    days = _parse_days(form.text("days"))
    term, reason = formatting.parse_days(days), form.text("reason")
    seen = await review.review(context.app, context.by, case, ReviewAnswer.RATIFY, term, None, reason)
    return Reply(_review_text(seen))


@commands.form_button("reverse", anywhere=True)
def reverse_form(_: None, case: str) -> Form:
    """Ask why an act is to be reversed."""
    return Form("It is lifted everywhere", custom_id("reverse", case), (_REASON,), _REVERSE_OPENING)


@commands.modal("reverse", returned_text=("reason",), anywhere=True)
async def reverse(context: CommandContext, form: ModalValues, case: str) -> Reply:
    """Answer in a review that the act is reversed."""
    reason = form.text("reason")
    seen = await review.review(context.app, context.by, case, ReviewAnswer.REVERSE, None, None, reason)
    return Reply(_review_text(seen))


@commands.command(name="stop")
@app_commands.describe(member="Whom")
async def stop_member(context: CommandContext, member: discord.User) -> Reply:
    """Stop another member from acting alone."""
    other = await member_for_account(context.app, Account(context.config.space, str(member.id)))
    if other is None:
        raise NotFound
    return Reply(_stop_text(await stop.stop_member(context.app, context.by, other.id), context.app.base_url))


def _parse_days(text: str) -> int:
    typed = text.strip()
    if not (typed.isascii() and typed.isdecimal() and 1 <= int(typed[:6]) <= formatting.MAX_DAYS):
        sentence = f"Please give a whole number of days, from 1 to {formatting.MAX_DAYS}."
        raise Refused("days", sentence, "P-7.3")
    return int(typed)


def _review_text(seen: ReviewView) -> str:
    return f"Your answer counts. The act in {seen.code_name} {ACT_MACHINE.labels[seen.state]}; {seen.answers} have answered."


def _stop_text(made: StopView, base_url: str) -> str:
    lines = [f"They cannot act alone from now on. The others look at this stop: {base_url}/console/reviews"]
    if made.unreviewed:
        lines.append(
            f"Of their acts nobody had reviewed {made.unreviewed}. What can be let go restricts nobody any more; what was "
            "for danger, or needs somebody else's eyes first, lies with the chairs."
        )
    return "\n".join(lines)
