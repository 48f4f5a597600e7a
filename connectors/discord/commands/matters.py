"""Local matters for moderators: code names and ages here, words behind a one-time link; and what is asked of them back."""

from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import formatting
from connectors.discord.components import Button, Reply, Style, custom_id
from connectors.discord.interactions import Interaction, InteractionRouter
from guardian.ids import MemberId, SpaceName
from guardian.notices.acknowledgement import format_datetime
from guardian.services.escalation import local_matters, referrals
from guardian.services.escalation.local_matters import MatterLine

MATTER = "The code name of the local matter"


def add_to(router: InteractionRouter) -> None:
    """Moderators see to what is theirs; members of the group ask them to keep an eye on an account."""
    _add_matter_commands(router)
    _add_referral_commands(router)


def _add_matter_commands(router: InteractionRouter) -> None:
    app = router.app

    @router.tree.command(name="matters", description="The local matters of your space", guild=router.guild)
    async def listed(interaction: Interaction) -> None:
        async def deed(by: MemberId) -> Reply:
            found = await local_matters.list_matters(app, by)
            return Reply("\n".join(_line(each) for each in found) or "Nothing waits for you.")

        await router.serve(interaction, deed)

    @router.tree.command(name="matter", description="One local matter: a link to read it", guild=router.guild)
    @app_commands.describe(matter=MATTER)
    async def one(interaction: Interaction, matter: str) -> None:
        async def deed(by: MemberId) -> Reply:
            seen = await local_matters.read_matter(app, by, matter)
            text = f"Read it here, once, within five minutes: {seen.url}\n\n{_line(seen.line)}"
            return Reply(f"{text}\nOnce it is dealt with: `/handled {seen.line.code_name}`", _buttons(seen.line))

        await router.serve(interaction, deed)

    @router.tree.command(name="handled", description="A local matter is dealt with", guild=router.guild)
    @app_commands.describe(matter=MATTER, done="What was done; it is kept with the matter")
    async def handled(interaction: Interaction, matter: str, done: str) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await local_matters.mark_handled(app, by, matter, done))

        await router.serve_text(interaction, done, deed)


def _add_referral_commands(router: InteractionRouter) -> None:
    app = router.app
    names = [Choice(name=name, value=name) for name in app.spaces.names]

    @router.tree.command(name="refer", description="Ask moderators to keep an eye on an account", guild=router.guild)
    @app_commands.describe(case=formatting.CASE, space="Whose moderators", person=formatting.PERSON)
    @app_commands.choices(space=names)
    async def refer(interaction: Interaction, case: str, space: str, person: str = "") -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await referrals.refer(app, by, case, SpaceName(space), person or None))

        await router.serve(interaction, deed)

    async def accept(interaction: Interaction, matter: str) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await referrals.accept_referral(app, by, matter))

        await router.serve(interaction, deed)

    async def pressed(interaction: Interaction, about: tuple[str, ...]) -> None:
        await accept(interaction, about[0] if about else "")

    router.on_button("accept-referral", pressed)

    @router.tree.command(
        name="accept-referral", description="Accept by name what the working group asks", guild=router.guild
    )
    @app_commands.describe(matter=MATTER)
    async def accepted(interaction: Interaction, matter: str) -> None:
        await accept(interaction, matter)


def _line(line: MatterLine) -> str:
    waits = "; waits to be accepted by name" if line.waits_for_acceptance else ""
    return f"• {line.code_name}: {line.kind} on {line.space}, since {format_datetime(line.since)}{waits}"


def _buttons(line: MatterLine) -> tuple[Button, ...]:
    escalate = Button("Escalate", custom_id("escalate", "matter", line.code_name))
    if not line.waits_for_acceptance:
        return (escalate,)
    return (Button("Accept", custom_id("accept-referral", line.code_name), Style.PRIMARY), escalate)
