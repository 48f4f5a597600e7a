"""Opening a case to every member without a conflict, where its reporter chose who hears first."""

from discord import app_commands

from connectors.discord.commands import words
from connectors.discord.panels import Reply
from connectors.discord.serving import Interaction, InteractionRouter
from guardian.desk import hearers
from guardian.ids import MemberId


def add_to(router: InteractionRouter) -> None:
    """Those who heard first open the case to the others."""
    app = router.app

    @router.tree.command(name="open-to-all", description="Every member hears of this case", guild=router.guild)
    @app_commands.describe(case=words.CASE)
    async def open_to_all(interaction: Interaction, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            opened = await hearers.open_to_all(app, by, case)
            return Reply(f"Every member without a conflict knows of {opened} from now on. A proposal can be made.")

        await router.serve(interaction, deed)
