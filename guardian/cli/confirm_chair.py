"""`guardian confirm-chair`: a second member's yes to the first chair, whom the operator of the host put down."""

import asyncio

from guardian.cli.authentication import open_as
from guardian.cli.context import AsOption, ConfigOption, load_settings, print_line
from guardian.people.permissions import UseCase
from guardian.services.operations.setup import confirm_chair
from guardian.settings.models import Settings


def command(as_name: AsOption, config: ConfigOption = None) -> None:
    """Confirm the first chair, as a second member of the working group."""
    names = asyncio.run(confirm(load_settings(config), as_name))
    print_line(f"Confirmed: {', '.join(names)}." if names else "No chair waits to be confirmed.")


async def confirm(settings: Settings, name: str) -> tuple[str, ...]:
    """Confirm the chairs who wait, and return the names of those confirmed by this member now."""
    async with open_as(settings, name, UseCase.CONFIRM_CHAIR) as (service, member):
        return await confirm_chair(service.app, member)
