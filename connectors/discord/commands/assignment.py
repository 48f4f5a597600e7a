"""Who has a case in hand: "I have it", and handing the contact to another member."""

from discord import app_commands

from connectors.discord.commands import formatting
from connectors.discord.components import Reply
from connectors.discord.interactions import Interaction, InteractionRouter
from guardian.errors import NotFound
from guardian.ids import MemberId
from guardian.services.cases import assignment
from guardian.services.members import member_by_name


def add_to(router: InteractionRouter) -> None:
    """Members take cases and hand them over."""
    app = router.app

    async def have_it(interaction: Interaction, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(f"Noted: you have {await assignment.take_case(app, by, case)} in hand.")

        await router.serve(interaction, deed)

    async def pressed(interaction: Interaction, about: tuple[str, ...]) -> None:
        await have_it(interaction, about[0] if about else "")

    router.on_button("take", pressed)

    @router.tree.command(name="take", description="You have this case in hand", guild=router.guild)
    @app_commands.describe(case=formatting.CASE)
    async def take(interaction: Interaction, case: str) -> None:
        await have_it(interaction, case)

    @router.tree.command(name="hand-over", description="Another member speaks to the reporter", guild=router.guild)
    @app_commands.describe(case=formatting.CASE, member="The name of the member who takes over")
    async def hand_over(interaction: Interaction, case: str, member: str) -> None:
        async def deed(by: MemberId) -> Reply:
            to = await member_by_name(app, member)
            if to is None:
                raise NotFound
            code_name = await assignment.hand_over_contact(app, by, case, to.id)
            return Reply(f"{to.name} is the contact person of {code_name} from now on. The reporter is told.")

        await router.serve(interaction, deed)
