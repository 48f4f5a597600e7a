"""Passing matters between the groups: menus and a form for moderators, and no more back than how far it has come."""

from typing import Any, Final

import discord
from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import words
from connectors.discord.forms import Filled
from connectors.discord.panels import Button, ChoiceField, Form, Reply, Style, TextField, named
from connectors.discord.reported import Reported
from connectors.discord.serving import Asked, Counter
from guardian.cases.local import Urgency
from guardian.desk import escalating, spreading, turning_over
from guardian.desk.escalating import ByAccount, ByMatter, ByThing, EscalationView, What
from guardian.desk.spreading import PassedOn, SpreadLine
from guardian.errors import NotFound, Refused
from guardian.ids import MemberId, Reference, SpaceName
from guardian.notices.acknowledgement import spoken

ESCALATE: Final = "escalate"
MESSAGE_MENU: Final = "Escalate to the working group"
MEMBER_MENU: Final = "Escalate this person"

_MESSAGE: Final = "message"
_MEMBER: Final = "member"
_MATTER: Final = "matter"
_THING: Final = "thing"
_ACCOUNT: Final = "account"
_ANYWHERE: Final = "-"
_URGENCIES: Final = (
    (Urgency.ORDINARY.value, "it can wait its turn"),
    (Urgency.SOON.value, "soon: it is still going on"),
    (Urgency.DANGER.value, "somebody may be in danger now"),
)
_FIELDS: Final = (
    TextField("words", "What happened?", required=False, hint="May stay empty where what you pass on says it."),
    TextField(
        "done", "What was done locally?", required=False, hint="Hidden, locked, spoken with, measured: or nothing."
    ),
    ChoiceField("urgency", "How urgent is it?", _URGENCIES, hint="Danger calls everybody who may know of it."),
    ChoiceField(
        "minors",
        "Sexual material of a minor?",
        (("yes", "yes, or I suspect it"),),
        hint="Then only its link is kept. Report it to the platform as well.",
    ),
)


def add_to(counter: Counter) -> None:
    """Moderators pass matters on; members accept them; chairs turn them over to the Board."""
    _Escalating(counter).add()
    _add_afterwards(counter)
    _add_turning_over(counter)


class _Escalating:
    """From a menu or a command by way of a form. What is held of a message in memory a restart may take away."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._desk = counter.desk
        self._reported = Reported(counter.place, counter.desk.largest_file)

    def add(self) -> None:
        """The menus, the command, the button and the form."""
        counter = self._counter
        names = [Choice(name=name, value=name) for name in self._desk.spaces.names]

        @counter.tree.context_menu(name=MESSAGE_MENU, guild=counter.guild)
        async def about_message(asked: Asked, message: discord.Message) -> None:
            data: dict[str, Any] = dict(asked.data or {})
            found = ((data.get("resolved") or {}).get("messages") or {}).get(str(message.id))
            if found is None:
                await self._open(asked, (_THING, self._here(), ""), message.jump_url)
            else:
                await self._open(asked, (_MESSAGE, *self._reported.take(asked, found)))

        @counter.tree.context_menu(name=MEMBER_MENU, guild=counter.guild)
        async def about_member(asked: Asked, member: discord.User) -> None:
            await self._open(asked, (_MEMBER, str(member.id)))

        @counter.tree.command(name="escalate", description="Pass a matter on to the working group", guild=counter.guild)
        @app_commands.describe(
            matter="The code name of a local matter",
            link="The link of a message or conversation in any space",
            name="Or whom: their name there exactly as it is written, or their id",
            space="The space of that link or name",
        )
        @app_commands.choices(space=names)
        async def escalate(asked: Asked, matter: str = "", link: str = "", name: str = "", space: str = "") -> None:
            if matter:
                await self._open(asked, (_MATTER, matter.strip()))
            elif name:
                await self._open(asked, (_ACCOUNT, space or self._here()), name)
            else:
                await self._open(asked, (_THING, space or _ANYWHERE), link)

        counter.on_press(ESCALATE, self._open)
        counter.on_form(ESCALATE, self._sent)

    def _here(self) -> str:
        return str(self._counter.place.space)

    async def _open(self, asked: Asked, about: tuple[str, ...], value: str = "") -> None:
        async def form(by: MemberId) -> Form:
            await escalating.ready(self._desk, by)
            labels = {_THING: "The link of the message or conversation", _ACCOUNT: "Who is it there, exactly?"}
            kind = about[0] if about else ""
            asks = (TextField("what", labels[kind], value, long=False),) if kind in labels else ()
            return Form("Pass it on to the working group", named(ESCALATE, *about), (*asks, *_FIELDS))

        await self._counter.open(asked, form)

    async def _sent(self, asked: Asked, about: tuple[str, ...], form: Filled) -> None:
        said, done = form.text("words"), form.text("done")
        minors = "yes" in form.chosen("minors")
        urgency = Urgency((*form.chosen("urgency"), Urgency.ORDINARY.value)[0])

        async def deed(by: MemberId) -> Reply:
            await escalating.ready(self._desk, by)
            what = await self._what(asked, about, form, minors=minors)
            view = await escalating.escalate(self._desk, by, what, urgency, done, said, str(asked.id), minors=minors)
            return Reply(view.text)

        await self._counter.serve_text(asked, "\n\n".join((form.text("what"), said, done)).strip(), deed)

    async def _what(self, asked: Asked, about: tuple[str, ...], form: Filled, *, minors: bool) -> What:
        match about:
            case (kind, channel, message) if kind == _MESSAGE:
                evidence = await self._reported.message(asked, channel, message, minors=minors)
                return ByThing(self._counter.place.space, message, evidence)
            case (kind, native_id) if kind == _MEMBER:
                return ByAccount(self._counter.place.space, native_id)
            case (kind, code) if kind == _MATTER:
                return ByMatter(code)
            case (kind, space, *_) if kind == _THING:
                return ByThing(None if space == _ANYWHERE else SpaceName(space), form.text("what"))
            case (kind, space) if kind == _ACCOUNT:
                return ByAccount(SpaceName(space), form.text("what"))
            case _:
                raise NotFound


def _add_afterwards(counter: Counter) -> None:
    desk = counter.desk

    @counter.tree.command(
        name="escalations", description="How far it has come, what was passed on", guild=counter.guild
    )
    async def listed(asked: Asked) -> None:
        async def deed(by: MemberId) -> Reply:
            return _shown(await spreading.passed_on(desk, by))

        await counter.serve(asked, deed)

    async def take_up(asked: Asked, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply((await spreading.take_up(desk, by, Reference(about[0] if about else ""))).text)

        await counter.serve(asked, deed)

    async def accept(asked: Asked, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await escalating.accept(desk, by, case))

        await counter.serve(asked, deed)

    async def pressed(asked: Asked, about: tuple[str, ...]) -> None:
        await accept(asked, about[0] if about else "")

    counter.on_press("take-up", take_up)
    counter.on_press("accept-escalation", pressed)

    @counter.tree.command(
        name="accept-escalation", description="Accept by name what moderators passed on", guild=counter.guild
    )
    @app_commands.describe(case=words.CASE)
    async def accepted(asked: Asked, case: str) -> None:
        await accept(asked, case)


def _add_turning_over(counter: Counter) -> None:
    desk = counter.desk

    @counter.tree.command(
        name="turn-over", description="Where the two groups do not agree in time: to the Board", guild=counter.guild
    )
    @app_commands.describe(what="The case's code name, or the reference that you have of it")
    async def turn_over(asked: Asked, what: str) -> None:
        async def form(_: MemberId) -> Form:
            field = TextField("position", "How does your group see it?", hint="The Board reads it, with the other's.")
            return Form("Turn it over to the Board", named("turn-over", what.strip()), (field,))

        await counter.open(asked, form)

    async def turned_over(asked: Asked, about: tuple[str, ...], form: Filled) -> None:
        position = form.text("position")

        async def deed(by: MemberId) -> Reply:
            if not about:
                raise Refused("nothing_named", "Say which matter it is.", "P-8.4")
            return Reply(await turning_over.turn_over(desk, by, about[0], position))

        await counter.serve_text(asked, position, deed)

    counter.on_form("turn-over", turned_over)


def _shown(seen: PassedOn) -> Reply:
    lines = [_line(each) for each in seen.escalations] + [_proposed(each) for each in seen.spreads]
    buttons = tuple(
        Button(f"Pass on {each.person}", named("take-up", each.reference), Style.MAIN) for each in seen.spreads
    )
    return Reply("\n".join(lines) or "Nothing was passed on.", buttons)


def _line(view: EscalationView) -> str:
    own = " (yours)" if view.own else ""
    return f"• {view.reference}{own}: {view.state}; from {view.space}, {spoken(view.at)}"


def _proposed(line: SpreadLine) -> str:
    return f"• {line.person}: measured or in violation on {', '.join(line.spaces)}; can be passed on as one case"
