"""What is looked up of a case before a form about it opens: nothing that the form could not do without."""

from connectors.discord.interactions import CommandContext
from guardian.services.cases import overview


async def find_code_name(context: CommandContext, case: str) -> str:
    """Return the code name of the case that was typed; NotFound where it is not the member's to see."""
    return (await overview.case_overview(context.app, context.by, case)).code_name
