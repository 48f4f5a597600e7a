"""Carrying a decision out: first in words what will hold where, then one button that does it."""

from discord import app_commands

from connectors.discord.commands import words
from connectors.discord.panels import Button, Reply, Style, named
from connectors.discord.serving import Asked, Counter
from guardian.desk import enactment, outlook
from guardian.desk.enactment import Enacted, Preview
from guardian.errors import Stale
from guardian.ids import MemberId
from guardian.notices.acknowledgement import spoken


def add_to(counter: Counter) -> None:
    """Members look at what a decision will do, and carry it out."""
    desk = counter.desk

    async def look(asked: Asked, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            seen = await enactment.preview(desk, by, case)
            return Reply(_said(seen), _buttons(seen))

        await counter.serve(asked, deed)

    @counter.tree.command(name="preview", description="What a decision would do, space by space", guild=counter.guild)
    @app_commands.describe(case=words.CASE)
    async def preview(asked: Asked, case: str) -> None:
        await look(asked, case)

    @counter.tree.command(name="enact", description="Carry a decision out, after one look at it", guild=counter.guild)
    @app_commands.describe(case=words.CASE)
    async def enact(asked: Asked, case: str) -> None:
        await look(asked, case)

    async def pressed_preview(asked: Asked, about: tuple[str, ...]) -> None:
        await look(asked, about[0] if about else "")

    async def now(asked: Asked, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            case, decision = about if len(about) == 2 else ("", "")
            waiting = (await outlook.outlook(desk, by, case)).decision
            if waiting is not None and waiting != decision:
                raise Stale("The decision has become another since you looked. Please look again: `/enact`")
            return Reply(_enacted(await enactment.enact(desk, by, case)))

        await counter.serve(asked, deed)

    async def not_yet(asked: Asked, _: tuple[str, ...]) -> None:
        async def deed(_: MemberId) -> Reply:
            return Reply("Nothing was done.")

        await counter.serve(asked, deed)

    counter.on_press("preview", pressed_preview)
    counter.on_press("enact", now)
    counter.on_press("not-yet", not_yet)


def _said(seen: Preview) -> str:
    lines = [f"**{seen.code_name}**: {words.consequence(seen.decision.consequence)}."]
    if seen.decision.person is not None:
        lines.append(words.foreseen(seen.spaces))
    if seen.missing:
        lines.append("Still missing before it may be carried out:")
        lines += [f"• {words.STEPS[kind]}" for kind in seen.missing]
    else:
        lines.append("First the reporters are told, then the person, then the spaces hold it, then the Board is told.")
    return "\n".join(lines)


def _buttons(seen: Preview) -> tuple[Button, ...]:
    if seen.missing:
        return ()
    now = Button("Enact now", named("enact", seen.code_name, seen.decision.id), Style.GRAVE)
    return (now, Button("Not yet", named("not-yet")))


def _enacted(done: Enacted) -> str:
    lines = [f"The decision in **{done.code_name}** is in force."]
    if done.waits_for_reading:
        lines.append("A text of the group's own waits for a second member before the person is told: `/read-draft`")
    if done.holds_from is not None:
        lines.append(
            f"The spaces hold it as soon as the person has been told, and from {spoken(done.holds_from)} anyway."
        )
    return "\n".join(lines)
