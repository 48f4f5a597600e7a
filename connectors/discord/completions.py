"""What is offered while somebody types an option: by the option's name, computed by the services for the one who asks.

An option is completed wherever a command has one of that name, so that a new command cannot forget it. Read `COMPLETERS`
first. Policy: P-4.2.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from discord import AppCommandOptionType
from discord.app_commands import Choice, Command

from connectors.discord.interactions import CommandContext, Completion, Interaction, InteractionRouter, require_member
from guardian.services.cases import completions
from guardian.services.escalation import cross_space
from guardian.services.measures import measures, native_explanations

_MAX_LENGTH: Final = 100

Completer = Callable[[CommandContext, str, Mapping[str, str]], Awaitable[tuple[str, ...]]]
"""What is offered for what was typed, given the other options as far as they are filled in."""


async def _cases(context: CommandContext, typed: str, _: Mapping[str, str]) -> tuple[str, ...]:
    return await completions.complete_cases(context.app, context.by, typed)


async def _people(context: CommandContext, typed: str, others: Mapping[str, str]) -> tuple[str, ...]:
    return await completions.complete_people(context.app, context.by, typed, others.get("case", ""))


async def _matters(context: CommandContext, typed: str, _: Mapping[str, str]) -> tuple[str, ...]:
    return await completions.complete_matters(context.app, context.by, typed)


async def _members(context: CommandContext, typed: str, _: Mapping[str, str]) -> tuple[str, ...]:
    return await completions.complete_members(context.app, context.by, typed)


async def _spaces(context: CommandContext, typed: str, _: Mapping[str, str]) -> tuple[str, ...]:
    return await completions.complete_spaces(context.app, context.by, typed)


async def _cases_and_references(context: CommandContext, typed: str, _: Mapping[str, str]) -> tuple[str, ...]:
    """Cases for the group; for moderators, who know none, the references of what they passed on."""
    if cases := await completions.complete_cases(context.app, context.by, typed):
        return cases
    found = (await cross_space.list_escalations_and_patterns(context.app, context.by)).escalations
    return _containing(tuple(str(each.reference) for each in found), typed)


async def complete_measures(context: CommandContext, typed: str, _: Mapping[str, str]) -> tuple[str, ...]:
    """Return the matters of the measures that run, as far as the one who asks may know of them."""
    found = await measures.list_measures(context.app, context.by)
    return _containing(tuple(each.matter for each in found), typed)


async def complete_asked_measures(context: CommandContext, typed: str, _: Mapping[str, str]) -> tuple[str, ...]:
    """Return the matters of those measures at which another look was asked for."""
    found = await measures.list_measures(context.app, context.by)
    return _containing(tuple(each.matter for each in found if each.asked_at), typed)


async def complete_unexplained(context: CommandContext, typed: str, _: Mapping[str, str]) -> tuple[str, ...]:
    """Return the matters of what the one who asks did with a space's own menu and has given no reason for."""
    found = await native_explanations.list_unexplained(context.app, context.by)
    return _containing(tuple(each.matter for each in found), typed)


COMPLETERS: Final[Mapping[str, Completer]] = {
    "case": _cases,
    "person": _people,
    "other": _people,
    "matter": _matters,
    "member": _members,
    "spaces": _spaces,
    "what": _cases_and_references,
}


def add_completions(
    router: InteractionRouter, command: Command[Any, ..., Any], special: Mapping[str, Completer] | None = None
) -> None:
    """Let each option of the command be completed that is named in `COMPLETERS`; `special` replaces those of some."""
    completers = {**COMPLETERS, **(special or {})}
    for option in command.parameters:
        if option.type is AppCommandOptionType.string and not option.choices and option.name in completers:
            offer = _offer(router, completers[option.name])
            command.autocomplete(option.name)(offer)
            router.tree.completions[(command.name, option.name)] = offer


def _offer(router: InteractionRouter, completer: Completer) -> Completion:
    async def offer(interaction: Interaction, typed: str) -> list[Choice[str]]:
        by = await require_member(router.app, router.account_of(interaction))
        others = {name: value for name, value in interaction.namespace if isinstance(value, str)}
        found = await completer(router.context_of(interaction, by), typed, others)
        fitting = [name for name in found if 0 < len(name) <= _MAX_LENGTH]
        return [Choice(name=name, value=name) for name in fitting[: completions.MOST_COMPLETIONS]]

    return offer


def _containing(names: tuple[str, ...], typed: str) -> tuple[str, ...]:
    sought = typed.strip().casefold()
    return tuple(name for name in dict.fromkeys(names) if sought in name.casefold())
