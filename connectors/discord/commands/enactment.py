"""Carrying a decision out: first in words what will hold where, then one button that does it."""

from discord import app_commands

from connectors.discord.commands import formatting
from connectors.discord.components import Button, Reply, Style, custom_id
from connectors.discord.interactions import Interaction, InteractionRouter
from guardian.errors import Stale
from guardian.ids import MemberId
from guardian.notices.acknowledgement import format_datetime
from guardian.services.cases import overview
from guardian.services.decisions import enactment
from guardian.services.decisions.enactment import EnactmentPreview, EnactmentResult


def add_to(router: InteractionRouter) -> None:
    """Members look at what a decision will do, and carry it out."""
    app = router.app

    async def look(interaction: Interaction, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            seen = await enactment.preview_enactment(app, by, case)
            return Reply(_preview_text(seen), _buttons(seen))

        await router.serve(interaction, deed)

    @router.tree.command(name="preview", description="What a decision would do, space by space", guild=router.guild)
    @app_commands.describe(case=formatting.CASE)
    async def preview(interaction: Interaction, case: str) -> None:
        await look(interaction, case)

    @router.tree.command(name="enact", description="Carry a decision out, after one look at it", guild=router.guild)
    @app_commands.describe(case=formatting.CASE)
    async def enact(interaction: Interaction, case: str) -> None:
        await look(interaction, case)

    async def pressed_preview(interaction: Interaction, about: tuple[str, ...]) -> None:
        await look(interaction, about[0] if about else "")

    async def now(interaction: Interaction, about: tuple[str, ...]) -> None:
        async def deed(by: MemberId) -> Reply:
            case, decision = about if len(about) == 2 else ("", "")
            waiting = (await overview.case_overview(app, by, case)).decision
            if waiting is not None and waiting != decision:
                raise Stale("The decision has become another since you looked. Please look again: `/enact`")
            return Reply(_enacted_text(await enactment.enact(app, by, case)))

        await router.serve(interaction, deed)

    async def not_yet(interaction: Interaction, _: tuple[str, ...]) -> None:
        async def deed(_: MemberId) -> Reply:
            return Reply("Nothing was done.")

        await router.serve(interaction, deed)

    router.on_button("preview", pressed_preview)
    router.on_button("enact", now)
    router.on_button("not-yet", not_yet)


def _preview_text(seen: EnactmentPreview) -> str:
    lines = [f"**{seen.code_name}**: {formatting.format_consequence(seen.decision.consequence)}."]
    if seen.decision.person is not None:
        lines.append(formatting.format_previews(seen.spaces))
    if seen.missing:
        lines.append("Still missing before it may be carried out:")
        lines += [f"• {formatting.STEPS[kind]}" for kind in seen.missing]
    else:
        lines.append("First the reporters are told, then the person, then the spaces hold it, then the Board is told.")
    return "\n".join(lines)


def _buttons(seen: EnactmentPreview) -> tuple[Button, ...]:
    if seen.missing:
        return ()
    now = Button("Enact now", custom_id("enact", seen.code_name, seen.decision.id), Style.DANGER)
    return (now, Button("Not yet", custom_id("not-yet")))


def _enacted_text(done: EnactmentResult) -> str:
    lines = [f"The decision in **{done.code_name}** is in force."]
    if done.waits_for_reading:
        lines.append("A text of the group's own waits for a second member before the person is told: `/read-draft`")
    if done.in_force_from is not None:
        lines.append(
            f"The spaces hold it as soon as the person has been told, and from {format_datetime(done.in_force_from)} anyway."
        )
    return "\n".join(lines)
