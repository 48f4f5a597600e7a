"""How a module of commands says what it answers: `CommandSet` collects the handlers that its decorators name.

A handler is a plain function. It is given a `CommandContext`, then the options of the command, or the form that was
sent, or what a custom id carries; it returns its `Reply`, or the `Form` that it opens. Deferring, asking who it is, and
replying are the router's. Which seat a use case takes, it asks by itself.
"""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial, wraps
from typing import Any, Concatenate, Final, Generic, TypeVar

from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.completions import add_completions
from connectors.discord.components import Button, Form, Reply, Style, custom_id
from connectors.discord.interactions import CommandContext, Interaction, InteractionRouter
from connectors.discord.locales import description_of
from connectors.discord.modal_values import ModalValues
from connectors.discord.ttl_cache import TtlCache
from guardian.errors import Refused
from guardian.ids import MemberId, new_id

T = TypeVar("T")

ReplyHandler = Callable[Concatenate[CommandContext, ...], Awaitable[Reply]]
FormHandler = Callable[Concatenate[Any, ...], Form]
SubmitHandler = Callable[Concatenate[CommandContext, ModalValues, ...], Awaitable[Reply]]

R = TypeVar("R", bound=ReplyHandler)
F = TypeVar("F", bound=FormHandler)
S = TypeVar("S", bound=SubmitHandler)

NOT_YET: Final = "not-yet"
_CONFIRM_WITHIN: Final = timedelta(minutes=15)

_Call = Callable[[MemberId], Awaitable[Any]]


class CommandSet:
    """The commands, buttons and forms of one module, in the order in which they are declared."""

    def __init__(self) -> None:
        self._registrations: list[Callable[[InteractionRouter], None]] = []

    def add_to(self, router: InteractionRouter) -> None:
        """Let the router serve everything that was declared."""
        for register in self._registrations:
            register(router)

    def command(
        self,
        *,
        name: str,
        space_option: str = "",
    ) -> Callable[[R], R]:
        """Declare a command, which is deferred and answered with the handler's reply.

        `space_option` is the option that is one of the spaces.
        """

        def declare(handler: R) -> R:
            self._registrations.append(_Command(handler, name, space_option).add_to)
            return handler

        return declare

    def button(self, action: str, *, anywhere: bool = False) -> Callable[[R], R]:
        """Declare a button, which is deferred and answered with the handler's reply; `anywhere`: in direct messages too."""

        def declare(handler: R) -> R:
            self._registrations.append(_Button(handler, action, anywhere).add_to)
            return handler

        return declare

    def form_button(self, action: str, *, anywhere: bool = False) -> Callable[[F], F]:
        """Declare a button that opens the handler's form; whose it is to send, is asked when it is sent."""

        def declare(handler: F) -> F:
            self._registrations.append(_FormButton(handler, action, anywhere).add_to)
            return handler

        return declare

    def modal(self, action: str, *, returned_text: Sequence[str] = (), anywhere: bool = False) -> Callable[[S], S]:
        """Declare what is done when a form is sent; `returned_text` are the fields whose text comes back if it is not."""

        def declare(handler: S) -> S:
            self._registrations.append(_Modal(handler, action, tuple(returned_text), anywhere).add_to)
            return handler

        return declare

    def setup(self, register: Callable[[InteractionRouter], None]) -> Callable[[InteractionRouter], None]:
        """Declare what a function adds to the router by itself, where it takes more than a handler."""
        self._registrations.append(register)
        return register

    def confirmed_action(
        self, action: str, label: str, style: Style, *, most: int
    ) -> Callable[[Callable[[CommandContext, T], Awaitable[Reply]]], "ConfirmedAction[T]"]:
        """Declare what is done once a member confirms what the command `/action` showed; `most` can wait at once."""

        def declare(perform: Callable[[CommandContext, T], Awaitable[Reply]]) -> ConfirmedAction[T]:
            declared = ConfirmedAction(perform, action, label, style, most)
            self._registrations.append(declared.add_to)
            return declared

        return declare


@dataclass(frozen=True, slots=True)
class ConfirmedAction(Generic[T]):
    """What a command would do, shown first and done by a button. It waits for minutes, and a restart forgets it."""

    perform: Callable[[CommandContext, T], Awaitable[Reply]]
    action: str
    label: str
    style: Style
    most: int

    def add_to(self, router: InteractionRouter) -> None:
        """Let the router do it when the button is pressed."""
        router.pending[self.action] = TtlCache(self.most, _CONFIRM_WITHIN)
        _Button(self.confirm, self.action).add_to(router)

    def ask(self, context: CommandContext, pending: T) -> tuple[Button, ...]:
        """Keep what would be done, and return the buttons by which the member decides."""
        key = new_id()
        context.pending[self.action].put(context.by, key, pending)
        return (Button(self.label, custom_id(self.action, key), self.style), Button("Not now", custom_id(NOT_YET)))

    async def confirm(self, context: CommandContext, key: str) -> Reply:
        """Do what was kept; Refused where it waited too long, or was another member's."""
        pending = context.pending[self.action].pop(context.by, key)
        if pending is None:
            again = f"This waited too long, so nothing was done. Please give the command again: `/{self.action}`"
            raise Refused("waited_too_long", again)
        return await self.perform(context, pending)


@dataclass(frozen=True, slots=True)
class _Command:
    handler: Callable[..., Any]
    name: str
    space_option: str = ""

    def add_to(self, router: InteractionRouter) -> None:
        command: app_commands.Command[Any, ..., None] = app_commands.Command(
            name=self.name, description=description_of(self.name), callback=self._callback(router)
        )
        if self.space_option:
            names = [Choice(name=name, value=str(name)) for name in router.app.spaces.names]
            app_commands.choices(**{self.space_option: names})(command)
        add_completions(router, command)
        router.tree.add_command(command, guild=router.guild)

    def _callback(self, router: InteractionRouter) -> Any:
        """What the library calls; it reads the options from the handler that stands behind."""

        @wraps(self.handler)
        async def callback(interaction: Interaction, **options: Any) -> None:
            await _reply(router, interaction, _bound(router, interaction, self.handler, **options), "")

        return callback


@dataclass(frozen=True, slots=True)
class _Button:
    handler: Callable[..., Awaitable[Any]]
    action: str
    anywhere: bool = False

    def add_to(self, router: InteractionRouter) -> None:
        router.on_button(self.action, partial(self._press, router), anywhere=self.anywhere)

    async def _press(self, router: InteractionRouter, interaction: Interaction, about: tuple[str, ...]) -> None:
        arguments = _fitting(self.handler, about, given=1)
        await _reply(router, interaction, _bound(router, interaction, self.handler, *arguments), "")


@dataclass(frozen=True, slots=True)
class _FormButton:
    handler: Callable[..., Form]
    action: str
    anywhere: bool = False

    def add_to(self, router: InteractionRouter) -> None:
        router.on_button(self.action, partial(self._press, router), anywhere=self.anywhere)

    async def _press(self, router: InteractionRouter, interaction: Interaction, about: tuple[str, ...]) -> None:
        arguments = _fitting(self.handler, about, given=1)
        await router.open_modal(interaction, lambda found: self.handler(found, *arguments), _no_look)


@dataclass(frozen=True, slots=True)
class _Modal:
    handler: Callable[..., Awaitable[Reply]]
    action: str
    returned_text: tuple[str, ...]
    anywhere: bool = False

    def add_to(self, router: InteractionRouter) -> None:
        router.on_modal(self.action, partial(self._submit, router), anywhere=self.anywhere)

    async def _submit(
        self, router: InteractionRouter, interaction: Interaction, about: tuple[str, ...], form: ModalValues
    ) -> None:
        arguments = _fitting(self.handler, about, given=2)
        text = "\n\n".join(map(form.text, self.returned_text))
        await _reply(router, interaction, _bound(router, interaction, self.handler, form, *arguments), text)


async def _reply(router: InteractionRouter, interaction: Interaction, call: _Call, text: str) -> None:
    await router.serve_text(interaction, text, call)


async def _no_look(_: MemberId) -> None:
    """Nothing is looked up for the form, but whether a member asks."""


def _bound(
    router: InteractionRouter,
    interaction: Interaction,
    handler: Callable[..., Awaitable[T]],
    *given: Any,
    **options: Any,
) -> Callable[[MemberId], Awaitable[T]]:
    return lambda by: handler(router.context_of(interaction, by), *given, **options)


def _fitting(handler: Callable[..., Any], about: tuple[str, ...], *, given: int) -> tuple[str, ...]:
    """What a custom id carries, as the handler takes it: all of it empty where it is not what the handler names."""
    named = list(inspect.signature(handler).parameters.values())[given:]
    if len(about) == len(named) or any(each.kind is each.VAR_POSITIONAL for each in named):
        return about
    return ("",) * len(named)
