"""Proposals and ballots: counts and clocks only; who voted how, and why, is read in the reading room."""

from typing import Final

from discord import app_commands

from connectors.discord.commands import consequences, words
from connectors.discord.commands.consequences import Chosen
from connectors.discord.forms import Filled
from connectors.discord.panels import Button, Form, Reply, Style, TextField, named
from connectors.discord.serving import Asked, Counter
from guardian.cases.deliberation import MarkKind
from guardian.cases.values import Answer
from guardian.desk import assessing, deliberation, evading, outlook
from guardian.desk.deliberation import ProposalView
from guardian.ids import MemberId, ProposalId
from guardian.notices.acknowledgement import spoken
from rules.quorum import State

_STATES: Final = {
    State.OPEN: "open",
    State.NOT_AGREED: "not agreed so far",
    State.AWAITING_APPROVAL: "waits for the organisers' motion",
    State.NOT_APPROVED: "not approved by the organisers",
    State.AGREED: "agreed",
    State.WITH_BOARD: "with the Board",
}


def add_to(counter: Counter) -> None:
    """Members propose and vote."""
    _add_proposing(counter)
    _add_ballots(counter)
    _add_risk(counter)


def _add_proposing(counter: Counter) -> None:
    desk = counter.desk

    @counter.tree.command(name="propose", description="Propose what a case comes to", guild=counter.guild)
    @app_commands.describe(case=words.CASE, **consequences.DESCRIBED)
    @app_commands.choices(outcome=consequences.CHOICES, at_end=consequences.AT_END)
    async def propose(
        asked: Asked,
        case: str,
        outcome: str,
        days: app_commands.Range[int, 1, words.LONGEST_DAYS] | None = None,
        person: str = "",
        at_end: str = "",
        spaces: str = "",
        legal: bool = False,
        removal: bool = False,
    ) -> None:
        async def form(by: MemberId) -> Form:
            known = await outlook.outlook(desk, by, case)
            chosen = Chosen(known.code_name, outcome, days or 0, person, at_end, spaces, legal, removal)
            return consequences.form_of("propose", "Proposal", chosen)

        await counter.open(asked, form)

    async def proposed(asked: Asked, about: tuple[str, ...], form: Filled) -> None:
        async def deed(by: MemberId) -> Reply:
            chosen = consequences.chosen_of(about)
            wanted = consequences.consequence_of(chosen, form)
            person = chosen.person or None
            made = await deliberation.propose(desk, by, chosen.case, wanted, person, str(asked.id))
            return Reply(f"Proposed: {words.consequence(wanted)}.\n{said(made)}", _open_buttons(made))

        await counter.serve_text(asked, "\n\n".join((form.text("summary"), form.text("conditions"))), deed)

    counter.on_form("propose", proposed)


def _add_ballots(counter: Counter) -> None:
    desk = counter.desk

    async def agree(asked: Asked, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            return _counted(await deliberation.vote(desk, by, _proposal(about), Answer.AGREE))

        await counter.serve(asked, deed)

    async def object_(asked: Asked, about: tuple[str, ...]) -> None:
        async def form(_: MemberId) -> Form:
            field = TextField("reason", "Why do you object?", hint="The others on the case read it.")
            return Form("Object", named("object", _proposal(about)), (field,))

        await counter.open(asked, form)

    async def objected(asked: Asked, about: tuple[str, ...], form: Filled) -> None:
        reason = form.text("reason")

        async def deed(by: MemberId) -> Reply:
            return _counted(await deliberation.vote(desk, by, _proposal(about), Answer.OBJECT, reason=reason))

        await counter.serve_text(asked, reason, deed)

    async def mark(asked: Asked, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            return _counted(await deliberation.mark(desk, by, _proposal(about), MarkKind.SEVERE))

        await counter.serve(asked, deed)

    async def withdraw(asked: Asked, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            taken = await deliberation.withdraw(desk, by, _proposal(about))
            return Reply(f"Your proposal in {taken.code_name} is taken back, and the case is open again.")

        await counter.serve(asked, deed)

    counter.on_press("agree", agree)
    counter.on_press("object", object_)
    counter.on_form("object", objected)
    counter.on_press("mark-severe", mark)
    counter.on_press("withdraw", withdraw)


def _add_risk(counter: Counter) -> None:
    desk = counter.desk

    @counter.tree.command(name="mark", description="Mark whether somebody's safety is at risk", guild=counter.guild)
    @app_commands.describe(
        case=words.CASE,
        at_risk="Is somebody's safety at risk? Proposals then count as severe",
        reason="Why; it is kept with the case, and taking a mark back needs it",
    )
    async def mark_risk(asked: Asked, case: str, at_risk: bool, reason: str = "") -> None:
        async def deed(by: MemberId) -> Reply:
            code_name = await assessing.mark_risk(desk, by, case, at_risk=at_risk, reason=reason)
            if at_risk:
                return Reply(f"{code_name} is marked as a risk to somebody's safety. Proposals in it count as severe.")
            return Reply(f"The mark on {code_name} is taken back. What you wrote is kept with the case.")

        await counter.serve_text(asked, reason, deed)

    @counter.tree.command(
        name="mark-evasion", description="Mark that somebody got round an earlier restriction", guild=counter.guild
    )
    @app_commands.describe(
        case=words.CASE,
        evades="Did somebody use another account to get round a restriction?",
        reason="How you know; it is kept with the case",
    )
    async def mark_evasion(asked: Asked, case: str, evades: bool, reason: str) -> None:
        async def deed(by: MemberId) -> Reply:
            code_name = await evading.mark_evasion(desk, by, case, evades=evades, reason=reason)
            said = "is marked: a restriction was got round by another account" if evades else "has that mark no more"
            return Reply(f"{code_name} {said}. What you wrote is kept with the case, and the others on it are told.")

        await counter.serve_text(asked, reason, deed)


def ballot_buttons(proposal: ProposalId, *, may_withdraw: bool = False) -> list[Button]:
    """The answers to an open proposal."""
    found = [
        Button("Agree", named("agree", proposal), Style.MAIN),
        Button("Object", named("object", proposal)),
        Button("Mark severe", named("mark-severe", proposal)),
    ]
    return [*found, Button("Take back", named("withdraw", proposal))] if may_withdraw else found


def said(seen: ProposalView) -> str:
    """A proposal in words: how it stands, what it needs, and when it closes."""
    lines = [
        f"Proposal in **{seen.code_name}**{f' about {seen.person}' if seen.person else ''}: {_STATES[seen.state]}."
    ]
    if seen.result:
        return lines[0]
    severe = " It counts as severe." if seen.severe else ""
    lines.append(f"{seen.agreeing} agree, {seen.objecting} object, {seen.silent} silent; {seen.needs} needed.{severe}")
    lines.append(f"It closes {spoken(seen.closes_at)}, and is decided by {spoken(seen.decide_by)} at the latest.")
    return "\n".join(lines)


def _counted(seen: ProposalView) -> Reply:
    return Reply(f"Your answer counts; you may change it until the proposal closes.\n{said(seen)}", _open_buttons(seen))


def _open_buttons(seen: ProposalView) -> tuple[Button, ...]:
    return () if seen.result else tuple(ballot_buttons(seen.id))


def _proposal(about: tuple[str, ...]) -> ProposalId:
    return ProposalId(about[0] if about else "")
