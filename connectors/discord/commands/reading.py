"""One case and the list of cases: a one-time link to the reading room, clocks, and buttons for what is open now."""

from typing import Final

from discord import app_commands

from connectors.discord.commands import deliberation, formatting
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Button, Reply, Style, custom_id
from connectors.discord.interactions import CommandContext
from guardian.cases.procedure import StepState
from guardian.errors import NotFound
from guardian.services.cases import overview
from guardian.services.cases.overview import CaseLine, CaseOverview, NextStep
from guardian.services.sign_in import links

_LONGEST_LIST: Final = 60

commands = CommandSet()


@commands.command(name="case")
@app_commands.describe(case=formatting.CASE)
async def show_case(context: CommandContext, case: str) -> Reply:
    """Show what is open in a case, and where it can be read."""
    seen = await overview.case_overview(context.app, context.by, case)
    return Reply(f"{_link_text(await _reading_url(context, case))}\n\n{case_text(seen)}", buttons(seen))


@commands.command(name="cases")
async def list_cases(context: CommandContext) -> Reply:
    """List the newest cases of the member."""
    lines = await overview.list_cases(context.app, context.by)
    shown = [_line(line) for line in lines[-_LONGEST_LIST:]]
    if len(lines) > len(shown):
        shown.insert(0, f"The newest {len(shown)} of {len(lines)} cases:")
    return Reply("\n".join(shown) or "There are no cases.")


@commands.command(name="todo")
async def show_tasks(context: CommandContext) -> Reply:
    """Give the member a link that signs them in where they see what needs them."""
    url = await links.create_link(context.app, context.by)
    return Reply(f"What needs you stands here. The link signs you in once, within five minutes: {url}")


async def _reading_url(context: CommandContext, case: str) -> str | None:
    """The reading link; None for the Board while a case of the group merely lies with it."""
    try:
        return await links.create_link(context.app, context.by, case)
    except NotFound:
        return None


def case_text(seen: CaseOverview) -> str:
    """Return the case in words: its state, its people by code name, its steps and its clocks."""
    lines = [f"**{seen.code_name}**: {seen.words}."]
    if seen.people:
        lines.append(f"About: {', '.join(seen.people)}")
    lines += [
        f"• {formatting.STEPS[kind]}: {formatting.STATES[state]}" for kind, state in seen.steps if _is_shown(state)
    ]
    lines += [f"⏳ {formatting.format_deadline(each.kind, each.at)}" for each in seen.deadlines]
    return "\n".join(lines)


def buttons(seen: CaseOverview) -> tuple[Button, ...]:
    """Return a button for each step that is open to the one who asks; those that need words are commands."""
    case = seen.code_name
    found: list[Button] = []
    if NextStep.ACCEPT in seen.next_steps:
        found.append(Button("Accept what was passed on", custom_id("accept-escalation", case), Style.PRIMARY))
    if NextStep.TAKE in seen.next_steps:
        found.append(Button("I have it", custom_id("take", case), Style.PRIMARY))
    if NextStep.HEAR in seen.next_steps:
        found.append(Button("Begin the hearing", custom_id("hear", case)))
    if seen.proposal is not None and NextStep.VOTE in seen.next_steps:
        found += deliberation.ballot_buttons(seen.proposal, may_withdraw=NextStep.WITHDRAW in seen.next_steps)
    if NextStep.ENACT in seen.next_steps:
        found.append(Button("Preview", custom_id("preview", case), Style.PRIMARY))
    if NextStep.SECOND_ACT in seen.next_steps and seen.act is not None:
        found.append(Button("Agree to the act", custom_id("second-act", seen.act), Style.DANGER))
    if NextStep.CONFIRM_BOARD in seen.next_steps:
        found.append(Button("Confirm the Board's answer", custom_id("confirm-answer", case), Style.DANGER))
    found += [
        Button(f"Agree to skip {formatting.STEPS[kind]}", custom_id("second-skip", case, kind)) for kind in seen.skips
    ]
    found += [Button(f"Approve text {n}", custom_id("approve", draft)) for n, draft in enumerate(seen.drafts, start=1)]
    found += [
        Button(f"Confirm link {n}", custom_id("confirm-link", link)) for n, link in enumerate(seen.links, start=1)
    ]
    return tuple(found)


def _link_text(url: str | None) -> str:
    if url is None:
        return "The reports of this case are read by the working group."
    return f"Read it here, once, within five minutes: {url}"


def _is_shown(state: StepState) -> bool:
    return state is not StepState.PENDING


def _line(line: CaseLine) -> str:
    if line.recused:
        return f"• {line.code_name}: {line.state} (you stepped back)"
    clock = (
        f" — {formatting.format_deadline(line.next_deadline.kind, line.next_deadline.at)}" if line.next_deadline else ""
    )
    return f"• {line.code_name}: {line.state}{clock}"
