"""Opening a case to every member without a conflict, where its reporter chose who hears first."""

from discord import app_commands

from connectors.discord.commands import formatting
from connectors.discord.components import Reply
from connectors.discord.interactions import Interaction, InteractionRouter
from guardian.ids import MemberId
from guardian.services.conflicts import audience


def add_to(router: InteractionRouter) -> None:
    """Those who heard first open the case to the others."""
    app = router.app

    @router.tree.command(name="open-to-all", description="Every member hears of this case", guild=router.guild)
    @app_commands.describe(case=formatting.CASE)
    async def open_to_all(interaction: Interaction, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            opened = await audience.open_to_all(app, by, case)
            return Reply(f"Every member without a conflict knows of {opened} from now on. A proposal can be made.")

        await router.serve(interaction, deed)
