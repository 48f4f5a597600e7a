"""One member acting at once: one confirmation in words, then it holds. What waits for the button is kept for minutes only."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import discord
from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import formatting
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Reply, Style
from connectors.discord.instants import format_instant
from connectors.discord.interactions import CommandContext
from guardian.cases.unilateral_acts import ActState
from guardian.errors import Refused
from guardian.ids import SpaceName
from guardian.services.members import AccountInput
from guardian.services.unilateral import act
from guardian.services.unilateral.act import ActPreview, ActView
from guardian.services.unilateral.act_input import ActInput
from guardian.spaces.account_text import text_of_id
from rules.precedence import Restriction
from rules.unilateral import Ground

_GROUNDS: Final = [
    Choice(name="it is going on now", value=Ground.ONGOING.value),
    Choice(name="somebody is threatened", value=Ground.THREAT.value),
    Choice(name="somebody is in physical danger", value=Ground.PHYSICAL_DANGER.value),
]

commands = CommandSet()


@dataclass(frozen=True, slots=True)
class _PendingAct:
    """What a member would do, until they say so."""

    target: AccountInput
    restriction: Restriction
    ground: Ground
    reason: str
    spaces: frozenset[SpaceName] | None
    term: timedelta | None


@commands.command(name="act", space_option="name_in")
@app_commands.describe(
    restriction="What is to hold",
    ground="Why it cannot wait",
    reason="What is happening; it is kept with the case",
    member="Whom, if they are here on Discord",
    name="Whom, by their name in another space; by their id: id:1234",
    name_in="The space in which they are called so",
    spaces="Where it is to hold, with commas between the spaces; left out: everywhere",
    days="For how many days at most; left out: until the group has reviewed it",
)
@app_commands.choices(restriction=formatting.RESTRICTIONS, ground=_GROUNDS)
async def preview_act(
    context: CommandContext,
    restriction: str,
    ground: str,
    reason: str,
    member: discord.User | None = None,
    name: str = "",
    name_in: str = "",
    spaces: str = "",
    days: app_commands.Range[int, 1, formatting.MAX_DAYS] | None = None,
) -> Reply:
    """Show what a unilateral act would do, with the button that does it."""
    target = _resolve_target(context.config.space, member, name, name_in)
    scope, term = formatting.parse_scope(spaces), formatting.parse_days(days)
    pending = _PendingAct(
        target=target,
        restriction=Restriction(restriction),
        ground=Ground(ground),
        reason=reason,
        spaces=scope,
        term=term,
    )
    seen = await act.preview(context.app, context.by, target, pending.restriction, scope)
    text = _confirmation_text(pending, seen, context.app.policy.unilateral.unreviewed_end)
    # Whoever is shown is whom it hits: what was typed is not looked up a second time.
    return Reply(text, confirmed_act.ask(context, replace(pending, target=formatting.pinned(seen.on.account))))


@commands.confirmed_action("act", "Act now", Style.DANGER, most=100)
async def confirmed_act(context: CommandContext, pending: _PendingAct) -> Reply:
    """Act at once, as it was shown."""
    done = await act.act(
        context.app,
        context.by,
        pending.target,
        ActInput(pending.restriction, pending.ground, pending.reason, pending.spaces, pending.term),
    )
    return Reply(_done_text(done, context.app.base_url))


@commands.button("not-yet")
async def do_nothing(_: CommandContext) -> Reply:
    """Say that nothing was done."""
    return Reply("Nothing was done.")


def _resolve_target(
    own: SpaceName, member: discord.User | discord.Member | None, name: str, space: str
) -> AccountInput:
    typed = name.strip()
    if member is not None and typed:
        raise Refused("two_targets", "Choose somebody here, or name somebody in another space: not both.", "P-7.1")
    if member is not None:
        return AccountInput(own, text_of_id(str(member.id)))
    if not typed or not space:
        raise Refused("no_target", "Say whom: choose `member`, or give `name` together with `name_in`.", "P-7.1")
    return AccountInput(SpaceName(space), typed)


def _confirmation_text(pending: _PendingAct, seen: ActPreview, unreviewed: timedelta) -> str:
    """One confirmation: on whom, what will hold where, for how long, what it destroys."""
    on = formatting.format_account(seen.on.handle, seen.on.account)
    ends = f"{formatting.format_term(pending.term)} at most, and " if pending.term else ""
    return "\n".join(
        (
            f"{on} would be **{pending.restriction}** at once, {formatting.format_scope(pending.spaces)}:",
            formatting.format_previews(seen.spaces),
            f"It holds {ends}until the group has reviewed it; never reviewed, it ends after {unreviewed.days} days.",
            "Everybody who may know is told at once, and your own account is due within a day.",
        )
    )


def _done_text(view: ActView, base_url: str) -> str:
    if view.state is ActState.AWAITING_CONFIRMATION:
        return f"Nobody is restricted yet. {view.sentence} The others have been asked; the case is {view.code_name}."
    held = "It is being placed now; how it stands in each space: `/sanctions`."
    lines = [f"{held} The person is called {view.person}, and the case of its review {view.code_name}."]
    if view.statement_due is not None:
        page = f"{base_url}/console/reviews/{view.code_name}"
        lines.append(f"Your own account is due by {format_instant(view.statement_due)}: {page}")
    return "\n".join(lines)
