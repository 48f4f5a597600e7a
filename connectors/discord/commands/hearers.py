"""Opening a case to every member without a conflict, where its reporter chose who hears first."""

from discord import app_commands

from connectors.discord.commands import words
from connectors.discord.panels import Reply
from connectors.discord.serving import Asked, Counter
from guardian.desk import hearers
from guardian.ids import MemberId


def add_to(counter: Counter) -> None:
    """Those who heard first open the case to the others."""
    desk = counter.desk

    @counter.tree.command(name="open-to-all", description="Every member hears of this case", guild=counter.guild)
    @app_commands.describe(case=words.CASE)
    async def open_to_all(asked: Asked, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            opened = await hearers.widen(desk, by, case)
            return Reply(f"Every member without a conflict knows of {opened} from now on. A proposal can be made.")

        await counter.serve(asked, deed)
