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

_MAX_LENGTH: Final = 100

Completer = Callable[[CommandContext, str], Awaitable[tuple[str, ...]]]
"""What is offered for what was typed."""


async def _cases(context: CommandContext, typed: str) -> tuple[str, ...]:
    return await completions.complete_cases(context.app, context.by, typed)


async def _matters(context: CommandContext, typed: str) -> tuple[str, ...]:
    return await completions.complete_matters(context.app, context.by, typed)


async def _spaces(context: CommandContext, typed: str) -> tuple[str, ...]:
    return await completions.complete_spaces(context.app, context.by, typed)


COMPLETERS: Final[Mapping[str, Completer]] = {
    "case": _cases,
    "matter": _matters,
    "spaces": _spaces,
}


def add_completions(router: InteractionRouter, command: Command[Any, ..., Any]) -> None:
    """Let each option of the command be completed that is named in `COMPLETERS`."""
    for option in command.parameters:
        if option.type is AppCommandOptionType.string and not option.choices and option.name in COMPLETERS:
            offer = _offer(router, COMPLETERS[option.name])
            command.autocomplete(option.name)(offer)
            router.tree.completions[(command.name, option.name)] = offer


def _offer(router: InteractionRouter, completer: Completer) -> Completion:
    async def offer(interaction: Interaction, typed: str) -> list[Choice[str]]:
        by = await require_member(router.app, router.account_of(interaction))
        found = await completer(router.context_of(interaction, by), typed)
        fitting = [name for name in found if 0 < len(name) <= _MAX_LENGTH]
        return [Choice(name=name, value=name) for name in fitting[: completions.MOST_COMPLETIONS]]

    return offer
