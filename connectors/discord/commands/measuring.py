"""Local measures of moderators: one confirmation in words, a list of what runs, an early end, and another look at one.

Also the reason for what somebody did with a space's own menu. Code names and clocks only.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

import discord
from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import words
from connectors.discord.keeping import Keeping
from connectors.discord.panels import Button, Reply, Style, named
from connectors.discord.serving import Asked, Counter
from guardian.cases.measures import ON_PEOPLE, MeasureKind
from guardian.desk import measuring, native, second_looks
from guardian.desk.acting import Target
from guardian.desk.measuring import MeasureView, Preview, Wanted
from guardian.desk.native import Waiting
from guardian.errors import Refused
from guardian.ids import MemberId, SpaceName, new_id
from guardian.notices.acknowledgement import spoken
from rules.measures import FOR_THE_GROUP, MeasureReason

T = TypeVar("T")

_KINDS: Final = [
    Choice(name="mute a person: they read, but do not write", value=MeasureKind.MUTED.value),
    Choice(name="suspend a person in this one space", value=MeasureKind.SUSPENDED.value),
    Choice(name="lock a conversation", value=MeasureKind.LOCKED.value),
    Choice(name="hide a message", value=MeasureKind.HIDDEN.value),
]
_REASONS: Final = [
    Choice(name="insults", value=MeasureReason.INSULTS.value),
    Choice(name="harassment", value=MeasureReason.HARASSMENT.value),
    Choice(name="spam or advertising", value=MeasureReason.SPAM.value),
    Choice(name="derailing a conversation", value=MeasureReason.DERAILING.value),
    Choice(name="somebody's private information", value=MeasureReason.PRIVATE_INFORMATION.value),
    Choice(name="content that does not belong here", value=MeasureReason.UNSUITABLE.value),
    Choice(name="letting a heated conversation cool down", value=MeasureReason.COOLING_DOWN.value),
    Choice(name="the guidelines of the space", value=MeasureReason.GUIDELINES.value),
]
_LOOKS: Final = [Choice(name="it stands until its end", value="stands"), Choice(name="it ends now", value="ends")]
_WAITING: Final = (100, timedelta(minutes=15))
_OVER: Final = "This waited too long, so nothing was done. Please give the command again: `/measure`"
_LONGEST_HOURS: Final = 24 * 30
_TO_ESCALATE: Final = "\nTo pass it on: `/escalate`"
_TOLD: Final = "The person is told why and until when, and that they can ask the chair of the moderators to look at it."
_LOCKED: Final = "Nobody is written to: everybody sees that the conversation is locked, and nobody is told why."
_ASKED: Final = "The name of the matter, as the notice or /measures shows it"


def add_to(counter: Counter) -> None:
    """Moderators measure, see what runs, end it, and say why of what they did by hand; others look again."""
    _add_measuring(counter, Keeping(*_WAITING))
    _add_running(counter)
    _add_explaining(counter)


def _add_measuring(counter: Counter, waiting: Keeping[Wanted]) -> None:
    desk = counter.desk
    names = [Choice(name=name, value=name) for name in desk.spaces.names]

    @counter.tree.command(
        name="measure", description="A short measure in one space; it ends by itself", guild=counter.guild
    )
    @app_commands.describe(
        kind="What is to hold",
        reason="Why; the person is told this",
        hours="For how many hours; 168 are a week, which is the longest",
        member="Whom, if they are here on Discord",
        name="Or whom, by their name or id in another space",
        link="Or which conversation or message, by its link",
        space="The space of that name or link",
        note="What others who know of the matter should know; nobody else reads it",
    )
    @app_commands.choices(kind=_KINDS, reason=_REASONS, space=names)
    async def measure(
        asked: Asked,
        kind: str,
        reason: str,
        hours: app_commands.Range[int, 1, _LONGEST_HOURS],
        member: discord.User | None = None,
        name: str = "",
        link: str = "",
        space: str = "",
        note: str = "",
    ) -> None:
        async def deed(by: MemberId) -> Reply:
            chosen = MeasureKind(kind)
            on = _on(chosen, counter.place.space, _Typed(member, name.strip(), link.strip(), space))
            wanted = Wanted(chosen, on, MeasureReason(reason), timedelta(hours=hours), note)
            seen = await _or_escalate(measuring.preview(desk, by, wanted))
            key = new_id()
            waiting.put(by, key, wanted)
            now = Button("Set it now", named("measure", key), Style.MAIN)
            return Reply(_question(seen), (now, Button("Not now", named("not-yet"))))

        await counter.serve(asked, deed)

    async def now(asked: Asked, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            wanted = waiting.take(by, about[0] if about else "")
            if wanted is None:
                raise Refused("waited_too_long", _OVER)
            return Reply(_done(await _or_escalate(measuring.measure(desk, by, wanted))))

        await counter.serve(asked, deed)

    counter.on_press("measure", now)


def _add_running(counter: Counter) -> None:
    desk = counter.desk

    @counter.tree.command(name="measures", description="The measures that run now", guild=counter.guild)
    async def running(asked: Asked) -> None:
        async def deed(by: MemberId) -> Reply:
            found = await measuring.running(desk, by)
            return Reply("\n".join(map(_line, found)) if found else "No measure runs that you may know of.")

        await counter.serve(asked, deed)

    @counter.tree.command(name="end-measure", description="End a measure before its time", guild=counter.guild)
    @app_commands.describe(matter=_ASKED)
    async def end(asked: Asked, matter: str) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await measuring.end(desk, by, matter))

        await counter.serve(asked, deed)

    @counter.tree.command(name="look-at-measure", description="Say whether a measure stands", guild=counter.guild)
    @app_commands.describe(matter=_ASKED, answer="What becomes of it", reason="Why; it is kept with the matter")
    @app_commands.choices(answer=_LOOKS)
    async def look(asked: Asked, matter: str, answer: str, reason: str) -> None:
        async def deed(by: MemberId) -> Reply:
            stands = answer == "stands"
            return Reply(await second_looks.look_at(desk, by, matter, stands=stands, words=reason))

        await counter.serve(asked, deed)


def _add_explaining(counter: Counter) -> None:
    desk = counter.desk

    @counter.tree.command(
        name="explain-act",
        description="Why, and until when, of what you did with a space's own menu",
        guild=counter.guild,
    )
    @app_commands.describe(
        reason="Why; the person is told this. Left out: what waits for a reason is shown",
        hours="For how many hours from when you did it; left out where it has an end of its own",
        matter=f"{_ASKED}; left out where only one waits",
        note="What others who know of the matter should know; nobody else reads it",
    )
    @app_commands.choices(reason=_REASONS)
    async def explain(
        asked: Asked,
        reason: str = "",
        hours: app_commands.Range[int, 1, _LONGEST_HOURS] | None = None,
        matter: str = "",
        note: str = "",
    ) -> None:
        async def deed(by: MemberId) -> Reply:
            if not reason:
                found = await native.waiting(desk, by)
                return Reply("\n".join(map(_waits, found)) if found else "Nothing that you did waits for its reason.")
            term = timedelta(hours=hours) if hours else None
            why = MeasureReason(reason)
            return Reply(_done(await _or_escalate(native.explain(desk, by, matter, why, term, note))))

        await counter.serve(asked, deed)


@dataclass(frozen=True, slots=True)
class _Typed:
    """On whom or what, in the ways in which it can be said."""

    member: discord.User | discord.Member | None
    name: str
    link: str
    space: str


def _on(kind: MeasureKind, own: SpaceName, typed: _Typed) -> Target:
    said = [bool(typed.member), bool(typed.name), bool(typed.link)]
    if sum(said) > 1:
        raise Refused("two_targets", "Choose one: somebody here, a name in another space, or a link.", "P-6.8")
    if kind not in ON_PEOPLE:
        if not typed.link:
            raise Refused("no_target", "Say which: give its `link`, together with its `space`.", "P-6.8")
        return Target(SpaceName(typed.space or own), typed.link)
    if typed.member is not None:
        return Target(own, str(typed.member.id))
    if not typed.name or not typed.space:
        raise Refused("no_target", "Say whom: choose `member`, or give `name` together with `space`.", "P-6.8")
    return Target(SpaceName(typed.space), typed.name)


async def _or_escalate(asked: Awaitable[T]) -> T:
    """The answer; where the rule says that it is the working group's, the refusal says how it gets there."""
    try:
        return await asked
    except Refused as refused:
        if refused.code not in FOR_THE_GROUP:
            raise
        raise Refused(refused.code, refused.sentence + _TO_ESCALATE, refused.rule) from refused


def _question(seen: Preview) -> str:
    what = (
        f"They would be **{seen.kind}** on {seen.space}" if seen.kind in ON_PEOPLE else f"It would be **{seen.kind}**"
    )
    lines = [f"{what} until {spoken(seen.ends)}, and then it ends by itself."]
    if seen.spaces:
        lines.append(words.foreseen(seen.spaces))
    lines.append(_LOCKED if seen.kind is MeasureKind.LOCKED else _TOLD)
    return "\n".join(lines)


def _done(made: MeasureView) -> str:
    whom = f" The person is called {made.person}." if made.person else ""
    return (
        f"It is being placed on {made.space}, until {spoken(made.ends)}.{whom} The matter is called {made.matter}.\n"
        f"To end it earlier: `/end-measure {made.matter}`"
    )


def _line(made: MeasureView) -> str:
    whom = f" ({made.person})" if made.person else ""
    asked = "; another look is asked for" if made.asked_at else ""
    return f"• {made.matter}{whom}: {made.kind} on {made.space} until {spoken(made.ends)}{asked}"


def _waits(each: Waiting) -> str:
    return (
        f"• {each.matter}: {each.kind} on {each.space} since {spoken(each.at)}; its reason is due by {spoken(each.due)}"
    )
