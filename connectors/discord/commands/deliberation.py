"""Proposals and ballots: counts and clocks only; who voted how, and why, is read in the reading room."""

from typing import Final

from discord import app_commands

from connectors.discord.commands import consequences, formatting
from connectors.discord.commands.case_lookup import find_code_name
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.commands.consequences import ConsequenceChoice
from connectors.discord.components import Button, Form, Reply, Style, TextField, custom_id
from connectors.discord.instants import format_instant
from connectors.discord.interactions import CommandContext
from connectors.discord.modal_values import ModalValues
from guardian.cases.proposals import MarkKind
from guardian.ids import ProposalId
from guardian.services.cases import evasion
from guardian.services.deliberation import proposals, risk
from guardian.services.deliberation.proposals import ProposalView
from rules.quorum import Answer, ProposalState

_STATES: Final = {
    ProposalState.OPEN: "open",
    ProposalState.NOT_AGREED: "not agreed so far",
    ProposalState.AWAITING_APPROVAL: "waits for the organisers' motion",
    ProposalState.NOT_APPROVED: "not approved by the organisers",
    ProposalState.AGREED: "agreed",
    ProposalState.WITH_BOARD: "with the Board",
}

commands = CommandSet()


@commands.form_command(name="propose", look=find_code_name)
@app_commands.describe(case=formatting.CASE, **consequences.DESCRIPTIONS)
@app_commands.choices(outcome=consequences.CHOICES, at_end=consequences.AT_END)
def proposal_form(
    code_name: str | None,
    case: str,
    outcome: str,
    days: app_commands.Range[int, 1, formatting.MAX_DAYS] | None = None,
    person: str = "",
    at_end: str = "",
    spaces: str = "",
    legal: bool = False,
    removal: bool = False,
) -> Form:
    """Ask for the words of a proposal."""
    choice = ConsequenceChoice(
        case=code_name or case.strip(),
        outcome=outcome,
        days=days or 0,
        person=person,
        at_end=at_end,
        spaces=spaces,
        legal=legal,
        removal=removal,
    )
    return consequences.build_form("propose", "Proposal", choice)


@commands.modal("propose", returned_text=("summary", "impact", "conditions"))
async def propose(context: CommandContext, form: ModalValues, *about: str) -> Reply:
    """Put a proposal to the group."""
    choice = consequences.parse_choice(about)
    wanted = consequences.to_consequence(choice, form)
    person = choice.person or None
    made = await proposals.propose(context.app, context.by, choice.case, wanted, person, context.delivery)
    return Reply(f"Proposed: {formatting.format_consequence(wanted)}.\n{proposal_text(made)}", _open_buttons(made))


@commands.button("agree")
async def agree(context: CommandContext, proposal: str) -> Reply:
    """Agree to a proposal."""
    return _ballot_reply(await proposals.vote(context.app, context.by, ProposalId(proposal), Answer.AGREE))


@commands.form_button("object")
def objection_form(_: None, proposal: str) -> Form:
    """Ask for the reason of an objection."""
    field = TextField(name="reason", label="Why do you object?", hint="The others on the case read it.")
    return Form("Object", custom_id("object", proposal), (field,))


@commands.modal("object", returned_text=("reason",))
async def object_to_proposal(context: CommandContext, form: ModalValues, proposal: str) -> Reply:
    """Object to a proposal, with a reason."""
    app, by, reason = context.app, context.by, form.text("reason")
    return _ballot_reply(await proposals.vote(app, by, ProposalId(proposal), Answer.OBJECT, reason=reason))


@commands.button("mark-severe")
async def mark_severe(context: CommandContext, proposal: str) -> Reply:
    """Mark a proposal as severe."""
    return _ballot_reply(await proposals.mark_proposal(context.app, context.by, ProposalId(proposal), MarkKind.SEVERE))


@commands.button("withdraw")
async def withdraw(context: CommandContext, proposal: str) -> Reply:
    """Withdraw a proposal of one's own."""
    taken = await proposals.withdraw(context.app, context.by, ProposalId(proposal))
    return Reply(f"Your proposal in {taken.code_name} is taken back, and the case is open again.")


@commands.command(name="mark", returned_text=("reason",))
@app_commands.describe(
    case=formatting.CASE,
    at_risk="Is somebody's safety at risk? Proposals then count as severe",
    reason="Why; it is kept with the case, and taking a mark back needs it",
)
async def mark_risk(context: CommandContext, case: str, at_risk: bool, reason: str = "") -> Reply:
    """Mark that somebody's safety is at risk in a case, or take the mark back."""
    code_name = await risk.mark_risk(context.app, context.by, case, at_risk=at_risk, reason=reason)
    if at_risk:
        return Reply(f"{code_name} is marked as a risk to somebody's safety. Proposals in it count as severe.")
    return Reply(f"The mark on {code_name} is taken back. What you wrote is kept with the case.")


@commands.command(
    name="mark-evasion",
    returned_text=("reason",),
)
@app_commands.describe(
    case=formatting.CASE,
    evades="Did somebody use another account to get round a restriction?",
    reason="How you know; it is kept with the case",
)
async def mark_evasion(context: CommandContext, case: str, evades: bool, reason: str) -> Reply:
    """Mark that an earlier restriction was evaded, or take the mark back."""
    code_name = await evasion.mark_evasion(context.app, context.by, case, evades=evades, reason=reason)
    said = "is marked: a restriction was got round by another account" if evades else "has that mark no more"
    return Reply(f"{code_name} {said}. What you wrote is kept with the case, and the others on it are told.")


def ballot_buttons(proposal: ProposalId, *, may_withdraw: bool = False) -> list[Button]:
    """Return the answers to an open proposal."""
    found = [
        Button("Agree", custom_id("agree", proposal), Style.PRIMARY),
        Button("Object", custom_id("object", proposal)),
        Button("Mark severe", custom_id("mark-severe", proposal)),
    ]
    return [*found, Button("Take back", custom_id("withdraw", proposal))] if may_withdraw else found


def proposal_text(seen: ProposalView) -> str:
    """Return a proposal in words: how it stands, what it needs, and when it closes."""
    lines = [
        f"Proposal in **{seen.code_name}**{f' about {seen.person}' if seen.person else ''}: {_STATES[seen.state]}."
    ]
    if seen.result:
        return lines[0]
    severe = " It counts as severe." if seen.severe else ""
    lines.append(f"{seen.agreeing} agree, {seen.objecting} object, {seen.silent} silent; {seen.needs} needed.{severe}")
    lines.append(
        f"It closes {format_instant(seen.closes_at)}, and is decided by {format_instant(seen.decide_by)} at the latest."
    )
    return "\n".join(lines)


def _ballot_reply(seen: ProposalView) -> Reply:
    return Reply(
        f"Your answer counts; you may change it until the proposal closes.\n{proposal_text(seen)}", _open_buttons(seen)
    )


def _open_buttons(seen: ProposalView) -> tuple[Button, ...]:
    return () if seen.result else tuple(ballot_buttons(seen.id))
