"""Proposals and ballots: counts and clocks only; who voted how, and why, is read in the reading room."""

from typing import Final

from discord import app_commands

from connectors.discord.commands import consequences, formatting
from connectors.discord.commands.consequences import ConsequenceChoice
from connectors.discord.components import Button, Form, Reply, Style, TextField, custom_id
from connectors.discord.interactions import Interaction, InteractionRouter
from connectors.discord.modal_values import ModalValues
from guardian.cases.proposals import BallotAnswer, MarkKind
from guardian.ids import MemberId, ProposalId
from guardian.notices.acknowledgement import format_datetime
from guardian.services.cases import evasion, overview
from guardian.services.deliberation import proposals, risk
from guardian.services.deliberation.proposals import ProposalView
from rules.quorum import ProposalState

_STATES: Final = {
    ProposalState.OPEN: "open",
    ProposalState.NOT_AGREED: "not agreed so far",
    ProposalState.AWAITING_APPROVAL: "waits for the organisers' motion",
    ProposalState.NOT_APPROVED: "not approved by the organisers",
    ProposalState.AGREED: "agreed",
    ProposalState.WITH_BOARD: "with the Board",
}


def add_to(router: InteractionRouter) -> None:
    """Members propose and vote."""
    _add_propose_command(router)
    _add_ballot_buttons(router)
    _add_mark_commands(router)


def _add_propose_command(router: InteractionRouter) -> None:
    app = router.app

    @router.tree.command(name="propose", description="Propose what a case comes to", guild=router.guild)
    @app_commands.describe(case=formatting.CASE, **consequences.DESCRIPTIONS)
    @app_commands.choices(outcome=consequences.CHOICES, at_end=consequences.AT_END)
    async def propose(
        interaction: Interaction,
        case: str,
        outcome: str,
        days: app_commands.Range[int, 1, formatting.MAX_DAYS] | None = None,
        person: str = "",
        at_end: str = "",
        spaces: str = "",
        legal: bool = False,
        removal: bool = False,
    ) -> None:
        async def form(by: MemberId) -> Form:
            known = await overview.case_overview(app, by, case)
            choice = ConsequenceChoice(known.code_name, outcome, days or 0, person, at_end, spaces, legal, removal)
            return consequences.build_form("propose", "Proposal", choice)

        await router.open_modal(interaction, form)

    async def proposed(interaction: Interaction, about: tuple[str, ...], form: ModalValues) -> None:
        async def deed(by: MemberId) -> Reply:
            choice = consequences.parse_choice(about)
            wanted = consequences.to_consequence(choice, form)
            person = choice.person or None
            made = await proposals.propose(app, by, choice.case, wanted, person, str(interaction.id))
            return Reply(
                f"Proposed: {formatting.format_consequence(wanted)}.\n{proposal_text(made)}", _open_buttons(made)
            )

        await router.serve_text(interaction, "\n\n".join((form.text("summary"), form.text("conditions"))), deed)

    router.on_modal("propose", proposed)


def _add_ballot_buttons(router: InteractionRouter) -> None:
    app = router.app

    async def agree(interaction: Interaction, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            return _ballot_reply(await proposals.vote(app, by, _proposal_id(about), BallotAnswer.AGREE))

        await router.serve(interaction, deed)

    async def object_(interaction: Interaction, about: tuple[str, ...]) -> None:
        async def form(_: MemberId) -> Form:
            field = TextField("reason", "Why do you object?", hint="The others on the case read it.")
            return Form("Object", custom_id("object", _proposal_id(about)), (field,))

        await router.open_modal(interaction, form)

    async def objected(interaction: Interaction, about: tuple[str, ...], form: ModalValues) -> None:
        reason = form.text("reason")

        async def deed(by: MemberId) -> Reply:
            return _ballot_reply(await proposals.vote(app, by, _proposal_id(about), BallotAnswer.OBJECT, reason=reason))

        await router.serve_text(interaction, reason, deed)

    async def mark(interaction: Interaction, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            return _ballot_reply(await proposals.mark_proposal(app, by, _proposal_id(about), MarkKind.SEVERE))

        await router.serve(interaction, deed)

    async def withdraw(interaction: Interaction, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            taken = await proposals.withdraw(app, by, _proposal_id(about))
            return Reply(f"Your proposal in {taken.code_name} is taken back, and the case is open again.")

        await router.serve(interaction, deed)

    router.on_button("agree", agree)
    router.on_button("object", object_)
    router.on_modal("object", objected)
    router.on_button("mark-severe", mark)
    router.on_button("withdraw", withdraw)


def _add_mark_commands(router: InteractionRouter) -> None:
    app = router.app

    @router.tree.command(name="mark", description="Mark whether somebody's safety is at risk", guild=router.guild)
    @app_commands.describe(
        case=formatting.CASE,
        at_risk="Is somebody's safety at risk? Proposals then count as severe",
        reason="Why; it is kept with the case, and taking a mark back needs it",
    )
    async def mark_risk(interaction: Interaction, case: str, at_risk: bool, reason: str = "") -> None:
        async def deed(by: MemberId) -> Reply:
            code_name = await risk.mark_risk(app, by, case, at_risk=at_risk, reason=reason)
            if at_risk:
                return Reply(f"{code_name} is marked as a risk to somebody's safety. Proposals in it count as severe.")
            return Reply(f"The mark on {code_name} is taken back. What you wrote is kept with the case.")

        await router.serve_text(interaction, reason, deed)

    @router.tree.command(
        name="mark-evasion", description="Mark that somebody got round an earlier restriction", guild=router.guild
    )
    @app_commands.describe(
        case=formatting.CASE,
        evades="Did somebody use another account to get round a restriction?",
        reason="How you know; it is kept with the case",
    )
    async def mark_evasion(interaction: Interaction, case: str, evades: bool, reason: str) -> None:
        async def deed(by: MemberId) -> Reply:
            code_name = await evasion.mark_evasion(app, by, case, evades=evades, reason=reason)
            said = "is marked: a restriction was got round by another account" if evades else "has that mark no more"
            return Reply(f"{code_name} {said}. What you wrote is kept with the case, and the others on it are told.")

        await router.serve_text(interaction, reason, deed)


def ballot_buttons(proposal: ProposalId, *, may_withdraw: bool = False) -> list[Button]:
    """The answers to an open proposal."""
    found = [
        Button("Agree", custom_id("agree", proposal), Style.PRIMARY),
        Button("Object", custom_id("object", proposal)),
        Button("Mark severe", custom_id("mark-severe", proposal)),
    ]
    return [*found, Button("Take back", custom_id("withdraw", proposal))] if may_withdraw else found


def proposal_text(seen: ProposalView) -> str:
    """A proposal in words: how it stands, what it needs, and when it closes."""
    lines = [
        f"Proposal in **{seen.code_name}**{f' about {seen.person}' if seen.person else ''}: {_STATES[seen.state]}."
    ]
    if seen.result:
        return lines[0]
    severe = " It counts as severe." if seen.severe else ""
    lines.append(f"{seen.agreeing} agree, {seen.objecting} object, {seen.silent} silent; {seen.needs} needed.{severe}")
    lines.append(
        f"It closes {format_datetime(seen.closes_at)}, and is decided by {format_datetime(seen.decide_by)} at the latest."
    )
    return "\n".join(lines)


def _ballot_reply(seen: ProposalView) -> Reply:
    return Reply(
        f"Your answer counts; you may change it until the proposal closes.\n{proposal_text(seen)}", _open_buttons(seen)
    )


def _open_buttons(seen: ProposalView) -> tuple[Button, ...]:
    return () if seen.result else tuple(ballot_buttons(seen.id))


def _proposal_id(arguments: tuple[str, ...]) -> ProposalId:
    return ProposalId(arguments[0] if arguments else "")
