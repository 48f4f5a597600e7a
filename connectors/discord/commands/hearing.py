"""The steps before a decision is final: the hearing, and what two members agree to skip."""

from discord import app_commands
from discord.app_commands import Choice

from connectors.discord.commands import formatting
from connectors.discord.components import Reply
from connectors.discord.interactions import Interaction, InteractionRouter
from guardian.cases.procedure import SKIPPABLE, StepKind
from guardian.errors import NotFound
from guardian.ids import MemberId
from guardian.services.deliberation import procedure

_STEPS = [Choice(name=formatting.STEPS[kind], value=kind.value) for kind in StepKind if kind in SKIPPABLE]


def add_to(router: InteractionRouter) -> None:
    """Members begin hearings, and skip what must be skipped, two of them together."""
    app = router.app

    async def begin(interaction: Interaction, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await procedure.begin_hearing(app, by, case))

        await router.serve(interaction, deed)

    async def agree(interaction: Interaction, case: str, step: str) -> None:
        async def deed(by: MemberId) -> Reply:
            if step not in list(StepKind):
                raise NotFound
            return Reply(await procedure.confirm_skip(app, by, case, StepKind(step)))

        await router.serve(interaction, deed)

    async def hear_pressed(interaction: Interaction, about: tuple[str, ...]) -> None:
        await begin(interaction, about[0] if about else "")

    async def skip_pressed(interaction: Interaction, about: tuple[str, ...]) -> None:
        case, step = about if len(about) == 2 else ("", "")
        await agree(interaction, case, step)

    router.on_button("hear", hear_pressed)
    router.on_button("second-skip", skip_pressed)

    @router.tree.command(
        name="hear", description="Write to the reported person and ask for their view", guild=router.guild
    )
    @app_commands.describe(case=formatting.CASE)
    async def hear(interaction: Interaction, case: str) -> None:
        await begin(interaction, case)

    @router.tree.command(
        name="skip", description="Ask to skip a step; a second member has to agree", guild=router.guild
    )
    @app_commands.describe(case=formatting.CASE, step="Which step", reason="Why; it is kept with the case")
    @app_commands.choices(step=_STEPS)
    async def skip(interaction: Interaction, case: str, step: str, reason: str) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(await procedure.request_skip(app, by, case, StepKind(step), reason))

        await router.serve(interaction, deed)

    @router.tree.command(name="second-skip", description="Agree that a step is skipped", guild=router.guild)
    @app_commands.describe(case=formatting.CASE, step="Which step")
    @app_commands.choices(step=_STEPS)
    async def confirm_skip(interaction: Interaction, case: str, step: str) -> None:
        await agree(interaction, case, step)
