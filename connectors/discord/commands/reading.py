"""What waits for a member and how one case stands, by code names and clocks; everything else is behind a link."""

from typing import Final

from discord import app_commands

from connectors.discord.commands import formatting
from connectors.discord.commands.command_set import CommandSet
from connectors.discord.components import Button, Reply, Style, custom_id
from connectors.discord.instants import format_instant
from connectors.discord.interactions import CommandContext
from guardian.cases.procedure import StepState
from guardian.errors import NotFound
from guardian.services.cases import overview
from guardian.services.cases.overview import CaseOverview, NextStep
from guardian.services.sign_in import links
from guardian.services.worklist.task_words import sentence_of
from guardian.services.worklist.tasks import Task, list_tasks

_MOST_TASKS: Final = 12

commands = CommandSet()


@commands.command(name="todo")
async def show_tasks(context: CommandContext) -> Reply:
    """List what waits for the member, with where it is done."""
    tasks = await list_tasks(context.app, context.by)
    lines = [_task_line(task) for task in tasks[:_MOST_TASKS]] or ["Nothing waits for you now."]
    if len(tasks) > _MOST_TASKS:
        lines.append(f"… and {len(tasks) - _MOST_TASKS} more.")
    return Reply("\n".join([*lines, f"It is done on the console: {context.app.base_url}/console"]))


@commands.command(name="sign-in")
async def sign_in(context: CommandContext) -> Reply:
    """Give the member a link that signs them in where they see what needs them."""
    url = await links.create_link(context.app, context.by)
    return Reply(f"This link signs you in on the console, once, within five minutes: {url}")


@commands.command(name="case")
@app_commands.describe(case=formatting.CASE)
async def show_case(context: CommandContext, case: str) -> Reply:
    """Show what is open in a case, and where it can be read."""
    seen = await overview.case_overview(context.app, context.by, case)
    return Reply(f"{_link_text(await _reading_url(context, case))}\n\n{case_text(seen)}", _buttons(seen))


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


def _buttons(seen: CaseOverview) -> tuple[Button, ...]:
    """What may be done before anything was read: to say that one has it. All else stands on the page of the case."""
    found: list[Button] = []
    if NextStep.ACCEPT in seen.next_steps:
        found.append(Button("Accept it by name", custom_id("accept-escalation", seen.code_name), Style.PRIMARY))
    if NextStep.TAKE in seen.next_steps:
        found.append(Button("I have it", custom_id("take", seen.code_name), Style.PRIMARY))
    return tuple(found)


def _link_text(url: str | None) -> str:
    if url is None:
        return "The reports of this case are read by the working group."
    return f"Read it and work on it here; the link signs you in once, within five minutes: {url}"


def _is_shown(state: StepState) -> bool:
    return state is not StepState.PENDING


def _task_line(task: Task) -> str:
    about = f" in {task.code_name}" if task.code_name else ""
    due = "" if task.due is None else f", {'late since' if task.is_late else 'by'} {format_instant(task.due)}"
    has = f" ({task.claimed_by} has it)" if task.claimed_by else ""
    return f"• {sentence_of(task)}{about}{due}{has}"
