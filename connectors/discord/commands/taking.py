"""Who has a case in hand: "I have it", and handing the contact to another member."""

from discord import app_commands

from connectors.discord.commands import words
from connectors.discord.panels import Reply
from connectors.discord.serving import Asked, Counter
from guardian.desk import taking
from guardian.desk.who import member_called
from guardian.errors import NotFound
from guardian.ids import MemberId


def add_to(counter: Counter) -> None:
    """Members take cases and hand them over."""
    desk = counter.desk

    async def have_it(asked: Asked, case: str) -> None:
        async def deed(by: MemberId) -> Reply:
            return Reply(f"Noted: you have {await taking.take(desk, by, case)} in hand.")

        await counter.serve(asked, deed)

    async def pressed(asked: Asked, about: tuple[str, ...]) -> None:
        await have_it(asked, about[0] if about else "")

    counter.on_press("take", pressed)

    @counter.tree.command(name="take", description="You have this case in hand", guild=counter.guild)
    @app_commands.describe(case=words.CASE)
    async def take(asked: Asked, case: str) -> None:
        await have_it(asked, case)

    @counter.tree.command(name="hand-over", description="Another member speaks to the reporter", guild=counter.guild)
    @app_commands.describe(case=words.CASE, member="The name of the member who takes over")
    async def hand_over(asked: Asked, case: str, member: str) -> None:
        async def deed(by: MemberId) -> Reply:
            to = await member_called(desk, member)
            if to is None:
                raise NotFound
            code_name = await taking.hand_over(desk, by, case, to.id)
            return Reply(f"{to.name} is the contact person of {code_name} from now on. The reporter is told.")

        await counter.serve(asked, deed)
